//! What those who decide a request ask back, and what whoever made it answers: the same request goes on.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::RequestId;
use crate::person::PersonKey;

/// The most questions and answers of one request.
pub const MOST_MESSAGES: usize = 40;
/// The longest question or answer, in characters.
pub const LONGEST_MESSAGE: usize = 2_000;

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// From somebody who decides to whoever asked.
    Question,
    /// Back from there.
    Answer,
}

/// One message about an undecided request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestMessage {
    pub request: RequestId,
    /// From 1, in the order in which they were written.
    pub number: u32,
    pub kind: MessageKind,
    pub by: PersonKey,
    pub text: String,
    pub at: DateTime<Utc>,
}
