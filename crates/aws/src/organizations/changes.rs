//! Changes of service control policies. None of these calls takes a token: what makes them safe to repeat is that asking for
//! what is so already counts as done here, and that a name belongs to one policy.

use aws_sdk_organizations::config::{Builder, Config};
use aws_sdk_organizations::types::PolicyType;
use aws_smithy_types::retry::RetryConfig;

use super::{Organizations, summary};
use crate::answer::required;
use crate::call::call;
use crate::{Error, Result};

impl Organizations {
    /// Creates a policy that is attached nowhere yet; gives its id.
    pub async fn create_policy(&self, name: &str, description: &str, content: &str) -> Result<String> {
        const OPERATION: &str = "organizations:CreatePolicy";
        let create = self.0.create_policy().name(name).description(description).content(content);
        let answer =
            call(OPERATION, create.r#type(PolicyType::ServiceControlPolicy).customize().config_override(once()).send())
                .await?;
        let policy = required(OPERATION, "Policy", answer.policy)?;
        Ok(summary(OPERATION, required(OPERATION, "PolicySummary", policy.policy_summary)?)?.id)
    }

    /// Puts name, description and document in the place of what the policy has.
    pub async fn update_policy(&self, policy_id: &str, name: &str, description: &str, content: &str) -> Result<()> {
        let update = self.0.update_policy().policy_id(policy_id).name(name).description(description).content(content);
        call("organizations:UpdatePolicy", update.customize().config_override(once()).send()).await.map(drop)
    }

    pub async fn attach_policy(&self, policy_id: &str, target_id: &str) -> Result<()> {
        let attach = self.0.attach_policy().policy_id(policy_id).target_id(target_id);
        let done =
            call("organizations:AttachPolicy", attach.customize().config_override(once()).send()).await.map(drop);
        done.or_else(|error| is_so_already(error, "DuplicatePolicyAttachmentException"))
    }

    pub async fn detach_policy(&self, policy_id: &str, target_id: &str) -> Result<()> {
        let detach = self.0.detach_policy().policy_id(policy_id).target_id(target_id);
        let done =
            call("organizations:DetachPolicy", detach.customize().config_override(once()).send()).await.map(drop);
        done.or_else(|error| is_so_already(error, "PolicyNotAttachedException"))
    }

    /// Deletes a policy that is attached nowhere.
    pub async fn delete_policy(&self, policy_id: &str) -> Result<()> {
        let done =
            call("organizations:DeletePolicy", self.0.delete_policy().policy_id(policy_id).send()).await.map(drop);
        done.or_else(|error| is_so_already(error, "PolicyNotFoundException"))
    }
}

/// An act is sent once: its repetition is the operation's, which looks first.
pub(super) fn once() -> Builder {
    Config::builder().retry_config(RetryConfig::disabled())
}

pub(super) fn is_so_already(error: Error, code: &str) -> Result<()> {
    if error.failure().code == code { Ok(()) } else { Err(error) }
}
