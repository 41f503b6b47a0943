//! Changes of service control policies are applied: once, as they were decided upon, and through every crash and failed call.

use crate::common::TestState;
use chrono::TimeDelta;
use control_plane::{CrashPoint, Error};
use domain::guardrail::Outlook;
use domain::id::PolicyChangeId;
use domain::organization::{AppliedChange, ChangeState};
use domain::view::{AppliedChangePage, PolicyChangeInput, PolicyChangeView};
use sim::FaultKind;

const UNIT_PROD: &str = "ou-stgt-workloadsprod";
const DENY: &str = "p-denyendpoints";
const NO_APPS: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"NoApps","Effect":"Deny","Action":"sagemaker:CreateApp","Resource":"*"}]}"#;
const POINTS: [CrashPoint; 3] = [CrashPoint::BeforeAct, CrashPoint::AfterAct, CrashPoint::AfterSave];

fn attach(policy: &str) -> PolicyChangeInput {
    PolicyChangeInput { kind: "attach".into(), policy: policy.into(), node: UNIT_PROD.into(), ..Default::default() }
}

fn create(name: &str) -> PolicyChangeInput {
    let (name, content) = (name.into(), NO_APPS.into());
    PolicyChangeInput { kind: "create".into(), name, content, ..Default::default() }
}

async fn entered(state: &TestState, input: PolicyChangeInput) -> PolicyChangeId {
    let admin = state.as_("admin").await;
    let draft = state.plane.preview_policy_change(&admin, input).await.unwrap();
    draft.as_str().parse().unwrap()
}

async fn apply(state: &TestState, id: &PolicyChangeId) -> control_plane::Result<()> {
    state.plane.apply_policy_change(&state.as_("admin").await, id).await
}

/// Enters it, applies it, and lets the workers finish.
async fn applied(state: &TestState, input: PolicyChangeInput) -> AppliedChange {
    let id = entered(state, input).await;
    apply(state, &id).await.unwrap();
    state.settle().await;
    stored(state, &id).await
}

async fn stored(state: &TestState, id: &PolicyChangeId) -> AppliedChange {
    state.store.policy_change(id).await.unwrap().unwrap()
}

async fn page(state: &TestState, who: &str, id: &PolicyChangeId) -> AppliedChangePage {
    match state.plane.policy_change(&state.as_(who).await, id.as_str()).await.unwrap() {
        PolicyChangeView::Applied(page) => *page,
        PolicyChangeView::Preview(page) => panic!("{page:?}"),
    }
}

fn is_attached(state: &TestState, policy: &str) -> bool {
    let attached = |world: &mut sim::World| world.organization.attachments[UNIT_PROD].iter().any(|id| id == policy);
    state.running.aws.with_world(attached).unwrap()
}

fn named(state: &TestState, name: &str) -> Vec<String> {
    let ids = |world: &mut sim::World| {
        let policies = world.organization.policies.values();
        policies.filter(|policy| policy.name == name).map(|policy| policy.id.clone()).collect()
    };
    state.running.aws.with_world(ids).unwrap()
}

async fn mirrored(state: &TestState) -> Vec<String> {
    state.store.organization_node(UNIT_PROD).await.unwrap().unwrap().node.policies
}

