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

pub(super) const FUNCTIONS: &[&str] = &[
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
            if let Some((name, argument)) = map.iter().next().filter(|_| map.len() == 1) {
                found.extend(of_function(name, argument));
                if let Some(taken) = taken(name, argument, conditions) {
                    collect(taken, conditions, found);
                    return;
                }
            }
            map.values().for_each(|item| collect(item, conditions, found));
        }
        _ => {}
    }
}

/// The branch of an `Fn::If` whose condition is known; nothing where that branch is missing.
fn taken<'a>(name: &str, argument: &'a Value, conditions: Option<&BTreeMap<String, bool>>) -> Option<&'a Value> {
    let parts = argument.as_array().filter(|_| name == "Fn::If")?;
    let holds = conditions?.get(parts.first()?.as_str()?)?;
    Some(parts.get(if *holds { 1 } else { 2 }).unwrap_or(&Value::Null))
}

/// What a function refers to itself, its arguments left alone.
pub(super) fn of_function(name: &str, argument: &Value) -> Vec<Reference> {
    match (name, argument) {
        ("Ref", Value::String(target)) => vec![Reference::Name(target.clone())],
        ("Condition", Value::String(target)) => vec![Reference::Condition(target.clone())],
        ("Fn::GetAtt", Value::String(target)) => {
            vec![Reference::Attribute(target.split('.').next().unwrap_or_default().to_owned())]
        }
        ("Fn::GetAtt", Value::Array(parts)) => {
            parts.first().and_then(Value::as_str).map(|it| Reference::Attribute(it.to_owned())).into_iter().collect()
        }
        ("Fn::Sub", argument) => {
            let (text, own) = match argument {
                Value::Array(parts) => (parts.first(), parts.get(1).and_then(Value::as_object)),
                other => (Some(other), None),
            };
            let variables = text.and_then(Value::as_str).map(sub::variables).unwrap_or_default();
            let others = variables.into_iter().filter(|name| own.is_none_or(|own| !own.contains_key(name)));
            let reference = |variable: String| match variable.split_once('.') {
                Some((target, _)) => Reference::Attribute(target.to_owned()),
                None => Reference::Name(variable),
            };
            others.map(reference).collect()
        }
        ("Fn::If", Value::Array(parts)) => {
            parts.first().and_then(Value::as_str).map(|it| Reference::Condition(it.to_owned())).into_iter().collect()
        }
        (name, _) if name.starts_with("Fn::") && !FUNCTIONS.contains(&name) => {
            vec![Reference::UnknownFunction(name.to_owned())]
        }
        _ => Vec::new(),
    }
}
