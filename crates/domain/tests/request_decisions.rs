//! Requests: final states stay final, nobody decides their own, and every decision is recorded.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use chrono::{DateTime, TimeDelta, Utc};
use domain::approval::{ApprovalRule, Approver};
use domain::person::PersonKey;
use domain::project::Stage;
use domain::request::{DECISION_TIME, Decision, DecisionError, Request, RequestKind, RequestState};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

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
        agreed: vec![],
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
    let who = prop_oneof![Just("asker"), Just("lead"), Just("admin"), Just("owner")].prop_map(person);
    let comment = prop_oneof![Just(String::new()), Just("  ".to_owned()), Just("a reason".to_owned())];
    let given = || (who.clone(), prop::option::weighted(0.2, who.clone()), comment.clone());
    prop_oneof![
        6 => given().prop_map(|(by, on_behalf_of, comment)| Decision::Approve { by: Some(by), on_behalf_of, comment }),
        1 => comment.clone().prop_map(|comment| Decision::Approve { by: None, on_behalf_of: None, comment }),
        1 => given().prop_map(|(by, on_behalf_of, comment)| Decision::Deny { by, on_behalf_of, comment }),
        1 => who.clone().prop_map(|by| Decision::Withdraw { by }),
        1 => Just(Decision::Expire),
        1 => Just(Decision::Lapse),
        1 => Just(Decision::Void),
        1 => who.prop_map(|by| Decision::Close { by }),
    ]
}

fn rules() -> impl Strategy<Value = ApprovalRule> {
    let texts = ["none", "lead", "lead:2", "lead,data_owner", "data_owner,lead:2,admin", "admin:3"];
    prop::sample::select(texts.to_vec()).prop_map(|text| text.parse().unwrap())
}

