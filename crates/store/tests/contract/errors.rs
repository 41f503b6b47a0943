use store::{Error, Scope, Store};

use crate::backend::on_both;
use crate::databases::on_empty;
use crate::samples::{at, by, event, operation, person, project_id, record, request, with_environment, with_projects};

fn corrupt<T: std::fmt::Debug>(result: store::Result<T>) -> (&'static str, &'static str, String) {
    match result {
        Err(Error::Corrupt { table, column, id, reason }) => {
            assert!(!reason.is_empty());
            (table, column, id)
        }
        other => panic!("{other:?}"),
    }
}

on_both! {
    async fn a_bad_row_names_its_table_column_and_id(db) {
        let store = &db.store;
        with_projects(store, &["a"]).await;
        let environment = with_environment(store, "e1", "a", "ada", 0).await;
        let mut tx = store.begin().await.unwrap();
        tx.insert_operation(&operation("o1", &environment, 0)).await.unwrap();
        tx.append_audit(&event("ev1", by("ada"), None, 0)).await.unwrap();
        tx.save_person(&record("ada", &[], 0)).await.unwrap();
        tx.commit().await.unwrap();

        db.raw("UPDATE project SET data_class = 'secret'").await;
        assert_eq!(corrupt(store.project(&project_id("a")).await), ("project", "data_class", "a".into()));
        assert_eq!(corrupt(store.projects(&Scope::All).await), ("project", "data_class", "a".into()));

        db.raw("UPDATE request SET asked = '{'").await;
        assert_eq!(corrupt(store.request(&environment.request).await), ("request", "asked", "r-e1".into()));
        db.raw("UPDATE request SET asked = '{}', lease_days = -1").await;
        assert_eq!(corrupt(store.request(&environment.request).await), ("request", "lease_days", "r-e1".into()));

        db.raw("UPDATE environment SET state = 'gone'").await;
        assert_eq!(corrupt(store.environment(&environment.id).await), ("environment", "state", "e1".into()));
        db.raw("UPDATE environment SET state = 'error', created_at = 9223372036854775807").await;
        assert_eq!(corrupt(store.environment(&environment.id).await), ("environment", "created_at", "e1".into()));

        db.raw("UPDATE operation SET step = 'check'").await;
        let id = "o1".parse().unwrap();
        assert_eq!(corrupt(store.operation(&id).await), ("operation", "step", "o1".into()));
        // The others go on: what cannot be read is passed over.
        assert!(store.claim_operations(at(1), "w", at(2), 1).await.unwrap().is_empty());

        db.raw("UPDATE audit_event SET actor_issuer = NULL").await;
        assert_eq!(corrupt(store.unsealed_events(1).await.unwrap().remove(0)), ("audit_event", "actor_kind", "ev1".into()));
        db.raw("UPDATE audit_event SET actor_issuer = 'x', outcome = 'fine'").await;
        assert_eq!(corrupt(store.unsealed_events(1).await.unwrap().remove(0)), ("audit_event", "outcome", "ev1".into()));

        let id = person("ada").studio_user_id();
        db.raw("UPDATE person SET studio_user_id = 'somebody-else'").await;
        let read = store.person(&person("ada")).await;
        assert_eq!(corrupt(read), ("person", "studio_user_id", "somebody-else".into()));
        assert_eq!(store.person_by_studio_user_id(id.as_str()).await.unwrap(), None);
    }

    async fn a_closed_store_is_unavailable(db) {
        db.store.close().await;
        assert!(matches!(db.store.ping().await, Err(Error::Unavailable(_))));
        assert!(db.store.begin().await.is_err_and(|e| e.is_unavailable()));
    }

    async fn v1_2_4_what_comes_from_outside_is_never_sql(db) {
        let store = &db.store;
        with_projects(store, &["a"]).await;
        let mut made = request("r1", "a", "ada", 0);
        made.name = "'; DELETE FROM request; --".into();
        made.justification = "$1 ? \u{0}".replace('\u{0}', "%00");
        let mut tx = store.begin().await.unwrap();
        tx.insert_request(&made).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.request(&made.id).await.unwrap(), Some(made));
    }
}

async fn unreachable(url: &str) -> Error {
    Store::connect(url).await.err().unwrap()
}

#[tokio::test]
async fn v16_2_5_an_address_that_names_no_database_is_refused_without_its_password() {
    for url in ["mysql://u:hunter2@h/d", "", "studiogate.db", "sqlite:x?mode=wild", "postgres://u:hunter2@h:port/d"] {
        let refused = unreachable(url).await;
        assert!(matches!(refused, Error::Address(_)), "{url}: {refused:?}");
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
    }
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_unavailable() {
    for url in ["sqlite:/nowhere/at/all/x.db?mode=rwc", "sqlite:/nowhere/x.db", "postgres://u:p@127.0.0.1:1/d"] {
        assert!(unreachable(url).await.is_unavailable(), "{url}");
    }
}

/// A statement on a database without the schema is refused, not hidden.
async fn without_schema(url: String) {
    let store = Store::connect(&url).await.unwrap();
    assert!(matches!(store.group_mappings().await, Err(Error::Refused(_))));
    store.close().await;
}

#[tokio::test]
async fn without_the_schema_statements_are_refused_sqlite() {
    on_empty("sqlite", without_schema).await;
}

#[tokio::test]
async fn without_the_schema_statements_are_refused_postgres() {
    on_empty("postgres", without_schema).await;
}
