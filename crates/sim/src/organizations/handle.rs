//! The operations of Organizations.

use domain::guardrail::Context;
use serde_json::{Value, json};

use super::tree::{Organization, ServiceControlPolicy};
use crate::authorize::authorize;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{epoch, page, required};
use crate::world::World;

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
        _ => Err(AwsError::unknown_operation(operation)),
    }
}

/// The management account's id, as it stands in every ARN.
fn owner(organization: &Organization) -> String {
    organization.management.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn arn(organization: &Organization, kind: &str, rest: &str) -> String {
    format!("arn:aws:organizations::{}:{kind}/{}/{rest}", owner(organization), organization.id)
}

fn in_use(world: &World, ctx: &Ctx) -> Result<(), AwsError> {
    if world.organization.contains(ctx.account()) {
        return Ok(());
    }
    Err(AwsError::new("AWSOrganizationsNotInUseException", "Your account is not a member of an organization."))
}

/// Organizations answers the management account and delegated administrators alone, whatever their policies say.
fn allowed(world: &World, ctx: &Ctx, action: &str, resource: &str) -> Result<(), AwsError> {
    in_use(world, ctx)?;
    authorize(world, ctx, &format!("organizations:{action}"), resource, Context::new())?;
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
        "AvailablePolicyTypes": [{ "Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED" }],
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

fn invalid(message: &str) -> AwsError {
    AwsError::new("InvalidInputException", format!("You specified an invalid value. {message}"))
}

fn list_roots(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    allowed(world, ctx, "ListRoots", "*")?;
    let o = &world.organization;
    let root = json!({
        "Id": o.root,
        "Arn": arn(o, "root", &o.root),
        "Name": "Root",
        "PolicyTypes": [{ "Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED" }],
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

fn target_arn(o: &Organization, id: &str) -> String {
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
    allowed(world, ctx, "ListOrganizationalUnitsForParent", &resource)?;
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
    Some(json!({
        "Id": account.id,
        "Arn": arn(o, "account", account.id.as_str()),
        "Email": account.email,
        "Name": account.name,
        "Status": "ACTIVE",
        "JoinedMethod": "CREATED",
        "JoinedTimestamp": epoch(account.joined),
    }))
}

fn list_accounts(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = parent(world, body);
    let resource = id.as_ref().map_or("*".into(), |id| target_arn(&world.organization, id));
    allowed(world, ctx, "ListAccountsForParent", &resource)?;
    let id = id?;
    let inside = world.organization.account_parents.iter().filter(|(_, at)| *at == id);
    listed("Accounts", inside.filter_map(|(account, _)| account_json(world, account)).collect(), body)
}

fn list_all_accounts(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    allowed(world, ctx, "ListAccounts", "*")?;
    let all = world.organization.account_parents.keys();
    listed("Accounts", all.filter_map(|account| account_json(world, account)).collect(), body)
}

fn describe_account(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "AccountId").map_err(|e| invalid(&e.message))?;
    allowed(world, ctx, "DescribeAccount", &target_arn(&world.organization, id))?;
    let id = id.parse().ok().filter(|id| world.organization.contains(id));
    id.and_then(|id| account_json(world, &id))
        .map(|account| json!({ "Account": account }))
        .ok_or_else(|| AwsError::new("AccountNotFoundException", "You specified an account that doesn't exist."))
}

fn list_parents(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "ChildId").map_err(|e| invalid(&e.message))?;
    allowed(world, ctx, "ListParents", &target_arn(&world.organization, id))?;
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

fn summary(o: &Organization, policy: &ServiceControlPolicy) -> Value {
    let arn = if policy.aws_managed {
        format!("arn:aws:organizations::aws:policy/service_control_policy/{}", policy.id)
    } else {
        arn(o, "policy", &format!("service_control_policy/{}", policy.id))
    };
    json!({
        "Id": policy.id,
        "Arn": arn,
        "Name": policy.name,
        "Description": policy.description,
        "Type": "SERVICE_CONTROL_POLICY",
        "AwsManaged": policy.aws_managed,
    })
}

fn list_policies_for_target(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let target = required(body, "TargetId").map_err(|e| invalid(&e.message))?;
    allowed(world, ctx, "ListPoliciesForTarget", &target_arn(&world.organization, target))?;
    let filter = required(body, "Filter").map_err(|e| invalid(&e.message))?;
    let o = &world.organization;
    if !o.has_target(target) {
        return Err(AwsError::new("TargetNotFoundException", "You specified a target that doesn't exist."));
    }
    let policies = match filter {
        "SERVICE_CONTROL_POLICY" => o.attached(target),
        "RESOURCE_CONTROL_POLICY"
        | "TAG_POLICY"
        | "BACKUP_POLICY"
        | "AISERVICES_OPT_OUT_POLICY"
        | "CHATBOT_POLICY"
        | "DECLARATIVE_POLICY_EC2" => Vec::new(),
        other => return Err(invalid(&format!("{other} is no policy type."))),
    };
    listed("Policies", policies.into_iter().map(|p| summary(o, p)).collect(), body)
}

fn describe_policy(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "PolicyId").map_err(|e| invalid(&e.message))?;
    let o = &world.organization;
    let found = o.policies.get(id);
    let resource = found.map_or_else(|| "*".into(), |p| summary(o, p)["Arn"].as_str().unwrap_or("*").to_owned());
    allowed(world, ctx, "DescribePolicy", &resource)?;
    let policy = found.ok_or_else(|| {
        AwsError::new("PolicyNotFoundException", "We can't find a policy with the PolicyId that you specified.")
    })?;
    Ok(json!({ "Policy": { "PolicySummary": summary(o, policy), "Content": policy.content } }))
}