/// What one decision made of a request keeps the rules.
fn check(before: &Request, after: &Request, decision: &Decision, now: DateTime<Utc>) -> Result<(), TestCaseError> {
    prop_assert_eq!(before.state, RequestState::Submitted, "final states stay final");
    prop_assert_eq!(after.version, before.version + 1);
    let needed: usize = after.approval.steps().iter().map(|step| usize::from(step.people)).sum();
    match decision {
        Decision::Approve { by: None, .. } => prop_assert!(after.approval.asks_nobody()),
        Decision::Approve { .. } | Decision::Deny { .. } => {
            for person in decision.deciders() {
                prop_assert!(person != &after.requester, "nobody decides their own request");
                prop_assert!(!before.was_decided_by(person), "nobody counts twice");
            }
        }
        Decision::Withdraw { by } => prop_assert_eq!(by, &after.requester),
        Decision::Expire => prop_assert!(now >= before.submitted_at + DECISION_TIME),
        Decision::Lapse | Decision::Close { .. } | Decision::Void => {
            prop_assert_eq!(after.state, RequestState::Closed);
        }
    }
    if let Decision::Deny { comment, .. } = decision {
        prop_assert!(!comment.trim().is_empty(), "a denial has a reason");
    }
    if matches!(decision, Decision::Approve { by: Some(_), .. }) && needed > 0 {
        prop_assert_eq!(after.agreed.len(), before.agreed.len() + 1, "every agreement is recorded");
        prop_assert_eq!(after.agreed.last().map(|it| it.step), before.open_step().map(|open| open.index));
        prop_assert_eq!(after.state == RequestState::Approved, after.agreed.len() == needed, "it takes all of them");
    } else {
        prop_assert!(after.state.is_final());
        prop_assert_eq!(&after.agreed, &before.agreed);
    }
    if after.state.is_final() {
        prop_assert_eq!(after.decision.as_ref(), Some(decision), "every decision is recorded");
        prop_assert_eq!(after.decided_at, Some(now));
    } else {
        prop_assert_eq!((&after.decision, after.decided_at), (&None, None));
        prop_assert!(after.open_step().is_some(), "it waits for somebody");
    }
    // Nothing that was asked for changes by deciding.
    let unchanged = Request {
        state: before.state,
        decision: None,
        decided_at: None,
        agreed: before.agreed.clone(),
        version: before.version,
        ..after.clone()
    };
    prop_assert_eq!(&unchanged, before);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn v2_3_1_every_run_of_decisions_keeps_the_rules(
        rule in rules(),
        run in prop::collection::vec((decisions(), 0_i64..30), 1..8),
    ) {
        let mut current = request(rule);
        for (decision, days) in run {
            let now = start() + TimeDelta::days(days);
            let before = current.clone();
            match before.clone().decide(decision.clone(), now) {
                Ok(after) => {
                    check(&before, &after, &decision, now)?;
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
    fn there_is_always_a_way_out(rule in rules()) {
        let open = request(rule);
        let expired = open.clone().decide(Decision::Expire, open.expires_at()).unwrap();
        prop_assert_eq!(expired.state, RequestState::Expired);
        let withdrawn = open.decide(Decision::Withdraw { by: person("asker") }, start()).unwrap();
        prop_assert_eq!(withdrawn.state, RequestState::Withdrawn);
    }
}

fn approve(by: &str) -> Decision {
    Decision::Approve { by: Some(person(by)), on_behalf_of: None, comment: "x".into() }
}

fn deny(by: &str, comment: &str) -> Decision {
    Decision::Deny { by: person(by), on_behalf_of: None, comment: comment.into() }
}

#[test]
fn refusals_name_the_rule() {
    let decide = |decision| request(ApprovalRule::one_lead()).decide(decision, start()).unwrap_err();
    assert_eq!(decide(approve("asker")), DecisionError::OwnRequest);
    assert_eq!(decide(deny("asker", "x")), DecisionError::OwnRequest);
    assert_eq!(decide(deny("lead", " ")), DecisionError::ReasonMissing);
    assert_eq!(decide(Decision::Withdraw { by: person("lead") }), DecisionError::NotTheRequester);
    assert_eq!(decide(Decision::Expire), DecisionError::NotYetExpired(start() + DECISION_TIME));
}

#[test]
fn a_chain_goes_step_by_step_and_a_denial_ends_it_anywhere() {
    let chain = request("lead:2,data_owner".parse().unwrap());
    let open = |request: &Request| request.open_step().map(|open| (open.step.who, open.wanting()));
    assert_eq!(open(&chain), Some((Approver::Lead, 2)));
    let one = chain.decide(approve("lead"), start()).unwrap();
    assert_eq!(open(&one), Some((Approver::Lead, 1)));
    assert_eq!(one.clone().decide(approve("lead"), start()), Err(DecisionError::DecidedBefore));
    let two = one.decide(approve("second"), start()).unwrap();
    assert_eq!((open(&two), two.state), (Some((Approver::DataOwner, 1)), RequestState::Submitted));
    // Who agreed as a lead does not count again as the data owner, whether for or against.
    assert_eq!(two.clone().decide(deny("lead", "no"), start()), Err(DecisionError::DecidedBefore));
    let denied = two.clone().decide(deny("owner", "no"), start()).unwrap();
    assert_eq!((denied.state, denied.agreed.len()), (RequestState::Denied, 2));
    let for_lead =
        Decision::Approve { by: Some(person("other")), on_behalf_of: Some(person("lead")), comment: String::new() };
    assert_eq!(two.clone().decide(for_lead, start()), Err(DecisionError::DecidedBefore));
    let approved = two.decide(approve("owner"), start()).unwrap();
    assert_eq!((approved.state, open(&approved)), (RequestState::Approved, None));
    assert_eq!(approved.last_step().map(|open| open.step.who), Some(Approver::DataOwner));
    assert!(approved.was_decided_by(&person("second")) && !approved.was_decided_by(&person("asker")));
}
