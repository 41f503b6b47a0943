//! IAM: roles as they are, and the deny policies of a revocation, inline on a role, each under a name of its own.

use aws_sdk_iam::Client;
use aws_types::SdkConfig;
use percent_encoding::percent_decode_str;

use crate::answer::required;
use crate::call::call;
use crate::{Error, Result};

/// A role, and who may assume it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    pub arn: String,
    /// `AssumeRolePolicyDocument`.
    pub trust: String,
}

/// Calls IAM; see the module.
#[derive(Clone, Debug)]
pub struct Iam(Client);

impl Iam {
    pub(crate) fn new(sdk: &SdkConfig) -> Self {
        Self(Client::new(sdk))
    }

    /// Puts an inline policy on a role, in place of one of the same name. Repeated, it changes nothing. All inline policies
    /// of a role together have 10,240 characters at most (IAM user guide, "IAM and AWS STS quotas"); then it is
    /// [`Error::LimitExceeded`].
    pub async fn put_role_policy(&self, role: &str, name: &str, document: &str) -> Result<()> {
        let request = self.0.put_role_policy().role_name(role).policy_name(name).policy_document(document);
        call("iam:PutRolePolicy", request.send()).await.map(drop)
    }

    /// Takes an inline policy away; `false` where neither it nor its role is there any more.
    pub async fn delete_role_policy(&self, role: &str, name: &str) -> Result<bool> {
        let request = self.0.delete_role_policy().role_name(role).policy_name(name);
        match call("iam:DeleteRolePolicy", request.send()).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether there is such a role. One that is gone has no boundary either: a permission that rests on the boundary refuses,
    /// where another would say that it does not exist.
    pub async fn has_role(&self, role: &str) -> Result<bool> {
        match self.max_session_seconds(role).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A role of the account; `None` where there is none of this name.
    pub async fn role(&self, name: &str) -> Result<Option<Role>> {
        const OPERATION: &str = "iam:GetRole";
        let role = match call(OPERATION, self.0.get_role().role_name(name).send()).await {
            Ok(answer) => answer.role.ok_or_else(|| Error::incomplete(OPERATION, "Role"))?,
            Err(Error::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        // "The returned policy is URL-encoded according to RFC 3986" (IAM API reference, GetRole).
        let trust = required(OPERATION, "AssumeRolePolicyDocument", role.assume_role_policy_document)?;
        let trust = percent_decode_str(&trust).decode_utf8_lossy().into_owned();
        Ok(Some(Role { arn: role.arn, trust }))
    }

    /// How long a session that the role gives out lives at most, in seconds (3,600 to 43,200).
    pub async fn max_session_seconds(&self, role: &str) -> Result<u32> {
        const OPERATION: &str = "iam:GetRole";
        let answer = call(OPERATION, self.0.get_role().role_name(role).send()).await?;
        let seconds = answer.role.and_then(|role| role.max_session_duration).unwrap_or(3_600);
        u32::try_from(seconds).map_err(|_| Error::incomplete(OPERATION, "MaxSessionDuration"))
    }
}
