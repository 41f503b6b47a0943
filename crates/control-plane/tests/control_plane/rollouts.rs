//! Rollouts: updates of several environments as one operation, decided one by one, made one after the other, stopped at the
//! first that fails.

use crate::common::TestState;
use control_plane::{CrashPoint, Error};
use domain::action::Action;
use domain::environment::{Environment, EnvironmentState};
use domain::id::{EnvironmentId, RequestId, RolloutId};
use domain::notification::Topic;
use domain::request::RequestState;
use domain::rollout::{Progress, Rollout, RolloutState};
use domain::view::{DecisionInput, TogetherInput, TogetherPage, UpdateFormQuery};
use sim::FaultKind;

const LEAD: &str = "fraud-lead";
const DEV: &str = "601000000002";
/// Each has one environment of the product in an account.
const MEMBERS: [&str; 3] = ["fraud-scientist", "fraud-second", "fraud-third"];

async fn members_sign_in(state: &TestState) {
    state.everybody_signs_in().await;
    for who in &MEMBERS[1..] {
        state.sign_in(who, &["fraud-detection-members"]).await;
    }
}

/// An environment of each member in the first version of its product.
async fn three(url: &str) -> (TestState, Vec<EnvironmentId>) {
    let state = TestState::start(url).await;
    members_sign_in(&state).await;
    let mut ids = Vec::new();
    for who in MEMBERS {
        ids.push(state.approved_in_first_version(who, LEAD, &format!("of-{who}")).await);
    }
    state.settle().await;
    for id in &ids {
        let it = state.environment(id).await;
        assert_eq!(it.state, EnvironmentState::Available, "{:?}", it.problem);
    }
    members_sign_in(&state).await;
    (state, ids)
}

async fn preview(state: &TestState, who: &str, ids: &[EnvironmentId]) -> TogetherPage {
    state.plane.together(&state.as_(who).await, "update", ids, "").await.unwrap()
}

fn posted(page: &TogetherPage) -> TogetherInput {
    TogetherInput {
        act: "update".into(),
        chosen: page.can.iter().map(|row| row.chosen.clone()).collect::<Vec<_>>().join(","),
        together_reason: "1.0 ends in March".into(),
        form_token: page.form_token.clone(),
        ..TogetherInput::default()
    }
}

async fn send(state: &TestState, who: &str, input: &TogetherInput) -> control_plane::Result<RolloutId> {
    let address = state.plane.act_on_environments(&state.as_(who).await, input).await?;
    Ok(address.strip_prefix("/rollouts/").unwrap().parse().unwrap())
}

async fn begun(state: &TestState, ids: &[EnvironmentId]) -> RolloutId {
    let page = preview(state, LEAD, ids).await;
    assert_eq!(page.can.len(), ids.len(), "{:?}", page.cannot);
    send(state, LEAD, &posted(&page)).await.unwrap()
}

async fn rollout(state: &TestState, id: &RolloutId) -> Rollout {
    state.store.rollout(id).await.unwrap().unwrap()
}

async fn requests(state: &TestState, id: &RolloutId) -> Vec<RequestId> {
    rollout(state, id).await.items.into_iter().filter_map(|item| item.request).collect()
}

async fn progress(state: &TestState, id: &RolloutId) -> Vec<String> {
    rollout(state, id).await.items.iter().map(|item| item.progress.as_str().to_owned()).collect()
}

async fn approve_all(state: &TestState, id: &RolloutId) {
    for request in requests(state, id).await {
        state.approve("admin", &request).await;
    }
}

async fn decide(state: &TestState, who: &str, id: &RequestId, decision: &str) {
    let version = state.store.request(id).await.unwrap().unwrap().version.to_string();
    let input = DecisionInput { decision: decision.into(), comment: "Not before the audit".into(), version };
    state.plane.decide_request(&state.as_(who).await, id, input).await.unwrap();
}

