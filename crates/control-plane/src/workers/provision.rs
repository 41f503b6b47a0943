//! The steps of a provisioning.

use aws::service_catalog::{
    LaunchPath, ProvisionCall, ProvisionedProduct, ProvisionedProductRef, ProvisionedProductStatus, ServiceCatalog,
};
use domain::diagnosis::While;
use domain::environment::Environment;
use domain::id::{ProvisionedProductId, RecordId};
use domain::operation::{Observation, Operation, Plan};
use domain::problem::Problem;
use domain::request::RequestKind;

use super::follow::Followed;
use super::outcome::Outcome;
use crate::authorize::Authorized;
use crate::session::{self, Purpose};
use crate::still_valid::StillValid;
use crate::tags::Tagged;
use crate::{ControlPlane, Error, Result};

impl ControlPlane {
    /// Validates again, looks for what an earlier try left, and makes the plan that will be sent.
    pub(super) async fn check_provision(
        &self,
        operation: &Operation,
        environment: &Authorized<Environment>,
    ) -> Result<Outcome> {
        let it = environment.thing();
        let request = self.store().request(&it.request).await?.ok_or_else(|| Error::not_found("request"))?;
        let valid = match self.still_valid(&request).await? {
            Ok(valid) => valid,
            Err(problem) => return Ok(Outcome::refused(problem)),
        };
        // Before anything is cleared: what an update left to AWS, or somebody past the portal changed, is not known here.
        if !valid.kept.is_empty() || request.artifact != it.artifact {
            return Ok(Outcome::refused(cannot_be_made_anew()));
        }
        let valid = StillValid { anew: true, ..valid };
        let session = match session::provisioner(self, environment, Purpose::Provision).await {
            Ok(session) => session,
            Err(error) => return Ok(error.into()),
        };
        let catalog = session.service_catalog();
        match catalog.describe_provisioned_product(ProvisionedProductRef::Name(&it.name)).await {
            Err(aws::Error::NotFound(_)) => {}
            Err(error) => return Ok(error.into()),
            Ok(found) if !self.is_ours(it, found.token.as_deref()).await? => {
                return Ok(Outcome::refused(name_taken(&it.name)));
            }
            Ok(found) if found.status.is_passing() => {
                return Ok(Outcome::new(Observation::Running { since: operation.step_entered_at }));
            }
            // It came up after all, and only the end was missed: what works is not taken down.
            Ok(ProvisionedProduct {
                id,
                status: ProvisionedProductStatus::Available,
                last_provisioning_record: Some(record),
                ..
            }) => {
                let mut outcome = Outcome::new(Observation::Accepted { record: record.clone() })
                    .with("record", record.as_str())
                    .with("provisioned_product", id.as_str());
                outcome.changes.provisioned_product = Some(id);
                return Ok(outcome);
            }
            Ok(found) => {
                let mut outcome = Outcome::new(Observation::Leftover).with("provisioned_product", found.id.as_str());
                outcome.changes.provisioned_product = Some(found.id);
                return Ok(outcome);
            }
        }
        if let Some(problem) = Box::pin(self.denied_now(&request, &valid)).await? {
            return Ok(Outcome::refused(problem));
        }
        let StillValid { product, project, policy, parameters, .. } = valid;
        let paths = match catalog.list_launch_paths(&it.product).await {
            Ok(paths) => paths,
            Err(error) => return Ok(error.into()),
        };
        let Some(path) = best_path(paths) else {
            return Ok(Outcome::refused(no_launch_path()));
        };
        // Whoever asked for an update need not be the owner.
        let tags = match request.kind {
            RequestKind::Provision => {
                let tagged = Tagged { product: &product, project: &project, stage: request.stage, policy: &policy };
                tagged.of_request(&request, it.id.as_str())
            }
            RequestKind::Update | RequestKind::Extension => it.tags.clone(),
        };
        let plan = Plan { path: Some(path.id), parameters, tags, ..Plan::default() };
        Ok(Outcome::new(Observation::Checked { plan })
            .with("product", it.product.as_str())
            .with("artifact", it.artifact.as_str())
            .with("account", it.account.as_str()))
    }

