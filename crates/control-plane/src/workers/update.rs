//! The steps of an update. `docs/architecture.md`, "Operations".

use aws::service_catalog::{ProvisionedProductRef, ServiceCatalog, UpdateCall, UpdateValue};
use domain::diagnosis::While;
use domain::environment::Environment;
use domain::id::RecordId;
use domain::operation::{Observation, Operation, Plan};
use domain::problem::Problem;
use domain::request::Request;

use super::outcome::{Outcome, Updated};
use super::provision::{best_path, no_launch_path};
use crate::authorize::Authorized;
use crate::session::{self, Purpose};
use crate::{ControlPlane, Error, Result};

impl ControlPlane {
    /// Validates again, waits for what AWS is still at work on, and makes the plan that will be sent.
    pub(super) async fn check_update(
        &self,
        operation: &Operation,
        environment: &Authorized<Environment>,
    ) -> Result<Outcome> {
        let it = environment.thing();
        let request = self.update_of(it).await?;
        let valid = match self.still_valid(&request).await? {
            Ok(valid) => valid,
            Err(problem) => return Ok(Outcome::refused(problem)),
        };
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
        if let Some(problem) = Box::pin(self.denied_now(&request, &valid)).await? {
            return Ok(Outcome::refused(problem));
        }
        let paths = match catalog.list_launch_paths(&it.product).await {
            Ok(paths) => paths,
            Err(error) => return Ok(error.into()),
        };
        let Some(path) = best_path(paths) else { return Ok(Outcome::refused(no_launch_path())) };
        let plan = Plan { path: Some(path.id), parameters: valid.parameters, kept: valid.kept, tags: it.tags.clone() };
        Ok(Outcome::new(Observation::Checked { plan })
            .with("from", it.artifact.as_str())
            .with("to", request.artifact.as_str()))
    }

    /// Sends `UpdateProvisionedProduct`. Sent again after a lost answer, it says the same and AWS answers the same.
    pub(super) async fn update(
        &self,
        operation: &Operation,
        environment: &Authorized<Environment>,
        plan: &Plan,
    ) -> Result<Outcome> {
        let it = environment.thing();
        let Some(product) = it.provisioned_product.clone() else { return Ok(Outcome::refused(gone())) };
        let request = self.update_of(it).await?;
        let session = match session::provisioner(self, environment, Purpose::Update).await {
            Ok(session) => session,
            Err(error) => return Ok(error.into()),
        };
        let catalog = session.service_catalog();
        let secrets = self.secrets_of(&request)?;
        let given = plan.parameters.iter().chain(&secrets).map(|(k, v)| (k.clone(), UpdateValue::Value(v.clone())));
        let kept = plan.kept.iter().map(|key| (key.clone(), UpdateValue::Previous));
        let call = UpdateCall {
            provisioned_product: product,
            product: it.product.clone(),
            artifact: request.artifact.clone(),
            path: plan.path.clone(),
            token: operation.id.to_string(),
            parameters: given.chain(kept).collect(),
            // AWS changes the tags of what is there only where a constraint allows it, and they are the same.
            tags: None,
        };
        match catalog.update_provisioned_product(&call).await {
            Ok(accepted) => Ok(accepted_as(accepted.record)),
            Err(error @ (aws::Error::Invalid(_) | aws::Error::Conflict(_))) => {
                self.taken_already(operation, &call, &catalog, error).await
            }
            Err(error) => Ok(Outcome::of_act(error, While::Updating)),
        }
    }

    /// AWS updates nothing that it is at work on: on this very update, perhaps, whose answer was lost.
    pub(super) async fn taken_already(
        &self,
        operation: &Operation,
        call: &UpdateCall,
        catalog: &ServiceCatalog,
        error: aws::Error,
    ) -> Result<Outcome> {
        match catalog.describe_provisioned_product(ProvisionedProductRef::Id(&call.provisioned_product)).await {
            Ok(found) if found.token.as_deref() == Some(operation.id.as_str()) => {
                Ok(found.last_record.map_or_else(|| Outcome::trouble(error.problem()), accepted_as))
            }
            Ok(found) if found.status.is_passing() => Ok(Outcome::trouble(error.problem())),
            Err(aws::Error::NotFound(_)) => Ok(Outcome::refused(gone())),
            _ => Ok(Outcome::of_act(error, While::Updating)),
        }
    }

    /// Looks at the record, and takes over the stack's events; once it is made, the environment is as of its request.
    pub(super) async fn follow_update(
        &self,
        operation: &Operation,
        it: &Environment,
        record: &RecordId,
        plan: &Plan,
    ) -> Result<Outcome> {
        let mut outcome = self.follow(operation, it, record, While::Updating).await?.outcome;
        if outcome.observation == Observation::Done {
            let request = self.update_of(it).await?;
            let (artifact, parameters) = (request.artifact, plan.parameters.clone());
            outcome.changes.updated = Some(Updated { request: request.id, artifact, parameters });
        }
        Ok(outcome)
    }

    /// The request whose update is being made.
    async fn update_of(&self, it: &Environment) -> Result<Request> {
        let id = it.update.as_ref().ok_or_else(|| Error::not_found("request"))?;
        self.store().request(id).await?.ok_or_else(|| Error::not_found("request"))
    }
}

pub(super) fn accepted_as(record: RecordId) -> Outcome {
    let text = record.to_string();
    Outcome::new(Observation::Accepted { record }).with("record", text)
}

pub(super) fn gone() -> Problem {
    Problem::new(
        "There is nothing to update: this environment is gone at AWS.",
        "Service Catalog has no such provisioned product any more: it was terminated outside the portal.",
        "Try again to bring it up anew, empty, under the same name; or terminate it, after which its record alone is left.",
    )
}
