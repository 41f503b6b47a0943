//! What a value refers to.

use std::collections::BTreeMap;

use serde_json::Value;

use super::sub;

/// A mention of something by its logical name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// `Ref`, or a plain variable of `Fn::Sub`: a parameter, resource or pseudo parameter.
    Name(String),
    /// `Fn::GetAtt`, or a dotted variable of `Fn::Sub`.
    Attribute(String),
    /// `Condition` inside a condition, or the first argument of `Fn::If`.
    Condition(String),
    /// A `Fn::` name that CloudFormation does not have.
    UnknownFunction(String),
}

const FUNCTIONS: &[&str] = &[
    "Fn::And",
    "Fn::Base64",
    "Fn::Cidr",
    "Fn::Contains",
    "Fn::EachMemberEquals",
    "Fn::EachMemberIn",
    "Fn::Equals",
    "Fn::FindInMap",
    "Fn::GetAZs",
    "Fn::GetAtt",
    "Fn::If",
    "Fn::ImportValue",
    "Fn::Join",
    "Fn::Length",
    "Fn::Not",
    "Fn::Or",
    "Fn::RefAll",
    "Fn::Select",
    "Fn::Split",
    "Fn::Sub",
    "Fn::ToJsonString",
    "Fn::ValueOf",
    "Fn::ValueOfAll",
];

/// All references in `value`. With `conditions` given, only the branch of each `Fn::If` that is taken. `depth` of the
/// value is bounded by the parser, so recursion is too.
pub(super) fn collect(value: &Value, conditions: Option<&BTreeMap<String, bool>>, found: &mut Vec<Reference>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, conditions, found)),
        Value::Object(map) => {
            if let Some((name, argument)) = map.iter().next().filter(|_| map.len() == 1)
                && function(name, argument, conditions, found)
            {
                return;
            }
            map.values().for_each(|item| collect(item, conditions, found));
        }
        _ => {}
    }
}

/// Whether the pair was a function whose arguments need no further look.
fn function(
    name: &str,
    argument: &Value,
    conditions: Option<&BTreeMap<String, bool>>,
    found: &mut Vec<Reference>,
) -> bool {
    match (name, argument) {
        ("Ref", Value::String(target)) => found.push(Reference::Name(target.clone())),
        ("Condition", Value::String(target)) => found.push(Reference::Condition(target.clone())),
        ("Fn::GetAtt", Value::String(target)) => {
            found.push(Reference::Attribute(target.split('.').next().unwrap_or_default().to_owned()));
        }
        ("Fn::GetAtt", Value::Array(parts)) => {
            if let Some(target) = parts.first().and_then(Value::as_str) {
                found.push(Reference::Attribute(target.to_owned()));
            }
            parts.iter().skip(1).for_each(|part| collect(part, conditions, found));
        }
        ("Fn::Sub", argument) => {
            let (text, own) = match argument {
                Value::Array(parts) => (parts.first(), parts.get(1).and_then(Value::as_object)),
                other => (Some(other), None),
            };
            for variable in text.and_then(Value::as_str).map(sub::variables).unwrap_or_default() {
                if own.is_some_and(|own| own.contains_key(&variable)) {
                    continue;
                }
                match variable.split_once('.') {
                    Some((target, _)) => found.push(Reference::Attribute(target.to_owned())),
                    None => found.push(Reference::Name(variable)),
                }
            }
            own.into_iter().flat_map(|own| own.values()).for_each(|item| collect(item, conditions, found));
        }
        ("Fn::If", Value::Array(parts)) => {
            let Some(condition) = parts.first().and_then(Value::as_str) else { return false };
            found.push(Reference::Condition(condition.to_owned()));
            match conditions.and_then(|all| all.get(condition)) {
                None => parts.iter().skip(1).for_each(|part| collect(part, conditions, found)),
                Some(holds) => {
                    if let Some(taken) = parts.get(if *holds { 1 } else { 2 }) {
                        collect(taken, conditions, found);
                    }
                }
            }
        }
        (name, argument) if name.starts_with("Fn::") => {
            if !FUNCTIONS.contains(&name) {
                found.push(Reference::UnknownFunction(name.to_owned()));
            }
            collect(argument, conditions, found);
        }
        _ => return false,
    }
    true
}
