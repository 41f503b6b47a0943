//! People leave: what they have is told to their leads and marked, what they may no longer ask for is closed, and nobody goes on
//! deciding in their place.

use crate::common::TestState;
use chrono::TimeDelta;
use control_plane::Error;
use domain::id::RequestId;
use domain::notification::Topic;
use domain::request::{Decision, RequestState};
use domain::view::{DecisionInput, DelegationInput, EnvironmentRow, EnvironmentsQuery, TeamQuery, TransferInput};

const WHO: &str = "fraud-scientist";
const LEAD: &str = "fraud-lead";
const PRODUCT: &str = "Studio user profile";

/// The titles and texts that a lead was told of people who left.
async fn told(state: &TestState, who: &str) -> Vec<(String, String)> {
    let inbox = state.plane.inbox(&state.as_(who).await, "").await.unwrap().rows.items;
    let of_leavers = inbox.into_iter().filter(|row| row.notice.topic == Topic::PersonLeft);
    of_leavers.map(|row| (row.notice.title, row.notice.text)).collect()
}

/// The list as a lead filters it by owners who left.
async fn left(state: &TestState) -> Vec<EnvironmentRow> {
    let query = EnvironmentsQuery { attention: "owner_left".into(), ..EnvironmentsQuery::default() };
    state.plane.environments(&state.as_(LEAD).await, query).await.unwrap().rows.items
}

async fn decide(state: &TestState, id: &RequestId, decision: &str) -> control_plane::Result<()> {
    let input = DecisionInput { decision: decision.into(), comment: "They left.".into(), version: "1".into() };
    state.plane.decide_request(&state.as_(LEAD).await, id, input).await.map(drop)
}

async fn request_state(state: &TestState, id: &RequestId) -> RequestState {
    state.store.request(id).await.unwrap().unwrap().state
}

/// Sweeps and tells; keeps the others here.
async fn later(state: &TestState, by: TimeDelta) {
    state.pass(by);
    for who in [(LEAD, "fraud-detection-leads"), ("admin", "platform-admins"), ("churn-lead", "churn-prediction-leads")]
    {
        state.sign_in(who.0, &[who.1]).await;
    }
    for _ in 0..2 {
        state.settle().await;
    }
}

