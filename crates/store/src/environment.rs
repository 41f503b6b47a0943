//! Environments.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::environment::{Environment, EnvironmentState};
use domain::id::{AccountId, EnvironmentId, OperationId, ProjectId, ProvisionedProductId, Region, RequestId};
use domain::person::StudioUserId;

use crate::connect::Store;
use crate::dialect;
use crate::environment_filter::EnvironmentFilter;
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, PageRequest};
use crate::row::{At, into_all, person};
use crate::run::{On, all, execute, number, optional};
use crate::scope::{Keys, Scope, page_query};
use crate::sql::{Columns, Sql, json, optional_json};
use crate::tx::Tx;

const COLUMNS: &str = "id, request_id, project_id, owner_issuer, owner_subject, studio_user_id, product_id, artifact_id, \
                       account_id, region, stage, name, state, problem, provisioned_product_id, stack_arn, outputs, \
                       tags, launch_target, operation_id, lease_ends_at, hold, revoked, created_at, updated_at, version, \
                       update_request_id, parameters, leaves, handed_over, homes, named_after, transfer";

const KEYS: Keys = Keys {
    table: "environment",
    time: "created_at",
    project: "project_id",
    issuer: "owner_issuer",
    subject: "owner_subject",
};

#[derive(sqlx::FromRow)]
struct EnvironmentRow {
    id: String,
    request_id: String,
    project_id: String,
    owner_issuer: String,
    owner_subject: String,
    studio_user_id: String,
    product_id: String,
    artifact_id: String,
    account_id: String,
    region: String,
    stage: String,
    name: String,
    state: String,
    problem: Option<String>,
    provisioned_product_id: Option<String>,
    stack_arn: Option<String>,
    outputs: String,
    tags: String,
    launch_target: Option<String>,
    operation_id: Option<String>,
    lease_ends_at: i64,
    hold: Option<String>,
    revoked: i64,
    created_at: i64,
    updated_at: i64,
    version: i64,
    update_request_id: Option<String>,
    parameters: String,
    leaves: String,
    handed_over: Option<String>,
    homes: String,
    named_after: Option<String>,
    transfer: Option<String>,
}

impl TryFrom<EnvironmentRow> for Environment {
    type Error = Error;
    fn try_from(row: EnvironmentRow) -> Result<Self> {
        let at = At::new("environment", row.id.as_str());
        Ok(Self {
            id: at.parse("id", &row.id)?,
            request: at.parse("request_id", &row.request_id)?,
            update: at.optional("update_request_id", row.update_request_id.as_deref())?,
            project: at.parse("project_id", &row.project_id)?,
            owner: person(row.owner_issuer, row.owner_subject),
            studio_user_id: at.word("studio_user_id", &row.studio_user_id)?,
            named_after: row.named_after.as_deref().map(|name| at.word("named_after", name)).transpose()?,
            transfer: at.optional_json("transfer", row.transfer.as_deref())?,
            product: at.parse("product_id", &row.product_id)?,
            artifact: at.parse("artifact_id", &row.artifact_id)?,
            account: at.parse("account_id", &row.account_id)?,
            region: at.parse("region", &row.region)?,
            stage: at.parse("stage", &row.stage)?,
            name: row.name,
            state: at.parse("state", &row.state)?,
            problem: at.optional_json("problem", row.problem.as_deref())?,
            provisioned_product: at.optional("provisioned_product_id", row.provisioned_product_id.as_deref())?,
            stack_arn: row.stack_arn,
            outputs: at.json("outputs", &row.outputs)?,
            parameters: at.json("parameters", &row.parameters)?,
            tags: at.json("tags", &row.tags)?,
            launch_target: at.optional_json("launch_target", row.launch_target.as_deref())?,
            operation: at.optional("operation_id", row.operation_id.as_deref())?,
            lease_ends_at: at.time("lease_ends_at", row.lease_ends_at)?,
            leaves: at.parse("leaves", &row.leaves)?,
            handed_over: at.optional_json("handed_over", row.handed_over.as_deref())?,
            homes: at.json("homes", &row.homes)?,
            hold: at.optional_json("hold", row.hold.as_deref())?,
            revoked: row.revoked != 0,
            created_at: at.time("created_at", row.created_at)?,
            updated_at: at.time("updated_at", row.updated_at)?,
            version: row.version,
        })
    }
}

