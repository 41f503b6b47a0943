use askama::Template;
use axum::extract::State;
use axum::response::Html;
use domain::audit::{AuditActor, AuditEvent, Outcome};
use http::HeaderMap;
use store::{AuditFilter, PageRequest, Scope, Store};

use super::enter::{Shell, enter, projects};
use super::{Answer, Failure, PAGE};
use crate::parts::{Badge, Filter, input, outcome_badge, select};

#[derive(Template)]
#[template(path = "audit.html")]
struct Audit {
    shell: Shell,
    sealed: String,
    filters: Vec<Filter>,
    rows: Vec<AuditRow>,
    next: Option<String>,
}

struct AuditRow {
    event: AuditEvent,
    who: String,
    position: Option<i64>,
    folder: Option<&'static str>,
    badge: Badge,
}

pub(super) async fn audit(State(store): State<Store>, headers: HeaderMap) -> Answer {
    let (actor, shell) = enter(&store, &headers, "/audit").await?;
    if !actor.is_admin() && !actor.is_auditor() {
        return Err(Failure::NotAllowed);
    }
    let page = store.audit_events(&Scope::All, &AuditFilter::default(), &PageRequest::newest(PAGE)).await?;
    let projects = projects(&store, &actor).await?;
    let people = page.items.iter().filter_map(|stored| match &stored.event.actor {
        AuditActor::SystemFor { person } => Some(person),
        AuditActor::Person { .. } | AuditActor::System => None,
    });
    let people = store.names_of(people).await?;
    let rows = page.items.into_iter().map(|stored| AuditRow {
        who: match &stored.event.actor {
            AuditActor::Person { display_name, .. } => display_name.clone(),
            AuditActor::SystemFor { person } => {
                format!("The portal, for {}", people.get(person).unwrap_or(&person.subject))
            }
            AuditActor::System => "The portal".to_owned(),
        },
        folder: match stored.event.resource_kind.as_str() {
            "request" => Some("/requests/"),
            "environment" => Some("/environments/"),
            "project" => Some("/admin/projects/"),
            _ => None,
        },
        badge: outcome_badge(stored.event.outcome),
        position: stored.position,
        event: stored.event,
    });
    let rows = rows.collect();
    let actions = store.audit_actions().await?;
    let (waiting, _) = store.unsealed_backlog().await?;
    let waiting = match waiting {
        0 => "No event waits to be sealed.".to_owned(),
        1 => "1 event waits to be sealed.".to_owned(),
        n => format!("{n} events wait to be sealed."),
    };
    let sealed = match store.audit_head().await? {
        Some(head) => {
            let at = head.sealed_at.format("%-d %b %Y at %H:%M:%S UTC");
            format!("Sealed up to position {}, last on {at}. {waiting}", head.last_position)
        }
        None => format!("Nothing is sealed yet. {waiting}"),
    };
    let filters = vec![
        input("Who", "actor", "text"),
        select("Action", "action", "Any action", actions.iter().map(|action| (action, action))),
        input("Resource", "resource", "text"),
        projects,
        select("Outcome", "outcome", "Any outcome", Outcome::ALL.map(|o| (o.as_str(), outcome_badge(o).text))),
        input("Correlation", "correlation", "text"),
        input("From", "from", "date"),
        input("To", "to", "date"),
    ];
    let next = page.next.map(|cursor| cursor.to_string());
    Ok(Html(Audit { shell, sealed, filters, rows, next }.render()?))
}
