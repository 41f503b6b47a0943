//! Use cases, authorization and reconcilers.
//!
//! A use case is one public method of [`ControlPlane`]; its first line authorizes (one thing) or scopes (a list). The
//! reconcilers under `workers` take no input, are idempotent, and run on a signal and on a timer.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod act_together;
mod admin;
mod approvals;
mod approvers;
mod audit;
mod authorize;
mod backlog;
mod caller;
mod catalog;
mod consequences;
mod curation;
mod decide;
mod decide_many;
mod delegations;
mod deps;
mod doctor;
mod drafts;
mod environment;
mod environment_export;
mod environment_filter;
mod environments;
mod error;
mod extension;
mod fleet;
mod guardrails;
mod hand_over;
mod home;
mod idle;
mod inbox;
mod job_marks;
mod lease;
mod leavers;
mod notify;
mod observe;
mod obstacles;
mod organization;
mod people;
mod preflight;
mod progress;
mod push_tags;
mod questions;
mod request;
mod request_again;
mod request_form;
mod requests;
mod retry;
mod revocation;
mod revoke;
mod rollout;
mod rollouts;
mod rows;
mod running;
mod sealing;
mod second_click;
mod session;
mod sessions;
mod settings;
mod shell;
mod stack;
mod still_valid;
mod studio;
mod submit;
mod tags;
mod team;
mod terminate;
mod together;
mod trail;
mod transfer;
mod typical;
mod unmanaged;
mod update;
mod verification;
mod words;
mod workers;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::id::EnvironmentId;
use tokio::sync::{Notify, broadcast};

pub use authorize::PolicyError;
use authorize::{Policies, Refusals};
pub use backlog::{Backlog, Unfinished};
pub use caller::{Caller, SessionHandle};
pub use curation::CatalogFiles;
pub use deps::{CrashHook, CrashPoint, Deps, Ids, Random, SystemClock};
pub use doctor::{Check, Level, check_database};
pub use error::{Error, Result};
pub use people::SignIn;
pub use request_again::FormAgain;
pub use sessions::{PendingLoginRecord, SessionRecord};
pub use settings::{SealingKey, Settings, StudioSessionCaps, WorkerSettings};
pub use verification::Verification;

/// All use cases. Cheap to clone; clones share everything.
#[derive(Clone, Debug)]
pub struct ControlPlane(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: store::Store,
    aws: aws::Aws,
    settings: Settings,
    deps: Deps,
    ids: Ids,
    policies: Policies,
    refusals: Refusals,
    signals: Signals,
    /// Names this process among the holders of leases.
    worker: String,
}

/// What wakes a worker before its time, and who wants to hear of changes.
#[derive(Debug)]
struct Signals {
    operations: Notify,
    probes: Notify,
    observations: Notify,
    catalog: Notify,
    sealer: Notify,
    notifier: Notify,
    deliveries: Notify,
    changes: broadcast::Sender<EnvironmentId>,
}

impl ControlPlane {
    /// Fails only when the built-in policies do not hold against their schema.
    pub fn new(store: store::Store, aws: aws::Aws, settings: Settings, deps: Deps) -> Result<Self, PolicyError> {
        let policies = Policies::load(&settings.platform_contact)?;
        let ids = Ids::new(Arc::clone(&deps.clock), deps.random.clone());
        let worker = ids.uuid().to_string();
        let signals = Signals {
            operations: Notify::new(),
            probes: Notify::new(),
            observations: Notify::new(),
            catalog: Notify::new(),
            sealer: Notify::new(),
            notifier: Notify::new(),
            deliveries: Notify::new(),
            changes: broadcast::channel(256).0,
        };
        let refusals = Refusals::default();
        Ok(Self(Arc::new(Inner { store, aws, settings, deps, ids, policies, refusals, signals, worker })))
    }

    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Makes the portal's own identifiers; also used for request ids.
    pub fn ids(&self) -> &Ids {
        &self.0.ids
    }

    /// The time that holds here.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.deps.clock.now()
    }

    /// Random numbers, for ids that nobody can guess.
    pub fn random(&self) -> &Random {
        &self.0.deps.random
    }

    /// Whether the database answers, for `/readyz`.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.0.store.ping().await?)
    }

    pub(crate) fn store(&self) -> &store::Store {
        &self.0.store
    }

    pub(crate) fn aws(&self) -> &aws::Aws {
        &self.0.aws
    }

    pub(crate) fn deps(&self) -> &Deps {
        &self.0.deps
    }

    pub(crate) fn policies(&self) -> &Policies {
        &self.0.policies
    }

    pub(crate) fn refusals(&self) -> &Refusals {
        &self.0.refusals
    }

    fn signals(&self) -> &Signals {
        &self.0.signals
    }

    pub(crate) fn worker(&self) -> &str {
        &self.0.worker
    }

    /// Says that there is an operation to work on, or that one changed.
    pub(crate) fn wake(&self) {
        self.signals().operations.notify_one();
        self.signals().sealer.notify_one();
    }

    /// Says that there is a probe to carry out.
    pub(crate) fn wake_probes(&self) {
        self.signals().probes.notify_one();
        self.signals().sealer.notify_one();
    }

    /// Says that there is an environment to look at.
    pub(crate) fn wake_observations(&self) {
        self.signals().observations.notify_one();
    }

    /// Says that an environment or its operation changed: workers look at once, and watchers hear of it.
    pub(crate) fn changed(&self, environment: &EnvironmentId) {
        self.wake();
        // Nobody watching is no failure.
        let _ = self.signals().changes.send(environment.clone());
    }
}