/// Without `revoked`, which follows from the revocations alone.
fn columns(environment: &Environment) -> Result<Columns> {
    Ok(vec![
        ("id", environment.id.as_str().into()),
        ("request_id", environment.request.as_str().into()),
        ("update_request_id", environment.update.as_ref().map(RequestId::as_str).into()),
        ("project_id", environment.project.as_str().into()),
        ("owner_issuer", (&environment.owner.issuer).into()),
        ("owner_subject", (&environment.owner.subject).into()),
        ("studio_user_id", environment.studio_user_id.as_str().into()),
        ("named_after", environment.named_after.as_ref().map(StudioUserId::as_str).into()),
        ("transfer", optional_json("environment", "transfer", environment.transfer.as_ref())?),
        ("product_id", environment.product.as_str().into()),
        ("artifact_id", environment.artifact.as_str().into()),
        ("account_id", environment.account.as_str().into()),
        ("region", environment.region.as_str().into()),
        ("stage", environment.stage.as_str().into()),
        ("name", (&environment.name).into()),
        ("state", environment.state.as_str().into()),
        ("problem", optional_json("environment", "problem", environment.problem.as_ref())?),
        ("provisioned_product_id", environment.provisioned_product.as_ref().map(ProvisionedProductId::as_str).into()),
        ("stack_arn", environment.stack_arn.clone().into()),
        ("outputs", json("environment", "outputs", &environment.outputs)?),
        ("parameters", json("environment", "parameters", &environment.parameters)?),
        ("tags", json("environment", "tags", &environment.tags)?),
        ("launch_target", optional_json("environment", "launch_target", environment.launch_target.as_ref())?),
        ("operation_id", environment.operation.as_ref().map(OperationId::as_str).into()),
        ("lease_ends_at", environment.lease_ends_at.into()),
        ("leaves", environment.leaves.as_str().into()),
        ("handed_over", optional_json("environment", "handed_over", environment.handed_over.as_ref())?),
        ("homes", json("environment", "homes", &environment.homes)?),
        ("keeps_files", i64::from(keeps_files(environment)).into()),
        ("hold", optional_json("environment", "hold", environment.hold.as_ref())?),
        ("held_until", environment.hold.as_ref().map(|hold| hold.until).into()),
        ("created_at", environment.created_at.into()),
        ("updated_at", environment.updated_at.into()),
        ("version", environment.version.into()),
    ])
}

/// Whether nothing is left of it but files.
fn keeps_files(environment: &Environment) -> bool {
    environment.state == EnvironmentState::Terminated && environment.homes.kept().next().is_some()
}

async fn get(on: On<'_>, id: &EnvironmentId, suffix: &str) -> Result<Option<Environment>> {
    let sql = Sql::new(format!("SELECT {COLUMNS} FROM environment WHERE id = $1{suffix}")).bind(id.as_str());
    optional::<EnvironmentRow>(on, sql).await?.map(TryInto::try_into).transpose()
}

pub(crate) fn list(scope: &Scope, filter: &EnvironmentFilter, page: &PageRequest) -> Option<Sql> {
    page_query(KEYS, COLUMNS, &scope.narrowed(filter.project.as_ref()), page, |sql| filter.push(sql))
}

pub(crate) fn count(scope: &Scope, filter: &EnvironmentFilter) -> Sql {
    let mut sql = Sql::new("SELECT COUNT(*) AS n FROM environment WHERE ");
    conditions(scope, filter, &mut sql);
    sql
}

