//! The last step of a provisioning: reads the outputs, and finds what can be opened.

use std::collections::BTreeMap;

use aws::cloudformation::StackResource;
use domain::environment::{Environment, LaunchTarget, Output};
use domain::id::RecordId;
use domain::operation::{Observation, Operation};
use domain::person::StudioUserId;
use domain::problem::Problem;
use domain::tag_policy::ENVIRONMENT_TAG;

use super::follow::stack_name;
use super::outcome::Outcome;
use crate::authorize::Hindrance;
use crate::{ControlPlane, Result, session};

/// The tag that says whose it is.
const OWNER: &str = "studiouserid";

/// Whose a thing is that an output names.
enum Owned {
    /// The owner's tag was there.
    Already,
    /// It had no owner, and has the tag now.
    Tagged { arn: String },
    /// Somebody else's, or not there.
    No,
}

impl ControlPlane {
    /// Reads the outputs, and what can be opened.
    pub(super) async fn collect(&self, operation: &Operation, it: &Environment, record: &RecordId) -> Result<Outcome> {
        let read = async {
            let session = session::observer(self, &it.account, &it.region).await?;
            let view = session.service_catalog().describe_record(record).await?;
            let named = it.provisioned_product.as_ref().map(|pp| stack_name(it, pp));
            let stack = view.stack_arn().map(str::to_owned).or(named);
            let resources = match &stack {
                Some(stack) => session.cloudformation().stack_resources(stack).await?,
                None => Vec::new(),
            };
            // A home is known from here on, whatever becomes of its domain.
            let domains: Vec<String> = domains(&resources).collect();
            let homes = self.homes_with(it, &session, domains.iter()).await?;
            let values = match &stack {
                Some(stack) if it.is_being_adopted() => Some(session.cloudformation().stack_parameters(stack).await?),
                _ => None,
            };
            Ok::<_, aws::Error>((view, resources, homes, values))
        };
        let (view, resources, homes, values) = match read.await {
            Ok(found) => found,
            Err(error) => return Ok(error.into()),
        };
        let mut detail = None;
        let mut target = in_stack(&resources, it.name_id().as_str());
        if target.is_none()
            && let Some(named) = in_outputs(&view.outputs, it)
        {
            match self.own(operation, it, &named).await? {
                Ok(Owned::Already) => target = Some(named),
                Ok(Owned::Tagged { arn }) => {
                    target = Some(named);
                    detail = Some(arn);
                }
                Ok(Owned::No) => {}
                Err(outcome) => return Ok(*outcome),
            }
        }
        let mut outcome = Outcome::new(Observation::Done);
        if let Some(arn) = detail {
            outcome = outcome.acted("tagged", arn);
        }
        outcome.changes.named_after = other_name(it, target.as_ref());
        outcome.changes.parameters = values;
        outcome.changes.tags = it.is_being_adopted().then(|| view.tags.clone());
        outcome.changes.stack_arn = view.stack_arn().map(str::to_owned);
        outcome.changes.launch_target = target;
        outcome.changes.homes = Some(homes);
        let outputs = view.outputs.into_iter().filter(|o| o.key != "CloudformationStackARN").collect();
        outcome.changes.outputs = Some(self.without_secrets(it, outputs).await?);
        Ok(outcome)
    }

    /// An output can repeat what was typed into a `NoEcho` parameter, which AWS does not prevent. Here secrets are sealed:
    /// such a value is neither kept nor shown.
    async fn without_secrets(&self, it: &Environment, mut outputs: Vec<Output>) -> Result<Vec<Output>> {
        let Some(request) = self.store().request(&it.request).await? else { return Ok(outputs) };
        let secrets = self.secrets_of(&request)?;
        for output in &mut outputs {
            if secrets.values().any(|secret| repeats(&output.value, secret)) {
                HIDDEN.clone_into(&mut output.value);
            }
        }
        Ok(outputs)
    }

