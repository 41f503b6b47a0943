use store::Store;

use crate::backend::on_both;
use crate::samples::{project, project_id, with_projects};

on_both! {
    async fn v2_3_3_nothing_is_seen_before_the_commit_and_nothing_is_left_without_it(db) {
        let store = db.store;
        let mut tx = store.begin().await.unwrap();
        tx.insert_project(&project("a")).await.unwrap();
        assert_eq!(store.project(&project_id("a")).await.unwrap(), None);
        drop(tx);
        assert_eq!(store.project(&project_id("a")).await.unwrap(), None);
        let mut tx = store.begin().await.unwrap();
        tx.insert_project(&project("a")).await.unwrap();
        tx.commit().await.unwrap();
        assert!(store.project(&project_id("a")).await.unwrap().is_some());
    }

    async fn readers_go_on_while_somebody_writes(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let mut tx = store.begin().await.unwrap();
        let held = tx.project(&project_id("a")).await.unwrap().unwrap();
        assert_eq!(store.project(&project_id("a")).await.unwrap(), Some(held));
        store.ping().await.unwrap();
        tx.rollback().await.unwrap();
    }

    async fn whoever_reads_to_write_waits_for_the_one_before(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let steps: Vec<_> = (0..8)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut tx = store.begin().await.unwrap();
                    let mut project = tx.project(&project_id("a")).await.unwrap().unwrap();
                    project.version += 1;
                    tx.update_project(&project).await.unwrap();
                    tx.commit().await.unwrap();
                })
            })
            .collect();
        for step in steps {
            step.await.unwrap();
        }
        assert_eq!(store.project(&project_id("a")).await.unwrap().unwrap().version, 9);
    }

    async fn two_processes_write_in_turn(db) {
        let other = Store::connect(&db.url).await.unwrap();
        with_projects(&db.store, &["a"]).await;
        with_projects(&other, &["b"]).await;
        assert_eq!(db.store.projects(&store::Scope::All).await.unwrap().len(), 2);
        other.close().await;
    }
}

#[tokio::test]
async fn a_database_in_memory_is_its_own_and_leaves_nothing() {
    let one = Store::connect("sqlite::memory:").await.unwrap();
    let two = Store::connect("sqlite::memory:").await.unwrap();
    one.migrate().await.unwrap();
    two.migrate().await.unwrap();
    with_projects(&one, &["a"]).await;
    assert_eq!(two.project(&project_id("a")).await.unwrap(), None);
    assert_eq!(one.clone().project(&project_id("a")).await.unwrap(), Some(project("a")));
    one.close().await;
    drop(one);
    drop(two);
}
