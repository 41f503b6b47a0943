//! Requests.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::approval::Approver;
use domain::id::{AccountId, EnvironmentId, ProductId, ProjectId, Region, RequestId};
use domain::person::PersonKey;
use domain::project::Stage;
use domain::request::{Request, RequestKind, RequestState};

use crate::connect::Store;
use crate::dialect;
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, PageRequest};
use crate::request_filter::RequestFilter;
use crate::row::{At, into_all, person};
use crate::run::{On, all, execute, number, optional};
use crate::scope::{Keys, REQUEST, Scope, page_query};
use crate::sql::{Columns, Sql, json, optional_json};
use crate::tx::Tx;

pub(crate) const COLUMNS: &str = "id, project_id, requester_issuer, requester_subject, product_id, artifact_id, account_id, region, \
                       stage, name, asked, tags, sealed, justification, lease_days, approval, state, decision, \
                       submitted_at, decided_at, environment_id, version, kind, agreed";

const KEYS: Keys = Keys {
    table: REQUEST,
    time: "submitted_at",
    project: "project_id",
    issuer: "requester_issuer",
    subject: "requester_subject",
};

/// A place that undecided requests are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingPlace {
    /// Who decides now.
    pub who: Approver,
    pub project: ProjectId,
    pub product: ProductId,
    pub stage: Stage,
    /// The most people who had a part in the decisions of one of them.
    pub deciders: usize,
}

#[derive(sqlx::FromRow)]
struct WaitingRow {
    step: String,
    project_id: String,
    product_id: String,
    stage: String,
    deciders: i64,
}

