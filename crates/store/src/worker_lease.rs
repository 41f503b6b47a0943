//! Work that one process at a time does.

use chrono::{DateTime, Utc};

use crate::connect::Store;
use crate::error::Result;
use crate::run::execute;
use crate::sql::Sql;

impl Store {
    /// Takes or keeps the lease `name` for `owner` until `until`; `false` when another has it at `now`.
    pub async fn hold_lease(&self, name: &str, owner: &str, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<bool> {
        let sql = Sql::new(
            "INSERT INTO worker_lease (name, owner, lease_until) VALUES ($1, $2, $3) \
             ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, lease_until = excluded.lease_until \
             WHERE worker_lease.owner = excluded.owner OR worker_lease.lease_until <= $4",
        );
        Ok(execute(self.write(), sql.bind(name).bind(owner).bind(until).bind(now)).await? > 0)
    }

    /// Gives the lease back; `false` when it was not `owner`'s.
    pub async fn release_lease(&self, name: &str, owner: &str) -> Result<bool> {
        let sql = Sql::new("DELETE FROM worker_lease WHERE name = $1 AND owner = $2").bind(name).bind(owner);
        Ok(execute(self.write(), sql).await? > 0)
    }

    /// Gives back all leases of `owner`; answers how many.
    pub async fn release_leases_of(&self, owner: &str) -> Result<u64> {
        execute(self.write(), Sql::new("DELETE FROM worker_lease WHERE owner = $1").bind(owner)).await
    }
}
