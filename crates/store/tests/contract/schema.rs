//! The migrations of both databases make the same thing.

use std::collections::BTreeSet;
use std::path::Path;

use sqlx::{Connection, PgConnection, SqliteConnection};
use store::Store;
use tokio::sync::mpsc;

use crate::databases::on_empty;

/// Table, column, type, whether it may be NULL.
type Columns = BTreeSet<(String, String, String, bool)>;
/// Table and name of an index that was made by name.
type Indexes = BTreeSet<(String, String)>;

fn files(backend: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(backend);
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

async fn sqlite_schema(url: &str) -> (Columns, Indexes) {
    let mut db = SqliteConnection::connect(url).await.unwrap();
    let columns: Vec<(String, String, String, i64)> = sqlx::query_as(
        "SELECT m.name, c.name, c.type, c.\"notnull\" FROM sqlite_master m JOIN pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    let indexes: Vec<(String, String)> =
        sqlx::query_as("SELECT tbl_name, name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite%'")
            .fetch_all(&mut db)
            .await
            .unwrap();
    (
        columns.into_iter().map(|(t, c, kind, not_null)| (t, c, kind, not_null == 0)).collect(),
        indexes.into_iter().collect(),
    )
}

async fn postgres_schema(url: &str) -> (Columns, Indexes) {
    let mut db = PgConnection::connect(url).await.unwrap();
    let columns: Vec<(String, String, String, String)> = sqlx::query_as(
        "SELECT table_name::text, column_name::text, data_type::text, is_nullable::text \
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    let indexes: Vec<(String, String)> = sqlx::query_as(
        "SELECT tablename::text, indexname::text FROM pg_indexes \
         WHERE schemaname = 'public' AND indexname NOT LIKE '%\\_pkey'",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    let kind = |postgres: &str| match postgres {
        "bigint" => "INTEGER".to_owned(),
        "bytea" => "BLOB".to_owned(),
        other => other.to_uppercase(),
    };
    (
        columns.into_iter().map(|(t, c, k, null)| (t, c, kind(&k), null == "YES")).collect(),
        indexes.into_iter().collect(),
    )
}

/// The schema that the migrations make of an empty database; running them again changes nothing.
async fn schema(backend: &'static str) -> (Columns, Indexes) {
    let (send, mut receive) = mpsc::channel(1);
    on_empty(backend, move |url| async move {
        let store = Store::connect(&url).await.unwrap();
        assert_eq!(store.backend_name(), backend);
        store.migrate().await.unwrap();
        let read = async || if backend == "sqlite" { sqlite_schema(&url).await } else { postgres_schema(&url).await };
        let made = read().await;
        store.migrate().await.unwrap();
        assert_eq!(read().await, made);
        store.close().await;
        send.send(made).await.unwrap();
    })
    .await;
    receive.recv().await.unwrap()
}

#[test]
fn both_databases_have_the_same_migrations() {
    assert!(files("sqlite").len() >= 6);
    assert_eq!(files("sqlite"), files("postgres"));
}

#[tokio::test]
async fn both_databases_have_the_same_tables_columns_and_indexes() {
    let (sqlite, postgres) = (schema("sqlite").await, schema("postgres").await);
    assert!(sqlite.0.len() > 150, "{} columns", sqlite.0.len());
    assert_eq!(
        sqlite.0.symmetric_difference(&postgres.0).collect::<Vec<_>>(),
        Vec::<&(String, String, String, bool)>::new()
    );
    assert_eq!(sqlite.1.symmetric_difference(&postgres.1).collect::<Vec<_>>(), Vec::<&(String, String)>::new());
}
