//! One environment.

use std::collections::BTreeMap;

use domain::action::Action;
use domain::catalog::Product;
use domain::environment::{Environment, EnvironmentState, LaunchTarget, Leaves, StackEvent};
use domain::home::HomeStanding;
use domain::id::{EnvironmentId, ProvisioningArtifactId};
use domain::observed::Observed;
use domain::operation::OperationKind;
use domain::request::RequestKind;
use domain::revocation::Reach;
use domain::view::{EnvironmentPage, HomeChoice, KeptHome, RequestAbout};

use crate::authorize::Cut;
use crate::consequences::Termination;
use crate::stack;
use crate::{Caller, ControlPlane, Result};

/// Requests about an environment that its page shows.
const REQUESTS_SHOWN: u32 = 20;

impl ControlPlane {
    /// The page of one environment.
    pub async fn environment(
        &self,
        caller: &Caller,
        id: &EnvironmentId,
        draft: Option<&str>,
    ) -> Result<EnvironmentPage> {
        let it: Environment = self.authorize(caller, Action::ViewEnvironment, id).await?.into_thing();
        let product = self.store().product(&it.product).await?;
        let account = self.store().project_account(&it.project, &it.account, &it.region).await?;
        let ending = match &it.operation {
            Some(operation) => self.store().operation(operation).await?.filter(|o| o.kind == OperationKind::Terminate),
            None => None,
        };
        let people = std::iter::once(&it.owner).chain(ending.as_ref().map(|operation| &operation.on_behalf_of));
        let names = self.names([&it.product], people).await?;
        let actions = [
            Action::LaunchEnvironment,
            Action::TerminateEnvironment,
            Action::RetryEnvironment,
            Action::UpdateEnvironment,
            Action::LeaveResources,
            Action::HandOverEnvironment,
            Action::TransferEnvironment,
            Action::TagEnvironment,
            Action::ExtendLease,
            Action::HoldEnvironment,
            Action::ObserveEnvironment,
            Action::StopEnvironment,
            Action::MarkRunningJob,
            Action::StartEnvironment,
        ];
        let allowed = self.allowed_actions(caller, &it, &actions).await?;
        let meets = |reach: &Reach| {
            reach.environment().is_none_or(|id| *id == it.id) && reach.project().is_none_or(|id| *id == it.project)
        };
        let revoked = if it.revoked { Some(self.revoked_by(caller, &it.owner, meets).await?) } else { None };
        let cut = Cut { person: it.owner.clone(), reach: Reach::Project { project: it.project.clone() } };
        let may_revoke =
            it.state != EnvironmentState::Terminated && self.may(caller, Action::RevokeAccess, &cut).await?;
        let told = self.store().stack_events(&it.id, 500).await?;
        let artifact = product.as_ref().and_then(|p| p.artifact(&it.artifact));
        let ends = Termination::of(&it, &told, artifact);
        let version = artifact.map(|a| a.name.clone());
        let newer = product.as_ref().and_then(|product| newer(product, &it.artifact));
        let transfers = allowed.has(Action::TransferEnvironment);
        let next_owners = if transfers { self.next_owners(caller, &it).await? } else { Vec::new() };
        let undecided = self.store().undecided_request_of(&it.id, RequestKind::Update).await?;
        let rolled_out = self.store().rolled_out_by(&it.id).await?;
        let known = self.store().observation(&it.id).await?;
        let tags = tags_there(&it, known.observed.as_ref());
        let tag_differences = self.tags_view(&it, known.observed.as_ref()).await?;
        let observed = self.observed_view(&it, known).await?;
        Ok(EnvironmentPage {
            lease: self.lease_view(&it).await?,
            home_choice: home_choice(&it, &ends, observed.home_bytes),
            observed,
            tag_differences,
            progress: self.progress_of(&it, &self.expected(&it).await?).await?,
            product_name: names.product(&it.product),
            version_name: version.unwrap_or_else(|| it.artifact.to_string()),
            version_is_deprecated: artifact.is_some_and(|a| a.deprecated),
            newer_version: newer,
            rolled_out: rolled_out.filter(|_| undecided.is_none()),
            update_waiting: undecided,
            extension_waiting: self.store().undecided_request_of(&it.id, RequestKind::Extension).await?,
            requests: self.requests_about(caller, &it.id).await?,
            account_name: account.map_or_else(|| it.account.to_string(), |a| a.name),
            owner: names.person(&it.owner),
            is_owner: it.owner == caller.actor.person,
            provisioned_product: it.provisioned_product.as_ref().map(ToString::to_string),
            left_behind: left_behind(&it, &told),
            kept_homes: kept_homes(&it, &told),
            stack_arn: it.stack_arn.clone(),
            handed_over: self.hand_over_view(&it).await?,
            owner_left: if transfers { self.owner_left(&it).await? } else { None },
            transfer: self.transfer_view(&it).await?,
            next_owners,
            named_after: it.named_after.as_ref().map(ToString::to_string),
            longest_session: in_hours(self.settings().studio_session.of(it.stage).seconds()),
            contact: self.settings().platform_contact.clone(),
            revoked,
            may_revoke,
            launch_note: self.launch_note(&it),
            termination_deletes: ends.deletes,
            termination_consequences: ends.consequences,
            form: self.form_state(caller, draft).await?,
            tags: tags.into_iter().collect(),
            parameters: it.parameters.into_iter().collect(),
            launch: it.launch_target,
            id: it.id,
            name: it.name,
            product: it.product,
            project: it.project,
            stage: it.stage,
            account: it.account,
            region: it.region,
            outputs: it.outputs,
            termination: ending.map(|o| (names.person(&o.on_behalf_of), o.finished_at.unwrap_or(o.created_at))),
            created_at: it.created_at,
            version: it.version,
            allowed,
        })
    }