async fn version_of(state: &TestState, id: &EnvironmentId) -> String {
    let it: Environment = state.environment(id).await;
    let product = state.store.product(&it.product).await.unwrap().unwrap();
    product.artifact(&it.artifact).unwrap().name.clone()
}

async fn go_on(state: &TestState, who: &str, id: &RolloutId) -> control_plane::Result<()> {
    let version = rollout(state, id).await.version.to_string();
    state.plane.continue_rollout(&state.as_(who).await, id, &version).await
}

/// How many environments are at work.
async fn at_work(state: &TestState, ids: &[EnvironmentId]) -> usize {
    let mut number = 0;
    for id in ids {
        number += usize::from(state.environment(id).await.state == EnvironmentState::Updating);
    }
    number
}

fn fail_next_update(state: &TestState) {
    let how = FaultKind::Error { code: "InvalidParametersException".into(), status: 400, message: "on purpose".into() };
    state.running.aws.faults().next("servicecatalog:UpdateProvisionedProduct", how, 1);
}

async fn told(state: &TestState, who: &str) -> Vec<(Topic, String)> {
    while state.plane.tick().await.unwrap() {}
    let rows = state.plane.inbox(&state.as_(who).await, "").await.unwrap().rows.items;
    rows.into_iter().map(|row| (row.notice.topic, row.notice.title)).collect()
}

