//! Who decides in whose place.

use chrono::{DateTime, Utc};
use domain::delegation::Delegation;
use domain::id::DelegationId;
use domain::person::PersonKey;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::{At, into_all, person};
use crate::run::{all, execute, optional};
use crate::sql::Sql;
use crate::tx::Tx;

const COLUMNS: &str = "id, issuer, subject, to_issuer, to_subject, reason, created_at, until_at, ended_at";

#[derive(sqlx::FromRow)]
struct DelegationRow {
    id: String,
    issuer: String,
    subject: String,
    to_issuer: String,
    to_subject: String,
    reason: String,
    created_at: i64,
    until_at: i64,
    ended_at: Option<i64>,
}

impl TryFrom<DelegationRow> for Delegation {
    type Error = Error;
    fn try_from(row: DelegationRow) -> Result<Self> {
        let at = At::new("delegation", row.id.as_str());
        Ok(Self {
            id: at.parse("id", &row.id)?,
            from: person(row.issuer, row.subject),
            to: person(row.to_issuer, row.to_subject),
            reason: row.reason,
            created_at: at.time("created_at", row.created_at)?,
            until: at.time("until_at", row.until_at)?,
            ended_at: at.optional_time("ended_at", row.ended_at)?,
        })
    }
}

impl Store {
    /// All that are in force: of the people who are away just now.
    pub async fn delegations(&self, now: DateTime<Utc>) -> Result<Vec<Delegation>> {
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM delegation WHERE ended_at IS NULL AND until_at > $1 ORDER BY until_at, id"
        ));
        into_all::<DelegationRow, _>(all(self.read(), sql.bind(now)).await?)
    }

    /// In whose place `to` decides now.
    pub async fn delegations_to(&self, to: &PersonKey, now: DateTime<Utc>) -> Result<Vec<Delegation>> {
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM delegation WHERE ended_at IS NULL AND to_issuer = $1 AND to_subject = $2 AND until_at > $3 \
             ORDER BY until_at, id"
        ));
        let sql = sql.bind(&to.issuer).bind(&to.subject).bind(now);
        into_all::<DelegationRow, _>(all(self.read(), sql).await?)
    }

    pub async fn delegation(&self, id: &DelegationId) -> Result<Option<Delegation>> {
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM delegation WHERE id = $1")).bind(id.as_str());
        optional::<DelegationRow>(self.read(), sql).await?.map(TryInto::try_into).transpose()
    }
}

impl Tx {
    /// [`Error::Duplicate`] where there is one from the same to the same person that nobody ended; those that ended by themselves
    /// do not count.
    pub async fn insert_delegation(&mut self, it: &Delegation) -> Result<()> {
        let over = Sql::new(
            "UPDATE delegation SET ended_at = until_at \
             WHERE ended_at IS NULL AND issuer = $1 AND subject = $2 AND to_issuer = $3 AND to_subject = $4 AND until_at <= $5",
        );
        let over = over.bind(&it.from.issuer).bind(&it.from.subject).bind(&it.to.issuer).bind(&it.to.subject);
        execute(self.on(), over.bind(it.created_at)).await?;
        let columns = vec![
            ("id", it.id.as_str().into()),
            ("issuer", (&it.from.issuer).into()),
            ("subject", (&it.from.subject).into()),
            ("to_issuer", (&it.to.issuer).into()),
            ("to_subject", (&it.to.subject).into()),
            ("reason", (&it.reason).into()),
            ("created_at", it.created_at.into()),
            ("until_at", it.until.into()),
            ("ended_at", it.ended_at.into()),
        ];
        execute(self.on(), Sql::insert("delegation", columns)).await.map(|_| ())
    }

    /// Ends it now; `false` where it was ended before.
    pub async fn end_delegation(&mut self, id: &DelegationId, now: DateTime<Utc>) -> Result<bool> {
        let sql = Sql::new("UPDATE delegation SET ended_at = $1 WHERE id = $2 AND ended_at IS NULL AND until_at > $1");
        Ok(execute(self.on(), sql.bind(now).bind(id.as_str())).await? > 0)
    }
}
