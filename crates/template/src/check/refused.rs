//! What CloudFormation writes out or fetches when it runs: no rule sees what comes of it, so it is refused.

use serde_json::{Map, Value};

use super::Found;

/// Types that bring resources which are not in the template.
const NESTED: [&str; 3] = [
    "AWS::CloudFormation::Stack",
    "AWS::CloudFormation::StackSet",
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct",
];

/// How a loop of `AWS::LanguageExtensions` begins.
const FOR_EACH: &str = "Fn::ForEach";

pub(super) fn check(document: &Map<String, Value>, found: &mut Found<'_>) {
    if let Some(transform) = document.get("Transform") {
        let names = match transform {
            Value::Array(names) => names.iter().map(|name| name.as_str().unwrap_or("?")).collect::<Vec<_>>().join(", "),
            other => other.as_str().unwrap_or("?").to_owned(),
        };
        let message = format!("The transform {names} writes resources that no rule sees.");
        let fix = "Give the processed template: aws cloudformation get-template --template-stage Processed.";
        found.refusal("transform", "/Transform", message, fix);
    }
    walk(document, "", found);
    for (id, body) in document.get("Resources").and_then(Value::as_object).into_iter().flatten() {
        let Some(kind) = body.get("Type").and_then(Value::as_str) else { continue };
        let path = format!("/Resources/{id}/Type");
        if NESTED.contains(&kind) {
            let message = format!("{kind} brings resources of another template, which no rule sees.");
            found.refusal("nested_stack", &path, message, "Write its resources into this template.");
        } else if kind.ends_with("::MODULE") {
            let message = format!("{kind} is a module: its resources stand in the registry, where no rule sees them.");
            found.refusal("module", &path, message, "Write its resources into this template.");
        }
    }
}

/// Loops and macros, wherever they stand.
fn walk(map: &Map<String, Value>, path: &str, found: &mut Found<'_>) {
    for (key, value) in map {
        let here = format!("{path}/{key}");
        if key.starts_with(FOR_EACH) {
            let message = "A loop writes resources that no rule sees.";
            found.refusal("for_each", &here, message, "Write out what the loop makes.");
        } else if key == "Fn::Transform" {
            let message = "A macro writes parts of the template that no rule sees.";
            found.refusal("transform", &here, message, "Write out what the macro makes.");
        } else {
            below(value, &here, found);
        }
    }
}

fn below(value: &Value, path: &str, found: &mut Found<'_>) {
    match value {
        Value::Object(map) => walk(map, path, found),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                below(item, &format!("{path}/{index}"), found);
            }
        }
        _ => {}
    }
}
