use domain::request::RequestState;
use domain::view::{FormState, RequestsPage, RequestsQuery};
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{Choice, Empty, PageHead, Pager, RequestRows, Select, TextField};
use crate::document::Page;
use crate::words;

/// The requests that the person may see.
pub fn page(requests: RequestsPage) -> Page {
    let RequestsPage { rows, query, projects } = requests;
    let first = address(&query, "");
    let next = rows.next.as_deref().map(|after| address(&query, after));
    let further = !query.after.is_empty();
    let none_yet = rows.items.is_empty() && !rows.filtered;
    let list = if none_yet {
        view! {
            <Empty title="There are no requests yet.">
                <p>"Pick a product from the catalog and ask for it."</p>
                <p><a class="button" href="/catalog">"Browse the catalog"</a></p>
            </Empty>
        }
        .into_any()
    } else if rows.items.is_empty() {
        view! {
            <Empty title="No request matches these filters."><p><a href="/requests">"Clear the filters"</a></p></Empty>
        }
        .into_any()
    } else {
        view! { <RequestRows rows=rows.items /> }.into_any()
    };
    let projects = projects.iter().map(ToString::to_string).collect();
    let body = view! {
        <PageHead title="Requests" lead="What was asked for, by you and in the projects that you may see." />
        <Filters query projects />
        {list}
        <Pager first next further />
    };
    Page::new("Requests", body)
}

fn address(query: &RequestsQuery, after: &str) -> String {
    with_query("/requests", &[("q", &query.q), ("state", &query.state), ("project", &query.project), ("after", after)])
}

#[component]
fn Filters(query: RequestsQuery, projects: Vec<String>) -> impl IntoView {
    let state = FormState::default();
    let states = std::iter::once(Choice::new("", "Any state"))
        .chain(RequestState::ALL.map(|s| Choice::new(s.as_str(), words::request_state(s))))
        .collect();
    let projects =
        std::iter::once(Choice::new("", "Any project")).chain(projects.into_iter().map(Choice::plain)).collect();
    view! {
        <form class="filters" method="get" action="/requests" role="search">
            <TextField filter=true label="Name" name="q" kind="search" value=query.q state=state.clone() />
            <Select filter=true label="State" name="state" value=query.state choices=states state=state.clone() />
            <Select filter=true label="Project" name="project" value=query.project choices=projects state />
            <button class="button" type="submit">"Filter"</button>
        </form>
    }
}
