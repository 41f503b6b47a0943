//! What keeps a product from being requested: that nothing is told which somebody could fill in, and what is told.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use chrono::DateTime;
use domain::access::InstanceList;
use domain::binding::{AccountValue, BindingPerson, BindingSource, ParameterBinding, PersonValue, resolve};
use domain::catalog::{Constraint, ConstraintRule, Parameter, Product, ProvisioningArtifact};
use domain::obstacle::{Obstacle, PlaceOfUse, obstacles, obstacles_at};
use domain::parameter::{check_rules, narrow, outside_instances, within_instances};
use domain::person::PersonKey;
use domain::project::{DataClass, Project, ProjectAccount, Stage};
use proptest::prelude::*;

fn parameter(key: &str) -> Parameter {
    Parameter { key: key.into(), kind: "String".into(), ..Parameter::default() }
}

fn bind(parameter: &str, source: BindingSource) -> ParameterBinding {
    ParameterBinding {
        id: "b".parse().unwrap(),
        product: "prod-1".parse().unwrap(),
        account: None,
        parameter: parameter.into(),
        source,
        version: 1,
    }
}

fn one_of(parameter: &str, values: &[&str]) -> Constraint {
    let assert = serde_json::json!({ "Fn::Contains": [values, { "Ref": parameter }] });
    rule(&serde_json::json!({ "Assertions": [{ "Assert": assert, "AssertDescription": "Choose a small one." }] }))
}

fn rule(rule: &serde_json::Value) -> Constraint {
    Constraint {
        id: "cons-1".into(),
        portfolio: None,
        description: "Small ones".into(),
        rule: ConstraintRule::Template { rules: serde_json::json!({ "Rules": { "R": rule } }).to_string() },
    }
}

fn account(name: &str) -> ProjectAccount {
    ProjectAccount {
        project: "fraud-detection".parse().unwrap(),
        account: "601000000002".parse().unwrap(),
        region: "eu-west-1".parse().unwrap(),
        stage: Stage::Dev,
        name: name.into(),
        vpc_id: None,
        subnet_ids: Vec::new(),
        security_group_ids: Vec::new(),
        kms_key_arn: None,
        studio_domain_id: None,
        version: 1,
    }
}

fn project() -> Project {
    Project {
        id: "fraud-detection".parse().unwrap(),
        name: "Fraud detection".into(),
        cost_center: "4711".into(),
        data_class: DataClass::Confidential,
        version: 1,
    }
}

fn version(name: &str, parameters: Vec<Parameter>) -> ProvisioningArtifact {
    ProvisioningArtifact {
        id: format!("pa-{name}").parse().unwrap(),
        name: name.into(),
        description: String::new(),
        created_at: DateTime::UNIX_EPOCH,
        active: true,
        deprecated: false,
        default: false,
        parameters,
        resources: BTreeMap::new(),
        usage_instructions: Vec::new(),
        as_launched: false,
    }
}

fn product(artifacts: Vec<ProvisioningArtifact>, constraints: Vec<Constraint>) -> Product {
    Product {
        id: "prod-1".parse().unwrap(),
        region: "eu-west-1".parse().unwrap(),
        name: "Studio".into(),
        description: String::new(),
        owner: String::new(),
        support: String::new(),
        tags: BTreeMap::new(),
        artifacts,
        portfolios: Vec::new(),
        constraints,
        tag_options: Vec::new(),
    }
}

/// With what keeps one version from being requested.
fn told(it: &Product, bindings: &[ParameterBinding], instances: &str) -> Vec<(String, String)> {
    let (account, project, instances) = (account("dev"), project(), instances.parse().unwrap());
    let place = PlaceOfUse { account: &account, project: &project, instances: &instances };
    obstacles_at(&it.artifacts[0], &it.constraints, bindings, &place)
}

#[test]
fn a_value_that_a_constraint_refuses_is_told_with_the_constraint() {
    let it = product(vec![version("1", vec![parameter("Size")])], vec![one_of("Size", &["s", "m"])]);
    let big = [bind("Size", BindingSource::Fixed { value: "xl".into() })];
    let why = "It is set to \u{201c}xl\u{201d}, and the constraint \u{201c}Small ones\u{201d} refuses that: Choose a small one.";
    assert_eq!(told(&it, &big, ""), [("Size".to_owned(), why.to_owned())]);
    assert_eq!(told(&it, &[bind("Size", BindingSource::Fixed { value: "s".into() })], ""), []);
    assert_eq!(told(&it, &[], ""), [], "people choose");
    let choice = |values: &[&str]| {
        let values = values.iter().map(|it| (*it).to_owned()).collect();
        [bind("Size", BindingSource::Choice { values })]
    };
    assert_eq!(told(&it, &choice(&["xl", "m"]), ""), []);
    let none = told(&it, &choice(&["xl", "xxl"]), "");
    assert!(none[0].1.starts_with("None of its values can be chosen. \u{201c}xl\u{201d}: the constraint"), "{none:?}");
}

