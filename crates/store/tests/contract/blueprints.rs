//! Blueprints of the organization that somebody had applied.

use domain::blueprint::{AppliedBlueprint, OrganizationStep, Place};
use domain::organization::ChangeState;
use domain::problem::Problem;
use store::Error;

use crate::backend::on_both;
use crate::samples::{at, person};

fn blueprint(id: &str, seconds: i64) -> AppliedBlueprint {
    let within = Place { path: String::new(), id: Some("r-1".into()) };
    AppliedBlueprint {
        id: id.parse().unwrap(),
        text: "[[unit]]\npath = \"\u{e4}\"\n".into(),
        steps: vec![OrganizationStep::CreateUnit { within, name: "\u{e4}".into(), path: "\u{e4}".into() }],
        made: Vec::new(),
        by: person("admin"),
        state: ChangeState::Applying,
        problem: None,
        operation: "op-1".parse().unwrap(),
        created_at: at(seconds),
        updated_at: at(seconds),
        version: 1,
    }
}

on_both! {
    async fn one_blueprint_at_a_time_is_applied_and_the_last_is_known(db) {
        let store = db.store;
        assert_eq!(store.last_blueprint().await.unwrap(), None);
        let first = blueprint("b-1", 1);
        let mut tx = store.begin().await.unwrap();
        tx.insert_blueprint(&first).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.blueprint_under_way().await.unwrap(), Some(first.clone()));
        let second = tx.insert_blueprint(&blueprint("b-2", 2)).await;
        assert!(matches!(second, Err(Error::Duplicate { .. })), "{second:?}");
        tx.rollback().await.unwrap();
        let done = AppliedBlueprint {
            state: ChangeState::Failed,
            made: vec!["Make it".into()],
            problem: Some(Problem::new("a", "b", "c")),
            version: 2,
            ..first.clone()
        };
        let mut tx = store.begin().await.unwrap();
        tx.update_blueprint(&done).await.unwrap();
        assert!(matches!(tx.update_blueprint(&done).await, Err(Error::Conflict { .. })));
        tx.rollback().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.update_blueprint(&done).await.unwrap();
        tx.insert_blueprint(&blueprint("b-2", 2)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.blueprint(&done.id).await.unwrap(), Some(done));
        assert_eq!(store.last_blueprint().await.unwrap(), Some(blueprint("b-2", 2)));
    }
}
