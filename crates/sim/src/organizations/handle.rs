//! The operations of Organizations.

use domain::guardrail::Context;
use serde_json::{Value, json};

use super::tree::{Organization, ServiceControlPolicy};
use super::{changes, unit_changes};
use crate::authorize::authorize;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{epoch, page, required};
use crate::world::World;

/// The type of policy that there is here.
pub(super) const POLICY_TYPE: &str = "SERVICE_CONTROL_POLICY";

/// One operation.
pub fn handle(world: &mut World, ctx: &Ctx, operation: &str, body: &Value) -> Result<Value, AwsError> {
    match operation {
        "DescribeOrganization" => describe_organization(world, ctx),
        "ListRoots" => list_roots(world, ctx, body),
        "ListOrganizationalUnitsForParent" => list_units(world, ctx, body),
        "ListAccountsForParent" => list_accounts(world, ctx, body),
        "ListAccounts" => list_all_accounts(world, ctx, body),
        "DescribeAccount" => describe_account(world, ctx, body),
        "ListParents" => list_parents(world, ctx, body),
        "ListPoliciesForTarget" => list_policies_for_target(world, ctx, body),
        "DescribePolicy" => describe_policy(world, ctx, body),
        "ListPolicies" => list_policies(world, ctx, body),
        "ListTargetsForPolicy" => list_targets_for_policy(world, ctx, body),
        "DescribeOrganizationalUnit" => unit_changes::describe(world, ctx, body),
        "CreateOrganizationalUnit" => unit_changes::create(world, ctx, body),
        "UpdateOrganizationalUnit" => unit_changes::update(world, ctx, body),
        "DeleteOrganizationalUnit" => unit_changes::delete(world, ctx, body),
        "MoveAccount" => unit_changes::move_account(world, ctx, body),
        "CreatePolicy" => changes::create_policy(world, ctx, body),
        "UpdatePolicy" => changes::update_policy(world, ctx, body),
        "DeletePolicy" => changes::delete_policy(world, ctx, body),
        "AttachPolicy" => changes::attach_policy(world, ctx, body),
        "DetachPolicy" => changes::detach_policy(world, ctx, body),
        _ => Err(AwsError::unknown_operation(operation)),
    }
}

/// The management account's id, as it stands in every ARN.
fn owner(organization: &Organization) -> String {
    organization.management.as_ref().map(ToString::to_string).unwrap_or_default()
}

pub(super) fn arn(organization: &Organization, kind: &str, rest: &str) -> String {
    format!("arn:aws:organizations::{}:{kind}/{}/{rest}", owner(organization), organization.id)
}

fn in_use(world: &World, ctx: &Ctx) -> Result<(), AwsError> {
    if world.organization.contains(ctx.account()) {
        return Ok(());
    }
    Err(AwsError::new("AWSOrganizationsNotInUseException", "Your account is not a member of an organization."))
}

/// Organizations answers the management account and delegated administrators alone, whatever their policies say.
pub(super) fn allowed(
    world: &World,
    ctx: &Ctx,
    action: &str,
    resource: &str,
    context: Context,
) -> Result<(), AwsError> {
    in_use(world, ctx)?;
    authorize(world, ctx, &format!("organizations:{action}"), resource, context)?;
    let organization = &world.organization;
    let account = ctx.account();
    if organization.management.as_ref() == Some(account) || organization.delegated_administrators.contains(account) {
        return Ok(());
    }
    Err(AwsError::new("AccessDeniedException", "You don't have permissions to access this resource."))
}

fn describe_organization(world: &World, ctx: &Ctx) -> Result<Value, AwsError> {
    in_use(world, ctx)?;
    authorize(world, ctx, "organizations:DescribeOrganization", "*", Context::new())?;
    let o = &world.organization;
    let management = owner(o);
    let email = o.management.as_ref().and_then(|id| world.accounts.get(id)).map(|a| a.email.clone());
    Ok(json!({ "Organization": {
        "Id": o.id,
        "Arn": format!("arn:aws:organizations::{management}:organization/{}", o.id),
        "FeatureSet": "ALL",
        "MasterAccountArn": arn(o, "account", &management),
        "MasterAccountId": management,
        "MasterAccountEmail": email,
        "AvailablePolicyTypes": [{ "Type": POLICY_TYPE, "Status": "ENABLED" }],
    }}))
}

