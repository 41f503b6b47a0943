//! Products made, changed and deleted.

use serde_json::{Value, json};

use super::access::{allow, product, product_arn};
use super::artifact_changes;
use super::input::{change_tags, long_text, new_tags, optional_text, token};
use super::made;
use super::portfolio_changes::TAGS;
use super::products::{artifact_detail, view};
use super::state::Product;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{required, tag_list};
use crate::world::World;

/// Quota of Service Catalog, per region.
pub(super) const PRODUCTS: usize = 350;

/// Characters of a name or description at most.
const TEXT: usize = 8191;

pub(super) fn create(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    const OPERATION: &str = "CreateProduct";
    let token = token(body, "IdempotencyToken")?;
    let name = long_text(body, "Name", TEXT)?.to_owned();
    let owner = long_text(body, "Owner", TEXT)?.to_owned();
    artifact_changes::only_cloudformation(body, "ProductType")?;
    let about = |key, most| optional_text(body, key, most).map(|text| text.unwrap_or_default().to_owned());
    let (description, distributor) = (about("Description", TEXT)?, about("Distributor", TEXT)?);
    let support = (about("SupportEmail", 254)?, about("SupportUrl", 2083)?, about("SupportDescription", TEXT)?);
    let tags = new_tags(body, "Tags", TAGS)?;
    allow(world, ctx, OPERATION, "*")?;
    if let Some(answer) = made::before(world, ctx, OPERATION, token, body)? {
        return Ok(answer);
    }
    if count(world, ctx) >= PRODUCTS {
        return Err(AwsError::limit_exceeded(format!("An account has at most {PRODUCTS} products in a region.")));
    }
    let given = body.get("ProvisioningArtifactParameters").ok_or_else(|| {
        AwsError::invalid_parameters(
            "Specify ProvisioningArtifactParameters: the local AWS offers no SourceConnection.",
        )
    })?;
    let first = artifact_changes::read(world, ctx, given)?;
    let id = world.fresh_id("prod");
    let new = Product {
        id: id.clone(),
        account: ctx.account().clone(),
        region: ctx.region.clone(),
        name,
        description,
        owner,
        distributor,
        support_email: support.0,
        support_url: support.1,
        support_description: support.2,
        created: ctx.now,
        artifacts: vec![first],
        tags,
        tag_options: std::collections::BTreeSet::new(),
    };
    let answer = json!({
        "ProductViewDetail": view(&new),
        "ProvisioningArtifactDetail": new.artifacts.first().map(artifact_detail),
        "Tags": tag_list(&new.tags),
    });
    world.service_catalog.products.insert(id, new);
    made::remember(world, ctx, OPERATION, token, body, &answer);
    Ok(answer)
}

pub(super) fn update(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "Id")?;
    let about = |key, most| optional_text(body, key, most);
    let (name, owner) = (about("Name", TEXT)?, about("Owner", TEXT)?);
    let (description, distributor) = (about("Description", TEXT)?, about("Distributor", TEXT)?);
    let support = (about("SupportEmail", 254)?, about("SupportUrl", 2083)?, about("SupportDescription", TEXT)?);
    let added = new_tags(body, "AddTags", TAGS)?;
    allow(world, ctx, "UpdateProduct", &product_arn(world, ctx, id))?;
    let mut after = own(world, ctx, id)?.clone();
    change_tags(&mut after.tags, added, body, TAGS)?;
    for (field, given) in [
        (&mut after.name, name.filter(|it| !it.is_empty())),
        (&mut after.owner, owner.filter(|it| !it.is_empty())),
        (&mut after.description, description),
        (&mut after.distributor, distributor),
        (&mut after.support_email, support.0),
        (&mut after.support_url, support.1),
        (&mut after.support_description, support.2),
    ] {
        if let Some(given) = given {
            given.clone_into(field);
        }
    }
    let answer = json!({ "ProductViewDetail": view(&after), "Tags": tag_list(&after.tags) });
    world.service_catalog.products.insert(id.to_owned(), after);
    Ok(answer)
}

/// A product that is in a portfolio stays. What was provisioned of it goes on.
pub(super) fn delete(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "Id")?;
    allow(world, ctx, "DeleteProduct", &product_arn(world, ctx, id))?;
    own(world, ctx, id)?;
    if world.service_catalog.portfolios.values().any(|it| it.products.contains(id)) {
        return Err(AwsError::resource_in_use(format!("Product {id} is in a portfolio: take it out first.")));
    }
    world.service_catalog.products.remove(id);
    Ok(json!({}))
}

/// How many products the caller's account has in the region.
pub(super) fn count(world: &World, ctx: &Ctx) -> usize {
    let all = world.service_catalog.products.values();
    all.filter(|it| it.account == *ctx.account() && it.region == ctx.region).count()
}

/// A product that the caller's account owns.
pub(super) fn own<'a>(world: &'a World, ctx: &Ctx, id: &str) -> Result<&'a Product, AwsError> {
    let found = product(world, ctx, id)?;
    if found.account == *ctx.account() {
        return Ok(found);
    }
    Err(AwsError::resource_not_found(format!("Product {id} not found.")))
}
