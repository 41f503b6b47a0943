//! Browser sessions. The id here is a digest of the one in the cookie: who reads the table cannot take a session over.
//!
//! A session that ended stays for a day with nothing in it but its person: what was typed into a form before the sign-out
//! is kept for that person ([`Store::person_of_session`]).

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use domain::person::PersonKey;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::{At, into_all, person};
use crate::run::{all, execute, optional};
use crate::sql::{Sql, Value};
use crate::tx::Tx;

/// How long a session that ended is remembered.
const REMEMBERED: TimeDelta = TimeDelta::hours(24);
/// What ending a session does: it expired long ago and holds nothing.
const END: &str = "UPDATE session SET expires_at = 0, data = ''";

const COLUMNS: &str = "id, data, issuer, subject, user_agent, created_at, last_seen_at, expires_at";

/// See the module.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// Digest of the id in the cookie.
    pub id: String,
    /// What the server keeps in it, as it writes it.
    pub data: String,
    /// `None`: nobody's, as a session before any sign-in would be.
    pub person: Option<PersonKey>,
    pub user_agent: String,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    /// When it ends, however much it is used.
    pub expires_at: DateTime<Utc>,
}

impl fmt::Debug for SessionRecord {
    /// Without the digest, which names the session, and without what is in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionRecord")
            .field("person", &self.person)
            .field("created_at", &self.created_at)
            .field("last_seen_at", &self.last_seen_at)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// A person's living sessions, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LivingSessions {
    pub count: i64,
    pub last_seen_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    id: String,
    data: String,
    issuer: Option<String>,
    subject: Option<String>,
    user_agent: String,
    created_at: i64,
    last_seen_at: i64,
    expires_at: i64,
}

impl TryFrom<SessionRow> for SessionRecord {
    type Error = Error;
    fn try_from(row: SessionRow) -> Result<Self> {
        let at = At::new("session", row.id.as_str());
        Ok(Self {
            person: row.issuer.zip(row.subject).map(|(issuer, subject)| person(issuer, subject)),
            user_agent: row.user_agent,
            created_at: at.time("created_at", row.created_at)?,
            last_seen_at: at.time("last_seen_at", row.last_seen_at)?,
            expires_at: at.time("expires_at", row.expires_at)?,
            data: row.data,
            id: row.id,
        })
    }
}

impl Store {
    /// Adds a session; [`Error::Duplicate`] where there is one with this id.
    pub async fn create_session(&self, session: &SessionRecord) -> Result<()> {
        let person = session.person.as_ref();
        let columns = vec![
            ("id", Value::from(&session.id)),
            ("data", Value::from(&session.data)),
            ("issuer", person.map(|p| p.issuer.as_str()).into()),
            ("subject", person.map(|p| p.subject.as_str()).into()),
            ("user_agent", Value::from(&session.user_agent)),
            ("created_at", session.created_at.into()),
            ("last_seen_at", session.last_seen_at.into()),
            ("expires_at", session.expires_at.into()),
        ];
        execute(self.write(), Sql::insert("session", columns)).await.map(|_| ())
    }

    /// The session, if it lives at `now`: not past its end, and used within the last `idle`.
    pub async fn session(&self, id: &str, now: DateTime<Utc>, idle: TimeDelta) -> Result<Option<SessionRecord>> {
        let sql =
            Sql::new(format!("SELECT {COLUMNS} FROM session WHERE id = $1 AND expires_at > $2 AND last_seen_at > $3"));
        optional::<SessionRow>(self.read(), sql.bind(id).bind(now).bind(now - idle))
            .await?
            .map(TryInto::try_into)
            .transpose()
    }

    /// Notes that the session is used; answers whether it is still there. To be called once in a while, not at every
    /// request: it is a write.
    pub async fn touch_session(&self, id: &str, now: DateTime<Utc>) -> Result<bool> {
        let sql =
            Sql::new("UPDATE session SET last_seen_at = $1 WHERE id = $2 AND last_seen_at <= $1 AND expires_at > 0");
        Ok(execute(self.write(), sql.bind(now).bind(id)).await? > 0)
    }

    /// Ends a session: its owner signs out.
    pub async fn delete_session(&self, id: &str) -> Result<bool> {
        let sql = Sql::new(format!("{END} WHERE id = $1 AND expires_at > 0"));
        Ok(execute(self.write(), sql.bind(id)).await? > 0)
    }

    /// Whose session it is or was, whether it lives or not.
    pub async fn person_of_session(&self, id: &str) -> Result<Option<PersonKey>> {
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM session WHERE id = $1"));
        let row = optional::<SessionRow>(self.read(), sql.bind(id)).await?;
        Ok(row.map(SessionRecord::try_from).transpose()?.and_then(|session| session.person))
    }

    /// A person's living sessions, last used first.
    pub async fn sessions_of(
        &self,
        person: &PersonKey,
        now: DateTime<Utc>,
        idle: TimeDelta,
    ) -> Result<Vec<SessionRecord>> {
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM session WHERE issuer = $1 AND subject = $2 AND expires_at > $3 AND last_seen_at > $4 \
             ORDER BY last_seen_at DESC LIMIT 200"
        ));
        let sql = sql.bind(&person.issuer).bind(&person.subject).bind(now).bind(now - idle);
        into_all::<SessionRow, _>(all(self.read(), sql).await?)
    }

    /// How many living sessions each person has, of those who have any.
    pub async fn living_sessions(
        &self,
        now: DateTime<Utc>,
        idle: TimeDelta,
    ) -> Result<BTreeMap<PersonKey, LivingSessions>> {
        let sql = Sql::new(
            "SELECT issuer, subject, COUNT(*) AS n, MAX(last_seen_at) AS seen FROM session \
             WHERE last_seen_at > $1 AND expires_at > $2 AND issuer IS NOT NULL GROUP BY issuer, subject",
        );
        let rows: Vec<(String, String, i64, i64)> = all(self.read(), sql.bind(now - idle).bind(now)).await?;
        rows.into_iter()
            .map(|(issuer, subject, count, seen)| {
                let last_seen_at = At::new("session", subject.as_str()).time("last_seen_at", seen)?;
                Ok((person(issuer, subject), LivingSessions { count, last_seen_at }))
            })
            .collect()
    }

    /// Removes what nobody needs any more: sessions that were last used a day before they could have ended, and those
    /// that ended before anybody signed in; answers how many.
    pub async fn sweep_sessions(&self, now: DateTime<Utc>, idle: TimeDelta) -> Result<u64> {
        let sql = Sql::new("DELETE FROM session WHERE last_seen_at <= $1 OR (expires_at <= $2 AND issuer IS NULL)");
        execute(self.write(), sql.bind(now - idle - REMEMBERED).bind(now)).await
    }
}

impl Tx {
    /// Ends one of the person's own sessions; `false` when they have no such session.
    pub async fn end_session_of(&mut self, person: &PersonKey, id: &str) -> Result<bool> {
        let sql = Sql::new(format!("{END} WHERE id = $1 AND issuer = $2 AND subject = $3 AND expires_at > 0"));
        Ok(execute(self.on(), sql.bind(id).bind(&person.issuer).bind(&person.subject)).await? > 0)
    }

    /// Ends all sessions of a person, but not `except`; answers how many.
    pub async fn end_sessions_of(&mut self, person: &PersonKey, except: Option<&str>) -> Result<u64> {
        let sql = Sql::new(format!("{END} WHERE issuer = $1 AND subject = $2 AND id <> $3 AND expires_at > 0"));
        execute(self.on(), sql.bind(&person.issuer).bind(&person.subject).bind(except.unwrap_or_default())).await
    }
}
