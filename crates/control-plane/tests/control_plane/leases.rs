//! Every environment has an end: it is put off within the limit, held by a lead, and comes.

use crate::common::TestState;
use chrono::{DateTime, TimeDelta, Utc};
use control_plane::Error;
use domain::environment::EnvironmentState;
use domain::id::EnvironmentId;
use domain::lease::{Extension, LeaseStanding};
use domain::request::{Decision, RequestState};
use domain::view::{DecisionInput, EnvironmentPage, ExtensionInput, HoldInput, TerminateInput};
use sim::FaultKind;

const DEV: &str = "601000000002";

async fn page(state: &TestState, who: &str, id: &EnvironmentId) -> EnvironmentPage {
    state.plane.environment(&state.as_(who).await, id, None).await.unwrap()
}

async fn extend(state: &TestState, who: &str, id: &EnvironmentId) -> control_plane::Result<()> {
    let ends = state.environment(id).await.lease_ends_at.timestamp_millis().to_string();
    state.plane.extend_lease(&state.as_(who).await, id, &ends).await
}

async fn hold(state: &TestState, who: &str, id: &EnvironmentId, until: &str) -> control_plane::Result<()> {
    let input = HoldInput { hold_reason: "An audit looks at it.".into(), hold_until: until.into() };
    state.plane.hold_environment(&state.as_(who).await, id, input).await
}

/// The moment, and everybody signs in again.
async fn be_at(state: &TestState, at: DateTime<Utc>) {
    state.pass(at - state.plane.now());
    state.everybody_signs_in().await;
}

fn rule(result: control_plane::Result<impl std::fmt::Debug>) -> String {
    match result {
        Err(Error::Denied { rule, .. }) => rule,
        other => panic!("not refused by a rule: {other:?}"),
    }
}

