//! Laws that hold for all policies.

use domain::guardrail::{
    Call, Context, Decision, Layers, Policy, PolicyKind, PrincipalArn, SizeLimit, evaluate, trusts,
};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

fn parse(kind: PolicyKind, statements: &[Value]) -> Policy {
    let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    Policy::parse_within(SizeLimit::NONE, kind, "p", &text).unwrap()
}

fn actions() -> impl Strategy<Value = Value> {
    let one = select(vec!["*", "s3:*", "s3:Get*", "s3:GetObject", "S3:putobject", "ec2:*", "*:Get*", "s?:GetObject"]);
    prop::collection::vec(one, 1..3).prop_map(|list| json!(list))
}

fn resources() -> impl Strategy<Value = Value> {
    let one =
        select(vec!["*", "arn:aws:s3:::a/*", "arn:aws:s3:::a/b", "arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::?/b"]);
    prop::collection::vec(one, 1..3).prop_map(|list| json!(list))
}

fn conditions() -> impl Strategy<Value = Value> {
    let operator = select(vec![
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLikeIfExists",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringLike",
        "ForAnyValue:StringNotEquals",
        "StringEqualsIgnoreCase",
        "NumericLessThan",
        "Null",
    ]);
    let key = select(vec!["aws:username", "a:x", "aws:TagKeys"]);
    let value = select(vec!["a", "b", "*", "1", "true", "${aws:username}", "${a:x, 'a'}"]);
    let one = (operator, key, prop::collection::vec(value, 0..3)).prop_map(|(o, k, v)| json!({o: {k: v}}));
    prop_oneof![2 => Just(json!({})), 3 => one]
}

fn statement(effect: impl Strategy<Value = &'static str>) -> impl Strategy<Value = Value> {
    (effect, any::<bool>(), actions(), any::<bool>(), resources(), conditions()).prop_map(
        |(effect, na, a, nr, r, c)| {
            json!({
                "Effect": effect,
                if na { "NotAction" } else { "Action" }: a,
                if nr { "NotResource" } else { "Resource" }: r,
                "Condition": c,
            })
        },
    )
}

fn statements() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(statement(select(vec!["Allow", "Allow", "Deny"])), 1..5)
}

fn contexts() -> impl Strategy<Value = Context> {
    let values = || prop::collection::vec(select(vec!["a", "b", "A", "1", "2"]), 0..3);
    (values(), values(), values()).prop_map(|(name, x, tags)| {
        let mut context = Context::new();
        context.set_many("aws:username", name).set_many("a:x", x).set_many("aws:TagKeys", tags);
        context
    })
}

#[derive(Clone, Debug)]
struct Case {
    action: &'static str,
    resource: &'static str,
    context: Context,
}

fn cases() -> impl Strategy<Value = Case> {
    let action = select(vec!["s3:GetObject", "s3:PutObject", "ec2:GetThing", "iam:PassRole"]);
    let resource = select(vec!["*", "arn:aws:s3:::a/b", "arn:aws:s3:::b/b", "arn:aws:s3:::a/c/d"]);
    (action, resource, contexts()).prop_map(|(action, resource, context)| Case { action, resource, context })
}

fn decide(
    scps: &[Vec<Policy>],
    boundary: Option<&Policy>,
    session: Option<&[Policy]>,
    identity: &[Policy],
    case: &Case,
) -> Decision {
    let call = Call { action: case.action, resource: case.resource, context: &case.context };
    evaluate(&Layers { scps, boundary, session, identity }, &call).decision
}

