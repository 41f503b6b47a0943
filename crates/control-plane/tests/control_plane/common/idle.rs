//! Apps of an environment that nobody uses, and what is said of them.

use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Clock;
use domain::environment::{Environment, LaunchTarget};
use domain::id::EnvironmentId;
use domain::idle::{IdleVerdict, Kept, RUNNING_JOB_TAG};
use domain::notification::Topic;
use domain::view::{IdleRuleInput, JobMarkInput};
use serde_json::json;
use sim::sagemaker::Resource;

use super::TestState;

pub const DEV: &str = "601000000002";
pub const WHO: &str = "fraud-scientist";
pub const LAST_USED: &str = "LastUserActivityTimestamp";

pub fn input(stage: &str, instances: &str, minutes: &str) -> IdleRuleInput {
    let limit = if minutes.is_empty() { "never" } else { "after" };
    IdleRuleInput {
        stage: stage.into(),
        instances: instances.into(),
        limit: limit.into(),
        minutes: minutes.into(),
        version: String::new(),
    }
}

pub async fn rule(state: &TestState, instances: &str, minutes: &str) -> domain::id::IdleRuleId {
    state.plane.save_idle_rule(&state.as_("admin").await, input("any", instances, minutes)).await.unwrap()
}

/// An environment, and a rule that stops everything after an hour.
pub async fn hourly(url: &str) -> (TestState, Environment) {
    let state = TestState::start(url).await;
    let it = state.available("lab").await;
    rule(&state, "", "60").await;
    (state, it)
}

pub fn studio(it: &Environment) -> (String, String) {
    let Some(LaunchTarget::Studio { domain_id, user_profile_name }) = &it.launch_target else { panic!("{it:?}") };
    (domain_id.clone(), user_profile_name.clone())
}

pub fn path(it: &Environment, name: &str) -> String {
    let (domain, profile) = studio(it);
    format!("{domain}/{profile}/jupyterlab/{name}").to_lowercase()
}

pub fn epoch(at: DateTime<Utc>) -> serde_json::Value {
    json!(f64::from(u32::try_from(at.timestamp()).unwrap()) + f64::from(at.timestamp_subsec_millis()) / 1_000.0)
}

/// Starts an app of the environment's profile, as Studio does.
pub fn start(state: &TestState, it: &Environment, name: &str) {
    let ((domain, profile), path, now) = (studio(it), path(it, name), state.clock.now());
    let arn = format!("arn:aws:sagemaker:{}:{DEV}:app/{path}", sim::seed::REGION);
    let attributes = json!({
        "DomainId": domain, "UserProfileName": profile, "AppType": "JupyterLab", "AppName": name, "AppArn": arn,
        "ResourceSpec": { "InstanceType": "ml.g5.xlarge" }, LAST_USED: epoch(now),
    });
    let started = Resource::pending(arn, attributes.as_object().unwrap().clone(), now, now);
    let account = DEV.parse().unwrap();
    state.running.aws.with_world(|w| w.sagemaker(&account, sim::seed::REGION).apps.insert(path, started)).unwrap();
}

/// Changes an app past the portal.
pub fn app(state: &TestState, it: &Environment, name: &str, change: impl FnOnce(&mut Resource)) {
    let (path, account) = (path(it, name), DEV.parse().unwrap());
    let change = |w: &mut sim::World| change(w.sagemaker(&account, sim::seed::REGION).apps.get_mut(&path).unwrap());
    state.running.aws.with_world(change).unwrap();
}

/// Somebody uses it now.
pub fn touch(state: &TestState, it: &Environment, name: &str) {
    let now = epoch(state.clock.now());
    app(state, it, name, |app| drop(app.attributes.insert(LAST_USED.into(), now)));
}

pub fn tag(state: &TestState, it: &Environment, name: &str, reason: &str) {
    app(state, it, name, |app| drop(app.tags.insert(RUNNING_JOB_TAG.into(), reason.into())));
}

pub async fn pass(state: &TestState, minutes: i64) {
    state.pass(TimeDelta::minutes(minutes));
    state.everybody_signs_in().await;
}

/// A look, and what comes of it.
pub async fn look(state: &TestState) {
    state.plane.observe_now().await.unwrap();
    state.settle().await;
}

pub async fn verdict(state: &TestState, id: &EnvironmentId, name: &str) -> IdleVerdict {
    let observed = state.plane.environment(&state.as_(WHO).await, id, None).await.unwrap().observed;
    let running = observed.running.iter().find(|it| it.item.name() == name).unwrap();
    observed.idle[&running.item.key()].verdict.clone()
}

pub async fn kept(state: &TestState, id: &EnvironmentId, name: &str) -> Kept {
    match verdict(state, id, name).await {
        IdleVerdict::Kept { because, .. } => because,
        verdict => panic!("{verdict:?}"),
    }
}

pub async fn runs(state: &TestState, id: &EnvironmentId) -> Vec<String> {
    let observed = state.plane.environment(&state.as_(WHO).await, id, None).await.unwrap().observed;
    observed.running.iter().filter(|it| it.is_billed()).map(|it| it.item.name().to_owned()).collect()
}

pub fn deletions(state: &TestState) -> u64 {
    state.running.aws.faults().calls("sagemaker:DeleteApp")
}

pub async fn told(state: &TestState) -> usize {
    while state.plane.tick().await.unwrap() {}
    let rows = state.plane.inbox(&state.as_(WHO).await, "").await.unwrap().rows.items;
    rows.iter().filter(|row| row.notice.topic == Topic::IdleStopped).count()
}

pub async fn mark(
    state: &TestState,
    who: &str,
    id: &EnvironmentId,
    name: &str,
    hours: &str,
) -> control_plane::Result<()> {
    let observed = state.plane.environment(&state.as_(WHO).await, id, None).await.unwrap().observed;
    let what = observed.running.iter().find(|it| it.item.name() == name).map(|it| it.item.key()).unwrap_or_default();
    let input = JobMarkInput { what, job_reason: "A long fit.".into(), job_hours: hours.into() };
    state.plane.mark_running_job(&state.as_(who).await, id, input).await
}
