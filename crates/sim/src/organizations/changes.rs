//! The operations that change service control policies. The management account alone: the local AWS has no delegation
//! policies.

use domain::guardrail::{Context, Policy, PolicyKind};
use serde_json::{Value, json};

use super::handle::{POLICY_TYPE, allowed, arn, invalid, policy_arn, policy_not_found, summary, target_arn};
use super::tree::{Organization, ServiceControlPolicy};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{required, text};
use crate::world::World;

/// Quotas of an organization (Organizations user guide, "Quotas and service limits").
const LARGEST_DOCUMENT: usize = 10_240;
const MOST_POLICIES: usize = 10_000;
const MOST_AT_A_TARGET: usize = 10;
const LEAST_AT_A_TARGET: usize = 1;

/// May this caller change policies of this type, on this?
fn may_change(world: &World, ctx: &Ctx, action: &str, kind: &str, resource: &str) -> Result<(), AwsError> {
    let mut context = Context::new();
    context.set("organizations:PolicyType", kind);
    allowed(world, ctx, action, resource, context)?;
    if world.organization.management.as_ref() == Some(ctx.account()) {
        return Ok(());
    }
    Err(AwsError::new("AccessDeniedException", "You don't have permissions to access this resource."))
}

pub(super) fn violated(reason: &'static str, message: &str) -> AwsError {
    AwsError::new("ConstraintViolationException", message).because(reason)
}

pub(super) fn member<'a>(body: &'a Value, key: &str, longest: usize) -> Result<&'a str, AwsError> {
    let given = required(body, key).map_err(|e| invalid(&e.message))?;
    if given.chars().count() > longest {
        return Err(invalid(&format!("{key} is longer than {longest} characters.")));
    }
    Ok(given)
}

fn description(body: &Value) -> Result<&str, AwsError> {
    let given = text(body, "Description").ok_or_else(|| invalid("Description is missing."))?;
    if given.chars().count() > 512 { Err(invalid("Description is longer than 512 characters.")) } else { Ok(given) }
}

fn content(body: &Value) -> Result<&str, AwsError> {
    let given = required(body, "Content").map_err(|e| invalid(&e.message))?;
    if given.chars().count() > LARGEST_DOCUMENT {
        return Err(violated(
            "POLICY_CONTENT_LIMIT_EXCEEDED",
            "You have attempted to create a policy that is larger than the maximum size.",
        ));
    }
    Policy::parse(PolicyKind::ServiceControl, "new", given).map_err(|error| {
        let why = format!(
            "The provided policy document does not meet the requirements of the specified policy type: {error}"
        );
        AwsError::new("MalformedPolicyDocumentException", why)
    })?;
    Ok(given)
}

fn name_is_free(o: &Organization, name: &str, but: Option<&str>) -> Result<(), AwsError> {
    if o.policies.values().any(|policy| policy.name == name && Some(policy.id.as_str()) != but) {
        return Err(AwsError::new("DuplicatePolicyException", "A policy with the same name already exists."));
    }
    Ok(())
}

pub(super) fn create_policy(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let kind = required(body, "Type").map_err(|e| invalid(&e.message))?;
    may_change(world, ctx, "CreatePolicy", kind, "*")?;
    if kind != POLICY_TYPE {
        return Err(AwsError::new(
            "PolicyTypeNotAvailableForOrganizationException",
            "You can't use the specified policy type with the feature set currently enabled for your organization.",
        ));
    }
    let (name, description) = (member(body, "Name", 128)?.to_owned(), description(body)?.to_owned());
    let content = content(body)?.to_owned();
    name_is_free(&world.organization, &name, None)?;
    if world.organization.policies.len() >= MOST_POLICIES {
        let why = "You have exceeded the number of policies that you can have in an organization.";
        return Err(violated("POLICY_NUMBER_LIMIT_EXCEEDED", why));
    }
    let policy =
        ServiceControlPolicy { id: format!("p-{}", world.fresh(8)), name, description, content, aws_managed: false };
    let answer = described(&world.organization, &policy);
    world.organization.policies.insert(policy.id.clone(), policy);
    Ok(answer)
}

