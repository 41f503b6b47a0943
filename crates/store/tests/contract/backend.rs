//! A fresh, migrated database for each test.

use std::future::Future;

use store::Store;

use crate::databases::{on_migrated, raw};

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

/// A migrated database, removed afterwards.
pub(crate) async fn on<F: Future<Output = ()>>(backend: &str, test: impl FnOnce(Database) -> F) {
    on_migrated(backend, |url| async move {
        let store = Store::connect(&url).await.unwrap();
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
