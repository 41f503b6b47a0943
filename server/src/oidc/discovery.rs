//! What the provider publishes about itself, kept and refreshed.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Clock;
use openidconnect::{IssuerUrl, reqwest};
use tokio::sync::Mutex;

use super::claims::Metadata;
use super::failure::SignInFailure;
use crate::config::ConfigError;

/// How old it may get before it is fetched again.
const FRESH_FOR: TimeDelta = TimeDelta::hours(1);
/// How long a failure keeps others from asking the provider again, as long as there is something older to go on with.
const PATIENCE: TimeDelta = TimeDelta::seconds(30);
/// How long it does where there is nothing: each try may take as long as an answer may, and people wait for it one by one.
const REMEMBERED: TimeDelta = TimeDelta::seconds(5);

#[derive(Debug)]
pub(super) struct Discovery {
    issuer: IssuerUrl,
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    known: RwLock<Option<Known>>,
    /// The last failure, while nothing is known.
    failed: RwLock<Option<(DateTime<Utc>, String)>>,
    /// One fetch at a time.
    fetching: Mutex<()>,
}

#[derive(Clone, Debug)]
struct Known {
    metadata: Arc<Metadata>,
    fetched_at: DateTime<Utc>,
    tried_at: DateTime<Utc>,
}

impl Discovery {
    pub(super) fn new(issuer: &str, http: reqwest::Client, clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        let issuer = IssuerUrl::new(issuer.to_owned()).map_err(|e| ConfigError(format!("oidc.issuer: {e}")))?;
        Ok(Self {
            issuer,
            http,
            clock,
            known: RwLock::default(),
            failed: RwLock::default(),
            fetching: Mutex::default(),
        })
    }

    /// What is known without asking.
    pub(super) fn known(&self) -> Option<Arc<Metadata>> {
        self.read().map(|known| known.metadata)
    }

    /// What is known if it is fresh, otherwise what the provider says now; while it is down, what it said before.
    pub(super) async fn provider(&self) -> Result<Arc<Metadata>, SignInFailure> {
        if let Some(known) = self.fresh() {
            return Ok(known);
        }
        let _one = self.fetching.lock().await;
        match (self.fresh(), self.just_failed()) {
            (Some(known), _) => Ok(known),
            (None, Some(reason)) => Err(SignInFailure::Unreachable(reason)),
            (None, None) => self.fetch().await,
        }
    }

    /// What the provider says now, with its present keys; `seen` is what turned out to be too old.
    pub(super) async fn newer_than(&self, seen: &Arc<Metadata>) -> Result<Arc<Metadata>, SignInFailure> {
        let _one = self.fetching.lock().await;
        match self.known() {
            Some(known) if !Arc::ptr_eq(&known, seen) => Ok(known),
            _ => self.fetch().await,
        }
    }

    fn fresh(&self) -> Option<Arc<Metadata>> {
        let now = self.clock.now();
        self.read()
            .filter(|known| now - known.fetched_at < FRESH_FOR || now - known.tried_at < PATIENCE)
            .map(|known| known.metadata)
    }

    /// Why the provider could not be asked a moment ago.
    fn just_failed(&self) -> Option<String> {
        let failed = self.failed.read().unwrap_or_else(PoisonError::into_inner);
        failed.as_ref().filter(|(at, _)| self.clock.now() - *at < REMEMBERED).map(|(_, reason)| reason.clone())
    }

    async fn fetch(&self) -> Result<Arc<Metadata>, SignInFailure> {
        let now = self.clock.now();
        let fetched = Metadata::discover_async(self.issuer.clone(), &self.http).await;
        let mut slot = self.known.write().unwrap_or_else(PoisonError::into_inner);
        match fetched {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *slot = Some(Known { metadata: Arc::clone(&metadata), fetched_at: now, tried_at: now });
                Ok(metadata)
            }
            Err(error) => {
                let reason = domain::problem::chain(&error);
                tracing::warn!(issuer = %self.issuer.as_str(), reason, "the OIDC provider's metadata cannot be fetched");
                if let Some(known) = slot.as_mut() {
                    known.tried_at = now;
                    return Ok(Arc::clone(&known.metadata));
                }
                // From now on, and not from the beginning of a try that took long.
                let failed = Some((self.clock.now(), reason.clone()));
                *self.failed.write().unwrap_or_else(PoisonError::into_inner) = failed;
                Err(SignInFailure::Unreachable(reason))
            }
        }
    }

    fn read(&self) -> Option<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
