//! Audit events. They commit with the change that they tell of; the sealer gives them positions.

use chrono::{DateTime, Utc};
use domain::audit::{AuditActor, AuditEvent, Outcome};
use domain::id::ProjectId;
use domain::person::PersonKey;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, PageRequest};
use crate::row::{At, into_all, person};
use crate::run::{all, execute, number, optional};
use crate::scope::{Keys, Scope, page_query};
use crate::sql::{Sql, json};
use crate::tx::Tx;

const COLUMNS: &str = "id, at, actor_kind, actor_issuer, actor_subject, actor_name, action, resource_kind, resource_id, \
                       project_id, outcome, correlation, entity_version, detail, position, sealed_at";

const KEYS: Keys =
    Keys { table: "audit_event", time: "at", project: "project_id", issuer: "actor_issuer", subject: "actor_subject" };

/// An event as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    pub event: AuditEvent,
    /// `None` until it is sealed.
    pub position: Option<i64>,
    pub sealed_at: Option<DateTime<Utc>>,
}

/// Which events are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// By any of these people, or by a worker for them. There is no search in the names that stand in the log: it would
    /// read all of it. Find the people first.
    pub people: Option<Vec<PersonKey>>,
    pub action: Option<String>,
    pub resource_kind: Option<String>,
    pub resource_id: Option<String>,
    pub project: Option<ProjectId>,
    pub outcome: Option<Outcome>,
    /// At or after.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub to: Option<DateTime<Utc>>,
    pub correlation: Option<String>,
}

impl AuditFilter {
    fn push(&self, sql: &mut Sql) {
        let equal = [
            ("action", self.action.as_deref()),
            ("resource_kind", self.resource_kind.as_deref()),
            ("resource_id", self.resource_id.as_deref()),
            ("project_id", self.project.as_ref().map(ProjectId::as_str)),
            ("outcome", self.outcome.map(Outcome::as_str)),
            ("correlation", self.correlation.as_deref()),
        ];
        for (column, value) in equal {
            if let Some(value) = value {
                sql.push(" AND ").push(column).push(" = ").value(value);
            }
        }
        if let Some(from) = self.from {
            sql.push(" AND at >= ").value(from);
        }
        if let Some(to) = self.to {
            sql.push(" AND at < ").value(to);
        }
    }
}

#[derive(sqlx::FromRow)]
struct AuditEventRow {
    id: String,
    at: i64,
    actor_kind: String,
    actor_issuer: Option<String>,
    actor_subject: Option<String>,
    actor_name: Option<String>,
    action: String,
    resource_kind: String,
    resource_id: String,
    project_id: Option<String>,
    outcome: String,
    correlation: String,
    entity_version: Option<i64>,
    detail: String,
    position: Option<i64>,
    sealed_at: Option<i64>,
}

impl TryFrom<AuditEventRow> for StoredEvent {
    type Error = Error;
    fn try_from(row: AuditEventRow) -> Result<Self> {
        let at = At::new("audit_event", row.id.as_str());
        let acted = row.actor_issuer.zip(row.actor_subject).map(|(issuer, subject)| person(issuer, subject));
        let actor = match (row.actor_kind.as_str(), acted, row.actor_name) {
            ("person", Some(person), Some(display_name)) => AuditActor::Person { person, display_name },
            ("system_for", Some(person), None) => AuditActor::SystemFor { person },
            ("system", None, None) => AuditActor::System,
            (kind, _, _) => {
                return Err(at.corrupt("actor_kind", format!("{kind:?} does not go with the other columns")));
            }
        };
        let outcome = Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == row.outcome);
        let event = AuditEvent {
            id: at.parse("id", &row.id)?,
            at: at.time("at", row.at)?,
            actor,
            action: row.action,
            resource_kind: row.resource_kind,
            resource_id: row.resource_id,
            project: at.optional("project_id", row.project_id.as_deref())?,
            outcome: outcome.ok_or_else(|| at.corrupt("outcome", format!("{:?} is none", row.outcome)))?,
            correlation: row.correlation,
            entity_version: row.entity_version,
            detail: at.json("detail", &row.detail)?,
        };
        Ok(Self { event, position: row.position, sealed_at: at.optional_time("sealed_at", row.sealed_at)? })
    }
}

pub(crate) fn list(scope: &Scope, filter: &AuditFilter, page: &PageRequest) -> Option<Sql> {
    match (scope, &filter.people) {
        // Each person's events stand together in an index.
        (Scope::All, Some(people)) => {
            page_query(KEYS, COLUMNS, &Scope::People(people.clone()), page, |sql| filter.push(sql))
        }
        (scope, Some(people)) => page_query(KEYS, COLUMNS, &scope.narrowed(filter.project.as_ref()), page, |sql| {
            sql.push(" AND ");
            Scope::People(people.clone()).condition(sql, KEYS);
            filter.push(sql);
        }),
        (scope, None) => {
            page_query(KEYS, COLUMNS, &scope.narrowed(filter.project.as_ref()), page, |sql| filter.push(sql))
        }
    }
}

pub(crate) fn unsealed(limit: u32) -> Sql {
    Sql::new(format!("SELECT {COLUMNS} FROM audit_event WHERE position IS NULL ORDER BY at, id LIMIT {limit}"))
}

