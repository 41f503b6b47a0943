//! Types that the local AWS does not know: the call is checked and the resource recorded, but nothing is made.
//!
//! One thing is acted out: a custom resource whose inline function creates a notebook instance, a pattern of published
//! templates, creates it here too, with the rights of the function's role.

use domain::guardrail::{Call, Context, PolicyKind, PrincipalArn, trusts};
use serde_json::{Map, Value, json};

use super::opaque_actions::{Act, action, passed_role};
use super::{Made, Removal, made_up_name, refused, text};
use crate::authorize::authorize;
use crate::cloudformation::{Stack, StackResource};
use crate::context::{Caller, Ctx, RoleSession};
use crate::error::AwsError;
use crate::world::World;

/// The property that names the resource, for types whose `Ref` is that name.
pub(super) const NAMES: &[&str] = &[
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

/// Whether the caller may do what becomes of the resource, and on what.
fn allow(world: &mut World, ctx: &Ctx, resource: &StackResource, act: Act) -> Result<(), String> {
    let kind = resource.kind.as_str();
    let service = kind.split("::").nth(1).unwrap_or("CloudFormation").to_owned();
    let (action, on) = if is_custom(kind) {
        let token = text(&resource.properties, "ServiceToken").unwrap_or("*");
        ("lambda:InvokeFunction".to_owned(), token.to_owned())
    } else {
        match action(kind, act) {
            Some(action) => (action, "*".to_owned()),
            // No service is asked.
            None => return Ok(()),
        }
    };
    authorize(world, ctx, &action, &on, Context::new()).map_err(|e| refused(world, &service, &e))?;
    match passed_role(kind) {
        Some((property, to)) if act != Act::Remove => match text(&resource.properties, property) {
            Some(role) => pass_role(world, ctx, &service, role, to),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// The caller may pass the role to the service (`iam:PassRole`), and the role lets the service take it.
fn pass_role(world: &mut World, ctx: &Ctx, service: &str, role_arn: &str, to: &str) -> Result<(), String> {
    let mut context = Context::new();
    context.set("iam:PassedToService", to);
    authorize(world, ctx, "iam:PassRole", role_arn, context).map_err(|e| refused(world, service, &e))?;
    if trusts_service(world, role_arn, to) {
        return Ok(());
    }
    let message = format!("The role {role_arn} cannot be assumed by {to}.");
    Err(refused(world, service, &AwsError::new("InvalidParameterValueException", message)))
}

fn trusts_service(world: &World, role_arn: &str, service: &str) -> bool {
    let Some(role) = world.role(role_arn) else { return false };
    let Ok(trust) = world.parsed(PolicyKind::Trust, &role.name, &role.trust) else { return false };
    let context = Context::new();
    let call = Call { action: "sts:AssumeRole", resource: role_arn, context: &context };
    trust.first().is_some_and(|policy| trusts(policy, &PrincipalArn::service(service), &call).is_allowed())
}

pub(super) fn change(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<u32, String> {
    allow(world, ctx, resource, Act::Change)?;
    if resource.kind == "AWS::SSM::Parameter" {
        let value = resource.properties.get("Value").and_then(super::scalar).unwrap_or_default();
        let key = format!("{}/{}/{}", ctx.account(), ctx.region, resource.physical_id);
        world.cloudformation.ssm_parameters.insert(key, value);
    }
    Ok(10)
}

pub(super) fn make(world: &mut World, ctx: &Ctx, stack: &Stack, resource: &StackResource) -> Result<Made, String> {
    allow(world, ctx, resource, Act::Make)?;
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

fn failed(message: &str) -> String {
    format!("Received response status [FAILED] from custom resource. Message returned: {message}")
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
    let session =
        RoleSession::of_role(role, &resource.logical_id, ctx.now).ok_or_else(|| failed("the function has no role"))?;
    let as_function = Ctx { caller: Caller::Role(Box::new(session)), ..ctx.clone() };
    let answer = crate::sagemaker::handle(world, &as_function, "CreateNotebookInstance", &Value::Object(body))
        .map_err(|e| failed(&e.message))?;
    let physical_id = format!("{}/[$LATEST]{}", ctx.now.format("%Y/%m/%d"), world.fresh_hex(32));
    let attributes = answer.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
    Ok(Some(Made { physical_id, attributes, seconds: Some(20), opaque: false }))
}

pub(super) fn remove(world: &mut World, ctx: &Ctx, stack: &Stack, resource: &StackResource) -> Result<Removal, String> {
    allow(world, ctx, resource, Act::Remove)?;
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
        let session = function(stack, resource)
            .and_then(|(_, role)| RoleSession::of_role(role, &resource.logical_id, ctx.now))
            .filter(|session| world.role(&session.role_arn).is_some());
        let Some(session) = session else { return Ok(Removal::After(8)) };
        let as_function = Ctx { caller: Caller::Role(Box::new(session)), ..ctx.clone() };
        match crate::sagemaker::handle(world, &as_function, "StopNotebookInstance", &body) {
            // One that stands still already, or is gone, need not be stopped.
            Ok(_) => {}
            Err(e) if e.code != "AccessDeniedException" => {}
            Err(e) => return Err(failed(&e.message)),
        }
    }
    Ok(Removal::After(8))
}
