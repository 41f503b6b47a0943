//! Launch paths: the portfolios by which a principal reaches a product.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::access::{allow, launchable, node_share, product, product_arn};
use super::constraints;
use super::input::{NameOrId, answer};
use super::state::Portfolio;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{required, tag_list};
use crate::world::World;
use domain::share::PrincipalAssociation;

/// One launch path.
#[derive(Clone, Debug)]
pub(super) struct Path<'a> {
    pub(super) id: String,
    pub(super) portfolio: &'a Portfolio,
}

/// Whether the caller may launch from the portfolio.
pub(super) fn is_open(world: &World, portfolio: &Portfolio, ctx: &Ctx) -> bool {
    let arn = ctx.caller.principal_arn();
    // By name they are shared along with the portfolio, where its owner said so.
    let shares = node_share(world, ctx, portfolio).is_some_and(|share| share.principals);
    let owners = portfolio.principals.get(&portfolio.account).filter(|_| shares).into_iter().flatten();
    let owners = owners.filter(|principal| principal.kind == "IAM_PATTERN");
    portfolio.principals.get(ctx.account()).into_iter().flatten().chain(owners).any(|principal| {
        let pattern = principal.kind == "IAM_PATTERN";
        PrincipalAssociation { arn: principal.arn.clone(), pattern }.covers(&arn, ctx.account())
    })
}

/// The caller's paths to a product, oldest portfolio first.
pub(super) fn of<'a>(world: &'a World, ctx: &'a Ctx, product: &str) -> Vec<Path<'a>> {
    let mut found: Vec<Path<'a>> = launchable(world, ctx)
        .filter(|portfolio| portfolio.products.contains(product) && is_open(world, portfolio, ctx))
        .map(|portfolio| Path { id: path_id(&portfolio.id, product), portfolio })
        .collect();
    found.sort_by_key(|path| (path.portfolio.created, path.portfolio.id.clone()));
    found
}

fn path_id(portfolio: &str, product: &str) -> String {
    let hash = Sha256::digest(format!("{portfolio}/{product}"));
    format!("lpv2-{}", &hex::encode(hash)[..13])
}

/// The path that a request names, or the only one.
pub(super) fn chosen<'a>(world: &'a World, ctx: &'a Ctx, product: &str, body: &Value) -> Result<Path<'a>, AwsError> {
    let mut found = of(world, ctx, product);
    if found.is_empty() {
        return Err(none(product));
    }
    match NameOrId::read(body, "PathId", "PathName")? {
        Some(wanted) => found
            .into_iter()
            .find(|path| wanted.matches(&path.id, &path.portfolio.name))
            .ok_or_else(|| AwsError::resource_not_found(format!("Launch path {} not found.", wanted.as_str()))),
        None if found.len() > 1 => Err(AwsError::invalid_parameters(
            "The product has more than one launch path: specify PathId. ListLaunchPaths lists them.",
        )),
        None => found.pop().ok_or_else(|| none(product)),
    }
}

fn none(product: &str) -> AwsError {
    AwsError::resource_not_found(format!("No launch paths found for resource: {product}"))
}

pub(super) fn list(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "ProductId")?;
    allow(world, ctx, "ListLaunchPaths", &product_arn(world, ctx, id))?;
    product(world, ctx, id)?;
    let found = of(world, ctx, id);
    if found.is_empty() {
        return Err(none(id));
    }
    let rows = found
        .iter()
        .map(|path| {
            json!({
                "Id": path.id,
                "ConstraintSummaries": constraints::summaries(world, &path.portfolio.id, id),
                "Tags": tag_list(&path.portfolio.tags),
                "Name": path.portfolio.name,
            })
        })
        .collect();
    answer("LaunchPathSummaries", rows, body, 20, "NextPageToken")
}
