//! A request: what a person asks for, and what was decided.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::access::ApprovalRule;
use crate::id::{AccountId, EnvironmentId, ProductId, ProjectId, ProvisioningArtifactId, Region, RequestId};
use crate::person::PersonKey;
use crate::project::{Stage, UnknownName};

/// How long a request waits for a decision before it expires.
pub const DECISION_TIME: TimeDelta = TimeDelta::days(14);

/// `Submitted -> Approved | Denied | Withdrawn | Expired`; each of the four is final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    Submitted,
    Approved,
    Denied,
    Withdrawn,
    Expired,
}

impl RequestState {
    pub const ALL: [Self; 5] = [Self::Submitted, Self::Approved, Self::Denied, Self::Withdrawn, Self::Expired];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }

    pub fn is_final(self) -> bool {
        self != Self::Submitted
    }
}

impl fmt::Display for RequestState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RequestState {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    /// A new environment.
    #[default]
    Provision,
    /// An environment in another version, or with other values.
    Update,
}

impl RequestKind {
    pub const ALL: [Self; 2] = [Self::Provision, Self::Update];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provision => "provision",
            Self::Update => "update",
        }
    }
}

impl FromStr for RequestKind {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

/// What can happen to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Decision {
    /// `by` is `None` when the approval rule is [`ApprovalRule::None`].
    Approve {
        by: Option<PersonKey>,
        comment: String,
    },
    Deny {
        by: PersonKey,
        comment: String,
    },
    Withdraw {
        by: PersonKey,
    },
    Expire,
}

impl Decision {
    fn outcome(&self) -> RequestState {
        match self {
            Self::Approve { .. } => RequestState::Approved,
            Self::Deny { .. } => RequestState::Denied,
            Self::Withdraw { .. } => RequestState::Withdrawn,
            Self::Expire => RequestState::Expired,
        }
    }
}

/// A decision that the request's state or the rules do not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecisionError {
    #[error("this request was already {0}")]
    AlreadyDecided(RequestState),
    #[error("nobody decides their own request")]
    OwnRequest,
    #[error("only the person who asked can withdraw a request")]
    NotTheRequester,
    #[error("a denial needs a reason")]
    ReasonMissing,
    #[error("this request can still be decided until {0}")]
    NotYetExpired(DateTime<Utc>),
}

/// The portal's own approval item: everything that was asked for, as it will be sent to Service Catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub id: RequestId,
    pub kind: RequestKind,
    pub project: ProjectId,
    pub requester: PersonKey,
    pub product: ProductId,
    pub artifact: ProvisioningArtifactId,
    pub account: AccountId,
    pub region: Region,
    pub stage: Stage,
    /// The name of the environment, and of the provisioned product (1 to 128, `[a-zA-Z0-9][a-zA-Z0-9._-]*`).
    pub name: String,
    /// What the person chose, by parameter key; bound parameters and `NoEcho` values are not in here.
    pub asked: BTreeMap<String, String>,
    /// `NoEcho` values, sealed; erased when the record is final.
    pub sealed: Option<Vec<u8>>,
    /// TagOption choices.
    pub tags: BTreeMap<String, String>,
    pub justification: String,
    pub lease_days: u16,
    pub approval: ApprovalRule,
    pub state: RequestState,
    pub decision: Option<Decision>,
    pub submitted_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    /// Of an update the environment that it is for; of a new one set once it is approved.
    pub environment: Option<EnvironmentId>,
    pub version: i64,
}

impl Request {
    /// Applies a decision; the request is consumed, so an undecided copy cannot be used afterwards.
    pub fn decide(mut self, decision: Decision, now: DateTime<Utc>) -> Result<Self, DecisionError> {
        if self.state.is_final() {
            return Err(DecisionError::AlreadyDecided(self.state));
        }
        match &decision {
            Decision::Approve { by: Some(by), .. } | Decision::Deny { by, .. } if by == &self.requester => {
                return Err(DecisionError::OwnRequest);
            }
            Decision::Approve { by: None, .. } if self.approval != ApprovalRule::None => {
                return Err(DecisionError::OwnRequest);
            }
            Decision::Deny { comment, .. } if comment.trim().is_empty() => return Err(DecisionError::ReasonMissing),
            Decision::Withdraw { by } if by != &self.requester => return Err(DecisionError::NotTheRequester),
            Decision::Expire if now < self.expires_at() => {
                return Err(DecisionError::NotYetExpired(self.expires_at()));
            }
            _ => {}
        }
        self.state = decision.outcome();
        self.decision = Some(decision);
        self.decided_at = Some(now);
        self.version += 1;
        Ok(self)
    }

    /// When the request expires undecided.
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.submitted_at + DECISION_TIME
    }
}
