//! The steps of a termination: apps and spaces first, for they block the deletion of a user profile; with them the user
//! profiles which block that of a domain.

use aws::sagemaker::{Space, StudioApp};
use aws::service_catalog::{ProvisionedProductRef, TerminateCall};
use domain::diagnosis::While;
use domain::environment::{Environment, LaunchTarget, Leaves};
use domain::home::Homes;
use domain::operation::{Observation, Operation, OperationKind, Plan, Step};
use domain::request::Decision;

use super::collect::{domain, profile};
use super::follow::stack_name;
use super::outcome::Outcome;
use super::provision::clear_token;
use crate::authorize::Authorized;
use crate::session::{self, Purpose};
use crate::trail::By;
use crate::{ControlPlane, Result};

/// Operations of one environment that are looked at: all that there can be.
const ALL: u32 = 500;

/// Studio domains and user profiles that go with a stack.
#[derive(Debug, Default)]
struct Going {
    domains: Vec<String>,
    profiles: Vec<(String, String)>,
    /// Domains of the stack that are deleted already.
    gone: Vec<String>,
}

impl ControlPlane {
    /// Finds the provisioned product. What does not exist is gone already.
    pub(super) async fn check_terminate(
        &self,
        operation: &Operation,
        environment: &Authorized<Environment>,
    ) -> Result<Outcome> {
        let it = environment.thing();
        self.void_requests(operation, it).await?;
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
            Err(aws::Error::NotFound(_)) => self.without_product(it).await,
            Err(error) => Ok(error.into()),
            Ok(found) => {
                let known = it.provisioned_product.as_ref() == Some(&found.id);
                if !known && !self.is_ours(it, found.token.as_deref()).await? {
                    // Somebody else's: nothing of ours is there.
                    return self.without_product(it).await;
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

    /// Closes what waits for a decision about it: nothing new is asked for from now on, and nothing can come of what was.
    async fn void_requests(&self, operation: &Operation, it: &Environment) -> Result<()> {
        for id in self.store().undecided_requests_of(&it.id).await? {
            let mut tx = self.store().begin().await?;
            // Decided by somebody in this moment.
            let Some(request) = tx.request(&id).await?.filter(|request| !request.state.is_final()) else { continue };
            self.apply_decision(&mut tx, By::operation(operation), request, Decision::Void).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Where there is no provisioned product any more: what its stack's domains leave may be there.
    async fn without_product(&self, it: &Environment) -> Result<Outcome> {
        let mut outcome = Outcome::new(Observation::Gone);
        match self.going(it).await {
            Ok((_, homes)) => outcome.changes.homes = Some(homes),
            Err(error) => return Ok(error.into()),
        }
        self.then_homes(it, outcome).await
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

    /// Asks for the deletion of apps, then of spaces, then of user profiles that are not the stack's, until none is left.
    pub(super) async fn delete_apps(&self, environment: &Authorized<Environment>) -> Result<Outcome> {
        let it = environment.thing();
        if it.leaves == Leaves::Everything {
            return Ok(Outcome::new(Observation::Done).with("because", "everything is left as it is"));
        }
        let (going, homes) = match self.going(it).await {
            Ok(found) => found,
            Err(error) => return Ok(error.into()),
        };
        let mut asked = Asked::default();
        let mut outcome = match self.clear(environment, &going, &mut asked).await {
            Ok(0) => Outcome::new(Observation::Done),
            Ok(count) => Outcome::new(Observation::AppsRemain { count }),
            Err(error) => error.into(),
        };
        outcome.changes.homes = Some(homes);
        for (what, names) in
            [("apps_deleted", asked.apps), ("spaces_deleted", asked.spaces), ("profiles_deleted", asked.profiles)]
        {
            if !names.is_empty() {
                outcome = outcome.acted(what, names.join(", "));
            }
        }
        Ok(outcome)
    }

    /// One round: asks for the deletion of what is not going yet; answers how much is left. A domain that goes with the stack goes
    /// with everything in it; in a shared one only what is the profile's goes.
    async fn clear(&self, environment: &Authorized<Environment>, going: &Going, asked: &mut Asked) -> aws::Result<u32> {
        let mut left = 0;
        for domain in &going.domains {
            let sagemaker = session::domain_clearer(self, environment, domain).await?.sagemaker();
            left += clear_domain(&sagemaker, domain, &going.profiles, asked).await?;
        }
        let shared: Vec<_> = going.profiles.iter().filter(|(domain, _)| !going.domains.contains(domain)).collect();
        if !shared.is_empty() {
            let domains = shared.iter().map(|(domain, _)| domain.clone()).collect();
            let sagemaker = session::clearer(self, environment, &domains).await?.sagemaker();
            for (domain, name) in shared {
                left += clear_profile(&sagemaker, domain, name, asked).await?;
            }
        }
        Ok(left)
    }

    /// Which domains and profiles the stack has, what was seen when it came up where the stack cannot tell any more; and the
    /// home file systems of all its domains.
    async fn going(&self, it: &Environment) -> aws::Result<(Going, Homes)> {
        let mut going = Going::default();
        let mut homes = it.homes.clone();
        let named = it.provisioned_product.as_ref().map(|pp| stack_name(it, pp));
        if let Some(stack) = it.stack_arn.clone().or(named) {
            let session = session::observer(self, &it.account, &it.region).await?;
            match session.cloudformation().stack_resources(&stack).await {
                Ok(resources) => {
                    for resource in &resources {
                        let Some(id) = &resource.physical_id else { continue };
                        let gone = resource.status.starts_with("DELETE_COMPLETE");
                        match resource.resource_type.as_str() {
                            "AWS::SageMaker::Domain" => {
                                let domains = if gone { &mut going.gone } else { &mut going.domains };
                                domains.push(domain(id));
                            }
                            "AWS::SageMaker::UserProfile" if !gone => going.profiles.extend(profile(id)),
                            _ => {}
                        }
                    }
                    homes = self.homes_with(it, &session, going.domains.iter().chain(&going.gone)).await?;
                }
                Err(aws::Error::NotFound(_)) => return Ok((going, homes)),
                Err(error) => return Err(error),
            }
        }
        if let Some(LaunchTarget::Studio { domain_id, user_profile_name }) = &it.launch_target
            && going.domains.is_empty()
            && going.profiles.is_empty()
        {
            going.profiles.push((domain_id.clone(), user_profile_name.clone()));
        }
        Ok((going, homes))
    }

    /// Sends `TerminateProvisionedProduct`; of an earlier try's leftover when the operation is a provisioning.
    pub(super) async fn terminate(
        &self,
        operation: &Operation,
        environment: &Authorized<Environment>,
    ) -> Result<Outcome> {
        let it = environment.thing();
        let Some(product) = it.provisioned_product.clone() else { return Ok(Outcome::new(Observation::Gone)) };
        let clears = operation.step == Step::Clear;
        let mut learned = None;
        if clears {
            // What an earlier try made goes, and with it who could tell of its domains.
            match self.going(it).await {
                Ok((_, homes)) => learned = Some(homes),
                Err(error) => return Ok(error.into()),
            }
        }
        if let Err(error) = self.free_role(environment).await? {
            return Ok(error.into());
        }
        let session = match session::provisioner(self, environment, Purpose::Terminate).await {
            Ok(session) => session,
            Err(error) => return Ok(error.into()),
        };
        let catalog = session.service_catalog();
        let token = match operation.step {
            Step::Clear => clear_token(operation),
            Step::Terminate { again: true } => format!("{}-again", operation.id),
            _ => operation.id.to_string(),
        };
        let call = TerminateCall {
            provisioned_product: product.clone(),
            token,
            // What an earlier try left goes whole.
            ignore_errors: it.leaves == Leaves::Undeletable && !clears,
            retain_physical_resources: it.leaves == Leaves::Everything && !clears,
        };
        let mut outcome = match catalog.terminate_provisioned_product(&call).await {
            Ok(accepted) => {
                let record = accepted.record.to_string();
                Outcome::new(Observation::Accepted { record: accepted.record }).with("record", record)
            }
            Err(aws::Error::NotFound(_)) => Outcome::new(Observation::Gone),
            Err(error @ (aws::Error::Invalid(_) | aws::Error::Conflict(_))) => {
                // While another change is in progress it cannot be terminated; that passes.
                match catalog.describe_provisioned_product(ProvisionedProductRef::Id(&product)).await {
                    Ok(found) if found.status.is_passing() => Outcome::trouble(error.problem()),
                    Err(aws::Error::NotFound(_)) => Outcome::new(Observation::Gone),
                    _ => Outcome::of_act(error, While::TakingDown),
                }
            }
            Err(error) => error.into(),
        };
        outcome.changes.homes = learned;
        if clears { Ok(outcome) } else { self.then_homes(it, outcome).await }
    }
}

/// Whose deletion was asked for in a round, also one that broke off.
#[derive(Debug, Default)]
struct Asked {
    apps: Vec<String>,
    spaces: Vec<String>,
    profiles: Vec<String>,
}

/// Everything in a domain, but for the profiles that its stack deletes.
async fn clear_domain(
    sagemaker: &aws::SageMaker,
    domain: &str,
    of_stack: &[(String, String)],
    asked: &mut Asked,
) -> aws::Result<u32> {
    let (apps, spaces) = (sagemaker.list_apps(domain, None, None).await?, sagemaker.list_spaces(domain, None).await?);
    let mut left = clear_work(sagemaker, apps, &spaces, asked).await?;
    let is_of_stack = |name: &str| of_stack.iter().any(|(at, own)| at == domain && own.eq_ignore_ascii_case(name));
    let profiles = sagemaker.list_user_profiles(domain).await?;
    let strange: Vec<_> = profiles.into_iter().filter(|(name, _)| !is_of_stack(name)).collect();
    // A profile can go when its apps and spaces are gone.
    if left == 0 {
        for (name, _) in strange.iter().filter(|(_, deleting)| !deleting) {
            let result = sagemaker.delete_user_profile(domain, name).await;
            told(result, &mut asked.profiles, format!("{domain}/{name}"))?;
        }
    }
    left += u32::try_from(strange.len()).unwrap_or(u32::MAX);
    Ok(left)
}

/// What is one profile's in a domain that stays.
async fn clear_profile(sagemaker: &aws::SageMaker, domain: &str, name: &str, asked: &mut Asked) -> aws::Result<u32> {
    let mut apps = sagemaker.list_apps(domain, Some(name), None).await?;
    let mut spaces = sagemaker.list_spaces(domain, None).await?;
    spaces.retain(|space| space.owner.as_deref().is_some_and(|owner| owner.eq_ignore_ascii_case(name)));
    for space in &spaces {
        apps.extend(sagemaker.list_apps(domain, None, Some(&space.name)).await?);
    }
    clear_work(sagemaker, apps, &spaces, asked).await
}

/// Asks for the deletion of apps, and of spaces without apps; answers how many are left.
async fn clear_work(
    sagemaker: &aws::SageMaker,
    mut apps: Vec<StudioApp>,
    spaces: &[Space],
    asked: &mut Asked,
) -> aws::Result<u32> {
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
