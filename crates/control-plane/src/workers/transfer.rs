//! The steps of a transfer: what runs ends, Service Catalog writes down the new owner, what is opened is tagged as theirs, and
//! what the former owner started meanwhile ends too. `docs/decisions/0010-transfers.md`.

use std::collections::BTreeMap;

use aws::service_catalog::ProvisionedProductRef;
use domain::diagnosis::While;
use domain::environment::{Environment, Transfer};
use domain::id::RecordId;
use domain::operation::{Observation, Operation, Plan};
use domain::person::StudioUserId;
use domain::problem::Problem;
use domain::session::RoleName;

use super::outcome::Outcome;
use crate::authorize::Authorized;
use crate::{ControlPlane, Error, Result, session};

const OWNER: &str = "studiouserid";

impl ControlPlane {
    /// Whether the next owner may still have it; waits for what AWS is at work on.
    pub(super) async fn check_transfer(
        &self,
        operation: &Operation,
        environment: &Authorized<Environment>,
    ) -> Result<Outcome> {
        let it = environment.thing();
        let transfer = transfer_of(it)?;
        if let Some(why) = self.cannot_have(it, &transfer.to).await? {
            return Ok(Outcome::refused(Problem::new(
                "The new owner may not have this environment.",
                why,
                "Transfer it to somebody else of the project.",
            )));
        }
        let Some(product) = &it.provisioned_product else { return Ok(Outcome::refused(gone())) };
        let session = match session::giver(self, environment).await {
            Ok(session) => session,
            Err(error) => return Ok(error.into()),
        };
        match session.service_catalog().describe_provisioned_product(ProvisionedProductRef::Id(product)).await {
            Err(aws::Error::NotFound(_)) => Ok(Outcome::refused(gone())),
            Err(error) => Ok(error.into()),
            Ok(found) if found.status.is_passing() => {
                Ok(Outcome::new(Observation::Running { since: operation.step_entered_at }))
            }
            Ok(_) => Ok(Outcome::new(Observation::Checked { plan: Plan::default() })
                .with("from", it.studio_user_id.as_str())
                .with("to", transfer.to.studio_user_id().as_str())),
        }
    }

    /// Ends what runs, in the owner's name.
    pub(super) async fn end_running(&self, environment: &Authorized<Environment>) -> Result<Outcome> {
        let Some(target) = &environment.thing().launch_target else { return Ok(Outcome::new(Observation::Gone)) };
        Ok(self.stop(environment, target, None).await.unwrap_or_else(Outcome::from))
    }

    /// Sends `UpdateProvisionedProductProperties`. Sent again after a lost answer, it says the same and AWS answers the same.
    pub(super) async fn give(&self, operation: &Operation, environment: &Authorized<Environment>) -> Result<Outcome> {
        let it = environment.thing();
        let Some(product) = &it.provisioned_product else { return Ok(Outcome::refused(gone())) };
        let next = transfer_of(it)?.to.studio_user_id();
        let session = match session::giver(self, environment).await {
            Ok(session) => session,
            Err(error) => return Ok(error.into()),
        };
        let catalog = session.service_catalog();
        // The sessions that act for a person are named after them: that is whom Service Catalog knows.
        let role = RoleName::StudiogateProvisioner.as_str();
        let partition = &self.aws().config().partition;
        let owner = format!("arn:{partition}:sts::{}:assumed-role/{role}/{next}", it.account);
        match catalog.give_provisioned_product(product, &owner, operation.id.as_str()).await {
            Ok(record) => {
                let text = record.to_string();
                Ok(Outcome::new(Observation::Accepted { record }).with("record", text).with("owner", owner))
            }
            Err(error @ (aws::Error::Invalid(_) | aws::Error::Conflict(_))) => {
                match catalog.describe_provisioned_product(ProvisionedProductRef::Id(product)).await {
                    Ok(found) if found.status.is_passing() => Ok(Outcome::trouble(error.problem())),
                    Err(aws::Error::NotFound(_)) => Ok(Outcome::refused(gone())),
                    _ => Ok(error.into()),
                }
            }
            Err(error) => Ok(error.into()),
        }
    }

    pub(super) async fn follow_transfer(
        &self,
        operation: &Operation,
        it: &Environment,
        record: &RecordId,
    ) -> Result<Outcome> {
        Ok(self.follow(operation, it, record, While::Updating).await?.outcome)
    }

    /// Writes the new owner on what is opened: from then on AWS opens it for them alone.
    pub(super) async fn tag_owner(&self, environment: &Authorized<Environment>) -> Result<Outcome> {
        let it = environment.thing();
        let transfer = transfer_of(it)?;
        let Some(target) = &it.launch_target else { return Ok(Outcome::new(Observation::Done)) };
        let next = transfer.to.studio_user_id();
        let arn = session::arn_of(self, it, target);
        let tagged = async {
            let observer = session::observer(self, &it.account, &it.region).await?.sagemaker();
            let is = observer.list_tags(&arn).await?.remove(OWNER);
            if is.as_deref() == Some(next.as_str()) {
                // An earlier try did it.
                return Ok(Outcome::new(Observation::Done));
            }
            let holder = match &is {
                None => None,
                Some(is) => match holders(it, transfer).find(|holder| holder.as_str() == is) {
                    Some(holder) => Some(holder),
                    None => return Ok(Outcome::refused(somebody_elses(is))),
                },
            };
            let tagger = session::owner_tagger(self, environment, target, holder, &next).await?;
            let tags = BTreeMap::from([(OWNER.to_owned(), next.as_str().to_owned())]);
            tagger.sagemaker().add_tags(&arn, &tags).await?;
            Ok::<_, aws::Error>(Outcome::new(Observation::Done).acted("tagged", arn.clone()))
        };
        Ok(tagged.await.unwrap_or_else(Outcome::from))
    }
}

fn transfer_of(it: &Environment) -> Result<&Transfer> {
    it.transfer.as_ref().ok_or_else(|| Error::not_found("transfer"))
}

/// Whom the tag may name: the owner, or somebody to whom it was to be given before.
fn holders<'a>(it: &'a Environment, transfer: &'a Transfer) -> impl Iterator<Item = &'a StudioUserId> {
    std::iter::once(&it.studio_user_id).chain(&transfer.tried)
}

fn gone() -> Problem {
    Problem::new(
        "There is nothing to give: this environment is gone at AWS.",
        "Service Catalog has no such provisioned product any more: it was terminated outside the portal.",
        "Terminate it here, after which its record alone is left.",
    )
}

fn somebody_elses(is: &str) -> Problem {
    Problem::new(
        "What is opened is tagged as somebody else's.",
        format!("Its tag {OWNER} is {is}: it was changed past the portal."),
        "Set the tag back to its owner in AWS, then transfer it again.",
    )
}
