//! Requests: final states stay final, nobody decides their own, and every decision is recorded.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::ApprovalRule;
use domain::person::PersonKey;
use domain::project::Stage;
use domain::request::{DECISION_TIME, Decision, DecisionError, Request, RequestKind, RequestState};
use proptest::prelude::*;

fn person(subject: &str) -> PersonKey {
    PersonKey { issuer: "https://id.example".into(), subject: subject.into() }
}

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_790_000_000_000).unwrap()
}

fn request(approval: ApprovalRule) -> Request {
    Request {
        id: "r-1".parse().unwrap(),
        project: "fraud-detection".parse().unwrap(),
        requester: person("asker"),
        product: "prod-1".parse().unwrap(),
        artifact: "pa-1".parse().unwrap(),
        account: "601000000002".parse().unwrap(),
        region: "eu-west-1".parse().unwrap(),
        stage: Stage::Dev,
        name: "studio".into(),
        asked: [("InstanceType".to_owned(), "ml.t3.medium".to_owned())].into(),
        sealed: None,
        tags: [].into(),
        justification: "because".into(),
        lease_days: 30,
        approval,
        state: RequestState::Submitted,
        decision: None,
        submitted_at: start(),
        decided_at: None,
        environment: None,
        version: 1,
        kind: RequestKind::Provision,
    }
}

fn decisions() -> impl Strategy<Value = Decision> {
    let who = prop_oneof![Just("asker"), Just("lead"), Just("admin")].prop_map(person);
    let comment = prop_oneof![Just(String::new()), Just("  ".to_owned()), Just("a reason".to_owned())];
    prop_oneof![
        (prop::option::of(who.clone()), comment.clone()).prop_map(|(by, comment)| Decision::Approve { by, comment }),
        (who.clone(), comment).prop_map(|(by, comment)| Decision::Deny { by, comment }),
        who.prop_map(|by| Decision::Withdraw { by }),
        Just(Decision::Expire),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn v2_3_1_every_run_of_decisions_keeps_the_rules(
        needs_lead in any::<bool>(),
        run in prop::collection::vec((decisions(), 0_i64..30), 1..8),
    ) {
        let approval = if needs_lead { ApprovalRule::OneLead } else { ApprovalRule::None };
        let mut current = request(approval);
        for (decision, days) in run {
            let now = start() + TimeDelta::days(days);
            let before = current.clone();
            match before.clone().decide(decision.clone(), now) {
                Ok(after) => {
                    prop_assert_eq!(before.state, RequestState::Submitted, "final states stay final");
                    prop_assert!(after.state.is_final());
                    prop_assert_eq!(after.version, before.version + 1);
                    prop_assert_eq!(after.decision.as_ref(), Some(&decision), "every decision is recorded");
                    prop_assert_eq!(after.decided_at, Some(now));
                    match &decision {
                        Decision::Approve { by: Some(by), .. } | Decision::Deny { by, .. } => {
                            prop_assert!(by != &after.requester, "nobody decides their own request");
                        }
                        Decision::Approve { by: None, .. } => prop_assert_eq!(approval, ApprovalRule::None),
                        Decision::Withdraw { by } => prop_assert_eq!(by, &after.requester),
                        Decision::Expire => prop_assert!(now >= before.submitted_at + DECISION_TIME),
                    }
                    if let Decision::Deny { comment, .. } = &decision {
                        prop_assert!(!comment.trim().is_empty(), "a denial has a reason");
                    }
                    // Nothing that was asked for changes by deciding.
                    let unchanged = Request {
                        state: before.state,
                        decision: None,
                        decided_at: None,
                        version: before.version,
                        ..after.clone()
                    };
                    prop_assert_eq!(unchanged, before);
                    current = after;
                }
                Err(DecisionError::AlreadyDecided(state)) => {
                    prop_assert!(before.state.is_final());
                    prop_assert_eq!(state, before.state);
                }
                Err(_) => prop_assert_eq!(before.state, RequestState::Submitted),
            }
        }
    }

    #[test]
    fn there_is_always_a_way_out(needs_lead in any::<bool>()) {
        let open = request(if needs_lead { ApprovalRule::OneLead } else { ApprovalRule::None });
        let expired = open.clone().decide(Decision::Expire, open.expires_at()).unwrap();
        prop_assert_eq!(expired.state, RequestState::Expired);
        let withdrawn = open.decide(Decision::Withdraw { by: person("asker") }, start()).unwrap();
        prop_assert_eq!(withdrawn.state, RequestState::Withdrawn);
    }
}

#[test]
fn refusals_name_the_rule() {
    let decide = |decision| request(ApprovalRule::OneLead).decide(decision, start()).unwrap_err();
    let comment = || "x".to_owned();
    assert_eq!(decide(Decision::Approve { by: Some(person("asker")), comment: comment() }), DecisionError::OwnRequest);
    assert_eq!(decide(Decision::Deny { by: person("asker"), comment: comment() }), DecisionError::OwnRequest);
    assert_eq!(decide(Decision::Deny { by: person("lead"), comment: " ".into() }), DecisionError::ReasonMissing);
    assert_eq!(decide(Decision::Withdraw { by: person("lead") }), DecisionError::NotTheRequester);
    assert_eq!(decide(Decision::Expire), DecisionError::NotYetExpired(start() + DECISION_TIME));
}
