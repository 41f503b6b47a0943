//! What a step's act found, on its way to the store.

use std::collections::BTreeMap;

use domain::curation::Made;
use domain::diagnosis::{Cause, While, diagnose};
use domain::environment::{Environment, LaunchTarget, Output, StackEvent};
use domain::home::Homes;
use domain::id::{ProvisionedProductId, ProvisioningArtifactId, RequestId};
use domain::operation::Observation;
use domain::person::StudioUserId;
use domain::problem::Problem;
use domain::request::Request;
use domain::revocation::Target;
use domain::rollout::RolloutItem;

/// See the module.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) observation: Observation,
    pub(super) changes: Changes,
    pub(super) stack_events: Vec<StackEvent>,
    /// For the audit event of the step.
    pub(super) detail: BTreeMap<String, String>,
    /// Something was changed in AWS: told in the audit log even where the step stays the same.
    pub(super) acted: bool,
    /// Of a rollout: the update that begins with the same write.
    pub(super) begins: Option<Box<Request>>,
}

/// What was learned of what the operation works on.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) provisioned_product: Option<ProvisionedProductId>,
    pub(super) stack_arn: Option<String>,
    pub(super) outputs: Option<Vec<Output>>,
    pub(super) launch_target: Option<LaunchTarget>,
    /// What somebody else named the things in AWS with.
    pub(super) named_after: Option<StudioUserId>,
    /// What was sent, without secrets.
    pub(super) parameters: Option<BTreeMap<String, String>>,
    pub(super) tags: Option<BTreeMap<String, String>>,
    /// The home file systems of its domains, as far as they are known.
    pub(super) homes: Option<Homes>,
    /// An update is made.
    pub(super) updated: Option<Updated>,
    /// Of a revocation: which parts are done.
    pub(super) targets: Option<Vec<Target>>,
    /// Of a rollout: how far each update is.
    pub(super) items: Option<Vec<RolloutItem>>,
    /// The id of a policy that was created.
    pub(super) made: Option<String>,
    /// Of a blueprint: what was done so far.
    pub(super) made_by_blueprint: Option<Vec<String>>,
    /// Of a change of the catalog: what was made, as far as it is known.
    pub(super) made_in_catalog: Option<Made>,
}

/// What an environment is as of once an update is made.
#[derive(Debug)]
pub(super) struct Updated {
    pub(super) request: RequestId,
    pub(super) artifact: ProvisioningArtifactId,
    pub(super) parameters: BTreeMap<String, String>,
}

impl Outcome {
    pub(super) fn new(observation: Observation) -> Self {
        Self {
            observation,
            changes: Changes::default(),
            stack_events: Vec::new(),
            detail: BTreeMap::new(),
            acted: false,
            begins: None,
        }
    }

    pub(super) fn refused(problem: Problem) -> Self {
        Self::new(Observation::Refused { problem })
    }

    pub(super) fn trouble(problem: Problem) -> Self {
        Self::new(Observation::Trouble { problem })
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }

    /// What was done to AWS in a step that may have more to do.
    pub(super) fn acted(mut self, name: &str, value: impl Into<String>) -> Self {
        self.acted = true;
        self.with(name, value)
    }

    /// Of an act that AWS refused: what it calls invalid or missing is often not what was sent to it, and the table of known
    /// causes tells.
    pub(super) fn of_act(error: aws::Error, during: While) -> Self {
        let reason = error.problem().why;
        let is_known = !matches!(error, aws::Error::Denied(_)) && Cause::of(&reason).is_some();
        if is_known && !error.is_retryable() { Self::refused(diagnose(during, &reason)) } else { error.into() }
    }
}

/// What may pass is tried again; the rest is refused for good.
impl From<aws::Error> for Outcome {
    fn from(error: aws::Error) -> Self {
        if error.is_retryable() { Self::trouble(error.problem()) } else { Self::refused(error.problem()) }
    }
}

impl Changes {
    /// Writes what was learned of an environment; answers whether anything is new.
    pub(super) fn apply(self, environment: &mut Environment) -> bool {
        let before = environment.clone();
        if self.provisioned_product.is_some() {
            environment.provisioned_product = self.provisioned_product;
        }
        if self.stack_arn.is_some() {
            environment.stack_arn = self.stack_arn;
        }
        if let Some(outputs) = self.outputs {
            environment.outputs = outputs;
        }
        if self.launch_target.is_some() {
            environment.launch_target = self.launch_target;
        }
        if self.named_after.is_some() {
            environment.named_after = self.named_after;
        }
        if let Some(parameters) = self.parameters {
            environment.parameters = parameters;
        }
        if let Some(Updated { request, artifact, parameters }) = self.updated {
            environment.request = request;
            environment.update = None;
            environment.artifact = artifact;
            environment.parameters = parameters;
        }
        if let Some(homes) = self.homes {
            environment.homes = homes;
        }
        if let Some(tags) = self.tags {
            environment.tags = tags;
        }
        before != *environment
    }
}