on_both! {
    async fn what_is_approved_is_updated_one_after_the_other(url) {
        let (state, ids) = three(&url).await;
        state.running.aws.faults().reset_calls();
        let page = preview(&state, LEAD, &ids).await;
        assert!(state.running.aws.faults().all_calls().is_empty(), "pages do not wait for AWS");
        assert_eq!((page.can.len(), page.cannot.len()), (3, 0), "{:?}", page.cannot);
        let says = &page.can[0].says;
        assert!(says[0] == "From version 1.0 to 1.1." && says[1].starts_with("No data is lost"), "{says:?}");
        assert!(says[2].contains("decide"), "{says:?}");
        assert_eq!(page.can[0].preview.as_ref().unwrap().resources.len(), 1);
        let id = send(&state, LEAD, &posted(&page)).await.unwrap();
        let made = rollout(&state, &id).await;
        assert_eq!((made.state, made.project.as_ref().unwrap().as_str()), (RolloutState::Running, "fraud-detection"));
        state.run(20).await;
        assert_eq!((at_work(&state, &ids).await, progress(&state, &id).await), (0, vec!["waiting".to_owned(); 3]));
        let shown = state.plane.rollout(&state.as_(LEAD).await, &id).await.unwrap();
        assert!(shown.items.iter().all(|item| item.undecided) && shown.allowed.has(Action::ManageRollout));
        // Nobody decides what they asked for themselves.
        let first = requests(&state, &id).await.remove(0);
        let own = DecisionInput { decision: "approve".into(), comment: String::new(), version: "1".into() };
        let refused = state.plane.decide_request(&state.as_(LEAD).await, &first, own).await.unwrap_err();
        assert!(matches!(refused, Error::Denied { .. }), "{refused:?}");
        approve_all(&state, &id).await;
        let request = state.plane.request(&state.as_(LEAD).await, &first, None).await.unwrap();
        assert_eq!(request.update.unwrap().rollout.unwrap().rollout.as_ref(), Some(&id));
        let (mut most, mut rounds) = (0, 0);
        while rollout(&state, &id).await.state == RolloutState::Running && rounds < 2_000 {
            state.run(1).await;
            most = most.max(at_work(&state, &ids).await);
            rounds += 1;
        }
        assert_eq!(most, 1, "one at a time");
        state.settle().await;
        assert_eq!((rollout(&state, &id).await.state, progress(&state, &id).await), (RolloutState::Finished, vec!["done".to_owned(); 3]));
        for id in &ids {
            assert_eq!(version_of(&state, id).await, "1.1");
        }
        let updates = state.running.aws.with_world(|world| {
            world.service_catalog.records.values().filter(|r| r.kind == "UPDATE_PROVISIONED_PRODUCT").count()
        });
        assert_eq!(updates.unwrap(), 3);
        state.assert_sound().await;
    }

    async fn the_first_failure_stops_the_rest_until_somebody_says_how_to_go_on(url) {
        let (state, ids) = three(&url).await;
        let id = begun(&state, &ids).await;
        approve_all(&state, &id).await;
        fail_next_update(&state);
        state.settle().await;
        let stopped = rollout(&state, &id).await;
        assert_eq!((stopped.state, progress(&state, &id).await), (RolloutState::Stopped, ["failed", "waiting", "waiting"].map(str::to_owned).to_vec()));
        let problem = stopped.problem.unwrap();
        assert!(problem.what.starts_with("It stopped at of-fraud-scientist: "), "{problem:?}");
        for id in &ids {
            assert_eq!(version_of(&state, id).await, "1.0");
        }
        let outsider = go_on(&state, "churn-lead", &id).await.unwrap_err();
        assert!(matches!(outsider, Error::Denied { .. }), "{outsider:?}");
        let old = state.plane.continue_rollout(&state.as_(LEAD).await, &id, "1").await.unwrap_err();
        assert!(matches!(old, Error::Stale { .. }), "{old:?}");
        // A second click changes nothing.
        for _ in 0..2 {
            go_on(&state, LEAD, &id).await.unwrap();
        }
        state.settle().await;
        assert_eq!((rollout(&state, &id).await.state, progress(&state, &id).await), (RolloutState::Finished, ["failed", "done", "done"].map(str::to_owned).to_vec()));
        assert_eq!(told_of(&state, &id, "manage_rollout", "then").await, ["go on"]);
        state.assert_sound().await;
    }

    async fn what_failed_and_was_mended_on_its_own_page_counts_as_made(url) {
        let (state, ids) = three(&url).await;
        let id = begun(&state, &ids[..2]).await;
        approve_all(&state, &id).await;
        state.deny_at_aws(DEV, "sagemaker:CreateSpace");
        state.settle().await;
        assert_eq!(progress(&state, &id).await, ["failed", "waiting"]);
        state.allow_all_at_aws(DEV);
        state.plane.retry_environment(&state.as_(MEMBERS[0]).await, &ids[0], "").await.unwrap();
        state.settle().await;
        assert_eq!(version_of(&state, &ids[0]).await, "1.1");
        go_on(&state, "admin", &id).await.unwrap();
        state.settle().await;
        assert_eq!((rollout(&state, &id).await.state, progress(&state, &id).await), (RolloutState::Finished, vec!["done".to_owned(); 2]));
    }

    async fn what_is_denied_gone_or_changed_meanwhile_is_passed_over(url) {
        let (state, ids) = three(&url).await;
        let id = begun(&state, &ids).await;
        let asked = requests(&state, &id).await;
        decide(&state, "admin", &asked[0], "deny").await;
        state.terminate(MEMBERS[1], &ids[1]).await;
        state.run(40).await;
        decide(&state, "admin", &asked[2], "approve").await;
        state.settle().await;
        let it = rollout(&state, &id).await;
        let why = |at: usize| match &it.items[at].progress {
            Progress::PassedOver { why } => why.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(why(0), "Its request was denied: Not before the audit");
        assert!(why(1).starts_with("The environment is"), "{}", why(1));
        assert_eq!((it.state, &it.items[2].progress), (RolloutState::Finished, &Progress::Done));
        assert_eq!(version_of(&state, &ids[0]).await, "1.0");
    }

    async fn an_environment_waits_in_one_rollout_and_nothing_else_is_asked_for_meanwhile(url) {
        let (state, ids) = three(&url).await;
        let page = preview(&state, LEAD, &ids).await;
        let id = send(&state, LEAD, &posted(&page)).await.unwrap();
        // A second click, and the same from another tab.
        assert_eq!(send(&state, LEAD, &posted(&page)).await.unwrap(), id);
        let other_tab = TogetherInput { form_token: "another".into(), ..posted(&page) };
        let refused = send(&state, LEAD, &other_tab).await.unwrap_err();
        assert!(matches!(&refused, Error::Conflict(problem) if problem.why.contains("waits for a decision")), "{refused:?}");
        let again = preview(&state, LEAD, &ids).await;
        assert_eq!((again.can.len(), again.cannot.len()), (0, 3));
        decide(&state, "admin", &requests(&state, &id).await[2], "approve").await;
        fail_next_update(&state);
        state.run(200).await;
        approve_all_but(&state, &id, 2).await;
        assert_eq!(rollout(&state, &id).await.state, RolloutState::Stopped);
        // Approved, and its turn does not come.
        let form = state.plane.update_form(&state.as_(MEMBERS[0]).await, &ids[0], UpdateFormQuery::default()).await.unwrap();
        assert!(form.blocked.unwrap().what.contains("in a rollout"));
        let shown = state.plane.environment(&state.as_(MEMBERS[0]).await, &ids[0], None).await.unwrap();
        assert!(shown.rolled_out.is_some() && shown.update_waiting.is_none());
        for who in ["admin", LEAD] {
            state.plane.end_rollout(&state.as_(who).await, &id).await.unwrap();
        }
        let ended = rollout(&state, &id).await;
        assert_eq!((ended.state, ended.ended_by.unwrap().subject.as_str()), (RolloutState::Ended, "admin"));
        assert!(state.plane.environment(&state.as_(MEMBERS[0]).await, &ids[0], None).await.unwrap().rolled_out.is_none());
        assert_eq!(preview(&state, LEAD, &ids[..1]).await.can.len(), 1, "it can be asked for again");
    }

    async fn one_that_is_ended_finishes_what_it_is_at_and_closes_what_nobody_decided(url) {
        let (state, ids) = three(&url).await;
        let id = begun(&state, &ids).await;
        let asked = requests(&state, &id).await;
        state.approve("admin", &asked[0]).await;
        state.run(4).await;
        assert_eq!(progress(&state, &id).await, ["updating", "waiting", "waiting"]);
        state.approve("admin", &asked[1]).await;
        state.plane.end_rollout(&state.as_(LEAD).await, &id).await.unwrap();
        assert_eq!(state.store.request(&asked[2]).await.unwrap().unwrap().state, RequestState::Closed);
        state.settle().await;
        assert_eq!((rollout(&state, &id).await.state, progress(&state, &id).await), (RolloutState::Ended, ["done", "passed_over", "passed_over"].map(str::to_owned).to_vec()));
        assert_eq!((version_of(&state, &ids[0]).await, version_of(&state, &ids[1]).await), ("1.1".to_owned(), "1.0".to_owned()));
        state.assert_sound().await;
    }

    async fn v8_2_2_a_rollout_is_shown_to_those_it_concerns_and_begun_by_those_who_may_update(url) {
        let (state, ids) = three(&url).await;
        let page = preview(&state, LEAD, &ids).await;
        for who in ["churn-lead", "newcomer", "auditor"] {
            let refused = send(&state, who, &posted(&page)).await.unwrap_err();
            assert!(matches!(refused, Error::Denied { .. }), "{who}: {refused:?}");
        }
        // A member updates their own and nobody else's.
        let own = preview(&state, MEMBERS[0], &ids[..1]).await;
        let mine = send(&state, MEMBERS[0], &posted(&own)).await.unwrap();
        state.plane.end_rollout(&state.as_(MEMBERS[0]).await, &mine).await.unwrap();
        state.settle().await;
        let id = begun(&state, &ids).await;
        for who in [LEAD, "admin", "auditor"] {
            let shown = state.plane.rollout(&state.as_(who).await, &id).await.unwrap();
            assert_eq!(shown.allowed.has(Action::ManageRollout), who != "auditor", "{who}");
            assert_eq!(state.plane.rollouts(&state.as_(who).await, "").await.unwrap().rows.items.len(), 2, "{who}");
        }
        for who in ["churn-lead", "newcomer", MEMBERS[1]] {
            let caller = state.as_(who).await;
            assert!(matches!(state.plane.rollout(&caller, &id).await, Err(Error::Denied { .. })), "{who}");
            assert!(matches!(state.plane.end_rollout(&caller, &id).await, Err(Error::Denied { .. })), "{who}");
            assert!(state.plane.rollouts(&caller, "").await.unwrap().rows.items.is_empty(), "{who}");
        }
        assert_eq!(state.plane.rollouts(&state.as_(MEMBERS[0]).await, "").await.unwrap().rows.items.len(), 1);
    }

    async fn who_may_no_longer_update_updates_nothing_more(url) {
        let (state, ids) = three(&url).await;
        let id = begun(&state, &ids[..2]).await;
        approve_all(&state, &id).await;
        state.sign_in(LEAD, &["fraud-detection-members"]).await;
        state.settle().await;
        let it = rollout(&state, &id).await;
        assert_eq!((it.state, version_of(&state, &ids[0]).await.as_str()), (RolloutState::Stopped, "1.0"));
        assert!(it.problem.unwrap().what.contains("may no longer update this environment"));
        assert_eq!(state.environment(&ids[0]).await.state, EnvironmentState::Available, "nothing was begun");
    }

    async fn many_updates_are_told_as_one(url) {
        let (state, ids) = three(&url).await;
        let before = told(&state, "admin").await.len();
        let id = begun(&state, &ids).await;
        let news: Vec<_> = told(&state, "admin").await;
        assert_eq!(news.len(), before + 1, "{news:?}");
        assert_eq!(news[0], (Topic::RequestWaiting, "fraud-lead asks for updates of 3 environments".to_owned()));
        approve_all(&state, &id).await;
        fail_next_update(&state);
        state.settle().await;
        go_on(&state, LEAD, &id).await.unwrap();
        state.settle().await;
        let ended: Vec<String> = told(&state, LEAD).await.into_iter().filter(|(topic, _)| *topic == Topic::RolloutEnded).map(|(_, title)| title).collect();
        assert_eq!(ended, ["The rollout is finished: 2 of 3 environments are updated", "The rollout stopped"]);
        assert!(told(&state, LEAD).await.iter().all(|(topic, _)| *topic != Topic::RequestDecided), "they are told of the whole");
    }

    async fn a_death_at_any_moment_neither_loses_nor_doubles_an_update(url) {
        let (mut state, ids) = three(&url).await;
        let mut left = ids.iter();
        for point in [CrashPoint::BeforeAct, CrashPoint::AfterAct, CrashPoint::AfterSave] {
            let one = left.next().unwrap().clone();
            let id = begun(&state, std::slice::from_ref(&one)).await;
            approve_all(&state, &id).await;
            state.die_and_go_on(point, "roll").await;
            members_sign_in(&state).await;
            assert_eq!((rollout(&state, &id).await.state, progress(&state, &id).await), (RolloutState::Finished, vec!["done".to_owned()]), "{point:?}");
            assert_eq!(version_of(&state, &one).await, "1.1");
            assert_eq!(state.told(&one, "update", "state").await, ["available"], "{point:?}");
        }
        state.assert_sound().await;
    }
}

async fn approve_all_but(state: &TestState, id: &RolloutId, but: usize) {
    for (at, request) in requests(state, id).await.iter().enumerate() {
        if at != but {
            state.approve("admin", request).await;
        }
    }
}

/// What stands in the events of a rollout.
async fn told_of(state: &TestState, id: &RolloutId, action: &str, detail: &str) -> Vec<String> {
    let filter =
        store::AuditFilter { action: Some(action.into()), resource_id: Some(id.to_string()), ..Default::default() };
    let events =
        state.store.audit_events(&store::Scope::All, &filter, &store::PageRequest::newest(100)).await.unwrap().items;
    events.into_iter().rev().filter_map(|e| e.event.detail.get(detail).cloned()).collect()
}
