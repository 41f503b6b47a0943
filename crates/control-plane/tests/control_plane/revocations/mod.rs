//! Cutting people and environments off, and giving it back: whose decision it is, what holds in the portal and in AWS, and
//! that a failed call, a lost answer or the death of a worker leaves nothing half done for good.

mod crashes;

use crate::common::TestState;
use control_plane::{CrashPoint, Error};
use domain::action::Action;
use domain::environment::{EnvironmentState, LaunchTarget};
use domain::id::{EnvironmentId, RevocationId};
use domain::revocation::{Part, Revocation, RevocationState};
use domain::view::{RevokeInput, RevokeQuery};
use sim::FaultKind;

const DEV: &str = "601000000002";
const STUDIO: &str = "Studio environment";
const POINTS: [CrashPoint; 3] = [CrashPoint::BeforeAct, CrashPoint::AfterAct, CrashPoint::AfterSave];

/// An environment of the scientist with a Studio domain and an execution role of its own.
async fn with_own_role(state: &TestState, name: &str) -> EnvironmentId {
    let request = state.submit("fraud-scientist", STUDIO, name).await;
    let id = state.approve("fraud-lead", &request).await;
    state.settle().await;
    assert_eq!(state.environment(&id).await.state, EnvironmentState::Available);
    id
}

async fn revoke(
    state: &TestState,
    who: &str,
    environment: &EnvironmentId,
    reach: &str,
) -> control_plane::Result<RevocationId> {
    let input = RevokeInput {
        environment: environment.to_string(),
        reach: reach.into(),
        reason: "A laptop was stolen.".into(),
        ..RevokeInput::default()
    };
    state.plane.revoke_access(&state.as_(who).await, input).await
}

async fn restore(state: &TestState, who: &str, id: &RevocationId) -> control_plane::Result<()> {
    let version = revocation(state, id).await.version.to_string();
    state.plane.restore_access(&state.as_(who).await, id, &version).await
}

async fn revocation(state: &TestState, id: &RevocationId) -> Revocation {
    state.store.revocation(id).await.unwrap().unwrap()
}

/// Names of the deny policies that are on roles of the account, by role.
fn denied(state: &TestState) -> Vec<(String, String)> {
    state
        .running
        .aws
        .with_world(|world| {
            let roles = world.accounts[&DEV.parse().unwrap()].roles.values();
            let mut found: Vec<(String, String)> = roles
                .flat_map(|role| role.policies.keys().map(|policy| (role.name.clone(), policy.clone())))
                .filter(|(_, policy)| policy.starts_with("StudiogateRevoked-"))
                .collect();
            found.sort();
            found
        })
        .unwrap()
}

fn live_apps(state: &TestState) -> usize {
    let account = DEV.parse().unwrap();
    state
        .running
        .aws
        .with_world(|world| {
            let apps = world.sagemaker(&account, sim::seed::REGION).apps.values();
            apps.filter(|app| app.status != "Deleted").count()
        })
        .unwrap()
}

async fn run_app(state: &TestState, id: &EnvironmentId) {
    let Some(LaunchTarget::Studio { domain_id, user_profile_name }) = state.environment(id).await.launch_target else {
        panic!("no Studio");
    };
    state.start_app(DEV, &domain_id, &user_profile_name, "default");
    assert_eq!(live_apps(state), 1);
}

async fn may_open(state: &TestState, id: &EnvironmentId) -> control_plane::Result<()> {
    let caller = state.as_("fraud-scientist").await;
    state.plane.launch_environment(&caller, id).await.map(|_| ())
}

fn rule(result: control_plane::Result<impl std::fmt::Debug>) -> String {
    match result {
        Err(Error::Denied { rule, .. }) => rule,
        other => panic!("not refused by a rule: {other:?}"),
    }
}

