//! The steps of an update. `docs/architecture.md`, "Operations".

use std::collections::BTreeMap;

use aws::service_catalog::{ProvisionedProductRef, ServiceCatalog, UpdateCall, UpdateValue};
use domain::diagnosis::While;
use domain::environment::Environment;
use domain::id::{ProvisioningArtifactId, RecordId};
use domain::operation::{Observation, Operation, Plan};
use domain::problem::Problem;
use domain::request::Request;

use super::outcome::{Outcome, Updated};
use super::provision::{best_path, no_launch_path};
use crate::authorize::Authorized;
use crate::session::{self, Purpose};
use crate::{ControlPlane, Error, Result};

/// What an update is sent with.
pub(super) struct Sent<'a> {
    pub(super) artifact: ProvisioningArtifactId,
    pub(super) plan: &'a Plan,
    pub(super) secrets: BTreeMap<String, String>,
    /// `None` leaves them as they are.
    pub(super) tags: Option<BTreeMap<String, String>>,
}

/// The launch path that an update goes by.
pub(super) async fn launch_path(catalog: &ServiceCatalog, it: &Environment) -> Result<String, Box<Outcome>> {
    let paths = catalog.list_launch_paths(&it.product).await.map_err(|error| Box::new(error.into()))?;
    best_path(paths).map(|path| path.id).ok_or_else(|| Box::new(Outcome::refused(no_launch_path())))
}

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
        let catalog = match self.once_at_rest(operation, environment).await {
            Ok(catalog) => catalog,
            Err(outcome) => return Ok(*outcome),
        };
        if let Some(problem) = Box::pin(self.denied_now(&request, &valid)).await? {
            return Ok(Outcome::refused(problem));
        }
        let path = match launch_path(&catalog, it).await {
            Ok(path) => path,
            Err(outcome) => return Ok(*outcome),
        };
        let plan = Plan { path: Some(path), parameters: valid.parameters, kept: valid.kept, tags: it.tags.clone() };
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
        let request = self.update_of(environment.thing()).await?;
        let secrets = self.secrets_of(&request)?;
        // AWS changes the tags of what is there only where a constraint allows it, and they are the same.
        self.send_update(operation, environment, Sent { artifact: request.artifact, plan, secrets, tags: None }).await
    }

    /// A session for the calls of an update, once AWS is at work on nothing of the environment any more.
    pub(super) async fn once_at_rest(
        &self,
        operation: &Operation,
        environment: &Authorized<Environment>,
    ) -> Result<ServiceCatalog, Box<Outcome>> {
        let refused = |outcome: Outcome| Err(Box::new(outcome));
        let Some(product) = &environment.thing().provisioned_product else { return refused(Outcome::refused(gone())) };
        let catalog = match session::provisioner(self, environment, Purpose::Update).await {
            Ok(session) => session.service_catalog(),
            Err(error) => return refused(error.into()),
        };
        match catalog.describe_provisioned_product(ProvisionedProductRef::Id(product)).await {
            Err(aws::Error::NotFound(_)) => refused(Outcome::refused(gone())),
            Err(error) => refused(error.into()),
            Ok(found) if found.status.is_passing() => {
                refused(Outcome::new(Observation::Running { since: operation.step_entered_at }))
            }
            Ok(_) => Ok(catalog),
        }
    }

    /// Sends `UpdateProvisionedProduct` for what was planned.
    pub(super) async fn send_update(
        &self,
        operation: &Operation,
        environment: &Authorized<Environment>,
        sent: Sent<'_>,
    ) -> Result<Outcome> {
        let it = environment.thing();
        let Sent { artifact, plan, secrets, tags } = sent;
        let Some(product) = it.provisioned_product.clone() else { return Ok(Outcome::refused(gone())) };
        let catalog = match session::provisioner(self, environment, Purpose::Update).await {
            Ok(session) => session.service_catalog(),
            Err(error) => return Ok(error.into()),
        };
        let given = plan.parameters.iter().chain(&secrets).map(|(k, v)| (k.clone(), UpdateValue::Value(v.clone())));
        let kept = plan.kept.iter().map(|key| (key.clone(), UpdateValue::Previous));
        let call = UpdateCall {
            provisioned_product: product,
            product: it.product.clone(),
            artifact,
            path: plan.path.clone(),
            token: operation.id.to_string(),
            parameters: given.chain(kept).collect(),
            tags,
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
    async fn taken_already(
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

fn accepted_as(record: RecordId) -> Outcome {
    let text = record.to_string();
    Outcome::new(Observation::Accepted { record }).with("record", text)
}

fn gone() -> Problem {
    Problem::new(
        "There is nothing to update: this environment is gone at AWS.",
        "Service Catalog has no such provisioned product any more: it was terminated outside the portal.",
        "Try again to bring it up anew, empty, under the same name; or terminate it, after which its record alone is left.",
    )
}
