//! The steps of a termination: apps and spaces first, for they block the deletion of a user profile.

use std::collections::BTreeSet;

use aws::sagemaker::StudioApp;
use aws::service_catalog::{ProvisionedProductRef, TerminateCall};
use domain::environment::{Environment, LaunchTarget, Leaves};
use domain::operation::{Observation, Operation, OperationKind, Plan, Step};

use super::collect::profile;
use super::follow::stack_name;
use super::outcome::Outcome;
use super::provision::clear_token;
use crate::authorize::Authorized;
use crate::session::{self, Purpose};
use crate::{ControlPlane, Result};

/// Operations of one environment that are looked at: all that there can be.
const ALL: u32 = 500;

/// Studio domains and user profiles that go with a stack.
#[derive(Debug, Default)]
struct Going {
    domains: Vec<String>,
    profiles: Vec<(String, String)>,
}

impl ControlPlane {
    /// Finds the provisioned product. What does not exist is gone already.
    pub(super) async fn check_terminate(
        &self,
        operation: &Operation,
        environment: &Authorized<Environment>,
    ) -> Result<Outcome> {
        let it = environment.thing();
        if self.nothing_was_sent(it).await? {
            // Also the way out where the account or its role is gone.
            return Ok(Outcome::new(Observation::Gone).with("because", "nothing was sent to AWS"));
        }
        let session = match session::provisioner(self, environment, Purpose::Terminate).await {
            Ok(session) => session,
            Err(aws::Error::Denied(_)) if self.has_left(it).await? => {
                // Whatever is in it is beyond the portal: the environment must not stand here for ever.
                let why = "the account is no longer in the organization";
                return Ok(Outcome::new(Observation::Gone).with("because", why));
            }
            Err(error) => return Ok(error.into()),
        };
        let catalog = session.service_catalog();
        match catalog.describe_provisioned_product(ProvisionedProductRef::Name(&it.name)).await {
            Err(aws::Error::NotFound(_)) => Ok(Outcome::new(Observation::Gone)),
            Err(error) => Ok(error.into()),
            Ok(found) => {
                let known = it.provisioned_product.as_ref() == Some(&found.id);
                if !known && !self.is_ours(it, found.token.as_deref()).await? {
                    // Somebody else's: nothing of ours is there.
                    return Ok(Outcome::new(Observation::Gone));
                }
                // AWS terminates nothing that it is at work on: a provisioning that this termination ended, say.
                let observation = if found.status.is_passing() {
                    Observation::Running { since: operation.step_entered_at }
                } else {
                    Observation::Checked { plan: Plan::default() }
                };
                let mut outcome = Outcome::new(observation).with("provisioned_product", found.id.as_str());
                outcome.changes.provisioned_product = Some(found.id);
                Ok(outcome)
            }
        }
    }

    /// Whether AWS was never asked to make anything for this environment: every provisioning ended before its call.
    async fn nothing_was_sent(&self, it: &Environment) -> Result<bool> {
        if it.provisioned_product.is_some() {
            return Ok(false);
        }
        let check = Step::Check.position();
        let operations = self.store().operations_of(&it.id, ALL).await?;
        let provisionings = operations.iter().filter(|o| o.kind == OperationKind::Provision);
        Ok(provisionings.into_iter().all(|o| o.step.position() == check))
    }

    /// Whether the account is in the organization no more: read well, since the environment was made.
    pub(super) async fn has_left(&self, it: &Environment) -> Result<bool> {
        let mirror = self.store().organization_state().await?;
        let read = mirror.problem.is_none() && mirror.refreshed_at.is_some_and(|at| at > it.created_at);
        Ok(read && self.store().account_paths([&it.account]).await?.is_empty())
    }

    /// Asks for the deletion of apps, then of spaces, until none is left.
    pub(super) async fn delete_apps(&self, environment: &Authorized<Environment>) -> Result<Outcome> {
        let it = environment.thing();
        if it.leaves == Leaves::Everything {
            return Ok(Outcome::new(Observation::Done).with("because", "everything is left as it is"));
        }
        let going = match self.going(it).await {
            Ok(going) => going,
            Err(error) => return Ok(error.into()),
        };
        if going.domains.is_empty() && going.profiles.is_empty() {
            return Ok(Outcome::new(Observation::Done));
        }
        let sagemaker = match session::clearer(self, environment, &going.all_domains()).await {
            Ok(session) => session.sagemaker(),
            Err(error) => return Ok(error.into()),
        };
        let mut asked = Asked::default();
        let mut outcome = match clear(&sagemaker, &going, &mut asked).await {
            Ok(0) => Outcome::new(Observation::Done),
            Ok(count) => Outcome::new(Observation::AppsRemain { count }),
            Err(error) => error.into(),
        };
        for (what, names) in [("apps_deleted", asked.apps), ("spaces_deleted", asked.spaces)] {
            if !names.is_empty() {
                outcome = outcome.acted(what, names.join(", "));
            }
        }
        Ok(outcome)
    }