on_both! {
    async fn what_somebody_leaves_is_told_once_marked_and_forgotten_when_it_is_given_away(url) {
        let state = TestState::start(&url).await;
        let it = state.available("stays").await;
        later(&state, TimeDelta::zero()).await;
        assert!(left(&state).await.is_empty() && told(&state, LEAD).await.is_empty());
        state.sign_in(WHO, &["churn-prediction-members"]).await;
        for _ in 0..3 {
            later(&state, TimeDelta::minutes(2)).await;
        }
        let words = told(&state, LEAD).await;
        assert_eq!(words.len(), 1, "told once: {words:?}");
        assert_eq!(words[0].0, "fraud-scientist left 1 environment in fraud-detection");
        assert!(words[0].1.starts_with("None of their groups has a part in fraud-detection any more."), "{words:?}");
        for nobody in ["churn-lead", "admin", WHO] {
            assert!(told(&state, nobody).await.is_empty(), "{nobody}");
        }
        let rows = left(&state).await;
        assert_eq!(rows.iter().map(|row| (row.name.as_str(), row.owner_left)).collect::<Vec<_>>(), [("stays", true)]);
        let lead = state.as_(LEAD).await;
        let team = state.plane.team(&lead, TeamQuery::default()).await.unwrap();
        assert_eq!((team.left.all.number, team.left.rows[0].owner_left), (1, true));
        assert_eq!(state.plane.fleet(&state.as_("admin").await).await.unwrap().owner_left.number, 1);
        let page = state.plane.environment(&lead, &it.id, None).await.unwrap();
        assert!(page.owner_left.is_some_and(|why| why.starts_with("None of their groups")));
        let input = TransferInput {
            transfer_to: "fraud-lead@example.com".into(),
            transfer_reason: "They left.".into(),
            version: page.version.to_string(),
        };
        state.plane.transfer_environment(&state.as_("admin").await, &it.id, input).await.unwrap();
        later(&state, TimeDelta::minutes(2)).await;
        assert!(left(&state).await.is_empty());
        let page = state.plane.environment(&state.as_(LEAD).await, &it.id, None).await.unwrap();
        assert_eq!(page.owner_left, None);
        // Who comes back and leaves again is told of again, as long as there is something of theirs.
        assert_eq!(told(&state, LEAD).await.len(), 1);
        state.assert_sound().await;
    }

    async fn who_does_not_sign_in_for_long_counts_as_gone_until_they_do(url) {
        let state = TestState::start(&url).await;
        let it = state.available("absent").await;
        later(&state, TimeDelta::days(29)).await;
        assert!(left(&state).await.is_empty());
        later(&state, TimeDelta::days(2)).await;
        assert_eq!(left(&state).await.len(), 1);
        let page = state.plane.environment(&state.as_(LEAD).await, &it.id, None).await.unwrap();
        assert!(page.owner_left.unwrap().starts_with("They did not sign in since "));
        state.sign_in(WHO, &["fraud-detection-members"]).await;
        later(&state, TimeDelta::minutes(2)).await;
        assert!(left(&state).await.is_empty());
    }

    async fn v8_3_1_what_somebody_may_no_longer_ask_for_is_not_approved_and_closed_after_a_day(url) {
        let state = TestState::start(&url).await;
        let id = state.submit(WHO, PRODUCT, "dangles").await;
        let denied = state.submit(WHO, PRODUCT, "denied").await;
        state.sign_in(WHO, &[]).await;
        let refused = decide(&state, &id, "approve").await.unwrap_err();
        assert!(matches!(&refused, Error::Conflict(problem) if problem.what.contains("fraud-scientist may no longer")), "{refused:?}");
        let page = state.plane.request(&state.as_(LEAD).await, &id, None).await.unwrap();
        assert!(page.hindrance.is_some() && page.preflight.is_none());
        assert_eq!(page.history.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["denied"]);
        decide(&state, &denied, "deny").await.unwrap();
        later(&state, TimeDelta::minutes(2)).await;
        let words = told(&state, LEAD).await;
        assert_eq!(words[0].0, "fraud-scientist left 1 undecided request in fraud-detection");
        later(&state, TimeDelta::hours(23)).await;
        assert_eq!(request_state(&state, &id).await, RequestState::Submitted, "there is a day to mend a mistake");
        later(&state, TimeDelta::hours(2)).await;
        let request = state.store.request(&id).await.unwrap().unwrap();
        assert_eq!((request.state, request.decision), (RequestState::Closed, Some(Decision::Lapse)));
        assert!(request.sealed.is_none());
        let page = state.plane.request(&state.as_(LEAD).await, &id, None).await.unwrap();
        assert!(page.timeline.iter().any(|entry| entry.what.starts_with("Closed, because") && entry.who == "The portal"));
        assert!(decide(&state, &id, "approve").await.is_err());
        state.assert_sound().await;
    }

    async fn who_is_back_within_the_day_loses_nothing(url) {
        let state = TestState::start(&url).await;
        let id = state.submit(WHO, PRODUCT, "kept").await;
        state.sign_in(WHO, &[]).await;
        later(&state, TimeDelta::minutes(2)).await;
        state.sign_in(WHO, &["fraud-detection-members"]).await;
        later(&state, TimeDelta::hours(26)).await;
        assert_eq!(request_state(&state, &id).await, RequestState::Submitted);
        state.sign_in(WHO, &["fraud-detection-members"]).await;
        state.approve(LEAD, &id).await;
        later(&state, TimeDelta::minutes(2)).await;
        assert_eq!(state.provisioned("601000000002"), ["kept"]);
    }

    async fn v8_3_1_nobody_decides_in_the_place_of_who_left(url) {
        let state = TestState::start(&url).await;
        let away = |to: &str| DelegationInput {
            delegate: format!("{to}@example.com"),
            until: (state.plane.now() + TimeDelta::days(9)).date_naive().to_string(),
            reason: "On leave".into(),
        };
        state.plane.delegate_decisions(&state.as_(LEAD).await, away("churn-lead")).await.unwrap();
        state.plane.delegate_decisions(&state.as_("churn-lead").await, away("newcomer")).await.unwrap();
        state.settle().await;
        assert_eq!(state.store.delegations(state.plane.now()).await.unwrap().len(), 2);
        state.sign_in(LEAD, &[]).await;
        state.sign_in("newcomer", &["auditors"]).await;
        state.pass(TimeDelta::minutes(2));
        state.settle().await;
        assert!(state.store.delegations(state.plane.now()).await.unwrap().is_empty());
        let inbox = state.plane.inbox(&state.as_("churn-lead").await, "").await.unwrap().rows.items;
        assert_eq!(inbox[0].notice.title, "You no longer decide in the place of fraud-lead");
        state.assert_sound().await;
    }
}
