//! `AWS::IAM::Role` and `AWS::IAM::InstanceProfile`. Roles made here can be assumed and passed like any other.

use std::collections::BTreeMap;

use domain::guardrail::{Context, Policy, PolicyKind};
use serde_json::{Value, json};

use super::{Made, Removal, made_up_name, refused, scalar, tags, text};
use crate::authorize::{authorize, request_tags, resource_tags};
use crate::cloudformation::{Stack, StackResource};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::iam::{IamRole, boundary_attachable, no_such_role};
use crate::world::World;

/// A call of IAM, refused in CloudFormation's words.
pub(super) fn allow(
    world: &mut World,
    ctx: &Ctx,
    action: &str,
    resource: &str,
    context: Context,
) -> Result<(), String> {
    authorize(world, ctx, action, resource, context).map_err(|e| refused(world, "Iam", &e))
}

fn path(properties: &Value) -> &str {
    text(properties, "Path").filter(|p| p.starts_with('/') && p.ends_with('/')).unwrap_or("/")
}

pub(super) fn make_role(world: &mut World, ctx: &Ctx, stack: &Stack, resource: &StackResource) -> Result<Made, String> {
    let properties = &resource.properties;
    let name = match text(properties, "RoleName") {
        Some(name) => name.to_owned(),
        None => made_up_name(world, stack, resource, 64),
    };
    if name.len() > 64 {
        let error = AwsError::validation(format!(
            "1 validation error detected: Value '{name}' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64"
        ));
        return Err(refused(world, "Iam", &error));
    }
    let trust = properties
        .get("AssumeRolePolicyDocument")
        .ok_or("Properties validation failed: #: required key [AssumeRolePolicyDocument] not found")?;
    let arn = format!("arn:aws:iam::{}:role{}{name}", ctx.account(), path(properties));
    let trust = well_formed(world, PolicyKind::Trust, trust)?;
    let tags = tags(properties);
    let mut context = Context::new();
    request_tags(&mut context, &tags);
    if let Some(boundary) = text(properties, "PermissionsBoundary") {
        context.set("iam:PermissionsBoundary", boundary);
    }
    allow(world, ctx, "iam:CreateRole", &arn, context.clone())?;
    if !tags.is_empty() {
        allow(world, ctx, "iam:TagRole", &arn, context)?;
    }
    let account = world.account(ctx.account()).map_err(|e| e.message)?;
    if account.roles.contains_key(&name) {
        let error = AwsError::with_status(409, "EntityAlreadyExists", format!("Role with name {name} already exists."));
        return Err(refused(world, "Iam", &error));
    }
    let boundary = text(properties, "PermissionsBoundary").map(str::to_owned);
    if let Some(boundary) = &boundary {
        boundary_attachable(world, ctx, boundary).map_err(|e| refused(world, "Iam", &e))?;
    }
    let role = IamRole {
        name: name.clone(),
        arn: arn.clone(),
        id: format!("AROA{}", world.fresh(17).to_uppercase()),
        trust,
        policies: BTreeMap::new(),
        attached: Vec::new(),
        tags,
        boundary,
        max_session: properties
            .get("MaxSessionDuration")
            .and_then(scalar)
            .and_then(|seconds| seconds.parse().ok())
            .unwrap_or(3600),
        created: ctx.now,
    };
    let role = with_policies(world, ctx, role, properties, &Value::Null)?;
    let id = role.id.clone();
    world.account_mut(ctx.account()).map_err(|e| e.message)?.roles.insert(name.clone(), role);
    let attributes = [("Arn", json!(arn)), ("RoleId", json!(id))];
    Ok(Made {
        physical_id: name,
        attributes: attributes.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
        seconds: Some(15),
        ..Made::default()
    })
}