on_both! {
    async fn a_policy_is_attached_and_the_portal_knows_it_at_once(url) {
        let state = TestState::start(&url).await;
        let id = entered(&state, attach(DENY)).await;
        apply(&state, &id).await.unwrap();
        // A second click is the first one.
        apply(&state, &id).await.unwrap();
        assert_eq!(page(&state, "auditor", &id).await.state, ChangeState::Applying);
        assert!(!is_attached(&state, DENY), "pages do not wait for AWS");
        state.settle().await;
        assert!(is_attached(&state, DENY));
        assert_eq!(state.running.aws.faults().calls("organizations:AttachPolicy"), 1);
        assert!(mirrored(&state).await.contains(&DENY.to_owned()));
        let shown = page(&state, "admin", &id).await;
        assert_eq!((shown.state, shown.problem.clone()), (ChangeState::Applied, None));
        let steps = shown.operation.unwrap().steps;
        assert!(steps.len() == 3 && steps.iter().all(|step| step.finished_at.is_some()), "{steps:?}");
        let to_auditor = page(&state, "auditor", &id).await;
        assert!(to_auditor.undo.is_none() && !to_auditor.can_retry);
        // Evaluation goes by it.
        let query = domain::view::OrganizationQuery { within: UNIT_PROD.into(), ..Default::default() };
        let matrix = state.plane.governed_actions(&state.as_("auditor").await, query).await.unwrap();
        let endpoint = matrix.rows.iter().find(|row| row.label == "Create an endpoint").unwrap();
        assert!(endpoint.cells.iter().all(|cell| cell.outlook.outlook == Outlook::Denied));
        // And the way back is a change like any other.
        let back = applied(&state, shown.undo.unwrap()).await;
        assert_eq!(back.state, ChangeState::Applied);
        assert!(!is_attached(&state, DENY) && !mirrored(&state).await.contains(&DENY.to_owned()));
        let list = state.plane.policy_changes(&state.as_("auditor").await, "").await.unwrap().rows.items;
        assert_eq!(list.iter().map(|row| row.change.as_str()).collect::<Vec<_>>(), ["detach", "attach"]);
        state.assert_sound().await;
    }

    async fn a_policy_is_created_edited_and_deleted_and_each_can_be_taken_back(url) {
        let state = TestState::start(&url).await;
        let made = applied(&state, create("no-apps")).await;
        let [id] = &named(&state, "no-apps")[..] else { panic!("one policy") };
        assert_eq!((made.state, made.made.as_deref()), (ChangeState::Applied, Some(id.as_str())));
        let edit = PolicyChangeInput {
            kind: "edit".into(),
            policy: id.clone(),
            name: "no-spaces".into(),
            content: NO_APPS.replace("CreateApp", "CreateSpace"),
            ..Default::default()
        };
        let edited = applied(&state, edit).await;
        assert_eq!(edited.state, ChangeState::Applied, "{:?}", edited.problem);
        assert!(named(&state, "no-apps").is_empty());
        let undone = applied(&state, page(&state, "admin", &edited.id).await.undo.unwrap()).await;
        assert_eq!((undone.state, named(&state, "no-apps").len()), (ChangeState::Applied, 1));
        let text = state.store.service_control_policies([id]).await.unwrap().remove(id).unwrap();
        assert!(text.says("no-apps", "", NO_APPS), "{text:?}");
        let deleted = applied(&state, page(&state, "admin", &made.id).await.undo.unwrap()).await;
        assert_eq!((deleted.change.as_str(), deleted.state), ("delete", ChangeState::Applied));
        assert!(named(&state, "no-apps").is_empty());
        assert!(state.store.service_control_policies([id]).await.unwrap().is_empty());
        let again = applied(&state, page(&state, "admin", &deleted.id).await.undo.unwrap()).await;
        assert_eq!((again.change.as_str(), named(&state, "no-apps").len()), ("create", 1));
        state.assert_sound().await;
    }

    async fn v2_3_3_a_change_survives_a_crash_at_every_step(url) {
        let mut state = TestState::start(&url).await;
        for (number, point) in POINTS.into_iter().enumerate() {
            for step in ["check", "change", "read_back"] {
                let case = format!("{point:?} of {step}");
                state.everybody_signs_in().await;
                let name = format!("no-apps-{number}-{step}");
                let id = entered(&state, create(&name)).await;
                state.crash.arm(point, step);
                apply(&state, &id).await.unwrap();
                state.settle().await;
                assert!(!state.crash.is_armed(), "{case}");
                state.restart().await;
                state.settle().await;
                let it = stored(&state, &id).await;
                assert_eq!((it.state, it.problem.clone()), (ChangeState::Applied, None), "{case}");
                let policies = named(&state, &name);
                assert_eq!(policies.iter().map(String::as_str).collect::<Vec<_>>(), it.made.as_deref().into_iter().collect::<Vec<_>>(), "{case}");
            }
        }
        state.assert_sound().await;
    }

    async fn an_answer_that_is_lost_makes_no_second_policy(url) {
        let state = TestState::start(&url).await;
        for (call, input) in [("organizations:CreatePolicy", create("no-apps")), ("organizations:AttachPolicy", attach(DENY))] {
            state.running.aws.faults().next(call, FaultKind::ResponseLost, 1);
            let it = applied(&state, input).await;
            assert_eq!(it.state, ChangeState::Applied, "{call}: {:?}", it.problem);
        }
        assert_eq!(named(&state, "no-apps").len(), 1);
        assert!(is_attached(&state, DENY));
        state.assert_sound().await;
    }

    async fn throttling_is_waited_out_and_a_refusal_is_told_and_tried_again(url) {
        let state = TestState::start(&url).await;
        state.running.aws.faults().next("organizations:AttachPolicy", FaultKind::Throttle, 5);
        assert_eq!(applied(&state, attach(DENY)).await.state, ChangeState::Applied);
        let refusal = FaultKind::Error {
            code: "AccessDeniedException".into(),
            status: 400,
            message: "no identity-based policy allows it".into(),
        };
        state.running.aws.faults().next("organizations:CreatePolicy", refusal, 1);
        let failed = applied(&state, create("no-apps")).await;
        assert_eq!(failed.state, ChangeState::Failed);
        assert!(failed.problem.unwrap().why.contains("no identity-based policy allows it"));
        assert!(page(&state, "admin", &failed.id).await.can_retry);
        // From a page that was left open: it is not said to be under way.
        assert!(matches!(apply(&state, &failed.id).await, Err(Error::Conflict(_))));
        let denied = state.plane.retry_policy_change(&state.as_("auditor").await, &failed.id).await;
        assert!(matches!(denied, Err(Error::Denied { .. })));
        let admin = state.as_("admin").await;
        state.plane.retry_policy_change(&admin, &failed.id).await.unwrap();
        state.plane.retry_policy_change(&admin, &failed.id).await.unwrap();
        state.settle().await;
        let it = stored(&state, &failed.id).await;
        assert_eq!((it.state, it.problem), (ChangeState::Applied, None));
        assert_eq!(named(&state, "no-apps").len(), 1);
        state.assert_sound().await;
    }

    async fn what_was_changed_behind_the_portals_back_stops_the_change(url) {
        let state = TestState::start(&url).await;
        let edit = PolicyChangeInput {
            kind: "edit".into(),
            policy: DENY.into(),
            name: "deny-sagemaker-endpoints".into(),
            content: NO_APPS.into(),
            ..Default::default()
        };
        let id = entered(&state, edit).await;
        // The mirror does not know.
        let theirs = NO_APPS.replace("NoApps", "Theirs");
        let change = |world: &mut sim::World| world.organization.policies.get_mut(DENY).unwrap().content = theirs.clone();
        state.running.aws.with_world(change).unwrap();
        apply(&state, &id).await.unwrap();
        state.settle().await;
        let it = stored(&state, &id).await;
        assert_eq!(it.state, ChangeState::Failed);
        assert_eq!(it.problem.unwrap().why, "The document of deny-sagemaker-endpoints is another.");
        let left = |world: &mut sim::World| world.organization.policies[DENY].content.clone();
        assert_eq!(state.running.aws.with_world(left).unwrap(), theirs, "nothing of theirs is lost");
        // Known to the mirror, it is refused before any operation.
        state.plane.mirror_now().await.unwrap();
        let moved = entered(&state, attach(DENY)).await;
        let attach_theirs = |world: &mut sim::World| {
            world.organization.attachments.get_mut(UNIT_PROD).unwrap().push(DENY.into());
        };
        state.running.aws.with_world(attach_theirs).unwrap();
        state.plane.mirror_now().await.unwrap();
        assert!(matches!(apply(&state, &moved).await, Err(Error::Stale { .. })));
        assert!(state.store.policy_change(&moved).await.unwrap().is_none());
    }

    async fn what_is_changed_while_aws_is_busy_stops_the_change_too(url) {
        let state = TestState::start(&url).await;
        let edit = PolicyChangeInput {
            kind: "edit".into(),
            policy: DENY.into(),
            name: "deny-sagemaker-endpoints".into(),
            content: NO_APPS.into(),
            ..Default::default()
        };
        let id = entered(&state, edit).await;
        state.running.aws.faults().next("organizations:UpdatePolicy", FaultKind::Throttle, 1);
        apply(&state, &id).await.unwrap();
        assert!(!state.run(1).await, "it waits for the next try");
        assert_eq!(state.running.aws.faults().calls("organizations:UpdatePolicy"), 1);
        let theirs = NO_APPS.replace("NoApps", "Theirs");
        let change = |world: &mut sim::World| world.organization.policies.get_mut(DENY).unwrap().content = theirs.clone();
        state.running.aws.with_world(change).unwrap();
        state.settle().await;
        assert_eq!(stored(&state, &id).await.state, ChangeState::Failed);
        let left = |world: &mut sim::World| world.organization.policies[DENY].content.clone();
        assert_eq!(state.running.aws.with_world(left).unwrap(), theirs, "nothing of theirs is written over");
        assert_eq!(state.running.aws.faults().calls("organizations:UpdatePolicy"), 1);
        state.assert_sound().await;
    }

    async fn what_is_so_already_is_done_without_a_call(url) {
        let state = TestState::start(&url).await;
        let id = entered(&state, attach(DENY)).await;
        let attach_theirs = |world: &mut sim::World| {
            world.organization.attachments.get_mut(UNIT_PROD).unwrap().push(DENY.into());
        };
        state.running.aws.with_world(attach_theirs).unwrap();
        apply(&state, &id).await.unwrap();
        state.settle().await;
        assert_eq!(stored(&state, &id).await.state, ChangeState::Applied);
        assert_eq!(state.running.aws.faults().calls("organizations:AttachPolicy"), 0);
        assert!(mirrored(&state).await.contains(&DENY.to_owned()));
    }

    async fn there_is_one_change_at_a_time(url) {
        let state = TestState::start(&url).await;
        let (first, second) = (entered(&state, create("first")).await, entered(&state, create("second")).await);
        apply(&state, &first).await.unwrap();
        let PolicyChangeView::Preview(preview) =
            state.plane.policy_change(&state.as_("admin").await, second.as_str()).await.unwrap()
        else {
            panic!("it is not applied yet")
        };
        assert_eq!(preview.under_way, Some(first));
        assert!(matches!(apply(&state, &second).await, Err(Error::Conflict(_))));
        state.settle().await;
        apply(&state, &second).await.unwrap();
        state.settle().await;
        assert_eq!((named(&state, "first").len(), named(&state, "second").len()), (1, 1));
        state.assert_sound().await;
    }

    async fn only_admins_apply_their_own_and_only_while_they_are(url) {
        let state = TestState::start(&url).await;
        let id = entered(&state, attach(DENY)).await;
        for who in ["fraud-scientist", "fraud-lead", "auditor", "newcomer"] {
            let caller = state.as_(who).await;
            let denied = state.plane.apply_policy_change(&caller, &id).await;
            assert!(matches!(denied, Err(Error::Denied { .. })), "{who}");
        }
        state.sign_in("second-admin", &["platform-admins"]).await;
        let other = state.plane.apply_policy_change(&state.as_("second-admin").await, &id).await;
        assert!(matches!(other, Err(Error::NotFound { .. })), "a draft is its author's: {other:?}");
        apply(&state, &id).await.unwrap();
        // Before the worker comes to it, the admin is none any more.
        state.sign_in("admin", &[]).await;
        state.settle().await;
        let it = stored(&state, &id).await;
        assert_eq!(it.state, ChangeState::Failed);
        assert!(it.problem.unwrap().what.contains("may no longer change service control policies"));
        assert!(!is_attached(&state, DENY));
    }

    async fn a_change_of_somebody_who_stays_away_makes_room_for_others(url) {
        let state = TestState::start(&url).await;
        let id = entered(&state, attach(DENY)).await;
        apply(&state, &id).await.unwrap();
        state.pass(TimeDelta::hours(13));
        state.settle().await;
        let it = stored(&state, &id).await;
        assert_eq!(it.state, ChangeState::Failed);
        assert!(it.problem.unwrap().what.contains("has not signed in"));
        assert!(!is_attached(&state, DENY));
        // Somebody else does.
        state.sign_in("second-admin", &["platform-admins"]).await;
        state.plane.retry_policy_change(&state.as_("second-admin").await, &id).await.unwrap();
        state.settle().await;
        assert_eq!(stored(&state, &id).await.state, ChangeState::Applied);
        assert!(is_attached(&state, DENY));
    }
}