on_both! {
    async fn an_environment_that_nobody_wants_any_more_is_taken_down(url) {
        let state = TestState::start(&url).await;
        let id = state.available("short").await.id;
        let ends_at = state.environment(&id).await.lease_ends_at;
        be_at(&state, ends_at - TimeDelta::days(6)).await;
        assert_eq!(page(&state, "fraud-scientist", &id).await.lease.standing, LeaseStanding::EndsSoon);
        be_at(&state, ends_at).await;
        let terminates_at = ends_at + TimeDelta::days(7);
        assert_eq!(page(&state, "fraud-scientist", &id).await.lease.standing, LeaseStanding::Ended { terminates_at });
        let scientist = state.as_("fraud-scientist").await;
        let opened = state.plane.launch_environment(&scientist, &id).await.map(|_| ());
        assert_eq!(rule(opened), "what-is-past-its-lease-is-not-opened");
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Available, "the grace period");
        // Whoever owned it may be long gone: the portal needs nobody's sign-in.
        state.pass(terminates_at - state.plane.now());
        state.settle().await;
        let it = state.environment(&id).await;
        assert_eq!((it.state, it.problem), (EnvironmentState::Terminated, None));
        assert!(state.provisioned(DEV).is_empty());
        let told = state.told(&id, "terminate_environment", "because").await;
        assert_eq!(told, ["the lease is over"]);
        state.everybody_signs_in().await;
        assert_eq!(page(&state, "fraud-scientist", &id).await.termination.unwrap().0, "the portal");
        state.assert_sound().await;
    }

    async fn a_lease_is_extended_once_a_click_and_up_to_the_limit(url) {
        let state = TestState::start(&url).await;
        let id = state.available("longer").await.id;
        let it = state.environment(&id).await;
        assert_eq!(it.lease_ends_at, it.created_at + TimeDelta::days(30));
        be_at(&state, it.created_at + TimeDelta::days(20)).await;
        for who in ["churn-scientist", "churn-lead", "admin", "auditor", "newcomer"] {
            assert!(matches!(extend(&state, who, &id).await, Err(Error::Denied { .. })), "{who}");
        }
        let ends = it.lease_ends_at.timestamp_millis().to_string();
        let scientist = state.as_("fraud-scientist").await;
        // A second click is the first one.
        for _ in 0..2 {
            state.plane.extend_lease(&scientist, &id, &ends).await.unwrap();
        }
        let extended = state.environment(&id).await.lease_ends_at;
        assert_eq!(extended, state.plane.now() + TimeDelta::days(30));
        let limit = it.created_at + TimeDelta::days(90);
        be_at(&state, it.created_at + TimeDelta::days(49)).await;
        extend(&state, "fraud-lead", &id).await.unwrap();
        be_at(&state, it.created_at + TimeDelta::days(78)).await;
        extend(&state, "fraud-scientist", &id).await.unwrap();
        assert_eq!(state.environment(&id).await.lease_ends_at, limit);
        assert_eq!(page(&state, "fraud-scientist", &id).await.lease.extension, Extension::AtLimit);
        assert!(matches!(extend(&state, "fraud-scientist", &id).await, Err(Error::Conflict(_))));
        assert_eq!(state.told(&id, "extend_lease", "to").await.len(), 3);
    }

    async fn an_extension_in_the_grace_period_opens_it_again(url) {
        let state = TestState::start(&url).await;
        let id = state.available("late").await.id;
        let ends_at = state.environment(&id).await.lease_ends_at;
        be_at(&state, ends_at + TimeDelta::days(6)).await;
        extend(&state, "fraud-scientist", &id).await.unwrap();
        be_at(&state, ends_at + TimeDelta::days(8)).await;
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Available);
        state.plane.launch_environment(&state.as_("fraud-scientist").await, &id).await.unwrap();
    }

    async fn what_a_lead_holds_stays_until_the_day(url) {
        let state = TestState::start(&url).await;
        let id = state.available("held").await.id;
        let ends_at = state.environment(&id).await.lease_ends_at;
        assert_eq!(rule(hold(&state, "fraud-scientist", &id, "2026-06-30").await), "leads-and-admins-hold-environments");
        for (until, field) in [("2026-01-01", "hold_until"), ("2030-01-01", "hold_until"), ("soon", "hold_until")] {
            match hold(&state, "fraud-lead", &id, until).await {
                Err(Error::Invalid(errors)) => assert_eq!(errors[0].field, field, "{until}"),
                other => panic!("{until}: {other:?}"),
            }
        }
        hold(&state, "fraud-lead", &id, "2026-06-30").await.unwrap();
        let shown = page(&state, "fraud-scientist", &id).await.lease.hold.unwrap();
        assert_eq!((shown.by.as_str(), shown.reason.as_str()), ("fraud-lead", "An audit looks at it."));
        // Whoever may not see it learns nothing of how it is.
        let input = TerminateInput { confirm: "held".into(), version: "1".into(), ..TerminateInput::default() };
        for (who, told) in [("churn-lead", false), ("fraud-scientist", true)] {
            let refused = state.plane.terminate_environment(&state.as_(who).await, &id, input.clone()).await;
            let Err(Error::Denied { says, .. }) = refused else { panic!("{who}: {refused:?}") };
            assert_eq!(says.contains("holds this environment"), told, "{who}: {says}");
        }
        be_at(&state, ends_at + TimeDelta::days(30)).await;
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Available);
        let opened = state.plane.launch_environment(&state.as_("fraud-scientist").await, &id).await.map(|_| ());
        assert_eq!(rule(opened), "what-is-past-its-lease-is-not-opened", "a hold keeps, and opens nothing");
        state.plane.release_environment(&state.as_("admin").await, &id).await.unwrap();
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Terminated);
        assert!(matches!(hold(&state, "fraud-lead", &id, "2026-12-31").await, Err(Error::Conflict(_))));
        state.assert_sound().await;
    }

    async fn a_termination_that_fails_is_tried_again_the_next_day(url) {
        let state = TestState::start(&url).await;
        let id = state.available("stuck").await.id;
        let ends_at = state.environment(&id).await.lease_ends_at;
        let refusal = FaultKind::Error { code: "AccessDeniedException".into(), status: 400, message: "no".into() };
        state.running.aws.faults().next("servicecatalog:TerminateProvisionedProduct", refusal, 1);
        state.pass(ends_at + TimeDelta::days(7) - state.plane.now());
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Error);
        state.pass(TimeDelta::hours(23));
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Error, "not at once");
        state.pass(TimeDelta::hours(2));
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Terminated);
        state.assert_sound().await;
    }

    async fn v2_3_2_more_time_than_the_limit_is_asked_for_and_decided(url) {
        let state = TestState::start(&url).await;
        let it = state.available("beyond").await;
        let id = it.id.clone();
        let ask = async |who: &str, days: &str| {
            let input = ExtensionInput { extension_days: days.into(), extension_reason: "One more run".into() };
            state.plane.request_extension(&state.as_(who).await, &id, input).await
        };
        for who in ["churn-scientist", "churn-lead", "admin", "auditor", "newcomer"] {
            assert!(matches!(ask(who, "200").await, Err(Error::Denied { .. })), "{who}");
        }
        for days in ["0", "366", "many", ""] {
            let refused = ask("fraud-scientist", days).await;
            assert!(matches!(refused, Err(Error::Invalid(ref errors)) if errors[0].field == "extension_days"), "{refused:?}");
        }
        assert_eq!(page(&state, "fraud-scientist", &id).await.lease.beyond, "a team lead");
        let request = ask("fraud-scientist", "200").await.unwrap();
        assert_eq!(ask("fraud-scientist", "200").await.unwrap(), request, "a second click");
        assert!(matches!(ask("fraud-scientist", "100").await, Err(Error::Conflict(_))), "one at a time");
        assert_eq!(state.environment(&id).await.lease_ends_at, it.lease_ends_at, "nobody decided yet");
        let seen = state.plane.request(&state.as_("fraud-lead").await, &request, None).await.unwrap();
        let extension = seen.extension.unwrap();
        assert_eq!((extension.ends_at, extension.would_end_at), (it.lease_ends_at, state.plane.now() + TimeDelta::days(200)));
        be_at(&state, state.plane.now() + TimeDelta::days(1)).await;
        let input = DecisionInput { decision: "approve".into(), comment: String::new(), version: "1".into() };
        let decided = state.plane.decide_request(&state.as_("fraud-lead").await, &request, input).await.unwrap();
        assert_eq!(decided, domain::request::Decided::Approved);
        let after = state.environment(&id).await;
        assert_eq!(after.lease_ends_at, state.plane.now() + TimeDelta::days(200));
        assert_eq!(state.told(&id, "extend_lease", "request").await, [request.to_string()]);
        // Nothing else of it changed, and nothing was made.
        state.settle().await;
        assert_eq!((state.provisioned(DEV), state.environment(&id).await.state), (vec!["beyond".to_owned()], EnvironmentState::Available));
        // What ends is extended no more.
        let second = ask("fraud-lead", "300").await.unwrap();
        state.terminate("fraud-scientist", &id).await;
        let input = DecisionInput { decision: "approve".into(), comment: String::new(), version: "1".into() };
        state.sign_in("second-lead", &["fraud-detection-leads"]).await;
        let late = state.plane.decide_request(&state.as_("second-lead").await, &second, input).await;
        assert!(matches!(late, Err(Error::Conflict(ref problem)) if problem.what.contains("nothing left")), "{late:?}");
        state.settle().await;
        // What came of it is told, and nobody is asked any more.
        let closed = state.store.request(&second).await.unwrap().unwrap();
        assert_eq!((closed.state, closed.decision), (RequestState::Closed, Some(Decision::Void)));
        assert_eq!(state.plane.request(&state.as_("fraud-lead").await, &second, None).await.unwrap().timeline.last().unwrap().what, "Closed, because the environment is terminated");
        let inbox = state.plane.inbox(&state.as_("fraud-lead").await, "").await.unwrap();
        assert!(inbox.rows.items.iter().any(|row| row.notice.title == "The request for more time for beyond was closed"), "{:?}", inbox.rows.items);
        state.assert_sound().await;
    }
}
