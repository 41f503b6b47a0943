//! A request: what a person asks for, and what was decided.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::approval::{ApprovalRule, Approver, Step};
use crate::id::{AccountId, EnvironmentId, ProductId, ProjectId, ProvisioningArtifactId, Region, RequestId};
use crate::person::PersonKey;
use crate::project::{Stage, UnknownName};

/// Requests that nobody decided for so long are open to admins too, in place of whomever their step names.
pub const ESCALATION_TIME: TimeDelta = TimeDelta::days(7);
/// When those who decide are reminded, after the submission: the second time admins are told too, the last time the requester.
pub const REMINDERS: [TimeDelta; 3] = [TimeDelta::days(3), ESCALATION_TIME, TimeDelta::days(13)];
/// How long a request waits for its decision before it expires.
pub const DECISION_TIME: TimeDelta = TimeDelta::days(14);

/// `Submitted -> Approved | Denied | Withdrawn | Expired | Closed`; each of the five is final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    Submitted,
    Approved,
    Denied,
    /// By whoever asked.
    Withdrawn,
    Expired,
    /// By what it was about: the environment is terminated, its rollout was ended, or whoever asked may no longer ask.
    Closed,
}

impl RequestState {
    pub const ALL: [Self; 6] =
        [Self::Submitted, Self::Approved, Self::Denied, Self::Withdrawn, Self::Expired, Self::Closed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Closed => "closed",
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
    /// A later end of an environment's lease than its product's limit allows: in as many days as the lease has.
    Extension,
}

impl RequestKind {
    pub const ALL: [Self; 3] = [Self::Provision, Self::Update, Self::Extension];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provision => "provision",
            Self::Update => "update",
            Self::Extension => "extension",
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
    /// Agrees at the open step; the last agreement of the last step approves. `by` is `None` when the rule asks nobody.
    Approve {
        by: Option<PersonKey>,
        /// Who delegated this to `by`; `None` where `by` decides in their own right.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_behalf_of: Option<PersonKey>,
        comment: String,
    },
    /// Final at any step.
    Deny {
        by: PersonKey,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_behalf_of: Option<PersonKey>,
        comment: String,
    },
    Withdraw {
        by: PersonKey,
    },
    Expire,
    /// Whoever asked may no longer ask for it.
    Lapse,
    /// Somebody ended the rollout that it was part of.
    Close {
        by: PersonKey,
    },
    /// The environment that it is about is terminated.
    Void,
}

impl Decision {
    /// Who approves or denies, and on whose behalf.
    pub fn deciders(&self) -> impl Iterator<Item = &PersonKey> {
        let (by, on_behalf_of) = match self {
            Self::Approve { by, on_behalf_of, .. } => (by.as_ref(), on_behalf_of.as_ref()),
            Self::Deny { by, on_behalf_of, .. } => (Some(by), on_behalf_of.as_ref()),
            Self::Withdraw { .. } | Self::Expire | Self::Lapse | Self::Close { .. } | Self::Void => (None, None),
        };
        by.into_iter().chain(on_behalf_of)
    }

    fn outcome(&self) -> RequestState {
        match self {
            Self::Approve { .. } => RequestState::Approved,
            Self::Deny { .. } => RequestState::Denied,
            Self::Withdraw { .. } => RequestState::Withdrawn,
            Self::Expire => RequestState::Expired,
            Self::Lapse | Self::Close { .. } | Self::Void => RequestState::Closed,
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
    #[error("one person decides one step of a request, and no other")]
    DecidedBefore,
    #[error("only the person who asked can withdraw a request")]
    NotTheRequester,
    #[error("a denial needs a reason")]
    ReasonMissing,
    #[error("this request can still be decided until {0}")]
    NotYetExpired(DateTime<Utc>),
}

/// What became of a request by a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// It waits for more people, or for those of the next step.
    Goes,
    Approved,
    /// Denied, withdrawn, expired, or closed.
    Ended,
}

impl Decided {
    pub fn of(request: &Request) -> Self {
        match request.state {
            RequestState::Submitted => Self::Goes,
            RequestState::Approved => Self::Approved,
            RequestState::Denied | RequestState::Withdrawn | RequestState::Expired | RequestState::Closed => {
                Self::Ended
            }
        }
    }
}

/// That somebody agreed at a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// From 0.
    pub step: usize,
    pub by: PersonKey,
    /// See [`Decision::Approve`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonKey>,
}

/// The step that a request waits at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenStep {
    /// From 0.
    pub index: usize,
    pub step: Step,
    /// How many people agreed already.
    pub agreed: u8,
}

impl OpenStep {
    /// How many people still have to agree.
    pub fn wanting(&self) -> u8 {
        self.step.people.saturating_sub(self.agreed)
    }
}

