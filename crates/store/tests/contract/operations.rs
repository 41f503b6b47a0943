use chrono::TimeDelta;
use domain::operation::{Operation, Step};
use store::{Error, Store};

use crate::backend::on_both;
use crate::samples::{at, environment_id, operation, with_environment, with_projects};

/// Environments `e0`, `e1`, ... with an operation `o0`, `o1`, ... each, due at these seconds.
async fn with_operations(store: &Store, due: &[i64]) -> Vec<Operation> {
    with_projects(store, &["a"]).await;
    let mut made = Vec::new();
    for (i, seconds) in due.iter().enumerate() {
        let environment = with_environment(store, &format!("e{i}"), "a", "ada", 0).await;
        let operation = operation(&format!("o{i}"), &environment, *seconds);
        let mut tx = store.begin().await.unwrap();
        tx.insert_operation(&operation).await.unwrap();
        tx.commit().await.unwrap();
        made.push(operation);
    }
    made
}

fn ids(operations: &[Operation]) -> Vec<&str> {
    operations.iter().map(|o| o.id.as_str()).collect()
}

async fn save(store: &Store, operation: &Operation, owner: &str) -> store::Result<()> {
    let mut tx = store.begin().await?;
    tx.save_operation(operation, owner).await?;
    tx.commit().await
}