#[test]
fn a_template_and_a_constraint_without_a_value_in_common_are_told() {
    let sizes = Parameter { allowed_values: vec!["l".into(), "xl".into()], ..parameter("Size") };
    let it = product(vec![version("1", vec![sizes])], vec![one_of("Size", &["s"])]);
    assert_eq!(told(&it, &[], "").len(), 1);
    let types = Parameter { allowed_values: vec!["ml.g5.xlarge".into()], ..parameter("InstanceType") };
    let it = product(vec![version("1", vec![types])], Vec::new());
    assert_eq!(told(&it, &[], "ml.g5"), []);
    assert!(told(&it, &[], "ml.t3")[0].1.contains("is not among the instance types of the project here"));
}

#[test]
fn what_people_are_called_and_accounts_have_is_held_against_the_template() {
    let short = Parameter { max_length: Some(10), ..parameter("UserProfileName") };
    let it = product(vec![version("1", vec![short, parameter("VpcId")])], Vec::new());
    let bindings = [
        bind("UserProfileName", BindingSource::FromPerson { value: PersonValue::StudioUserId }),
        bind("VpcId", BindingSource::FromAccount { value: AccountValue::VpcId }),
    ];
    let told = told(&it, &bindings, "");
    assert!(told[0].1.starts_with("It is set to the Studio user id of whoever asks"), "{told:?}");
    assert!(told[1].1.contains("has no VPC declared"), "{told:?}");
    let secret = Parameter { no_echo: true, ..parameter("Password") };
    let it = product(vec![version("1", vec![secret])], Vec::new());
    let clear = [bind("Password", BindingSource::Fixed { value: "hunter2".into() })];
    assert!(!self::told(&it, &clear, "")[0].1.contains("hunter2"));
}

#[test]
fn it_is_told_for_which_versions_and_accounts() {
    let only = |value: &str| Parameter { allowed_values: vec![value.into()], ..parameter("Size") };
    let old = ProvisioningArtifact { deprecated: true, ..version("0", vec![only("z")]) };
    let it = product(vec![version("2", vec![only("b")]), version("1", vec![only("a")]), old], Vec::new());
    let (one, two, project, any) = (account("dev"), account("test"), project(), InstanceList::default());
    let two = ProjectAccount { account: "601000000003".parse().unwrap(), ..two };
    let place = |account| PlaceOfUse { account, project: &project, instances: &any };
    let places = [place(&one), place(&two)];
    let fixed = |value: &str| BindingSource::Fixed { value: value.into() };
    let at = |found: Vec<Obstacle>| found.into_iter().map(|it| (it.versions, it.accounts)).collect::<Vec<_>>();
    let (first, second) = (vec!["1".to_owned()], vec!["2".to_owned()]);
    assert_eq!(at(obstacles(&it, &[bind("Size", fixed("b"))], &places)), [(first.clone(), Vec::new())]);
    assert_eq!(at(obstacles(&it, &[bind("Size", fixed("b"))], &[])), [(first.clone(), Vec::new())], "used nowhere yet");
    let own = ParameterBinding { account: Some(two.account.clone()), ..bind("Size", fixed("a")) };
    let found = at(obstacles(&it, &[bind("Size", fixed("b")), own], &places));
    assert_eq!(found, [(second, vec!["test".to_owned()]), (first, vec!["dev".to_owned()])]);
}

#[test]
fn what_holds_for_the_whole_product_is_told_without_a_parameter() {
    let why = |it: &Product| obstacles(it, &[], &[]).into_iter().map(|it| it.why).collect::<Vec<_>>();
    let inside = |constraints| Product {
        portfolios: vec!["port-1".parse().unwrap()],
        ..product(vec![version("1", vec![parameter("Size")])], constraints)
    };
    let launch = || Constraint { rule: ConstraintRule::Launch { role: "R".into() }, ..one_of("Size", &["s"]) };
    assert_eq!(why(&inside(vec![launch()])), Vec::<String>::new());
    assert_eq!(why(&inside(Vec::new())), ["No LAUNCH constraint says which role launches it."]);
    let mut old = inside(vec![launch()]);
    old.artifacts[0].deprecated = true;
    assert_eq!(why(&old), ["It has no version that is active and not deprecated."]);
    let never = rule(&serde_json::json!({
        "Assertions": [{ "Assert": { "Fn::Equals": ["a", "b"] }, "AssertDescription": "Never." }],
    }));
    let sizes = Parameter { allowed_values: vec!["s".into()], ..parameter("Size") };
    let it = product(vec![version("1", vec![sizes])], vec![never]);
    let told = obstacles(&it, &[], &[]);
    assert!(
        told.len() == 1 && told[0].parameter.is_empty() && told[0].why.ends_with("refuses everything: Never."),
        "{told:?}"
    );
}

