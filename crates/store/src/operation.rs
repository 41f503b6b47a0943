//! Operations: the rows are the jobs. A worker claims a row for a while (its lease), and every write checks that the row is
//! still the one that was claimed: each claim and each write makes a new version, so a worker that was overtaken cannot
//! write.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::id::{EnvironmentId, OperationId, ProductId};
use domain::operation::{Operation, Step, Subject};

use crate::connect::Store;
use crate::dialect;
use crate::error::{Error, Result};
use crate::row::{At, into_all, person, word};
use crate::run::{On, all, execute, number, optional};
use crate::sql::{Columns, Sql, json, optional_json};
use crate::tx::Tx;

const COLUMNS: &str = "id, kind, subject_kind, subject_id, project_id, on_behalf_of_issuer, on_behalf_of_subject, step, \
                       step_data, step_entered_at, attempt, trouble, next_run_at, lease_owner, lease_until, created_at, \
                       finished_at, version";

#[derive(sqlx::FromRow)]
struct OperationRow {
    id: String,
    kind: String,
    subject_kind: String,
    subject_id: String,
    project_id: Option<String>,
    on_behalf_of_issuer: String,
    on_behalf_of_subject: String,
    step: String,
    step_data: String,
    step_entered_at: i64,
    attempt: i64,
    trouble: Option<String>,
    next_run_at: i64,
    lease_owner: Option<String>,
    lease_until: Option<i64>,
    created_at: i64,
    finished_at: Option<i64>,
    version: i64,
}

impl TryFrom<OperationRow> for Operation {
    type Error = Error;
    fn try_from(row: OperationRow) -> Result<Self> {
        let at = At::new("operation", row.id.as_str());
        let step: Step = at.json("step_data", &row.step_data)?;
        if step.as_str() != row.step {
            return Err(at.corrupt("step", format!("{:?} is not the step of step_data", row.step)));
        }
        Ok(Self {
            id: at.parse("id", &row.id)?,
            kind: at.word("kind", &row.kind)?,
            subject: subject(&at, &row.subject_kind, &row.subject_id, row.project_id.as_deref())?,
            on_behalf_of: person(row.on_behalf_of_issuer, row.on_behalf_of_subject),
            step,
            step_entered_at: at.time("step_entered_at", row.step_entered_at)?,
            attempt: at.number("attempt", row.attempt)?,
            trouble: at.optional_json("trouble", row.trouble.as_deref())?,
            next_run_at: at.time("next_run_at", row.next_run_at)?,
            lease_owner: row.lease_owner,
            lease_until: at.optional_time("lease_until", row.lease_until)?,
            created_at: at.time("created_at", row.created_at)?,
            finished_at: at.optional_time("finished_at", row.finished_at)?,
            version: row.version,
        })
    }
}

fn subject(at: &At, kind: &str, id: &str, project: Option<&str>) -> Result<Subject> {
    match (kind, at.optional("project_id", project)?) {
        ("environment", Some(project)) => Ok(Subject::Environment { id: at.parse("subject_id", id)?, project }),
        ("running", Some(project)) => Ok(Subject::Running { id: at.parse("subject_id", id)?, project }),
        ("catalog_change", None) => Ok(Subject::CatalogChange { id: at.parse("subject_id", id)? }),
        ("blueprint", None) => Ok(Subject::Blueprint { id: at.parse("subject_id", id)? }),
        ("policy_change", None) => Ok(Subject::PolicyChange { id: at.parse("subject_id", id)? }),
        ("rollout", None) => Ok(Subject::Rollout { id: at.parse("subject_id", id)? }),
        ("revocation", None) => Ok(Subject::Revocation { id: at.parse("subject_id", id)? }),
        _ => Err(at.corrupt("subject_kind", format!("{kind:?} does not fit the row"))),
    }
}

