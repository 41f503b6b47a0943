//! The steps of a change of tags: `UpdateProvisionedProduct` with what the environment has already, and other tags.

use std::collections::BTreeMap;

use aws::service_catalog::{ProvisionedProductRef, UpdateCall, UpdateValue};
use domain::diagnosis::While;
use domain::environment::Environment;
use domain::id::RecordId;
use domain::operation::{Observation, Operation, Plan};

use super::outcome::Outcome;
use super::provision::{best_path, no_launch_path};
use super::update::{accepted_as, gone};
use crate::authorize::Authorized;
use crate::push_tags::Push;
use crate::session::{self, Purpose};
use crate::{ControlPlane, Result};

impl ControlPlane {
    /// Looks again what the tags have to be, and makes the plan that will be sent.
    pub(super) async fn check_tags(
        &self,
        operation: &Operation,
        environment: &Authorized<Environment>,
        chosen: &BTreeMap<String, String>,
    ) -> Result<Outcome> {
        let it = environment.thing();
        let push = match self.push_of(it).await? {
            Ok(push) => push,
            Err(problem) => return Ok(Outcome::refused(problem)),
        };
        let Ok(tags) = push.tags(chosen) else { return Ok(Outcome::refused(Push::changed_meanwhile())) };
        let parameters = push.parameters;
        let Some(product) = &it.provisioned_product else { return Ok(Outcome::refused(gone())) };
        let session = match session::provisioner(self, environment, Purpose::Update).await {
            Ok(session) => session,
            Err(error) => return Ok(error.into()),
        };
        let catalog = session.service_catalog();
        match catalog.describe_provisioned_product(ProvisionedProductRef::Id(product)).await {
            Err(aws::Error::NotFound(_)) => return Ok(Outcome::refused(gone())),
            Err(error) => return Ok(error.into()),
            Ok(found) if found.status.is_passing() => {
                return Ok(Outcome::new(Observation::Running { since: operation.step_entered_at }));
            }
            Ok(_) => {}
        }
        let paths = match catalog.list_launch_paths(&it.product).await {
            Ok(paths) => paths,
            Err(error) => return Ok(error.into()),
        };
        let Some(path) = best_path(paths) else { return Ok(Outcome::refused(no_launch_path())) };
        // A secret among them AWS keeps as it is, and nobody but AWS knows it.
        let known = self.store().product(&it.product).await?;
        let artifact = known.as_ref().and_then(|product| product.artifact(&it.artifact));
        let all = artifact.iter().flat_map(|artifact| &artifact.parameters).map(|it| it.key.clone());
        let kept = all.filter(|key| !parameters.contains_key(key)).collect();
        let plan = Plan { path: Some(path.id), parameters, kept, tags };
        Ok(Outcome::new(Observation::Checked { plan }))
    }

    /// Sends `UpdateProvisionedProduct`. Sent again after a lost answer, it says the same and AWS answers the same.
    pub(super) async fn push_tags_of(
        &self,
        operation: &Operation,
        environment: &Authorized<Environment>,
        plan: &Plan,
    ) -> Result<Outcome> {
        let it = environment.thing();
        let Some(product) = it.provisioned_product.clone() else { return Ok(Outcome::refused(gone())) };
        let session = match session::provisioner(self, environment, Purpose::Update).await {
            Ok(session) => session,
            Err(error) => return Ok(error.into()),
        };
        let catalog = session.service_catalog();
        let given = plan.parameters.iter().map(|(key, value)| (key.clone(), UpdateValue::Value(value.clone())));
        let kept = plan.kept.iter().map(|key| (key.clone(), UpdateValue::Previous));
        let call = UpdateCall {
            provisioned_product: product,
            product: it.product.clone(),
            artifact: it.artifact.clone(),
            path: plan.path.clone(),
            token: operation.id.to_string(),
            parameters: given.chain(kept).collect(),
            tags: Some(plan.tags.clone()),
        };
        match catalog.update_provisioned_product(&call).await {
            Ok(accepted) => Ok(accepted_as(accepted.record)),
            Err(error @ (aws::Error::Invalid(_) | aws::Error::Conflict(_))) => {
                self.taken_already(operation, &call, &catalog, error).await
            }
            Err(error) => Ok(Outcome::of_act(error, While::Updating)),
        }
    }

    /// Looks at the record; once it is made, these are the environment's tags.
    pub(super) async fn follow_tags(
        &self,
        operation: &Operation,
        it: &Environment,
        record: &RecordId,
        plan: &Plan,
    ) -> Result<Outcome> {
        let mut outcome = self.follow(operation, it, record, While::Updating).await?.outcome;
        if outcome.observation == Observation::Done {
            outcome.changes.tags = Some(plan.tags.clone());
            let parameters = it.parameters.iter().chain(&plan.parameters).map(|(k, v)| (k.clone(), v.clone()));
            outcome.changes.parameters = Some(parameters.collect());
        }
        Ok(outcome)
    }
}
