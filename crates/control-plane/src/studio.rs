//! Opening Studio, or a notebook instance: the one call to AWS that is made inside a request.

use std::time::Duration;

use aws::sagemaker::PresignDomainCall;
use domain::action::Action;
use domain::audit::Outcome;
use domain::environment::{Environment, EnvironmentState, LaunchTarget};
use domain::id::EnvironmentId;
use domain::problem::Problem;
use domain::studio::PresignedUrl;
use futures::FutureExt;

use crate::authorize::Authorized;
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result, session};

/// How long a person waits for AWS.
const DEADLINE: Duration = Duration::from_secs(5);

impl ControlPlane {
    /// A URL that opens the caller's own environment, once, within seconds. Never stored, never logged.
    pub async fn launch_environment(&self, caller: &Caller, id: &EnvironmentId) -> Result<PresignedUrl> {
        let environment: Authorized<Environment> = self.authorize(caller, Action::LaunchEnvironment, id).await?;
        let it = environment.thing();
        let target = target_of(it)?;
        let event = |outcome| {
            Event::done(Action::LaunchEnvironment.as_str(), "environment", it.id.as_str())
                .project(&it.project)
                .outcome(outcome)
        };
        self.record_alone(caller, event(Outcome::Intent)).await?;
        let opened = match tokio::time::timeout(DEADLINE, self.presign(&environment, &target).boxed()).await {
            Ok(Ok(url)) => Ok(url),
            Ok(Err(error)) => Err(Error::Aws(cannot_open(&target, &error))),
            Err(_) => Err(Error::Unavailable(Problem::new(
                not_opened(&target),
                "AWS did not answer within five seconds.",
                "Try again in a minute; the environment itself is not affected.",
            ))),
        };
        match &opened {
            Ok(_) => self.record_alone(caller, event(Outcome::Succeeded)).await?,
            Err(error) => {
                let reason = error.problem().why;
                self.record_alone(caller, event(Outcome::Failed).with("reason", reason)).await?;
            }
        }
        self.signals().sealer.notify_one();
        metrics::counter!("studiogate_launches_total", "result" => if opened.is_ok() { "ok" } else { "failed" })
            .increment(1);
        opened
    }

    async fn presign(&self, environment: &Authorized<Environment>, target: &LaunchTarget) -> aws::Result<PresignedUrl> {
        let duration = self.settings().studio_session.of(environment.thing().stage);
        let sagemaker = session::launcher(self, environment, target).await?.sagemaker();
        match target {
            LaunchTarget::Studio { domain_id, user_profile_name } => {
                let call = PresignDomainCall {
                    domain_id: domain_id.clone(),
                    user_profile_name: user_profile_name.clone(),
                    ttl: self.settings().presigned_url_ttl,
                    session: duration,
                    space: None,
                    landing_uri: None,
                };
                sagemaker.presign_domain(&call).await
            }
            LaunchTarget::NotebookInstance { name } => sagemaker.presign_notebook_instance(name, duration).await,
        }
    }
}

fn target_of(environment: &Environment) -> Result<LaunchTarget> {
    match (&environment.launch_target, environment.state) {
        (Some(target), EnvironmentState::Available | EnvironmentState::Tainted) => Ok(target.clone()),
        (None, EnvironmentState::Available | EnvironmentState::Tainted) => Err(Error::conflict(
            "There is nothing to open here.",
            "The environment has neither a Studio user profile nor a notebook instance.",
            "Use its outputs: they are on its page.",
        )),
        (_, state) => Err(Error::conflict(
            "This environment cannot be opened now.",
            format!("It is {state}."),
            "Open it when it is available; its page shows how far that is.",
        )),
    }
}

/// What could not be opened, in words.
fn not_opened(target: &LaunchTarget) -> &'static str {
    match target {
        LaunchTarget::Studio { .. } => "Studio could not be opened.",
        LaunchTarget::NotebookInstance { .. } => "The notebook instance could not be opened.",
    }
}

fn cannot_open(target: &LaunchTarget, error: &aws::Error) -> Problem {
    let problem = error.problem();
    let next = match error {
        aws::Error::Throttled(_) | aws::Error::Unavailable { .. } => "Try again in a minute.".to_owned(),
        aws::Error::Denied(_) => {
            "Show this to the platform team: a role, a tag or a service control policy of the account refuses the \
             launch."
                .to_owned()
        }
        aws::Error::Invalid(failure) if failure.message.contains("InService") => match target {
            LaunchTarget::Studio { .. } => "It is still being made or changed: try again in a minute.".to_owned(),
            LaunchTarget::NotebookInstance { .. } => {
                "It is stopped, or still starting. What runs, on the page of the environment, says which, once AWS is asked \
                 again; there it can be started."
                    .to_owned()
            }
        },
        aws::Error::NotFound(_) => {
            "The user profile or notebook instance is gone in AWS: terminate the environment and request a new one."
                .to_owned()
        }
        _ => problem.next,
    };
    Problem { what: not_opened(target).to_owned(), why: problem.why, next }
}
