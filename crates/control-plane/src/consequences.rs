//! What a termination deletes, what stays, and what stands in its way: from what the portal knows of the stack. No page
//! asks AWS.

use std::collections::BTreeMap;

use domain::catalog::ProvisioningArtifact;
use domain::environment::{Environment, EnvironmentState, LaunchTarget, StackEvent};

use crate::stack;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Termination {
    /// Resource types and how many of each.
    pub(crate) deletes: Vec<(String, u32)>,
    pub(crate) consequences: Vec<String>,
    /// The stack has a Studio domain of its own, or files of one are left: somebody has to choose what becomes of them.
    pub(crate) has_home: bool,
    /// The stack has a key of its own, which goes with it.
    pub(crate) key_goes: bool,
}

impl Termination {
    /// From the stack's own events; where there are none, from what the template would make.
    pub(crate) fn of(
        environment: &Environment,
        events: &[StackEvent],
        artifact: Option<&ProvisioningArtifact>,
    ) -> Self {
        let told = stack::living(environment, events);
        let planned = artifact.map(|a| a.resources.clone()).unwrap_or_default();
        // What comes up may get to its domain yet.
        let coming = environment.state == EnvironmentState::Provisioning && planned.contains_key(DOMAIN);
        let kinds = if events.is_empty() { planned } else { told };
        // A domain that went again, as in a rollback, has left its home.
        let made = |e: &StackEvent| e.resource_type == DOMAIN && e.status == "CREATE_COMPLETE";
        let was = events.iter().any(made);
        let has_home = coming || was || kinds.contains_key(DOMAIN) || environment.homes.kept().next().is_some();
        let key_goes = kinds.contains_key("AWS::KMS::Key");
        let mut consequences = consequences(&kinds, environment.launch_target.as_ref());
        if environment.state == EnvironmentState::Provisioning {
            let first = "The provisioning ends. What AWS has begun to make, it finishes first; then it is taken down.";
            consequences.insert(0, first.to_owned());
        }
        Self { deletes: kinds.into_iter().collect(), consequences, has_home, key_goes }
    }
}

const DOMAIN: &str = "AWS::SageMaker::Domain";

fn consequences(kinds: &BTreeMap<String, u32>, launch: Option<&LaunchTarget>) -> Vec<String> {
    let has = |kind: &str| kinds.contains_key(kind);
    let domain = has(DOMAIN);
    let profile = has("AWS::SageMaker::UserProfile") || matches!(launch, Some(LaunchTarget::Studio { .. }));
    let notebook =
        has("AWS::SageMaker::NotebookInstance") || matches!(launch, Some(LaunchTarget::NotebookInstance { .. }));
    let mut all = Vec::new();
    let mut say = |applies: bool, text: &str| {
        if applies {
            all.push(text.to_owned());
        }
    };
    say(
        domain || profile,
        "Apps and spaces go first, with what is only in their memory or on a space's own volume. Which of them run now, \
         Studio shows; the portal looks when the termination begins.",
    );
    say(
        domain,
        "Everything in the domain goes, also user profiles, spaces and apps that somebody made past the portal. What becomes of the \
         home directories you choose below.",
    );
    say(
        profile && !domain,
        "The home directory stays on the EFS volume of the shared domain, but no longer belongs to a user profile: copy what \
         you need before.",
    );
    say(notebook, "The volume of the notebook instance is deleted, with everything on it.");
    say(
        has("AWS::S3::Bucket"),
        "A bucket that is not empty cannot be deleted: the termination fails there until it is emptied, unless the template \
         retains the bucket.",
    );
    say(
        has("AWS::KMS::Key"),
        "A KMS key is only scheduled for deletion; once it is gone, nothing that it encrypted can be read any more.",
    );
    say(
        !kinds.is_empty(),
        "A resource that the template retains (DeletionPolicy) stays in the account; the portal does not know which do.",
    );
    say(kinds.is_empty(), "The portal knows of no resource in AWS; whatever the stack still has is deleted.");
    say(true, "The request, the story of this environment and its audit events stay.");
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kinds: &[&str]) -> String {
        let kinds = kinds.iter().map(|kind| ((*kind).to_owned(), 1)).collect();
        consequences(&kinds, None).join("\n")
    }

    #[test]
    fn what_is_said_depends_on_what_is_there() {
        let domain = of(&["AWS::SageMaker::Domain", "AWS::SageMaker::UserProfile", "AWS::KMS::Key"]);
        assert!(domain.contains("home directories you choose below") && domain.contains("KMS key"), "{domain}");
        assert!(!domain.contains("shared domain") && !domain.contains("bucket"), "{domain}");
        let profile = of(&["AWS::SageMaker::UserProfile"]);
        assert!(profile.contains("shared domain") && !profile.contains("you choose below"), "{profile}");
        let bucket = of(&["AWS::S3::Bucket"]);
        assert!(bucket.contains("not empty") && !bucket.contains("Apps and spaces"), "{bucket}");
        assert!(of(&[]).contains("knows of no resource"));
    }
}
