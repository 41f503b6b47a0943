//! Refusals are audited, within bounds: somebody who is refused a thousand times a second fills no disk.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use domain::action::Action;
use domain::audit::Outcome;
use domain::person::PersonKey;

use super::Facts;
use crate::trail::Event;
use crate::{Caller, ControlPlane};

/// Refusals of one person that are written per window: of looking at things, and as many of doing something, so that the one
/// does not hide the other.
const PER_WINDOW: u32 = 30;
const WINDOW: TimeDelta = TimeDelta::minutes(1);
/// People who are remembered; beyond, the oldest windows are forgotten.
const PEOPLE: usize = 10_000;

/// Since when, and how many.
type Window = (DateTime<Utc>, u32);

/// Counts the refusals of each person: of looking at things, and of doing something.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<HashMap<(PersonKey, bool), Window>>);

/// Whether a refusal is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admitted {
    Written,
    /// Those that follow within the window are not.
    Last,
    No,
}

impl Refusals {
    /// Whether one more refusal of this person is written. `looks`: it was of something that changes nothing.
    pub(crate) fn admit(&self, person: &PersonKey, looks: bool, now: DateTime<Utc>) -> Admitted {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= PEOPLE {
            counts.retain(|_, (since, _)| now - *since < WINDOW);
        }
        let (since, count) = counts.entry((person.clone(), looks)).or_insert((now, 0));
        if now - *since >= WINDOW {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        match (*count).cmp(&PER_WINDOW) {
            Ordering::Less => Admitted::Written,
            Ordering::Equal => Admitted::Last,
            Ordering::Greater => Admitted::No,
        }
    }
}

impl ControlPlane {
    /// Counts a refusal by policy, and writes it down.
    pub(super) async fn audit_refusal(&self, caller: &Caller, action: Action, kind: &str, facts: &Facts, rule: &str) {
        metrics::counter!("studiogate_refusals_total", "action" => action.as_str(), "rule" => rule.to_owned())
            .increment(1);
        let (id, project) = match facts {
            Facts::Product { id, .. } => (id.clone(), None),
            Facts::Request { id, project, .. } | Facts::Environment { id, project, .. } => {
                (id.clone(), Some(project.clone()))
            }
            Facts::Revocation { id, project, .. } | Facts::Rollout { id, project, .. } => (id.clone(), project.clone()),
            Facts::Portal => ("portal".to_owned(), None),
        };
        let event = Event {
            action: action.as_str(),
            kind,
            id: &id,
            project: project.as_ref(),
            outcome: Outcome::Denied,
            version: None,
            detail: BTreeMap::from([("rule".to_owned(), rule.to_owned())]),
        };
        self.record_refusal(caller, event).await;
    }

    /// Writes a refusal down, within bounds. Its own failure is logged and changes nothing: the person is refused anyway.
    pub(crate) async fn record_refusal(&self, caller: &Caller, event: Event<'_>) {
        let event = match self.refusals().admit(&caller.actor.person, event.action.starts_with("view_"), self.now()) {
            Admitted::Written => event,
            Admitted::Last => event.with("further", "not written for a minute"),
            Admitted::No => return,
        };
        if let Err(error) = self.record_alone(caller, event).await {
            tracing::warn!(%error, "a refusal could not be written to the audit log");
        }
    }
}
