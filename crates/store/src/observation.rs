//! What looks at AWS found of environments, and who waits for another.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::id::EnvironmentId;
use domain::observed::{Observed, Running};

use crate::connect::Store;
use crate::error::Result;
use crate::row::At;
use crate::run::{all, execute, optional};
use crate::sql::{Sql, json};
use crate::tx::Tx;

/// The row of an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observation {
    /// Somebody waits for a look since then.
    pub asked_at: Option<DateTime<Utc>>,
    /// What the last look found.
    pub observed: Option<Observed>,
}

impl Store {
    /// What is known of an environment.
    pub async fn observation(&self, environment: &EnvironmentId) -> Result<Observation> {
        let sql = Sql::new("SELECT asked_at, body FROM observation WHERE environment_id = $1");
        let row: Option<(Option<i64>, Option<String>)> = optional(self.read(), sql.bind(environment.as_str())).await?;
        let Some((asked_at, body)) = row else { return Ok(Observation::default()) };
        let at = At::new("observation", environment.as_str());
        Ok(Observation {
            asked_at: at.optional_time("asked_at", asked_at)?,
            observed: at.optional_json("body", body.as_deref())?,
        })
    }

    /// Those of the environments in which the last look found a notebook instance that can be started.
    pub async fn startable(
        &self,
        environments: impl IntoIterator<Item = &EnvironmentId>,
    ) -> Result<BTreeSet<EnvironmentId>> {
        let environments: Vec<&str> = environments.into_iter().map(EnvironmentId::as_str).collect();
        if environments.is_empty() {
            return Ok(BTreeSet::new());
        }
        let mut sql =
            Sql::new("SELECT environment_id, body FROM observation WHERE body IS NOT NULL AND environment_id IN ");
        sql.tuple(environments);
        let rows: Vec<(String, String)> = all(self.read(), sql).await?;
        let mut found = BTreeSet::new();
        for (id, body) in rows {
            let observed: Observed = At::new("observation", id.as_str()).json("body", &body)?;
            if observed.running.iter().any(Running::is_startable) {
                found.insert(observed.environment);
            }
        }
        Ok(found)
    }

    /// Environments that somebody waits for a look at, those that wait longest first.
    pub async fn asked_observations(&self, limit: u32) -> Result<Vec<EnvironmentId>> {
        let sql = Sql::new(format!(
            "SELECT environment_id FROM observation WHERE asked_at IS NOT NULL ORDER BY asked_at LIMIT {limit}"
        ));
        let rows: Vec<(String,)> = all(self.read(), sql).await?;
        rows.into_iter().map(|(id,)| At::new("observation", id.as_str()).parse("environment_id", &id)).collect()
    }
}

impl Tx {
    /// Asks for a look; `false` where one is waited for already.
    pub async fn ask_observation(&mut self, environment: &EnvironmentId, at: DateTime<Utc>) -> Result<bool> {
        let sql = Sql::new(
            "INSERT INTO observation (environment_id, asked_at) VALUES ($1, $2) ON CONFLICT (environment_id) DO UPDATE SET \
             asked_at = excluded.asked_at WHERE observation.asked_at IS NULL",
        );
        Ok(execute(self.on(), sql.bind(environment.as_str()).bind(at)).await? > 0)
    }

    /// Keeps what a look found; nobody waits for one any more who asked before it.
    pub async fn put_observed(&mut self, it: &Observed) -> Result<()> {
        let columns = vec![
            ("environment_id", it.environment.as_str().into()),
            ("read_at", it.read_at.into()),
            ("drifted", i64::from(!it.drift.is_empty()).into()),
            ("tags_differ", i64::from(!it.tag_differences.is_empty()).into()),
            ("running", i64::try_from(it.billed().count()).unwrap_or(i64::MAX).into()),
            ("body", json("observation", "body", it)?),
        ];
        execute(self.on(), Sql::upsert("observation", "environment_id", columns)).await?;
        self.end_observation_wait(&it.environment, it.read_at).await
    }

    /// Nobody waits any more who asked at or before `until`, whatever was found.
    pub async fn end_observation_wait(&mut self, environment: &EnvironmentId, until: DateTime<Utc>) -> Result<()> {
        let sql = Sql::new("UPDATE observation SET asked_at = NULL WHERE environment_id = $1 AND asked_at <= $2");
        execute(self.on(), sql.bind(environment.as_str()).bind(until)).await.map(|_| ())
    }
}
