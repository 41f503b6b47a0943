//! Parameter values against the template's limits and the portfolio's rules.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use domain::catalog::{Constraint, ConstraintRule, Parameter};
use domain::parameter::{check_rules, has_unreadable_pattern, narrow, validate};
use proptest::prelude::*;

fn parameter(kind: &str) -> Parameter {
    Parameter { key: "P".into(), kind: kind.into(), ..Parameter::default() }
}

/// CloudFormation user guide, "Parameters": the properties of a parameter, one by one.
#[test]
fn v2_2_1_limits_of_the_template_hold() {
    let with = |kind: &str, change: fn(&mut Parameter)| {
        let mut p = parameter(kind);
        change(&mut p);
        p
    };
    let choice = with("String", |p| p.allowed_values = vec!["ml.t3.medium".into(), "ml.m5.xlarge".into()]);
    let pattern = with("String", |p| p.allowed_pattern = Some(r"[A-Za-z0-9\-]*".into()));
    let either = with("String", |p| p.allowed_pattern = Some("a|b".into()));
    let length = with("String", |p| (p.min_length, p.max_length) = (Some(2), Some(4)));
    let number = with("Number", |p| (p.min_value, p.max_value) = (Some("5".into()), Some("16384".into())));
    let decimal = with("Number", |p| p.max_value = Some("0.30".into()));
    let numbers = with("List<Number>", |p| p.max_value = Some("10".into()));
    let words = with("CommaDelimitedList", |p| p.allowed_values = vec!["a".into(), "b".into()]);
    let subnets = parameter("List<AWS::EC2::Subnet::Id>");
    let vpc = parameter("AWS::EC2::VPC::Id");
    let java = with("String", |p| p.allowed_pattern = Some("(?=.*[A-Z])(?!aws).++".into()));
    let twice = with("String", |p| p.allowed_pattern = Some(r"(a|b)\1".into()));
    let letters = with("String", |p| p.allowed_pattern = Some(r"\p{L}+".into()));
    let broken = with("String", |p| p.allowed_pattern = Some("([a-z".into()));
    for (parameter, value, fits) in [
        (&choice, "ml.t3.medium", true),
        (&choice, "ml.T3.medium", false),
        (&choice, "", false),
        (&pattern, "my-project-1", true),
        (&pattern, "", true),
        (&pattern, "my_project", false),
        (&pattern, "my-project\n", false),
        (&either, "a", true),
        (&either, "ab", false),
        (&length, "äöü", true),
        (&length, "a", false),
        (&length, "abcde", false),
        (&number, "10", true),
        (&number, "5.0", true),
        (&number, "4.999999999999999999999", false),
        (&number, "16385", false),
        (&number, "ten", false),
        (&number, "", false),
        (&decimal, "0.3", true),
        (&decimal, "0.30000000000000001", false),
        (&numbers, "1, 2,3", true),
        (&numbers, "1,,3", false),
        (&numbers, "1,11", false),
        (&numbers, "", false),
        (&words, "a, b", true),
        (&words, "a,c", false),
        (&words, "", true),
        (&subnets, "subnet-1,subnet-2", true),
        (&subnets, "subnet-1,vpc-2", false),
        (&vpc, "vpc-0a1b2c3d", true),
        (&vpc, "vpc-", false),
        (&vpc, "", false),
        (&java, "Capital", true),
        (&java, "small", false),
        (&java, "awsCapital", false),
        (&twice, "aa", true),
        (&twice, "ab", false),
        (&letters, "éa", true),
        (&letters, "1", false),
        (&broken, "left to CloudFormation", true),
    ] {
        let result = validate(parameter, value);
        assert_eq!(result.is_ok(), fits, "{} {value:?}: {result:?}", parameter.kind);
    }
    assert!(has_unreadable_pattern(&broken) && !has_unreadable_pattern(&java));
    assert!(validate(&parameter("String"), &"x".repeat(4097)).is_err(), "Service Catalog takes 4,096 characters");
}

#[test]
fn the_template_author_s_words_are_shown() {
    let p = Parameter {
        allowed_pattern: Some("[a-z]+".into()),
        constraint_description: Some("Small letters alone.".into()),
        ..parameter("String")
    };
    assert_eq!(validate(&p, "A").unwrap_err(), "Small letters alone.");
}

fn check(rules: &str, values: &[(&str, &str)]) -> Vec<(String, Vec<String>)> {
    let values: BTreeMap<String, String> = values.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
    check_rules(rules, &values).unwrap().into_iter().map(|v| (v.message, v.parameters)).collect()
}

