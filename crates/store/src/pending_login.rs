//! Sign-ins that wait for the provider's answer.

use chrono::{DateTime, Utc};

use crate::connect::Store;
use crate::error::Result;
use crate::run::{execute, optional};
use crate::sql::Sql;

/// One of them. Who reads the table can answer none: state and cookie are digests here, and the rest is sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct PendingLoginRecord {
    /// Digest of the state.
    pub state: String,
    /// Digest of the secret in the browser's cookie.
    pub browser: String,
    pub sealed: String,
    pub began_at: DateTime<Utc>,
}

impl std::fmt::Debug for PendingLoginRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingLoginRecord").field("began_at", &self.began_at).finish_non_exhaustive()
    }
}

impl Store {
    pub async fn add_pending_login(&self, login: &PendingLoginRecord) -> Result<()> {
        let columns = vec![
            ("state", (&login.state).into()),
            ("browser", (&login.browser).into()),
            ("sealed", (&login.sealed).into()),
            ("began_at", login.began_at.into()),
        ];
        execute(self.write(), Sql::insert("pending_login", columns)).await.map(|_| ())
    }

    /// Takes it away, for the browser that began it alone: whatever comes at once, one answer gets it. Answers what was
    /// sealed.
    pub async fn take_pending_login(&self, state: &str, browser: &str) -> Result<Option<String>> {
        let sql = Sql::new("DELETE FROM pending_login WHERE state = $1 AND browser = $2 RETURNING sealed");
        let row: Option<(String,)> = optional(self.write(), sql.bind(state).bind(browser)).await?;
        Ok(row.map(|(sealed,)| sealed))
    }

    /// Removes those that were begun before then; answers how many.
    pub async fn sweep_pending_logins(&self, before: DateTime<Utc>) -> Result<u64> {
        execute(self.write(), Sql::new("DELETE FROM pending_login WHERE began_at <= $1").bind(before)).await
    }
}
