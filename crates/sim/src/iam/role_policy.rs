//! The inline policies of a role.

use domain::guardrail::{Context, Policy, PolicyKind};
use percent_encoding::utf8_percent_encode;

use super::{Fields, allowed_on, boundary_key, found, name, role_mut, role_name};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::iam::IamRole;
use crate::signature::ENCODED;
use crate::value::{constraint, xml};
use crate::world::World;

/// Characters that all inline policies of a role may have together, without white space.
pub(crate) const INLINE_POLICIES: usize = 10_240;

/// What counts of a policy towards IAM's limits.
pub(crate) fn policy_size(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

fn policy_name(fields: &Fields) -> Result<&str, AwsError> {
    name(fields, "PolicyName", 128)
}

/// A role that a service made for itself is left to that service.
fn modifiable(role: &IamRole) -> Result<(), AwsError> {
    if role.arn.contains(":role/aws-service-role/") {
        let message = format!(
            "Cannot perform the operation on the protected role '{}' - this role is only modifiable by AWS",
            role.name
        );
        return Err(AwsError::new("UnmodifiableEntity", message));
    }
    Ok(())
}

pub(super) fn put(world: &mut World, ctx: &Ctx, fields: &Fields) -> Result<String, AwsError> {
    let (role, policy) = (role_name(fields)?, policy_name(fields)?);
    let text = fields.get("PolicyDocument").filter(|text| !text.is_empty());
    let text =
        text.ok_or_else(|| constraint("", "PolicyDocument", "Member must have length greater than or equal to 1"))?;
    let context = boundary_key(world, ctx, role)?;
    allowed_on(world, ctx, "PutRolePolicy", role, context)?;
    let target = found(world, ctx, role)?;
    modifiable(target)?;
    let others = target.policies.iter().filter(|(name, _)| *name != policy);
    let size = others.map(|(_, text)| policy_size(text)).sum::<usize>() + policy_size(text);
    if size > INLINE_POLICIES {
        let message = format!("Maximum policy size of {INLINE_POLICIES} bytes exceeded for role {role}");
        return Err(AwsError::with_status(409, "LimitExceeded", message));
    }
    Policy::parse(PolicyKind::Identity, policy, text)
        .map_err(|problem| AwsError::new("MalformedPolicyDocument", format!("Syntax errors in policy. {problem}")))?;
    role_mut(world, ctx, role)?.policies.insert(policy.to_owned(), text.clone());
    Ok(String::new())
}

fn no_such_policy(policy: &str) -> AwsError {
    AwsError::with_status(404, "NoSuchEntity", format!("The role policy with name {policy} cannot be found."))
}

pub(super) fn get(world: &World, ctx: &Ctx, fields: &Fields) -> Result<String, AwsError> {
    let (role, policy) = (role_name(fields)?, policy_name(fields)?);
    allowed_on(world, ctx, "GetRolePolicy", role, Context::new())?;
    let text = found(world, ctx, role)?.policies.get(policy).ok_or_else(|| no_such_policy(policy))?;
    Ok(format!(
        "<RoleName>{}</RoleName><PolicyName>{}</PolicyName><PolicyDocument>{}</PolicyDocument>",
        xml(role),
        xml(policy),
        utf8_percent_encode(text, ENCODED)
    ))
}

pub(super) fn delete(world: &mut World, ctx: &Ctx, fields: &Fields) -> Result<String, AwsError> {
    let (role, policy) = (role_name(fields)?, policy_name(fields)?);
    let context = boundary_key(world, ctx, role)?;
    allowed_on(world, ctx, "DeleteRolePolicy", role, context)?;
    modifiable(found(world, ctx, role)?)?;
    role_mut(world, ctx, role)?.policies.remove(policy).ok_or_else(|| no_such_policy(policy))?;
    Ok(String::new())
}

/// Names in their order, from after `Marker` on.
pub(super) fn list(world: &World, ctx: &Ctx, fields: &Fields) -> Result<String, AwsError> {
    let role = role_name(fields)?;
    let most = match fields.get("MaxItems") {
        None => 100,
        Some(text) => text
            .parse()
            .ok()
            .filter(|n| (1..=1000).contains(n))
            .ok_or_else(|| constraint(text, "MaxItems", "Member must have value between 1 and 1000"))?,
    };
    allowed_on(world, ctx, "ListRolePolicies", role, Context::new())?;
    let marker = fields.get("Marker").map(String::as_str).unwrap_or_default();
    let mut names = found(world, ctx, role)?.policies.keys().filter(|name| name.as_str() > marker);
    let page: Vec<&String> = names.by_ref().take(most).collect();
    let rows = page.iter().map(|name| format!("<member>{}</member>", xml(name))).collect::<Vec<_>>().concat();
    let more = match (names.next(), page.last()) {
        (Some(_), Some(last)) => format!("<IsTruncated>true</IsTruncated><Marker>{}</Marker>", xml(last)),
        _ => "<IsTruncated>false</IsTruncated>".to_owned(),
    };
    Ok(format!("<PolicyNames>{rows}</PolicyNames>{more}"))
}
