//! AWS Identity and Access Management: accounts and roles, and the calls that look at a role and change its inline policies
//! and its boundary. What they change holds for the next call of any service: AWS takes seconds to spread it.

mod account;
mod role;
mod role_policy;

use std::collections::BTreeMap;

use domain::guardrail::Context;

pub use account::{Account, IamRole};
pub(crate) use role::attachable as boundary_attachable;
#[cfg(test)]
pub(crate) use role_policy::{INLINE_POLICIES, policy_size};

use crate::authorize::{authorize, resource_tags};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::constraint;
use crate::world::World;

type Fields = BTreeMap<String, String>;

/// One action: its form fields. Answers what goes inside `<ActionResult>`; empty where AWS answers nothing.
pub fn handle(world: &mut World, ctx: &Ctx, action: &str, fields: &Fields) -> Result<String, AwsError> {
    // Wherever it is called from, IAM is in one region.
    let ctx = &Ctx { region: "us-east-1".into(), ..ctx.clone() };
    match action {
        "GetRole" => role::get(world, ctx, fields),
        "PutRolePermissionsBoundary" => role::put_boundary(world, ctx, fields),
        "DeleteRolePermissionsBoundary" => role::delete_boundary(world, ctx, fields),
        "PutRolePolicy" => role_policy::put(world, ctx, fields),
        "GetRolePolicy" => role_policy::get(world, ctx, fields),
        "DeleteRolePolicy" => role_policy::delete(world, ctx, fields),
        "ListRolePolicies" => role_policy::list(world, ctx, fields),
        _ => Err(AwsError::unknown_operation(action)),
    }
}

/// `RoleName`, `PolicyName`: up to `longest` of `[\w+=,.@-]`.
fn name<'a>(fields: &'a Fields, key: &str, longest: usize) -> Result<&'a str, AwsError> {
    let member = key[..1].to_ascii_lowercase() + &key[1..];
    let Some(given) = fields.get(key) else {
        return Err(AwsError::validation(format!(
            "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
        )));
    };
    if given.is_empty() {
        return Err(constraint("", key, "Member must have length greater than or equal to 1"));
    }
    if given.chars().count() > longest {
        let what = format!("Member must have length less than or equal to {longest}");
        return Err(constraint(given, key, &what));
    }
    if given.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)) {
        return Ok(given);
    }
    Err(AwsError::validation(format!(
        "The specified value for {member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"
    )))
}

fn role_name(fields: &Fields) -> Result<&str, AwsError> {
    name(fields, "RoleName", 64)
}

/// Whether the caller may do this to a role of the caller's account, which need not exist: who may not ask is not told.
fn allowed_on(world: &World, ctx: &Ctx, action: &str, role: &str, mut context: Context) -> Result<(), AwsError> {
    let found = world.account(ctx.account())?.roles.get(role);
    if let Some(found) = found {
        resource_tags(&mut context, Some("iam"), &found.tags);
    }
    let arn = found.map_or_else(|| format!("arn:aws:iam::{}:role/{role}", ctx.account()), |role| role.arn.clone());
    authorize(world, ctx, &format!("iam:{action}"), &arn, context).map_err(|mut error| {
        // IAM names a role that is changed by its name, where other services write its ARN.
        error.message = error.message.replace(&format!("on resource: {arn}"), &format!("on resource: role {role}"));
        error
    })
}

/// The key that AWS has for calls that change what a role may do.
fn boundary_key(world: &World, ctx: &Ctx, role: &str) -> Result<Context, AwsError> {
    let mut context = Context::new();
    if let Some(boundary) = world.account(ctx.account())?.roles.get(role).and_then(|role| role.boundary.clone()) {
        context.set("iam:PermissionsBoundary", boundary);
    }
    Ok(context)
}

pub(crate) fn no_such_role(name: &str) -> AwsError {
    AwsError::with_status(404, "NoSuchEntity", format!("The role with name {name} cannot be found."))
}

fn role_mut<'a>(world: &'a mut World, ctx: &Ctx, name: &str) -> Result<&'a mut IamRole, AwsError> {
    world.account_mut(ctx.account())?.roles.get_mut(name).ok_or_else(|| no_such_role(name))
}

fn found<'a>(world: &'a World, ctx: &Ctx, name: &str) -> Result<&'a IamRole, AwsError> {
    world.account(ctx.account())?.roles.get(name).ok_or_else(|| no_such_role(name))
}