fn columns(operation: &Operation) -> Result<Columns> {
    let (environment, project) = match &operation.subject {
        Subject::Environment { id, project } => (Some(id.as_str()), Some(project.as_str())),
        Subject::Running { project, .. } => (None, Some(project.as_str())),
        Subject::Revocation { .. }
        | Subject::PolicyChange { .. }
        | Subject::CatalogChange { .. }
        | Subject::Blueprint { .. }
        | Subject::Rollout { .. } => (None, None),
    };
    Ok(vec![
        ("id", operation.id.as_str().into()),
        ("kind", word(&operation.kind).into()),
        ("subject_kind", operation.subject.kind().into()),
        ("subject_id", operation.subject.id().into()),
        ("environment_id", environment.into()),
        ("project_id", project.into()),
        ("on_behalf_of_issuer", (&operation.on_behalf_of.issuer).into()),
        ("on_behalf_of_subject", (&operation.on_behalf_of.subject).into()),
        ("step", operation.step.as_str().into()),
        ("step_data", json("operation", "step_data", &operation.step)?),
        ("step_entered_at", operation.step_entered_at.into()),
        ("attempt", operation.attempt.into()),
        ("trouble", optional_json("operation", "trouble", operation.trouble.as_ref())?),
        ("next_run_at", operation.next_run_at.into()),
        ("lease_owner", operation.lease_owner.clone().into()),
        ("lease_until", operation.lease_until.into()),
        ("created_at", operation.created_at.into()),
        ("finished_at", operation.finished_at.into()),
        ("version", operation.version.into()),
    ])
}

async fn get(on: On<'_>, id: &OperationId, suffix: &str) -> Result<Option<Operation>> {
    let sql = Sql::new(format!("SELECT {COLUMNS} FROM operation WHERE id = $1{suffix}")).bind(id.as_str());
    optional::<OperationRow>(on, sql).await?.map(TryInto::try_into).transpose()
}

/// Unfinished, due, and in nobody's hands.
const CLAIMABLE: &str = "finished_at IS NULL AND next_run_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)";

pub(crate) fn claim(suffix: &str, now: DateTime<Utc>, owner: &str, lease_until: DateTime<Utc>, limit: u32) -> Sql {
    // MATERIALIZED: as a plain subquery, Postgres may run the inner part again for other rows, and takes more than `limit`.
    // The condition stands outside too: a row may change between the two.
    let sql = Sql::new(format!(
        "WITH due AS MATERIALIZED (\
           SELECT id FROM operation WHERE {CLAIMABLE} ORDER BY next_run_at, id LIMIT {limit}{suffix}\
         ) UPDATE operation SET lease_owner = $2, lease_until = $3, version = version + 1 \
         WHERE id IN (SELECT id FROM due) AND {CLAIMABLE} RETURNING {COLUMNS}"
    ));
    sql.bind(now).bind(owner).bind(lease_until)
}

impl Store {
    pub async fn operation(&self, id: &OperationId) -> Result<Option<Operation>> {
        get(self.read(), id, "").await
    }

