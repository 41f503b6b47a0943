//! Live probes, one row an account: what is asked for, and what was found last.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::id::AccountId;
use domain::person::PersonKey;
use domain::probe::Probe;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::{At, person};
use crate::run::{all, execute};
use crate::sql::{Sql, json, optional_json};
use crate::tx::Tx;

const COLUMNS: &str = "account, by_issuer, by_subject, asked_at, waiting, finished_at, problem, findings";

#[derive(sqlx::FromRow)]
struct ProbeRow {
    account: String,
    by_issuer: String,
    by_subject: String,
    asked_at: i64,
    waiting: i64,
    finished_at: Option<i64>,
    problem: Option<String>,
    findings: String,
}

impl TryFrom<ProbeRow> for Probe {
    type Error = Error;

    fn try_from(row: ProbeRow) -> Result<Self> {
        let at = At::new("probe", row.account.as_str());
        Ok(Self {
            account: at.parse("account", &row.account)?,
            asked_by: person(row.by_issuer, row.by_subject),
            asked_at: at.time("asked_at", row.asked_at)?,
            waiting: row.waiting != 0,
            finished_at: at.optional_time("finished_at", row.finished_at)?,
            problem: at.optional_json("problem", row.problem.as_deref())?,
            findings: at.json("findings", &row.findings)?,
        })
    }
}

impl Store {
    /// The probes of accounts; one that was never asked for is missing.
    pub async fn probes_of<'a>(
        &self,
        accounts: impl IntoIterator<Item = &'a str>,
    ) -> Result<BTreeMap<AccountId, Probe>> {
        let accounts: Vec<&str> = accounts.into_iter().collect();
        if accounts.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM probe WHERE account IN "));
        sql.tuple(accounts);
        let rows: Vec<ProbeRow> = all(self.read(), sql).await?;
        rows.into_iter().map(|row| Probe::try_from(row).map(|probe| (probe.account.clone(), probe))).collect()
    }

    /// Probes that nobody has carried out yet, `limit` at most, those that wait longest first.
    pub async fn waiting_probes(&self, limit: u32) -> Result<Vec<Probe>> {
        let sql =
            Sql::new(format!("SELECT {COLUMNS} FROM probe WHERE waiting = 1 ORDER BY asked_at, account LIMIT {limit}"));
        crate::row::into_all::<ProbeRow, _>(all(self.read(), sql).await?)
    }
}

impl Tx {
    /// Asks for a probe; `false` where one waits already. What was found before stays until it is found anew.
    pub async fn ask_probe(&mut self, account: &AccountId, by: &PersonKey, at: DateTime<Utc>) -> Result<bool> {
        let sql = Sql::new(
            "INSERT INTO probe (account, by_issuer, by_subject, asked_at, waiting, findings) \
             VALUES ($1, $2, $3, $4, 1, '{}') ON CONFLICT (account) DO UPDATE SET by_issuer = excluded.by_issuer, \
             by_subject = excluded.by_subject, asked_at = excluded.asked_at, waiting = 1 WHERE probe.waiting = 0",
        );
        let sql = sql.bind(account.as_str()).bind(&by.issuer).bind(&by.subject).bind(at);
        Ok(execute(self.on(), sql).await? > 0)
    }

    /// Writes what came of a probe; an [`Error::Conflict`] where it no longer waits.
    pub async fn finish_probe(&mut self, it: &Probe) -> Result<()> {
        let columns = vec![
            ("waiting", i64::from(it.waiting).into()),
            ("finished_at", it.finished_at.into()),
            ("problem", optional_json("probe", "problem", it.problem.as_ref())?),
            ("findings", json("probe", "findings", &it.findings)?),
        ];
        let mut sql = Sql::update("probe", columns);
        sql.push(" WHERE waiting = 1 AND account = ").value(it.account.as_str());
        sql.push(" AND asked_at = ").value(it.asked_at);
        match execute(self.on(), sql).await? {
            0 => Err(Error::conflict("probe", it.account.as_str())),
            _ => Ok(()),
        }
    }
}
