use domain::environment::EnvironmentState;
use domain::project::Stage;
use domain::view::{EnvironmentsPage, EnvironmentsQuery, FormState};
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{Choice, Empty, EnvironmentRows, PageHead, Pager, Select, TextField};
use crate::document::Page;
use crate::words;

/// The environments that the person may see.
pub fn page(environments: EnvironmentsPage) -> Page {
    let EnvironmentsPage { rows, query, projects } = environments;
    let first = address(&query, "");
    let next = rows.next.as_deref().map(|after| address(&query, after));
    let further = !query.after.is_empty();
    let file = (!rows.items.is_empty()).then(|| file(&query));
    let none_yet = rows.items.is_empty() && !rows.filtered;
    let list = if none_yet {
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
        view! { <EnvironmentRows rows=rows.items owners=true /> }.into_any()
    };
    let projects = projects.iter().map(ToString::to_string).collect();
    let body = view! {
        <PageHead title="Environments" lead="What runs, what comes up, and what is gone." />
        <Filters query projects />
        {list}
        {file.map(|file| view! { <p class="text-sm"><a href=file download="environments.csv">"This list as a CSV file"</a></p> })}
        <Pager first next further />
    };
    Page::new("Environments", body)
}

fn address(query: &EnvironmentsQuery, after: &str) -> String {
    with_query(
        "/environments",
        &[
            ("q", &query.q),
            ("state", &query.state),
            ("project", &query.project),
            ("stage", &query.stage),
            ("whose", &query.whose),
            ("attention", &query.attention),
            ("after", after),
        ],
    )
}

/// The same list as a file.
fn file(query: &EnvironmentsQuery) -> String {
    address(query, "").replacen("/environments", "/environments/export.csv", 1)
}

#[component]
fn Filters(query: EnvironmentsQuery, projects: Vec<String>) -> impl IntoView {
    let state = FormState::default();
    let first = |label: &str| std::iter::once(Choice::new("", label));
    let states = first("Not terminated")
        .chain([Choice::new("all", "All")])
        .chain(EnvironmentState::ALL.map(|s| match s {
            EnvironmentState::Tainted => Choice::new(s.as_str(), "Tainted (last change failed, still runs)"),
            _ => Choice::new(s.as_str(), words::environment_state(s)),
        }))
        .collect();
    let stages = first("Any stage").chain(Stage::ALL.map(|s| Choice::new(s.as_str(), s.label()))).collect();
    let projects = first("Any project").chain(projects.into_iter().map(Choice::plain)).collect();
    let whose = vec![Choice::new("", "Everybody's I may see"), Choice::new("mine", "Mine")];
    let chosen = if query.whose == "mine" { "mine" } else { "" };
    let attention = vec![
        Choice::new("", "Any"),
        Choice::new("ending", "Lease ends within a week, or has ended"),
        Choice::new("held", "Held"),
        Choice::new("drifted", "Otherwise in AWS"),
        Choice::new("handed_over", "Handed over to the platform team"),
        Choice::new("keeps_files", "Terminated, home directories kept in AWS"),
    ];
    view! {
        <form class="filters" method="get" action="/environments" role="search">
            <TextField filter=true label="Name" name="q" kind="search" value=query.q state=state.clone() />
            <Select filter=true label="State" name="state" value=query.state choices=states state=state.clone() />
            <Select filter=true label="Project" name="project" value=query.project choices=projects state=state.clone() />
            <Select filter=true label="Stage" name="stage" value=query.stage choices=stages state=state.clone() />
            <Select filter=true label="Whose" name="whose" value=chosen choices=whose state=state.clone() />
            <Select filter=true label="To look at" name="attention" value=query.attention choices=attention state />
            <button class="button" type="submit">"Filter"</button>
        </form>
    }
}
