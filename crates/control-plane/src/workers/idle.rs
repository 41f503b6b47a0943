//! Stops what nobody uses, by the rules about what is idle. The observer asks AWS when it was used, and puts a stop to work; the
//! stop looks at all of it once more right before it acts.

use aws::Session;
use aws::sagemaker::{AppActivity, StudioAppRef};
use domain::action::Action;
use domain::environment::{Environment, LaunchTarget};
use domain::idle::{Activity, IdleLimit, IdleRule, IdleStop, IdleVerdict, Kept, RUNNING_JOB_TAG, rule_for};
use domain::observed::{Item, Observed, Running};
use domain::operation::{Observation, Operation, OperationKind, Step, Subject};
use domain::person::PersonKey;
use store::Tx;

use super::observe::AccountLook;
use super::outcome::Outcome;
use super::running::end;
use crate::authorize::Authorized;
use crate::trail::{By, Event};
use crate::{ControlPlane, Result, session};

/// Apps of one environment that AWS is asked about in one look.
const AT_MOST: usize = 50;

impl ControlPlane {
    /// Puts the stop of the first thing to work that is idle for long enough. What ends it has the environment looked at
    /// anew, so that the next one follows.
    pub(super) async fn stop_what_is_idle(&self, tx: &mut Tx, it: &Environment, observed: &Observed) -> Result<()> {
        if !observed.running.iter().any(|running| running.activity.is_some()) {
            return Ok(());
        }
        let facts = self.idle_facts_in(tx, &it.id).await?;
        let at_work = tx.is_worked_on(Subject::RUNNING, it.id.as_str()).await?;
        let now = self.now();
        let found = observed.running.iter().find_map(|running| match facts.verdict(it, running, at_work, now) {
            IdleVerdict::Stops(idle) => Some((running, idle)),
            _ => None,
        });
        let Some((running, idle)) = found else { return Ok(()) };
        let step = Step::Stop { only: Some(running.item.clone()), remaining: None, idle: Some(idle.clone()) };
        let operation = self.running_operation(it, OperationKind::Stop, step, &PersonKey::portal())?;
        tx.insert_operation(&operation).await?;
        let event = Event::done(Action::StopIdle.as_str(), "environment", it.id.as_str())
            .project(&it.project)
            .with("name", &it.name)
            .with("what", running.item.key())
            .with("instance_type", &running.instance_type)
            .with("rule", &idle.rule)
            .with("last_used", idle.last_used.to_rfc3339())
            .with("idle", idle.idle_in_words())
            .with("operation", operation.id.as_str());
        self.record(tx, By::System { correlation: operation.id.as_str() }, event).await
    }

    /// One round of such a stop. The first only writes down that it will be asked for: what is gone or going before that was
    /// stopped by somebody else.
    pub(super) async fn stop_idle(
        &self,
        operation: &Operation,
        environment: &Authorized<Environment>,
        target: &LaunchTarget,
    ) -> Result<Outcome> {
        let Step::Stop { only: Some(only), remaining, idle: Some(idle) } = &operation.step else {
            return Ok(Outcome::new(Observation::Done));
        };
        let it = environment.thing();
        let mut look = match AccountLook::open(self, &it.account, &it.region, false).await {
            Ok(look) => look,
            Err(error) => return Ok(error.into()),
        };
        let running = match look.running(it, target).await {
            Ok(running) => running,
            Err(error) => return Ok(error.into()),
        };
        let found =
            running.into_iter().find(|running| running.item == *only && (running.is_billed() || running.is_stopping()));
        let Some(running) = found else {
            return Ok(match remaining {
                Some(_) => told(Outcome::new(Observation::Done), idle).with("idle_stopped", only.key()),
                None => left(only, "it does not run any more"),
            });
        };
        match (remaining, running.is_stopping()) {
            (None, true) => Ok(left(only, "it is being stopped already")),
            (None, false) | (Some(_), true) => Ok(Outcome::new(Observation::AppsRemain { count: 1 })),
            (Some(_), false) => self.stop_if_still_idle(environment, target, &look, running).await,
        }
    }

