//! The ways that the conditions of a template can turn out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// Conditions by name, each decided.
pub(super) type World = BTreeMap<String, bool>;

/// Comparisons that are tried in all combinations; beyond that a template is not decided.
const MOST_COMPARISONS: usize = 6;

/// All worlds of the conditions that are asked for, those left out in which a value would equal two others; `None` where they
/// are too many, or circular.
pub(super) fn worlds(conditions: &Map<String, Value>, asked: &BTreeSet<String>) -> Option<Vec<World>> {
    let mut comparisons = Vec::new();
    for name in asked {
        comparisons_of(
            &Value::Object(Map::from_iter([("Condition".to_owned(), name.clone().into())])),
            conditions,
            0,
            &mut comparisons,
        )?;
    }
    comparisons.sort();
    comparisons.dedup();
    if comparisons.len() > MOST_COMPARISONS {
        return None;
    }
    let mut worlds = Vec::new();
    for bits in 0..1_u32 << comparisons.len() {
        let holds: BTreeMap<&String, bool> =
            comparisons.iter().enumerate().map(|(at, it)| (it, bits >> at & 1 == 1)).collect();
        if contradicts(&holds) {
            continue;
        }
        let world: World = asked
            .iter()
            .map(|name| (name.clone(), conditions.get(name).is_some_and(|it| decide(it, conditions, &holds))))
            .collect();
        if !worlds.contains(&world) {
            worlds.push(world);
        }
    }
    Some(worlds)
}

/// One member alone, which is how functions are written.
fn call(value: &Value) -> Option<(&str, &Value)> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    map.iter().next().map(|(name, argument)| (name.as_str(), argument))
}

/// Gathers what is compared; `None` where conditions stand in a circle.
fn comparisons_of(value: &Value, conditions: &Map<String, Value>, depth: usize, found: &mut Vec<String>) -> Option<()> {
    if depth > 64 {
        return None;
    }
    match call(value) {
        Some(("Fn::And" | "Fn::Or" | "Fn::Not", Value::Array(parts))) => {
            parts.iter().try_for_each(|part| comparisons_of(part, conditions, depth + 1, found))
        }
        Some(("Condition", Value::String(name))) => match conditions.get(name) {
            Some(condition) => comparisons_of(condition, conditions, depth + 1, found),
            None => Some(()),
        },
        _ => {
            found.push(value.to_string());
            Some(())
        }
    }
}

fn decide(value: &Value, conditions: &Map<String, Value>, holds: &BTreeMap<&String, bool>) -> bool {
    let decide = |value| decide(value, conditions, holds);
    match call(value) {
        Some(("Fn::And", Value::Array(parts))) => parts.iter().all(decide),
        Some(("Fn::Or", Value::Array(parts))) => parts.iter().any(decide),
        Some(("Fn::Not", Value::Array(parts))) => !parts.iter().any(decide),
        Some(("Condition", Value::String(name))) => conditions.get(name).is_some_and(decide),
        _ => holds.get(&value.to_string()).copied().unwrap_or(false),
    }
}

/// Whether one thing equals two texts at once.
fn contradicts(holds: &BTreeMap<&String, bool>) -> bool {
    let mut equal: BTreeMap<String, String> = BTreeMap::new();
    holds.iter().filter(|(_, holds)| **holds).any(|(comparison, _)| {
        let value: Value = serde_json::from_str(comparison).unwrap_or_default();
        let (thing, text) = match value.pointer("/Fn::Equals").and_then(Value::as_array).map(Vec::as_slice) {
            Some([thing @ Value::Object(_), Value::String(text)] | [Value::String(text), thing @ Value::Object(_)]) => {
                (thing.to_string(), text.clone())
            }
            _ => return false,
        };
        equal.insert(thing, text.clone()).is_some_and(|other| other != text)
    })
}
