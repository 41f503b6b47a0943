//! Rollouts, and the environments that each brings to another version.

use std::collections::BTreeMap;

use domain::id::{EnvironmentId, ProjectId, RequestId, RolloutId};
use domain::rollout::{Progress, Rollout, RolloutItem};

use crate::connect::Store;
use crate::dialect;
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, PageRequest};
use crate::row::{At, person};
use crate::run::{On, all, execute, optional};
use crate::scope::{Keys, Scope, page_query};
use crate::sql::{Columns, Sql, json, optional_json};
use crate::tx::Tx;

const COLUMNS: &str = "id, project_id, by_issuer, by_subject, reason, state, problem, ended_by_issuer, ended_by_subject, \
                       operation_id, created_at, updated_at, version";

const KEYS: Keys =
    Keys { table: "rollout", time: "created_at", project: "project_id", issuer: "by_issuer", subject: "by_subject" };

#[derive(sqlx::FromRow)]
struct RolloutRow {
    id: String,
    project_id: Option<String>,
    by_issuer: String,
    by_subject: String,
    reason: String,
    state: String,
    problem: Option<String>,
    ended_by_issuer: Option<String>,
    ended_by_subject: Option<String>,
    operation_id: String,
    created_at: i64,
    updated_at: i64,
    version: i64,
}

#[derive(sqlx::FromRow)]
struct ItemRow {
    rollout_id: String,
    environment_id: String,
    request_id: Option<String>,
    base_request_id: String,
    progress: String,
    progress_data: String,
}

impl RolloutRow {
    fn with(self, items: Vec<RolloutItem>) -> Result<Rollout> {
        let at = At::new("rollout", self.id.as_str());
        Ok(Rollout {
            id: at.parse("id", &self.id)?,
            project: at.optional("project_id", self.project_id.as_deref())?,
            by: person(self.by_issuer, self.by_subject),
            reason: self.reason,
            items,
            state: at.parse("state", &self.state)?,
            problem: at.optional_json("problem", self.problem.as_deref())?,
            ended_by: self.ended_by_issuer.zip(self.ended_by_subject).map(|(issuer, subject)| person(issuer, subject)),
            operation: at.parse("operation_id", &self.operation_id)?,
            created_at: at.time("created_at", self.created_at)?,
            updated_at: at.time("updated_at", self.updated_at)?,
            version: self.version,
        })
    }
}

impl TryFrom<ItemRow> for RolloutItem {
    type Error = Error;
    fn try_from(row: ItemRow) -> Result<Self> {
        let at = At::new("rollout_item", row.rollout_id.as_str());
        let progress: Progress = at.json("progress_data", &row.progress_data)?;
        if progress.as_str() != row.progress {
            return Err(at.corrupt("progress", format!("{:?} is not that of progress_data", row.progress)));
        }
        Ok(Self {
            environment: at.parse("environment_id", &row.environment_id)?,
            request: at.optional("request_id", row.request_id.as_deref())?,
            base: at.parse("base_request_id", &row.base_request_id)?,
            progress,
        })
    }
}

fn columns(it: &Rollout) -> Result<Columns> {
    Ok(vec![
        ("id", it.id.as_str().into()),
        ("project_id", it.project.as_ref().map(ProjectId::as_str).into()),
        ("by_issuer", (&it.by.issuer).into()),
        ("by_subject", (&it.by.subject).into()),
        ("reason", (&it.reason).into()),
        ("state", it.state.as_str().into()),
        ("problem", optional_json("rollout", "problem", it.problem.as_ref())?),
        ("ended_by_issuer", it.ended_by.as_ref().map(|by| by.issuer.clone()).into()),
        ("ended_by_subject", it.ended_by.as_ref().map(|by| by.subject.clone()).into()),
        ("operation_id", it.operation.as_str().into()),
        ("created_at", it.created_at.into()),
        ("updated_at", it.updated_at.into()),
        ("version", it.version.into()),
    ])
}

/// The items of rollouts, each in order.
async fn items(on: On<'_>, rollouts: &[String]) -> Result<BTreeMap<String, Vec<RolloutItem>>> {
    let mut sql = Sql::new(
        "SELECT rollout_id, environment_id, request_id, base_request_id, progress, progress_data FROM rollout_item \
         WHERE rollout_id IN ",
    );
    sql.tuple(rollouts.iter().map(String::as_str)).push(" ORDER BY rollout_id, position");
    let mut found: BTreeMap<String, Vec<RolloutItem>> = BTreeMap::new();
    for row in all::<ItemRow>(on, sql).await? {
        found.entry(row.rollout_id.clone()).or_default().push(row.try_into()?);
    }
    Ok(found)
}

fn by_id(id: &RolloutId, suffix: &str) -> Sql {
    Sql::new(format!("SELECT {COLUMNS} FROM rollout WHERE id = $1{suffix}")).bind(id.as_str())
}

impl Store {
    pub async fn rollout(&self, id: &RolloutId) -> Result<Option<Rollout>> {
        let Some(row) = optional::<RolloutRow>(self.read(), by_id(id, "")).await? else { return Ok(None) };
        let of = items(self.read(), std::slice::from_ref(&row.id)).await?.remove(&row.id);
        row.with(of.unwrap_or_default()).map(Some)
    }

