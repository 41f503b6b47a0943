//! Resources as they would be made, as far as that can be told before: branches taken, texts put together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::conditions::World;

/// The names of the conditions that a value depends on.
pub(super) fn conditions_in(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| conditions_in(item, found)),
        Value::Object(map) => {
            if let Some(Value::String(name)) = map.get("Fn::If").and_then(|parts| parts.get(0)) {
                found.insert(name.clone());
            }
            map.values().for_each(|item| conditions_in(item, found));
        }
        _ => {}
    }
}

/// Parameters that have one value alone, with it.
pub(super) fn fixed(document: &Map<String, Value>) -> BTreeMap<&str, &Value> {
    let parameters = document.get("Parameters").and_then(Value::as_object);
    let only = |body: &'_ Value| -> Option<bool> { Some(body.get("AllowedValues")?.as_array()?.len() == 1) };
    parameters
        .into_iter()
        .flatten()
        .filter(|(_, body)| only(body) == Some(true))
        .filter_map(|(name, body)| Some((name.as_str(), body.pointer("/AllowedValues/0")?)))
        .collect()
}

/// A value in one world; `None` where it is `AWS::NoValue`.
pub(super) fn value_in(value: &Value, world: &World, fixed: &BTreeMap<&str, &Value>) -> Option<Value> {
    match value {
        Value::Array(items) => Some(items.iter().filter_map(|item| value_in(item, world, fixed)).collect()),
        Value::Object(map) if map.len() == 1 => {
            let (name, argument) = map.iter().next()?;
            match (name.as_str(), argument) {
                ("Ref", Value::String(name)) if name == "AWS::NoValue" => None,
                ("Ref", Value::String(name)) => Some(fixed.get(name.as_str()).map_or(value, |it| *it).clone()),
                ("Fn::If", Value::Array(parts)) => {
                    let holds = world.get(parts.first()?.as_str()?).copied().unwrap_or(false);
                    value_in(parts.get(if holds { 1 } else { 2 })?, world, fixed)
                }
                // Variables stay as they are written.
                ("Fn::Sub", Value::String(text)) => Some(text.clone().into()),
                ("Fn::Sub", Value::Array(parts)) => parts.first().cloned(),
                ("Fn::Join", Value::Array(parts)) => {
                    let parts: Vec<Value> = parts.iter().filter_map(|part| value_in(part, world, fixed)).collect();
                    Some(joined(&parts).unwrap_or_else(|| Value::Object(map.clone())))
                }
                _ => Some(members(map, world, fixed)),
            }
        }
        Value::Object(map) => Some(members(map, world, fixed)),
        other => Some(other.clone()),
    }
}

fn members(map: &Map<String, Value>, world: &World, fixed: &BTreeMap<&str, &Value>) -> Value {
    map.iter().filter_map(|(key, item)| Some((key.clone(), listed(key, value_in(item, world, fixed)?)))).collect()
}

/// One statement of a policy may stand without a list: the rules read lists alone.
fn listed(key: &str, value: Value) -> Value {
    if key == "Statement" && value.is_object() { Value::Array(vec![value]) } else { value }
}

/// A text of texts and references.
fn joined(parts: &[Value]) -> Option<Value> {
    let [Value::String(delimiter), Value::Array(items)] = parts else { return None };
    let text = |item: &Value| match item {
        Value::String(text) => Some(text.clone()),
        Value::Object(map) if map.len() == 1 => Some(format!("${{{}}}", map.get("Ref")?.as_str()?)),
        _ => None,
    };
    let texts: Option<Vec<String>> = items.iter().map(text).collect();
    Some(texts?.join(delimiter).into())
}