fn values() -> impl Strategy<Value = Vec<String>> {
    prop::collection::btree_set("(a|b|c|ml\\.t3\\.large|ml\\.g5\\.large)", 0..4).prop_map(|it| it.into_iter().collect())
}

fn parameters() -> impl Strategy<Value = Vec<Parameter>> {
    let one = (values(), prop::option::of("(a|b|ml\\.t3\\.large)"), prop::option::of(Just("[ab]".to_owned())));
    prop::collection::vec(one, 1..4).prop_map(|all| {
        let named = all.into_iter().zip(["A", "B", "RoleArn"]);
        let made = named.map(|((allowed_values, default, allowed_pattern), key)| Parameter {
            allowed_values,
            default,
            allowed_pattern,
            ..parameter(key)
        });
        made.collect()
    })
}

fn bindings() -> impl Strategy<Value = Vec<ParameterBinding>> {
    let source = prop_oneof![
        "(a|b|c)".prop_map(|value| BindingSource::Fixed { value }),
        Just(BindingSource::FromAccount { value: AccountValue::Stage }),
        Just(BindingSource::FromPerson { value: PersonValue::Project }),
        Just(BindingSource::FromPerson { value: PersonValue::StudioUserId }),
        values().prop_map(|values| BindingSource::Choice { values }),
        Just(BindingSource::Ask),
    ];
    let one = ("(A|B|RoleArn)", source).prop_map(|(key, source)| bind(&key, source));
    prop::collection::vec(one, 0..3)
}

fn constraints() -> impl Strategy<Value = Vec<Constraint>> {
    let plain = ("(A|B|RoleArn)", values()).prop_map(|(key, values)| {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        one_of(&key, &values)
    });
    let conditional = ("(A|B)", "(a|b)", "(A|B)", "(a|b)").prop_map(|(when, is, then, to)| {
        rule(&serde_json::json!({
            "RuleCondition": { "Fn::Equals": [{ "Ref": when }, is] },
            "Assertions": [{ "Assert": { "Fn::Equals": [{ "Ref": then }, to] } }],
        }))
    });
    prop::collection::vec(prop_oneof![plain, conditional], 0..3)
}

/// Everything that somebody could type who is asked for these parameters.
fn typings(parameters: &[Parameter]) -> Vec<BTreeMap<String, String>> {
    let mut all = vec![BTreeMap::new()];
    for parameter in parameters {
        let longer = all.clone().into_iter().flat_map(|typed| {
            ["a", "b", "c", "ml.t3.large", "ml.g5.large"].map(|value| {
                let mut typed = typed.clone();
                typed.insert(parameter.key.clone(), value.to_owned());
                typed
            })
        });
        all.extend(longer.collect::<Vec<_>>());
    }
    all
}

proptest! {
    /// Whatever is told: nothing that can be typed is taken.
    #[test]
    fn nothing_gets_past_an_obstacle(
        parameters in parameters(),
        bindings in bindings(),
        constraints in constraints(),
        instances in "(|ml\\.t3)",
    ) {
        let it = product(vec![version("1", parameters)], constraints);
        let found = told(&it, &bindings, &instances);
        // More than half of them have one.
        if found.is_empty() {
            return Ok(());
        }
        let list: InstanceList = instances.parse().unwrap();
        let declared = &it.artifacts[0].parameters;
        let narrowed = within_instances(narrow(declared, &it.constraints), &list);
        let subject = "ada".to_owned();
        let person = BindingPerson {
            studio_user_id: PersonKey { issuer: "https://id.example".into(), subject }.studio_user_id(),
            email: None,
            environment_name: "mine".into(),
            there: BTreeMap::new(),
        };
        for typed in typings(declared) {
            let Ok(values) = resolve(&narrowed, &bindings, &account("dev"), &project(), &person, &typed) else { continue };
            let broken = it.constraints.iter().any(|constraint| match &constraint.rule {
                ConstraintRule::Template { rules } => !check_rules(rules, &values).unwrap().is_empty(),
                _ => false,
            });
            let outside = !outside_instances(&narrowed, &values, &list).is_empty();
            // What the template itself refuses, CloudFormation does.
            let refused = declared.iter().any(|it| {
                values.get(&it.key).is_some_and(|value| domain::parameter::validate(it, value).is_err())
            });
            prop_assert!(broken || outside || refused, "{found:?} and yet {values:?} by {typed:?}");
        }
    }
}