    /// Sends `ProvisionProduct`. Sent again after a lost answer, it says the same and AWS answers the same.
    pub(super) async fn provision(
        &self,
        operation: &Operation,
        environment: &Authorized<Environment>,
        plan: &Plan,
    ) -> Result<Outcome> {
        let it = environment.thing();
        let request = self.store().request(&it.request).await?.ok_or_else(|| Error::not_found("request"))?;
        let mut parameters = plan.parameters.clone();
        parameters.extend(self.secrets_of(&request)?);
        let session = match session::provisioner(self, environment, Purpose::Provision).await {
            Ok(session) => session,
            Err(error) => return Ok(error.into()),
        };
        let catalog = session.service_catalog();
        let call = ProvisionCall {
            product: it.product.clone(),
            artifact: it.artifact.clone(),
            path: plan.path.clone(),
            name: it.name.clone(),
            token: operation.id.to_string(),
            parameters,
            tags: plan.tags.clone(),
        };
        match catalog.provision_product(&call).await {
            Ok(accepted) => Ok(accepted_as(accepted.record, accepted.provisioned_product, plan)),
            Err(aws::Error::Conflict(_)) => self.adopt(operation, it, &catalog, plan).await,
            Err(error) => Ok(Outcome::of_act(error, While::BringingUp)),
        }
    }

    /// The name exists. It is ours only when it was made with our token.
    async fn adopt(
        &self,
        operation: &Operation,
        it: &Environment,
        catalog: &ServiceCatalog,
        plan: &Plan,
    ) -> Result<Outcome> {
        match catalog.describe_provisioned_product(ProvisionedProductRef::Name(&it.name)).await {
            Ok(found) if found.token.as_deref() == Some(operation.id.as_str()) => {
                match found.last_provisioning_record.or(found.last_record) {
                    Some(record) => Ok(accepted_as(record, found.id, plan)),
                    None => Ok(Outcome::trouble(name_taken(&it.name))),
                }
            }
            Ok(_) => Ok(Outcome::refused(name_taken(&it.name))),
            Err(aws::Error::NotFound(_)) => Ok(Outcome::trouble(name_taken(&it.name))),
            Err(error) => Ok(error.into()),
        }
    }

    /// Whether a provisioned product was made, or last touched, by any operation of this environment.
    pub(super) async fn is_ours(&self, it: &Environment, token: Option<&str>) -> Result<bool> {
        let Some(token) = token else { return Ok(false) };
        let operations = self.store().operations_of(&it.id, 500).await?;
        Ok(operations.iter().any(|o| o.id.as_str() == token || clear_token(o) == token))
    }

    /// Looks at the record, and takes over the stack's events.
    pub(super) async fn follow_provision(
        &self,
        operation: &Operation,
        it: &Environment,
        record: &RecordId,
    ) -> Result<Outcome> {
        let Followed { mut outcome, view } = self.follow(operation, it, record, While::BringingUp).await?;
        if let Some(view) = view {
            outcome.changes.stack_arn = view.stack_arn().map(str::to_owned);
            outcome.changes.provisioned_product = view.provisioned_product;
        }
        Ok(outcome)
    }
}

/// The token of the termination of what an earlier try left: not the provisioning's own.
pub(super) fn clear_token(operation: &Operation) -> String {
    format!("{}-clear", operation.id)
}

fn accepted_as(record: RecordId, product: ProvisionedProductId, plan: &Plan) -> Outcome {
    let text = record.to_string();
    let mut outcome = Outcome::new(Observation::Accepted { record })
        .with("record", text)
        .with("provisioned_product", product.as_str());
    outcome.changes.provisioned_product = Some(product);
    outcome.changes.parameters = Some(plan.parameters.clone());
    outcome.changes.tags = Some(plan.tags.clone());
    outcome
}

pub(super) fn best_path(paths: Vec<LaunchPath>) -> Option<LaunchPath> {
    by_preference(paths).into_iter().next()
}

/// A path with a launch constraint before one without, then by id: the same choice each time.
pub(crate) fn by_preference(mut paths: Vec<LaunchPath>) -> Vec<LaunchPath> {
    paths.sort_by_key(|p| (!p.constraints.iter().any(|c| c.kind == "LAUNCH"), p.id.clone()));
    paths
}

fn cannot_be_made_anew() -> Problem {
    Problem::new(
        "It cannot be brought up anew as it was.",
        "Not all of the values that it was last brought up with are known here: secrets are erased once they are used, and \
         what was changed outside the portal was never known.",
        "Terminate it and request another, or ask the platform team to mend its stack in AWS.",
    )
}

pub(super) fn no_launch_path() -> Problem {
    Problem::new(
        "The product cannot be launched in this account.",
        "The account sees no launch path to it: its portfolio is not shared there, or StudiogateProvisioner is not \
         associated with it.",
        "Ask the platform team to share the portfolio and associate the role, then retry.",
    )
}

fn name_taken(name: &str) -> Problem {
    Problem::new(
        "The name is taken.",
        format!("The account has a provisioned product named {name} that this environment did not make."),
        "Terminate this environment, which touches nothing in AWS, and request it again under another name.",
    )
}
