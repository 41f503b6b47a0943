//! Following what Service Catalog is at work on: its record, and the events of its stack.

use aws::service_catalog::{ProvisionedProductRef, RecordStatus, RecordView};
use domain::diagnosis::{While, diagnose};
use domain::environment::{Environment, StackEvent};
use domain::id::{ProvisionedProductId, RecordId};
use domain::operation::{Observation, Operation};
use domain::problem::Problem;

use super::outcome::Outcome;
use crate::{ControlPlane, Result, session, stack};

/// Events of a stack that are read for the reason of a failure: all that there can be.
const ALL: u32 = 500;

/// What came of a look, and the record where it was seen.
pub(super) struct Followed {
    pub(super) outcome: Outcome,
    pub(super) view: Option<RecordView>,
}

impl ControlPlane {
    /// Looks at the record, and takes over the stack's events.
    pub(super) async fn follow(
        &self,
        operation: &Operation,
        it: &Environment,
        record: &RecordId,
        during: While,
    ) -> Result<Followed> {
        let unseen = |outcome| Ok(Followed { outcome, view: None });
        let session = match session::observer(self, &it.account, &it.region).await {
            Ok(session) => session,
            Err(error) => return unseen(error.into()),
        };
        let view = match session.service_catalog().describe_record(record).await {
            Ok(view) => view,
            Err(aws::Error::NotFound(failure)) if during == While::TakingDown => {
                return unseen(self.without_record(&session, it, failure).await?);
            }
            // A record can take a moment to be seen everywhere.
            Err(aws::Error::NotFound(failure)) => {
                return unseen(Outcome::trouble(aws::Error::NotFound(failure).problem()));
            }
            Err(error) => return unseen(error.into()),
        };
        let stack_events = self.new_stack_events(&session, it, &view).await?;
        let observation = match view.status {
            RecordStatus::Succeeded => Observation::Done,
            RecordStatus::Failed => {
                let mut events = self.store().stack_events(&it.id, ALL).await?;
                events.retain(|e| e.at >= operation.created_at);
                events.extend(stack_events.clone());
                // Of several tries the last says why it is not over.
                let told = if during == While::TakingDown { stack::since_deletion_began(it, &events) } else { &events };
                Observation::RecordFailed { problem: why_failed(&view, told, during) }
            }
            _ => Observation::Running { since: view.created_at.unwrap_or(operation.step_entered_at) },
        };
        let mut outcome = Outcome::new(observation).with("record", record.as_str());
        outcome.stack_events = stack_events;
        Ok(Followed { outcome, view: Some(view) })
    }

    /// A record that cannot be seen proves nothing, it may be too new: the provisioned product says whether it is over.
    async fn without_record(&self, session: &aws::Session, it: &Environment, failure: aws::Failure) -> Result<Outcome> {
        let wanted = match &it.provisioned_product {
            Some(id) => ProvisionedProductRef::Id(id),
            None => ProvisionedProductRef::Name(&it.name),
        };
        match session.service_catalog().describe_provisioned_product(wanted).await {
            Err(aws::Error::NotFound(_)) => Ok(Outcome::new(Observation::Gone)),
            Err(error) => Ok(error.into()),
            Ok(_) => Ok(Outcome::trouble(aws::Error::NotFound(failure).problem())),
        }
    }

    /// Events of the stack that are not stored yet. The record decides how it went: what cannot be read now is read at the
    /// next look.
    async fn new_stack_events(
        &self,
        session: &aws::Session,
        it: &Environment,
        view: &RecordView,
    ) -> Result<Vec<StackEvent>> {
        let by_name = view.provisioned_product.as_ref().map(|pp| stack_name(it, pp));
        // By ARN a stack is found after its deletion too, by name it is not.
        let known = view.stack_arn().map(str::to_owned).or_else(|| it.stack_arn.clone()).or(by_name);
        let Some(named) = known else { return Ok(Vec::new()) };
        let last = self.store().stack_events(&it.id, 1).await?.pop().map(|e| e.event_id);
        match session.cloudformation().stack_events_after(&named, last.as_deref()).await {
            Ok(events) => Ok(events),
            Err(error) => {
                tracing::debug!(%error, environment = %it.id, "the stack's events cannot be read yet");
                Ok(Vec::new())
            }
        }
    }
}

/// Service Catalog names its stacks so.
pub(super) fn stack_name(it: &Environment, product: &ProvisionedProductId) -> String {
    format!("SC-{}-{product}", it.account)
}

/// AWS's own reason, with what it means: the first resource that failed by itself, or else what the record says.
fn why_failed(view: &RecordView, events: &[StackEvent], during: While) -> Problem {
    let own = |e: &&StackEvent| {
        e.status.ends_with("_FAILED")
            && e.reason.as_deref().is_some_and(|r| !r.contains("cancelled") && !r.starts_with("The following resource"))
    };
    let first = events
        .iter()
        .find(own)
        .map(|e| format!("{} ({}): {}", e.logical_id, e.resource_type, e.reason.as_deref().unwrap_or_default()));
    let record: Vec<&str> = view.errors.iter().map(|e| e.description.as_str()).filter(|d| !d.is_empty()).collect();
    let why = match (first, record.is_empty()) {
        (Some(first), _) => first,
        (None, false) => record.join(" "),
        (None, true) => "AWS gave no reason; the stack's events have what there is.".to_owned(),
    };
    // CloudFormation says so of every stack that it gives up on its own.
    diagnose(during, &why.replace(" Rollback requested by user.", ""))
}
