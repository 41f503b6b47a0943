//! How it is done.

use chrono::TimeDelta;
use control_plane::Error;
use domain::environment::{Environment, LaunchTarget};
use domain::id::{EnvironmentId, RequestId};
use domain::request::RequestState;
use domain::rollout::Rollout;
use domain::view::{
    DecisionInput, DelegationInput, HandOverInput, HoldInput, RevokeInput, TerminateInput, TogetherInput,
    TransferInput, UpdateFormQuery, UpdateInput,
};
use sim::FaultKind;
use store::{EnvironmentFilter, PageRequest, RequestFilter, Scope};

use super::acts::{Act, DEV};
use crate::common::{PRODUCT, TestState};

/// All environments of the project, oldest first.
pub(crate) async fn environments(state: &TestState) -> Vec<Environment> {
    let page = PageRequest::oldest(100);
    state.store.environments(&Scope::All, &EnvironmentFilter::default(), &page).await.unwrap().items
}

async fn undecided(state: &TestState, which: usize) -> Option<(RequestId, i64)> {
    let filter = RequestFilter { state: Some(RequestState::Submitted), ..RequestFilter::default() };
    let found = state.store.requests(&Scope::All, &filter, &PageRequest::oldest(100)).await.unwrap().items;
    (!found.is_empty()).then(|| found[which % found.len()].clone()).map(|request| (request.id, request.version))
}

