//! IAM: the deny policies of a revocation, inline on a role, each under a name of its own.

use aws_sdk_iam::Client;
use aws_types::SdkConfig;

use crate::call::call;
use crate::{Error, Result};

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

    /// How long a session that the role gives out lives at most, in seconds (3,600 to 43,200).
    pub async fn max_session_seconds(&self, role: &str) -> Result<u32> {
        const OPERATION: &str = "iam:GetRole";
        let answer = call(OPERATION, self.0.get_role().role_name(role).send()).await?;
        let seconds = answer.role.and_then(|role| role.max_session_duration).unwrap_or(3_600);
        u32::try_from(seconds).map_err(|_| Error::incomplete(OPERATION, "MaxSessionDuration"))
    }
}
