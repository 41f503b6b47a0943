//! Types that the local AWS does not know: the call is checked and the resource recorded, but nothing is made.
//!
//! One thing is acted out: a custom resource whose inline function creates a notebook instance, a pattern of published
//! templates, creates it here too, with the rights of the function's role.

use domain::guardrail::Context;
use serde_json::{Map, Value, json};

use super::{Made, Removal, made_up_name, refused, text};
use crate::authorize::authorize;
use crate::cloudformation::{Stack, StackResource};
use crate::context::{Caller, Ctx, RoleSession};
use crate::world::World;

/// The property that names the resource, for types whose `Ref` is that name.
const NAMES: &[&str] = &[
    "FunctionName",
    "LogGroupName",
    "Name",
    "TopicName",
    "QueueName",
    "TableName",
    "RepositoryName",
    "StateMachineName",
    "AliasName",
    "DisplayName",
];

fn is_custom(kind: &str) -> bool {
    kind.starts_with("Custom::") || kind == "AWS::CloudFormation::CustomResource"
}

/// The action that makes a resource of the type, and on what. `None` if no service is asked.
fn action(resource: &StackResource) -> Option<(String, String)> {
    let kind = resource.kind.as_str();
    if is_custom(kind) {
        let token = text(&resource.properties, "ServiceToken").unwrap_or("*");
        return Some(("lambda:InvokeFunction".into(), token.to_owned()));
    }
    let mut parts = kind.split("::").skip(1);
    let (service, noun) = (parts.next()?.to_lowercase(), parts.next()?);
    Some((
        match kind {
            "AWS::SSM::Parameter" => "ssm:PutParameter".into(),
            "AWS::Lambda::Permission" => "lambda:AddPermission".into(),
            "AWS::Events::Rule" => "events:PutRule".into(),
            "AWS::CloudWatch::Alarm" => "cloudwatch:PutMetricAlarm".into(),
            _ if service == "cloudformation" => return None,
            _ => format!("{service}:Create{noun}"),
        },
        "*".into(),
    ))
}

pub(super) fn make(world: &mut World, ctx: &Ctx, stack: &Stack, resource: &StackResource) -> Result<Made, String> {
    let service = resource.kind.split("::").nth(1).unwrap_or("CloudFormation").to_owned();
    if let Some((action, on)) = action(resource) {
        authorize(world, ctx, &action, &on, Context::new()).map_err(|e| refused(world, &service, &e))?;
    }
    if is_custom(&resource.kind)
        && let Some(made) = act_out(world, ctx, stack, resource)?
    {
        return Ok(made);
    }
    let given = NAMES.iter().find_map(|key| text(&resource.properties, key)).map(str::to_owned);
    let name = match given {
        Some(name) if !is_custom(&resource.kind) => name,
        _ => made_up_name(world, stack, resource, 64),
    };
    let mut made = Made { physical_id: name.clone(), opaque: true, seconds: Some(10), ..Made::default() };
    match resource.kind.as_str() {
        "AWS::SSM::Parameter" => {
            let value = resource.properties.get("Value").and_then(super::scalar).unwrap_or_default();
            let key = format!("{}/{}/{name}", ctx.account(), ctx.region);
            world.cloudformation.ssm_parameters.insert(key, value.clone());
            made.attributes.insert("Value".into(), json!(value));
        }
        "AWS::Logs::LogGroup" => {
            let arn = format!("arn:aws:logs:{}:{}:log-group:{name}:*", ctx.region, ctx.account());
            made.attributes.insert("Arn".into(), json!(arn));
        }
        "AWS::Lambda::Function" => {
            let arn = format!("arn:aws:lambda:{}:{}:function:{name}", ctx.region, ctx.account());
            made.attributes.insert("Arn".into(), json!(arn));
        }
        _ => {}
    }
    Ok(made)
}

