//! Who calls, from where, and when.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::id::AccountId;
use serde::{Deserialize, Serialize};

/// What every operation is given beside its input.
#[derive(Clone, Debug)]
pub struct Ctx {
    pub caller: Caller,
    /// From the signature's credential scope.
    pub region: String,
    pub now: DateTime<Utc>,
    pub request_id: String,
    pub origin: Origin,
}

/// How a call came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The header `User-Agent`.
    pub user_agent: Option<String>,
    /// The service that calls for the caller, with the caller's own rights.
    pub via: Option<&'static str>,
}

impl Origin {
    /// What CloudFormation calls for whoever asked for a stack.
    pub const CLOUDFORMATION: Self = Self { user_agent: None, via: Some("cloudformation.amazonaws.com") };
}

impl Ctx {
    pub fn account(&self) -> &AccountId {
        self.caller.account()
    }
}

/// The identity behind a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Caller {
    /// An access key id of twelve digits: the account's administrator, an IAM user that may do all that the
    /// organization's policies leave open.
    Administrator(AccountId),
    Role(Box<RoleSession>),
}

/// A session of a role, as `AssumeRole` made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleSession {
    pub account: AccountId,
    pub role_arn: String,
    pub role_name: String,
    /// `AROA...`
    pub role_id: String,
    pub session_name: String,
    pub tags: BTreeMap<String, String>,
    /// Keys of the tags that go on to the next session in a chain.
    pub transitive: Vec<String>,
    pub source_identity: Option<String>,
    /// Session policies, inline and managed, as JSON text. Empty: not limited by any.
    pub policies: Vec<String>,
    /// Domain and user profile, for the session of an execution role inside Studio.
    pub studio: Option<(String, String)>,
    pub issued: DateTime<Utc>,
    pub expires: DateTime<Utc>,
}

impl RoleSession {
    /// A session without tags and session policies; `None` if `role_arn` is no role ARN.
    pub fn of_role(role_arn: &str, session_name: &str, now: DateTime<Utc>) -> Option<Self> {
        let account = role_arn.strip_prefix("arn:aws:iam::")?.get(..12)?.parse().ok()?;
        Some(Self {
            account,
            role_arn: role_arn.to_owned(),
            role_name: role_arn.rsplit('/').next()?.to_owned(),
            role_id: String::new(),
            session_name: session_name.to_owned(),
            tags: BTreeMap::new(),
            transitive: Vec::new(),
            source_identity: None,
            policies: Vec::new(),
            studio: None,
            issued: now,
            expires: now + chrono::TimeDelta::hours(1),
        })
    }
}

impl Caller {
    pub fn account(&self) -> &AccountId {
        match self {
            Self::Administrator(account) => account,
            Self::Role(session) => &session.account,
        }
    }

    /// As in CloudTrail and `GetCallerIdentity`: an assumed role shows its session.
    pub fn arn(&self) -> String {
        match self {
            Self::Administrator(account) => format!("arn:aws:iam::{account}:user/administrator"),
            Self::Role(s) => format!("arn:aws:sts::{}:assumed-role/{}/{}", s.account, s.role_name, s.session_name),
        }
    }

    /// `aws:PrincipalArn`: for a session, the role's ARN. Service Catalog's `UserArn` too.
    pub fn principal_arn(&self) -> String {
        match self {
            Self::Administrator(_) => self.arn(),
            Self::Role(session) => session.role_arn.clone(),
        }
    }

    /// `aws:userid`.
    pub fn user_id(&self) -> String {
        match self {
            Self::Administrator(account) => format!("AIDA{account}0000"),
            Self::Role(session) => format!("{}:{}", session.role_id, session.session_name),
        }
    }

    pub fn session(&self) -> Option<&RoleSession> {
        match self {
            Self::Administrator(_) => None,
            Self::Role(session) => Some(session),
        }
    }
}