on_both! {
    async fn an_operation_comes_back_as_it_was_written(db) {
        let store = db.store;
        let made = with_operations(&store, &[0]).await.remove(0);
        assert_eq!(store.operation(&made.id).await.unwrap(), Some(made.clone()));
        assert_eq!(store.operations_of(&environment_id("e0"), 9).await.unwrap(), std::slice::from_ref(&made));
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.operation(&made.id).await.unwrap(), Some(made));
    }

    async fn due_operations_are_claimed_the_longest_due_first(db) {
        let store = db.store;
        with_operations(&store, &[30, 10, 20, 99]).await;
        assert_eq!(store.next_operation_due().await.unwrap(), Some(at(10)));
        let until = at(100);
        let first = store.claim_operations(at(40), "w1", until, 2).await.unwrap();
        assert_eq!(ids(&first), ["o1", "o2"]);
        assert!(first.iter().all(|o| o.version == 2 && o.lease_owner.as_deref() == Some("w1")));
        assert!(first.iter().all(|o| o.lease_until == Some(until)));
        let second = store.claim_operations(at(40), "w2", until, 9).await.unwrap();
        assert_eq!(ids(&second), ["o0"]);
        assert!(store.claim_operations(at(40), "w3", until, 9).await.unwrap().is_empty());
        assert_eq!(store.count_unfinished_operations().await.unwrap(), 4);
        assert_eq!(store.count_held_operations(at(40)).await.unwrap(), 3);
        assert_eq!(store.count_held_operations(until).await.unwrap(), 0);
    }

    async fn a_process_gives_back_all_that_it_holds_and_nothing_else(db) {
        let store = db.store;
        with_operations(&store, &[1, 2, 3]).await;
        store.claim_operations(at(9), "w1", at(100), 2).await.unwrap();
        store.claim_operations(at(9), "w2", at(100), 9).await.unwrap();
        assert_eq!(store.count_operations(at(9)).await.unwrap(), [("provision".to_owned(), 3, 3)]);
        assert!(store.hold_lease("catalog", "w1", at(9), at(100)).await.unwrap());
        assert_eq!(store.release_operations_of("w1").await.unwrap(), 2);
        assert_eq!(store.release_leases_of("w1").await.unwrap(), 1);
        assert_eq!(store.count_operations(at(9)).await.unwrap(), [("provision".to_owned(), 3, 1)]);
        assert_eq!(store.claim_operations(at(9), "w3", at(100), 9).await.unwrap().len(), 2);
        assert!(store.hold_lease("catalog", "w3", at(9), at(100)).await.unwrap());
    }

    async fn an_ended_lease_is_taken_over_and_its_owner_shut_out(db) {
        let store = db.store;
        with_operations(&store, &[0]).await;
        let slow = store.claim_operations(at(1), "slow", at(10), 1).await.unwrap().remove(0);
        assert!(store.claim_operations(at(9), "quick", at(20), 1).await.unwrap().is_empty());
        let taken = store.claim_operations(at(10), "quick", at(20), 1).await.unwrap().remove(0);
        let late = Operation { step: Step::Succeeded, version: slow.version + 1, ..slow.clone() };
        assert!(matches!(save(&store, &late, "slow").await, Err(Error::Conflict { entity: "operation", .. })));
        assert!(!store.renew_operation(&slow, "slow", at(99)).await.unwrap());
        assert!(!store.release_operation(&slow, "slow").await.unwrap());
        assert!(store.renew_operation(&taken, "quick", at(30)).await.unwrap());
        let next = Operation { attempt: 0, trouble: None, version: taken.version + 1, ..taken.clone() };
        save(&store, &next, "quick").await.unwrap();
        assert!(matches!(save(&store, &next, "quick").await, Err(Error::Conflict { .. })));
        assert_eq!(store.operation(&taken.id).await.unwrap(), Some(next));
    }

    async fn a_worker_of_the_same_name_is_shut_out_too(db) {
        let store = db.store;
        with_operations(&store, &[0]).await;
        let before = store.claim_operations(at(1), "w", at(10), 1).await.unwrap().remove(0);
        store.claim_operations(at(11), "w", at(20), 1).await.unwrap();
        let late = Operation { version: before.version + 1, ..before.clone() };
        assert!(matches!(save(&store, &late, "w").await, Err(Error::Conflict { .. })));
        assert!(!store.renew_operation(&before, "w", at(30)).await.unwrap());
    }

    async fn one_that_is_ended_is_lost_to_its_holder_and_makes_room_for_the_next(db) {
        let store = db.store;
        with_operations(&store, &[0]).await;
        let held = store.claim_operations(at(1), "w", at(10), 1).await.unwrap().remove(0);
        let ended = Operation {
            step: Step::Succeeded,
            finished_at: Some(at(2)),
            lease_owner: None,
            lease_until: None,
            version: held.version + 1,
            ..held.clone()
        };
        let next = Operation {
            id: "next".parse().unwrap(),
            next_run_at: at(10),
            lease_owner: None,
            lease_until: None,
            version: 1,
            ..held.clone()
        };
        let mut tx = store.begin().await.unwrap();
        tx.end_operation(&ended).await.unwrap();
        tx.insert_operation(&next).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!store.renew_operation(&held, "w", at(30)).await.unwrap());
        let late = Operation { version: held.version + 1, ..held.clone() };
        assert!(matches!(save(&store, &late, "w").await, Err(Error::Conflict { .. })));
        // Twice, and from an older version: nothing.
        for version in [ended.version, ended.version + 1] {
            let mut tx = store.begin().await.unwrap();
            let again = Operation { version, ..ended.clone() };
            assert!(matches!(tx.end_operation(&again).await, Err(Error::Conflict { .. })));
        }
        assert_eq!(store.operation(&held.id).await.unwrap(), Some(ended));
        assert_eq!(ids(&store.claim_operations(at(10), "w", at(20), 9).await.unwrap()), ["next"]);
    }

    async fn released_is_claimed_at_once_and_finished_never(db) {
        let store = db.store;
        with_operations(&store, &[0]).await;
        let claimed = store.claim_operations(at(1), "w1", at(60), 1).await.unwrap().remove(0);
        assert!(store.release_operation(&claimed, "w1").await.unwrap());
        let again = store.claim_operations(at(1), "w2", at(60), 1).await.unwrap().remove(0);
        let finished = Operation {
            step: Step::Succeeded,
            finished_at: Some(at(5)),
            lease_owner: None,
            lease_until: None,
            version: again.version + 1,
            ..again
        };
        save(&store, &finished, "w2").await.unwrap();
        assert!(store.claim_operations(at(999), "w1", at(1000), 9).await.unwrap().is_empty());
        assert_eq!(store.next_operation_due().await.unwrap(), None);
        let product: domain::id::ProductId = "prod-1".parse().unwrap();
        let both = [product.clone(), "prod-none".parse().unwrap()];
        let grouped = store.provisioning_seconds_of(&both, 5).await.unwrap();
        assert_eq!(grouped.into_iter().collect::<Vec<_>>(), [(product, vec![5])]);
        assert!(store.provisioning_seconds_of(&[], 5).await.unwrap().is_empty());
    }

    async fn an_environment_has_one_unfinished_operation(db) {
        let store = db.store;
        let made = with_operations(&store, &[0]).await.remove(0);
        let second = Operation { id: "o9".parse().unwrap(), created_at: at(1), ..made.clone() };
        let mut tx = store.begin().await.unwrap();
        let refused = tx.insert_operation(&second).await;
        assert!(
            matches!(refused, Err(Error::Duplicate { what: "unfinished operation on the same thing" })),
            "{refused:?}"
        );
        drop(tx);
        let claimed = store.claim_operations(at(1), "w", at(60), 1).await.unwrap().remove(0);
        let finished = Operation { finished_at: Some(at(2)), version: claimed.version + 1, ..claimed };
        save(&store, &finished, "w").await.unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.insert_operation(&second).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(ids(&store.operations_of(&environment_id("e0"), 9).await.unwrap()), ["o9", "o0"]);
    }

    async fn waking_makes_due_and_never_late(db) {
        let store = db.store;
        let made = with_operations(&store, &[50]).await.remove(0);
        let mut tx = store.begin().await.unwrap();
        assert!(tx.wake_operation(&made.id, at(5)).await.unwrap());
        assert!(!tx.wake_operation(&made.id, at(6)).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(ids(&store.claim_operations(at(5), "w", at(60), 1).await.unwrap()), ["o0"]);
    }

    async fn many_workers_at_once_claim_each_operation_once(db) {
        let store = db.store;
        with_operations(&store, &[0; 60]).await;
        let workers: Vec<_> = (0..6)
            .map(|worker| {
                let store = store.clone();
                tokio::spawn(async move {
                    let owner = format!("w{worker}");
                    let mut mine = Vec::new();
                    loop {
                        let claimed = store.claim_operations(at(1), &owner, at(60), 4).await.unwrap();
                        if claimed.is_empty() && store.count_held_operations(at(1)).await.unwrap() == 60 {
                            return mine;
                        }
                        mine.extend(claimed.into_iter().map(|o| o.id));
                    }
                })
            })
            .collect();
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.await.unwrap());
        }
        assert_eq!(all.len(), 60);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 60);
    }

    async fn a_lease_by_name_has_one_owner(db) {
        let store = db.store;
        assert!(store.hold_lease("sealer", "w1", at(0), at(10)).await.unwrap());
        assert!(!store.hold_lease("sealer", "w2", at(9), at(20)).await.unwrap());
        assert!(store.hold_lease("mirror", "w2", at(9), at(20)).await.unwrap());
        assert!(store.hold_lease("sealer", "w1", at(9), at(15)).await.unwrap());
        assert!(!store.hold_lease("sealer", "w2", at(10), at(20)).await.unwrap());
        assert!(store.hold_lease("sealer", "w2", at(15), at(25)).await.unwrap());
        assert!(!store.release_lease("sealer", "w1").await.unwrap());
        assert!(store.release_lease("sealer", "w2").await.unwrap());
        let until = at(15) + TimeDelta::seconds(5);
        assert!(store.hold_lease("sealer", "w1", at(15), until).await.unwrap());
    }
}