/// The inline code and the role of the function behind a custom resource.
fn function<'a>(stack: &'a Stack, resource: &StackResource) -> Option<(&'a str, &'a str)> {
    let token = text(&resource.properties, "ServiceToken")?;
    let function = stack.resources.iter().find(|r| r.attributes.get("Arn").and_then(Value::as_str) == Some(token))?;
    let code = function.properties.pointer("/Code/ZipFile")?.as_str()?;
    Some((code, text(&function.properties, "Role")?))
}

fn act_out(world: &mut World, ctx: &Ctx, stack: &Stack, resource: &StackResource) -> Result<Option<Made>, String> {
    let Some((code, role)) = function(stack, resource) else { return Ok(None) };
    let Some(name) = text(&resource.properties, "NotebookInstanceName") else { return Ok(None) };
    if !code.contains("create_notebook_instance(") {
        return Ok(None);
    }
    let first = |keys: &[&str]| keys.iter().find_map(|key| text(&resource.properties, key));
    let mut body = Map::new();
    body.insert("NotebookInstanceName".into(), json!(name));
    for (member, keys) in [
        ("InstanceType", ["NotebookInstanceType", "InstanceType"]),
        ("RoleArn", ["SageMakerRoleArn", "RoleArn"]),
        ("SubnetId", ["SubnetId", "Subnet"]),
        ("KmsKeyId", ["KMSKeyId", "KmsKeyId"]),
        ("DirectInternetAccess", ["DirectInternetAccess", "InternetAccess"]),
    ] {
        if let Some(value) = first(&keys) {
            body.insert(member.into(), json!(value));
        }
    }
    if let Some(group) = first(&["SecurityGroupId", "SecurityGroupIds"]) {
        body.insert("SecurityGroupIds".into(), json!([group]));
    }
    let failed =
        |message: &str| format!("Received response status [FAILED] from custom resource. Message returned: {message}");
    let session =
        RoleSession::of_role(role, &resource.logical_id, ctx.now).ok_or_else(|| failed("the function has no role"))?;
    let as_function = Ctx { caller: Caller::Role(Box::new(session)), ..ctx.clone() };
    let answer = crate::sagemaker::handle(world, &as_function, "CreateNotebookInstance", &Value::Object(body))
        .map_err(|e| failed(&e.message))?;
    let physical_id = format!("{}/[$LATEST]{}", ctx.now.format("%Y/%m/%d"), world.fresh_hex(32));
    let attributes = answer.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
    Ok(Some(Made { physical_id, attributes, seconds: Some(20), opaque: false }))
}

pub(super) fn remove(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<Removal, String> {
    let service = resource.kind.split("::").nth(1).unwrap_or("CloudFormation").to_owned();
    if let Some((action, on)) = action(resource) {
        let action = match action.split_once(":Create") {
            Some((service, noun)) => format!("{service}:Delete{noun}"),
            None => match action.as_str() {
                "ssm:PutParameter" => "ssm:DeleteParameter".into(),
                "lambda:AddPermission" => "lambda:RemovePermission".into(),
                "events:PutRule" => "events:DeleteRule".into(),
                "cloudwatch:PutMetricAlarm" => "cloudwatch:DeleteAlarms".into(),
                _ => action,
            },
        };
        authorize(world, ctx, &action, &on, Context::new()).map_err(|e| refused(world, &service, &e))?;
    }
    if resource.kind == "AWS::SSM::Parameter" {
        let key = format!("{}/{}/{}", ctx.account(), ctx.region, resource.physical_id);
        world.cloudformation.ssm_parameters.remove(&key);
    }
    if is_custom(&resource.kind)
        && resource.attributes.contains_key("NotebookInstanceArn")
        && let Some(name) = text(&resource.properties, "NotebookInstanceName")
    {
        // What such functions do on deletion: they stop the notebook instance, and answer before it has stopped.
        let body = json!({ "NotebookInstanceName": name });
        let administrator = Ctx { caller: Caller::Administrator(ctx.account().clone()), ..ctx.clone() };
        let _ = crate::sagemaker::handle(world, &administrator, "StopNotebookInstance", &body);
    }
    Ok(Removal::After(8))
}
