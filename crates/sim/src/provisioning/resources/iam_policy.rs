//! `AWS::IAM::Policy` (inline, in roles) and `AWS::IAM::ManagedPolicy`.

use domain::guardrail::{Context, PolicyKind};
use serde_json::{Value, json};

use super::iam::{allow, attachable, well_formed};
use super::{Made, Removal, made_up_name, refused, required, text};
use crate::cloudformation::{Stack, StackResource};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::iam::{IamRole, no_such_role};
use crate::world::World;

fn roles(properties: &Value) -> Vec<String> {
    let roles = properties.get("Roles").and_then(Value::as_array).into_iter().flatten();
    roles.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The role with this name, as the properties of a policy name it.
fn role<'a>(world: &'a mut World, ctx: &Ctx, name: &str) -> Result<&'a mut IamRole, AwsError> {
    world.account_mut(ctx.account())?.roles.get_mut(name).ok_or_else(|| no_such_role(name))
}

/// The role's ARN, after a check that the policy may be put there.
fn checked(world: &mut World, ctx: &Ctx, action: &str, name: &str, policy: Option<&str>) -> Result<(), String> {
    let found = role(world, ctx, name).map(|role| (role.arn.clone(), role.boundary.clone()));
    let (arn, boundary) = found.map_err(|e| refused(world, "Iam", &e))?;
    let mut context = Context::new();
    if let Some(boundary) = boundary {
        context.set("iam:PermissionsBoundary", boundary);
    }
    if let Some(policy) = policy {
        context.set("iam:PolicyARN", policy);
    }
    allow(world, ctx, action, &arn, context)
}

pub(super) fn make_inline(
    world: &mut World,
    ctx: &Ctx,
    stack: &Stack,
    resource: &StackResource,
) -> Result<Made, String> {
    put_inline(world, ctx, &resource.properties)?;
    let mut start = format!("{}-{}", stack.name, resource.logical_id);
    start.truncate(19);
    let physical_id = format!("{start}-{}", world.fresh(12).to_uppercase());
    Ok(Made { physical_id, seconds: Some(15), ..Made::default() })
}

/// Puts the policy into all roles that the properties name.
fn put_inline(world: &mut World, ctx: &Ctx, properties: &Value) -> Result<(), String> {
    let name = required(properties, "PolicyName")?.to_owned();
    let text = well_formed(world, PolicyKind::Identity, &properties["PolicyDocument"])?;
    for target in roles(properties) {
        checked(world, ctx, "iam:PutRolePolicy", &target, None)?;
        if let Ok(role) = role(world, ctx, &target) {
            role.policies.insert(name.clone(), text.clone());
        }
    }
    Ok(())
}

pub(super) fn change_inline(
    world: &mut World,
    ctx: &Ctx,
    resource: &StackResource,
    from: &Value,
) -> Result<u32, String> {
    put_inline(world, ctx, &resource.properties)?;
    let renamed = text(&resource.properties, "PolicyName") != text(from, "PolicyName");
    let kept = roles(&resource.properties);
    let left: Vec<String> = roles(from).into_iter().filter(|role| renamed || !kept.contains(role)).collect();
    delete_inline(world, ctx, required(from, "PolicyName")?, &left)?;
    Ok(15)
}

