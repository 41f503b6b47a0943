//! What came of an evaluation, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a statement does when it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    Allow,
    Deny,
}

/// The three answers of IAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Allow,
    /// A Deny statement matched.
    ExplicitDeny,
    /// Nothing denied it and some layer had no Allow for it.
    ImplicitDeny,
}

/// Which kind of policy decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    Scp,
    Boundary,
    Session,
    Identity,
    /// The trust policy of the role that is assumed; only in verdicts of [`super::trusts`].
    Trust,
}

impl Layer {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scp => "scp",
            Self::Boundary => "boundary",
            Self::Session => "session",
            Self::Identity => "identity",
            Self::Trust => "trust",
        }
    }

    /// As AWS writes it in an `AccessDenied` message: "... in a service control policy".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Scp => "service control policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
            Self::Identity => "identity-based policy",
            Self::Trust => "role trust policy",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A statement by its `Sid`, or by its place in the policy (the first is 0) when it has none.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum StatementName {
    Index(usize),
    Sid(String),
}

impl fmt::Display for StatementName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sid(sid) => f.write_str(sid),
            Self::Index(index) => write!(f, "#{index}"),
        }
    }
}

/// Where the decision fell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecidedBy {
    pub layer: Layer,
    /// For [`Layer::Scp`]: 0 is the root, the last is the account.
    pub level: Option<usize>,
    /// The policy's name; empty when the layer decided by having no Allow.
    pub policy: String,
    /// `None` when the layer decided by having no Allow.
    pub statement: Option<StatementName>,
}

/// The answer for one call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub decision: Decision,
    /// The statement that denied or, in the identity layer, allowed; or the first layer that had no Allow.
    pub decided_by: Option<DecidedBy>,
    /// For people: what decided, and what would have to change.
    pub explanation: String,
}

impl Verdict {
    pub fn is_allowed(&self) -> bool {
        self.decision == Decision::Allow
    }
}