    /// The operations of an environment, newest first.
    pub async fn operations_of(&self, environment: &EnvironmentId, limit: u32) -> Result<Vec<Operation>> {
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM operation WHERE environment_id = $1 ORDER BY created_at DESC, id DESC LIMIT {limit}"
        ));
        into_all::<OperationRow, _>(all(self.read(), sql.bind(environment.as_str())).await?)
    }

    /// The last operation that stopped or started what runs in an environment.
    pub async fn last_operation_on_running(&self, environment: &EnvironmentId) -> Result<Option<Operation>> {
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM operation WHERE subject_kind = 'running' AND subject_id = $1 \
             ORDER BY created_at DESC, id DESC LIMIT 1"
        ));
        optional::<OperationRow>(self.read(), sql.bind(environment.as_str())).await?.map(TryInto::try_into).transpose()
    }

    /// Takes up to `limit` operations that are due, the longest due first, into the hands of `owner` until `lease_until`.
    /// `owner` names one worker in one process. Each comes back in its new version. A row that cannot be read holds nobody up:
    /// it is logged, and passed over until its lease ends.
    pub async fn claim_operations(
        &self,
        now: DateTime<Utc>,
        owner: &str,
        lease_until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Operation>> {
        let on = self.write();
        let sql = claim(dialect::skip_locked(&on), now, owner, lease_until, limit);
        let rows: Vec<OperationRow> = all(on, sql).await?;
        let read = rows.into_iter().map(Operation::try_from).filter_map(|read| {
            read.inspect_err(|error| tracing::error!(%error, "an operation cannot be read and is passed over")).ok()
        });
        let mut claimed: Vec<Operation> = read.collect();
        claimed.sort_by(|a, b| (a.next_run_at, &a.id).cmp(&(b.next_run_at, &b.id)));
        Ok(claimed)
    }

    /// Holds a claimed operation for longer, in the version that was claimed; `false`: it is no longer in the owner's hands,
    /// and they must stop.
    pub async fn renew_operation(
        &self,
        operation: &Operation,
        owner: &str,
        lease_until: DateTime<Utc>,
    ) -> Result<bool> {
        let sql = Sql::new(
            "UPDATE operation SET lease_until = $1 \
             WHERE id = $2 AND version = $3 AND lease_owner = $4 AND finished_at IS NULL",
        );
        let sql = sql.bind(lease_until).bind(operation.id.as_str()).bind(operation.version).bind(owner);
        Ok(execute(self.write(), sql).await? > 0)
    }

    /// Gives an operation back, in the version that was claimed, for another worker to go on at once.
    pub async fn release_operation(&self, operation: &Operation, owner: &str) -> Result<bool> {
        let sql = Sql::new(
            "UPDATE operation SET lease_owner = NULL, lease_until = NULL \
             WHERE id = $1 AND version = $2 AND lease_owner = $3",
        );
        let sql = sql.bind(operation.id.as_str()).bind(operation.version).bind(owner);
        Ok(execute(self.write(), sql).await? > 0)
    }

    /// Gives back all that `owner` holds; answers how many those were.
    pub async fn release_operations_of(&self, owner: &str) -> Result<u64> {
        let sql = Sql::new(
            "UPDATE operation SET lease_owner = NULL, lease_until = NULL \
             WHERE finished_at IS NULL AND lease_owner = $1",
        );
        execute(self.write(), sql.bind(owner)).await
    }

    /// Unfinished operations by kind, and how many of them a worker holds at `now`.
    pub async fn count_operations(&self, now: DateTime<Utc>) -> Result<Vec<(String, i64, i64)>> {
        let sql = Sql::new(
            "SELECT kind, COUNT(*) AS unfinished, COUNT(CASE WHEN lease_until > $1 THEN 1 END) AS held \
             FROM operation WHERE finished_at IS NULL GROUP BY kind ORDER BY kind",
        );
        all(self.read(), sql.bind(now)).await
    }

    /// When the next unfinished operation is due, whoever has it; `None` when all are finished.
    pub async fn next_operation_due(&self) -> Result<Option<DateTime<Utc>>> {
        let sql = Sql::new(
            "SELECT id, next_run_at FROM operation WHERE finished_at IS NULL ORDER BY next_run_at, id LIMIT 1",
        );
        let row: Option<(String, i64)> = optional(self.read(), sql).await?;
        row.map(|(id, at)| At::new("operation", id).time("next_run_at", at)).transpose()
    }

    /// How many seconds each of up to `limit` successful provisionings of each product took, those of the newest environments
    /// first. A product without any is missing.
    pub async fn provisioning_seconds_of(
        &self,
        products: &[ProductId],
        limit: u32,
    ) -> Result<BTreeMap<ProductId, Vec<i64>>> {
        let mut found: BTreeMap<ProductId, Vec<i64>> = BTreeMap::new();
        // SQLite takes 500 parts at most.
        for products in products.chunks(200) {
            let mut sql = Sql::new("");
            for (i, product) in products.iter().enumerate() {
                if i > 0 {
                    sql.push(" UNION ALL ");
                }
                sql.push(
                    "SELECT product_id, seconds FROM (SELECT environment.product_id, \
                     (operation.finished_at - operation.created_at) / 1000 AS seconds FROM environment \
                     JOIN operation ON operation.environment_id = environment.id WHERE environment.product_id = ",
                );
                sql.value(product.as_str()).push(&format!(
                    " AND operation.kind = 'provision' AND operation.step = 'succeeded' \
                     ORDER BY environment.created_at DESC, environment.id DESC LIMIT {limit}) AS branch_{i}"
                ));
            }
            let rows: Vec<(String, i64)> = all(self.read(), sql).await?;
            for (id, seconds) in rows {
                let product = At::new("environment", id.as_str()).parse("product_id", &id)?;
                found.entry(product).or_default().push(seconds);
            }
        }
        Ok(found)
    }

    pub async fn count_unfinished_operations(&self) -> Result<i64> {
        number(self.read(), Sql::new("SELECT COUNT(*) AS n FROM operation WHERE finished_at IS NULL")).await
    }

    /// How many unfinished operations someone holds at `now`.
    pub async fn count_held_operations(&self, now: DateTime<Utc>) -> Result<i64> {
        let sql = Sql::new("SELECT COUNT(*) AS n FROM operation WHERE finished_at IS NULL AND lease_until > $1");
        number(self.read(), sql.bind(now)).await
    }
}

