//! Roles and what is asked for with them.

use std::time::Duration;

use aws_sdk_sts::types::Tag;
use aws_types::SdkConfig;
use chrono::{DateTime, Utc};
use domain::id::{AccountId, Region};
use domain::session::{RoleName, SessionPolicy, SessionTags, SourceIdentity};
use secrecy::{ExposeSecret, SecretString};

use crate::answer::{id, required, time};
use crate::call::call;
use crate::{Error, Result};

const ASSUME_ROLE: &str = "sts:AssumeRole";

/// AWS's limit for a session that another role's session opens (role chaining), and the portal's for all.
pub(crate) const LONGEST: Duration = Duration::from_hours(1);
/// AWS's least.
pub(crate) const SHORTEST: Duration = Duration::from_mins(15);

/// One role in one account, to be used in one region.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RoleRef {
    pub account: AccountId,
    pub region: Region,
    pub role: RoleName,
}

impl RoleRef {
    pub fn arn(&self, partition: &str) -> String {
        format!("arn:{partition}:iam::{}:role/{}", self.account, self.role.as_str())
    }
}

/// What a session may do and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssumeGrant {
    /// `RoleSessionName`, 2 to 64 of `[\w+=,.@-]`: stable per person, for Service Catalog's `userLevel` goes by it.
    pub session_name: String,
    pub tags: Option<SessionTags>,
    pub source_identity: Option<SourceIdentity>,
    pub policy: Option<SessionPolicy>,
    /// 900 to 3,600 seconds.
    pub duration: Duration,
}

impl AssumeGrant {
    /// For the portal's own reading: an hour, kept and used again until shortly before it ends.
    pub fn system(session_name: impl Into<String>) -> Self {
        Self { session_name: session_name.into(), tags: None, source_identity: None, policy: None, duration: LONGEST }
    }

    /// For one act of one person, `acting`: as short as AWS allows, under a policy for that act alone. The tags are those of
    /// whom it is for, who may be somebody else.
    pub fn person(acting: SourceIdentity, tags: SessionTags, policy: SessionPolicy) -> Self {
        Self {
            session_name: tags.studiouserid.as_str().to_owned(),
            source_identity: Some(acting),
            tags: Some(tags),
            policy: Some(policy),
            duration: SHORTEST,
        }
    }

    /// For one act of one person, `acting`, on what is nobody's and belongs to no project.
    pub fn acting(acting: SourceIdentity, policy: SessionPolicy) -> Self {
        Self {
            session_name: acting.as_str().to_owned(),
            source_identity: Some(acting),
            tags: None,
            policy: Some(policy),
            duration: SHORTEST,
        }
    }

    /// Whether a session under this grant may serve a later call too.
    pub(crate) fn is_reusable(&self) -> bool {
        self.tags.is_none() && self.source_identity.is_none() && self.policy.is_none()
    }
}

/// Who a set of credentials is, from `GetCallerIdentity`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub account: AccountId,
    pub arn: String,
}

/// Credentials of a role session, with no way to print them.
pub(crate) struct Keys {
    pub(crate) credentials: aws_credential_types::Credentials,
    pub(crate) expires_at: DateTime<Utc>,
}

pub(crate) async fn assume_role(
    sdk: &SdkConfig,
    role_arn: &str,
    external_id: Option<&SecretString>,
    grant: &AssumeGrant,
) -> Result<Keys> {
    if !(SHORTEST..=LONGEST).contains(&grant.duration) {
        return Err(Error::invalid(ASSUME_ROLE, "a role session lasts 900 to 3,600 seconds"));
    }
    let seconds = i32::try_from(grant.duration.as_secs()).unwrap_or(900);
    let pairs: Vec<_> = grant.tags.iter().flat_map(SessionTags::pairs).collect();
    let tags: Vec<Tag> = pairs
        .iter()
        .map(|(key, value)| Tag::builder().key(*key).value(*value).build())
        .collect::<Result<_, _>>()
        .map_err(|_| Error::invalid(ASSUME_ROLE, "a session tag lacks its key or value"))?;
    // Transitive, so that no further role taken on from this session sheds or replaces them.
    let transitive: Vec<String> = pairs.iter().map(|(key, _)| (*key).to_owned()).collect();
    let request = aws_sdk_sts::Client::new(sdk)
        .assume_role()
        .role_arn(role_arn)
        .role_session_name(&grant.session_name)
        .duration_seconds(seconds)
        .set_external_id(external_id.map(|secret| secret.expose_secret().to_owned()))
        .set_source_identity(grant.source_identity.as_ref().map(|identity| identity.as_str().to_owned()))
        .set_policy(grant.policy.as_ref().map(|policy| policy.as_str().to_owned()))
        .set_tags((!tags.is_empty()).then_some(tags))
        .set_transitive_tag_keys((!transitive.is_empty()).then_some(transitive));
    let answer = call(ASSUME_ROLE, request.send()).await?;
    let keys = required(ASSUME_ROLE, "Credentials", answer.credentials)?;
    let expires_at = time(ASSUME_ROLE, "Expiration", Some(keys.expiration))?;
    let credentials = aws_credential_types::Credentials::builder()
        .access_key_id(keys.access_key_id)
        .secret_access_key(keys.secret_access_key)
        .session_token(keys.session_token)
        .provider_name("studiogate")
        .build();
    Ok(Keys { credentials, expires_at })
}

pub(crate) async fn caller_identity(sdk: &SdkConfig) -> Result<Identity> {
    const OPERATION: &str = "sts:GetCallerIdentity";
    let answer = call(OPERATION, aws_sdk_sts::Client::new(sdk).get_caller_identity().send()).await?;
    Ok(Identity { account: id(OPERATION, "Account", answer.account)?, arn: required(OPERATION, "Arn", answer.arn)? })
}
