//! Transactions.

use sqlx::{Postgres, Sqlite, Transaction};

use crate::dialect;
use crate::error::Result;
use crate::run::{self, On};
use crate::sql::Sql;

/// A transaction that writes: everything in it happens at [`Tx::commit`], or nothing.
#[derive(Debug)]
pub struct Tx(pub(crate) Inner);

#[derive(Debug)]
pub(crate) enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// What one transaction at a time does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Sealing the audit log.
    Sealer,
    /// Writing the catalog's mirror.
    Mirror,
    /// Changing which group has which role: whether anybody is left to administer is a question about all mappings.
    Mappings,
    /// Cutting people off and giving it back: what follows from the revocations in force is a question about all of them.
    Revocations,
}

impl Lock {
    /// Any number that no other program uses in the same database.
    fn key(self) -> i64 {
        0x5347_0000
            + match self {
                Self::Sealer => 1,
                Self::Mirror => 2,
                Self::Mappings => 3,
                Self::Revocations => 4,
            }
    }
}

impl Tx {
    /// Makes everything happen.
    pub async fn commit(self) -> Result<()> {
        match self.0 {
            Inner::Sqlite(tx) => tx.commit().await?,
            Inner::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Makes nothing of it happen; dropping does the same, later.
    pub async fn rollback(self) -> Result<()> {
        match self.0 {
            Inner::Sqlite(tx) => tx.rollback().await?,
            Inner::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }

    /// Takes `lock` until the end of the transaction; `false` when another transaction has it.
    pub async fn try_lock(&mut self, lock: Lock) -> Result<bool> {
        let text = dialect::try_lock(&self.on());
        Ok(run::number(self.on(), Sql::new(text).bind(lock.key())).await? == 1)
    }

    /// Takes `lock` until the end of the transaction, after whoever has it.
    pub async fn lock(&mut self, lock: Lock) -> Result<()> {
        let text = dialect::lock(&self.on());
        run::number(self.on(), Sql::new(text).bind(lock.key())).await.map(|_| ())
    }

    pub(crate) fn on(&mut self) -> On<'_> {
        match &mut self.0 {
            Inner::Sqlite(tx) => On::SqliteTx(&mut *tx),
            Inner::Postgres(tx) => On::PostgresTx(&mut *tx),
        }
    }
}
