//! The operations that change the tree: organizational units made, renamed and deleted, accounts moved. The management account
//! alone.

use domain::guardrail::Context;
use domain::id::AccountId;
use serde_json::{Value, json};

use super::changes::{member, violated};
use super::handle::{allowed, arn, invalid, target_arn};
use super::tree::{Organization, OrganizationalUnit};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::required;
use crate::world::World;

/// Quotas of an organization (Organizations user guide, "Quotas and service limits").
const MOST_UNITS: usize = 1_000;
const DEEPEST: usize = 5;

fn may_change(world: &World, ctx: &Ctx, action: &str, resource: &str) -> Result<(), AwsError> {
    allowed(world, ctx, action, resource, Context::new())?;
    if world.organization.management.as_ref() == Some(ctx.account()) {
        return Ok(());
    }
    Err(AwsError::new("AccessDeniedException", "You don't have permissions to access this resource."))
}

fn is_parent(o: &Organization, id: &str) -> bool {
    o.root == id || o.units.contains_key(id)
}

/// How many units are above and including this parent.
fn depth(o: &Organization, parent: &str) -> usize {
    std::iter::successors(o.units.get(parent), |unit| o.units.get(&unit.parent)).count()
}

fn described(o: &Organization, unit: &OrganizationalUnit) -> Value {
    json!({ "OrganizationalUnit": { "Id": unit.id, "Arn": arn(o, "ou", &unit.id), "Name": unit.name } })
}

fn name_is_free(o: &Organization, parent: &str, name: &str, but: &str) -> Result<(), AwsError> {
    if o.units.values().any(|unit| unit.parent == parent && unit.name == name && unit.id != but) {
        let why = "An OU with the same name already exists.";
        return Err(AwsError::new("DuplicateOrganizationalUnitException", why));
    }
    Ok(())
}

fn unit<'a>(o: &'a Organization, id: &str) -> Result<&'a OrganizationalUnit, AwsError> {
    o.units.get(id).ok_or_else(|| {
        AwsError::new(
            "OrganizationalUnitNotFoundException",
            "We can't find an OU with the OrganizationalUnitId that you specified.",
        )
    })
}

fn id(body: &Value) -> Result<&str, AwsError> {
    required(body, "OrganizationalUnitId").map_err(|error| invalid(&error.message))
}

pub(super) fn describe(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = id(body)?;
    let o = &world.organization;
    allowed(world, ctx, "DescribeOrganizationalUnit", &target_arn(o, id), Context::new())?;
    Ok(described(o, unit(o, id)?))
}

pub(super) fn create(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let parent = required(body, "ParentId").map_err(|error| invalid(&error.message))?;
    may_change(world, ctx, "CreateOrganizationalUnit", &target_arn(&world.organization, parent))?;
    let name = member(body, "Name", 128)?.to_owned();
    let o = &world.organization;
    if !is_parent(o, parent) {
        return Err(AwsError::new("ParentNotFoundException", "You specified parent that doesn't exist."));
    }
    if depth(o, parent) >= DEEPEST {
        let why = "You attempted to create an OU tree that is too many levels deep.";
        return Err(violated("OU_DEPTH_LIMIT_EXCEEDED", why));
    }
    if o.units.len() >= MOST_UNITS {
        let why = "You attempted to exceed the number of OUs that you can have in an organization.";
        return Err(violated("OU_NUMBER_LIMIT_EXCEEDED", why));
    }
    name_is_free(o, parent, &name, "")?;
    let within = o.root.trim_start_matches("r-").to_owned();
    let new = OrganizationalUnit { id: format!("ou-{within}-{}", world.fresh(8)), name, parent: parent.to_owned() };
    let answer = described(&world.organization, &new);
    // AWS puts this policy on whatever is new.
    world.organization.attachments.insert(new.id.clone(), vec!["p-FullAWSAccess".to_owned()]);
    world.organization.units.insert(new.id.clone(), new);
    Ok(answer)
}

pub(super) fn update(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = id(body)?;
    may_change(world, ctx, "UpdateOrganizationalUnit", &target_arn(&world.organization, id))?;
    let mut after = unit(&world.organization, id)?.clone();
    if body.get("Name").is_some() {
        member(body, "Name", 128)?.clone_into(&mut after.name);
        name_is_free(&world.organization, &after.parent, &after.name, id)?;
    }
    let answer = described(&world.organization, &after);
    world.organization.units.insert(id.to_owned(), after);
    Ok(answer)
}

/// One with units or accounts in it stays.
pub(super) fn delete(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = id(body)?;
    may_change(world, ctx, "DeleteOrganizationalUnit", &target_arn(&world.organization, id))?;
    let o = &mut world.organization;
    unit(o, id)?;
    if o.units.values().any(|unit| unit.parent == id) || o.account_parents.values().any(|parent| parent == id) {
        let why = "The specified OU is not empty. Move all accounts to another root or to other OUs, remove all child OUs, and try the operation again.";
        return Err(AwsError::new("OrganizationalUnitNotEmptyException", why));
    }
    o.units.remove(id);
    o.attachments.remove(id);
    Ok(json!({}))
}

pub(super) fn move_account(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let given = |key| required(body, key).map_err(|error| invalid(&error.message));
    let (id, from, to) = (given("AccountId")?, given("SourceParentId")?, given("DestinationParentId")?);
    may_change(world, ctx, "MoveAccount", &target_arn(&world.organization, id))?;
    let o = &mut world.organization;
    let account: Option<AccountId> = id.parse().ok().filter(|account| o.contains(account));
    let Some(account) = account else {
        return Err(AwsError::new("AccountNotFoundException", "You specified an account that doesn't exist."));
    };
    if !is_parent(o, from) || o.account_parents.get(&account).is_none_or(|at| at != from) {
        let why = "We can't find a source root or OU with the ParentId that you specified.";
        return Err(AwsError::new("SourceParentNotFoundException", why));
    }
    if !is_parent(o, to) {
        let why = "We can't find the destination container (a root or OU) with the ParentId that you specified.";
        return Err(AwsError::new("DestinationParentNotFoundException", why));
    }
    if from == to {
        return Err(AwsError::new(
            "DuplicateAccountException",
            "That account is already present in the specified destination.",
        ));
    }
    o.account_parents.insert(account, to.to_owned());
    Ok(json!({}))
}
