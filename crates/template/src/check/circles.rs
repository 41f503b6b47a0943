//! Resources that need each other, so that none can be made first.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::Found;
use crate::graph::circle;
use crate::references::{Reference, collect};

pub(super) fn check(document: &Map<String, Value>, found: &mut Found<'_>) {
    let Some(resources) = document.get("Resources").and_then(Value::as_object) else { return };
    let needs: BTreeMap<&str, BTreeSet<String>> =
        resources.iter().map(|(id, body)| (id.as_str(), needed(body))).collect();
    let members: Vec<&str> = circle(&needs).into_iter().collect();
    let [first, .., last] = members.as_slice() else { return one(&members, found) };
    let message = format!(
        "{} and {last} need each other in a circle, so none of them can be made first.",
        members[..members.len() - 1].join(", ")
    );
    let fix = "Take out what makes one of them need the next: a Ref, Fn::GetAtt, Fn::Sub or DependsOn.";
    found.mistake("circular_dependency", &format!("/Resources/{first}"), message, fix);
}

fn one(members: &[&str], found: &mut Found<'_>) {
    for id in members {
        let message = format!("{id} needs itself, so it cannot be made.");
        let fix = "Take out what refers to the resource itself.";
        found.mistake("circular_dependency", &format!("/Resources/{id}"), message, fix);
    }
}

fn needed(body: &Value) -> BTreeSet<String> {
    let mut references = Vec::new();
    if let Some(properties) = body.get("Properties") {
        collect(properties, None, &mut references);
    }
    let mut needed: BTreeSet<String> = references
        .into_iter()
        .filter_map(|it| match it {
            Reference::Name(name) | Reference::Attribute(name) => Some(name),
            Reference::Condition(_) | Reference::UnknownFunction(_) => None,
        })
        .collect();
    match body.get("DependsOn") {
        Some(Value::String(one)) => needed.extend([one.clone()]),
        Some(Value::Array(many)) => needed.extend(many.iter().filter_map(Value::as_str).map(str::to_owned)),
        _ => {}
    }
    needed
}
