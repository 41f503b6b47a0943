//! Reading and exporting the audit log.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::action::Action;
use domain::audit::{AuditActor, Outcome};
use domain::problem::FieldError;
use domain::view::{AuditPage, AuditQuery, AuditRow, Listing};
use futures::{Stream, StreamExt, stream};
use store::{AuditFilter, Order, Page, PageRequest, Scope, StoredEvent};

use crate::rows::{page_after, system_for};
use crate::trail::Event;
use crate::{Caller, ControlPlane, Result};

/// Events of one step of an export.
const STEP: u32 = 500;

/// People that a filter by name may stand for.
const NAMESAKES: u32 = 20;

impl ControlPlane {
    /// The log, newest first. With a filter that cannot be used there are no rows, and the mistake stands at its field.
    pub async fn audit(&self, caller: &Caller, query: AuditQuery) -> Result<AuditPage> {
        self.authorize_portal(caller, Action::ViewAudit).await?;
        let (filter, errors) = self.read_filter(&query).await?;
        let page = page_after(&query.after, Order::NewestFirst)?;
        let events = if errors.is_empty() {
            self.store().audit_events(&Scope::All, &filter, &page).await?
        } else {
            Page::default()
        };
        let projects = self.store().projects(&Scope::All).await?;
        Ok(AuditPage {
            rows: Listing {
                items: self.audit_rows(events.items).await?,
                next: events.next.map(|c| c.to_string()),
                filtered: filter != AuditFilter::default() || !errors.is_empty(),
            },
            actions: self.store().audit_actions().await?,
            projects: projects.into_iter().map(|p| p.id).collect(),
            query,
            sealed: self.sealed_in_words().await?,
            errors,
        })
    }

    async fn sealed_in_words(&self) -> Result<String> {
        let (waiting, _) = self.store().unsealed_backlog().await?;
        let waiting = match waiting {
            0 => "No event waits to be sealed.".to_owned(),
            1 => "1 event waits to be sealed.".to_owned(),
            n => format!("{n} events wait to be sealed."),
        };
        Ok(match self.store().audit_head().await? {
            Some(head) => format!(
                "Sealed up to position {}, last on {}. {waiting}",
                head.last_position,
                head.sealed_at.format("%-d %b %Y at %H:%M:%S UTC")
            ),
            None => format!("Nothing is sealed yet. {waiting}"),
        })
    }

    /// All events that fit, newest first; the export itself is an event.
    pub async fn audit_export(
        &self,
        caller: &Caller,
        query: AuditQuery,
    ) -> Result<impl Stream<Item = Result<AuditRow>> + Send + use<>> {
        self.authorize_portal(caller, Action::ViewAudit).await?;
        let (filter, errors) = self.read_filter(&query).await?;
        if !errors.is_empty() {
            return Err(crate::Error::Invalid(errors));
        }
        self.record_alone(caller, Event::done("export_audit", "audit", "log")).await?;
        let start = Some(PageRequest::newest(STEP));
        let pages = stream::unfold((self.clone(), filter, start), |(plane, filter, page)| async move {
            let page = page?;
            match plane.export_step(&filter, &page).await {
                Ok((rows, next)) => {
                    let rows: Vec<Result<AuditRow>> = rows.into_iter().map(Ok).collect();
                    Some((rows, (plane, filter, next)))
                }
                Err(error) => Some((vec![Err(error)], (plane, filter, None))),
            }
        });
        Ok(pages.flat_map(stream::iter))
    }

    async fn export_step(
        &self,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<(Vec<AuditRow>, Option<PageRequest>)> {
        let found = self.store().audit_events(&Scope::All, filter, page).await?;
        let next = found.next.map(|cursor| PageRequest::newest(STEP).after(Some(cursor)));
        Ok((self.audit_rows(found.items).await?, next))
    }

    /// Events with the names of who acted, and of whom the portal acted for.
    async fn audit_rows(&self, events: Vec<StoredEvent>) -> Result<Vec<AuditRow>> {
        let names = self.names([], events.iter().filter_map(|stored| system_for(&stored.event.actor))).await?;
        Ok(events
            .into_iter()
            .map(|stored| {
                let who = match &stored.event.actor {
                    AuditActor::Person { display_name, .. } => display_name.clone(),
                    AuditActor::SystemFor { person } => format!("The portal, for {}", names.person(person)),
                    AuditActor::System => "The portal".to_owned(),
                };
                AuditRow { who, position: stored.position, event: stored.event }
            })
            .collect())
    }

    /// The filters of a URL; what cannot be read is an error at its field.
    async fn read_filter(&self, query: &AuditQuery) -> Result<(AuditFilter, Vec<FieldError>)> {
        let (mut filter, mut errors) = read_filter(query);
        let name = query.actor.trim();
        if !name.is_empty() {
            let found = self.store().search_people(name, NAMESAKES + 1).await?;
            if found.is_empty() {
                errors.push(FieldError::new(
                    "actor",
                    "Nobody who ever signed in has this in their name, subject or e-mail address.",
                ));
            } else if found.len() > NAMESAKES as usize {
                errors.push(FieldError::new(
                    "actor",
                    format!("More than {NAMESAKES} people fit: write more of the name."),
                ));
            }
            filter.people = Some(found.into_iter().map(|record| record.person).collect());
        }
        if let Some(action) = &filter.action
            && !self.store().audit_actions().await?.contains(action)
        {
            errors.push(FieldError::new("action", "Nothing of this kind was ever done."));
        }
        if let Some(project) = &filter.project
            && self.store().project(project).await?.is_none()
        {
            errors.push(FieldError::new("project", "There is no such project."));
        }
        Ok((filter, errors))
    }
}

/// Those filters that can be read without the store.
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
    if from.zip(to).is_some_and(|(from, to)| from >= to) {
        errors.push(FieldError::new("to", "It is before the first day: no event is between them."));
    }
    let text = |value: &str| Some(value.trim().to_owned()).filter(|v| !v.is_empty());
    let project = text(&query.project).and_then(|name| {
        let parsed = name.parse().ok();
        if parsed.is_none() {
            errors.push(FieldError::new("project", "There is no such project."));
        }
        parsed
    });
    let outcome = text(&query.outcome).and_then(|name| {
        let known = Outcome::ALL.into_iter().find(|o| o.as_str() == name);
        if known.is_none() {
            errors.push(FieldError::new("outcome", "There is no such outcome."));
        }
        known
    });
    // `environment` or `environment/ID` or only an id.
    let (resource_kind, resource_id) = match query.resource.trim().split_once('/') {
        Some((kind, id)) => (text(kind), text(id)),
        None if query.resource.trim().bytes().all(|b| b.is_ascii_lowercase() || b == b'_') => {
            (text(&query.resource), None)
        }
        None => (None, text(&query.resource)),
    };
    let filter = AuditFilter {
        action: text(&query.action),
        resource_kind,
        resource_id,
        project,
        outcome,
        from,
        to,
        correlation: text(&query.correlation),
        ..AuditFilter::default()
    };
    (filter, errors)
}
