//! The chain over the audit log.

use chrono::DateTime;
use domain::audit::{Block, Digest, Head, Signature};

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::At;
use crate::run::{On, all, execute, optional};
use crate::sql::{Sql, json};
use crate::tx::Tx;

const COLUMNS: &str = "height, first_position, entries, previous, hash, sealed_at, key_id, signature";

#[derive(sqlx::FromRow)]
struct BlockRow {
    height: i64,
    first_position: i64,
    entries: String,
    previous: String,
    hash: String,
    sealed_at: i64,
    key_id: String,
    signature: String,
}

impl TryFrom<BlockRow> for Block {
    type Error = Error;
    fn try_from(row: BlockRow) -> Result<Self> {
        let at = At::new("audit_block", row.height.to_string());
        let digest = |column, text: String| Digest::try_from(text).map_err(|e| at.corrupt(column, e));
        Ok(Self {
            height: row.height,
            first_position: row.first_position,
            entries: at.json("entries", &row.entries)?,
            previous: digest("previous", row.previous)?,
            hash: digest("hash", row.hash)?,
            sealed_at: DateTime::from_timestamp_millis(row.sealed_at)
                .ok_or_else(|| at.corrupt("sealed_at", "it is no time"))?,
            key_id: row.key_id,
            signature: Signature::try_from(row.signature).map_err(|e| at.corrupt("signature", e))?,
        })
    }
}

async fn last(on: On<'_>) -> Result<Option<Head>> {
    let sql = Sql::new(format!("SELECT {COLUMNS} FROM audit_block ORDER BY height DESC LIMIT 1"));
    let row: Option<BlockRow> = optional(on, sql).await?;
    Ok(row.map(Block::try_from).transpose()?.map(|block| block.head()))
}

impl Store {
    /// The blocks after this height, in order, each with its height; 0: from the first. For verification: one that cannot be
    /// read hides no other.
    pub async fn audit_blocks(&self, after_height: i64, limit: u32) -> Result<Vec<(i64, Result<Block>)>> {
        let sql =
            Sql::new(format!("SELECT {COLUMNS} FROM audit_block WHERE height > $1 ORDER BY height LIMIT {limit}"));
        let rows: Vec<BlockRow> = all(self.read(), sql.bind(after_height)).await?;
        Ok(rows.into_iter().map(|row| (row.height, row.try_into())).collect())
    }

    /// The end of the chain.
    pub async fn audit_head(&self) -> Result<Option<Head>> {
        last(self.read()).await
    }
}

impl Tx {
    /// The end of the chain. Take [`crate::Lock::Sealer`] before.
    pub async fn audit_head(&mut self) -> Result<Option<Head>> {
        last(self.on()).await
    }

    /// Adds a block and gives its events their positions. [`Error::Conflict`] when one of them is sealed already or gone.
    pub async fn seal_block(&mut self, block: &Block) -> Result<()> {
        let columns = vec![
            ("height", block.height.into()),
            ("first_position", block.first_position.into()),
            ("entries", json("audit_block", "entries", &block.entries)?),
            ("previous", block.previous.to_string().into()),
            ("hash", block.hash.to_string().into()),
            ("sealed_at", block.sealed_at.into()),
            ("key_id", (&block.key_id).into()),
            ("signature", block.signature.to_string().into()),
        ];
        execute(self.on(), Sql::insert("audit_block", columns)).await?;
        let mut position = block.first_position;
        for entries in block.entries.chunks(200) {
            // Not by a join, for which SQLite goes through all that waits, or through all ids.
            let mut sql = Sql::new("UPDATE audit_event SET sealed_at = ");
            sql.value(block.sealed_at).push(", position = CASE id");
            for entry in entries {
                sql.push(" WHEN ").value(entry.id.as_str()).push(" THEN ").value(position);
                position += 1;
            }
            sql.push(" END WHERE id IN ").tuple(entries.iter().map(|entry| entry.id.as_str().to_owned()));
            sql.push(" AND position IS NULL");
            if execute(self.on(), sql).await? != entries.len() as u64 {
                return Err(Error::conflict("audit log", format!("block {}", block.height)));
            }
        }
        Ok(())
    }
}
