//! Requests do not get lost: questions back, reminders, escalation, many decided together.

use std::collections::BTreeMap;

use crate::common::{PRODUCT, TestState};
use chrono::TimeDelta;
use control_plane::Error;
use domain::action::Action;
use domain::id::RequestId;
use domain::notification::Topic;
use domain::question::{MOST_MESSAGES, MessageKind};
use domain::request::{Decided, RequestState};
use domain::view::{DecideManyInput, DecidedTogether, DecisionInput, DelegationInput, MessageInput};

async fn version(state: &TestState, id: &RequestId) -> i64 {
    state.store.request(id).await.unwrap().unwrap().version
}

async fn message(state: &TestState, id: &RequestId, text: &str) -> MessageInput {
    MessageInput { text: text.into(), version: version(state, id).await.to_string() }
}

async fn asks(state: &TestState, who: &str, id: &RequestId, text: &str) -> Result<(), Error> {
    let input = message(state, id, text).await;
    state.plane.question_request(&state.as_(who).await, id, input).await
}

async fn answers(state: &TestState, who: &str, id: &RequestId, text: &str) -> Result<(), Error> {
    let input = message(state, id, text).await;
    state.plane.answer_request(&state.as_(who).await, id, input).await
}

async fn decide(state: &TestState, who: &str, id: &RequestId, decision: &str, version: i64) -> Result<Decided, Error> {
    let input = DecisionInput { decision: decision.into(), comment: "Because".into(), version: version.to_string() };
    state.plane.decide_request(&state.as_(who).await, id, input).await
}

/// The titles of what somebody was told of a topic, newest first.
async fn told(state: &TestState, who: &str, topic: Topic) -> Vec<String> {
    let rows = state.plane.inbox(&state.as_(who).await, "").await.unwrap().rows.items;
    rows.into_iter().filter(|row| row.notice.topic == topic).map(|row| row.notice.title).collect()
}

fn together(decision: &str, chosen: &[(&RequestId, i64)], comment: &str) -> DecideManyInput {
    let chosen: Vec<String> = chosen.iter().map(|(id, version)| format!("{id}:{version}")).collect();
    DecideManyInput {
        decision: decision.into(),
        comment: comment.into(),
        chosen: chosen.join(","),
        reason: BTreeMap::new(),
    }
}

/// Whom somebody lets decide, until the end of the day after so many.
fn away(state: &TestState, to: &str, days: i64) -> DelegationInput {
    let until = (state.plane.now() + TimeDelta::days(days)).date_naive().to_string();
    DelegationInput { delegate: format!("{}@EXAMPLE.com", to), until, reason: "On leave".into() }
}