/// What came of it, in a word. A failure of the portal itself ends the test.
pub(crate) async fn act(state: &mut TestState, act: &Act, n: usize) -> String {
    let living: Vec<Environment> = environments(state).await;
    let of = |which: &usize| (!living.is_empty()).then(|| living[which % living.len()].clone());
    match act {
        Act::Request { who } => request(state, who, n).await,
        Act::Decide { who, which, approve } => {
            let Some((id, version)) = undecided(state, *which).await else { return "nothing waits".into() };
            let decision = if *approve { "approve" } else { "deny" }.to_owned();
            let input = DecisionInput { decision, comment: "So be it".into(), version: version.to_string() };
            said(state.plane.decide_request(&state.as_(who).await, &id, input).await)
        }
        Act::Withdraw { who, which } => {
            let Some((id, version)) = undecided(state, *which).await else { return "nothing waits".into() };
            said(state.plane.withdraw_request(&state.as_(who).await, &id, version).await)
        }
        Act::Launch { who, which } => match of(which) {
            Some(it) => launch(state, who, &it).await,
            None => "none".into(),
        },
        Act::Terminate { who, which } => {
            on(of(which), async |it| {
                let input = TerminateInput {
                    confirm: it.name.clone(),
                    version: it.version.to_string(),
                    files: "delete".into(),
                    ..TerminateInput::default()
                };
                state.plane.terminate_environment(&state.as_(who).await, &it.id, input).await
            })
            .await
        }
        Act::Retry { who, which } => {
            on(of(which), async |it| {
                state.plane.retry_environment(&state.as_(who).await, &it.id, &it.version.to_string()).await
            })
            .await
        }
        Act::Update { who, which } => on(of(which), async |it| update(state, who, &it.id).await).await,
        Act::BeginRollout { who } => begin_rollout(state, who, &living).await,
        Act::ContinueRollout { who } => match open_rollout(state).await {
            Some(it) => {
                let version = it.version.to_string();
                said(state.plane.continue_rollout(&state.as_(who).await, &it.id, &version).await)
            }
            None => "none".into(),
        },
        Act::EndRollout { who } => match open_rollout(state).await {
            Some(it) => said(state.plane.end_rollout(&state.as_(who).await, &it.id).await),
            None => "none".into(),
        },
        Act::Extend { who, which } => {
            on(of(which), async |it| {
                let page = state.plane.environment(&state.as_(who).await, &it.id, None).await?;
                state.plane.extend_lease(&state.as_(who).await, &it.id, &page.lease.ends_at.to_rfc3339()).await
            })
            .await
        }
        Act::Hold { who, which } => {
            on(of(which), async |it| {
                let until = (state.plane.now() + TimeDelta::days(5)).date_naive().to_string();
                let input = HoldInput { hold_reason: "An audit".into(), hold_until: until };
                state.plane.hold_environment(&state.as_(who).await, &it.id, input).await
            })
            .await
        }
        Act::Release { who, which } => {
            on(of(which), async |it| state.plane.release_environment(&state.as_(who).await, &it.id).await).await
        }
        Act::Stop { who, which } => {
            on(of(which), async |it| state.plane.stop_running(&state.as_(who).await, &it.id, "").await).await
        }
        Act::HandOver { who, which } => {
            on(of(which), async |it| {
                let input = HandOverInput { handover_note: "It does not open.".into() };
                state.plane.hand_over_environment(&state.as_(who).await, &it.id, input).await
            })
            .await
        }
        Act::Transfer { who, which, to } => {
            on(of(which), async |it| {
                let input = TransferInput {
                    transfer_to: format!("{to}@example.com"),
                    transfer_reason: "Other work".into(),
                    version: it.version.to_string(),
                };
                state.plane.transfer_environment(&state.as_(who).await, &it.id, input).await
            })
            .await
        }
        Act::Look { who, which } => {
            on(of(which), async |it| state.plane.observe_environment(&state.as_(who).await, &it.id).await).await
        }
        Act::Revoke { who, whose, everything } => {
            let input = RevokeInput {
                person: TestState::person(whose).studio_user_id().to_string(),
                reach: if *everything { "everything" } else { "project:fraud-detection" }.into(),
                reason: "A lost laptop".into(),
                ..RevokeInput::default()
            };
            said(state.plane.revoke_access(&state.as_(who).await, input).await)
        }
        Act::Restore { who } => {
            let caller = state.as_(who).await;
            let Ok(page) = state.plane.revocations(&caller, "").await else { return "sees none".into() };
            let Some(row) = page.rows.items.first() else { return "none".into() };
            let Ok(seen) = state.plane.revocation(&caller, &row.id).await else { return "not theirs".into() };
            said(state.plane.restore_access(&caller, &row.id, &seen.version.to_string()).await)
        }
        Act::Delegate { who, to } => {
            let until = (state.plane.now() + TimeDelta::days(3)).date_naive().to_string();
            let input = DelegationInput { delegate: format!("{to}@example.com"), until, reason: "On leave".into() };
            said(state.plane.delegate_decisions(&state.as_(who).await, input).await)
        }
        Act::Leave { who } => {
            state.sign_in(who, &[]).await;
            "left".into()
        }
        Act::Return => {
            state.everybody_signs_in().await;
            "all are back".into()
        }
        Act::Open { which } => match of(which).and_then(|it| it.launch_target) {
            Some(LaunchTarget::Studio { domain_id, user_profile_name }) => {
                state.start_app(DEV, &domain_id, &user_profile_name, &format!("app-{n}"));
                "runs".into()
            }
            _ => "nothing to open".into(),
        },
        Act::DeletePast { which } => match of(which).and_then(|it| it.launch_target) {
            Some(LaunchTarget::Studio { user_profile_name, .. }) => {
                let account = DEV.parse().unwrap();
                let path = format!("/{}", user_profile_name.to_lowercase());
                let gone = |world: &mut sim::World| {
                    world.sagemaker(&account, sim::seed::REGION).user_profiles.retain(|key, _| !key.ends_with(&path));
                };
                state.running.aws.with_world(gone).unwrap();
                "gone".into()
            }
            _ => "nothing to delete".into(),
        },
        Act::Fault { call, throttles, count } => {
            let kind = if *throttles { FaultKind::Throttle } else { FaultKind::ResponseLost };
            state.running.aws.faults().next(call, kind, *count);
            "armed".into()
        }
        Act::StackFault { verb } => {
            let kind = FaultKind::Error {
                code: "InternalFailure".into(),
                status: 500,
                message: "Something went amiss".into(),
            };
            state.running.aws.faults().next(&format!("stack:{verb}:AWS::SageMaker::UserProfile"), kind, 1);
            "armed".into()
        }
        Act::Deny { action } => {
            state.deny_at_aws(DEV, action);
            "denied".into()
        }
        Act::Allow => {
            state.allow_all_at_aws(DEV);
            "allowed".into()
        }
        Act::Crash { point, step } => {
            state.crash.arm(*point, step);
            state.run(8).await;
            let died = !state.crash.is_armed();
            state.crash.disarm();
            state.restart().await;
            if died { "died and came back" } else { "came back" }.into()
        }
        Act::Work { rounds } => {
            state.run(*rounds).await;
            "worked".into()
        }
        Act::Pass { hours } => {
            state.pass(TimeDelta::hours(*hours));
            "passed".into()
        }
    }
}