/// The role with the policies of its properties, each of them authorized. What others put on it stays: `from` tells what
/// the template itself put there before.
fn with_policies(
    world: &mut World,
    ctx: &Ctx,
    mut role: IamRole,
    properties: &Value,
    from: &Value,
) -> Result<IamRole, String> {
    let boundary = |context: &mut Context| {
        if let Some(boundary) = &role.boundary {
            context.set("iam:PermissionsBoundary", boundary.clone());
        }
    };
    let mut policies = BTreeMap::new();
    for policy in properties.get("Policies").and_then(Value::as_array).into_iter().flatten() {
        let mut context = Context::new();
        boundary(&mut context);
        allow(world, ctx, "iam:PutRolePolicy", &role.arn, context)?;
        policies.insert(
            inline_name(policy).to_owned(),
            well_formed(world, PolicyKind::Identity, &policy["PolicyDocument"])?,
        );
    }
    let mut attached = Vec::new();
    for arn in properties.get("ManagedPolicyArns").and_then(Value::as_array).into_iter().flatten() {
        let Some(arn) = arn.as_str() else { continue };
        let mut context = Context::new();
        boundary(&mut context);
        context.set("iam:PolicyARN", arn);
        allow(world, ctx, "iam:AttachRolePolicy", &role.arn, context)?;
        attachable(world, ctx, arn)?;
        attached.push(arn.to_owned());
    }
    leave(&mut role, from);
    role.policies.extend(policies);
    role.attached.extend(attached);
    Ok(role)
}

fn inline_name(policy: &Value) -> &str {
    text(policy, "PolicyName").unwrap_or("policy")
}

/// Takes from the role the policies that these properties put there.
fn leave(role: &mut IamRole, properties: &Value) {
    let list = |key: &str| properties.get(key).and_then(Value::as_array).into_iter().flatten();
    for policy in list("Policies") {
        role.policies.remove(inline_name(policy));
    }
    role.attached.retain(|arn| !list("ManagedPolicyArns").any(|own| own.as_str() == Some(arn.as_str())));
}

pub(super) fn change_role(world: &mut World, ctx: &Ctx, resource: &StackResource, from: &Value) -> Result<u32, String> {
    let name = resource.physical_id.clone();
    let role = world.account(ctx.account()).map_err(|e| e.message)?.roles.get(&name).cloned();
    let mut role = role.ok_or_else(|| format!("The role with name {name} cannot be found."))?;
    // First the boundary: what is put on the role afterwards is put on a role that has it.
    let boundary = text(&resource.properties, "PermissionsBoundary").map(str::to_owned);
    if boundary != role.boundary {
        let mut context = Context::new();
        if let Some(boundary) = boundary.as_ref().or(role.boundary.as_ref()) {
            context.set("iam:PermissionsBoundary", boundary.clone());
        }
        let action = if boundary.is_some() { "Put" } else { "Delete" };
        allow(world, ctx, &format!("iam:{action}RolePermissionsBoundary"), &role.arn, context)?;
        if let Some(boundary) = &boundary {
            boundary_attachable(world, ctx, boundary).map_err(|e| refused(world, "Iam", &e))?;
        }
        role.boundary = boundary;
    }
    let mut role = with_policies(world, ctx, role, &resource.properties, from)?;
    let mut context = Context::new();
    resource_tags(&mut context, Some("iam"), &role.tags);
    allow(world, ctx, "iam:UpdateAssumeRolePolicy", &role.arn, context)?;
    if let Some(trust) = resource.properties.get("AssumeRolePolicyDocument") {
        role.trust = well_formed(world, PolicyKind::Trust, trust)?;
    }
    let wanted = tags(&resource.properties);
    if wanted != role.tags {
        let mut context = Context::new();
        request_tags(&mut context, &wanted);
        allow(world, ctx, "iam:TagRole", &role.arn, context)?;
        role.tags = wanted;
    }
    world.account_mut(ctx.account()).map_err(|e| e.message)?.roles.insert(name, role);
    Ok(15)
}