    /// Which domains and profiles the stack has; what was seen when it came up, where the stack cannot tell any more.
    async fn going(&self, it: &Environment) -> aws::Result<Going> {
        let mut going = Going::default();
        let named = it.provisioned_product.as_ref().map(|pp| stack_name(it, pp));
        if let Some(stack) = it.stack_arn.clone().or(named) {
            let session = session::observer(self, &it.account, &it.region).await?;
            match session.cloudformation().stack_resources(&stack).await {
                Ok(resources) => {
                    for resource in resources.iter().filter(|r| !r.status.starts_with("DELETE_COMPLETE")) {
                        let Some(id) = &resource.physical_id else { continue };
                        match resource.resource_type.as_str() {
                            "AWS::SageMaker::Domain" => {
                                going.domains.push(id.rsplit('/').next().unwrap_or(id).to_owned());
                            }
                            "AWS::SageMaker::UserProfile" => going.profiles.extend(profile(id)),
                            _ => {}
                        }
                    }
                }
                Err(aws::Error::NotFound(_)) => return Ok(going),
                Err(error) => return Err(error),
            }
        }
        if let Some(LaunchTarget::Studio { domain_id, user_profile_name }) = &it.launch_target
            && going.domains.is_empty()
            && going.profiles.is_empty()
        {
            going.profiles.push((domain_id.clone(), user_profile_name.clone()));
        }
        Ok(going)
    }

    /// Sends `TerminateProvisionedProduct`; of an earlier try's leftover when the operation is a provisioning.
    pub(super) async fn terminate(
        &self,
        operation: &Operation,
        environment: &Authorized<Environment>,
    ) -> Result<Outcome> {
        let it = environment.thing();
        let Some(product) = it.provisioned_product.clone() else { return Ok(Outcome::new(Observation::Gone)) };
        if let Err(error) = self.free_role(environment).await? {
            return Ok(error.into());
        }
        let session = match session::provisioner(self, environment, Purpose::Terminate).await {
            Ok(session) => session,
            Err(error) => return Ok(error.into()),
        };
        let catalog = session.service_catalog();
        let token = if operation.step == Step::Clear { clear_token(operation) } else { operation.id.to_string() };
        let call = TerminateCall {
            provisioned_product: product.clone(),
            token,
            // What an earlier try left goes whole.
            ignore_errors: it.leaves == Leaves::Undeletable && operation.step == Step::Terminate,
            retain_physical_resources: it.leaves == Leaves::Everything && operation.step == Step::Terminate,
        };
        match catalog.terminate_provisioned_product(&call).await {
            Ok(accepted) => {
                let record = accepted.record.to_string();
                Ok(Outcome::new(Observation::Accepted { record: accepted.record }).with("record", record))
            }
            Err(aws::Error::NotFound(_)) => Ok(Outcome::new(Observation::Gone)),
            Err(error @ (aws::Error::Invalid(_) | aws::Error::Conflict(_))) => {
                // While another change is in progress it cannot be terminated; that passes.
                match catalog.describe_provisioned_product(ProvisionedProductRef::Id(&product)).await {
                    Ok(found) if found.status.is_passing() => Ok(Outcome::trouble(error.problem())),
                    Err(aws::Error::NotFound(_)) => Ok(Outcome::new(Observation::Gone)),
                    _ => Ok(error.into()),
                }
            }
            Err(error) => Ok(error.into()),
        }
    }
}

impl Going {
    /// The domains that apps and spaces are deleted in.
    fn all_domains(&self) -> BTreeSet<String> {
        self.domains.iter().chain(self.profiles.iter().map(|(domain, _)| domain)).cloned().collect()
    }
}

/// Whose deletion was asked for in a round, also one that broke off.
#[derive(Debug, Default)]
struct Asked {
    apps: Vec<String>,
    spaces: Vec<String>,
}

/// One round: asks for the deletion of what is not going yet; answers how many are left.
async fn clear(sagemaker: &aws::SageMaker, going: &Going, asked: &mut Asked) -> aws::Result<u32> {
    let mut apps: Vec<StudioApp> = Vec::new();
    let mut spaces = Vec::new();
    for domain in &going.domains {
        apps.extend(sagemaker.list_apps(domain, None, None).await?);
        spaces.extend(sagemaker.list_spaces(domain, None).await?);
    }
    for (domain, name) in going.profiles.iter().filter(|(domain, _)| !going.domains.contains(domain)) {
        apps.extend(sagemaker.list_apps(domain, Some(name), None).await?);
        let owned = sagemaker.list_spaces(domain, None).await?;
        for space in owned.into_iter().filter(|s| s.owner.as_deref().is_some_and(|o| o.eq_ignore_ascii_case(name))) {
            apps.extend(sagemaker.list_apps(domain, None, Some(&space.name)).await?);
            spaces.push(space);
        }
    }
    apps.retain(|app| !app.status.is_deleted());
    for app in apps.iter().filter(|app| !app.status.is_deleting()) {
        told(sagemaker.delete_app(app.reference()).await, &mut asked.apps, format!("{}/{}", app.domain_id, app.name))?;
    }
    // A space can go when its apps are gone.
    for space in spaces.iter().filter(|s| !s.status.is_deleting()) {
        if !apps.iter().any(|a| a.domain_id == space.domain_id && a.space.as_ref() == Some(&space.name)) {
            let name = format!("{}/{}", space.domain_id, space.name);
            told(sagemaker.delete_space(&space.domain_id, &space.name).await, &mut asked.spaces, name)?;
        }
    }
    Ok(u32::try_from(apps.len() + spaces.len()).unwrap_or(u32::MAX))
}

/// Adds the name to those that are asked to go, unless AWS refused. What is gone or going already may be so by the first of
/// two calls whose answer was lost.
fn told(result: aws::Result<()>, names: &mut Vec<String>, name: String) -> aws::Result<()> {
    match result {
        Err(error @ aws::Error::Unavailable { .. }) => {
            names.push(name);
            Err(error)
        }
        Err(aws::Error::NotFound(_) | aws::Error::Conflict(_)) | Ok(()) => {
            names.push(name);
            Ok(())
        }
        Err(error) => Err(error),
    }
}