impl TryFrom<WaitingRow> for WaitingPlace {
    type Error = Error;
    fn try_from(row: WaitingRow) -> Result<Self> {
        let at = At::new("request", "(a group)");
        Ok(Self {
            who: at.parse("step", &row.step)?,
            project: at.parse("project_id", &row.project_id)?,
            product: at.parse("product_id", &row.product_id)?,
            stage: at.parse("stage", &row.stage)?,
            deciders: at.number("deciders", row.deciders)?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct RequestRow {
    id: String,
    project_id: String,
    requester_issuer: String,
    requester_subject: String,
    product_id: String,
    artifact_id: String,
    account_id: String,
    region: String,
    stage: String,
    name: String,
    asked: String,
    tags: String,
    sealed: Option<Vec<u8>>,
    justification: String,
    lease_days: i64,
    approval: String,
    state: String,
    decision: Option<String>,
    submitted_at: i64,
    decided_at: Option<i64>,
    environment_id: Option<String>,
    version: i64,
    kind: String,
    agreed: String,
}

impl TryFrom<RequestRow> for Request {
    type Error = Error;
    fn try_from(row: RequestRow) -> Result<Self> {
        let at = At::new("request", row.id.as_str());
        Ok(Self {
            id: at.parse("id", &row.id)?,
            kind: at.parse("kind", &row.kind)?,
            project: at.parse("project_id", &row.project_id)?,
            requester: person(row.requester_issuer, row.requester_subject),
            product: at.parse("product_id", &row.product_id)?,
            artifact: at.parse("artifact_id", &row.artifact_id)?,
            account: at.parse("account_id", &row.account_id)?,
            region: at.parse("region", &row.region)?,
            stage: at.parse("stage", &row.stage)?,
            name: row.name,
            asked: at.json("asked", &row.asked)?,
            sealed: row.sealed,
            tags: at.json("tags", &row.tags)?,
            justification: row.justification,
            lease_days: at.number("lease_days", row.lease_days)?,
            approval: at.parse("approval", &row.approval)?,
            agreed: at.json("agreed", &row.agreed)?,
            state: at.parse("state", &row.state)?,
            decision: at.optional_json("decision", row.decision.as_deref())?,
            submitted_at: at.time("submitted_at", row.submitted_at)?,
            decided_at: at.optional_time("decided_at", row.decided_at)?,
            environment: at.optional("environment_id", row.environment_id.as_deref())?,
            version: row.version,
        })
    }
}

fn columns(request: &Request) -> Result<Columns> {
    Ok(vec![
        ("id", request.id.as_str().into()),
        ("kind", request.kind.as_str().into()),
        ("project_id", request.project.as_str().into()),
        ("requester_issuer", (&request.requester.issuer).into()),
        ("requester_subject", (&request.requester.subject).into()),
        ("product_id", request.product.as_str().into()),
        ("artifact_id", request.artifact.as_str().into()),
        ("account_id", request.account.as_str().into()),
        ("region", request.region.as_str().into()),
        ("stage", request.stage.as_str().into()),
        ("name", (&request.name).into()),
        ("asked", json("request", "asked", &request.asked)?),
        ("tags", json("request", "tags", &request.tags)?),
        ("sealed", request.sealed.clone().into()),
        ("justification", (&request.justification).into()),
        ("lease_days", request.lease_days.into()),
        ("approval", request.approval.to_string().into()),
        ("agreed", json("request", "agreed", &request.agreed)?),
        ("step", request.last_step().map(|open| open.step.who.as_str()).into()),
        ("deciders", i64::try_from(request.decided_by().count()).unwrap_or(i64::MAX).into()),
        ("state", request.state.as_str().into()),
        ("decision", optional_json("request", "decision", request.decision.as_ref())?),
        ("submitted_at", request.submitted_at.into()),
        ("decided_at", request.decided_at.into()),
        ("environment_id", request.environment.as_ref().map(EnvironmentId::as_str).into()),
        ("version", request.version.into()),
    ])
}

async fn get(on: On<'_>, id: &RequestId, suffix: &str) -> Result<Option<Request>> {
    let sql = Sql::new(format!("SELECT {COLUMNS} FROM request WHERE id = $1{suffix}")).bind(id.as_str());
    optional::<RequestRow>(on, sql).await?.map(TryInto::try_into).transpose()
}

pub(crate) fn list(scope: &Scope, filter: &RequestFilter, page: &PageRequest) -> Option<Sql> {
    page_query(KEYS, COLUMNS, &scope.narrowed(filter.project.as_ref()), page, |sql| filter.push(sql))
}

pub(crate) fn count(scope: &Scope, filter: &RequestFilter) -> Sql {
    let mut sql = Sql::new("SELECT COUNT(*) AS n FROM request WHERE ");
    scope.narrowed(filter.project.as_ref()).condition(&mut sql, KEYS);
    filter.push(&mut sql);
    sql
}

fn undecided_of(environment: &EnvironmentId, kind: RequestKind) -> Sql {
    Sql::new("SELECT id FROM request WHERE environment_id = $1 AND kind = $2 AND state = 'submitted'")
        .bind(environment.as_str())
        .bind(kind.as_str())
}

impl Store {
    /// The undecided request of this kind about an environment: there is one at most.
    pub async fn undecided_request_of(
        &self,
        environment: &EnvironmentId,
        kind: RequestKind,
    ) -> Result<Option<RequestId>> {
        let row: Option<(String,)> = optional(self.read(), undecided_of(environment, kind)).await?;
        row.map(|(id,)| At::new("request", id.as_str()).parse("id", &id)).transpose()
    }

    /// Every undecided request about an environment.
    pub async fn undecided_requests_of(&self, environment: &EnvironmentId) -> Result<Vec<RequestId>> {
        let sql = Sql::new("SELECT id FROM request WHERE environment_id = $1 AND state = 'submitted'");
        let rows: Vec<(String,)> = all(self.read(), sql.bind(environment.as_str())).await?;
        rows.iter().map(|(id,)| At::new("request", id.as_str()).parse("id", id)).collect()
    }

    /// The requests about an environment, the one that it came up by among them; newest first.
    pub async fn requests_about(&self, environment: &EnvironmentId, limit: u32) -> Result<Vec<Request>> {
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM request WHERE environment_id = $1 ORDER BY submitted_at DESC, id DESC LIMIT {limit}"
        ));
        into_all::<RequestRow, _>(all(self.read(), sql.bind(environment.as_str())).await?)
    }

    pub async fn request(&self, id: &RequestId) -> Result<Option<Request>> {
        get(self.read(), id, "").await
    }

    /// In which states these requests are.
    pub async fn request_states(&self, ids: &[RequestId]) -> Result<BTreeMap<RequestId, RequestState>> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Sql::new("SELECT id, state FROM request WHERE id IN ");
        sql.tuple(ids.iter().map(RequestId::as_str));
        let rows: Vec<(String, String)> = all(self.read(), sql).await?;
        rows.into_iter()
            .map(|(id, state)| {
                let at = At::new("request", id.as_str());
                Ok((at.parse("id", &id)?, at.parse("state", &state)?))
            })
            .collect()
    }

    /// By the time of submission.
    pub async fn requests(&self, scope: &Scope, filter: &RequestFilter, page: &PageRequest) -> Result<Page<Request>> {
        let Some(sql) = list(scope, filter, page) else { return Ok(Page::default()) };
        let items: Vec<Request> = into_all::<RequestRow, _>(all(self.read(), sql).await?)?;
        Ok(page.page(items, |r| Cursor { at: r.submitted_at.timestamp_millis(), id: r.id.as_str().to_owned() }))
    }

    pub async fn count_requests(&self, scope: &Scope, filter: &RequestFilter) -> Result<i64> {
        if matches!(scope, Scope::Nothing) {
            return Ok(0);
        }
        number(self.read(), count(scope, filter)).await
    }

    /// Where undecided requests wait, and for whom.
    pub async fn waiting_places(&self) -> Result<Vec<WaitingPlace>> {
        let sql = Sql::new(
            "SELECT step, project_id, product_id, stage, MAX(deciders) AS deciders FROM request \
             WHERE state = 'submitted' AND step IS NOT NULL \
             GROUP BY step, project_id, product_id, stage ORDER BY step, project_id, product_id, stage",
        );
        into_all::<WaitingRow, _>(all(self.read(), sql).await?)
    }

    /// Undecided requests that were submitted at or before then and were reminded of less often than `reminders` times,
    /// oldest first.
    pub async fn requests_to_remind_of(
        &self,
        reminders: u16,
        submitted_until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Request>> {
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM request WHERE state = $1 AND submitted_at <= $2 AND reminders < $3 \
             ORDER BY submitted_at, id LIMIT {limit}"
        ));
        let sql = sql.bind(RequestState::Submitted.as_str()).bind(submitted_until).bind(reminders);
        into_all::<RequestRow, _>(all(self.read(), sql).await?)
    }

