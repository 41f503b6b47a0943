//! What people say runs a job.

use chrono::{DateTime, Utc};
use domain::id::EnvironmentId;
use domain::idle::JobMark;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::{At, into_all, person};
use crate::run::{On, all, execute, optional};
use crate::sql::Sql;
use crate::tx::Tx;

const COLUMNS: &str = "environment_id, item, reason, until_at, issuer, subject";

#[derive(sqlx::FromRow)]
struct JobMarkRow {
    environment_id: String,
    item: String,
    reason: String,
    until_at: i64,
    issuer: String,
    subject: String,
}

impl TryFrom<JobMarkRow> for JobMark {
    type Error = Error;
    fn try_from(row: JobMarkRow) -> Result<Self> {
        let at = At::new("job_mark", row.environment_id.as_str());
        Ok(Self {
            environment: at.parse("environment_id", &row.environment_id)?,
            until: at.time("until_at", row.until_at)?,
            item: row.item,
            reason: row.reason,
            by: person(row.issuer, row.subject),
        })
    }
}

async fn marks(on: On<'_>, environment: &EnvironmentId) -> Result<Vec<JobMark>> {
    let sql = Sql::new(format!("SELECT {COLUMNS} FROM job_mark WHERE environment_id = $1 ORDER BY item"));
    into_all::<JobMarkRow, _>(all(on, sql.bind(environment.as_str())).await?)
}

impl Store {
    /// The marks of an environment, also those that have ended.
    pub async fn job_marks(&self, environment: &EnvironmentId) -> Result<Vec<JobMark>> {
        marks(self.read(), environment).await
    }

    /// Forgets marks that ended before; answers how many.
    pub async fn sweep_job_marks(&self, before: DateTime<Utc>) -> Result<u64> {
        execute(self.write(), Sql::new("DELETE FROM job_mark WHERE until_at < $1").bind(before)).await
    }
}

impl Tx {
    pub async fn job_marks(&mut self, environment: &EnvironmentId) -> Result<Vec<JobMark>> {
        marks(self.on(), environment).await
    }

    /// Marks something, in place of the mark that it has.
    pub async fn put_job_mark(&mut self, it: &JobMark) -> Result<()> {
        let columns = vec![
            ("environment_id", it.environment.as_str().into()),
            ("item", (&it.item).into()),
            ("reason", (&it.reason).into()),
            ("until_at", it.until.into()),
            ("issuer", (&it.by.issuer).into()),
            ("subject", (&it.by.subject).into()),
        ];
        execute(self.on(), Sql::upsert("job_mark", "environment_id, item", columns)).await.map(|_| ())
    }

    /// Takes a mark away; answers what it was.
    pub async fn delete_job_mark(&mut self, environment: &EnvironmentId, item: &str) -> Result<Option<JobMark>> {
        let sql = Sql::new(format!("DELETE FROM job_mark WHERE environment_id = $1 AND item = $2 RETURNING {COLUMNS}"));
        let sql = sql.bind(environment.as_str()).bind(item);
        optional::<JobMarkRow>(self.on(), sql).await?.map(TryInto::try_into).transpose()
    }
}
