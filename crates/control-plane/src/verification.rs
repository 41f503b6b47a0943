//! Verifying the audit log while it grows.

use domain::audit::{AuditEvent, Head, Report, Verifier, VerifyingKey};
use store::Store;

use crate::{ControlPlane, Result};

/// Blocks of one step.
const BLOCKS: u32 = 100;
/// Events of one step.
const STEP: u32 = 500;
/// Events that may wait for the sealer; more than that is said by their number alone.
const WAITING: u32 = 100_000;

/// A verification that is under way.
#[derive(Debug)]
pub struct Verification {
    store: Store,
    verifier: Verifier,
    /// Up to where the blocks were read.
    height: i64,
    position: i64,
    /// Whether the last block could be read: what stands behind one that could not may be its own.
    end_known: bool,
}

impl ControlPlane {
    /// Verifies the whole chain, against a head that was kept elsewhere where one is given.
    pub async fn verify_audit(&self, head: Option<Head>) -> Result<Report> {
        self.verification(head).finish().await
    }

    /// A verification that nothing was read for yet.
    pub fn verification(&self, head: Option<Head>) -> Verification {
        let settings = self.settings();
        let keys = settings.audit_verifying_keys.iter().copied().chain([settings.audit_signing_key.verifying_key()]);
        Verification::new(self.store().clone(), keys, head)
    }
}

impl Verification {
    /// Of the log in `store`, signed with any of `keys`. Public keys are enough: who verifies need not be able to sign.
    pub fn new(store: Store, keys: impl IntoIterator<Item = VerifyingKey>, head: Option<Head>) -> Self {
        Self { store, verifier: Verifier::new(keys, head), height: 0, position: 0, end_known: true }
    }

    /// Reads the blocks that are there and were not read yet; answers whether there were any.
    pub async fn read_blocks(&mut self) -> Result<bool> {
        let before = self.height;
        loop {
            let blocks = self.store.audit_blocks(self.height, BLOCKS).await?;
            if blocks.is_empty() {
                return Ok(self.height > before);
            }
            for (height, block) in blocks {
                self.height = height;
                self.end_known = block.is_ok();
                match block {
                    Ok(block) => {
                        let events = self.read_events(block.first_position, block.last_position()).await?;
                        self.verifier.block(&block, &events);
                        self.position = self.position.max(block.last_position());
                    }
                    Err(error) => self.verifier.unreadable_block(height, &error.to_string()),
                }
            }
        }
    }

    /// Reads the rest, and whatever is sealed meanwhile.
    pub async fn finish(mut self) -> Result<Report> {
        self.read_blocks().await?;
        let strays = loop {
            let strays = if self.end_known { self.strays().await? } else { Vec::new() };
            // A block and the positions of its events appear at once: what was sealed while this was read has a block by
            // now, and is no stray.
            if !self.read_blocks().await? {
                break strays;
            }
        };
        for (position, event) in strays {
            match event {
                Ok(event) => self.verifier.stray(position, &event),
                Err(error) => unreadable(&mut self.verifier, Some(position), error)?,
            }
        }
        for event in self.store.unsealed_events(WAITING).await? {
            match event {
                Ok(event) => self.verifier.unsealed(&event),
                Err(error) => unreadable(&mut self.verifier, None, error)?,
            }
        }
        Ok(self.verifier.finish())
    }

    /// Events that claim a position beyond the last block.
    async fn strays(&self) -> Result<Vec<(i64, store::Result<AuditEvent>)>> {
        let mut all = Vec::new();
        let mut from = self.position + 1;
        loop {
            let found = self.store.sealed_events(from, i64::MAX, STEP).await?;
            let Some((last, _)) = found.last() else { return Ok(all) };
            from = last.saturating_add(1);
            let full = found.len() >= STEP as usize;
            all.extend(found);
            if !full {
                return Ok(all);
            }
        }
    }

    async fn read_events(&mut self, from: i64, to: i64) -> Result<Vec<(i64, AuditEvent)>> {
        let mut all = Vec::new();
        let mut from = from;
        while from <= to {
            let found = self.store.sealed_events(from, to, STEP).await?;
            let Some((last, _)) = found.last() else { break };
            from = last.saturating_add(1);
            let full = found.len() >= STEP as usize;
            for (position, event) in found {
                match event {
                    Ok(event) => all.push((position, event)),
                    Err(error) => unreadable(&mut self.verifier, Some(position), error)?,
                }
            }
            if !full {
                break;
            }
        }
        Ok(all)
    }
}

/// A row that holds something else than an event is a finding; any other trouble is not about the log.
fn unreadable(verifier: &mut Verifier, position: Option<i64>, error: store::Error) -> Result<()> {
    let store::Error::Corrupt { id, column, reason, .. } = &error else { return Err(error.into()) };
    verifier.unreadable(position, id, &format!("{column}: {reason}"));
    Ok(())
}