    /// Whether what an output names is the owner's. A custom resource may have made it without the stack's tags: what has no
    /// owner yet is tagged; what is somebody else's is left alone.
    async fn own(
        &self,
        operation: &Operation,
        it: &Environment,
        target: &LaunchTarget,
    ) -> Result<Result<Owned, Box<Outcome>>> {
        let failed = |outcome: Outcome| Ok(Err(Box::new(outcome)));
        let arn = session::arn_of(self, it, target);
        let look = async {
            let sagemaker = session::observer(self, &it.account, &it.region).await?.sagemaker();
            let tags = sagemaker.list_tags(&arn).await?;
            let starting = match target {
                LaunchTarget::NotebookInstance { name } => {
                    let status = sagemaker.describe_notebook_instance(name).await?.status;
                    matches!(status.as_str(), "Pending" | "Updating")
                }
                LaunchTarget::Studio { .. } => false,
            };
            Ok::<_, aws::Error>((tags, starting))
        };
        match look.await {
            Ok((tags, starting)) => match tags.get(OWNER) {
                Some(owner) if owner != it.studio_user_id.as_str() => return Ok(Ok(Owned::No)),
                // The stack did not wait for it.
                _ if starting => {
                    return failed(Outcome::new(Observation::Running { since: operation.step_entered_at }));
                }
                Some(_) => return Ok(Ok(Owned::Already)),
                None => {}
            },
            // The output names something that is not there.
            Err(aws::Error::NotFound(_) | aws::Error::Invalid(_)) => return Ok(Ok(Owned::No)),
            Err(error) => return failed(error.into()),
        }
        let environment = match self.authorize_operation(operation, it).await? {
            Ok(authorized) => authorized,
            Err(Hindrance::Refused(problem)) => return failed(Outcome::refused(problem)),
            Err(Hindrance::TooOld(problem)) => return failed(Outcome::new(Observation::Blocked { problem })),
        };
        let tags: BTreeMap<String, String> = [
            (OWNER, it.studio_user_id.as_str()),
            ("project", it.project.as_str()),
            ("stage", it.stage.as_str()),
            (ENVIRONMENT_TAG, it.id.as_str()),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
        let tagged = match session::tagger(self, &environment, target).await {
            Ok(session) => session.sagemaker().add_tags(&arn, &tags).await,
            Err(error) => Err(error),
        };
        match tagged {
            Ok(()) => Ok(Ok(Owned::Tagged { arn })),
            // The next look finds the tag, and cannot tell who set it.
            Err(error) if error.outcome_unknown() => failed(Outcome::from(error).acted("tagged", arn)),
            Err(error) if error.is_retryable() => failed(error.into()),
            Err(error) => {
                let problem =
                    Problem { what: "What was made could not be tagged with its owner.".to_owned(), ..error.problem() };
                failed(Outcome::refused(problem))
            }
        }
    }
}

/// What somebody else named the profile of an adopted environment: under another name the next update would replace it, and its
/// home directory would be lost.
fn other_name(it: &Environment, target: Option<&LaunchTarget>) -> Option<StudioUserId> {
    match target {
        Some(LaunchTarget::Studio { user_profile_name: name, .. })
            if it.is_being_adopted() && !name.eq_ignore_ascii_case(it.name_id().as_str()) =>
        {
            StudioUserId::from_tag(name)
        }
        _ => None,
    }
}

/// What stands in the place of a value that holds a secret.
const HIDDEN: &str = "(hidden: it holds a secret value of the request)";

/// Short secrets stand in many a text by chance: there only the whole value counts.
fn repeats(value: &str, secret: &str) -> bool {
    const TELLING: usize = 4;
    value == secret || (secret.chars().count() >= TELLING && value.contains(secret))
}

/// What "Open" opens: the user profile that is the owner's, else the only one; else a notebook instance.
fn in_stack(resources: &[StackResource], owner: &str) -> Option<LaunchTarget> {
    let of = |kind: &'static str| {
        resources.iter().filter(move |r| r.resource_type == kind).filter_map(|r| r.physical_id.as_deref())
    };
    let profiles: Vec<(String, String)> = of("AWS::SageMaker::UserProfile").filter_map(profile).collect();
    let profile = profiles.iter().find(|(_, name)| name.eq_ignore_ascii_case(owner)).or_else(|| profiles.first());
    if let Some((domain_id, user_profile_name)) = profile {
        return Some(LaunchTarget::Studio {
            domain_id: domain_id.clone(),
            user_profile_name: user_profile_name.clone(),
        });
    }
    let notebook = of("AWS::SageMaker::NotebookInstance").next()?;
    let name = notebook.rsplit('/').next().unwrap_or(notebook).to_owned();
    Some(LaunchTarget::NotebookInstance { name })
}

/// The ids of the stack's domains.
fn domains(resources: &[StackResource]) -> impl Iterator<Item = String> {
    let there = |r: &&StackResource| r.resource_type == "AWS::SageMaker::Domain" && r.status != "DELETE_COMPLETE";
    resources.iter().filter(there).filter_map(|r| r.physical_id.as_deref()).map(domain)
}

/// The id of a domain from its physical id, which may be its ARN.
pub(super) fn domain(physical_id: &str) -> String {
    physical_id.rsplit('/').next().unwrap_or(physical_id).to_owned()
}

/// Domain and name from the physical id of a user profile: its ARN, or both parts of the resource's primary identifier,
/// `name|d-...`. The other way round is read too, where only the first part can be a domain.
pub(super) fn profile(physical_id: &str) -> Option<(String, String)> {
    if let Some((_, rest)) = physical_id.split_once(":user-profile/") {
        return rest.split_once('/').map(|(domain, name)| (domain.to_owned(), name.to_owned()));
    }
    let (one, other) = physical_id.split_once('|')?;
    let (domain, name) = if other.starts_with("d-") { (other, one) } else { (one, other) };
    Some((domain.to_owned(), name.to_owned()))
}

/// The ARN of a user profile or notebook instance among the outputs, of the environment's own account and region.
fn in_outputs(outputs: &[Output], it: &Environment) -> Option<LaunchTarget> {
    let place = format!(":sagemaker:{}:{}:", it.region, it.account);
    outputs.iter().filter(|o| o.value.starts_with("arn:")).find_map(|output| {
        let (_, resource) = output.value.split_once(&place)?;
        match resource.split_once('/')? {
            ("notebook-instance", name) => Some(LaunchTarget::NotebookInstance { name: name.to_owned() }),
            ("user-profile", rest) => rest.split_once('/').map(|(domain, name)| LaunchTarget::Studio {
                domain_id: domain.to_owned(),
                user_profile_name: name.to_owned(),
            }),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_read_from_any_physical_id() {
        let wanted = Some(("d-abc".to_owned(), "ada-1".to_owned()));
        assert_eq!(profile("arn:aws:sagemaker:eu-west-1:601000000002:user-profile/d-abc/ada-1"), wanted);
        assert_eq!(profile("d-abc|ada-1"), wanted);
        assert_eq!(profile("ada-1|d-abc"), wanted);
        let named_like_a_domain = Some(("d-abc".to_owned(), "d-ada".to_owned()));
        assert_eq!(profile("d-ada|d-abc"), named_like_a_domain);
        assert_eq!(profile("ada-1"), None);
    }
}