    /// Undecided requests that were submitted at or before then, oldest first: what has expired.
    pub async fn undecided_requests(&self, submitted_until: DateTime<Utc>, limit: u32) -> Result<Vec<Request>> {
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM request WHERE state = $1 AND submitted_at <= $2 ORDER BY submitted_at, id LIMIT {limit}"
        ));
        let sql = sql.bind(RequestState::Submitted.as_str()).bind(submitted_until);
        into_all::<RequestRow, _>(all(self.read(), sql).await?)
    }
}

impl Tx {
    /// The request, held until the end of the transaction.
    pub async fn request(&mut self, id: &RequestId) -> Result<Option<Request>> {
        let suffix = dialect::for_update(&self.on());
        get(self.on(), id, suffix).await
    }

    pub async fn insert_request(&mut self, request: &Request) -> Result<()> {
        execute(self.on(), Sql::insert("request", columns(request)?)).await.map(|_| ())
    }

    /// Writes the next version: `request.version` is one more than what the row has, or it is an [`Error::Conflict`].
    pub async fn update_request(&mut self, request: &Request) -> Result<()> {
        let mut sql = Sql::update("request", columns(request)?);
        sql.push(" WHERE id = ").value(request.id.as_str()).push(" AND version = ").value(request.version - 1);
        match execute(self.on(), sql).await? {
            0 => Err(Error::conflict("request", request.id.as_str())),
            _ => Ok(()),
        }
    }

    /// Keeps that the reminder of this number was given; `false` where it was before, or the request is decided. No new
    /// version: nothing that anybody sees changes.
    pub async fn reminded_of_request(&mut self, id: &RequestId, reminders: u16) -> Result<bool> {
        let sql =
            Sql::new("UPDATE request SET reminders = $1 WHERE id = $2 AND state = 'submitted' AND reminders < $1");
        Ok(execute(self.on(), sql.bind(reminders).bind(id.as_str())).await? > 0)
    }

    /// The undecided request of this kind about an environment: there is one at most.
    pub async fn undecided_request_of(
        &mut self,
        environment: &EnvironmentId,
        kind: RequestKind,
    ) -> Result<Option<RequestId>> {
        let row: Option<(String,)> = optional(self.on(), undecided_of(environment, kind)).await?;
        row.map(|(id,)| At::new("request", id.as_str()).parse("id", &id)).transpose()
    }

    /// An undecided request for a new environment of the same name in the account, other than `except`.
    pub async fn undecided_request_named(
        &mut self,
        account: &AccountId,
        region: &Region,
        name: &str,
        except: Option<&RequestId>,
    ) -> Result<Option<RequestId>> {
        let sql = Sql::new(
            "SELECT id FROM request WHERE state = $1 AND account_id = $2 AND region = $3 AND name = $4 AND id <> $5 \
             AND kind = 'provision' \
             ORDER BY submitted_at LIMIT 1",
        );
        let sql = sql
            .bind(RequestState::Submitted.as_str())
            .bind(account.as_str())
            .bind(region.as_str())
            .bind(name)
            .bind(except.map_or("", RequestId::as_str));
        let row: Option<(String,)> = optional(self.on(), sql).await?;
        row.map(|(id,)| At::new("request", id.as_str()).parse("id", &id)).transpose()
    }

    /// How many requests `requester` made since then, for the rate limit.
    pub async fn count_requests_of(&mut self, requester: &PersonKey, since: DateTime<Utc>) -> Result<i64> {
        let sql = Sql::new(
            "SELECT COUNT(*) AS n FROM request \
             WHERE requester_issuer = $1 AND requester_subject = $2 AND submitted_at > $3",
        );
        number(self.on(), sql.bind(&requester.issuer).bind(&requester.subject).bind(since)).await
    }

    /// Erases the sealed values of every approved request of an environment: what they were for is made, or over.
    pub async fn erase_sealed_of(&mut self, environment: &EnvironmentId) -> Result<bool> {
        let sql = Sql::new(
            "UPDATE request SET sealed = NULL WHERE environment_id = $1 AND state = 'approved' AND sealed IS NOT NULL",
        );
        Ok(execute(self.on(), sql.bind(environment.as_str())).await? > 0)
    }

    /// Erases the sealed values of a request whose record is final. No new version: nothing that anybody sees changes.
    pub async fn erase_sealed(&mut self, id: &RequestId) -> Result<bool> {
        let sql = Sql::new("UPDATE request SET sealed = NULL WHERE id = $1 AND sealed IS NOT NULL").bind(id.as_str());
        Ok(execute(self.on(), sql).await? > 0)
    }
}
