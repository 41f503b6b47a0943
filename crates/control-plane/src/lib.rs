//! Use cases, authorization and reconcilers.
//!
//! A use case is one public method of [`ControlPlane`]; its first line authorizes (one thing) or scopes (a list). The
//! reconcilers under `workers` take no input, are idempotent, and run on a signal and on a timer.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod authorize;
mod caller;
mod deps;
mod error;
mod settings;
mod use_cases;

use std::sync::Arc;

pub use caller::{Caller, SessionHandle};
pub use deps::{CrashHook, CrashPoint, Deps, Ids, Random, SystemClock};
pub use error::{Error, Result};
pub use settings::{SealingKey, Settings, StudioSessionCaps, WorkerSettings};
pub use use_cases::*;

/// All use cases. Cheap to clone; clones share everything.
#[derive(Clone, Debug)]
pub struct ControlPlane(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    deps: Deps,
}

impl ControlPlane {
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }
}
