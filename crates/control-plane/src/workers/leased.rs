//! Reading that one replica does at a time: under a named lease, which is kept alive meanwhile.

use std::time::Duration;

use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;

use crate::{ControlPlane, Result};

/// How long a replica that died keeps the others from reading.
const LEASE: TimeDelta = TimeDelta::minutes(5);

impl ControlPlane {
    /// Runs `read` under the lease. `None`: another replica has the lease, or took it over, or the process stops; reading
    /// changes nothing, so what is not finished then is let go of.
    pub(super) async fn under_lease<T>(
        &self,
        lease: &str,
        shutdown: &CancellationToken,
        read: impl Future<Output = Result<T>>,
    ) -> Result<Option<T>> {
        let now = self.now();
        if !self.store().hold_lease(lease, self.worker(), now, now + LEASE).await? {
            return Ok(None);
        }
        let result = tokio::select! {
            read = read => read.map(Some),
            lost = self.keep_lease(lease) => lost.map(|()| None),
            () = shutdown.cancelled() => Ok(None),
        };
        self.store().release_lease(lease, self.worker()).await?;
        result
    }

    /// Keeps the lease alive; returns when it is lost.
    async fn keep_lease(&self, lease: &str) -> Result<()> {
        let third = (LEASE / 3).to_std().unwrap_or(Duration::from_mins(1));
        loop {
            tokio::time::sleep(third).await;
            let now = self.now();
            if !self.store().hold_lease(lease, self.worker(), now, now + LEASE).await? {
                return Ok(());
            }
        }
    }
}
