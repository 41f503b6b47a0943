//! What has to hold.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::action::Action;
use domain::environment::EnvironmentState;
use domain::rollout::{Progress, RolloutState};

use super::acts::DEV;
use super::doing::{environments, rollouts};
use crate::common::TestState;

/// Nothing is there twice, and no environment is left without an account of how it stands.
pub(crate) async fn at_every_moment(state: &TestState) {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for name in state.provisioned(DEV) {
        *times.entry(name).or_default() += 1;
    }
    let twice: Vec<_> = times.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "provisioned twice: {twice:?}");
    for it in environments(state).await {
        let stuck = matches!(it.state, EnvironmentState::Error | EnvironmentState::Tainted);
        assert!(!stuck || it.problem.is_some() || it.transfer.is_some(), "no reason is told: {it:?}");
        assert!(!it.state.is_passing() || it.operation.is_some(), "nobody works on it: {it:?}");
    }
    for it in rollouts(state).await {
        let number = |wanted: fn(&Progress) -> bool| it.items.iter().filter(|item| wanted(&item.progress)).count();
        assert!(number(|progress| *progress == Progress::Updating) <= 1, "two at once: {it:?}");
        assert!(it.state.is_open() || number(Progress::is_open) == 0, "forgotten: {it:?}");
        assert!(it.state != RolloutState::Stopped || it.problem.is_some(), "no reason is told: {it:?}");
    }
}

/// Everything comes to rest; whatever is left is an environment that an admin can terminate; then nothing is left.
pub(crate) async fn at_the_end(state: &mut TestState) {
    state.running.aws.faults().clear();
    state.allow_all_at_aws(DEV);
    state.restart().await;
    state.everybody_signs_in().await;
    // Those that nobody ends, end when nobody decides their requests.
    for it in rollouts(state).await.into_iter().filter(|it| it.state.is_open()) {
        let _ = state.plane.end_rollout(&state.as_("admin").await, &it.id).await;
    }
    state.pass(TimeDelta::days(15));
    state.everybody_signs_in().await;
    state.settle().await;
    assert!(rollouts(state).await.iter().all(|it| it.state != RolloutState::Running));
    state.plane.observe_now().await.unwrap();
    state.everybody_signs_in().await;
    state.settle().await;
    at_every_moment(state).await;
    state.assert_sound().await;
    let found = environments(state).await;
    for it in &found {
        assert!(!it.state.is_passing(), "{it:?}");
    }
    let living: Vec<_> = found.iter().filter(|it| it.state != EnvironmentState::Terminated).collect();
    for name in state.provisioned(DEV) {
        assert!(living.iter().any(|it| it.name == name), "{name} belongs to no environment");
    }
    for it in living {
        state.everybody_signs_in().await;
        let admin = state.as_("admin").await;
        if admin.actor.cut_off.everything {
            continue;
        }
        let page = state.plane.environment(&admin, &it.id, None).await.unwrap();
        assert!(page.allowed.has(Action::TerminateEnvironment), "a dead end: {it:?}");
        state.terminate("admin", &it.id).await;
        state.settle().await;
        let over = state.environment(&it.id).await;
        assert_eq!(over.state, EnvironmentState::Terminated, "{:?}", over.problem);
    }
    state.assert_sound().await;
    assert!(state.provisioned(DEV).is_empty(), "left: {:?}", state.provisioned(DEV));
}