fn alone(statements: &[Value], case: &Case) -> Decision {
    decide(&[], None, None, &[parse(PolicyKind::Identity, statements)], case)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn adding_a_deny_never_allows_more(mut list in statements(), deny in statement(Just("Deny")), case in cases()) {
        let before = alone(&list, &case);
        list.push(deny);
        let after = alone(&list, &case);
        prop_assert!(after != Decision::Allow || before == Decision::Allow);
        prop_assert!(before != Decision::ExplicitDeny || after == Decision::ExplicitDeny);
    }

    #[test]
    fn adding_an_allow_never_denies(mut list in statements(), allow in statement(Just("Allow")), case in cases()) {
        let before = alone(&list, &case);
        list.push(allow);
        let after = alone(&list, &case);
        prop_assert_eq!(before == Decision::ExplicitDeny, after == Decision::ExplicitDeny);
        prop_assert!(before != Decision::Allow || after == Decision::Allow);
    }

    #[test]
    fn the_order_of_statements_does_not_matter(
        (list, shuffled) in statements().prop_flat_map(|l| (Just(l.clone()), Just(l).prop_shuffle())), case in cases(),
    ) {
        prop_assert_eq!(alone(&list, &case), alone(&shuffled, &case));
    }

    #[test]
    fn statements_in_one_policy_or_in_several_decide_alike(list in statements(), case in cases()) {
        let split: Vec<Policy> = list.iter().map(|s| parse(PolicyKind::Identity, std::slice::from_ref(s))).collect();
        prop_assert_eq!(alone(&list, &case), decide(&[], None, None, &split, &case));
    }

    #[test]
    fn the_case_of_actions_does_not_matter(list in statements(), case in cases()) {
        let upper = case.action.to_uppercase();
        let policy = [parse(PolicyKind::Identity, &list)];
        let layers = Layers { scps: &[], boundary: None, session: None, identity: &policy };
        let call = Call { action: &upper, resource: case.resource, context: &case.context };
        prop_assert_eq!(evaluate(&layers, &call).decision, alone(&list, &case));
    }

    /// Whatever is put before the identity policies can only take away.
    #[test]
    fn a_further_layer_never_allows_more(identity in statements(), layer in statements(), case in cases()) {
        let own = [parse(PolicyKind::Identity, &identity)];
        let without = decide(&[], None, None, &own, &case);
        let policy = parse(PolicyKind::ServiceControl, &layer);
        let one = [policy.clone()];
        for with in [
            decide(&[one.to_vec()], None, None, &own, &case),
            decide(&[], Some(&policy), None, &own, &case),
            decide(&[], None, Some(&one), &own, &case),
            decide(&[], None, Some(&[]), &own, &case),
            decide(&[one.to_vec(), vec![]], None, None, &own, &case),
        ] {
            prop_assert!(with != Decision::Allow || without == Decision::Allow);
        }
        // Allowed at every level and by identity, exactly when each alone allows and nothing denies.
        let both = decide(&[one.to_vec()], None, None, &own, &case);
        let each = (decide(&[], None, None, &one, &case), without);
        prop_assert_eq!(both == Decision::Allow, each == (Decision::Allow, Decision::Allow));
        prop_assert_eq!(both == Decision::ExplicitDeny, each.0 == Decision::ExplicitDeny || each.1 == Decision::ExplicitDeny);
    }

    /// Exactly one of a statement and the same with `Not...` in place of its action applies.
    #[test]
    fn not_action_is_the_complement(list in actions(), case in cases()) {
        let applies = |element: &str| {
            alone(&[json!({"Effect": "Allow", element: list, "Resource": "*"})], &case) == Decision::Allow
        };
        prop_assert!(applies("Action") != applies("NotAction"));
    }

    #[test]
    fn a_verdict_explains_itself(list in statements(), case in cases()) {
        let policy = [parse(PolicyKind::Identity, &list)];
        let call = Call { action: case.action, resource: case.resource, context: &case.context };
        let verdict = evaluate(&Layers { scps: &[], boundary: None, session: None, identity: &policy }, &call);
        prop_assert!(verdict.explanation.contains(case.action) && verdict.explanation.ends_with('.'));
        let by = verdict.decided_by.unwrap();
        prop_assert_eq!(by.statement.is_some(), verdict.decision != Decision::ImplicitDeny);
    }

    #[test]
    fn parsing_never_panics(text in ".{0,200}", json_like in r#"[{}\[\]":, a-zA-Z0-9*$\\\n]{0,120}"#) {
        for kind in [PolicyKind::ServiceControl, PolicyKind::Trust] {
            let _ = Policy::parse(kind, "p", &text);
            let _ = Policy::parse(kind, "p", &json_like);
        }
    }

    /// A valid document with a piece replaced by anything: refused at a place inside it, or accepted and evaluated.
    #[test]
    fn damaged_documents_never_panic(list in statements(), at in any::<prop::sample::Index>(), len in 0_usize..12, junk in ".{0,8}") {
        let mut text = serde_json::to_string_pretty(&json!({"Version": "2012-10-17", "Statement": list})).unwrap();
        let from = at.index(text.len());
        let to = (from + len).min(text.len());
        prop_assume!(text.is_char_boundary(from) && text.is_char_boundary(to));
        text.replace_range(from..to, &junk);
        match Policy::parse(PolicyKind::Identity, "p", &text) {
            Ok(policy) => {
                let call = Call { action: "s3:GetObject", resource: "*", context: &Context::new() };
                evaluate(&Layers { scps: &[], boundary: None, session: None, identity: &[policy] }, &call);
            }
            Err(error) => {
                let lines: Vec<&str> = text.split('\n').collect();
                let line = lines.get(error.line as usize - 1);
                prop_assert!(line.is_some_and(|l| error.column as usize <= l.chars().count() + 1), "{error}\n{text}");
            }
        }
    }

    #[test]
    fn evaluation_never_panics_on_any_call(list in statements(), action in ".{0,20}", resource in ".{0,40}", value in ".{0,20}") {
        let policy = parse(PolicyKind::Identity, &list);
        let mut context = Context::new();
        context.set("aws:username", value.clone()).set("a:x", value);
        let call = Call { action: &action, resource: &resource, context: &context };
        evaluate(&Layers { scps: &[], boundary: None, session: None, identity: &[policy] }, &call);
        let trust = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:*"}}"#;
        let trust = Policy::parse(PolicyKind::Trust, "t", trust).unwrap();
        trusts(&trust, &PrincipalArn::service(resource.clone()), &call);
        let _ = PrincipalArn::parse(&resource);
    }
}
