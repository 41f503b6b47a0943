//! Connecting.

use std::collections::BTreeSet;
use std::fmt;
use std::io::ErrorKind;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Connection as _, PgPool, SqlitePool};

use crate::dialect;
use crate::error::{Error, Result};
use crate::run::{self, On};
use crate::sql::Sql;
use crate::temporary::{TemporaryFile, create_private};
use crate::tx::{Inner, Tx};

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

/// How long a request waits for a free connection.
const ACQUIRE: Duration = Duration::from_secs(10);
const SQLITE_READERS: u32 = 8;
/// A connection that was not used for so long is asked whether it is still there before it is used.
const RESTED: Duration = Duration::from_secs(1);

/// How much of a database server one process may use. SQLite has no use for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub max_connections: u32,
    /// After this the server gives a statement up.
    pub statement_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_connections: 20, statement_timeout: Duration::from_secs(30) }
    }
}

/// See [`Store::schema`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Migrations of this version that were not run.
    pub missing: usize,
    /// Migrations that were run and that this version does not know.
    pub unknown: usize,
}

/// Connections to the database. Cheap to clone; clones share them.
#[derive(Clone)]
pub struct Store {
    db: Db,
    /// Removes the file of `sqlite::memory:` with the last clone.
    _temporary: Option<Arc<TemporaryFile>>,
}

#[derive(Clone)]
enum Db {
    /// SQLite has one writer at a time. Waiting for it in a queue of our own is fair and needs no polling.
    Sqlite {
        readers: SqlitePool,
        writer: SqlitePool,
    },
    Postgres(PgPool),
}

impl Store {
    /// Connects to `sqlite:PATH` (with `?mode=rwc`, makes the file if there is none), `sqlite::memory:` (a database of its
    /// own that goes away with the store), or `postgres://...`.
    pub async fn connect(url: &str) -> Result<Self> {
        Self::connect_within(url, Limits::default()).await
    }

