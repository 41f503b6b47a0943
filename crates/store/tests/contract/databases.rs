//! Databases for tests, on both backends. The tests of `control-plane` include this file too.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

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
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("studiogate_test_{}_{number}", std::process::id());
    if backend == "sqlite" {
        let path = std::env::temp_dir().join(format!("{name}.sqlite"));
        let url = format!("sqlite:{}?mode=rwc", path.display());
        let outcome = tokio::spawn(test(url)).await;
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
        }
        outcome.unwrap();
    } else {
        let server = std::env::var("STUDIOGATE_TEST_POSTGRES_URL").unwrap_or_else(|_| {
            panic!("set STUDIOGATE_TEST_POSTGRES_URL to the address of a Postgres server, or run `cargo xtask test`")
        });
        raw(&server, &format!("CREATE DATABASE {name}")).await;
        let (base, parameters) = server
            .split_once('?')
            .map_or((server.as_str(), String::new()), |(base, parameters)| (base, format!("?{parameters}")));
        let host =
            base.rsplit_once('/').filter(|(before, _)| before.matches('/').count() >= 2).map_or(base, |(host, _)| host);
        let outcome = tokio::spawn(test(format!("{host}/{name}{parameters}"))).await;
        raw(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        outcome.unwrap();
    }
}
