//! Sections and entries as CloudFormation has them.

use serde_json::{Map, Value};

use super::Found;
use crate::document::{RESOURCE_MEMBERS, SECTIONS};
use crate::parameters;

pub(super) fn check(document: &Map<String, Value>, found: &mut Found<'_>) {
    for section in document.keys().filter(|key| !SECTIONS.contains(&key.as_str())) {
        // Told as what it is, elsewhere.
        if section.starts_with("Fn::") {
            continue;
        }
        let message = format!("CloudFormation has no section {section}.");
        found.mistake("unknown_section", &format!("/{section}"), message, "Correct its name, or take it out.");
    }
    match document.get("AWSTemplateFormatVersion") {
        None => {}
        Some(Value::String(version)) if version == "2010-09-09" => {}
        Some(_) => found.mistake(
            "format_version",
            "/AWSTemplateFormatVersion",
            "The only version of the format is 2010-09-09.",
            "Write AWSTemplateFormatVersion: '2010-09-09', in quotes.",
        ),
    }
    let entries = |name: &str| document.get(name).and_then(Value::as_object);
    for name in ["Parameters", "Mappings", "Conditions", "Resources", "Outputs"] {
        if document.get(name).is_some_and(|it| !it.is_object() && !it.is_null()) {
            found.mistake("section_form", &format!("/{name}"), format!("{name} is a map of names."), "Write a map.");
        }
    }
    if entries("Resources").is_none_or(Map::is_empty) {
        found.refusal(
            "empty_template",
            "/Resources",
            "It has no resource: there is nothing that rules could hold for.",
            "Declare at least one resource.",
        );
    }
    for (id, body) in entries("Resources").into_iter().flatten() {
        resource(id, body, found);
    }
    for (key, body) in entries("Parameters").into_iter().flatten() {
        if let Err(error) = parameters::read(key, body) {
            let fix = "Write the parameter as CloudFormation has it.";
            found.mistake("parameter_form", &format!("/Parameters/{key}"), error.message, fix);
        }
    }
    for (key, body) in entries("Outputs").into_iter().flatten() {
        if body.get("Value").is_none_or(Value::is_null) {
            let message = format!("The output {key} has no Value.");
            found.mistake("output_form", &format!("/Outputs/{key}"), message, "Give it a Value, or take it out.");
        }
    }
}

fn resource(id: &str, body: &Value, found: &mut Found<'_>) {
    let path = format!("/Resources/{id}");
    // Told as what it is, elsewhere.
    if id.starts_with("Fn::") {
        return;
    }
    let Some(body) = body.as_object() else {
        return found.mistake("resource_form", &path, format!("The resource {id} is a map."), "Give it a Type.");
    };
    for member in body.keys().filter(|key| !RESOURCE_MEMBERS.contains(&key.as_str())) {
        let message = format!("Resources have no member {member}.");
        let fix = "Properties of the type stand under Properties: move it there, or take it out.";
        found.mistake("resource_member", &format!("{path}/{member}"), message, fix);
    }
    match body.get("Type").and_then(Value::as_str) {
        None | Some("") => {
            found.mistake("resource_type", &path, format!("The resource {id} has no Type."), "Give it a Type.");
        }
        Some(kind) if !kind.contains("::") => {
            let message = format!("{kind} is no type of resource.");
            found.mistake("resource_type", &format!("{path}/Type"), message, "Write it as AWS::Service::Resource.");
        }
        Some(_) => {}
    }
}
