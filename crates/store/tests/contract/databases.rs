//! Databases for tests, on both backends. The tests of `control-plane` include this file too.

use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use futures::FutureExt as _;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use store::Store;
use tokio::sync::OnceCell;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Runs a statement on the database at `url`.
pub(crate) async fn raw(url: &str, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    if url.starts_with("sqlite:") {
        SqliteConnection::connect(url).await.unwrap().execute(sql).await.unwrap();
    } else {
        PgConnection::connect(url).await.unwrap().execute(sql).await.unwrap();
    }
}

/// An empty database without the schema, removed afterwards.
pub(crate) async fn on_empty<F: Future<Output = ()>>(backend: &str, test: impl FnOnce(String) -> F) {
    on_none(backend, |url| async move {
        if let Place::OnServer(name) = Place::of(&url) {
            raw(&server(), &format!("CREATE DATABASE {name}")).await;
        }
        test(url).await;
    })
    .await;
}

/// An empty database with the schema, removed afterwards.
pub(crate) async fn on_migrated<F: Future<Output = ()>>(backend: &str, test: impl FnOnce(String) -> F) {
    on_none(backend, |url| async move {
        Original::migrated(&url).await.copy_to(&url).await;
        test(url).await;
    })
    .await;
}

/// The address of a database that is not there yet, removed afterwards if the test made it.
///
/// The test is no task of its own: whether each of several hundred could be one takes the compiler minutes.
pub(crate) async fn on_none<F: Future<Output = ()>>(backend: &str, test: impl FnOnce(String) -> F) {
    let url = new_address(backend);
    let outcome = AssertUnwindSafe(Box::pin(test(url.clone()))).catch_unwind().await;
    match Place::of(&url) {
        Place::File(path) => remove(&path),
        Place::OnServer(name) => raw(&server(), &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await,
    }
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

/// What databases are copies of, each made once by a run.
pub(crate) enum Original {
    File(Vec<u8>),
    /// By name. It goes with the server, which `cargo xtask test` starts for one run.
    OnServer(String),
}

impl Original {
    /// An empty database with the schema, for the backend of `url`.
    pub(crate) async fn migrated(url: &str) -> &'static Self {
        static SQLITE: OnceCell<Original> = OnceCell::const_new();
        static POSTGRES: OnceCell<Original> = OnceCell::const_new();
        let cell = if url.starts_with("sqlite:") { &SQLITE } else { &POSTGRES };
        cell.get_or_init(|| Self::made(url, migrate)).await
    }

    /// What `make` leaves at the address of a database that is not there yet. It closes what it opens.
    pub(crate) async fn made<F: Future<Output = ()>>(url: &str, make: impl FnOnce(String) -> F) -> Self {
        let url = new_address(if url.starts_with("sqlite:") { "sqlite" } else { "postgres" });
        make(url.clone()).await;
        match Place::of(&url) {
            Place::File(path) => {
                let content = std::fs::read(&path).unwrap();
                remove(&path);
                Self::File(content)
            }
            Place::OnServer(name) => Self::OnServer(name),
        }
    }

    /// Makes the database at `url`, which is not there yet.
    pub(crate) async fn copy_to(&self, url: &str) {
        match (self, Place::of(url)) {
            (Self::File(content), Place::File(path)) => std::fs::write(path, content).unwrap(),
            (Self::OnServer(original), Place::OnServer(name)) => {
                raw(&server(), &format!("CREATE DATABASE {name} TEMPLATE {original}")).await;
            }
            _ => panic!("a copy on another backend"),
        }
    }
}

async fn migrate(url: String) {
    if let Place::OnServer(name) = Place::of(&url) {
        raw(&server(), &format!("CREATE DATABASE {name}")).await;
    }
    let store = Store::connect(&url).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
}

/// Where an address of this file points to.
enum Place {
    File(PathBuf),
    /// By name.
    OnServer(String),
}

impl Place {
    fn of(url: &str) -> Self {
        let address = url.split_once('?').map_or(url, |(address, _)| address);
        match address.strip_prefix("sqlite:") {
            Some(path) => Self::File(path.into()),
            None => Self::OnServer(address.rsplit_once('/').unwrap().1.to_owned()),
        }
    }
}

fn new_address(backend: &str) -> String {
    let name = format!("studiogate_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    if backend == "sqlite" {
        format!("sqlite:{}?mode=rwc", std::env::temp_dir().join(format!("{name}.sqlite")).display())
    } else {
        address(&name)
    }
}

fn server() -> String {
    std::env::var("STUDIOGATE_TEST_POSTGRES_URL").unwrap_or_else(|_| {
        panic!("set STUDIOGATE_TEST_POSTGRES_URL to the address of a Postgres server, or run `cargo xtask test`")
    })
}

/// Of a database of the server.
fn address(name: &str) -> String {
    let server = server();
    let (base, parameters) = server
        .split_once('?')
        .map_or((server.as_str(), String::new()), |(base, parameters)| (base, format!("?{parameters}")));
    let host =
        base.rsplit_once('/').filter(|(before, _)| before.matches('/').count() >= 2).map_or(base, |(host, _)| host);
    format!("{host}/{name}{parameters}")
}

/// A file of SQLite, with what it may have beside it.
fn remove(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
}