/// A role goes when nothing is on it any more: what somebody else put there, as a deny that cuts a person off, is in the
/// way, as at AWS.
pub(super) fn remove_role(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<Removal, String> {
    let account = world.account(ctx.account()).map_err(|e| e.message)?;
    let Some(mut role) = account.roles.get(&resource.physical_id).cloned() else { return Ok(Removal::Done) };
    let of_role = |role: &IamRole| {
        let mut context = Context::new();
        resource_tags(&mut context, Some("iam"), &role.tags);
        if let Some(boundary) = &role.boundary {
            context.set("iam:PermissionsBoundary", boundary.clone());
        }
        context
    };
    for arn in &role.attached {
        let mut context = of_role(&role);
        context.set("iam:PolicyARN", arn.clone());
        allow(world, ctx, "iam:DetachRolePolicy", &role.arn, context)?;
    }
    if !role.policies.is_empty() {
        allow(world, ctx, "iam:DeleteRolePolicy", &role.arn, of_role(&role))?;
    }
    allow(world, ctx, "iam:DeleteRole", &role.arn, of_role(&role))?;
    leave(&mut role, &resource.properties);
    let in_the_way = match (role.policies.is_empty(), role.attached.is_empty()) {
        (true, true) => None,
        (false, _) => Some("Cannot delete entity, must delete policies first."),
        (true, false) => Some("Cannot delete entity, must detach all policies first."),
    };
    let account = world.account_mut(ctx.account()).map_err(|e| e.message)?;
    match in_the_way {
        None => {
            account.roles.remove(&resource.physical_id);
            Ok(Removal::After(3))
        }
        Some(why) => {
            account.roles.insert(resource.physical_id.clone(), role);
            Err(refused(world, "Iam", &AwsError::with_status(409, "DeleteConflict", why)))
        }
    }
}

pub(super) fn make_instance_profile(
    world: &mut World,
    ctx: &Ctx,
    stack: &Stack,
    resource: &StackResource,
) -> Result<Made, String> {
    let name = match text(&resource.properties, "InstanceProfileName") {
        Some(name) => name.to_owned(),
        None => made_up_name(world, stack, resource, 128),
    };
    let arn = format!("arn:aws:iam::{}:instance-profile{}{name}", ctx.account(), path(&resource.properties));
    allow(world, ctx, "iam:CreateInstanceProfile", &arn, Context::new())?;
    put_into_profile(world, ctx, &arn, &resource.properties)?;
    Ok(Made {
        physical_id: name,
        attributes: [("Arn".to_owned(), json!(arn))].into(),
        seconds: Some(120),
        ..Made::default()
    })
}

/// A role goes into a profile by a call of its own, and is passed to EC2 with it.
fn put_into_profile(world: &mut World, ctx: &Ctx, arn: &str, properties: &Value) -> Result<(), String> {
    allow(world, ctx, "iam:AddRoleToInstanceProfile", arn, Context::new())?;
    for name in properties.get("Roles").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        let role = world.account(ctx.account()).map_err(|e| e.message)?.roles.get(name).map(|role| role.arn.clone());
        let Some(role) = role else { return Err(refused(world, "Iam", &no_such_role(name))) };
        let mut context = Context::new();
        context.set("iam:PassedToService", "ec2.amazonaws.com");
        allow(world, ctx, "iam:PassRole", &role, context)?;
    }
    Ok(())
}

pub(super) fn change_instance_profile(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<u32, String> {
    let arn = resource.attributes.get("Arn").and_then(Value::as_str).unwrap_or("*").to_owned();
    put_into_profile(world, ctx, &arn, &resource.properties)?;
    Ok(30)
}

pub(super) fn remove_instance_profile(
    world: &mut World,
    ctx: &Ctx,
    resource: &StackResource,
) -> Result<Removal, String> {
    let arn = resource.attributes.get("Arn").and_then(Value::as_str).unwrap_or("*").to_owned();
    allow(world, ctx, "iam:DeleteInstanceProfile", &arn, Context::new())?;
    Ok(Removal::After(3))
}

/// A policy document as IAM keeps it, if it is one.
pub(super) fn well_formed(world: &mut World, kind: PolicyKind, value: &Value) -> Result<String, String> {
    let text = document(value);
    match Policy::parse(kind, "policy", &text) {
        Ok(_) => Ok(text),
        Err(problem) => {
            let error = AwsError::new("MalformedPolicyDocument", format!("Syntax errors in policy. {problem}"));
            Err(refused(world, "Iam", &error))
        }
    }
}

/// A managed policy can be attached if there is one.
pub(super) fn attachable(world: &mut World, ctx: &Ctx, arn: &str) -> Result<(), String> {
    if world.account(ctx.account()).map_err(|e| e.message)?.managed_policy(arn).is_some() {
        return Ok(());
    }
    let message = format!("Policy {arn} does not exist or is not attachable.");
    Err(refused(world, "Iam", &AwsError::with_status(404, "NoSuchEntity", message)))
}

fn document(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
