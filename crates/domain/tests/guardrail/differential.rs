//! Against a second engine, which somebody else wrote: `iam-rs`. It decides by one set of policies; the layers are ours alone
//! and held against AWS's documentation in `layers`.

use domain::guardrail::{Call, Context, Decision, Layers, Policy, PolicyKind, SizeLimit, evaluate};
use iam_rs::{Arn, ContextValue, IAMPolicy, IAMRequest, PolicyEvaluator, Principal, PrincipalId};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

#[derive(Clone, Debug)]
struct Case {
    statements: Vec<Value>,
    action: String,
    resource: String,
    context: Vec<(String, Vec<String>)>,
}

fn ours(case: &Case) -> Decision {
    let text = json!({"Version": "2012-10-17", "Statement": case.statements}).to_string();
    let policy = Policy::parse_within(SizeLimit::NONE, PolicyKind::Identity, "p", &text)
        .unwrap_or_else(|error| panic!("{error}: {text}"));
    let mut context = Context::new();
    for (key, values) in &case.context {
        context.set_many(key, values);
    }
    let layers = Layers { scps: &[], boundary: None, session: None, identity: std::slice::from_ref(&policy) };
    evaluate(&layers, &Call { action: &case.action, resource: &case.resource, context: &context }).decision
}

/// `Err`: the engine gives no answer.
fn theirs(case: &Case) -> Result<Decision, String> {
    let document = json!({"Version": "2012-10-17", "Statement": case.statements});
    let policy: IAMPolicy = serde_json::from_value(document).map_err(|error| error.to_string())?;
    let mut context = iam_rs::Context::new();
    for (key, values) in &case.context {
        let value = match values.as_slice() {
            [] => continue,
            [one] => one.parse().map_or_else(|_| ContextValue::String(one.clone()), ContextValue::Boolean),
            many => ContextValue::StringList(many.to_vec()),
        };
        context.insert(key.clone(), value);
    }
    let who = Principal::Aws(PrincipalId::String("arn:aws:iam::601000000002:user/ada".into()));
    let resource = Arn::parse(&case.resource).map_err(|error| error.to_string())?;
    let request = IAMRequest::new_with_context(who, case.action.as_str(), resource, context);
    let result = PolicyEvaluator::with_policies(vec![policy]).evaluate(&request).map_err(|error| error.to_string())?;
    Ok(match result.decision {
        iam_rs::Decision::Allow => Decision::Allow,
        iam_rs::Decision::Deny => Decision::ExplicitDeny,
        iam_rs::Decision::NotApplicable => Decision::ImplicitDeny,
    })
}

/// Operators by the kind of value that they compare: names, values of policies, values of calls. What the two are known to
/// differ in is left to [`where_they_differ_awss_documentation_decides`].
const KINDS: &[(&[&str], &[&str], &[&str])] = &[
    (
        &["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"],
        &["ada", "Ada", "bob", "a*"],
        &["ada", "ADA", "bob", "a*"],
    ),
    (&["StringLike", "StringNotLike"], &["ada", "a*", "?da", "*", "*a*a*"], &["ada", "aada", "bob", "da"]),
    (
        &[
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ],
        &["1", "2", "2.0", "-3.5", "30"],
        &["1", "2", "2.5", "-4"],
    ),
    (
        &[
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
        ],
        &["2026-04-01T00:00:00Z", "2026-05-01T12:30:00Z", "2026-05-01T14:30:00+02:00"],
        &["2026-04-01T00:00:00Z", "2026-05-01T12:30:00Z", "2027-01-01T00:00:00Z"],
    ),
    (&["Bool"], &["true", "false"], &["true", "false"]),
    (&["BinaryEquals"], &["YWRh", "Ym9i"], &["YWRh", "Ym9i"]),
    (
        &["IpAddress", "NotIpAddress"],
        &["10.0.0.0/8", "203.0.113.7", "203.0.113.7/32", "2001:db8::/32", "0.0.0.0/0"],
        &["10.1.2.3", "203.0.113.7", "2001:db8::1", "2001:db9::1"],
    ),
    (
        &["ArnEquals", "ArnNotEquals"],
        &["arn:aws:iam::601000000002:role/ada", "arn:aws:iam::602000000001:role/ada"],
        &["arn:aws:iam::601000000002:role/ada", "arn:aws:iam::602000000001:role/team/ada"],
    ),
    (
        &["ArnLike", "ArnNotLike"],
        &["arn:aws:iam::601000000002:role/ada", "arn:aws:iam::*:role/a*", "arn:aws:iam::601000000002:role/team/*"],
        &["arn:aws:iam::601000000002:role/ada", "arn:aws:iam::602000000001:role/team/ada"],
    ),
    (&["Null"], &["true"], &["ada"]),
    (&["Null"], &["false"], &["ada"]),
];

fn texts(pool: &'static [&'static str], at_least: usize) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(select(pool), at_least..3)
}

