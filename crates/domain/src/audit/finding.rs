//! What verification can find.

use std::fmt;

use super::chain::Head;
use crate::id::AuditEventId;

/// One thing that is wrong with the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The event at this position is not what was sealed.
    Changed { position: i64, id: AuditEventId },
    /// Stands there and is no event at all: at a position, or waiting for the sealer.
    Unreadable { position: Option<i64>, id: String, reason: String },
    /// The event that was sealed at this position is gone.
    Deleted { position: i64, id: AuditEventId },
    /// Stands among sealed events and was never sealed.
    Inserted { position: i64, id: AuditEventId },
    /// Was sealed at `sealed` and stands at `found`.
    Moved { sealed: i64, found: i64, id: AuditEventId },
    /// Was sealed at `sealed`, is gone from there, and stands at the end again: at position `found`, or not sealed yet.
    ReAppended { sealed: i64, found: Option<i64>, id: AuditEventId },
    /// The same event is there more than once.
    Repeated { id: AuditEventId, first: i64, again: Option<i64> },
    /// Stands there and is no block at all. The events at its positions cannot be verified.
    BlockUnreadable { height: i64, reason: String },
    /// The block's fields do not give its hash.
    BlockChanged { height: i64 },
    /// Blocks are missing before this one, or it does not continue the one before.
    ChainBroken { height: i64, expected_height: i64 },
    /// The signature is not of the key that the block names.
    BadSignature { height: i64 },
    /// Signed with a key that the verifier was not given.
    ForeignKey { height: i64, key_id: String },
    /// The chain ends before a head that was kept elsewhere.
    Truncated { head_height: i64, height: i64 },
    /// The block at the height of a head that was kept elsewhere is another one.
    Rewritten { height: i64 },
    /// The head that was kept elsewhere is not signed by any of the keys.
    HeadNotSigned { height: i64 },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { position, id } => write!(f, "event {id} at position {position} was changed"),
            Self::Unreadable { position: Some(position), id, reason } => {
                write!(f, "event {id} at position {position} cannot be read: {reason}")
            }
            Self::Unreadable { position: None, id, reason } => {
                write!(f, "event {id}, not sealed yet, cannot be read: {reason}")
            }
            Self::Deleted { position, id } => write!(f, "event {id} at position {position} was deleted"),
            Self::Inserted { position, id } => write!(f, "event {id} was inserted at position {position}"),
            Self::Moved { sealed, found, id } => {
                write!(f, "event {id} was moved from position {sealed} to position {found}")
            }
            Self::ReAppended { sealed, found: Some(found), id } => {
                write!(f, "event {id} was taken from position {sealed} and appended again at position {found}")
            }
            Self::ReAppended { sealed, found: None, id } => {
                write!(f, "event {id} was taken from position {sealed} and appended again, not sealed yet")
            }
            Self::Repeated { id, first, again: Some(again) } => {
                write!(f, "event {id} of position {first} is there again at position {again}")
            }
            Self::Repeated { id, first, again: None } => {
                write!(f, "event {id} of position {first} is there again, not sealed yet")
            }
            Self::BlockUnreadable { height, reason } => {
                write!(f, "block {height} cannot be read, and its events cannot be verified: {reason}")
            }
            Self::BlockChanged { height } => write!(f, "block {height} was changed"),
            Self::ChainBroken { height, expected_height } if height == expected_height => {
                write!(f, "block {height} does not continue the block before it")
            }
            Self::ChainBroken { height, expected_height } => {
                write!(f, "block {expected_height} is missing; block {height} comes in its place")
            }
            Self::BadSignature { height } => write!(f, "the signature of block {height} is wrong"),
            Self::ForeignKey { height, key_id } => {
                write!(f, "block {height} is signed with the key {key_id}, which is not known here")
            }
            Self::Truncated { head_height, height } => {
                write!(f, "the log ends with block {height}; the head kept elsewhere is of block {head_height}")
            }
            Self::Rewritten { height } => {
                write!(f, "block {height} is not the one whose head was kept elsewhere")
            }
            Self::HeadNotSigned { height } => {
                write!(f, "the head of block {height} that was kept elsewhere is not signed by a known key")
            }
        }
    }
}

/// Whether anything can have been cut off at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truncation {
    /// No head from elsewhere was given, so this cannot be told.
    NotChecked,
    /// Everything up to the block of this height is there.
    AbsentUpTo { height: i64 },
    /// See the findings.
    Found,
}

/// What verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub blocks: i64,
    /// Events that stand at sealed positions.
    pub events: i64,
    /// Events that wait for the sealer.
    pub unsealed: i64,
    /// The end of the chain as found.
    pub head: Option<Head>,
    pub truncation: Truncation,
    pub findings: Vec<Finding>,
}

impl Report {
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}
