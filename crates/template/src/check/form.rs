//! Sections and entries as CloudFormation has them.

use serde_json::{Map, Value};

use super::Found;
use crate::document::{RESOURCE_MEMBERS, SECTIONS};
use crate::{parameters, resource_types};

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
    // A transform may know types of its own; that there is one is told elsewhere.
    let transformed = document.contains_key("Transform");
    for (id, body) in entries("Resources").into_iter().flatten() {
        if let Some(kind) = resource(id, body, found)
            && !transformed
            && !resource_types::is_known(kind)
        {
            unknown_type(kind, &format!("/Resources/{id}/Type"), found);
        }
    }
    for (key, body) in entries("Parameters").into_iter().flatten() {
        parameter(key, body, found);
        if entries("Resources").is_some_and(|resources| resources.contains_key(key)) {
            let message = format!("A parameter is called {key}, too: a Ref could mean either.");
            found.mistake("duplicate_name", &format!("/Resources/{key}"), message, "Give one of them another name.");
        }
    }
    for (key, body) in entries("Outputs").into_iter().flatten() {
        if body.get("Value").is_none_or(Value::is_null) {
            let message = format!("The output {key} has no Value.");
            found.mistake("output_form", &format!("/Outputs/{key}"), message, "Give it a Value, or take it out.");
        }
    }
}

fn parameter(key: &str, body: &Value, found: &mut Found<'_>) {
    let path = format!("/Parameters/{key}");
    let read = match parameters::read_or_all(key, body) {
        Ok(read) => read,
        Err(wrong) => {
            for it in wrong {
                let path = if it.member.is_empty() { path.clone() } else { format!("{path}/{}", it.member) };
                let fix = "Write the parameter as CloudFormation has it.";
                let message = format!("{}.", it.error.message.trim_end_matches('.'));
                found.mistake("parameter_form", &path, message, fix);
            }
            return;
        }
    };
    let Some(unfit) = parameters::unfit(&read) else { return };
    let (path, message) =
        (format!("{path}/{}", unfit.member), format!("The parameter {key}: {}.", unfit.message.trim_end_matches('.')));
    if unfit.every_value {
        found.mistake("parameter_limits", &path, message, "Correct its limits, so that there is a value to give.");
    } else if unfit.member == "Default" {
        let fix = "Give it a default within its own limits, or none, so that it is asked for.";
        found.refusal("parameter_default", &path, message, fix);
    } else {
        found.refusal("parameter_pattern", &path, message, "Write the pattern as Java has regular expressions.");
    }
}

/// Answers its type, where it has one that could be.
fn resource<'d>(id: &str, body: &'d Value, found: &mut Found<'_>) -> Option<&'d str> {
    let path = format!("/Resources/{id}");
    // Told as what it is, elsewhere.
    if id.starts_with("Fn::") {
        return None;
    }
    let Some(body) = body.as_object() else {
        found.mistake("resource_form", &path, format!("The resource {id} is a map."), "Give it a Type.");
        return None;
    };
    for member in body.keys().filter(|key| !RESOURCE_MEMBERS.contains(&key.as_str())) {
        let message = format!("Resources have no member {member}.");
        let fix = "Properties of the type stand under Properties: move it there, or take it out.";
        found.mistake("resource_member", &format!("{path}/{member}"), message, fix);
    }
    match body.get("Type").and_then(Value::as_str) {
        None | Some("") => {
            found.mistake("resource_type", &path, format!("The resource {id} has no Type."), "Give it a Type.");
            None
        }
        Some(kind) if !kind.contains("::") => {
            let message = format!("{kind} is no type of resource.");
            found.mistake("resource_type", &format!("{path}/Type"), message, "Write it as AWS::Service::Resource.");
            None
        }
        kind => kind,
    }
}

/// No rule looks at it. It can be let pass: AWS has new types before the portal knows them, and an account may have types
/// of its own.
fn unknown_type(kind: &str, path: &str, found: &mut Found<'_>) {
    let message =
        format!("CloudFormation has no resource of the type {kind} that is known here, and no rule looks at it.");
    let fix = match resource_types::closest(kind) {
        Some(meant) => format!("Write {meant}, if that is what is meant."),
        None => "Correct the type. If it is new, or one that your accounts have registered, an admin can let it pass."
            .to_owned(),
    };
    found.refusal("unknown_resource_type", path, message, &fix);
}