    async fn requests_about(&self, caller: &Caller, id: &EnvironmentId) -> Result<Vec<RequestAbout>> {
        let requests = self.store().requests_about(id, REQUESTS_SHOWN).await?;
        let names = self.names([], requests.iter().map(|request| &request.requester)).await?;
        let mut about = Vec::with_capacity(requests.len());
        for request in requests {
            about.push(RequestAbout {
                requester: names.person(&request.requester),
                may_see: self.may(caller, Action::ViewRequest, &request).await?,
                id: request.id,
                kind: request.kind,
                state: request.state,
                submitted_at: request.submitted_at,
            });
        }
        Ok(about)
    }

    fn launch_note(&self, environment: &Environment) -> String {
        let longest = in_hours(self.settings().studio_session.of(environment.stage).seconds());
        match environment.launch_target {
            Some(LaunchTarget::Studio { .. }) => format!(
                "The link opens Studio for {} seconds, and is of no use after that; the session lasts at most {longest}.",
                self.settings().presigned_url_ttl.seconds()
            ),
            Some(LaunchTarget::NotebookInstance { .. }) => format!(
                "AWS gives the link of a notebook instance five minutes, which cannot be set; the session lasts at most \
                 {longest}."
            ),
            None => String::new(),
        }
    }
}

fn home_choice(it: &Environment, ends: &Termination, bytes: Option<u64>) -> Option<HomeChoice> {
    ends.has_home.then(|| HomeChoice {
        file_systems: it.homes.kept().map(|home| home.file_system.clone()).collect(),
        bytes,
        key_goes: ends.key_goes,
    })
}

/// What it was given, and what AWS was seen to add: a TagOption with one value AWS sets by itself. AWS's own are left out.
fn tags_there(it: &Environment, observed: Option<&Observed>) -> BTreeMap<String, String> {
    let mut tags = it.tags.clone();
    let found = observed.iter().flat_map(|observed| &observed.tags);
    for (key, value) in found.filter(|(key, _)| !key.starts_with("aws:")) {
        tags.entry(key.clone()).or_insert_with(|| value.clone());
    }
    tags
}

/// What a termination left in AWS because an admin wanted it so.
fn left_behind(it: &Environment, told: &[StackEvent]) -> Option<Vec<(String, u32)>> {
    let over = it.state == EnvironmentState::Terminated && it.leaves != Leaves::Nothing;
    (over && !stack::is_deleted(it, told)).then(|| stack::living(it, told).into_iter().collect())
}

/// The files that are there where their domain is not.
fn kept_homes(it: &Environment, told: &[StackEvent]) -> Vec<KeptHome> {
    let over = it.state == EnvironmentState::Terminated;
    let key_goes = told.iter().any(|event| event.resource_type == "AWS::KMS::Key" && event.status == "DELETE_COMPLETE");
    let kept = it.homes.kept().filter(|home| over || home.standing == HomeStanding::Detached);
    let shown = kept.map(|home| KeptHome {
        file_system: home.file_system.clone(),
        kms_key: home.kms_key.clone(),
        key_goes,
        attached: home.standing == HomeStanding::Attached,
    });
    shown.collect()
}

/// The name of the version that is offered first, where the environment has an older or a deprecated one.
fn newer(product: &Product, has: &ProvisioningArtifactId) -> Option<String> {
    let offered = product.preferred_artifact().filter(|offered| offered.id != *has)?;
    let older = match product.artifact(has) {
        Some(current) => current.deprecated || !current.active || current.created_at < offered.created_at,
        None => true,
    };
    older.then(|| offered.name.clone())
}

/// "1 hour", "12 hours", "90 minutes".
fn in_hours(seconds: u32) -> String {
    match (seconds / 3600, seconds % 3600 / 60) {
        (1, 0) => "1 hour".to_owned(),
        (hours, 0) => format!("{hours} hours"),
        (hours, minutes) => format!("{} minutes", hours * 60 + minutes),
    }
}

#[cfg(test)]
mod tests {
    use super::in_hours;

    #[test]
    fn hours_read_as_people_say_them() {
        assert_eq!([3_600, 43_200, 5_400, 1_800].map(in_hours), ["1 hour", "12 hours", "90 minutes", "30 minutes"]);
    }
}
