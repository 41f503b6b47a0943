//! Constraints.

use domain::guardrail::Context;
use serde_json::{Value, json};

use super::access::{allow, portfolio, product_arn};
use super::input::{answer, token};
use super::made;
use super::state::Constraint;
use crate::authorize::authorize;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{one_of, required, text};
use crate::world::World;

const KINDS: [&str; 5] = ["LAUNCH", "NOTIFICATION", "RESOURCE_UPDATE", "STACKSET", "TEMPLATE"];
/// Quota of Service Catalog: constraints of a product in a portfolio.
const MOST: usize = 100;

/// Of these a product has at most one in a portfolio, and the first two exclude each other.
const SINGLE: [&str; 3] = ["LAUNCH", "STACKSET", "RESOURCE_UPDATE"];

pub(super) fn detail(constraint: &Constraint) -> Value {
    json!({
        "ConstraintId": constraint.id,
        "Type": constraint.kind,
        "Description": constraint.description,
        "Owner": constraint.owner,
        "ProductId": constraint.product,
        "PortfolioId": constraint.portfolio,
    })
}

pub(super) fn list(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "PortfolioId")?;
    allow(world, ctx, "ListConstraintsForPortfolio", "*")?;
    portfolio(world, ctx, id)?;
    let product = text(body, "ProductId");
    let found = world.service_catalog.constraints.values();
    let found = found.filter(|c| c.portfolio == id && product.is_none_or(|p| c.product == p));
    answer("ConstraintDetails", found.map(detail).collect(), body, 20, "NextPageToken")
}

pub(super) fn describe(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "Id")?;
    allow(world, ctx, "DescribeConstraint", "*")?;
    let found = find(world, ctx, id)?;
    Ok(json!({
        "ConstraintDetail": detail(found),
        "ConstraintParameters": found.parameters,
        "Status": "AVAILABLE",
    }))
}

/// A constraint that the caller's account made.
pub(super) fn find<'a>(world: &'a World, ctx: &Ctx, id: &str) -> Result<&'a Constraint, AwsError> {
    let found = world.service_catalog.constraints.get(id).filter(|c| c.owner == *ctx.account());
    found.ok_or_else(|| AwsError::resource_not_found(format!("Constraint {id} not found.")))
}

pub(super) fn create(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    const OPERATION: &str = "CreateConstraint";
    let (portfolio_id, product) = (required(body, "PortfolioId")?, required(body, "ProductId")?);
    let token = token(body, "IdempotencyToken")?;
    required(body, "Type")?;
    let kind = one_of(body, "Type", &KINDS)?.unwrap_or_default();
    let parameters = required(body, "Parameters")?;
    allow(world, ctx, OPERATION, &product_arn(world, ctx, product))?;
    if let Some(answer) = made::before(world, ctx, OPERATION, token, body)? {
        return Ok(answer);
    }
    let found = portfolio(world, ctx, portfolio_id)?;
    if found.account != *ctx.account() || !found.products.contains(product) {
        return Err(AwsError::resource_not_found(format!("Product {product} not found in portfolio {portfolio_id}.")));
    }
    checked(world, ctx, kind, parameters)?;
    if of(world, portfolio_id, product).count() >= MOST {
        return Err(AwsError::limit_exceeded(format!("A product has at most {MOST} constraints in a portfolio.")));
    }
    let excluded = |other: &Constraint| match kind {
        "LAUNCH" | "STACKSET" => matches!(other.kind.as_str(), "LAUNCH" | "STACKSET"),
        kind => SINGLE.contains(&kind) && other.kind == kind,
    };
    if of(world, portfolio_id, product).any(excluded) {
        let message = format!("A {kind} constraint is not possible beside those that {product} has.");
        return Err(AwsError::duplicate_resource(message));
    }
    let id = world.fresh_id("cons");
    let new = Constraint {
        id: id.clone(),
        kind: kind.to_owned(),
        portfolio: portfolio_id.to_owned(),
        product: product.to_owned(),
        owner: ctx.account().clone(),
        description: text(body, "Description").unwrap_or_default().to_owned(),
        parameters: parameters.to_owned(),
    };
    let out = json!({ "ConstraintDetail": detail(&new), "ConstraintParameters": parameters, "Status": "AVAILABLE" });
    world.service_catalog.constraints.insert(id, new);
    made::remember(world, ctx, OPERATION, token, body, &out);
    Ok(out)
}

