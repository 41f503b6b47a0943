use domain::audit::Outcome;
use domain::view::{AuditPage, AuditQuery, AuditRow, FormState};
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{
    Badge, Choice, Empty, ErrorSummary, Icon, MomentOfLog, PageHead, Pager, Select, Table, TextField, Tone,
};
use crate::document::Page;
use crate::words;

/// The audit log of the whole portal.
pub fn page(audit: AuditPage) -> Page {
    let AuditPage { rows, query, actions, projects, sealed, errors } = audit;
    let refused = !errors.is_empty();
    let state = FormState { errors, ..FormState::default() };
    let next = rows.next.as_deref().map(|after| address("/audit", &query, after));
    let first = address("/audit", &query, "");
    let csv = address("/audit/export.csv", &query, "");
    let jsonl = address("/audit/export.jsonl", &query, "");
    let further = !query.after.is_empty();
    let list = match (rows.items.is_empty(), rows.filtered) {
        _ if refused => view! { <Empty title="Nothing is shown until the filters can be used."></Empty> }.into_any(),
        (true, false) => view! { <Empty title="Nothing has happened yet."></Empty> }.into_any(),
        (true, true) => view! {
            <Empty title="No event matches these filters."><p><a href="/audit">"Clear the filters"</a></p></Empty>
        }
        .into_any(),
        (false, _) => view! { <Events rows=rows.items /> }.into_any(),
    };
    let body = view! {
        <PageHead title="Audit log" lead=sealed>
            <a class="button button-small" href=csv>"Export as CSV"</a>
            <a class="button button-small" href=jsonl>"Export as JSON Lines"</a>
        </PageHead>
        <ErrorSummary state=state.clone() title="A filter could not be used." />
        <p class="text-sm text-muted">
            "Before the portal acts in AWS it writes down its intent, and afterwards what came of it: an intent without an end was interrupted."
        </p>
        <Filters query actions projects=projects.iter().map(ToString::to_string).collect() state=state.clone() />
        {list}
        <Pager first next further />
    };
    Page::new("Audit log", body).with_errors(&state)
}

fn address(path: &str, query: &AuditQuery, after: &str) -> String {
    with_query(
        path,
        &[
            ("actor", &query.actor),
            ("action", &query.action),
            ("resource", &query.resource),
            ("project", &query.project),
            ("outcome", &query.outcome),
            ("correlation", &query.correlation),
            ("from", &query.from),
            ("to", &query.to),
            ("after", after),
        ],
    )
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Intent => "Intent",
        Outcome::Succeeded => "Succeeded",
        Outcome::Failed => "Failed",
        Outcome::Denied => "Denied",
    }
}

/// What can be chosen; a value of the address that is none of it stays there, with its error.
fn offered(any: &str, values: Vec<String>, chosen: &str) -> Vec<Choice> {
    let unknown = (!chosen.is_empty() && !values.iter().any(|value| value == chosen)).then(|| Choice::plain(chosen));
    std::iter::once(Choice::new("", any)).chain(values.into_iter().map(Choice::plain)).chain(unknown).collect()
}

#[component]
fn Filters(query: AuditQuery, actions: Vec<String>, projects: Vec<String>, state: FormState) -> impl IntoView {
    let outcomes = std::iter::once(Choice::new("", "Any outcome"))
        .chain(Outcome::ALL.map(|o| Choice::new(o.as_str(), outcome_word(o))))
        .collect();
    let projects = offered("Any project", projects, &query.project);
    let mut actions: Vec<Choice> = offered("Any action", actions, &query.action)
        .into_iter()
        .map(|choice| {
            if choice.value.is_empty() {
                choice
            } else {
                Choice::new(choice.value.clone(), words::audit_action(&choice.value))
            }
        })
        .collect();
    // As they are read; what stands for all of them stays first.
    actions.sort_by_key(|choice| (!choice.value.is_empty(), choice.label.to_lowercase()));
    view! {
        <form class="filters" method="get" action="/audit" role="search" novalidate>
            <TextField filter=true label="Who" name="actor" value=query.actor state=state.clone() />
            <Select filter=true label="Action" name="action" value=query.action choices=actions state=state.clone() />
            <TextField filter=true label="Resource" name="resource" value=query.resource state=state.clone() />
            <Select filter=true label="Project" name="project" value=query.project choices=projects state=state.clone() />
            <Select filter=true label="Outcome" name="outcome" value=query.outcome choices=outcomes state=state.clone() />
            <TextField filter=true label="Correlation" name="correlation" value=query.correlation state=state.clone() />
            <TextField filter=true label="From" name="from" kind="date" value=query.from state=state.clone() />
            <TextField filter=true label="To" name="to" kind="date" value=query.to state />
            <button class="button" type="submit">"Filter"</button>
        </form>
    }
}

#[component]
fn Events(rows: Vec<AuditRow>) -> impl IntoView {
    let rows = rows.into_iter().map(|row| view! { <Event row /> }).collect_view();
    let columns = vec!["When", "Who", "What", "Resource", "Detail"];
    view! { <Table label="Events" columns stack=true>{rows}</Table> }
}

#[component]
fn Event(row: AuditRow) -> impl IntoView {
    let AuditRow { mut event, who, position } = row;
    let named = event.detail.remove("name").unwrap_or_default();
    let named = format!("{} {named}", event.resource_kind);
    let (tone, icon) = match event.outcome {
        Outcome::Intent => (Tone::Neutral, Icon::Clock),
        Outcome::Succeeded => (Tone::Good, Icon::Check),
        Outcome::Failed => (Tone::Bad, Icon::Cross),
        Outcome::Denied => (Tone::Warn, Icon::Warning),
    };
    let resource = match event.resource_kind.as_str() {
        "request" => Some(format!("/requests/{}", event.resource_id)),
        "environment" => Some(format!("/environments/{}", event.resource_id)),
        "project" => Some(format!("/admin/projects/{}", event.resource_id)),
        _ => None,
    };
    let resource = match resource {
        Some(href) => view! { <a href=href>{named}</a> }.into_any(),
        None => view! { <span>{named}</span> }.into_any(),
    };
    let detail = event
        .detail
        .into_iter()
        .map(|(name, value)| view! { <li><span class="text-muted">{name} ": "</span>{value}</li> })
        .collect_view();
    let position = position.map_or_else(|| "not sealed yet".to_owned(), |position| format!("position {position}"));
    view! {
        <tr>
            <td data-label="When" class="whitespace-nowrap">
                <MomentOfLog at=event.at />
                <span class="block text-muted">{position}</span>
            </td>
            <td data-label="Who">{who}</td>
            <td data-label="What">
                <span class="block">{words::audit_action(&event.action)}</span>
                <code class="mb-1 block whitespace-nowrap text-xs text-muted">{event.action}</code>
                <Badge tone icon text=outcome_word(event.outcome) />
            </td>
            <td data-label="Resource">
                {resource} {event.project.map(|project| view! { <span class="text-muted">" in " {project.to_string()}</span> })}
                <code class="block text-xs text-muted">{event.resource_id}</code>
            </td>
            <td data-label="Detail">
                <ul>{detail}</ul>
                <a class="text-xs text-muted" href=with_query("/audit", &[("correlation", &event.correlation)])>
                    "Correlation " <code>{event.correlation.clone()}</code>
                </a>
            </td>
        </tr>
    }
}
