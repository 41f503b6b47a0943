use domain::view::{EnvironmentsPage, EnvironmentsQuery, FormState, Together};
use leptos::prelude::*;

use super::environments_filters::Filters;
use super::url::with_query;
use crate::components::{Empty, EnvironmentRows, ErrorSummary, PageHead, Pager};
use crate::document::Page;
use crate::words;

/// The form that what is ticked in the list belongs to.
const CHOOSE: &str = "together";

/// The environments that the person may see.
pub fn page(environments: EnvironmentsPage) -> Page {
    let refused = !environments.errors.is_empty();
    let state = FormState { errors: environments.errors.clone(), ..FormState::default() };
    let rows = environments.rows.clone();
    let query = environments.query.clone();
    let first = address(&query, "");
    let next = rows.next.as_deref().map(|after| address(&query, after));
    let further = !query.after.is_empty();
    let file = (!rows.items.is_empty()).then(|| file(&query));
    let none_yet = rows.items.is_empty() && !rows.filtered;
    let acts = environments.acts.clone();
    let choose = !acts.is_empty() && !rows.items.is_empty();
    let list = if refused {
        view! { <Empty title="Nothing is shown until the filters can be used."></Empty> }.into_any()
    } else if none_yet {
        view! {
            <Empty title="There are no environments yet.">
                <p>"An environment shows up here as soon as a request for it is approved."</p>
                <p><a class="button" href="/catalog">"Browse the catalog"</a></p>
            </Empty>
        }
        .into_any()
    } else if rows.items.is_empty() && first == "/environments" {
        view! {
            <Empty title="Every environment is terminated.">
                <p><a href="/environments?state=all">"Show the terminated ones"</a></p>
            </Empty>
        }
        .into_any()
    } else if rows.items.is_empty() {
        view! {
            <Empty title="No environment matches these filters.">
                <p><a href="/environments">"Clear the filters"</a></p>
            </Empty>
        }
        .into_any()
    } else {
        let choose = choose.then_some(CHOOSE);
        view! { <EnvironmentRows rows=rows.items owners=true choose /> }.into_any()
    };
    let body = view! {
        <PageHead title="Environments" lead="What runs, what comes up, and what is gone." />
        <ErrorSummary state=state.clone() title="A filter could not be used." />
        <Filters environments state=state.clone() />
        {list}
        {choose.then(|| view! { <ActOnChosen acts /> })}
        {file.map(|file| view! { <p class="text-sm"><a href=file download="environments.csv">"This list as a CSV file"</a></p> })}
        <Pager first next further />
    };
    Page::new("Environments", body).with_errors(&state)
}

fn address(query: &EnvironmentsQuery, after: &str) -> String {
    let mut pairs = query.pairs().to_vec();
    pairs.push(("after", after));
    with_query("/environments", &pairs)
}

/// The same list as a file.
fn file(query: &EnvironmentsQuery) -> String {
    with_query("/environments/export.csv", &query.pairs())
}

/// What can be done with those that are ticked: each button leads to a page that says first what will happen.
#[component]
fn ActOnChosen(acts: Vec<Together>) -> impl IntoView {
    let buttons = acts
        .into_iter()
        .map(|act| {
            let label = format!("{} \u{2026}", words::together(act));
            view! { <button class="button" type="submit" name="act" value=act.as_str()>{label}</button> }
        })
        .collect_view();
    view! {
        <form id=CHOOSE class="stack gap-2" method="get" action="/environments/together">
            <p class="text-sm text-muted">"With the ticked ones; what will happen is shown first."</p>
            <div class="actions">{buttons}</div>
        </form>
    }
}
