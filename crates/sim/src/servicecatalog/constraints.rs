//! Constraints.

use serde_json::{Value, json};

use super::access::{allow, portfolio};
use super::input::answer;
use super::state::Constraint;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{required, text};
use crate::world::World;

fn detail(constraint: &Constraint) -> Value {
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
    let found = world
        .service_catalog
        .constraints
        .get(id)
        .filter(|c| c.owner == *ctx.account())
        .ok_or_else(|| AwsError::resource_not_found(format!("Constraint {id} not found.")))?;
    Ok(json!({
        "ConstraintDetail": detail(found),
        "ConstraintParameters": found.parameters,
        "Status": "AVAILABLE",
    }))
}

/// The constraints of a product in a portfolio.
pub(super) fn of<'a>(world: &'a World, portfolio: &'a str, product: &'a str) -> impl Iterator<Item = &'a Constraint> {
    world.service_catalog.constraints.values().filter(move |c| c.portfolio == portfolio && c.product == product)
}

/// `Type` and `Description` of them, all that those who launch see.
pub(super) fn summaries(world: &World, portfolio: &str, product: &str) -> Vec<Value> {
    of(world, portfolio, product).map(|c| json!({ "Type": c.kind, "Description": c.description })).collect()
}
