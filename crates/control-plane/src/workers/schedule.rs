//! When the workers run.

use std::future::Future;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{ControlPlane, Result};

/// The wait after a worker failed as a whole, for want of the database.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

impl ControlPlane {
    /// Runs every worker until `shutdown`; what is held is finished or released before it returns.
    pub async fn run_workers(&self, shutdown: CancellationToken) {
        let every = &self.settings().workers;
        let signals = self.signals();
        tokio::join!(
            repeat("operations", every.poll, Some(&signals.operations), &shutdown, || async {
                // As long as something is due there is no wait.
                while self.run_operations(&shutdown).await? > 0 && !shutdown.is_cancelled() {}
                Ok(())
            }),
            repeat("probes", every.poll, Some(&signals.probes), &shutdown, || async {
                while self.run_probes(&shutdown).await? > 0 && !shutdown.is_cancelled() {}
                Ok(())
            }),
            repeat("observations", every.poll, Some(&signals.observations), &shutdown, || async {
                while self.run_observations(&shutdown).await? > 0 && !shutdown.is_cancelled() {}
                Ok(())
            }),
            repeat("observer", every.observe_every, None, &shutdown, || async { self.observe_all(&shutdown).await }),
            repeat("catalog", every.catalog_every, Some(&signals.catalog), &shutdown, || async {
                self.mirror_all(&shutdown).await.map(drop)
            }),
            repeat("sealer", every.seal_every, Some(&signals.sealer), &shutdown, || async {
                self.seal_audit().await.map(drop)
            }),
            repeat("notifier", every.poll, Some(&signals.notifier), &shutdown, || async {
                self.notify().await.map(drop)
            }),
            repeat("deliveries", every.poll, Some(&signals.deliveries), &shutdown, || async {
                while self.deliver().await? > 0 && !shutdown.is_cancelled() {}
                Ok(())
            }),
            repeat("sweeps", every.sweep_every, None, &shutdown, || async { self.sweep().await.map(drop) }),
        );
        // What was done last is sealed too.
        if let Err(error) = self.seal_audit().await {
            tracing::warn!(%error, "the last events were not sealed; the next start seals them");
        }
    }

    /// Gives back every lease of this process: for workers that were stopped in the middle of an act. Whoever takes an
    /// operation over repeats the act with the same token.
    pub async fn release_leases(&self) -> Result<u64> {
        let leases = self.store().release_leases_of(self.worker()).await?;
        let deliveries = self.store().release_deliveries_of(self.worker()).await?;
        Ok(leases + deliveries + self.store().release_operations_of(self.worker()).await?)
    }

    /// Closes the database: nothing works afterwards.
    pub async fn close(&self) {
        self.store().close().await;
    }

    /// One round of the workers that act on stored things: operations, probes, looks, sweeps, sealer, notifier, deliveries.
    /// Answers whether anything was done.
    pub async fn tick(&self) -> Result<bool> {
        let acted = self.act_on_what_is_due().await?;
        let swept = self.sweep().await?;
        let told = self.tell_what_was_done().await?;
        Ok(acted || swept > 0 || told)
    }

    async fn act_on_what_is_due(&self) -> Result<bool> {
        let worked = self.run_operations(&CancellationToken::new()).await?;
        let probed = self.run_probes(&CancellationToken::new()).await?;
        let looked = self.run_observations(&CancellationToken::new()).await?;
        Ok(worked > 0 || probed > 0 || looked > 0)
    }

    async fn tell_what_was_done(&self) -> Result<bool> {
        let sealed = self.seal_audit().await?;
        let told = self.notify().await?;
        let sent = self.deliver().await?;
        Ok(sealed > 0 || told > 0 || sent > 0)
    }

    /// Reads the catalogs, the organization, and how accounts stand to products now; answers whether the catalogs of all regions could be read. What the
    /// organization forbids is shown beside them, and nothing waits for it.
    pub async fn mirror_now(&self) -> Result<bool> {
        self.mirror_all(&CancellationToken::new()).await
    }

    /// Reads the catalogs alone; answers whether those of all regions could be read.
    pub async fn mirror_catalogs_now(&self) -> Result<bool> {
        self.mirror_catalogs(&CancellationToken::new()).await
    }

    /// Reads the organization alone; answers whether it could be read.
    pub async fn mirror_organization_now(&self) -> Result<bool> {
        self.mirror_organization(&CancellationToken::new()).await
    }

    /// Looks at every environment at rest now.
    pub async fn observe_now(&self) -> Result<()> {
        self.observe_all(&CancellationToken::new()).await
    }

    async fn mirror_all(&self, shutdown: &CancellationToken) -> Result<bool> {
        let read = self.mirror_catalogs(shutdown).await?;
        self.mirror_organization(shutdown).await?;
        self.mirror_standings(shutdown).await?;
        Ok(read)
    }

    /// Works until nothing is unfinished, with `advance` moving the clock to each next moment that something is due, by a
    /// second at least, and sweeps as often as the workers do. Gives up after `rounds`; answers whether everything came to
    /// its end.
    pub async fn run_until_idle(&self, rounds: usize, mut advance: impl FnMut(TimeDelta)) -> Result<bool> {
        let mut next_sweep = self.now();
        for _ in 0..rounds {
            if self.now() >= next_sweep {
                while self.sweep().await? > 0 {}
                next_sweep = self.now() + self.settings().workers.sweep_every;
            }
            while self.act_on_what_is_due().await? || self.tell_what_was_done().await? {}
            match self.next_due().await? {
                None => return Ok(true),
                Some(due) => advance((due - self.now()).max(TimeDelta::seconds(1))),
            }
        }
        Ok(false)
    }

    /// When the next unfinished operation can be taken up.
    async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        Ok(self.store().next_operation_due().await?)
    }
}

/// Runs `work` at once, and again after each signal or `every`, until `shutdown`.
async fn repeat<F>(
    name: &'static str,
    every: TimeDelta,
    signal: Option<&Notify>,
    shutdown: &CancellationToken,
    mut work: impl FnMut() -> F,
) where
    F: Future<Output = Result<()>>,
{
    let every = every.to_std().unwrap_or(Duration::from_secs(1));
    while !shutdown.is_cancelled() {
        let mut pause = every;
        if let Err(error) = work().await {
            tracing::warn!(%error, worker = name, "a worker could not do its round");
            pause = pause.max(AFTER_FAILURE);
        }
        let signalled = async {
            match signal {
                Some(signal) => signal.notified().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = signalled => {}
            () = shutdown.cancelled() => {}
        }
    }
}