fn listed(name: &str, items: Vec<Value>, body: &Value) -> Result<Value, AwsError> {
    let (rows, next) = page(items, body, ("MaxResults", "NextToken"), (20, 20)).map_err(|e| invalid(&e.message))?;
    let mut out = json!({ name: rows });
    if let Some(next) = next {
        out["NextToken"] = json!(next);
    }
    Ok(out)
}

pub(super) fn invalid(message: &str) -> AwsError {
    AwsError::new("InvalidInputException", format!("You specified an invalid value. {message}"))
}

fn list_roots(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    allowed(world, ctx, "ListRoots", "*", Context::new())?;
    let o = &world.organization;
    let root = json!({
        "Id": o.root,
        "Arn": arn(o, "root", &o.root),
        "Name": "Root",
        "PolicyTypes": [{ "Type": POLICY_TYPE, "Status": "ENABLED" }],
    });
    listed("Roots", vec![root], body)
}

fn parent<'a>(world: &World, body: &'a Value) -> Result<&'a str, AwsError> {
    let id = required(body, "ParentId").map_err(|e| invalid(&e.message))?;
    if world.organization.root == id || world.organization.units.contains_key(id) {
        return Ok(id);
    }
    Err(AwsError::new("ParentNotFoundException", "You specified parent that doesn't exist."))
}

pub(super) fn target_arn(o: &Organization, id: &str) -> String {
    if id.starts_with("r-") {
        arn(o, "root", id)
    } else if id.starts_with("ou-") {
        arn(o, "ou", id)
    } else {
        arn(o, "account", id)
    }
}

fn list_units(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = parent(world, body);
    let resource = id.as_ref().map_or("*".into(), |id| target_arn(&world.organization, id));
    allowed(world, ctx, "ListOrganizationalUnitsForParent", &resource, Context::new())?;
    let id = id?;
    let o = &world.organization;
    let units = o.units.values().filter(|unit| unit.parent == id);
    listed(
        "OrganizationalUnits",
        units.map(|u| json!({ "Id": u.id, "Arn": arn(o, "ou", &u.id), "Name": u.name })).collect(),
        body,
    )
}

fn account_json(world: &World, id: &domain::id::AccountId) -> Option<Value> {
    let account = world.accounts.get(id)?;
    let o = &world.organization;
    let status = if o.suspended.contains(id) { "SUSPENDED" } else { "ACTIVE" };
    Some(json!({
        "Id": account.id,
        "Arn": arn(o, "account", account.id.as_str()),
        "Email": account.email,
        "Name": account.name,
        "Status": status,
        "JoinedMethod": "CREATED",
        "JoinedTimestamp": epoch(account.joined),
    }))
}

fn list_accounts(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = parent(world, body);
    let resource = id.as_ref().map_or("*".into(), |id| target_arn(&world.organization, id));
    allowed(world, ctx, "ListAccountsForParent", &resource, Context::new())?;
    let id = id?;
    let inside = world.organization.account_parents.iter().filter(|(_, at)| *at == id);
    listed("Accounts", inside.filter_map(|(account, _)| account_json(world, account)).collect(), body)
}

fn list_all_accounts(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    allowed(world, ctx, "ListAccounts", "*", Context::new())?;
    let all = world.organization.account_parents.keys();
    listed("Accounts", all.filter_map(|account| account_json(world, account)).collect(), body)
}

fn describe_account(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "AccountId").map_err(|e| invalid(&e.message))?;
    allowed(world, ctx, "DescribeAccount", &target_arn(&world.organization, id), Context::new())?;
    let id = id.parse().ok().filter(|id| world.organization.contains(id));
    id.and_then(|id| account_json(world, &id))
        .map(|account| json!({ "Account": account }))
        .ok_or_else(|| AwsError::new("AccountNotFoundException", "You specified an account that doesn't exist."))
}

fn list_parents(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "ChildId").map_err(|e| invalid(&e.message))?;
    allowed(world, ctx, "ListParents", &target_arn(&world.organization, id), Context::new())?;
    let o = &world.organization;
    let parent = match o.units.get(id) {
        Some(unit) => Some(unit.parent.clone()),
        None => id.parse().ok().and_then(|account| o.account_parents.get(&account).cloned()),
    };
    let Some(parent) = parent else {
        return Err(AwsError::new("ChildNotFoundException", "You specified a child that doesn't exist."));
    };
    let kind = if parent == o.root { "ROOT" } else { "ORGANIZATIONAL_UNIT" };
    listed("Parents", vec![json!({ "Id": parent, "Type": kind })], body)
}

