//! Portfolios, whom they are shared to, and who may launch from them.

use serde_json::{Value, json};

use super::access::{allow, node_share, portfolio, portfolio_arn, product, product_arn, share};
use super::input::answer;
use super::state::{Portfolio, State};
use super::tag_options;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{epoch, one_of, required, tag_list};
use crate::world::World;

pub(super) fn detail(portfolio: &Portfolio) -> Value {
    json!({
        "Id": portfolio.id,
        "ARN": portfolio.arn(),
        "DisplayName": portfolio.name,
        "Description": portfolio.description,
        "CreatedTime": epoch(portfolio.created),
        "ProviderName": portfolio.provider,
    })
}

fn sorted(state: &State, wanted: impl Fn(&Portfolio) -> bool) -> Vec<&Portfolio> {
    let mut found: Vec<&Portfolio> = state.portfolios.values().filter(|p| wanted(p)).collect();
    found.sort_by_key(|p| (p.created, &p.id));
    found
}

pub(super) fn list(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    allow(world, ctx, "ListPortfolios", "*")?;
    let own = sorted(&world.service_catalog, |p| p.account == *ctx.account() && p.region == ctx.region);
    answer("PortfolioDetails", own.into_iter().map(detail).collect(), body, 100, "NextPageToken")
}

pub(super) fn describe(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "Id")?;
    allow(world, ctx, "DescribePortfolio", &portfolio_arn(world, ctx, id))?;
    let found = portfolio(world, ctx, id)?;
    Ok(json!({
        "PortfolioDetail": detail(found),
        "Tags": tag_list(&found.tags),
        "TagOptions": tag_options::details(world, &found.tag_options),
        "Budgets": [],
    }))
}

pub(super) fn accepted(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    allow(world, ctx, "ListAcceptedPortfolioShares", "*")?;
    let kind = one_of(body, "PortfolioShareType", &["IMPORTED", "AWS_SERVICECATALOG", "AWS_ORGANIZATIONS"])?;
    let found = sorted(&world.service_catalog, |p| {
        let shared = match kind {
            None | Some("IMPORTED") => p.shares.get(ctx.account()) == Some(&true),
            Some("AWS_ORGANIZATIONS") => node_share(world, ctx, p).is_some(),
            Some(_) => false,
        };
        p.region == ctx.region && p.account != *ctx.account() && shared
    });
    answer("PortfolioDetails", found.into_iter().map(detail).collect(), body, 100, "NextPageToken")
}

pub(super) fn access(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "PortfolioId")?;
    allow(world, ctx, "ListPortfolioAccess", &portfolio_arn(world, ctx, id))?;
    let found = portfolio(world, ctx, id)?;
    if found.account != *ctx.account() {
        return Err(AwsError::resource_not_found(format!("Portfolio {id} not found.")));
    }
    answer("AccountIds", found.shares.keys().map(|a| json!(a)).collect(), body, 100, "NextPageToken")
}

pub(super) fn for_product(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "ProductId")?;
    allow(world, ctx, "ListPortfoliosForProduct", &product_arn(world, ctx, id))?;
    product(world, ctx, id)?;
    let found = sorted(&world.service_catalog, |p| {
        p.products.contains(id) && (p.account == *ctx.account() || share(world, ctx, p) == Some(true))
    });
    answer("PortfolioDetails", found.into_iter().map(detail).collect(), body, 100, "NextPageToken")
}

pub(super) fn principals(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "PortfolioId")?;
    allow(world, ctx, "ListPrincipalsForPortfolio", &portfolio_arn(world, ctx, id))?;
    let found = portfolio(world, ctx, id)?;
    let own = found.principals.get(ctx.account()).into_iter().flatten();
    // Who gets it with its principals sees the patterns among them.
    let shares = node_share(world, ctx, found).is_some_and(|share| share.principals);
    let owners = found.principals.get(&found.account).filter(|_| shares && found.account != *ctx.account());
    let patterns = owners.into_iter().flatten().filter(|principal| principal.kind == "IAM_PATTERN");
    let rows = own.chain(patterns).map(|p| json!({ "PrincipalARN": p.arn, "PrincipalType": p.kind })).collect();
    answer("Principals", rows, body, 20, "NextPageToken")
}
