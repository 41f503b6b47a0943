//! `AWS::SageMaker::*`: CloudFormation calls SageMaker as anyone does, so its rules, and the caller's, hold here too.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Made, Removal, made_up_name, refused, required, scalar, text};
use crate::cloudformation::{Stack, StackResource};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::sagemaker::{access, handle};
use crate::value::tag_list;
use crate::world::World;
use template::Attributes;

/// The name of the type in SageMaker's operations.
fn noun(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "AWS::SageMaker::Domain" => "Domain",
        "AWS::SageMaker::UserProfile" => "UserProfile",
        "AWS::SageMaker::Space" => "Space",
        "AWS::SageMaker::App" => "App",
        "AWS::SageMaker::NotebookInstance" => "NotebookInstance",
        "AWS::SageMaker::NotebookInstanceLifecycleConfig" => "NotebookInstanceLifecycleConfig",
        _ => return None,
    })
}

pub(super) fn knows(kind: &str) -> bool {
    noun(kind).is_some()
}

fn call(world: &mut World, ctx: &Ctx, verb: &str, kind: &str, body: &Value) -> Result<Value, AwsError> {
    handle(world, ctx, &format!("{verb}{}", noun(kind).unwrap_or_default()), body)
}

pub(super) fn make(world: &mut World, ctx: &Ctx, stack: &Stack, resource: &StackResource) -> Result<Made, String> {
    let mut body = typed(resource.properties.clone(), "");
    let name_key = match resource.kind.as_str() {
        "AWS::SageMaker::NotebookInstance" => Some("NotebookInstanceName"),
        "AWS::SageMaker::NotebookInstanceLifecycleConfig" => Some("NotebookInstanceLifecycleConfigName"),
        _ => None,
    };
    if let Some(key) = name_key
        && text(&body, key).is_none()
    {
        let name = made_up_name(world, stack, resource, 63);
        let at = name.len().saturating_sub(resource.logical_id.len().min(40) + 13);
        body[key] = json!(name[at..].trim_start_matches('-'));
    }
    let answer = call(world, ctx, "Create", &resource.kind, &body).map_err(|e| refused(world, "SageMaker", &e))?;
    let physical_id = match resource.kind.as_str() {
        "AWS::SageMaker::Domain" => last(&answer, "DomainArn").to_owned(),
        "AWS::SageMaker::UserProfile" => {
            format!("{}|{}", required(&body, "UserProfileName")?, required(&body, "DomainId")?)
        }
        "AWS::SageMaker::Space" => format!("{}|{}", required(&body, "DomainId")?, required(&body, "SpaceName")?),
        "AWS::SageMaker::App" => {
            let owner = text(&body, "UserProfileName").or(text(&body, "SpaceName")).unwrap_or_default();
            let (name, kind) = (required(&body, "AppName")?, required(&body, "AppType")?);
            format!("{name}|{kind}|{}|{owner}", required(&body, "DomainId")?)
        }
        _ => answer.as_object().and_then(|map| map.values().find_map(Value::as_str)).unwrap_or_default().to_owned(),
    };
    let attributes = attributes(&answer, &body);
    Ok(Made { physical_id, attributes, ..Made::default() })
}

fn last<'a>(answer: &'a Value, key: &str) -> &'a str {
    answer[key].as_str().and_then(|arn| arn.rsplit('/').next()).unwrap_or_default()
}

/// What `Fn::GetAtt` may ask for: everything textual that SageMaker says.
fn attributes(answer: &Value, body: &Value) -> Attributes {
    let of = |value: &Value| -> Attributes {
        value
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, v)| v.is_string())
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect()
    };
    let mut all = of(body);
    all.extend(of(answer));
    all
}

/// The members that name the resource.
fn body(resource: &StackResource) -> Value {
    let mut body = Map::new();
    match resource.kind.as_str() {
        "AWS::SageMaker::Domain" => {
            body.insert("DomainId".into(), json!(resource.physical_id));
        }
        "AWS::SageMaker::NotebookInstance" | "AWS::SageMaker::NotebookInstanceLifecycleConfig" => {
            let key = format!("{}Name", noun(&resource.kind).unwrap_or_default());
            let stored = resource.attributes.get(&key).cloned();
            let name = stored.unwrap_or_else(|| json!(resource.physical_id.rsplit('/').next()));
            body.insert(key, name);
        }
        _ => {
            for key in ["DomainId", "UserProfileName", "SpaceName", "AppType", "AppName"] {
                if let Some(value) = resource.properties.get(key) {
                    body.insert(key.into(), value.clone());
                }
            }
        }
    }
    Value::Object(body)
}

fn status(described: &Value) -> &str {
    let found = described.get("Status").or_else(|| described.get("NotebookInstanceStatus"));
    // A lifecycle configuration has no status: it is there at once.
    found.and_then(Value::as_str).unwrap_or("InService")
}

pub(super) fn ready(world: &mut World, ctx: &Ctx, resource: &mut StackResource) -> Result<bool, String> {
    let described =
        call(world, ctx, "Describe", &resource.kind, &body(resource)).map_err(|e| refused(world, "SageMaker", &e))?;
    match status(&described) {
        "InService" => {
            resource.attributes.extend(attributes(&described, &Value::Null));
            if let Some(manager) = described.get("DomainId").filter(|_| resource.kind == "AWS::SageMaker::Domain") {
                let group = format!("sg-{}", manager.as_str().unwrap_or_default().trim_start_matches("d-"));
                resource.attributes.entry("SecurityGroupIdForDomainBoundary".into()).or_insert(json!(group));
            }
            Ok(true)
        }
        "Failed" | "Delete_Failed" | "Update_Failed" | "Deleting" | "Deleted" => {
            let reason = described["FailureReason"].as_str().unwrap_or("the resource did not come into service");
            Err(format!("Resource handler returned message: \"{reason}\" (HandlerErrorCode: NotStabilized)"))
        }
        _ => Ok(false),
    }
}

