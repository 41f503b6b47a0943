//! Rules of approval: what is written is read back, floors only ever ask for more, and whether people suffice.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

use domain::approval::{
    ApprovalFloor, ApprovalRule, Approver, ApproverAssignment, LONGEST_RULE, MOST_PEOPLE, RuleError, Step, effective,
    missing,
};
use domain::project::{DataClass, Stage};
use domain::view::RuleInput;
use proptest::prelude::*;

fn rule(text: &str) -> ApprovalRule {
    text.parse().unwrap()
}

fn rules() -> impl Strategy<Value = ApprovalRule> {
    let who = prop::sample::select(Approver::ALL.to_vec());
    let step = (who, 1..=MOST_PEOPLE).prop_map(|(who, people)| Step { who, people });
    prop::collection::vec(step, 0..=LONGEST_RULE).prop_map(|mut steps| {
        steps.dedup_by_key(|step| step.who);
        ApprovalRule::new(steps).unwrap()
    })
}

fn people(rule: &ApprovalRule, who: Approver) -> u32 {
    rule.steps().iter().filter(|step| step.who == who).map(|step| u32::from(step.people)).sum()
}

/// All ways to give each place a person of its own, tried one by one.
fn fits(steps: &[(u8, Vec<u8>)], used: &BTreeSet<u8>) -> bool {
    let Some(((wanted, who), rest)) = steps.split_first() else { return true };
    if *wanted == 0 {
        return fits(rest, used);
    }
    let fewer = [&[(*wanted - 1, who.clone())], rest].concat();
    who.iter().filter(|person| !used.contains(*person)).any(|person| {
        let mut used = used.clone();
        used.insert(*person);
        fits(&fewer, &used)
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(rule in rules()) {
        prop_assert_eq!(rule.to_string().parse(), Ok(rule.clone()));
        prop_assert_eq!(RuleInput::of(&rule).rule(), Ok(rule.clone()));
        prop_assert_eq!(serde_json::from_str::<ApprovalRule>(&serde_json::to_string(&rule).unwrap()).unwrap(), rule);
    }

    #[test]
    fn v8_2_1_a_floor_only_ever_asks_for_more(own in rules(), floor in rules(), other in rules()) {
        let raised = own.raised_to(&floor).raised_to(&other);
        for part in [&own, &floor, &other] {
            prop_assert!(raised.covers(part), "{} is less than {}", raised, part);
            for who in Approver::ALL {
                prop_assert!(people(&raised, who) >= people(part, who));
            }
        }
        prop_assert_eq!(raised.raised_to(&floor), raised.clone());
        prop_assert_eq!(own.raised_to(&ApprovalRule::none()), own.clone());
        prop_assert!(raised.steps().len() <= 6 && raised.steps().iter().all(|step| step.people <= MOST_PEOPLE));
        prop_assert_eq!(raised.to_string().parse(), Ok(raised));
    }

    #[test]
    fn people_suffice_exactly_where_some_way_to_place_them_does(
        steps in prop::collection::vec((1_u8..3, prop::collection::vec(0_u8..6, 0..5)), 0..4),
    ) {
        let none_missing = missing(&steps).iter().all(|missing| *missing == 0);
        prop_assert_eq!(none_missing, fits(&steps, &BTreeSet::new()));
    }
}

#[test]
fn steps_that_floors_add_come_where_they_belong() {
    let raised = |own: &str, floor: &str| rule(own).raised_to(&rule(floor)).to_string();
    assert_eq!(raised("none", "lead:2,data_owner"), "lead:2,data_owner");
    assert_eq!(raised("lead,admin", "data_owner"), "lead,data_owner,admin");
    assert_eq!(raised("admin", "lead"), "lead,admin");
    assert_eq!(raised("admin:2,lead", "lead:3,admin"), "admin:2,lead:3");
    assert_eq!(raised("lead", "lead,admin,lead"), "lead,admin,lead");
}

#[test]
fn floors_hold_for_their_stage_and_class() {
    let floor = |stage, data_class, text: &str| ApprovalFloor {
        id: "f".parse().unwrap(),
        stage,
        data_class,
        rule: rule(text),
        version: 1,
    };
    let floors = [
        floor(Some(Stage::Prod), None, "lead:2"),
        floor(None, Some(DataClass::Restricted), "data_owner"),
        floor(Some(Stage::Prod), Some(DataClass::Restricted), "admin"),
    ];
    let holds = |stage, class| effective(&ApprovalRule::one_lead(), stage, class, &floors).to_string();
    assert_eq!(holds(Stage::Dev, DataClass::Internal), "lead");
    assert_eq!(holds(Stage::Prod, DataClass::Internal), "lead:2");
    assert_eq!(holds(Stage::Dev, DataClass::Restricted), "lead,data_owner");
    assert_eq!(holds(Stage::Prod, DataClass::Restricted), "lead:2,data_owner,admin");
}

#[test]
fn an_assignment_is_about_what_it_names() {
    let everywhere = ApproverAssignment {
        id: "a".parse().unwrap(),
        group: "g".into(),
        who: Approver::DataOwner,
        project: None,
        product: None,
        stage: None,
    };
    let (project, product) = ("fraud".parse().unwrap(), "prod-1".parse().unwrap());
    let here = |it: &ApproverAssignment| it.is_about(&project, &product, Stage::Dev);
    assert!(here(&everywhere));
    assert!(here(&ApproverAssignment {
        project: Some(project.clone()),
        stage: Some(Stage::Dev),
        ..everywhere.clone()
    }));
    assert!(!here(&ApproverAssignment { stage: Some(Stage::Prod), ..everywhere.clone() }));
    assert!(!here(&ApproverAssignment { product: Some("prod-2".parse().unwrap()), ..everywhere.clone() }));
    assert!(!here(&ApproverAssignment { project: Some("churn".parse().unwrap()), ..everywhere }));
}

#[test]
fn v2_2_1_what_cannot_be_a_rule_is_told_at_its_field() {
    for text in ["", "lead,", "boss", "lead:0", "lead:6", "lead:-1", "none,lead", "lead;admin"] {
        assert!(text.parse::<ApprovalRule>().is_err(), "{text}");
    }
    assert_eq!(
        ApprovalRule::new(vec![Step { who: Approver::Lead, people: 1 }; 2]),
        Err(RuleError::Twice(Approver::Lead))
    );
    let five = [Approver::Lead, Approver::Admin].repeat(3).into_iter().take(5);
    let five = five.map(|who| Step { who, people: 1 }).collect();
    assert_eq!(ApprovalRule::new(five), Err(RuleError::TooLong));
    let fields = |input: RuleInput| input.rule().unwrap_err().into_iter().map(|e| e.field).collect::<Vec<_>>();
    let input = RuleInput { who_1: "boss".into(), who_2: "lead".into(), people_2: "6".into(), ..RuleInput::default() };
    assert_eq!(fields(input), ["who_1", "people_2"]);
    let twice = RuleInput { who_2: "lead".into(), who_4: "lead".into(), ..RuleInput::default() };
    assert_eq!(fields(twice), ["who_4"]);
    // Gaps close, and nothing said of how many is one.
    let gaps =
        RuleInput { who_2: "lead".into(), who_4: "admin".into(), people_4: " 2 ".into(), ..RuleInput::default() };
    assert_eq!(gaps.rule().unwrap().to_string(), "lead,admin:2");
}
