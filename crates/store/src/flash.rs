//! What the last action did, told once.

use chrono::{DateTime, TimeDelta, Utc};
use domain::view::Flash;

use crate::connect::Store;
use crate::error::Result;
use crate::row::{At, word};
use crate::run::{execute, optional};
use crate::sql::Sql;

/// A flash that nobody came to see is not shown later than this.
const LIFETIME: TimeDelta = TimeDelta::hours(1);

#[derive(sqlx::FromRow)]
struct FlashRow {
    kind: String,
    text: String,
}

impl Store {
    /// Sets the flash of `owner` (a session's id); one that was not shown yet gives way.
    pub async fn put_flash(&self, owner: &str, flash: &Flash, now: DateTime<Utc>) -> Result<()> {
        let columns = vec![
            ("owner", owner.into()),
            ("kind", word(&flash.kind).into()),
            ("text", (&flash.text).into()),
            ("created_at", now.into()),
        ];
        execute(self.write(), Sql::upsert("flash", "owner", columns)).await.map(|_| ())
    }

    /// Takes the flash away, to be shown. Most pages have none, and then nothing is written.
    pub async fn take_flash(&self, owner: &str) -> Result<Option<Flash>> {
        let there = Sql::new("SELECT kind, text FROM flash WHERE owner = $1").bind(owner);
        if optional::<FlashRow>(self.read(), there).await?.is_none() {
            return Ok(None);
        }
        let take = Sql::new("DELETE FROM flash WHERE owner = $1 RETURNING kind, text").bind(owner);
        let Some(row) = optional::<FlashRow>(self.write(), take).await? else { return Ok(None) };
        let kind = At::new("flash", owner).word("kind", &row.kind)?;
        Ok(Some(Flash { kind, text: row.text }))
    }

    /// Removes flashes that nobody came to see; answers how many.
    pub async fn sweep_flashes(&self, now: DateTime<Utc>) -> Result<u64> {
        execute(self.write(), Sql::new("DELETE FROM flash WHERE created_at <= $1").bind(now - LIFETIME)).await
    }
}
