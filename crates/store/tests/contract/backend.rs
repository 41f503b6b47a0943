//! A fresh, migrated database for each test.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use store::Store;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A database and its address.
#[derive(Clone)]
pub(crate) struct Database {
    pub(crate) store: Store,
    pub(crate) url: String,
}

impl Database {
    /// Runs a statement past the store: for what the store itself would never write.
    pub(crate) async fn raw(&self, sql: &str) {
        raw(&self.url, sql).await;
    }
}

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
    let name = format!("studiogate_contract_{}_{number}", std::process::id());
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

/// A migrated database, removed afterwards.
pub(crate) async fn on<F: Future<Output = ()> + Send + 'static>(
    backend: &str,
    test: impl FnOnce(Database) -> F + Send + 'static,
) {
    on_empty(backend, |url| async move {
        let store = Store::connect(&url).await.unwrap();
        store.migrate().await.unwrap();
        test(Database { store: store.clone(), url }).await;
        store.close().await;
    })
    .await;
}

/// Makes of one test two: `NAME::sqlite` and `NAME::postgres`.
macro_rules! on_both {
    ($($(#[$doc:meta])* async fn $name:ident($database:ident) $body:block)*) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn test($database: crate::backend::Database) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                crate::backend::on("sqlite", test).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                crate::backend::on("postgres", test).await;
            }
        }
    )*};
}

pub(crate) use on_both;