on_both! {
    async fn v8_2_2_a_lead_learns_nothing_of_people_of_other_projects(url) {
        let state = TestState::start(&url).await;
        let cut = async |by: &str, whom: &str, reach: &str| {
            let person = state.as_(whom).await.actor.person.studio_user_id().to_string();
            let input = RevokeInput { person, reach: reach.into(), reason: "Who is it?".into(), ..RevokeInput::default() };
            state.plane.revoke_access(&state.as_(by).await, input).await
        };
        let lead = cut("churn-lead", "fraud-scientist", "project:churn-prediction").await.unwrap_err();
        assert!(matches!(lead, Error::NotFound { .. }), "{lead:?}");
        let admin = cut("admin", "fraud-scientist", "project:churn-prediction").await.unwrap_err();
        assert!(matches!(admin, Error::Invalid(_)), "{admin:?}");
        cut("churn-lead", "churn-scientist", "project:churn-prediction").await.unwrap();
    }

    async fn a_person_is_cut_off_everywhere_and_let_in_again(url) {
        let state = TestState::start(&url).await;
        let id = with_own_role(&state, "stolen").await;
        run_app(&state, &id).await;
        may_open(&state, &id).await.unwrap();
        let made = revoke(&state, "admin", &id, "everything").await.unwrap();
        // The portal refuses from the moment of the click.
        assert_eq!(rule(may_open(&state, &id).await), "who-is-cut-off-does-nothing");
        let cut_off = state.as_("fraud-scientist").await;
        assert!(!cut_off.actor.has_any_role());
        assert_eq!(rule(state.plane.environment(&cut_off, &id, None).await), "who-is-cut-off-does-nothing");
        assert_eq!(rule(state.plane.profile(&cut_off).await), "who-is-cut-off-does-nothing");
        state.settle().await;
        let it = revocation(&state, &made).await;
        assert_eq!((it.state, it.problem.clone()), (RevocationState::Revoked, None), "{it:?}");
        assert_eq!(denied(&state).len(), 2, "on the launcher and on the execution role: {:?}", denied(&state));
        assert_eq!(live_apps(&state), 0);
        // A second click makes no second one.
        assert_eq!(revoke(&state, "admin", &id, "everything").await.unwrap(), made);
        restore(&state, "admin", &made).await.unwrap();
        assert_eq!(rule(may_open(&state, &id).await), "who-is-cut-off-does-nothing", "until AWS is told");
        state.settle().await;
        assert_eq!(revocation(&state, &made).await.state, RevocationState::Restored);
        assert_eq!(denied(&state), []);
        may_open(&state, &id).await.unwrap();
        state.assert_sound().await;
    }

    async fn a_termination_that_fails_leaves_nothing_let_loose(url) {
        let state = TestState::start(&url).await;
        let id = with_own_role(&state, "stays-shut").await;
        let made = revoke(&state, "fraud-lead", &id, "environment").await.unwrap();
        state.settle().await;
        let before = denied(&state);
        assert_eq!(before.len(), 2);
        let refusal = FaultKind::Error { code: "InvalidParametersException".into(), status: 400, message: "no".into() };
        state.running.aws.faults().next("servicecatalog:TerminateProvisionedProduct", refusal, 1);
        state.terminate("fraud-lead", &id).await;
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Error);
        assert_eq!(denied(&state), before, "the role is denied again");
        let it = revocation(&state, &made).await;
        assert_eq!((it.state, it.problem), (RevocationState::Revoked, None));
        // Tried again, it goes, and giving back leaves nothing behind.
        state.terminate("fraud-lead", &id).await;
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Terminated);
        restore(&state, "fraud-lead", &made).await.unwrap();
        state.settle().await;
        assert_eq!(denied(&state), []);
        state.assert_sound().await;
    }

    async fn what_comes_up_after_the_cut_is_cut_off_too(url) {
        let state = TestState::start(&url).await;
        let request = state.submit("fraud-scientist", STUDIO, "comes-up").await;
        let id = state.approve("fraud-lead", &request).await;
        let made = revoke(&state, "fraud-lead", &id, "environment").await.unwrap();
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Available);
        let it = revocation(&state, &made).await;
        assert_eq!(it.state, RevocationState::Revoked, "{it:?}");
        assert_eq!(denied(&state).len(), 2, "on the launcher and on the execution role: {:?}", denied(&state));
        restore(&state, "fraud-lead", &made).await.unwrap();
        state.settle().await;
        assert_eq!(denied(&state), []);
        state.assert_sound().await;
    }

    async fn a_lead_reaches_as_far_as_the_project(url) {
        let state = TestState::start(&url).await;
        let id = state.approved("shared").await;
        state.settle().await;
        assert_eq!(rule(revoke(&state, "churn-lead", &id, "environment").await), "leads-and-admins-revoke-access");
        assert_eq!(rule(revoke(&state, "fraud-scientist", &id, "environment").await), "nobody-revokes-or-restores-their-own-access");
        assert_eq!(rule(revoke(&state, "auditor", &id, "environment").await), "auditors-change-nothing");
        assert_eq!(rule(revoke(&state, "fraud-lead", &id, "everything").await), "leads-and-admins-revoke-access");
        let lead = state.as_("fraud-lead").await;
        let query = RevokeQuery { environment: id.to_string(), ..RevokeQuery::default() };
        let form = state.plane.revoke_form(&lead, query.clone()).await.unwrap();
        let offered: Vec<&str> = form.reaches.iter().map(|reach| reach.value.as_str()).collect();
        assert_eq!(offered, ["environment", "project:fraud-detection"]);
        let admins = state.plane.revoke_form(&state.as_("admin").await, query).await.unwrap();
        assert_eq!(admins.reaches.last().unwrap().value, "everything");
        let waits = state.submit("fraud-scientist", "Studio environment", "waits").await;
        let made = revoke(&state, "fraud-lead", &id, "project:fraud-detection").await.unwrap();
        assert_eq!(rule(may_open(&state, &id).await), "what-is-revoked-stays-shut");
        let owner = state.as_("fraud-scientist").await;
        assert!(owner.actor.memberships.is_empty());
        let page = state.plane.environment(&owner, &id, None).await.unwrap();
        assert_eq!(page.revoked, Some(vec![]), "the owner sees that it is, and not why");
        assert!(!page.allowed.has(Action::TerminateEnvironment) && !page.allowed.has(Action::LaunchEnvironment));
        let nothing = "owners-do-nothing-with-what-is-revoked";
        assert_eq!(rule(state.plane.stop_running(&owner, &id, "all").await), nothing);
        let withdrawn = state.plane.withdraw_request(&owner, &waits, 1).await;
        assert_eq!(rule(withdrawn), "who-is-cut-off-in-a-project-changes-no-request-there");
        assert_eq!(rule(state.plane.revocation(&owner, &made).await), "leads-and-platform-see-revocations");
        assert_eq!(rule(state.plane.revocation(&state.as_("churn-lead").await, &made).await), "leads-and-platform-see-revocations");
        assert_eq!(state.plane.revocations(&state.as_("churn-lead").await, "").await.unwrap().rows.items, []);
        assert_eq!(state.plane.revocations(&state.as_("auditor").await, "").await.unwrap().rows.items.len(), 1);
        state.settle().await;
        let it = revocation(&state, &made).await;
        assert_eq!(it.state, RevocationState::Revoked, "{it:?}");
        // The shared execution role is denied to this person alone.
        assert!(!it.targets[0].execution_role.as_ref().unwrap().own);
        restore(&state, "fraud-lead", &made).await.unwrap();
        state.settle().await;
        assert_eq!(denied(&state), []);
        // What an admin did, a lead does not lift.
        let made = revoke(&state, "admin", &id, "environment").await.unwrap();
        state.settle().await;
        assert_eq!(rule(restore(&state, "fraud-lead", &made).await), "leads-and-admins-restore-access");
        restore(&state, "admin", &made).await.unwrap();
        state.settle().await;
        state.assert_sound().await;
    }

    async fn one_revocation_is_lifted_without_another(url) {
        let state = TestState::start(&url).await;
        let id = with_own_role(&state, "twice").await;
        let one = revoke(&state, "fraud-lead", &id, "environment").await.unwrap();
        let all = revoke(&state, "admin", &id, "everything").await.unwrap();
        state.settle().await;
        assert_eq!(denied(&state).len(), 4);
        restore(&state, "admin", &all).await.unwrap();
        state.settle().await;
        assert_eq!(denied(&state).len(), 2);
        assert_eq!(rule(may_open(&state, &id).await), "what-is-revoked-stays-shut");
        restore(&state, "fraud-lead", &one).await.unwrap();
        state.settle().await;
        may_open(&state, &id).await.unwrap();
        state.assert_sound().await;
    }

    async fn what_a_lead_revoked_does_not_stand_in_for_what_an_admin_revokes(url) {
        let state = TestState::start(&url).await;
        let id = with_own_role(&state, "twofold").await;
        let leads = revoke(&state, "fraud-lead", &id, "environment").await.unwrap();
        let admins = revoke(&state, "admin", &id, "environment").await.unwrap();
        assert_ne!(leads, admins, "a lead could lift it");
        // For what a lead revokes, either does.
        let again = revoke(&state, "fraud-lead", &id, "environment").await.unwrap();
        assert!([&leads, &admins].contains(&&again), "{again}");
        state.settle().await;
        restore(&state, "fraud-lead", &leads).await.unwrap();
        state.settle().await;
        assert_eq!(denied(&state).len(), 2);
        assert_eq!(rule(may_open(&state, &id).await), "what-is-revoked-stays-shut");
        assert_eq!(rule(restore(&state, "fraud-lead", &admins).await), "leads-and-admins-restore-access");
        restore(&state, "admin", &admins).await.unwrap();
        state.settle().await;
        may_open(&state, &id).await.unwrap();
        state.assert_sound().await;
    }

    async fn of_two_who_cut_each_other_off_one_is_left(url) {
        let state = TestState::start(&url).await;
        state.sign_in("other-admin", &["platform-admins"]).await;
        let (admin, other) = (state.as_("admin").await, state.as_("other-admin").await);
        let everything_of = |whom: &control_plane::Caller| RevokeInput {
            person: whom.actor.person.studio_user_id().to_string(),
            reach: "everything".into(),
            reason: "They began.".into(),
            ..RevokeInput::default()
        };
        state.plane.revoke_access(&admin, everything_of(&other)).await.unwrap();
        // What the other one was allowed to do when their click came in.
        assert_eq!(rule(state.plane.revoke_access(&other, everything_of(&admin)).await), "who-is-cut-off-does-nothing");
        assert!(state.as_("admin").await.actor.is_admin());
    }

    async fn a_list_names_what_was_just_revoked(url) {
        let state = TestState::start(&url).await;
        let id = with_own_role(&state, "just-now").await;
        revoke(&state, "fraud-lead", &id, "environment").await.unwrap();
        let list = state.plane.revocations(&state.as_("fraud-lead").await, "").await.unwrap();
        assert_eq!(list.rows.items[0].reach, "the environment just-now");
    }

    async fn what_is_revoked_can_be_taken_down(url) {
        let state = TestState::start(&url).await;
        let id = with_own_role(&state, "taken-down").await;
        let made = revoke(&state, "fraud-lead", &id, "environment").await.unwrap();
        state.settle().await;
        state.terminate("fraud-lead", &id).await;
        state.settle().await;
        let it = state.environment(&id).await;
        assert_eq!(it.state, EnvironmentState::Terminated, "{:?}", it.problem);
        restore(&state, "fraud-lead", &made).await.unwrap();
        state.settle().await;
        assert_eq!(revocation(&state, &made).await.state, RevocationState::Restored);
        assert_eq!(denied(&state), []);
        state.assert_sound().await;
    }

    async fn bad_input_is_said_at_its_field(url) {
        let state = TestState::start(&url).await;
        let id = state.approved("typed").await;
        let lead = state.as_("fraud-lead").await;
        for (reach, reason, field) in [("", "why", "reach"), ("nonsense", "why", "reach"), ("environment", " ", "reason")] {
            let input = RevokeInput {
                environment: id.to_string(),
                reach: reach.into(),
                reason: reason.into(),
                ..RevokeInput::default()
            };
            match state.plane.revoke_access(&lead, input).await {
                Err(Error::Invalid(mistakes)) => assert_eq!(mistakes[0].field, field),
                other => panic!("{reach:?}, {reason:?}: {other:?}"),
            }
        }
        let input = RevokeInput { person: "nobody".into(), reach: "everything".into(), ..RevokeInput::default() };
        assert!(matches!(state.plane.revoke_access(&lead, input).await, Err(Error::NotFound { .. })));
    }
}
