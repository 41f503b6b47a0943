//! A stack's template, evaluated.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::start::stored_parameter;
use crate::cloudformation::{Phase, Stack, StackOutput};
use crate::world::World;
use template::{Evaluator, Physical, Template, weight};

/// The resources that are there, for `Ref` and `Fn::GetAtt`.
fn made(stack: &Stack) -> BTreeMap<String, Physical> {
    let made = stack.resources.iter().filter(|r| r.phase == Phase::Made);
    made.map(|r| (r.logical_id.clone(), r.physical())).collect()
}

/// Calls `with` with the stack's evaluator. Errors are in CloudFormation's words.
pub(super) fn with<T>(
    world: &World,
    stack: &Stack,
    template: &Template,
    with: impl FnOnce(&Evaluator<'_>) -> Result<T, String>,
) -> Result<T, String> {
    let (pseudo, made) = (stack.pseudo(), made(stack));
    let exports = world.exports(&stack.account, &stack.region);
    let evaluator = Evaluator::new(template, &stack.parameters, &pseudo, &exports, &made).map_err(|e| e.to_string())?;
    with(&evaluator.after(stack.spent))
}

/// The evaluated properties of one resource, with the stack's tags put to its own.
pub(super) fn properties(
    world: &World,
    stack: &mut Stack,
    template: &Template,
    logical_id: &str,
) -> Result<Value, String> {
    let Some(resource) = template.resource(logical_id) else { return Ok(json!({})) };
    let (evaluated, imports) = with(world, stack, template, |evaluator| {
        let value = evaluator.value(&resource.properties).map_err(|e| e.to_string())?;
        Ok((value, evaluator.imported()))
    })?;
    let mut properties = evaluated.unwrap_or_else(|| Value::Object(Map::new()));
    resolve(world, stack, &mut properties)?;
    stack.spent += weight(&properties);
    stack.imports.extend(imports);
    if takes_tags(&resource.kind) && !stack.tags.is_empty() {
        let own = properties.get("Tags").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut tags: Vec<Value> = stack
            .tags
            .iter()
            // What a resource says of itself wins; `aws:` is set by AWS alone.
            .filter(|(key, _)| !key.starts_with("aws:") && !own.iter().any(|tag| tag["Key"] == key.as_str()))
            .map(|(key, value)| json!({ "Key": key, "Value": value }))
            .collect();
        tags.extend(own);
        properties["Tags"] = tags.into();
    }
    Ok(properties)
}

/// The types that stack tags go on to, of those that the local AWS knows.
fn takes_tags(kind: &str) -> bool {
    matches!(
        kind,
        "AWS::SageMaker::Domain"
            | "AWS::SageMaker::UserProfile"
            | "AWS::SageMaker::Space"
            | "AWS::SageMaker::App"
            | "AWS::SageMaker::NotebookInstance"
            | "AWS::S3::Bucket"
            | "AWS::KMS::Key"
            | "AWS::IAM::Role"
            | "AWS::EC2::SecurityGroup"
    )
}

/// Puts the values of dynamic references (`{{resolve:ssm:name:version}}`) in their place.
fn resolve(world: &World, stack: &Stack, value: &mut Value) -> Result<(), String> {
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| resolve(world, stack, item)),
        Value::Object(map) => map.values_mut().try_for_each(|item| resolve(world, stack, item)),
        Value::String(text) if text.contains("{{resolve:") => {
            *text = resolved(world, stack, text)?;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn resolved(world: &World, stack: &Stack, text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{resolve:") {
        let Some((reference, after)) = after.split_once("}}") else { break };
        out.push_str(before);
        let (service, name) = reference.split_once(':').unwrap_or((reference, ""));
        // What is secret is kept by no service that the local AWS has: there, nothing can be found.
        let missing = match service {
            "ssm" | "ssm-secure" => format!("Parameters: [{service}:{name}] cannot be found."),
            "secretsmanager" => "Secrets Manager can't find the specified secret.".to_owned(),
            _ => format!("Template error: the dynamic reference {{{{resolve:{reference}}}}} names no service"),
        };
        let version = |last: &str| !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit());
        let name = name.rsplit_once(':').filter(|(_, last)| version(last)).map_or(name, |(name, _)| name);
        let found = (service == "ssm").then(|| stored_parameter(world, &stack.account, &stack.region, name)).flatten();
        out.push_str(&found.ok_or(missing)?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// All outputs, and the exports that they import.
pub(super) fn outputs(
    world: &World,
    stack: &Stack,
    template: &Template,
) -> Result<(Vec<StackOutput>, BTreeSet<String>), String> {
    with(world, stack, template, |evaluator| {
        let mut outputs = Vec::new();
        for output in template.outputs.iter().filter(|o| evaluator.holds(o.condition.as_deref())) {
            let value = evaluator.value(&output.value).map_err(|e| e.to_string())?;
            let wrong = || format!("Template format error: Output {} is malformed: its value is no string", output.key);
            let value = value.as_ref().and_then(text).ok_or_else(wrong)?;
            let export = match &output.export {
                None => None,
                Some(name) => {
                    let name = evaluator.value(name).map_err(|e| e.to_string())?;
                    Some(name.as_ref().and_then(text).ok_or_else(wrong)?)
                }
            };
            outputs.push(StackOutput {
                key: output.key.clone(),
                value,
                description: output.description.clone(),
                export,
            });
        }
        Ok((outputs, evaluator.imported()))
    })
}

/// A scalar, or a list as CloudFormation shows it in an output.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}