pub(super) fn policy_arn(o: &Organization, policy: &ServiceControlPolicy) -> String {
    if policy.aws_managed {
        format!("arn:aws:organizations::aws:policy/service_control_policy/{}", policy.id)
    } else {
        arn(o, "policy", &format!("service_control_policy/{}", policy.id))
    }
}

pub(super) fn policy_not_found() -> AwsError {
    AwsError::new("PolicyNotFoundException", "We can't find a policy with the PolicyId that you specified.")
}

pub(super) fn summary(o: &Organization, policy: &ServiceControlPolicy) -> Value {
    json!({
        "Id": policy.id,
        "Arn": policy_arn(o, policy),
        "Name": policy.name,
        "Description": policy.description,
        "Type": POLICY_TYPE,
        "AwsManaged": policy.aws_managed,
    })
}

fn list_policies_for_target(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let target = required(body, "TargetId").map_err(|e| invalid(&e.message))?;
    allowed(world, ctx, "ListPoliciesForTarget", &target_arn(&world.organization, target), Context::new())?;
    let of_our_type = is_our_type(body)?;
    let o = &world.organization;
    if !o.has_target(target) {
        return Err(AwsError::new("TargetNotFoundException", "You specified a target that doesn't exist."));
    }
    let policies = if of_our_type { o.attached(target) } else { Vec::new() };
    listed("Policies", policies.into_iter().map(|p| summary(o, p)).collect(), body)
}

/// Whether the list is about service control policies; of the other types there are none here.
fn is_our_type(body: &Value) -> Result<bool, AwsError> {
    match required(body, "Filter").map_err(|e| invalid(&e.message))? {
        POLICY_TYPE => Ok(true),
        "RESOURCE_CONTROL_POLICY"
        | "TAG_POLICY"
        | "BACKUP_POLICY"
        | "AISERVICES_OPT_OUT_POLICY"
        | "CHATBOT_POLICY"
        | "DECLARATIVE_POLICY_EC2" => Ok(false),
        other => Err(invalid(&format!("{other} is no policy type."))),
    }
}

fn list_policies(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    allowed(world, ctx, "ListPolicies", "*", Context::new())?;
    let of_our_type = is_our_type(body)?;
    let o = &world.organization;
    let policies = o.policies.values().filter(|_| of_our_type);
    listed("Policies", policies.map(|p| summary(o, p)).collect(), body)
}

fn list_targets_for_policy(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "PolicyId").map_err(|e| invalid(&e.message))?;
    let o = &world.organization;
    let found = o.policies.get(id);
    let resource = found.map_or_else(|| "*".into(), |p| policy_arn(o, p));
    allowed(world, ctx, "ListTargetsForPolicy", &resource, Context::new())?;
    let policy = found.ok_or_else(policy_not_found)?;
    let with_it = o.attachments.iter().filter(|(_, attached)| attached.contains(&policy.id));
    let targets = with_it.map(|(target, _)| {
        let (kind, name) = if *target == o.root {
            ("ROOT", Some("Root"))
        } else if let Some(unit) = o.units.get(target) {
            ("ORGANIZATIONAL_UNIT", Some(unit.name.as_str()))
        } else {
            let account = target.parse().ok().and_then(|id: domain::id::AccountId| world.accounts.get(&id));
            ("ACCOUNT", account.map(|account| account.name.as_str()))
        };
        json!({ "TargetId": target, "Arn": target_arn(o, target), "Name": name, "Type": kind })
    });
    listed("Targets", targets.collect(), body)
}

fn describe_policy(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "PolicyId").map_err(|e| invalid(&e.message))?;
    let o = &world.organization;
    let found = o.policies.get(id);
    let resource = found.map_or_else(|| "*".into(), |p| policy_arn(o, p));
    allowed(world, ctx, "DescribePolicy", &resource, Context::new())?;
    let policy = found.ok_or_else(policy_not_found)?;
    Ok(json!({ "Policy": { "PolicySummary": summary(o, policy), "Content": policy.content } }))
}