pub(crate) fn by_position(from: i64, to: i64, limit: u32) -> Sql {
    Sql::new(format!(
        "SELECT {COLUMNS} FROM audit_event WHERE position >= $1 AND position <= $2 ORDER BY position LIMIT {limit}"
    ))
    .bind(from)
    .bind(to)
}

impl Store {
    /// By time.
    pub async fn audit_events(
        &self,
        scope: &Scope,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<StoredEvent>> {
        let Some(sql) = list(scope, filter, page) else { return Ok(Page::default()) };
        let items: Vec<StoredEvent> = into_all::<AuditEventRow, _>(all(self.read(), sql).await?)?;
        Ok(page.page(items, |e| Cursor { at: e.event.at.timestamp_millis(), id: e.event.id.as_str().to_owned() }))
    }

    /// Every action that the log knows, in order, for a filter's choices.
    pub async fn audit_actions(&self) -> Result<Vec<String>> {
        // Jumps from one action to the next along the index, instead of reading every row of the log.
        let sql = Sql::new(
            "WITH RECURSIVE known (action) AS (\
               SELECT (SELECT MIN(action) FROM audit_event) \
               UNION ALL \
               SELECT (SELECT MIN(audit_event.action) FROM audit_event WHERE audit_event.action > known.action) \
               FROM known WHERE known.action IS NOT NULL\
             ) SELECT action FROM known WHERE action IS NOT NULL",
        );
        let rows: Vec<(String,)> = all(self.read(), sql).await?;
        Ok(rows.into_iter().map(|(action,)| action).collect())
    }

    /// What stands at the positions `from..=to`, in order, each with its position, at most `limit`. For verification: one
    /// that cannot be read hides no other.
    pub async fn sealed_events(&self, from: i64, to: i64, limit: u32) -> Result<Vec<(i64, Result<AuditEvent>)>> {
        let rows: Vec<AuditEventRow> = all(self.read(), by_position(from, to, limit)).await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| Some((row.position?, StoredEvent::try_from(row).map(|e| e.event))))
            .collect())
    }

    /// What waits for the sealer, oldest first. For verification, as above.
    pub async fn unsealed_events(&self, limit: u32) -> Result<Vec<Result<AuditEvent>>> {
        let rows: Vec<AuditEventRow> = all(self.read(), unsealed(limit)).await?;
        Ok(rows.into_iter().map(|row| StoredEvent::try_from(row).map(|stored| stored.event)).collect())
    }

    /// Whether any event waits for the sealer; however many do, it is one look.
    pub async fn has_unsealed_events(&self) -> Result<bool> {
        let sql = Sql::new("SELECT id FROM audit_event WHERE position IS NULL LIMIT 1");
        Ok(optional::<(String,)>(self.read(), sql).await?.is_some())
    }

    /// How many events wait for the sealer, and since when the oldest.
    pub async fn unsealed_backlog(&self) -> Result<(i64, Option<DateTime<Utc>>)> {
        let sql = Sql::new("SELECT COUNT(*) AS n, MIN(at) AS oldest FROM audit_event WHERE position IS NULL");
        let row: Option<(i64, Option<i64>)> = optional(self.read(), sql).await?;
        let (count, oldest) = row.unwrap_or_default();
        Ok((count, At::new("audit_event", "(oldest)").optional_time("at", oldest)?))
    }

    pub async fn count_audit_events(&self) -> Result<i64> {
        number(self.read(), Sql::new("SELECT COUNT(*) AS n FROM audit_event")).await
    }
}

impl Tx {
    /// Adds an event; it is there when, and only when, the rest of the transaction is.
    pub async fn append_audit(&mut self, event: &AuditEvent) -> Result<()> {
        let (kind, who, name) = match &event.actor {
            AuditActor::Person { person, display_name } => ("person", Some(person), Some(display_name.as_str())),
            AuditActor::SystemFor { person } => ("system_for", Some(person), None),
            AuditActor::System => ("system", None, None),
        };
        let columns = vec![
            ("id", event.id.as_str().into()),
            ("at", event.at.into()),
            ("actor_kind", kind.into()),
            ("actor_issuer", who.map(|p| p.issuer.as_str()).into()),
            ("actor_subject", who.map(|p| p.subject.as_str()).into()),
            ("actor_name", name.into()),
            ("action", (&event.action).into()),
            ("resource_kind", (&event.resource_kind).into()),
            ("resource_id", (&event.resource_id).into()),
            ("project_id", event.project.as_ref().map(ProjectId::as_str).into()),
            ("outcome", event.outcome.as_str().into()),
            ("correlation", (&event.correlation).into()),
            ("entity_version", event.entity_version.into()),
            ("detail", json("audit_event", "detail", &event.detail)?),
        ];
        execute(self.on(), Sql::insert("audit_event", columns)).await.map(|_| ())
    }

    /// Events that wait for the sealer, oldest first. Take [`crate::Lock::Sealer`] before.
    pub async fn unsealed_events(&mut self, limit: u32) -> Result<Vec<AuditEvent>> {
        let rows: Vec<StoredEvent> = into_all::<AuditEventRow, _>(all(self.on(), unsealed(limit)).await?)?;
        Ok(rows.into_iter().map(|stored| stored.event).collect())
    }
}