    /// By the time at which they were begun.
    pub async fn rollouts(&self, scope: &Scope, page: &PageRequest) -> Result<Page<Rollout>> {
        let Some(sql) = page_query(KEYS, COLUMNS, scope, page, |_| {}) else { return Ok(Page::default()) };
        let rows: Vec<RolloutRow> = all(self.read(), sql).await?;
        let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
        let mut of = if ids.is_empty() { BTreeMap::new() } else { items(self.read(), &ids).await? };
        let rollouts: Result<Vec<Rollout>> = rows
            .into_iter()
            .map(|row| {
                let items = of.remove(&row.id).unwrap_or_default();
                row.with(items)
            })
            .collect();
        Ok(page.page(rollouts?, |it| Cursor { at: it.created_at.timestamp_millis(), id: it.id.as_str().to_owned() }))
    }

    /// The rollout that a request for an update is part of.
    pub async fn rollout_of(&self, request: &RequestId) -> Result<Option<RolloutId>> {
        rollout_of(self.read(), request).await
    }

    /// The request by which an environment waits for its turn in a rollout, or is updated in one.
    pub async fn rolled_out_by(&self, environment: &EnvironmentId) -> Result<Option<RequestId>> {
        rolled_out_by(self.read(), environment).await
    }
}

impl Tx {
    /// The rollout, held until the end of the transaction.
    pub async fn rollout(&mut self, id: &RolloutId) -> Result<Option<Rollout>> {
        let suffix = dialect::for_update(&self.on());
        let Some(row) = optional::<RolloutRow>(self.on(), by_id(id, suffix)).await? else { return Ok(None) };
        let of = items(self.on(), std::slice::from_ref(&row.id)).await?.remove(&row.id);
        row.with(of.unwrap_or_default()).map(Some)
    }

    /// See [`Store::rollout_of`].
    pub async fn rollout_of(&mut self, request: &RequestId) -> Result<Option<RolloutId>> {
        rollout_of(self.on(), request).await
    }

    /// See [`Store::rolled_out_by`].
    pub async fn rolled_out_by(&mut self, environment: &EnvironmentId) -> Result<Option<RequestId>> {
        rolled_out_by(self.on(), environment).await
    }

    /// Writes a new rollout. [`Error::Duplicate`] where one of its environments waits in another.
    pub async fn insert_rollout(&mut self, it: &Rollout) -> Result<()> {
        execute(self.on(), Sql::insert("rollout", columns(it)?)).await?;
        for (position, item) in (0_i64..).zip(&it.items) {
            let columns: Columns = vec![
                ("rollout_id", it.id.as_str().into()),
                ("position", position.into()),
                ("environment_id", item.environment.as_str().into()),
                ("request_id", item.request.as_ref().map(RequestId::as_str).into()),
                ("base_request_id", item.base.as_str().into()),
                ("progress", item.progress.as_str().into()),
                ("progress_data", json("rollout_item", "progress_data", &item.progress)?),
            ];
            execute(self.on(), Sql::insert("rollout_item", columns)).await?;
        }
        Ok(())
    }

    /// Writes the next version, and how far its updates are: `it.version` is one more than what the row has, or it is an
    /// [`Error::Conflict`].
    pub async fn update_rollout(&mut self, it: &Rollout) -> Result<()> {
        let mut sql = Sql::update("rollout", columns(it)?);
        sql.push(" WHERE id = ").value(it.id.as_str()).push(" AND version = ").value(it.version - 1);
        if execute(self.on(), sql).await? == 0 {
            return Err(Error::conflict("rollout", it.id.as_str()));
        }
        for (position, item) in (0_i64..).zip(&it.items) {
            let columns: Columns = vec![
                ("progress", item.progress.as_str().into()),
                ("progress_data", json("rollout_item", "progress_data", &item.progress)?),
            ];
            let mut sql = Sql::update("rollout_item", columns);
            sql.push(" WHERE rollout_id = ").value(it.id.as_str()).push(" AND position = ").value(position);
            execute(self.on(), sql).await?;
        }
        Ok(())
    }
}

async fn rollout_of(on: On<'_>, request: &RequestId) -> Result<Option<RolloutId>> {
    let sql = Sql::new("SELECT rollout_id FROM rollout_item WHERE request_id = $1").bind(request.as_str());
    let row: Option<(String,)> = optional(on, sql).await?;
    row.map(|(id,)| At::new("rollout_item", request.as_str()).parse("rollout_id", &id)).transpose()
}

async fn rolled_out_by(on: On<'_>, environment: &EnvironmentId) -> Result<Option<RequestId>> {
    let sql = Sql::new(
        "SELECT request_id FROM rollout_item WHERE environment_id = $1 AND progress IN ('waiting', 'updating') \
         AND request_id IS NOT NULL",
    );
    let row: Option<(String,)> = optional(on, sql.bind(environment.as_str())).await?;
    row.map(|(id,)| At::new("rollout_item", environment.as_str()).parse("request_id", &id)).transpose()
}
