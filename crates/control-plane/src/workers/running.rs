//! Stopping and starting what runs in an environment: asked for, then looked at until it is so.

use std::collections::BTreeSet;

use aws::SageMaker;
use aws::sagemaker::StudioAppRef;
use domain::environment::{Environment, LaunchTarget};
use domain::observed::{Item, Running};
use domain::operation::{Observation, Operation, Step};
use domain::problem::Problem;

use super::observe::AccountLook;
use super::outcome::Outcome;
use crate::authorize::{Authorized, Hindrance};
use crate::{ControlPlane, Error, Result, session};

impl ControlPlane {
    pub(super) async fn act_on_running(&self, operation: &Operation, it: &Environment) -> Result<Outcome> {
        let authorized = match self.authorize_operation(operation, it).await? {
            Ok(authorized) => authorized,
            // What waits for a sign-in is asked for again as easily.
            Err(Hindrance::Refused(problem) | Hindrance::TooOld(problem)) => return Ok(Outcome::refused(problem)),
        };
        let Some(target) = &it.launch_target else { return Ok(Outcome::new(Observation::Gone)) };
        if matches!(operation.step, Step::Stop { idle: Some(_), .. }) {
            return Box::pin(self.stop_idle(operation, &authorized, target)).await;
        }
        let done = match &operation.step {
            Step::Stop { only, .. } => self.stop(&authorized, target, only.as_ref()).await,
            Step::Start => self.start_notebook(operation, &authorized, target).await,
            step => return Err(Error::internal("A worker was given a step that is no act", &step.as_str())),
        };
        Ok(done.unwrap_or_else(Outcome::from))
    }

    /// One round: asks for the end of what does not end yet.
    pub(super) async fn stop(
        &self,
        environment: &Authorized<Environment>,
        target: &LaunchTarget,
        only: Option<&Item>,
    ) -> aws::Result<Outcome> {
        let it = environment.thing();
        let mut look = AccountLook::open(self, &it.account, &it.region, false).await?;
        let mut left = look.running(it, target).await?;
        left.retain(|running| {
            (running.is_billed() || running.is_stopping()) && only.is_none_or(|only| *only == running.item)
        });
        if left.is_empty() {
            return Ok(Outcome::new(Observation::Done));
        }
        let ending: Vec<&Running> = left.iter().filter(|running| !running.is_stopping()).collect();
        let mut asked = BTreeSet::new();
        let mut failed = None;
        if !ending.is_empty() {
            let sagemaker = session::switcher(self, environment, target).await?.sagemaker();
            for running in ending {
                match end(&sagemaker, &running.item).await {
                    // Gone or going already.
                    Ok(()) | Err(aws::Error::NotFound(_)) => {
                        asked.insert(running.item.key());
                    }
                    // A notebook instance that is just starting is stopped once it runs.
                    Err(aws::Error::Conflict(_)) => {}
                    Err(error) => failed = Some(error),
                }
            }
        }
        let count = u32::try_from(left.len()).unwrap_or(u32::MAX);
        let mut outcome = match failed {
            Some(error) => error.into(),
            None => Outcome::new(Observation::AppsRemain { count }),
        };
        if !asked.is_empty() {
            outcome = outcome.acted("stopped", asked.into_iter().collect::<Vec<_>>().join(", "));
        }
        Ok(outcome)
    }

    async fn start_notebook(
        &self,
        operation: &Operation,
        environment: &Authorized<Environment>,
        target: &LaunchTarget,
    ) -> aws::Result<Outcome> {
        let it = environment.thing();
        let LaunchTarget::NotebookInstance { name } = target else { return Ok(Outcome::new(Observation::Gone)) };
        let observer = session::observer(self, &it.account, &it.region).await?.sagemaker();
        let found = observer.describe_notebook_instance(name).await?;
        match found.status.as_str() {
            "InService" => return Ok(Outcome::new(Observation::Done)),
            "Stopped" => {}
            // Started before, and it came to nothing.
            "Failed" => {
                return Ok(Outcome::refused(Problem::new(
                    "The notebook instance could not be started.",
                    found.failure.unwrap_or_else(|| "AWS gave no reason.".to_owned()),
                    "Start it again; if it stays, tell the platform team what stands here.",
                )));
            }
            _ => return Ok(Outcome::new(Observation::Running { since: operation.step_entered_at })),
        }
        let sagemaker = session::switcher(self, environment, target).await?.sagemaker();
        sagemaker.start_notebook_instance(name).await?;
        Ok(Outcome::new(Observation::Running { since: operation.step_entered_at }).acted("started", name.clone()))
    }
}

pub(super) async fn end(sagemaker: &SageMaker, item: &Item) -> aws::Result<()> {
    match item {
        Item::NotebookInstance { name } => sagemaker.stop_notebook_instance(name).await,
        Item::App { domain, app_type, profile, space, name } => {
            sagemaker
                .delete_app(StudioAppRef {
                    domain_id: domain,
                    user_profile: profile.as_deref(),
                    space: space.as_deref(),
                    app_type,
                    name,
                })
                .await
        }
    }
}
