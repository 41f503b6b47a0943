//! What waits, for whoever watches over the portal.

use chrono::{DateTime, TimeDelta, Utc};
use domain::request::RequestState;
use store::{RequestFilter, Scope};

use crate::{ControlPlane, Result};

/// Unfinished operations of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    pub kind: String,
    pub all: i64,
    /// How many of them a worker works on at this moment.
    pub held: i64,
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    pub operations: Vec<Unfinished>,
    /// How long the operation that is due the longest has been waiting for a worker.
    pub overdue: TimeDelta,
    pub undecided_requests: i64,
    pub unsealed_events: i64,
    /// How long the oldest of them has been waiting for the sealer.
    pub unsealed_for: TimeDelta,
}

impl ControlPlane {
    /// Counts what waits. For `/metrics`: numbers alone, and nobody's name.
    pub async fn backlog(&self) -> Result<Backlog> {
        let now = self.now();
        let since = |then: DateTime<Utc>| (now - then).max(TimeDelta::zero());
        let operations = self.store().count_operations(now).await?;
        let due = self.store().next_operation_due().await?;
        let submitted = RequestFilter { state: Some(RequestState::Submitted), ..RequestFilter::default() };
        let undecided_requests = self.store().count_requests(&Scope::All, &submitted).await?;
        let (unsealed_events, oldest) = self.store().unsealed_backlog().await?;
        Ok(Backlog {
            operations: operations.into_iter().map(|(kind, all, held)| Unfinished { kind, all, held }).collect(),
            overdue: due.map_or(TimeDelta::zero(), since),
            undecided_requests,
            unsealed_events,
            unsealed_for: oldest.map_or(TimeDelta::zero(), since),
        })
    }
}
