//! The story of an environment's stack.

use domain::environment::StackEvent;
use domain::id::{EnvironmentId, OperationId};

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::{At, into_all};
use crate::run::{all, execute};
use crate::sql::{Sql, Value};
use crate::tx::Tx;

#[derive(sqlx::FromRow)]
struct StackEventRow {
    event_id: String,
    at: i64,
    logical_id: String,
    resource_type: String,
    status: String,
    reason: Option<String>,
}

impl TryFrom<StackEventRow> for StackEvent {
    type Error = Error;
    fn try_from(row: StackEventRow) -> Result<Self> {
        let at = At::new("stack_event", row.event_id.as_str());
        Ok(Self {
            at: at.time("at", row.at)?,
            event_id: row.event_id,
            logical_id: row.logical_id,
            resource_type: row.resource_type,
            status: row.status,
            reason: row.reason,
        })
    }
}

#[derive(sqlx::FromRow)]
struct OperationEventRow {
    operation_id: Option<String>,
    #[sqlx(flatten)]
    event: StackEventRow,
}

impl TryFrom<OperationEventRow> for (Option<OperationId>, StackEvent) {
    type Error = Error;
    fn try_from(row: OperationEventRow) -> Result<Self> {
        let at = At::new("stack_event", row.event.event_id.as_str());
        let operation = at.optional("operation_id", row.operation_id.as_deref())?;
        Ok((operation, row.event.try_into()?))
    }
}

impl Store {
    /// The last `limit` events, oldest first; events of one millisecond in the order of their arrival.
    pub async fn stack_events(&self, environment: &EnvironmentId, limit: u32) -> Result<Vec<StackEvent>> {
        let sql = Sql::new(format!(
            "SELECT event_id, at, logical_id, resource_type, status, reason FROM stack_event WHERE environment_id = $1 \
             ORDER BY at DESC, arrival DESC LIMIT {limit}"
        ));
        let mut rows: Vec<StackEventRow> = all(self.read(), sql.bind(environment.as_str())).await?;
        rows.reverse();
        into_all(rows)
    }

    /// The same, each with the operation that was at work when it came in.
    pub async fn stack_events_by_operation(
        &self,
        environment: &EnvironmentId,
        limit: u32,
    ) -> Result<Vec<(Option<OperationId>, StackEvent)>> {
        let sql = Sql::new(format!(
            "SELECT operation_id, event_id, at, logical_id, resource_type, status, reason FROM stack_event \
             WHERE environment_id = $1 ORDER BY at DESC, arrival DESC LIMIT {limit}"
        ));
        let mut rows: Vec<OperationEventRow> = all(self.read(), sql.bind(environment.as_str())).await?;
        rows.reverse();
        into_all(rows)
    }
}

impl Tx {
    /// Adds the events that are not there yet, given oldest first, as those of the environment's operation; answers how
    /// many those were.
    pub async fn add_stack_events(&mut self, environment: &EnvironmentId, events: &[StackEvent]) -> Result<u64> {
        let mut added = 0;
        for event in events {
            let mut sql = Sql::new(
                "INSERT INTO stack_event (environment_id, event_id, at, logical_id, resource_type, status, reason, arrival, \
                 operation_id) VALUES (",
            );
            let values: [Value; 7] = [
                environment.as_str().into(),
                (&event.event_id).into(),
                event.at.into(),
                (&event.logical_id).into(),
                (&event.resource_type).into(),
                (&event.status).into(),
                event.reason.clone().into(),
            ];
            for value in values {
                sql.value(value).push(", ");
            }
            sql.push("(SELECT COALESCE(MAX(arrival), 0) + 1 FROM stack_event WHERE environment_id = $1), ");
            sql.push("(SELECT operation_id FROM environment WHERE id = $1))");
            sql.push(" ON CONFLICT (environment_id, event_id) DO NOTHING");
            added += execute(self.on(), sql).await?;
        }
        Ok(added)
    }
}