on_both! {
    async fn v2_3_1_a_question_is_answered_without_a_new_request(url) {
        let state = TestState::start(&url).await;
        let id = state.submit("fraud-scientist", PRODUCT, "asked").await;
        asks(&state, "fraud-lead", &id, " How much data? ").await.unwrap();
        state.settle().await;
        assert_eq!(told(&state, "fraud-scientist", Topic::RequestQuestion).await, ["fraud-lead asks about the request for asked"]);
        let page = state.plane.request(&state.as_("fraud-scientist").await, &id, None).await.unwrap();
        assert_eq!((page.state, page.messages[0].text.as_str()), (RequestState::Submitted, "How much data?"));
        assert!(page.allowed.has(Action::AnswerRequest) && !page.allowed.has(Action::QuestionRequest));
        answers(&state, "fraud-scientist", &id, "A terabyte.").await.unwrap();
        state.settle().await;
        assert_eq!(told(&state, "fraud-lead", Topic::RequestQuestion).await, ["fraud-scientist answers about the request for asked"]);
        assert!(told(&state, "churn-lead", Topic::RequestQuestion).await.is_empty());
        // Whoever saw the request before the answer decides after having seen it.
        assert!(matches!(decide(&state, "fraud-lead", &id, "deny", 2).await, Err(Error::Stale { .. })));
        assert_eq!(decide(&state, "fraud-lead", &id, "approve", 3).await.unwrap(), Decided::Approved);
        let page = state.plane.request(&state.as_("fraud-scientist").await, &id, None).await.unwrap();
        let kinds: Vec<_> = page.messages.iter().map(|row| (row.kind, row.by.as_str())).collect();
        assert_eq!(kinds, [(MessageKind::Question, "fraud-lead"), (MessageKind::Answer, "fraud-scientist")]);
        let what: Vec<_> = page.timeline.iter().map(|entry| entry.what.as_str()).collect();
        assert_eq!(what, ["Submitted", "Asked", "Answered", "Approved"]);
        state.settle().await;
        state.assert_sound().await;
    }

    async fn v2_2_1_v8_2_1_questions_are_checked_and_asked_by_whoever_decides(url) {
        let state = TestState::start(&url).await;
        let id = state.submit("fraud-scientist", PRODUCT, "asked").await;
        for other in ["fraud-scientist", "churn-lead", "admin", "auditor", "newcomer"] {
            assert_eq!(asks(&state, other, &id, "Why?").await.unwrap_err().status(), 403, "{other}");
        }
        for other in ["fraud-lead", "churn-scientist", "admin", "auditor"] {
            assert_eq!(answers(&state, other, &id, "So.").await.unwrap_err().status(), 403, "{other}");
        }
        let field = |result: Result<(), Error>| match result {
            Err(Error::Invalid(errors)) => errors[0].field.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(field(asks(&state, "fraud-lead", &id, " ").await), "question");
        assert_eq!(field(asks(&state, "fraud-lead", &id, &"x".repeat(2_001)).await), "question");
        let early = answers(&state, "fraud-scientist", &id, "So.").await;
        assert!(matches!(early, Err(Error::Conflict(ref it)) if it.what.contains("no question")), "{early:?}");
        // A second click writes it once; a stale page writes nothing.
        let input = message(&state, &id, "Why?").await;
        let lead = state.as_("fraud-lead").await;
        for _ in 0..2 {
            state.plane.question_request(&lead, &id, input.clone()).await.unwrap();
        }
        assert_eq!(state.store.request_messages(&id).await.unwrap().len(), 1);
        let stale = MessageInput { text: "And what for?".into(), ..input };
        assert!(matches!(state.plane.question_request(&lead, &id, stale).await, Err(Error::Stale { .. })));
        for n in 1..MOST_MESSAGES {
            asks(&state, "fraud-lead", &id, &format!("And {n}?")).await.unwrap();
        }
        assert_eq!(field(asks(&state, "fraud-lead", &id, "One more?").await), "question");
        let seen = version(&state, &id).await;
        decide(&state, "fraud-lead", &id, "deny", seen).await.unwrap();
        let late = answers(&state, "fraud-scientist", &id, "So.").await;
        assert!(matches!(late, Err(Error::Conflict(ref it)) if it.why.contains("denied")), "{late:?}");
        state.assert_sound().await;
    }

    async fn who_decides_is_reminded_and_after_a_week_admins_may(url) {
        let state = TestState::start(&url).await;
        let id = state.submit("fraud-scientist", PRODUCT, "slow").await;
        state.settle().await;
        let waiting = async |who: &str| told(&state, who, Topic::RequestWaiting).await.len();
        assert_eq!((waiting("fraud-lead").await, waiting("admin").await), (1, 0));
        state.pass(TimeDelta::days(3) - TimeDelta::seconds(1));
        state.settle().await;
        assert_eq!(waiting("fraud-lead").await, 1);
        state.pass(TimeDelta::seconds(1));
        let other = state.replica().await;
        for _ in 0..2 {
            other.tick().await.unwrap();
            state.settle().await;
        }
        let reminded = told(&state, "fraud-lead", Topic::RequestWaiting).await;
        assert_eq!(reminded.len(), 2);
        assert_eq!(reminded[0], "fraud-scientist has waited 3 days for a decision: slow");
        assert_eq!(decide(&state, "admin", &id, "approve", 1).await.unwrap_err().status(), 403);
        assert_eq!(state.plane.shell(&state.as_("admin").await).await.unwrap().waiting_for_me, 0);
        state.pass(TimeDelta::days(4));
        state.everybody_signs_in().await;
        state.settle().await;
        assert_eq!((waiting("fraud-lead").await, waiting("admin").await, waiting("churn-lead").await), (3, 1, 0));
        let admin = state.as_("admin").await;
        assert_eq!(state.plane.shell(&admin).await.unwrap().waiting_for_me, 1);
        let page = state.plane.request(&admin, &id, None).await.unwrap();
        assert!(page.approvers.contains("admins may decide it too"), "{}", page.approvers);
        assert_eq!(decide(&state, "admin", &id, "approve", 1).await.unwrap(), Decided::Approved);
        state.settle().await;
        state.pass(TimeDelta::days(6));
        state.settle().await;
        assert_eq!(waiting("fraud-lead").await, 3, "nothing waits any more");
        state.assert_sound().await;
    }

    async fn after_a_pause_one_reminder_is_given_and_nobody_else_may_decide(url) {
        let state = TestState::start(&url).await;
        let id = state.submit("fraud-lead", PRODUCT, "own").await;
        state.pass(TimeDelta::days(13));
        state.settle().await;
        // The lead who asked is told that it ends; she does not decide it, however long it waits.
        let reminders = told(&state, "fraud-lead", Topic::RequestWaiting).await;
        assert_eq!(reminders, ["fraud-lead has waited 13 days for a decision: own"]);
        for who in ["fraud-lead", "churn-lead", "auditor"] {
            assert_eq!(decide(&state, who, &id, "approve", 1).await.unwrap_err().status(), 403, "{who}");
        }
        state.pass(TimeDelta::days(1));
        state.settle().await;
        assert_eq!(state.store.request(&id).await.unwrap().unwrap().state, RequestState::Expired);
    }

    async fn v2_3_1_many_are_decided_together_and_each_by_its_own_rule(url) {
        let state = TestState::start(&url).await;
        let mut ids = Vec::new();
        for name in ["one", "two", "three"] {
            ids.push(state.submit("fraud-scientist", PRODUCT, name).await);
        }
        let own = state.submit("fraud-lead", PRODUCT, "own").await;
        let lead = state.as_("fraud-lead").await;
        let all = [&ids[0], &ids[1], &ids[2], &own];
        let page = state.plane.deciding_many(&lead, &all.map(Clone::clone), "").await.unwrap();
        assert_eq!((page.open.len(), page.others.len()), (3, 1));
        assert!(page.open.iter().all(|row| row.steps == "a team lead" && row.hindrance.is_none()), "{page:?}");
        for stranger in ["churn-lead", "newcomer"] {
            let stranger = state.as_(stranger).await;
            assert_eq!(state.plane.deciding_many(&stranger, &ids, "").await.unwrap_err().status(), 403);
            let input = together("approve", &[(&ids[0], 1)], "");
            assert_eq!(state.plane.decide_requests(&stranger, &input).await.unwrap_err().status(), 403);
        }
        let fields = |result: Result<DecidedTogether, Error>| match result {
            Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        let plane = &state.plane;
        assert_eq!(fields(plane.decide_requests(&lead, &together("approve", &[], "")).await), ["decision"]);
        assert_eq!(fields(plane.decide_requests(&lead, &together("maybe", &[(&own, 1)], "")).await), ["decision"]);
        // A denial without a reason denies none of them.
        let mut deny = together("deny", &[(&ids[0], 1), (&ids[1], 1)], "");
        deny.reason.insert(DecideManyInput::key(&ids[0]), "Not this one".into());
        assert_eq!(fields(plane.decide_requests(&lead, &deny).await), ["comment"]);
        assert_eq!(state.store.request(&ids[0]).await.unwrap().unwrap().state, RequestState::Submitted);
        deny.comment = "Too many".into();
        assert_eq!(plane.decide_requests(&lead, &deny).await.unwrap().decided, [Decided::Ended, Decided::Ended]);
        assert_eq!(plane.decide_requests(&lead, &deny).await.unwrap().decided, [Decided::Ended, Decided::Ended], "a second click");
        let reasons = [&ids[0], &ids[1]].map(|id| id.clone());
        let mut said = Vec::new();
        for id in &reasons {
            said.push(state.store.request_decisions(id).await.unwrap().remove(0).comment);
        }
        assert_eq!(said, ["Not this one", "Too many"]);
        // What cannot be decided stays, with the reason, and the rest is done.
        let mixed = together("approve", &[(&own, 1), (&ids[0], 1), (&ids[2], 1)], "");
        let failed = plane.decide_requests(&lead, &mixed).await;
        assert_eq!(fields(failed), [DecideManyInput::field(&own), String::new()], "what is not open any more has no field");
        assert_eq!(state.store.request(&ids[2]).await.unwrap().unwrap().state, RequestState::Approved);
        let stale = together("approve", &[(&ids[1], 7)], "");
        let none = plane.decide_requests(&lead, &stale).await.unwrap_err();
        assert!(matches!(&none, Error::Conflict(problem) if problem.why.starts_with("two: ")), "{none:?}");
        // One that ended meanwhile is told by its name, and nothing is said to be undone.
        let late = state.submit("fraud-scientist", PRODUCT, "late").await;
        let four = state.submit("fraud-scientist", PRODUCT, "four").await;
        let scientist = state.as_("fraud-scientist").await;
        state.plane.withdraw_request(&scientist, &late, 1).await.unwrap();
        let done = plane.decide_requests(&lead, &together("approve", &[(&late, 1), (&four, 1)], "")).await.unwrap();
        assert_eq!((done.decided.len(), done.passed_over.len()), (1, 1));
        assert!(done.passed_over[0].starts_with("late: "), "{done:?}");
        let many: Vec<(RequestId, i64)> =
            (0..21).map(|n| (format!("request-{n}").parse().unwrap(), 1)).collect();
        let many: Vec<(&RequestId, i64)> = many.iter().map(|(id, version)| (id, *version)).collect();
        assert_eq!(fields(plane.decide_requests(&lead, &together("approve", &many, "")).await), ["decision"]);
        state.settle().await;
        let mut made = state.provisioned("601000000002");
        made.sort();
        assert_eq!(made, ["four", "three"]);
        state.assert_sound().await;
    }

    async fn v8_2_1_v8_3_1_a_delegate_decides_what_the_delegator_may_and_nothing_else(url) {
        let state = TestState::start(&url).await;
        let id = state.submit("fraud-scientist", PRODUCT, "delegated").await;
        let own = state.submit("fraud-lead", PRODUCT, "of-the-lead").await;
        assert_eq!(decide(&state, "churn-lead", &id, "approve", 1).await.unwrap_err().status(), 403);
        // What waited before is not told anew.
        state.settle().await;
        state.plane.delegate_decisions(&state.as_("fraud-lead").await, away(&state, "churn-lead", 3)).await.unwrap();
        state.settle().await;
        assert_eq!(told(&state, "churn-lead", Topic::RequestWaiting).await, ["fraud-lead lets you decide in their place"]);
        let delegate = state.as_("churn-lead").await;
        assert_eq!(state.plane.shell(&delegate).await.unwrap().waiting_for_me, 1);
        let page = state.plane.request(&delegate, &id, None).await.unwrap();
        assert!(page.allowed.has(Action::DecideRequest) && page.allowed.has(Action::QuestionRequest));
        assert_eq!(page.approvers, "fraud-lead decides. churn-lead decides in the place of fraud-lead.");
        // What the lead asked for is decided in nobody's place, and what the delegate is not lead of stays closed.
        assert_eq!(decide(&state, "churn-lead", &own, "approve", 1).await.unwrap_err().status(), 403);
        assert_eq!(decide(&state, "fraud-lead", &own, "approve", 1).await.unwrap_err().status(), 403);
        assert!(matches!(state.plane.request(&delegate, &own, None).await, Err(Error::Denied { .. })));
        assert_eq!(decide(&state, "churn-lead", &id, "approve", 1).await.unwrap(), Decided::Approved);
        let page = state.plane.request(&state.as_("fraud-scientist").await, &id, None).await.unwrap();
        assert_eq!(page.steps[0].agreed, ["churn-lead for fraud-lead"]);
        let late = decide(&state, "fraud-lead", &id, "deny", 2).await;
        assert!(late.is_err(), "{late:?}");
        state.settle().await;
        state.assert_sound().await;
    }

    async fn v8_3_1_a_delegation_ends_with_its_day_its_delegator_and_at_once_when_taken_back(url) {
        let state = TestState::start(&url).await;
        let id = state.submit("fraud-scientist", PRODUCT, "ends").await;
        let lead = state.as_("fraud-lead").await;
        let may = async || {
            let waits = state.plane.shell(&state.as_("churn-lead").await).await.unwrap().waiting_for_me;
            let allowed = state.plane.request(&state.as_("churn-lead").await, &id, None).await.is_ok();
            assert_eq!(allowed, waits == 1);
            allowed
        };
        let delegation = state.plane.delegate_decisions(&lead, away(&state, "churn-lead", 3)).await.unwrap();
        assert!(may().await);
        let stranger = state.plane.end_delegation(&state.as_("churn-lead").await, &delegation).await;
        assert_eq!(stranger.unwrap_err().status(), 404);
        for _ in 0..2 {
            state.plane.end_delegation(&lead, &delegation).await.unwrap();
            assert!(!may().await);
        }
        state.plane.delegate_decisions(&lead, away(&state, "churn-lead", 1)).await.unwrap();
        assert!(may().await);
        // Whoever is no lead any more has nobody in their place, from the moment that it is known.
        state.sign_in("fraud-lead", &[]).await;
        assert!(!may().await);
        state.sign_in("fraud-lead", &["fraud-detection-leads"]).await;
        assert!(may().await);
        // The delegate is cut off in the project.
        let cut = domain::view::RevokeInput {
            person: TestState::person("fraud-lead").studio_user_id().to_string(),
            reach: "project:fraud-detection".into(),
            reason: "Left".into(),
            ..Default::default()
        };
        state.plane.revoke_access(&state.as_("admin").await, cut).await.unwrap();
        assert!(!may().await);
        state.settle().await;
        let revocation = state.plane.revocations(&state.as_("admin").await, "").await.unwrap().rows.items.remove(0).id;
        let version = state.plane.revocation(&state.as_("admin").await, &revocation).await.unwrap().version;
        state.plane.restore_access(&state.as_("admin").await, &revocation, &version.to_string()).await.unwrap();
        state.settle().await;
        assert!(may().await);
        state.pass(TimeDelta::days(2));
        assert!(!may().await);
        let page = state.plane.delegations(&lead, "").await.unwrap();
        assert!(page.given.is_empty() && page.decides);
    }

    async fn v2_2_1_a_delegation_is_checked(url) {
        let state = TestState::start(&url).await;
        let lead = state.as_("fraud-lead").await;
        let fields = |result: Result<domain::id::DelegationId, Error>| match result {
            Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        let plane = &state.plane;
        assert_eq!(fields(plane.delegate_decisions(&lead, DelegationInput::default()).await), ["delegate", "until", "reason"]);
        for to in ["fraud-lead", "nobody", "auditor"] {
            assert_eq!(fields(plane.delegate_decisions(&lead, away(&state, to, 3)).await), ["delegate"], "{to}");
        }
        for days in [-1, 31] {
            assert_eq!(fields(plane.delegate_decisions(&lead, away(&state, "admin", days)).await), ["until"], "{days}");
        }
        for nothing in ["fraud-scientist", "newcomer"] {
            let caller = state.as_(nothing).await;
            let refused = plane.delegate_decisions(&caller, away(&state, "admin", 3)).await;
            assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        }
        assert_eq!(plane.delegate_decisions(&state.as_("auditor").await, away(&state, "admin", 3)).await.unwrap_err().status(), 403);
        let made = plane.delegate_decisions(&lead, away(&state, "churn-lead", 3)).await.unwrap();
        assert_eq!(plane.delegate_decisions(&lead, away(&state, "churn-lead", 3)).await.unwrap(), made, "a second click");
        assert_eq!(fields(plane.delegate_decisions(&lead, away(&state, "churn-lead", 4)).await), ["delegate"]);
        let churn = state.as_("churn-lead").await;
        assert_eq!(fields(plane.delegate_decisions(&churn, away(&state, "fraud-lead", 3)).await), ["delegate"], "a circle");
        plane.delegate_decisions(&churn, away(&state, "admin", 3)).await.unwrap();
        let admin = state.as_("admin").await;
        assert_eq!(fields(plane.delegate_decisions(&admin, away(&state, "fraud-lead", 3)).await), ["delegate"], "a longer one");
        // What was delegated to somebody is not theirs to delegate.
        let id = state.submit("fraud-scientist", PRODUCT, "once").await;
        assert_eq!(decide(&state, "admin", &id, "approve", 1).await.unwrap_err().status(), 403);
        let page = plane.delegations(&churn, "").await.unwrap();
        assert_eq!((page.given[0].who.as_str(), page.received[0].who.as_str()), ("admin", "fraud-lead"));
        state.assert_sound().await;
    }
}