/// An answer in a word; what only a fault of the portal itself answers does not happen.
fn said<T>(answer: control_plane::Result<T>) -> String {
    match answer {
        Ok(_) => "done".into(),
        Err(error) => {
            assert!(!matches!(error, Error::Unavailable(_)), "{error:?}");
            format!("{}: {error}", error.status())
        }
    }
}

async fn on<T>(which: Option<Environment>, does: impl AsyncFnOnce(Environment) -> control_plane::Result<T>) -> String {
    match which {
        Some(it) => said(does(it).await),
        None => "none".into(),
    }
}

/// All rollouts, oldest first.
pub(crate) async fn rollouts(state: &TestState) -> Vec<Rollout> {
    state.store.rollouts(&Scope::All, &PageRequest::oldest(100)).await.unwrap().items
}

async fn open_rollout(state: &TestState) -> Option<Rollout> {
    rollouts(state).await.into_iter().find(|it| it.state.is_open())
}

async fn begin_rollout(state: &TestState, who: &str, living: &[Environment]) -> String {
    let caller = state.as_(who).await;
    let chosen = living.iter().map(|it| format!("{}:{}:{}", it.id, it.version, it.lease_ends_at.timestamp_millis()));
    let input = TogetherInput {
        act: "update".into(),
        chosen: chosen.collect::<Vec<_>>().join(","),
        together_reason: "1.0 ends".into(),
        ..TogetherInput::default()
    };
    said(state.plane.act_on_environments(&caller, &input).await)
}

async fn request(state: &TestState, who: &str, n: usize) -> String {
    let input = match state.try_filled_form(who, PRODUCT, &format!("env-{n}")).await {
        Ok(input) => input,
        Err(error) => return said::<()>(Err(error)),
    };
    said(state.plane.submit_request(&state.as_(who).await, input).await)
}

/// Opens it: nobody but who has it, and only where nothing stands against it.
async fn launch(state: &TestState, who: &str, seen: &Environment) -> String {
    let answer = state.plane.launch_environment(&state.as_(who).await, &seen.id).await;
    if answer.is_ok() {
        let person = TestState::person(who);
        assert_eq!(seen.owner, person, "{who} opened what is not theirs");
        assert!(!seen.revoked && seen.transfer.is_none(), "{seen:?}");
        let actor = state.plane.actor(&person).await.unwrap().unwrap();
        assert!(actor.projects().contains(&seen.project), "{who} has no part in the project any more");
    }
    said(answer)
}

/// The next value of what can be changed in place.
async fn update(state: &TestState, who: &str, id: &EnvironmentId) -> control_plane::Result<()> {
    let caller = state.as_(who).await;
    let form = state.plane.update_form(&caller, id, UpdateFormQuery::default()).await?;
    let key = |name: &str| name.strip_prefix("param[").unwrap().strip_suffix(']').unwrap().to_owned();
    let mut input = UpdateInput {
        artifact: form.artifact.to_string(),
        drawn_for: form.artifact.to_string(),
        justification: "More room".into(),
        parameters: form.fields.iter().filter_map(|f| Some((key(&f.name), f.default.clone()?))).collect(),
        version: form.version.to_string(),
        ..UpdateInput::default()
    };
    if let Some(size) = input.parameters.get_mut("VolumeSizeInGb") {
        *size = if size == "20" { "30" } else { "20" }.to_owned();
    }
    state.plane.submit_update(&caller, id, input).await.map(drop)
}
