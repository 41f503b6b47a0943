//! Blocks and heads.

use std::fmt;

use chrono::{DateTime, Utc};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::canonical::{Bytes, canonical_bytes};
use super::event::AuditEvent;
use crate::id::AuditEventId;

/// First in every block's hashed bytes.
const LAYOUT: &str = "studiogate audit block 1";

macro_rules! hex_bytes {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(pub [u8; $length]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }

        impl From<$name> for String {
            fn from(bytes: $name) -> Self {
                bytes.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = hex::FromHexError;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                let mut bytes = [0; $length];
                hex::decode_to_slice(text, &mut bytes)?;
                Ok(Self(bytes))
            }
        }
    };
}

hex_bytes! {
    /// SHA-256; hexadecimal in JSON and as text.
    Digest, 32
}
hex_bytes! {
    /// Ed25519; hexadecimal in JSON and as text.
    Signature, 64
}

impl Digest {
    /// What stands for "the previous block" in the first block.
    pub const NONE: Self = Self([0; 32]);

    /// The digest of an event's canonical bytes.
    pub fn of(event: &AuditEvent) -> Self {
        Self(Sha256::digest(canonical_bytes(event)).into())
    }
}

/// What a block says about one of its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub id: AuditEventId,
    pub digest: Digest,
}

/// Events sealed together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The first block is 1.
    pub height: i64,
    /// The position of the first entry; the first event of the log is at 1, and the others follow without gaps.
    pub first_position: i64,
    pub entries: Vec<Entry>,
    /// The hash of the block before; [`Digest::NONE`] in the first.
    pub previous: Digest,
    pub hash: Digest,
    /// Whole milliseconds.
    pub sealed_at: DateTime<Utc>,
    /// See [`key_id`].
    pub key_id: String,
    /// Over `hash`.
    pub signature: Signature,
}

/// The end of the chain. Written to a place that the portal's database operators cannot change, it proves later that nothing
/// was cut off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub height: i64,
    /// The position of the last sealed event.
    pub last_position: i64,
    pub hash: Digest,
    pub sealed_at: DateTime<Utc>,
    pub key_id: String,
    pub signature: Signature,
}

impl Block {
    /// The position of the last entry.
    pub fn last_position(&self) -> i64 {
        self.first_position + self.len() - 1
    }

    /// How many events it seals.
    #[allow(clippy::len_without_is_empty, reason = "`seal` makes no empty block")]
    pub fn len(&self) -> i64 {
        i64::try_from(self.entries.len()).unwrap_or(i64::MAX)
    }

    /// The head of a chain that ends with this block.
    pub fn head(&self) -> Head {
        Head {
            height: self.height,
            last_position: self.last_position(),
            hash: self.hash,
            sealed_at: self.sealed_at,
            key_id: self.key_id.clone(),
            signature: self.signature,
        }
    }

    /// The hash that the block's own fields give.
    pub(super) fn computed_hash(&self) -> Digest {
        let mut bytes = Bytes::default();
        bytes.text(LAYOUT);
        bytes.number(self.height);
        bytes.number(self.first_position);
        bytes.number(self.sealed_at.timestamp_millis());
        bytes.text(&self.key_id);
        bytes.0.extend(self.previous.0);
        bytes.length(self.entries.len());
        for entry in &self.entries {
            bytes.text(entry.id.as_str());
            bytes.0.extend(entry.digest.0);
        }
        Digest(Sha256::digest(&bytes.0).into())
    }
}

/// What is signed: the hash, after words that keep the signature from meaning anything elsewhere.
pub(super) fn signed_bytes(hash: &Digest) -> Vec<u8> {
    let mut bytes = Bytes::default();
    bytes.text("studiogate audit head 1");
    bytes.0.extend(hash.0);
    bytes.0
}

/// The short name of a key: the first 16 hexadecimal digits of the SHA-256 of the public key.
pub fn key_id(key: &VerifyingKey) -> String {
    hex::encode(&Sha256::digest(key.as_bytes())[..8])
}

/// Events that do not make a block.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("a block needs at least one event")]
    Empty,
    #[error("position {expected} comes next, not {found}")]
    Gap { expected: i64, found: i64 },
}

/// Seals the next block. `events` have the positions that the sealer gives them: from the previous head's last position
/// plus one (from 1 at the start), without gaps.
pub fn seal(
    previous: Option<&Head>,
    events: &[(i64, AuditEvent)],
    sealed_at: DateTime<Utc>,
    key: &SigningKey,
) -> Result<Block, SealError> {
    let first_position = previous.map_or(0, |head| head.last_position) + 1;
    if events.is_empty() {
        return Err(SealError::Empty);
    }
    for (expected, (found, _)) in (first_position..).zip(events) {
        if *found != expected {
            return Err(SealError::Gap { expected, found: *found });
        }
    }
    let entries = events.iter().map(|(_, event)| Entry { id: event.id.clone(), digest: Digest::of(event) }).collect();
    let mut block = Block {
        height: previous.map_or(0, |head| head.height) + 1,
        first_position,
        entries,
        previous: previous.map_or(Digest::NONE, |head| head.hash),
        hash: Digest::NONE,
        // The store keeps milliseconds: what is hashed now must be what is read back later.
        sealed_at: DateTime::from_timestamp_millis(sealed_at.timestamp_millis()).unwrap_or(sealed_at),
        key_id: key_id(&key.verifying_key()),
        signature: Signature([0; 64]),
    };
    block.hash = block.computed_hash();
    block.signature = Signature(key.sign(&signed_bytes(&block.hash)).to_bytes());
    Ok(block)
}