/// A condition on the key `a:x`, and what the call has for it.
fn condition() -> impl Strategy<Value = (Value, Vec<String>)> {
    select(KINDS).prop_flat_map(|(names, policy, call)| {
        let around = select(vec![("", ""), ("", "IfExists"), ("ForAllValues:", ""), ("ForAnyValue:", "")]);
        (around, select(names), texts(policy, 1), texts(call, 0)).prop_map(
            |((set, if_exists), name, policy, mut call)| {
                // The other engine has set operators for texts and ARNs alone.
                let set = if name.starts_with("String") || name.starts_with("Arn") { set } else { "" };
                let if_exists = if name == "Null" { "" } else { if_exists };
                // What several values mean without a set operator, AWS does not say.
                if set.is_empty() {
                    call.truncate(1);
                }
                let operator = format!("{set}{name}{if_exists}");
                (json!({operator: {"a:x": policy}}), call.into_iter().map(str::to_owned).collect())
            },
        )
    })
}

fn statement(condition: Value) -> impl Strategy<Value = Value> {
    let actions = select(vec!["*", "s3:*", "s3:Get*", "s3:GetObject", "S3:getobject", "s3:?etObject", "ec2:*"]);
    let resources = select(vec![
        "*",
        "arn:aws:s3:::a/*",
        "arn:aws:s3:::a/b",
        "arn:aws:s3:::?/b",
        "arn:aws:s3:::${aws:username}/*",
        "arn:aws:s3:::*/b",
    ]);
    (
        select(vec!["Allow", "Allow", "Deny"]),
        any::<bool>(),
        prop::collection::vec(actions, 1..3),
        any::<bool>(),
        prop::collection::vec(resources, 1..3),
        any::<bool>(),
    )
        .prop_map(move |(effect, not_action, actions, not_resource, resources, conditional)| {
            let not_resource = not_resource && !resources.iter().any(|resource| resource.contains("${"));
            let mut statement = json!({
                "Effect": effect,
                if not_action { "NotAction" } else { "Action" }: actions,
                if not_resource { "NotResource" } else { "Resource" }: resources,
            });
            if conditional {
                statement["Condition"] = condition.clone();
            }
            statement
        })
}

fn cases() -> impl Strategy<Value = Case> {
    condition().prop_flat_map(|(condition, x)| {
        (
            prop::collection::vec(statement(condition), 1..4),
            select(vec!["s3:GetObject", "s3:PutObject", "ec2:RunInstances"]),
            select(vec!["arn:aws:s3:::a/b", "arn:aws:s3:::b/b", "arn:aws:s3:::ada/c/d"]),
            prop_oneof![3 => Just(vec!["ada".to_owned()]), 1 => Just(Vec::new())],
        )
            .prop_map(move |(statements, action, resource, name)| Case {
                statements,
                action: action.into(),
                resource: resource.into(),
                context: vec![("aws:username".into(), name), ("a:x".into(), x.clone())],
            })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::with_cases(6_000) })]

    #[test]
    fn two_engines_decide_alike(case in cases()) {
        prop_assert_eq!(theirs(&case), Ok(ours(&case)));
    }
}

/// An entry goes when the other engine agrees: its answer is part of the test.
#[test]
fn where_they_differ_awss_documentation_decides() {
    use Decision::{Allow, ImplicitDeny};
    let get = |statement: Value, x: &[&str]| Case {
        statements: vec![statement],
        action: "s3:GetObject".into(),
        resource: "arn:aws:s3:::a/b".into(),
        context: vec![("a:x".into(), x.iter().map(|v| (*v).to_owned()).collect()), ("aws:username".into(), vec![])],
    };
    let when = |condition: Value| json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition});
    for (page, says, mut case, name, documented) in [
        (
            "reference_policies_variables",
            "If the variable cannot be resolved, this might cause the entire statement to be invalid",
            get(json!({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::${aws:username}/*"}), &[]),
            None,
            ImplicitDeny,
        ),
        (
            "reference_policies_elements_condition_operators",
            "ArnEquals and ArnLike behave identically",
            get(when(json!({"ArnEquals": {"a:x": "arn:aws:iam::*:role/a*"}})), &["arn:aws:iam::601000000002:role/ada"]),
            None,
            Allow,
        ),
        (
            "reference_policies_condition-logic-multiple-context-keys-or-values",
            "If your condition includes multiple values for a context key, those values are evaluated using a logical OR",
            get(when(json!({"Null": {"a:x": ["true", "false"]}})), &["ada"]),
            None,
            Allow,
        ),
        (
            "reference_policies_variables",
            "You can use policy variables ... in string comparisons in the Condition element",
            get(when(json!({"StringEqualsIgnoreCase": {"a:x": "${aws:username}"}})), &["ADA"]),
            Some("ada"),
            Allow,
        ),
        (
            "reference_policies_variables",
            "You can use policy variables ... in string comparisons in the Condition element",
            get(when(json!({"ForAnyValue:StringLike": {"a:x": "${aws:username}*"}})), &["bob", "ada"]),
            Some("ada"),
            Allow,
        ),
    ] {
        case.context[1].1 = name.into_iter().map(str::to_owned).collect();
        assert_eq!(ours(&case), documented, "{page}: {says}");
        assert_ne!(theirs(&case), Ok(documented), "{page}: the other engine agrees now; take the entry away");
    }
}
