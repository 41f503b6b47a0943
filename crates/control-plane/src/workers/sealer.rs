//! The audit sealer: gives waiting events their positions and puts them into signed blocks.

use std::io::Write as _;
use std::path::Path;

use domain::audit::{Head, seal};
use store::Lock;

use crate::{ControlPlane, Error, Result};

/// Events of one block.
const BLOCK: u32 = 500;

impl ControlPlane {
    /// Seals what waits; answers how many events those were. One transaction at a time does this, whatever the replicas.
    pub(super) async fn seal_audit(&self) -> Result<usize> {
        let mut sealed = 0;
        // A look first: most rounds find nothing, and a transaction would hold up the writers.
        while self.store().has_unsealed_events().await? {
            let mut tx = self.store().begin().await?;
            if !tx.try_lock(Lock::Sealer).await? {
                return Ok(sealed);
            }
            let waiting = tx.unsealed_events(BLOCK).await?;
            if waiting.is_empty() {
                return Ok(sealed);
            }
            let head = tx.audit_head().await?;
            let first = head.as_ref().map_or(0, |h| h.last_position) + 1;
            let count = waiting.len();
            let events: Vec<_> = (first..).zip(waiting).collect();
            let block = seal(head.as_ref(), &events, self.now(), &self.settings().audit_signing_key)
                .map_err(|e| Error::internal("The audit log could not be sealed", &e))?;
            tx.seal_block(&block).await?;
            tx.commit().await?;
            sealed += count;
            self.signals().notifier.notify_one();
            if let Some(path) = &self.settings().audit_head_file
                && let Err(error) = write_head(path, &block.head())
            {
                tracing::error!(%error, path = %path.display(), "the audit head could not be written");
            }
        }
        Ok(sealed)
    }
}

/// Whole or not at all: written beside, then put in place.
fn write_head(path: &Path, head: &Head) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = std::fs::File::create(&beside)?;
    file.write_all(&serde_json::to_vec_pretty(head)?)?;
    file.sync_all()?;
    std::fs::rename(beside, path)
}
