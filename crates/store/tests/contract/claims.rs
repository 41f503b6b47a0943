//! Whatever workers do, and in whatever order: an operation is in the hands of one at most, and who was overtaken cannot
//! write.

use std::collections::BTreeMap;

use domain::operation::{Operation, Step};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use store::{Error, Store};

use crate::samples::{at, operation, with_environment, with_projects};
use crate::{backend, databases};

const OPERATIONS: usize = 3;
const WORKERS: [&str; 2] = ["w0", "w1"];

#[derive(Clone, Copy, Debug)]
enum Act {
    Claim {
        worker: usize,
        limit: u32,
    },
    Renew {
        worker: usize,
        pick: usize,
    },
    Save {
        worker: usize,
        pick: usize,
        give_back: bool,
    },
    Release {
        worker: usize,
        pick: usize,
    },
    /// Seconds go by; a lease lasts ten.
    Wait(i64),
}

fn act() -> impl Strategy<Value = Act> {
    let worker = || 0..WORKERS.len();
    let pick = || 0..OPERATIONS;
    prop_oneof![
        3 => (worker(), 1..4_u32).prop_map(|(worker, limit)| Act::Claim { worker, limit }),
        1 => (worker(), pick()).prop_map(|(worker, pick)| Act::Renew { worker, pick }),
        2 => (worker(), pick(), any::<bool>()).prop_map(|(worker, pick, give_back)| Act::Save { worker, pick, give_back }),
        1 => (worker(), pick()).prop_map(|(worker, pick)| Act::Release { worker, pick }),
        2 => (1..12_i64).prop_map(Act::Wait),
    ]
}

/// What a worker believes to hold, by operation: it forgets nothing by itself.
type Held = BTreeMap<usize, Operation>;

/// Who truly holds an operation, in which version, and until which second.
type Truth = BTreeMap<usize, (usize, i64, i64)>;

fn number(operation: &Operation) -> usize {
    operation.id.as_str().rsplit('-').next().unwrap().parse().unwrap()
}

async fn play(store: &Store, case: u32, acts: &[Act]) -> Result<(), TestCaseError> {
    let mut tx = store.begin().await.unwrap();
    for i in 0..OPERATIONS {
        let environment = tx.environment(&format!("e{i}").parse().unwrap()).await.unwrap().unwrap();
        tx.insert_operation(&operation(&format!("o{case}-{i}"), &environment, 0)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut now = 1;
    let mut held: [Held; 2] = Default::default();
    let mut truth = Truth::new();
    for act in acts {
        match *act {
            Act::Wait(seconds) => now += seconds,
            Act::Claim { worker, limit } => {
                let claimed = store.claim_operations(at(now), WORKERS[worker], at(now + 10), limit).await.unwrap();
                for operation in claimed {
                    let i = number(&operation);
                    if let Some((other, _, until)) = truth.get(&i) {
                        prop_assert!(*until <= now, "{i} is in the hands of {other} until {until}, and it is {now}");
                    }
                    truth.insert(i, (worker, operation.version, now + 10));
                    held[worker].insert(i, operation);
                }
            }
            Act::Renew { worker, pick } => {
                let Some(operation) = held[worker].get(&pick) else { continue };
                let renewed = store.renew_operation(operation, WORKERS[worker], at(now + 10)).await.unwrap();
                prop_assert_eq!(renewed, is_held(&truth, pick, worker, operation));
                if renewed {
                    truth.insert(pick, (worker, operation.version, now + 10));
                }
            }
            Act::Release { worker, pick } => {
                let Some(operation) = held[worker].get(&pick) else { continue };
                let released = store.release_operation(operation, WORKERS[worker]).await.unwrap();
                prop_assert_eq!(released, is_held(&truth, pick, worker, operation));
                if released {
                    truth.remove(&pick);
                }
            }
            Act::Save { worker, pick, give_back } => {
                let Some(operation) = held[worker].get(&pick) else { continue };
                let mut next = Operation { version: operation.version + 1, ..operation.clone() };
                if give_back {
                    (next.lease_owner, next.lease_until) = (None, None);
                }
                let mut tx = store.begin().await.unwrap();
                let saved = tx.save_operation(&next, WORKERS[worker]).await;
                if is_held(&truth, pick, worker, operation) {
                    prop_assert!(saved.is_ok(), "{saved:?}");
                    tx.commit().await.unwrap();
                    let until = i64::max(next.lease_until.map_or(0, |until| (until - at(0)).num_seconds()), 0);
                    if give_back {
                        truth.remove(&pick);
                    } else {
                        truth.insert(pick, (worker, next.version, until));
                    }
                    held[worker].insert(pick, next);
                } else {
                    prop_assert!(matches!(saved, Err(Error::Conflict { .. })), "{saved:?}");
                    tx.rollback().await.unwrap();
                }
            }
        }
    }
    // Everything is finished, so that the next case begins with nothing.
    let rest = store.claim_operations(at(now + 1_000), "end", at(now + 2_000), 99).await.unwrap();
    prop_assert_eq!(rest.len(), OPERATIONS);
    for operation in rest {
        let mut tx = store.begin().await.unwrap();
        let done = Operation {
            step: Step::Succeeded,
            finished_at: Some(at(now)),
            version: operation.version + 1,
            ..operation
        };
        tx.save_operation(&done, "end").await.unwrap();
        tx.commit().await.unwrap();
    }
    Ok(())
}

fn is_held(truth: &Truth, pick: usize, worker: usize, believed: &Operation) -> bool {
    truth.get(&pick).is_some_and(|(holder, version, _)| *holder == worker && *version == believed.version)
}

fn hold(backend_name: &'static str) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(backend::on(backend_name, |db| async move {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        for i in 0..OPERATIONS {
            with_environment(&store, &format!("e{i}"), "a", "ada", 0).await;
        }
        let handle = tokio::runtime::Handle::current();
        let outcome = tokio::task::spawn_blocking(move || {
            let config = Config { cases: 48, failure_persistence: None, ..Config::default() };
            let case = std::cell::Cell::new(0);
            TestRunner::new(config).run(&prop::collection::vec(act(), 1..40), |acts| {
                case.set(case.get() + 1);
                let played = handle.block_on(play(&store, case.get(), &acts));
                if played.is_err() {
                    // The rest of a failed case must not spoil the smaller ones that are tried next.
                    handle.block_on(db_clear(&db.url));
                }
                played
            })
        });
        outcome.await.unwrap().unwrap();
    }));
}

async fn db_clear(url: &str) {
    databases::raw(url, "DELETE FROM operation").await;
}

#[test]
fn one_holder_at_a_time_sqlite() {
    hold("sqlite");
}

#[test]
fn one_holder_at_a_time_postgres() {
    hold("postgres");
}