fn conditions(scope: &Scope, filter: &EnvironmentFilter, sql: &mut Sql) {
    scope.narrowed(filter.project.as_ref()).condition(sql, KEYS);
    filter.push(sql);
}

impl Store {
    pub async fn environment(&self, id: &EnvironmentId) -> Result<Option<Environment>> {
        get(self.read(), id, "").await
    }

    pub async fn environment_of_request(&self, request: &RequestId) -> Result<Option<Environment>> {
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM environment WHERE request_id = $1")).bind(request.as_str());
        optional::<EnvironmentRow>(self.read(), sql).await?.map(TryInto::try_into).transpose()
    }

    /// By the time of creation.
    pub async fn environments(
        &self,
        scope: &Scope,
        filter: &EnvironmentFilter,
        page: &PageRequest,
    ) -> Result<Page<Environment>> {
        let Some(sql) = list(scope, filter, page) else { return Ok(Page::default()) };
        let items: Vec<Environment> = into_all::<EnvironmentRow, _>(all(self.read(), sql).await?)?;
        Ok(page.page(items, |e| Cursor { at: e.created_at.timestamp_millis(), id: e.id.as_str().to_owned() }))
    }

    pub async fn count_environments(&self, scope: &Scope, filter: &EnvironmentFilter) -> Result<i64> {
        if matches!(scope, Scope::Nothing) {
            return Ok(0);
        }
        number(self.read(), count(scope, filter)).await
    }

    /// The same, counted up to `limit`: a list of any length is not read to its end to say that it is long.
    pub async fn count_environments_up_to(&self, scope: &Scope, filter: &EnvironmentFilter, limit: u32) -> Result<u32> {
        if matches!(scope, Scope::Nothing) {
            return Ok(0);
        }
        let mut sql = Sql::new("SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM environment WHERE ");
        conditions(scope, filter, &mut sql);
        sql.push(&format!(" LIMIT {limit}) AS counted"));
        Ok(u32::try_from(number(self.read(), sql).await?).unwrap_or(limit))
    }

    /// Environments whose lease ends after `now`, within `before`, and of which fewer than `warnings` warnings were given,
    /// those that end first first. One that never had more time than that is not warned of it.
    pub async fn environments_to_warn(
        &self,
        warnings: u16,
        before: TimeDelta,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Environment>> {
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM environment WHERE state IN ('available', 'updating', 'tainted', 'error') \
             AND lease_ends_at > $1 AND lease_ends_at <= $2 AND lease_warnings < $3 AND lease_ends_at - created_at > $4 \
             ORDER BY lease_ends_at, id LIMIT {limit}"
        ));
        let sql = sql.bind(now).bind(now + before).bind(warnings).bind(before.num_milliseconds());
        into_all::<EnvironmentRow, _>(all(self.read(), sql).await?)
    }

    /// Environments at rest whose lease ended at or before `ended` and whose hold, if any, at or before `now`, those that
    /// nobody worked on for longest first: one that cannot be terminated holds up no other.
    pub async fn environments_past_lease(
        &self,
        ended: DateTime<Utc>,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Environment>> {
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM environment WHERE state IN ('available', 'tainted', 'error') \
             AND lease_ends_at <= $1 AND (held_until IS NULL OR held_until <= $2) ORDER BY updated_at, id LIMIT {limit}"
        ));
        into_all::<EnvironmentRow, _>(all(self.read(), sql.bind(ended).bind(now)).await?)
    }
}

impl Store {
    /// Environments that no operation is at work on, account by account, those after one of them; `limit` at most.
    pub async fn environments_at_rest(&self, after: Option<&Environment>, limit: u32) -> Result<Vec<Environment>> {
        let mut sql =
            Sql::new(format!("SELECT {COLUMNS} FROM environment WHERE state IN ('available', 'tainted', 'error')"));
        if let Some(it) = after {
            sql.push(" AND (account_id, region, id) > (").value(it.account.as_str());
            sql.push(", ").value(it.region.as_str()).push(", ").value(it.id.as_str()).push(")");
        }
        sql.push(&format!(" ORDER BY account_id, region, id LIMIT {limit}"));
        into_all::<EnvironmentRow, _>(all(self.read(), sql).await?)
    }