impl Tx {
    /// The operation, held until the end of the transaction.
    pub async fn operation(&mut self, id: &OperationId) -> Result<Option<Operation>> {
        let suffix = dialect::for_update(&self.on());
        get(self.on(), id, suffix).await
    }

    /// Whether an operation on this thing is unfinished.
    pub async fn is_worked_on(&mut self, kind: &str, id: &str) -> Result<bool> {
        let sql =
            Sql::new("SELECT id FROM operation WHERE subject_kind = $1 AND subject_id = $2 AND finished_at IS NULL");
        let found: Option<(String,)> = optional(self.on(), sql.bind(kind).bind(id)).await?;
        Ok(found.is_some())
    }

    /// Has the unfinished operation on this thing, if there is one, taken up at `now` instead of later.
    pub async fn hasten_operation(&mut self, kind: &str, id: &str, now: DateTime<Utc>) -> Result<()> {
        let sql = Sql::new(
            "UPDATE operation SET next_run_at = $1 \
             WHERE subject_kind = $2 AND subject_id = $3 AND finished_at IS NULL AND next_run_at > $1",
        );
        execute(self.on(), sql.bind(now).bind(kind).bind(id)).await.map(|_| ())
    }

    /// [`Error::Duplicate`] where another operation on the same thing is unfinished.
    pub async fn insert_operation(&mut self, operation: &Operation) -> Result<()> {
        execute(self.on(), Sql::insert("operation", columns(operation)?)).await.map(|_| ())
    }

    /// Writes a claimed operation: `operation.version` is one more than what was claimed. [`Error::Conflict`] when it is no
    /// longer in the hands of `owner`; then nothing of the transaction may be committed. To give it back with the same
    /// write, set `lease_owner` and `lease_until` to `None`.
    pub async fn save_operation(&mut self, operation: &Operation, owner: &str) -> Result<()> {
        let mut sql = Sql::update("operation", columns(operation)?);
        sql.push(" WHERE id = ").value(operation.id.as_str());
        sql.push(" AND version = ").value(operation.version - 1);
        sql.push(" AND lease_owner = ").value(owner);
        match execute(self.on(), sql).await? {
            0 => Err(Error::conflict("operation", operation.id.as_str())),
            _ => Ok(()),
        }
    }

    /// Writes the end of an operation whoever holds it, who then finds it lost; `operation.version` is one more than what was
    /// read. [`Error::Conflict`] when it came to an end by itself.
    pub async fn end_operation(&mut self, operation: &Operation) -> Result<()> {
        let mut sql = Sql::update("operation", columns(operation)?);
        sql.push(" WHERE id = ").value(operation.id.as_str());
        sql.push(" AND version = ").value(operation.version - 1).push(" AND finished_at IS NULL");
        match execute(self.on(), sql).await? {
            0 => Err(Error::conflict("operation", operation.id.as_str())),
            _ => Ok(()),
        }
    }

    /// Makes an unfinished operation due now, where it would be later; whoever holds it goes on.
    pub async fn wake_operation(&mut self, id: &OperationId, now: DateTime<Utc>) -> Result<bool> {
        let sql = Sql::new(
            "UPDATE operation SET next_run_at = $1 WHERE id = $2 AND finished_at IS NULL AND next_run_at > $1",
        );
        Ok(execute(self.on(), sql.bind(now).bind(id.as_str())).await? > 0)
    }
}