    async fn stop_if_still_idle(
        &self,
        environment: &Authorized<Environment>,
        target: &LaunchTarget,
        look: &AccountLook,
        running: Running,
    ) -> Result<Outcome> {
        let it = environment.thing();
        let rules = self.store().idle_rules().await?;
        let mut fresh = [running];
        look.uses(it, &rules, &mut fresh).await;
        let [running] = fresh;
        let facts = self.idle_facts(&it.id).await?;
        let stop = match facts.verdict(it, &running, false, self.now()) {
            IdleVerdict::Stops(stop) => stop,
            verdict => return Ok(left(&running.item, &in_words(&verdict))),
        };
        let sagemaker = match session::switcher(self, environment, target).await {
            Ok(session) => session.sagemaker(),
            Err(error) => return Ok(error.into()),
        };
        let remains = Outcome::new(Observation::AppsRemain { count: 1 });
        Ok(match end(&sagemaker, &running.item).await {
            Ok(()) | Err(aws::Error::NotFound(_)) => told(remains, &stop).acted("stopped", running.item.key()),
            Err(aws::Error::Conflict(_)) => remains,
            Err(error) => error.into(),
        })
    }
}

impl AccountLook {
    /// Asks when what runs was used last, and whether it is tagged as running a job, where a rule says after which time it
    /// is stopped. What AWS does not tell is kept as such; once it refuses, nothing more of the environment is asked.
    pub(super) async fn uses(&self, it: &Environment, rules: &[IdleRule], running: &mut [Running]) {
        let is_governed = |running: &&mut Running| {
            let rule = rule_for(rules, it.stage, &running.instance_type);
            running.status == "InService" && rule.is_some_and(|rule| matches!(rule.limit, IdleLimit::After { .. }))
        };
        let mut refused: Option<String> = None;
        for running in running.iter_mut().filter(is_governed).take(AT_MOST) {
            let Item::App { .. } = &running.item else { continue };
            let asked = match &refused {
                Some(why) => Err(why.clone()),
                None => use_of(self.session(), &running.item).await.map_err(|error| error.problem().why),
            };
            let activity = match asked {
                Ok((used, job)) => {
                    running.job = job;
                    Activity { last_used: used.last_user_activity, checked: used.last_health_check, failed: None }
                }
                Err(why) => {
                    refused = Some(why.clone());
                    Activity { failed: Some(why), ..Activity::default() }
                }
            };
            running.activity = Some(activity);
        }
    }
}

/// What SageMaker says of an app, and the reason in its tag, or in that of its space.
async fn use_of(session: &Session, item: &Item) -> aws::Result<(AppActivity, Option<String>)> {
    let Item::App { domain, app_type, profile, space, name } = item else {
        return Ok((AppActivity { arn: String::new(), last_user_activity: None, last_health_check: None }, None));
    };
    let sagemaker = session.sagemaker();
    let app =
        StudioAppRef { domain_id: domain, user_profile: profile.as_deref(), space: space.as_deref(), app_type, name };
    let used = sagemaker.app_activity(app).await?;
    let mut job = sagemaker.list_tags(&used.arn).await?.remove(RUNNING_JOB_TAG);
    if let (None, Some(space), Some((within, _))) = (&job, space, used.arn.split_once(":app/")) {
        // SageMaker writes ARNs in lower case whatever the case of the name.
        let space = format!("{within}:space/{domain}/{}", space.to_lowercase());
        job = sagemaker.list_tags(&space).await?.remove(RUNNING_JOB_TAG);
    }
    Ok((used, job))
}

fn told(outcome: Outcome, stop: &IdleStop) -> Outcome {
    outcome.with("rule", &stop.rule).with("last_used", stop.last_used.to_rfc3339()).with("idle", stop.idle_in_words())
}

/// The end of a stop that left it running, or found it gone.
fn left(item: &Item, why: &str) -> Outcome {
    Outcome::new(Observation::Done).with("left", item.key()).with("because", why)
}

/// Why something that was idle is left alone after all, in the audit log.
fn in_words(verdict: &IdleVerdict) -> String {
    match verdict {
        IdleVerdict::NoRule | IdleVerdict::Never { .. } => "no rule stops it any more".to_owned(),
        IdleVerdict::Waits { last_used, .. } => format!("it was used at {}", last_used.to_rfc3339()),
        IdleVerdict::Stops(_) => "it is idle".to_owned(),
        IdleVerdict::Kept { because, .. } => match because {
            Kept::Starting => "it is starting".to_owned(),
            Kept::Untold { .. } => "SageMaker does not tell when it was used".to_owned(),
            Kept::RunsJob { reason, .. } => format!("it is marked as running a job: {reason}"),
            Kept::Held { until } => format!("the environment is held until {}", until.to_rfc3339()),
            Kept::AtWork => "an operation is at work on the environment".to_owned(),
            Kept::Failed { why, .. } => why.clone(),
        },
    }
}
