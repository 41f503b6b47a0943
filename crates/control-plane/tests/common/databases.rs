//! One test on both databases.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A database of the backend, removed afterwards.
pub async fn on<F: Future<Output = ()> + Send + 'static>(
    backend: &str,
    test: impl FnOnce(String) -> F + Send + 'static,
) {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("studiogate_plane_{}_{number}", std::process::id());
    if backend == "sqlite" {
        let path = std::env::temp_dir().join(format!("{name}.sqlite"));
        let outcome = tokio::spawn(test(format!("sqlite:{}?mode=rwc", path.display()))).await;
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
        }
        outcome.unwrap();
    } else {
        let server = std::env::var("STUDIOGATE_TEST_POSTGRES_URL").unwrap_or_else(|_| {
            panic!("set STUDIOGATE_TEST_POSTGRES_URL to the address of a Postgres server, or run `cargo xtask test`")
        });
        sql(&server, &format!("CREATE DATABASE {name}")).await;
        let (base, parameters) = server
            .split_once('?')
            .map_or((server.as_str(), String::new()), |(base, parameters)| (base, format!("?{parameters}")));
        let named = base.matches('/').count() >= 3;
        let host = if named { base.rsplit_once('/').unwrap().0 } else { base.trim_end_matches('/') };
        let outcome = tokio::spawn(test(format!("{host}/{name}{parameters}"))).await;
        sql(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        outcome.unwrap();
    }
}

/// A statement of the test's own.
pub(super) async fn sql(url: &str, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    if url.starts_with("sqlite:") {
        SqliteConnection::connect(url).await.unwrap().execute(sql).await.unwrap();
    } else {
        PgConnection::connect(url).await.unwrap().execute(sql).await.unwrap();
    }
}

/// Makes of one test two: `NAME::sqlite` and `NAME::postgres`.
#[macro_export]
macro_rules! on_both {
    ($($(#[$doc:meta])* async fn $name:ident($url:ident) $body:block)*) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn test($url: String) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                common::on("sqlite", test).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                common::on("postgres", test).await;
            }
        }
    )*};
}