/// Parameters that a constraint of this kind can have, from somebody who may give them.
pub(super) fn checked(world: &World, ctx: &Ctx, kind: &str, parameters: &str) -> Result<(), AwsError> {
    let given: Value = serde_json::from_str(parameters)
        .map_err(|e| AwsError::invalid_parameters(format!("The constraint parameters are no JSON: {e}")))?;
    let invalid =
        |what: &str| Err(AwsError::invalid_parameters(format!("Invalid {kind} constraint parameters: {what}")));
    match kind {
        "LAUNCH" => may_launch(world, ctx, &given),
        "RESOURCE_UPDATE" => match given["Properties"]["TagUpdateOnProvisionedProduct"].as_str() {
            Some("ALLOWED" | "NOT_ALLOWED") => Ok(()),
            _ => invalid("TagUpdateOnProvisionedProduct is ALLOWED or NOT_ALLOWED."),
        },
        "NOTIFICATION" => match given["NotificationArns"].as_array() {
            Some(arns) if arns.iter().all(|arn| arn.as_str().is_some_and(|arn| arn.starts_with("arn:"))) => Ok(()),
            _ => invalid("NotificationArns is a list of ARNs."),
        },
        "TEMPLATE" if given["Rules"].is_object() => Ok(()),
        "TEMPLATE" => invalid("it has no Rules."),
        _ => Ok(()),
    }
}

/// Whoever makes a launch constraint passes its role to Service Catalog. A role given by its name has to be in the account
/// that makes the constraint too, and stands for the role of that name in the account of whoever launches.
fn may_launch(world: &World, ctx: &Ctx, given: &Value) -> Result<(), AwsError> {
    let arn = match (given["RoleArn"].as_str(), given["LocalRoleName"].as_str()) {
        (Some(arn), None) => arn.to_owned(),
        (None, Some(name)) => {
            let role = world.account(ctx.account())?.roles.get(name);
            let missing = || AwsError::resource_not_found(format!("The role {name} does not exist in this account."));
            role.ok_or_else(missing)?.arn.clone()
        }
        _ => return Err(AwsError::invalid_parameters("Specify either RoleArn or LocalRoleName, but not both.")),
    };
    let mut context = Context::new();
    context.set("iam:PassedToService", "servicecatalog.amazonaws.com");
    authorize(world, ctx, "iam:PassRole", &arn, context)
}

pub(super) fn delete(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "Id")?;
    allow(world, ctx, "DeleteConstraint", "*")?;
    let constraints = &mut world.service_catalog.constraints;
    if constraints.get(id).is_none_or(|found| found.owner != *ctx.account()) {
        return Err(AwsError::resource_not_found(format!("Constraint {id} not found.")));
    }
    constraints.remove(id);
    Ok(json!({}))
}

/// The constraints of a product in a portfolio.
pub(super) fn of<'a>(world: &'a World, portfolio: &'a str, product: &'a str) -> impl Iterator<Item = &'a Constraint> {
    world.service_catalog.constraints.values().filter(move |c| c.portfolio == portfolio && c.product == product)
}

/// `Type` and `Description` of them, all that those who launch see.
pub(super) fn summaries(world: &World, portfolio: &str, product: &str) -> Vec<Value> {
    of(world, portfolio, product).map(|c| json!({ "Type": c.kind, "Description": c.description })).collect()
}
