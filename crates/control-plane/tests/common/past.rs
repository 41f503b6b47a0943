//! What is done past the portal.

use sim::organizations::ServiceControlPolicy;

use super::TestState;

/// A policy that somebody wrote.
pub fn policy(id: &str, content: &str) -> ServiceControlPolicy {
    ServiceControlPolicy {
        id: id.into(),
        name: format!("name of {id}"),
        description: String::new(),
        content: content.into(),
        aws_managed: false,
    }
}

impl TestState {
    /// A policy on the account itself that denies an action, and that no mirror has seen.
    pub fn deny_at_aws(&self, account: &str, action: &str) {
        let content = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"Unseen","Effect":"Deny","Action":"{action}","Resource":"*"}}]}}"#
        );
        let policy = policy("p-unseen", &content);
        let attach = |world: &mut sim::World| {
            let organization = &mut world.organization;
            organization.attachments.entry(account.to_owned()).or_default().push(policy.id.clone());
            organization.policies.insert(policy.id.clone(), policy);
        };
        self.running.aws.with_world(attach).unwrap();
    }

    /// Takes all such policies off the account again, however many there are.
    pub fn allow_all_at_aws(&self, account: &str) {
        let detach = |world: &mut sim::World| {
            if let Some(attached) = world.organization.attachments.get_mut(account) {
                attached.retain(|id| id != "p-unseen");
            }
        };
        self.running.aws.with_world(detach).unwrap();
    }

    /// Takes that policy off the account again.
    pub fn allow_at_aws(&self, account: &str) {
        let detach = |world: &mut sim::World| {
            world.organization.attachments.get_mut(account).unwrap().retain(|id| id != "p-unseen");
        };
        self.running.aws.with_world(detach).unwrap();
    }
}
