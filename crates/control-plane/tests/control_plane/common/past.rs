//! What is done past the portal.

use std::collections::BTreeMap;

use aws::service_catalog::ProvisionCall;
use aws::{AssumeGrant, RoleRef};
use chrono::TimeDelta;
use domain::environment::Environment;
use domain::id::ProvisionedProductId;
use domain::session::{RoleName, SessionPolicy, SessionTags};
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
    /// Somebody of the platform team provisions, with AWS's own means and the role of the portal, what an environment stands for
    /// once more: under another name, for a person, with a profile of this name.
    #[expect(clippy::disallowed_methods, reason = "past the portal")]
    pub async fn provision_past_the_portal(
        &self,
        like: &Environment,
        name: &str,
        who: &str,
        profile: &str,
    ) -> ProvisionedProductId {
        let person = Self::person(who);
        let session_tags = SessionTags {
            studiouserid: person.studio_user_id(),
            project: like.project.clone(),
            stage: like.stage,
            studiodomain: None,
            studioprofile: None,
            studionextowner: None,
        };
        let policy = SessionPolicy::allow_each(&[(&["servicecatalog:*"], &["*".to_owned()])]).unwrap();
        let (account, region) = (like.account.clone(), like.region.clone());
        let role = RoleRef { account, region, role: RoleName::StudiogateProvisioner };
        let session =
            self.aws.assume(&role, &AssumeGrant::person(person.studio_user_id().into(), session_tags, policy)).await;
        let catalog = session.unwrap().service_catalog();
        let had = like.provisioned_product.as_ref().unwrap().as_str();
        let given = self.running.aws.with_world(|world| world.service_catalog.provisioned[had].parameters.clone());
        let mut parameters: BTreeMap<String, String> = given.unwrap().into_iter().collect();
        parameters.insert("StudioUserId".to_owned(), person.studio_user_id().as_str().to_owned());
        parameters.insert("UserProfileName".to_owned(), profile.to_owned());
        let mut tags = like.tags.clone();
        tags.remove("studiogate:environment");
        tags.insert("studiouserid".to_owned(), person.studio_user_id().as_str().to_owned());
        let path = catalog.list_launch_paths(&like.product).await.unwrap().remove(0).id;
        let call = ProvisionCall {
            product: like.product.clone(),
            artifact: like.artifact.clone(),
            path: Some(path),
            name: name.to_owned(),
            token: format!("past-{name}"),
            parameters,
            tags,
        };
        let made = catalog.provision_product(&call).await.unwrap().provisioned_product;
        // Until the stack is there.
        self.pass(TimeDelta::minutes(30));
        made
    }

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