    /// The same, within these limits.
    pub async fn connect_within(url: &str, limits: Limits) -> Result<Self> {
        if url.starts_with("sqlite:") {
            Self::connect_sqlite(url).await
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url).map_err(|e| address(&e))?;
            let pool = postgres_pool(limits).connect_with(dialect::postgres(options, limits.statement_timeout)).await?;
            Ok(Self { db: Db::Postgres(pool), _temporary: None })
        } else {
            // The address may hold a password: only what stands before the colon is repeated.
            let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
            Err(Error::Address(format!(
                "a database address begins with \"sqlite:\" or \"postgres:\", not with {scheme:?}"
            )))
        }
    }

    async fn connect_sqlite(url: &str) -> Result<Self> {
        let options = SqliteConnectOptions::from_str(url).map_err(|e| address(&e))?;
        let temporary = if url.starts_with("sqlite::memory:") || url.contains("mode=memory") {
            Some(Arc::new(TemporaryFile::create().map_err(sqlx::Error::Io)?))
        } else {
            None
        };
        let options = if let Some(file) = &temporary {
            SqliteConnectOptions::new().filename(file.path())
        } else if url.contains("mode=rwc") {
            match create_private(options.get_filename()) {
                Ok(_) => options,
                Err(e) if e.kind() == ErrorKind::AlreadyExists => options,
                Err(e) => return Err(Error::Unavailable(sqlx::Error::Io(e))),
            }
        } else {
            options
        };
        let durable = temporary.is_none();
        // A file does not go away: no connection is asked whether it is still there.
        let forever = SqlitePoolOptions::new()
            .acquire_timeout(ACQUIRE)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false);
        let writer =
            forever.clone().max_connections(1).connect_with(dialect::sqlite_writer(options.clone(), durable)).await?;
        let readers = forever.max_connections(SQLITE_READERS).connect_with(dialect::sqlite_reader(options)).await?;
        Ok(Self { db: Db::Sqlite { readers, writer }, _temporary: temporary })
    }

    /// For looking: nothing is connected to before it is used, and nothing is made, not even a file that the address asks for.
    pub fn connect_lazily(url: &str, limits: Limits) -> Result<Self> {
        let db = if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url).map_err(|e| address(&e))?.create_if_missing(false);
            let pool = || SqlitePoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE);
            let readers = pool().connect_lazy_with(dialect::sqlite_reader(options.clone()));
            Db::Sqlite { readers: readers.clone(), writer: readers }
        } else {
            let options = PgConnectOptions::from_str(url).map_err(|e| address(&e))?;
            Db::Postgres(postgres_pool(limits).connect_lazy_with(dialect::postgres(options, limits.statement_timeout)))
        };
        Ok(Self { db, _temporary: None })
    }

    /// How the schema compares with the one of this version. A database that was never migrated has none of it.
    pub async fn schema(&self) -> Result<Schema> {
        let known: BTreeSet<i64> = match &self.db {
            Db::Sqlite { .. } => SQLITE.iter().map(|migration| migration.version).collect(),
            Db::Postgres(_) => POSTGRES.iter().map(|migration| migration.version).collect(),
        };
        let sql = Sql::new("SELECT version FROM _sqlx_migrations ORDER BY version");
        let applied: BTreeSet<i64> = match run::all::<(i64,)>(self.read(), sql).await {
            Ok(rows) => rows.into_iter().map(|(version,)| version).collect(),
            Err(Error::Refused(_)) => BTreeSet::new(),
            Err(error) => return Err(error),
        };
        Ok(Schema { missing: known.difference(&applied).count(), unknown: applied.difference(&known).count() })
    }

    /// Brings the schema up to date. Harmless when it is.
    pub async fn migrate(&self) -> Result<()> {
        match &self.db {
            Db::Sqlite { writer, .. } => SQLITE.run(writer).await?,
            Db::Postgres(pool) => {
                // A migration takes as long as it takes, and waits for another process that migrates.
                let options = pool.connect_options().as_ref().clone();
                let unlimited = dialect::postgres(options, Duration::ZERO);
                let alone =
                    PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE).connect_with(unlimited).await?;
                POSTGRES.run(&alone).await?;
                alone.close().await;
            }
        }
        Ok(())
    }

    /// `sqlite` or `postgres`.
    pub fn backend_name(&self) -> &'static str {
        match &self.db {
            Db::Sqlite { .. } => "sqlite",
            Db::Postgres(_) => "postgres",
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        run::execute(self.read(), Sql::new("SELECT 1")).await.map(|_| ())
    }

    /// Begins a transaction that writes. Dropped without [`Tx::commit`], nothing of it happened.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(Tx(match &self.db {
            Db::Sqlite { writer, .. } => Inner::Sqlite(writer.begin_with(dialect::SQLITE_BEGIN).await?),
            Db::Postgres(pool) => Inner::Postgres(pool.begin().await?),
        }))
    }

    /// Closes every connection; what is running is waited for.
    pub async fn close(&self) {
        match &self.db {
            Db::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }

    pub(crate) fn read(&self) -> On<'_> {
        match &self.db {
            Db::Sqlite { readers, .. } => On::Sqlite(readers),
            Db::Postgres(pool) => On::Postgres(pool),
        }
    }

    pub(crate) fn write(&self) -> On<'_> {
        match &self.db {
            Db::Sqlite { writer, .. } => On::Sqlite(writer),
            Db::Postgres(pool) => On::Postgres(pool),
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.backend_name())
    }
}

/// A page asks a dozen times: a connection that was just used is not asked first whether it is still there, which would take as long as
/// the question itself. One that rested is.
fn postgres_pool(limits: Limits) -> PgPoolOptions {
    let pool = PgPoolOptions::new().max_connections(limits.max_connections).acquire_timeout(ACQUIRE);
    pool.test_before_acquire(false).before_acquire(|connection, about| {
        Box::pin(async move {
            if about.idle_for > RESTED {
                connection.ping().await?;
            }
            Ok(true)
        })
    })
}

fn address(error: &sqlx::Error) -> Error {
    Error::Address(format!("the database address cannot be read: {error}"))
}
