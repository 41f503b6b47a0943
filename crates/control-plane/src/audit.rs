//! Reading and exporting the audit log.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::action::Action;
use domain::audit::{AuditActor, Outcome};
use domain::problem::FieldError;
use domain::view::{AuditPage, AuditQuery, AuditRow, Listing};
use futures::{Stream, StreamExt, stream};
use store::{AuditFilter, Order, PageRequest, Scope, StoredEvent};

use crate::rows::page_after;
use crate::trail::Event;
use crate::{Caller, ControlPlane, Result};

/// Events of one step of an export.
const STEP: u32 = 500;

impl ControlPlane {
    /// The log, newest first.
    pub async fn audit(&self, caller: &Caller, query: AuditQuery) -> Result<AuditPage> {
        self.authorize_portal(caller, Action::ViewAudit).await?;
        let (filter, errors) = read_filter(&query);
        let page = page_after(&query.after, Order::NewestFirst)?;
        let events = self.store().audit_events(&Scope::All, &filter, &page).await?;
        let head = self.store().audit_head().await?;
        let (waiting, _) = self.store().unsealed_backlog().await?;
        let sealed = match head {
            Some(head) => format!(
                "Sealed up to position {} at {}; {waiting} wait.",
                head.last_position,
                head.sealed_at.format("%Y-%m-%d %H:%M:%S UTC")
            ),
            None => format!("Nothing is sealed yet; {waiting} wait."),
        };
        Ok(AuditPage {
            rows: Listing {
                items: events.items.into_iter().map(row).collect(),
                next: events.next.map(|c| c.to_string()),
                filtered: filter != AuditFilter::default(),
            },
            actions: self.store().audit_actions().await?,
            query,
            sealed,
            errors,
        })
    }

    /// All events that fit, newest first; the export itself is an event.
    pub async fn audit_export(
        &self,
        caller: &Caller,
        query: AuditQuery,
    ) -> Result<impl Stream<Item = Result<AuditRow>> + Send + use<>> {
        self.authorize_portal(caller, Action::ViewAudit).await?;
        let (filter, errors) = read_filter(&query);
        if !errors.is_empty() {
            return Err(crate::Error::Invalid(errors));
        }
        self.record_alone(caller, Event::done("export_audit", "audit", "log")).await?;
        let start = Some(PageRequest::newest(STEP));
        let pages = stream::unfold((self.clone(), filter, start), |(plane, filter, page)| async move {
            let page = page?;
            match plane.store().audit_events(&Scope::All, &filter, &page).await {
                Ok(found) => {
                    let next = found.next.map(|cursor| PageRequest::newest(STEP).after(Some(cursor)));
                    let rows: Vec<Result<AuditRow>> = found.items.into_iter().map(|e| Ok(row(e))).collect();
                    Some((rows, (plane, filter, next)))
                }
                Err(error) => Some((vec![Err(error.into())], (plane, filter, None))),
            }
        });
        Ok(pages.flat_map(stream::iter))
    }
}

fn row(stored: StoredEvent) -> AuditRow {
    let who = match &stored.event.actor {
        AuditActor::Person { display_name, .. } => display_name.clone(),
        AuditActor::SystemFor { person } => format!("The portal, for {}", person.subject),
        AuditActor::System => "The portal".to_owned(),
    };
    AuditRow { who, position: stored.position, event: stored.event }
}

/// The filters of a URL; what cannot be read is an error at its field, and filters nothing.
fn read_filter(query: &AuditQuery) -> (AuditFilter, Vec<FieldError>) {
    let mut errors = Vec::new();
    let mut date = |field: &str, text: &str, plus: TimeDelta| -> Option<DateTime<Utc>> {
        if text.trim().is_empty() {
            return None;
        }
        let parsed = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok().and_then(|d| d.and_hms_opt(0, 0, 0));
        // The last days that a date can hold have no day after them.
        let parsed = parsed.and_then(|at| at.and_utc().checked_add_signed(plus));
        if parsed.is_none() {
            errors.push(FieldError::new(field, "A date as in 2026-01-31."));
        }
        parsed
    };
    let from = date("from", &query.from, TimeDelta::zero());
    let to = date("to", &query.to, TimeDelta::days(1));
    let text = |value: &str| Some(value.trim().to_owned()).filter(|v| !v.is_empty());
    // `environment` or `environment/ID` or only an id.
    let (resource_kind, resource_id) = match query.resource.trim().split_once('/') {
        Some((kind, id)) => (text(kind), text(id)),
        None if query.resource.trim().bytes().all(|b| b.is_ascii_lowercase() || b == b'_') => {
            (text(&query.resource), None)
        }
        None => (None, text(&query.resource)),
    };
    let filter = AuditFilter {
        actor: text(&query.actor),
        action: text(&query.action),
        resource_kind,
        resource_id,
        project: query.project.parse().ok(),
        outcome: Outcome::ALL.into_iter().find(|o| o.as_str() == query.outcome),
        from,
        to,
        ..AuditFilter::default()
    };
    (filter, errors)
}
