//! The steps of a change of tags: `UpdateProvisionedProduct` with what the environment has already, and other tags.

use std::collections::BTreeMap;

use domain::diagnosis::While;
use domain::environment::Environment;
use domain::id::RecordId;
use domain::operation::{Observation, Operation, Plan};

use super::outcome::Outcome;
use super::update::{Sent, launch_path};
use crate::authorize::Authorized;
use crate::push_tags::Push;
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
        let observed = self.store().observation(&it.id).await?.observed;
        let is = observed.map(|observed| observed.tags).unwrap_or_default();
        let push = match self.push_of(it, &is).await? {
            Ok(push) => push,
            Err(problem) => return Ok(Outcome::refused(problem)),
        };
        let Ok(tags) = push.tags(chosen) else { return Ok(Outcome::refused(Push::changed_meanwhile())) };
        let parameters = push.parameters;
        let catalog = match self.once_at_rest(operation, environment).await {
            Ok(catalog) => catalog,
            Err(outcome) => return Ok(*outcome),
        };
        let path = match launch_path(&catalog, it).await {
            Ok(path) => path,
            Err(outcome) => return Ok(*outcome),
        };
        // A secret among them AWS keeps as it is, and nobody but AWS knows it.
        let known = self.store().product(&it.product).await?;
        let artifact = known.as_ref().and_then(|product| product.artifact(&it.artifact));
        let all = artifact.iter().flat_map(|artifact| &artifact.parameters).map(|it| it.key.clone());
        let kept = all.filter(|key| !parameters.contains_key(key)).collect();
        let plan = Plan { path: Some(path), parameters, kept, tags };
        Ok(Outcome::new(Observation::Checked { plan }))
    }

    /// Sends `UpdateProvisionedProduct`. Sent again after a lost answer, it says the same and AWS answers the same.
    pub(super) async fn push_tags_of(
        &self,
        operation: &Operation,
        environment: &Authorized<Environment>,
        plan: &Plan,
    ) -> Result<Outcome> {
        let (artifact, tags) = (environment.thing().artifact.clone(), Some(plan.tags.clone()));
        self.send_update(operation, environment, Sent { artifact, plan, secrets: BTreeMap::new(), tags }).await
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
