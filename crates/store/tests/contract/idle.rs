//! Idle rules and marks of jobs.

use domain::idle::{IdleLimit, IdleRule, Instances, JobMark};
use domain::project::Stage;
use store::Error;

use crate::backend::on_both;
use crate::samples::{at, person, with_environment, with_projects};

fn rule(id: &str, stage: Option<Stage>, instances: &str, limit: IdleLimit) -> IdleRule {
    let instances: Instances = instances.parse().unwrap();
    IdleRule { id: id.parse().unwrap(), stage, instances, limit, version: 1 }
}

on_both! {
    async fn there_is_one_idle_rule_for_a_stage_and_an_instance_type(db) {
        let store = db.store;
        let any = rule("r1", None, "", IdleLimit::After { minutes: 525_600 });
        let family = rule("r2", Some(Stage::PreProd), "ml.g5", IdleLimit::Never);
        let mut tx = store.begin().await.unwrap();
        tx.insert_idle_rule(&family).await.unwrap();
        tx.insert_idle_rule(&any).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.idle_rules().await.unwrap(), [any.clone(), family.clone()]);
        let mut tx = store.begin().await.unwrap();
        let second = tx.insert_idle_rule(&IdleRule { id: "r3".parse().unwrap(), ..any.clone() }).await;
        assert!(matches!(second, Err(Error::Duplicate { .. })), "{second:?}");
        tx.rollback().await.unwrap();
        let next = IdleRule { limit: IdleLimit::After { minutes: 60 }, version: 2, ..family.clone() };
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.idle_rule_for(None, &"ml.g5".parse().unwrap()).await.unwrap(), None);
        assert_eq!(tx.idle_rule_for(family.stage, &family.instances).await.unwrap(), Some(family));
        tx.update_idle_rule(&next).await.unwrap();
        assert!(matches!(tx.update_idle_rule(&next).await, Err(Error::Conflict { .. })));
        tx.rollback().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.update_idle_rule(&next).await.unwrap();
        assert_eq!(tx.delete_idle_rule(&any.id).await.unwrap(), Some(any.clone()));
        assert_eq!(tx.delete_idle_rule(&any.id).await.unwrap(), None);
        assert_eq!(tx.idle_rules().await.unwrap().len(), 1);
        tx.commit().await.unwrap();
        assert_eq!(store.idle_rules().await.unwrap(), [next]);
    }

    async fn a_mark_takes_the_place_of_the_one_before_and_is_forgotten_after_its_end(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let it = with_environment(&store, "e1", "a", "ada", 0).await;
        let other = with_environment(&store, "e2", "a", "ada", 1).await;
        let mark = |item: &str, reason: &str, until| JobMark {
            environment: it.id.clone(),
            item: item.into(),
            reason: reason.into(),
            until: at(until),
            by: person("ada"),
        };
        let (first, again, second) = (mark("d-1/x", "a fit", 10), mark("d-1/x", "it\'s longer", 20), mark("d-1/y", "b", 30));
        let mut tx = store.begin().await.unwrap();
        for mark in [&first, &again, &second] {
            tx.put_job_mark(mark).await.unwrap();
        }
        assert_eq!(tx.job_marks(&it.id).await.unwrap(), [again.clone(), second.clone()]);
        tx.commit().await.unwrap();
        assert_eq!(store.job_marks(&it.id).await.unwrap(), [again.clone(), second.clone()]);
        assert_eq!(store.job_marks(&other.id).await.unwrap(), []);
        assert_eq!(store.sweep_job_marks(at(20)).await.unwrap(), 0);
        assert_eq!(store.sweep_job_marks(at(21)).await.unwrap(), 1);
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.delete_job_mark(&it.id, &again.item).await.unwrap(), None);
        assert_eq!(tx.delete_job_mark(&it.id, &second.item).await.unwrap(), Some(second));
        tx.commit().await.unwrap();
        assert_eq!(store.job_marks(&it.id).await.unwrap(), []);
    }
}
