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
    let database = match backend {
        "sqlite" => Database::file(&[]),
        _ => Database::on_server("template1").await,
    };
    database.run(test).await;
}

/// An empty database with the schema, removed afterwards: a copy of one that each run makes once.
pub(crate) async fn on_migrated<F: Future<Output = ()>>(backend: &str, test: impl FnOnce(String) -> F) {
    static SQLITE: OnceCell<Vec<u8>> = OnceCell::const_new();
    static POSTGRES: OnceCell<String> = OnceCell::const_new();
    let database = if backend == "sqlite" {
        Database::file(SQLITE.get_or_init(migrated_file).await)
    } else {
        Database::on_server(POSTGRES.get_or_init(migrated_database).await).await
    };
    database.run(test).await;
}

enum Database {
    File(PathBuf),
    /// By name.
    OnServer(String),
}

impl Database {
    fn file(content: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("{}.sqlite", name()));
        if !content.is_empty() {
            std::fs::write(&path, content).unwrap();
        }
        Self::File(path)
    }

    async fn on_server(template: &str) -> Self {
        let name = name();
        raw(&server(), &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        Self::OnServer(name)
    }

    /// The test is no task of its own: whether each of several hundred could be one takes the compiler minutes.
    async fn run<F: Future<Output = ()>>(self, test: impl FnOnce(String) -> F) {
        let url = match &self {
            Self::File(path) => file_address(path),
            Self::OnServer(name) => address(name),
        };
        let outcome = AssertUnwindSafe(Box::pin(test(url))).catch_unwind().await;
        match self {
            Self::File(path) => remove(&path),
            Self::OnServer(name) => raw(&server(), &format!("DROP DATABASE {name} WITH (FORCE)")).await,
        }
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
    }
}

async fn migrated_file() -> Vec<u8> {
    let path = std::env::temp_dir().join(format!("{}.sqlite", name()));
    migrate(&file_address(&path)).await;
    let content = std::fs::read(&path).unwrap();
    remove(&path);
    content
}

/// It goes with the server, which `cargo xtask test` starts for one run.
async fn migrated_database() -> String {
    let name = format!("{}_migrated", name());
    raw(&server(), &format!("CREATE DATABASE {name}")).await;
    migrate(&address(&name)).await;
    name
}

async fn migrate(url: &str) {
    let store = Store::connect(url).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
}

fn name() -> String {
    format!("studiogate_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

fn server() -> String {
    std::env::var("STUDIOGATE_TEST_POSTGRES_URL").unwrap_or_else(|_| {
        panic!("set STUDIOGATE_TEST_POSTGRES_URL to the address of a Postgres server, or run `cargo xtask test`")
    })
}

fn file_address(path: &Path) -> String {
    format!("sqlite:{}?mode=rwc", path.display())
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
