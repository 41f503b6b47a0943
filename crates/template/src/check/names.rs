//! Functions that CloudFormation has, and names that the template declares.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Found;
use crate::references::{FUNCTIONS, Reference, of_function};

/// What can be referred to.
struct Declared<'a> {
    parameters: BTreeSet<&'a str>,
    resources: BTreeSet<&'a str>,
    conditions: BTreeSet<&'a str>,
    mappings: BTreeSet<&'a str>,
}

/// Pseudo parameters (AWS CloudFormation User Guide, "Get AWS values using pseudo parameters").
const PSEUDO: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NotificationARNs",
    "AWS::NoValue",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

pub(super) fn check(document: &Map<String, Value>, found: &mut Found<'_>) {
    let names = |section: &str| {
        document.get(section).and_then(Value::as_object).into_iter().flat_map(Map::keys).map(String::as_str).collect()
    };
    let declared = Declared {
        parameters: names("Parameters"),
        resources: names("Resources"),
        conditions: names("Conditions"),
        mappings: names("Mappings"),
    };
    for section in ["Conditions", "Resources", "Outputs"] {
        for (id, body) in document.get(section).and_then(Value::as_object).into_iter().flatten() {
            let path = format!("/{section}/{id}");
            let Some(body) = body.as_object().filter(|_| section != "Conditions") else {
                walk(body, &path, &declared, found);
                continue;
            };
            condition(body, &path, &declared, found);
            depends(body, &path, &declared, found);
            for member in ["Properties", "Value", "Export"] {
                if let Some(value) = body.get(member) {
                    walk(value, &format!("{path}/{member}"), &declared, found);
                }
            }
        }
    }
}

fn condition(body: &Map<String, Value>, path: &str, declared: &Declared<'_>, found: &mut Found<'_>) {
    if let Some(name) = body.get("Condition").and_then(Value::as_str) {
        reference(&Reference::Condition(name.to_owned()), &format!("{path}/Condition"), declared, found);
    }
}

fn depends(body: &Map<String, Value>, path: &str, declared: &Declared<'_>, found: &mut Found<'_>) {
    let needed: Vec<&str> = match body.get("DependsOn") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    for name in needed {
        reference(&Reference::Attribute(name.to_owned()), &format!("{path}/DependsOn"), declared, found);
    }
}

/// Depth is bounded by the reader, so recursion is too.
fn walk(value: &Value, path: &str, declared: &Declared<'_>, found: &mut Found<'_>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{path}/{index}"), declared, found);
            }
        }
        Value::Object(map) => {
            if let Some((name, argument)) = map.iter().next().filter(|_| map.len() == 1) {
                for it in of_function(name, argument) {
                    reference(&it, path, declared, found);
                }
                if name == "Fn::FindInMap" {
                    mapping(argument, path, declared, found);
                }
            }
            for (key, item) in map {
                walk(item, &format!("{path}/{key}"), declared, found);
            }
        }
        _ => {}
    }
}

/// One whose name is written out has to be there; with a default value it may lack the key.
fn mapping(argument: &Value, path: &str, declared: &Declared<'_>, found: &mut Found<'_>) {
    let Some(name) = argument.get(0).and_then(Value::as_str) else { return };
    if !declared.mappings.contains(name) {
        let fix = "Declare it under Mappings, or correct the name.";
        found.mistake("unresolved_reference", path, format!("There is no mapping {name}."), fix);
    }
}

fn reference(to: &Reference, path: &str, declared: &Declared<'_>, found: &mut Found<'_>) {
    let Declared { parameters, resources, conditions, .. } = declared;
    // Conditions are decided before anything is made.
    let in_condition = path.starts_with("/Conditions/");
    let (rule, message, fix) = match to {
        Reference::Name(name) if PSEUDO.contains(&name.as_str()) || parameters.contains(name.as_str()) => return,
        Reference::Name(name) if name.starts_with("AWS::") => (
            "unresolved_reference",
            format!("CloudFormation has no pseudo parameter {name}."),
            format!("Use one that it has: {}.", PSEUDO.join(", ")),
        ),
        Reference::Name(name) | Reference::Attribute(name) if resources.contains(name.as_str()) && !in_condition => {
            return;
        }
        Reference::Condition(name) if conditions.contains(name.as_str()) => return,
        // Told as what it is, elsewhere.
        Reference::UnknownFunction(name) if name == "Fn::Transform" || name.starts_with("Fn::ForEach") => return,
        Reference::UnknownFunction(name) => (
            "unknown_function",
            format!("CloudFormation has no function {name}."),
            format!("Use one that it has: {}.", FUNCTIONS.join(", ")),
        ),
        Reference::Condition(name) => (
            "unresolved_condition",
            format!("There is no condition {name}."),
            "Declare it under Conditions, or correct the name.".to_owned(),
        ),
        Reference::Name(name) => (
            "unresolved_reference",
            format!("There is no parameter or resource {name}."),
            "Declare it, or correct the name.".to_owned(),
        ),
        Reference::Attribute(name) => (
            "unresolved_reference",
            format!("There is no resource {name}."),
            "Declare it, or correct the name.".to_owned(),
        ),
    };
    found.mistake(rule, path, message, &fix);
}
