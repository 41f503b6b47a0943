//! Portfolios made, changed and deleted, and what is put into them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::access::{allow, portfolio, portfolio_arn, product};
use super::input::{long_text, new_tags, optional_text, token};
use super::made;
use super::portfolios::detail;
use super::state::Portfolio;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{required, tag_list};
use crate::world::World;

/// Quotas of Service Catalog, per region or portfolio.
/// <https://docs.aws.amazon.com/servicecatalog/latest/adminguide/limits.html>
const PORTFOLIOS: usize = 100;
const PRODUCTS: usize = 150;
pub(super) const TAGS: usize = 20;

pub(super) fn create(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    const OPERATION: &str = "CreatePortfolio";
    let token = token(body, "IdempotencyToken")?;
    let name = long_text(body, "DisplayName", 100)?;
    let provider = long_text(body, "ProviderName", 50)?;
    let description = optional_text(body, "Description", 2000)?.unwrap_or_default();
    let tags = new_tags(body, "Tags", TAGS)?;
    allow(world, ctx, OPERATION, "*")?;
    if let Some(answer) = made::before(world, ctx, OPERATION, token, body)? {
        return Ok(answer);
    }
    let own = world.service_catalog.portfolios.values();
    if own.filter(|it| it.account == *ctx.account() && it.region == ctx.region).count() >= PORTFOLIOS {
        return Err(AwsError::limit_exceeded(format!("An account has at most {PORTFOLIOS} portfolios in a region.")));
    }
    let id = world.fresh_id("port");
    let new = Portfolio {
        id: id.clone(),
        account: ctx.account().clone(),
        region: ctx.region.clone(),
        name: name.to_owned(),
        description: description.to_owned(),
        provider: provider.to_owned(),
        created: ctx.now,
        tags,
        products: BTreeSet::new(),
        shares: BTreeMap::new(),
        tag_option_shares: BTreeSet::new(),
        nodes: BTreeMap::new(),
        principals: BTreeMap::new(),
        tag_options: BTreeSet::new(),
    };
    let answer = json!({ "PortfolioDetail": detail(&new), "Tags": tag_list(&new.tags) });
    world.service_catalog.portfolios.insert(id, new);
    made::remember(world, ctx, OPERATION, token, body, &answer);
    Ok(answer)
}

pub(super) fn update(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "Id")?;
    let name = optional_text(body, "DisplayName", 100)?.filter(|it| !it.is_empty());
    let provider = optional_text(body, "ProviderName", 50)?.filter(|it| !it.is_empty());
    let description = optional_text(body, "Description", 2000)?;
    let added = new_tags(body, "AddTags", TAGS)?;
    allow(world, ctx, "UpdatePortfolio", &portfolio_arn(world, ctx, id))?;
    let found = own(world, ctx, id)?;
    let mut after = found.clone();
    super::input::change_tags(&mut after.tags, added, body, TAGS)?;
    for (field, given) in
        [(&mut after.name, name), (&mut after.provider, provider), (&mut after.description, description)]
    {
        if let Some(given) = given {
            given.clone_into(field);
        }
    }
    let answer = json!({ "PortfolioDetail": detail(&after), "Tags": tag_list(&after.tags) });
    world.service_catalog.portfolios.insert(id.to_owned(), after);
    Ok(answer)
}

/// A portfolio that holds something, or is shared, stays.
pub(super) fn delete(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "Id")?;
    allow(world, ctx, "DeletePortfolio", &portfolio_arn(world, ctx, id))?;
    let found = own(world, ctx, id)?;
    let holds = [
        ("products", !found.products.is_empty()),
        ("principals", found.principals.get(ctx.account()).is_some_and(|principals| !principals.is_empty())),
        ("shares", !found.shares.is_empty() || !found.nodes.is_empty()),
        ("constraints", world.service_catalog.constraints.values().any(|it| it.portfolio == id)),
    ];
    if let Some((what, _)) = holds.into_iter().find(|(_, holds)| *holds) {
        return Err(AwsError::resource_in_use(format!("Portfolio {id} has {what}: take them out first.")));
    }
    world.service_catalog.portfolios.remove(id);
    Ok(json!({}))
}

pub(super) fn put_in(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (id, into) = (required(body, "ProductId")?, required(body, "PortfolioId")?);
    // IAM knows no resource of this action, nor of its opposite.
    allow(world, ctx, "AssociateProductWithPortfolio", "*")?;
    product(world, ctx, id)?;
    let found = own(world, ctx, into)?;
    if !found.products.contains(id) && found.products.len() >= PRODUCTS {
        return Err(AwsError::limit_exceeded(format!("A portfolio has at most {PRODUCTS} products.")));
    }
    let portfolio = world.service_catalog.portfolios.get_mut(into);
    if let Some(it) = portfolio {
        it.products.insert(id.to_owned());
    }
    Ok(json!({}))
}

/// A product with constraints in the portfolio stays in it.
pub(super) fn take_out(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (id, from) = (required(body, "ProductId")?, required(body, "PortfolioId")?);
    allow(world, ctx, "DisassociateProductFromPortfolio", "*")?;
    if !own(world, ctx, from)?.products.contains(id) {
        return Err(AwsError::resource_not_found(format!("Product {id} not found in portfolio {from}.")));
    }
    if super::constraints::of(world, from, id).next().is_some() {
        return Err(AwsError::resource_in_use(format!("Product {id} has constraints in portfolio {from}.")));
    }
    let portfolio = world.service_catalog.portfolios.get_mut(from);
    if let Some(it) = portfolio {
        it.products.remove(id);
    }
    Ok(json!({}))
}

/// A portfolio that the caller's account owns.
pub(super) fn own<'a>(world: &'a World, ctx: &Ctx, id: &str) -> Result<&'a Portfolio, AwsError> {
    let found = portfolio(world, ctx, id)?;
    if found.account == *ctx.account() {
        return Ok(found);
    }
    Err(AwsError::resource_not_found(format!("Portfolio {id} not found.")))
}