/// Whether the error says that there is nothing.
fn is_missing(error: &AwsError) -> bool {
    error.code == "ResourceNotFound" || error.message == "RecordNotFound"
}

pub(super) fn remove(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<Removal, String> {
    let body = body(resource);
    if resource.kind == "AWS::SageMaker::NotebookInstance" {
        match call(world, ctx, "Describe", &resource.kind, &body) {
            Err(e) if is_missing(&e) => return Ok(Removal::Done),
            Err(e) => return Err(refused(world, "SageMaker", &e)),
            Ok(described) => match status(&described) {
                "InService" => {
                    handle(world, ctx, "StopNotebookInstance", &body).map_err(|e| refused(world, "SageMaker", &e))?;
                    return Ok(Removal::Stopping);
                }
                "Stopped" | "Failed" => {}
                "Deleting" => return Ok(Removal::Poll),
                _ => return Ok(Removal::Stopping),
            },
        }
    }
    match call(world, ctx, "Delete", &resource.kind, &body) {
        Ok(_) => Ok(Removal::Poll),
        Err(e) if is_missing(&e) => Ok(Removal::Done),
        Err(e) => Err(refused(world, "SageMaker", &e)),
    }
}

pub(super) fn gone(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<bool, String> {
    match call(world, ctx, "Describe", &resource.kind, &body(resource)) {
        Err(e) if is_missing(&e) => Ok(true),
        Err(e) => Err(refused(world, "SageMaker", &e)),
        Ok(described) => match status(&described) {
            "Deleted" => Ok(true),
            "Delete_Failed" => Err(described["FailureReason"].as_str().unwrap_or("the deletion failed").to_owned()),
            _ => Ok(false),
        },
    }
}

/// Settings and tags take their new values.
pub(super) fn change(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<u32, String> {
    let described =
        call(world, ctx, "Describe", &resource.kind, &body(resource)).map_err(|e| refused(world, "SageMaker", &e))?;
    let own = format!("{}Arn", noun(&resource.kind).unwrap_or_default());
    let arn = described[own.as_str()].as_str().unwrap_or_default().to_owned();
    let wanted = typed(resource.properties.clone(), "");
    let operation = format!("Update{}", noun(&resource.kind).unwrap_or_default());
    may_change(world, ctx, &operation, &arn, &wanted, &described).map_err(|e| refused(world, "SageMaker", &e))?;
    retag(world, ctx, &arn, &super::tags(&wanted)).map_err(|e| refused(world, "SageMaker", &e))?;
    if let Some(found) = world.sagemaker(ctx.account(), &ctx.region).by_arn_mut(&arn) {
        for (key, value) in wanted.as_object().into_iter().flatten().filter(|(key, _)| *key != "Tags") {
            found.attributes.insert(key.clone(), value.clone());
        }
        found.modified = ctx.now;
    }
    Ok(15)
}

/// The caller may change it, and pass on a role that is new.
fn may_change(
    world: &mut World,
    ctx: &Ctx,
    operation: &str,
    arn: &str,
    wanted: &Value,
    described: &Value,
) -> Result<(), AwsError> {
    access::on_change(world, ctx, operation, arn, wanted)?;
    for path in ["/RoleArn", "/DefaultUserSettings/ExecutionRole", "/UserSettings/ExecutionRole"] {
        let role = wanted.pointer(path).and_then(Value::as_str);
        if let Some(role) = role.filter(|role| described.pointer(path).and_then(Value::as_str) != Some(role)) {
            access::pass_role(world, ctx, role)?;
        }
    }
    Ok(())
}

/// Tags change by calls of their own.
fn retag(world: &mut World, ctx: &Ctx, arn: &str, wanted: &BTreeMap<String, String>) -> Result<(), AwsError> {
    let state = world.sagemaker(ctx.account(), &ctx.region);
    let tags = state.by_arn_mut(arn).map(|found| found.tags.clone()).unwrap_or_default();
    let gone: Vec<&String> = tags.keys().filter(|key| !wanted.contains_key(*key)).collect();
    if !gone.is_empty() {
        handle(world, ctx, "DeleteTags", &json!({ "ResourceArn": arn, "TagKeys": gone }))?;
    }
    let new: BTreeMap<String, String> = wanted
        .iter()
        .filter(|(key, value)| tags.get(*key) != Some(value))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    if !new.is_empty() {
        handle(world, ctx, "AddTags", &json!({ "ResourceArn": arn, "Tags": tag_list(&new) }))?;
    }
    Ok(())
}

/// Parameters of templates are text; SageMaker wants numbers where it counts, and text in tags.
fn typed(value: Value, key: &str) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .map(|(k, v)| {
                let v = typed(v, &k);
                (k, v)
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(|item| typed(item, key)).collect(),
        Value::String(text) if counts(key) => text.parse::<i64>().map_or(Value::String(text), Value::from),
        other if counts(key) || other.is_null() => other,
        other => scalar(&other).filter(|_| !other.is_boolean()).map_or(other, Value::String),
    }
}

fn counts(key: &str) -> bool {
    ["InGB", "InGb", "InMinutes", "Count", "Gid", "Uid"].iter().any(|end| key.ends_with(end))
}
