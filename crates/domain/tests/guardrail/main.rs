//! Policy evaluation, held against AWS's documentation and against laws that hold for all policies.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod differential;
mod documented;
mod explanations;
mod layers;
mod library;
mod operators;
mod properties;
mod refusals;
mod trust;

use domain::guardrail::{Call, Context, Decision, Layers, Policy, PolicyKind, Verdict, evaluate};

/// A context from pairs; a key that comes more than once has several values.
fn context(pairs: &[(&str, &str)]) -> Context {
    let mut context = Context::new();
    for (key, _) in pairs {
        let values: Vec<&str> = pairs.iter().filter(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| *v).collect();
        context.set_many(key, values);
    }
    context
}

fn policy(kind: PolicyKind, text: &str) -> Policy {
    Policy::parse(kind, "policy", text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Statements of a 2012-10-17 document.
fn identity(statements: &str) -> Policy {
    policy(PolicyKind::Identity, &format!(r#"{{"Version": "2012-10-17", "Statement": {statements}}}"#))
}

/// The verdict of one identity policy alone.
fn by_identity(policy: &Policy, action: &str, resource: &str, pairs: &[(&str, &str)]) -> Verdict {
    let layers = Layers { scps: &[], boundary: None, session: None, identity: std::slice::from_ref(policy) };
    evaluate(&layers, &Call { action, resource, context: &context(pairs) })
}

fn full_access() -> Policy {
    identity(r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#)
}

/// The verdict of one service control policy beside full access everywhere.
fn by_scp(text: &str, action: &str, resource: &str, pairs: &[(&str, &str)]) -> Decision {
    let scp = Policy::parse(PolicyKind::ServiceControl, "scp", text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let scps = [vec![full_access()], vec![full_access(), scp]];
    let layers = Layers { scps: &scps, boundary: None, session: None, identity: &[full_access()] };
    evaluate(&layers, &Call { action, resource, context: &context(pairs) }).decision
}