fn described(o: &Organization, policy: &ServiceControlPolicy) -> Value {
    json!({ "Policy": { "PolicySummary": summary(o, policy), "Content": policy.content } })
}

/// The policy, which the caller may change.
fn own<'a>(world: &'a World, ctx: &Ctx, body: &Value, action: &str) -> Result<&'a ServiceControlPolicy, AwsError> {
    let id = required(body, "PolicyId").map_err(|e| invalid(&e.message))?;
    let found = world.organization.policies.get(id);
    let resource = match found {
        Some(policy) => policy_arn(&world.organization, policy),
        None => arn(&world.organization, "policy", &format!("service_control_policy/{id}")),
    };
    may_change(world, ctx, action, POLICY_TYPE, &resource)?;
    let policy = found.ok_or_else(policy_not_found)?;
    if policy.aws_managed && action != "AttachPolicy" && action != "DetachPolicy" {
        return Err(AwsError::new("AccessDeniedException", "You can't change a policy that AWS manages."));
    }
    Ok(policy)
}

pub(super) fn update_policy(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let mut policy = own(world, ctx, body, "UpdatePolicy")?.clone();
    if text(body, "Name").is_some() {
        member(body, "Name", 128)?.clone_into(&mut policy.name);
    }
    if text(body, "Description").is_some() {
        description(body)?.clone_into(&mut policy.description);
    }
    if text(body, "Content").is_some() {
        content(body)?.clone_into(&mut policy.content);
    }
    name_is_free(&world.organization, &policy.name, Some(&policy.id))?;
    let answer = described(&world.organization, &policy);
    world.organization.policies.insert(policy.id.clone(), policy);
    Ok(answer)
}

pub(super) fn delete_policy(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = own(world, ctx, body, "DeletePolicy")?.id.clone();
    if world.organization.attachments.values().any(|attached| attached.contains(&id)) {
        return Err(AwsError::new(
            "PolicyInUseException",
            "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts before \
             performing this operation.",
        ));
    }
    world.organization.policies.remove(&id);
    Ok(json!({}))
}

/// Policy and target of an attachment, which the caller may change.
fn both(world: &World, ctx: &Ctx, body: &Value, action: &str) -> Result<(String, String), AwsError> {
    let policy = own(world, ctx, body, action)?.id.clone();
    let target = required(body, "TargetId").map_err(|e| invalid(&e.message))?;
    may_change(world, ctx, action, POLICY_TYPE, &target_arn(&world.organization, target))?;
    if !world.organization.has_target(target) {
        return Err(AwsError::new("TargetNotFoundException", "You specified a target that doesn't exist."));
    }
    Ok((policy, target.to_owned()))
}

pub(super) fn attach_policy(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (policy, target) = both(world, ctx, body, "AttachPolicy")?;
    let attached = world.organization.attachments.entry(target).or_default();
    if attached.contains(&policy) {
        let why = "A policy with the specified name and type is already attached to the specified target.";
        return Err(AwsError::new("DuplicatePolicyAttachmentException", why));
    }
    if attached.len() >= MOST_AT_A_TARGET {
        let why = "You have attached the maximum number of policies of the specified type to the specified target.";
        return Err(violated("MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", why));
    }
    attached.push(policy);
    Ok(json!({}))
}

pub(super) fn detach_policy(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (policy, target) = both(world, ctx, body, "DetachPolicy")?;
    let attached = world.organization.attachments.entry(target).or_default();
    if !attached.contains(&policy) {
        let why = "The policy isn't attached to the specified target in the specified root.";
        return Err(AwsError::new("PolicyNotAttachedException", why));
    }
    if attached.len() <= LEAST_AT_A_TARGET {
        let why = "You cannot remove the last policy of the specified type from the specified target.";
        return Err(violated("MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", why));
    }
    attached.retain(|id| *id != policy);
    Ok(json!({}))
}
