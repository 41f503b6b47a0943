//! Databases for tests, on both backends. The tests of `control-plane` include this file too.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};

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
pub(crate) async fn on_empty<F: Future<Output = ()> + Send + 'static>(
    backend: &str,
    test: impl FnOnce(String) -> F + Send + 'static,
) {
    match backend {
        "sqlite" => on_sqlite(&[], test).await,
        _ => on_postgres("template1", test).await,
    }
}

/// An empty database with the schema, removed afterwards: a copy of one that each run makes once.
pub(crate) async fn on_migrated<F: Future<Output = ()> + Send + 'static>(
    backend: &str,
    test: impl FnOnce(String) -> F + Send + 'static,
) {
    static SQLITE: OnceCell<Vec<u8>> = OnceCell::const_new();
    static POSTGRES: OnceCell<String> = OnceCell::const_new();
    if backend == "sqlite" {
        on_sqlite(SQLITE.get_or_init(migrated_file).await, test).await;
    } else {
        on_postgres(POSTGRES.get_or_init(migrated_database).await, test).await;
    }
}

async fn migrated_file() -> Vec<u8> {
    let path = std::env::temp_dir().join(format!("{}.sqlite", name()));
    migrate(&format!("sqlite:{}?mode=rwc", path.display())).await;
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

async fn on_sqlite<F: Future<Output = ()> + Send + 'static>(
    content: &[u8],
    test: impl FnOnce(String) -> F + Send + 'static,
) {
    let path = std::env::temp_dir().join(format!("{}.sqlite", name()));
    if !content.is_empty() {
        std::fs::write(&path, content).unwrap();
    }
    let outcome = tokio::spawn(test(format!("sqlite:{}?mode=rwc", path.display()))).await;
    remove(&path);
    outcome.unwrap();
}

async fn on_postgres<F: Future<Output = ()> + Send + 'static>(
    template: &str,
    test: impl FnOnce(String) -> F + Send + 'static,
) {
    let (server, name) = (server(), name());
    raw(&server, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
    let outcome = tokio::spawn(test(address(&name))).await;
    raw(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
    outcome.unwrap();
}

fn name() -> String {
    format!("studiogate_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
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
fn remove(path: &std::path::Path) {
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
}