/// What one person decided at one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepDecision {
    pub request: RequestId,
    /// From 0.
    pub step: usize,
    pub who: Approver,
    pub by: PersonKey,
    /// See [`Decision::Approve`].
    pub on_behalf_of: Option<PersonKey>,
    pub verdict: Verdict,
    pub comment: String,
    pub at: DateTime<Utc>,
}

/// For or against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Approve,
    Deny,
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
    /// As it was when the request was submitted.
    pub approval: ApprovalRule,
    /// In the order in which they were given.
    pub agreed: Vec<Agreement>,
    pub state: RequestState,
    pub decision: Option<Decision>,
    pub submitted_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    /// Of an update the environment that it is for; of a new one set once it is approved.
    pub environment: Option<EnvironmentId>,
    pub version: i64,
}

impl Request {
    /// Another request about the environment that this one led to: undecided, and without what was sealed with this one.
    #[must_use]
    pub fn followed_by(self, id: RequestId, kind: RequestKind, requester: PersonKey, now: DateTime<Utc>) -> Self {
        Self {
            id,
            kind,
            requester,
            sealed: None,
            agreed: Vec::new(),
            state: RequestState::Submitted,
            decision: None,
            submitted_at: now,
            decided_at: None,
            version: 1,
            ..self
        }
    }

    /// Applies a decision; the request is consumed, so an undecided copy cannot be used afterwards. After an approval it waits
    /// at its next step, or is approved.
    pub fn decide(mut self, decision: Decision, now: DateTime<Utc>) -> Result<Self, DecisionError> {
        if self.state.is_final() {
            return Err(DecisionError::AlreadyDecided(self.state));
        }
        if decision.deciders().any(|person| person == &self.requester) {
            return Err(DecisionError::OwnRequest);
        }
        if decision.deciders().any(|person| self.was_decided_by(person)) {
            return Err(DecisionError::DecidedBefore);
        }
        match &decision {
            Decision::Approve { by: None, .. } if !self.approval.asks_nobody() => {
                return Err(DecisionError::OwnRequest);
            }
            Decision::Deny { comment, .. } if comment.trim().is_empty() => return Err(DecisionError::ReasonMissing),
            Decision::Withdraw { by } if by != &self.requester => return Err(DecisionError::NotTheRequester),
            Decision::Expire if now < self.expires_at() => {
                return Err(DecisionError::NotYetExpired(self.expires_at()));
            }
            _ => {}
        }
        self.version += 1;
        if let (Decision::Approve { by: Some(by), on_behalf_of, .. }, Some(open)) = (&decision, self.open_step()) {
            let (by, on_behalf_of) = (by.clone(), on_behalf_of.clone());
            self.agreed.push(Agreement { step: open.index, by, on_behalf_of });
            if self.open_step().is_some() {
                return Ok(self);
            }
        }
        self.state = decision.outcome();
        self.decision = Some(decision);
        self.decided_at = Some(now);
        Ok(self)
    }

    /// The first step that not enough people agreed at; `None` where no step is left.
    pub fn open_step(&self) -> Option<OpenStep> {
        self.approval.steps().iter().enumerate().find_map(|(index, step)| {
            let open = OpenStep { index, step: *step, agreed: self.agreed_at(index) };
            (open.wanting() > 0).then_some(open)
        })
    }

    /// The open step; of a request that is approved the last one. `None` where the rule asks nobody.
    pub fn last_step(&self) -> Option<OpenStep> {
        let last = || {
            let index = self.approval.steps().len().checked_sub(1)?;
            let step = *self.approval.steps().get(index)?;
            Some(OpenStep { index, step, agreed: self.agreed_at(index) })
        };
        self.open_step().or_else(last)
    }

    fn agreed_at(&self, index: usize) -> u8 {
        let given = self.agreed.iter().filter(|agreement| agreement.step == index).count();
        u8::try_from(given).unwrap_or(u8::MAX)
    }

    /// Everybody whose word counted: at a step before, or in the end; who decided for somebody else, and that person too.
    pub fn decided_by(&self) -> impl Iterator<Item = &PersonKey> {
        let agreed = self.agreed.iter().flat_map(|agreement| [Some(&agreement.by), agreement.on_behalf_of.as_ref()]);
        agreed.flatten().chain(self.decision.iter().flat_map(Decision::deciders))
    }

    pub fn was_decided_by(&self, person: &PersonKey) -> bool {
        self.decided_by().any(|by| by == person)
    }

    /// Whether admins may decide in place of whomever the open step names, because nobody did for long.
    pub fn is_escalated(&self, now: DateTime<Utc>) -> bool {
        self.submitted_at + ESCALATION_TIME <= now
    }

    /// When the request expires undecided.
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.submitted_at + DECISION_TIME
    }
}