pub(super) fn remove_inline(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<Removal, String> {
    let name = required(&resource.properties, "PolicyName")?;
    delete_inline(world, ctx, name, &roles(&resource.properties))?;
    Ok(Removal::After(2))
}

fn delete_inline(world: &mut World, ctx: &Ctx, name: &str, targets: &[String]) -> Result<(), String> {
    for target in targets {
        // A role that is gone took its policies along.
        if role(world, ctx, target).is_err() {
            continue;
        }
        checked(world, ctx, "iam:DeleteRolePolicy", target, None)?;
        if let Ok(role) = role(world, ctx, target) {
            role.policies.remove(name);
        }
    }
    Ok(())
}

pub(super) fn make_managed(
    world: &mut World,
    ctx: &Ctx,
    stack: &Stack,
    resource: &StackResource,
) -> Result<Made, String> {
    let name = match text(&resource.properties, "ManagedPolicyName") {
        Some(name) => name.to_owned(),
        None => made_up_name(world, stack, resource, 128),
    };
    let path = text(&resource.properties, "Path").filter(|p| p.starts_with('/') && p.ends_with('/')).unwrap_or("/");
    let arn = format!("arn:aws:iam::{}:policy{path}{name}", ctx.account());
    allow(world, ctx, "iam:CreatePolicy", &arn, Context::new())?;
    if world.account(ctx.account()).map_err(|e| e.message)?.managed_policies.contains_key(&arn) {
        let error = AwsError::with_status(
            409,
            "EntityAlreadyExists",
            format!("A policy called {name} already exists. Duplicate names are not allowed."),
        );
        return Err(refused(world, "Iam", &error));
    }
    let text = well_formed(world, PolicyKind::Identity, &resource.properties["PolicyDocument"])?;
    let targets = roles(&resource.properties);
    for target in &targets {
        checked(world, ctx, "iam:AttachRolePolicy", target, Some(&arn))?;
    }
    world.account_mut(ctx.account()).map_err(|e| e.message)?.managed_policies.insert(arn.clone(), text);
    attach(world, ctx, &arn, &targets)?;
    Ok(Made {
        attributes: [("PolicyArn".to_owned(), json!(arn))].into(),
        physical_id: arn,
        seconds: Some(15),
        ..Made::default()
    })
}

fn attach(world: &mut World, ctx: &Ctx, arn: &str, targets: &[String]) -> Result<(), String> {
    attachable(world, ctx, arn)?;
    for target in targets {
        if let Ok(role) = role(world, ctx, target)
            && !role.attached.iter().any(|attached| attached == arn)
        {
            role.attached.push(arn.to_owned());
        }
    }
    Ok(())
}

pub(super) fn change_managed(
    world: &mut World,
    ctx: &Ctx,
    resource: &StackResource,
    from: &Value,
) -> Result<u32, String> {
    let arn = resource.physical_id.clone();
    let text = well_formed(world, PolicyKind::Identity, &resource.properties["PolicyDocument"])?;
    if resource.properties["PolicyDocument"] != from["PolicyDocument"] {
        allow(world, ctx, "iam:CreatePolicyVersion", &arn, Context::new())?;
    }
    let (before, after) = (roles(from), roles(&resource.properties));
    for target in after.iter().filter(|role| !before.contains(role)) {
        checked(world, ctx, "iam:AttachRolePolicy", target, Some(&arn))?;
    }
    for target in before.iter().filter(|role| !after.contains(role)) {
        checked(world, ctx, "iam:DetachRolePolicy", target, Some(&arn))?;
        if let Ok(role) = role(world, ctx, target) {
            role.attached.retain(|attached| *attached != arn);
        }
    }
    world.account_mut(ctx.account()).map_err(|e| e.message)?.managed_policies.insert(arn.clone(), text);
    attach(world, ctx, &arn, &after)?;
    Ok(15)
}

pub(super) fn remove_managed(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<Removal, String> {
    let arn = resource.physical_id.clone();
    for target in roles(&resource.properties) {
        if let Ok(role) = role(world, ctx, &target) {
            role.attached.retain(|attached| *attached != arn);
        }
    }
    allow(world, ctx, "iam:DeletePolicy", &arn, Context::new())?;
    let account = world.account_mut(ctx.account()).map_err(|e| e.message)?;
    if account.roles.values().any(|role| role.attached.contains(&arn)) {
        let error = AwsError::with_status(409, "DeleteConflict", "Cannot delete a policy attached to entities.");
        return Err(refused(world, "Iam", &error));
    }
    account.managed_policies.remove(&arn);
    Ok(Removal::After(3))
}