/// Service Catalog administrator guide, "Template constraint rules", "Example: Requiring a specific EC2 instance type based
/// on stage".
#[test]
fn v2_2_3_a_rule_applies_under_its_condition() {
    let rules = r#"{"Rules": {"testInstanceType": {
        "RuleCondition": {"Fn::Equals": [{"Ref": "Environment"}, "test"]},
        "Assertions": [{"Assert": {"Fn::Contains": [["m1.small"], {"Ref": "InstanceType"}]},
                        "AssertDescription": "For a test environment, the instance type must be m1.small"}]}}}"#;
    assert_eq!(check(rules, &[("Environment", "test"), ("InstanceType", "m1.small")]), []);
    assert_eq!(check(rules, &[("Environment", "prod"), ("InstanceType", "m1.large")]), []);
    assert_eq!(
        check(rules, &[("Environment", "test"), ("InstanceType", "m1.large")]),
        [("For a test environment, the instance type must be m1.small".to_owned(), vec!["InstanceType".to_owned()])]
    );
    assert_eq!(check(rules, &[("InstanceType", "m1.large")]), [], "a condition that is not known does not apply");
}

#[test]
fn every_function_of_rules_is_evaluated() {
    let holds = |assert: &str| {
        let rules = format!(r#"{{"Rules": {{"R": {{"Assertions": [{{"Assert": {assert}}}]}}}}}}"#);
        check(&rules, &[("Zones", "a, b"), ("Zone", "a"), ("Size", "10"), ("Empty", "")]).is_empty()
    };
    for (assert, expected) in [
        (r#"{"Fn::Contains": [["a", "b"], {"Ref": "Zone"}]}"#, true),
        (r#"{"Fn::Contains": [["A"], {"Ref": "Zone"}]}"#, false),
        (r#"{"Fn::Contains": [[10, 20], {"Ref": "Size"}]}"#, true),
        (r#"{"Fn::Contains": [{"Ref": "Zones"}, "b"]}"#, true),
        (r#"{"Fn::EachMemberIn": [{"Ref": "Zones"}, ["a", "b", "c"]]}"#, true),
        (r#"{"Fn::EachMemberIn": [{"Ref": "Zones"}, ["a"]]}"#, false),
        (r#"{"Fn::EachMemberIn": [{"Ref": "Empty"}, ["a"]]}"#, true),
        (r#"{"Fn::EachMemberEquals": [{"Ref": "Zones"}, "a"]}"#, false),
        (r#"{"Fn::EachMemberEquals": [["a", {"Ref": "Zone"}], "a"]}"#, true),
        (r#"{"Fn::Not": [{"Fn::Equals": [{"Ref": "Zone"}, "b"]}]}"#, true),
        (r#"{"Fn::And": [{"Fn::Equals": ["1", 1]}, {"Fn::Equals": [{"Ref": "Zone"}, "b"]}]}"#, false),
        (r#"{"Fn::Or": [{"Fn::Equals": ["1", "2"]}, {"Fn::Equals": [{"Ref": "Zone"}, "a"]}]}"#, true),
        (r#"{"Fn::If": [{"Fn::Equals": ["1", "2"]}, {"Fn::Equals": ["1", "1"]}, {"Fn::Equals": ["1", "2"]}]}"#, false),
        (r#"{"Fn::Equals": [{"Fn::If": [{"Fn::Equals": ["1", "1"]}, "a", "b"]}, {"Ref": "Zone"}]}"#, true),
        // Only AWS can tell, so this is no violation; what is known decides all the same.
        (
            r#"{"Fn::EachMemberIn": [{"Fn::ValueOfAll": ["AWS::EC2::VPC::Id", "Tags.Dept"]}, {"Fn::RefAll": "X"}]}"#,
            true,
        ),
        (r#"{"Fn::Equals": [{"Fn::ValueOf": ["Vpc", "Tags.Dept"]}, "IT"]}"#, true),
        (r#"{"Fn::And": [{"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]}, {"Fn::Equals": ["1", "2"]}]}"#, false),
        (r#"{"Fn::Not": [{"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]}]}"#, true),
    ] {
        assert_eq!(holds(assert), expected, "{assert}");
    }
}

#[test]
fn broken_rules_are_refused_with_their_name() {
    for rules in [
        "",
        "[]",
        r#"{"Rules": []}"#,
        r#"{"Rules": {"R": {}}}"#,
        r#"{"Rules": {"R": {"Assertions": []}}}"#,
        r#"{"Rules": {"R": {"Assertions": [{}]}}}"#,
        r#"{"Rules": {"R": {"Assertions": [{"Assert": {"Fn::Contains": ["a"]}}]}}}"#,
        r#"{"Rules": {"R": {"Assertions": [{"Assert": {"Fn::Join": ["a", "b"]}}]}}}"#,
        r#"{"Rules": {"R": {"Assertions": [{"Assert": {"Ref": "P"}}]}}}"#,
        r#"{"Rules": {"R": {"Assertions": [{"Assert": {"Fn::And": [true]}}]}}}"#,
        r#"{"Rules": {"R": {"RuleCondition": "maybe", "Assertions": [{"Assert": {"Fn::Equals": ["a", "a"]}}]}}}"#,
        r#"{"Rules": {"R": {"Condition": true, "Assertions": [{"Assert": {"Fn::Equals": ["a", "a"]}}]}}}"#,
    ] {
        let error = check_rules(rules, &BTreeMap::new()).unwrap_err();
        assert!(!rules.contains("\"R\"") || error.to_string().contains("rule \"R\""), "{rules}: {error}");
    }
}

fn template(rules: &str) -> Constraint {
    Constraint {
        id: "cons-1".into(),
        portfolio: None,
        description: String::new(),
        rule: ConstraintRule::Template { rules: rules.into() },
    }
}

/// The constraint of a published data-science portfolio: the project's name can only be set to the portfolio's own. There the
/// map of rules stands without `Rules` around it.
#[test]
fn a_plain_list_narrows_the_choice() {
    let constraint = template(
        r#"{"ProjectNameConstraint": {"Assertions": [{"Assert": {"Fn::Contains": [["fraud"], {"Ref": "P"}]},
            "AssertDescription": "Project Name can only be set to 'fraud'"}]}}"#,
    );
    let narrowed = narrow(&[parameter("String")], std::slice::from_ref(&constraint));
    assert_eq!(narrowed[0].allowed_values, ["fraud"]);
    assert_eq!(narrowed[0].default.as_deref(), Some("fraud"));

    let sizes = Parameter {
        allowed_values: vec!["s".into(), "m".into(), "l".into()],
        default: Some("l".into()),
        ..parameter("String")
    };
    let small =
        template(r#"{"Rules": {"R": {"Assertions": [{"Assert": {"Fn::Contains": [["m", "s"], {"Ref": "P"}]}}]}}}"#);
    let narrowed = narrow(std::slice::from_ref(&sizes), &[small]);
    assert_eq!(
        (narrowed[0].allowed_values.as_slice(), &narrowed[0].default),
        (["s".into(), "m".into()].as_slice(), &None)
    );

    for untouched in [
        r#"{"Rules": {"R": {"RuleCondition": {"Fn::Equals": ["a", "a"]}, "Assertions": [{"Assert": {"Fn::Contains": [["m"], {"Ref": "P"}]}}]}}}"#,
        r#"{"Rules": {"R": {"Assertions": [{"Assert": {"Fn::Not": [{"Fn::Contains": [["m"], {"Ref": "P"}]}]}}]}}}"#,
        r#"{"Rules": {"R": {"Assertions": [{"Assert": {"Fn::Contains": [["m"], {"Ref": "Other"}]}}]}}}"#,
        "not JSON",
    ] {
        assert_eq!(narrow(std::slice::from_ref(&sizes), &[template(untouched)])[0], sizes, "{untouched}");
    }
}

proptest! {
    #[test]
    fn validation_never_panics(
        kind in prop_oneof![Just("String"), Just("Number"), Just("List<Number>"), Just("CommaDelimitedList"), Just("AWS::EC2::VPC::Id"), Just("List<")],
        pattern in prop::option::of(".{0,12}"), limit in prop::option::of(".{0,6}"), value in ".{0,30}",
    ) {
        let p = Parameter { allowed_pattern: pattern, min_value: limit.clone(), max_value: limit, ..parameter(kind) };
        let _ = validate(&p, &value);
    }

    #[test]
    fn reading_rules_never_panics(text in ".{0,60}") {
        let _ = check_rules(&text, &BTreeMap::new());
    }

    /// What narrowing leaves to choose from, the rule accepts.
    #[test]
    fn narrowed_choices_satisfy_the_rule(
        allowed in prop::collection::vec("[a-f]", 0..5), listed in prop::collection::vec("[a-f]", 1..5),
    ) {
        let list = serde_json::to_string(&listed).unwrap();
        let rules = format!(r#"{{"Rules": {{"R": {{"Assertions": [{{"Assert": {{"Fn::Contains": [{list}, {{"Ref": "P"}}]}}}}]}}}}}}"#);
        let p = Parameter { allowed_values: allowed, ..parameter("String") };
        let narrowed = narrow(&[p], &[template(&rules)]);
        prop_assert!(!narrowed[0].allowed_values.is_empty());
        for value in &narrowed[0].allowed_values {
            prop_assert_eq!(check(&rules, &[("P", value.as_str())]), vec![]);
        }
    }
}
