//! The audit log: what an event is, the bytes that are hashed, the chain, and its verification.
//!
//! Events commit with the change they tell of; a sealer gives them positions and puts them into blocks. A block names
//! each of its events by identifier and SHA-256 digest of its [canonical bytes](canonical_bytes); its hash covers those, the
//! previous block's hash and the block's own fields, and is signed with Ed25519 (RFC 8032). Who changes the log without
//! the key is found out, and what they changed is named; who cuts its end off is found out by a [`Head`] that was kept
//! elsewhere.

mod canonical;
mod chain;
mod event;
mod finding;
mod verify;

pub use canonical::canonical_bytes;
pub use chain::{Block, Digest, Entry, Head, SealError, Signature, key_id, seal};
pub use ed25519_dalek::{SigningKey, VerifyingKey};
pub use event::{AuditActor, AuditEvent, Outcome};
pub use finding::{Finding, Report, Truncation};
pub use verify::{Verifier, verify};
