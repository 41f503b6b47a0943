//! One row per form that was posted, so that a double click, or a browser that sends again, makes one thing.

use chrono::{DateTime, Utc};
use domain::person::PersonKey;

use crate::connect::Store;
use crate::dialect;
use crate::error::Result;
use crate::run::{execute, optional};
use crate::sql::Sql;
use crate::tx::Tx;

/// What became of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormToken {
    /// Never used: do the work, then [`Tx::finish_form`] in the same transaction.
    Fresh,
    /// The last post that did something led to this path.
    Used { path: String },
}

impl Tx {
    /// Uses a form's token. A second post with the same one waits here until the first is committed or gone.
    pub async fn use_form_token(&mut self, token: &str, person: &PersonKey, now: DateTime<Utc>) -> Result<FormToken> {
        let columns = vec![
            ("token", token.into()),
            ("issuer", (&person.issuer).into()),
            ("subject", (&person.subject).into()),
            ("created_at", now.into()),
        ];
        let mut insert = Sql::insert("form_token", columns);
        insert.push(" ON CONFLICT (token, issuer, subject) DO NOTHING");
        if execute(self.on(), insert).await? > 0 {
            return Ok(FormToken::Fresh);
        }
        // Held until the end of the transaction: a form that was changed and is posted twice makes one thing, too.
        let held = dialect::for_update(&self.on());
        let text = format!("SELECT path FROM form_token WHERE token = $1 AND issuer = $2 AND subject = $3{held}");
        let sql = Sql::new(text).bind(token).bind(&person.issuer).bind(&person.subject);
        let row: Option<(Option<String>,)> = optional(self.on(), sql).await?;
        Ok(row.and_then(|(path,)| path).map_or(FormToken::Fresh, |path| FormToken::Used { path }))
    }

    /// Notes where the post led to.
    pub async fn finish_form(&mut self, token: &str, person: &PersonKey, path: &str) -> Result<()> {
        let sql = Sql::new("UPDATE form_token SET path = $1 WHERE token = $2 AND issuer = $3 AND subject = $4");
        let sql = sql.bind(path).bind(token).bind(&person.issuer).bind(&person.subject);
        execute(self.on(), sql).await.map(|_| ())
    }
}

impl Store {
    /// Removes tokens that were used before then; answers how many.
    pub async fn sweep_form_tokens(&self, before: DateTime<Utc>) -> Result<u64> {
        execute(self.write(), Sql::new("DELETE FROM form_token WHERE created_at <= $1").bind(before)).await
    }
}
