//! Starting, stopping, and what happens when a part of the portal ends by itself.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use control_plane::{CrashHook, CrashPoint, Deps};
use domain::clock::Clock;
use sim::FaultKind;
use store::Store;
use studiogate::serve::serve_within;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::state::State;

/// Longer than anything here takes.
const LONG: Duration = Duration::from_mins(1);

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// A clock that breaks once: what one operation breaks it breaks for itself, and this is nobody's operation.
#[derive(Debug)]
struct Breaks {
    clock: Arc<dyn Clock>,
    next: Arc<AtomicBool>,
}

impl Clock for Breaks {
    fn now(&self) -> DateTime<Utc> {
        assert!(!self.next.swap(false, Ordering::Relaxed), "on purpose");
        self.clock.now()
    }
}

#[tokio::test]
async fn a_portal_whose_workers_died_stops_and_says_so() {
    let next = Arc::new(AtomicBool::new(false));
    let breaks = Arc::clone(&next);
    let state = State::start_in(None, |deps: Deps| {
        let clock = Arc::new(Breaks { clock: deps.clock.clone(), next: breaks });
        Deps { clock, ..deps }
    })
    .await;
    next.store(true, Ordering::Relaxed);
    let shutdown = CancellationToken::new();
    let serving = serve_within(LONG, listener().await, state.router(), state.plane().clone(), shutdown.clone());
    let outcome = tokio::time::timeout(LONG, serving).await.expect("it stops by itself");
    assert!(format!("{:#}", outcome.unwrap_err()).contains("the workers failed"));
    assert!(shutdown.is_cancelled(), "streams and timers end too");
}

/// Everything ends by the same signal, in whatever order: none of it ended by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_portal_that_is_told_to_stop_ends_well() {
    let state = State::start().await;
    for round in 0..50 {
        let shutdown = CancellationToken::new();
        let serving = serve_within(LONG, listener().await, state.router(), state.plane().clone(), shutdown.clone());
        let serving = tokio::spawn(serving);
        for _ in 0..round {
            tokio::task::yield_now().await;
        }
        shutdown.cancel();
        serving.await.unwrap().unwrap_or_else(|error| panic!("in round {round}: {error:#}"));
    }
}

#[tokio::test]
async fn an_open_request_is_answered_before_the_portal_stops() {
    let state = State::start().await;
    let listener = listener().await;
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let serving = tokio::spawn(serve_within(LONG, listener, state.router(), state.plane().clone(), shutdown.clone()));
    let mut connection = TcpStream::connect(address).await.unwrap();
    // Half a request is open when the signal comes.
    connection.write_all(b"GET /healthz HTTP/1.1\r\nHost: portal\r\n").await.unwrap();
    let mut other = TcpStream::connect(address).await.unwrap();
    other.write_all(b"GET /healthz HTTP/1.1\r\nHost: portal\r\n\r\n").await.unwrap();
    let mut first = [0; 12];
    other.read_exact(&mut first).await.unwrap();
    shutdown.cancel();
    connection.write_all(b"\r\n").await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok\n"), "{answer}");
    tokio::time::timeout(LONG, serving).await.expect("it stops").unwrap().unwrap();
}

#[tokio::test]
async fn an_act_that_does_not_end_in_time_gives_its_lease_back() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("hangs");
    let _ = std::fs::remove_dir_all(&folder);
    let (taken_up, mut acting) = tokio::sync::mpsc::unbounded_channel();
    let report = move |deps: Deps| {
        let hook: CrashHook = Arc::new(move |point, step| {
            if point == CrashPoint::BeforeAct {
                let _ = taken_up.send(step.to_owned());
            }
            false
        });
        Deps { crash: Some(hook), ..deps }
    };
    let state = State::start_in(Some(folder.clone()), report).await;
    state.sign_in_the_team().await;
    for call in ["servicecatalog:ListLaunchPaths", "servicecatalog:ProvisionProduct"] {
        state.demo.local.aws.faults().next(call, FaultKind::Timeout, 100);
    }
    state.approved("hangs").await;
    let shutdown = CancellationToken::new();
    let (plane, router) = (state.plane().clone(), state.router());
    let serving = tokio::spawn(serve_within(Duration::ZERO, listener().await, router, plane, shutdown.clone()));
    assert!(tokio::time::timeout(LONG, acting.recv()).await.expect("a worker takes it up").is_some());
    shutdown.cancel();
    tokio::time::timeout(LONG, serving).await.expect("it stops").unwrap().unwrap();
    let store = Store::connect(&format!("sqlite:{}", folder.join("portal.db").display())).await.unwrap();
    assert_eq!(store.count_unfinished_operations().await.unwrap(), 1);
    assert_eq!(store.count_held_operations(state.clock.now()).await.unwrap(), 0, "another process takes it up at once");
}