    /// How many environments of a project are not terminated, by account and region.
    pub async fn live_environments_by_account(
        &self,
        project: &ProjectId,
    ) -> Result<BTreeMap<(AccountId, Region), i64>> {
        let sql = Sql::new(
            "SELECT account_id, region, COUNT(*) AS n FROM environment \
             WHERE project_id = $1 AND state <> 'terminated' GROUP BY account_id, region",
        );
        let rows: Vec<(String, String, i64)> = all(self.read(), sql.bind(project.as_str())).await?;
        rows.into_iter()
            .map(|(account, region, n)| {
                let at = At::new("environment", account.as_str());
                Ok(((at.parse("account_id", &account)?, at.parse("region", &region)?), n))
            })
            .collect()
    }
}

impl Tx {
    /// The environment, held until the end of the transaction.
    pub async fn environment(&mut self, id: &EnvironmentId) -> Result<Option<Environment>> {
        let suffix = dialect::for_update(&self.on());
        get(self.on(), id, suffix).await
    }

    /// The environment that is not terminated and has this name there.
    pub async fn live_environment_named(
        &mut self,
        account: &AccountId,
        region: &Region,
        name: &str,
    ) -> Result<Option<Environment>> {
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM environment \
             WHERE account_id = $1 AND region = $2 AND name = $3 AND state <> 'terminated'"
        ));
        let sql = sql.bind(account.as_str()).bind(region.as_str()).bind(name);
        optional::<EnvironmentRow>(self.on(), sql).await?.map(TryInto::try_into).transpose()
    }

    /// How many environments of the project in the account are not terminated.
    pub async fn count_live_environments(
        &mut self,
        project: &ProjectId,
        account: &AccountId,
        region: &Region,
    ) -> Result<i64> {
        let sql = Sql::new(
            "SELECT COUNT(*) AS n FROM environment \
             WHERE account_id = $1 AND region = $2 AND project_id = $3 AND state <> 'terminated'",
        );
        number(self.on(), sql.bind(account.as_str()).bind(region.as_str()).bind(project.as_str())).await
    }

    /// [`Error::Duplicate`] where the name is taken in the account, or the request has an environment already.
    pub async fn insert_environment(&mut self, environment: &Environment) -> Result<()> {
        execute(self.on(), Sql::insert("environment", columns(environment)?)).await.map(|_| ())
    }

    /// Writes the next version: `environment.version` is one more than what the row has, or it is an [`Error::Conflict`].
    pub async fn update_environment(&mut self, environment: &Environment) -> Result<()> {
        let mut sql = Sql::update("environment", columns(environment)?);
        // Another end is warned of anew.
        sql.push(", lease_warnings = CASE WHEN lease_ends_at = ").value(environment.lease_ends_at);
        sql.push(" THEN lease_warnings ELSE 0 END WHERE id = ").value(environment.id.as_str());
        sql.push(" AND version = ").value(environment.version - 1);
        match execute(self.on(), sql).await? {
            0 => Err(Error::conflict("environment", environment.id.as_str())),
            _ => Ok(()),
        }
    }

    /// Notes that the warning number `warnings` was given of this end of its lease; `false` where it was before, or where the
    /// end is another by now. That makes no new version: nothing of the environment itself is other than before.
    pub async fn warned_of_lease_end(&mut self, it: &Environment, warnings: u16) -> Result<bool> {
        let sql = Sql::new(
            "UPDATE environment SET lease_warnings = $1 WHERE id = $2 AND lease_ends_at = $3 AND lease_warnings < $1",
        );
        Ok(execute(self.on(), sql.bind(warnings).bind(it.id.as_str()).bind(it.lease_ends_at)).await? > 0)
    }
}
