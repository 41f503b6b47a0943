//! Copies of products.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::access::{allow, product};
use super::input::{optional_text, token};
use super::made;
use super::product_changes::{PRODUCTS, count};
use super::state::Product;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{required, text};
use crate::world::World;

/// Into a product of another id, or a new one. What the account sees through a share can be copied too.
pub(super) fn copy(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    const OPERATION: &str = "CopyProduct";
    let token = token(body, "IdempotencyToken")?;
    let arn = required(body, "SourceProductArn")?;
    let name = optional_text(body, "TargetProductName", 8191)?.filter(|name| !name.is_empty());
    allow(world, ctx, OPERATION, arn)?;
    if let Some(answer) = made::before(world, ctx, OPERATION, token, body)? {
        return Ok(answer);
    }
    let id = arn.rsplit('/').next().unwrap_or_default();
    let source = product(world, ctx, id)?.clone();
    let wanted: Vec<&str> = body["SourceProvisioningArtifactIdentifiers"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|it| text(it, "Id"))
        .collect();
    let mut artifacts = source.artifacts.clone();
    artifacts.retain(|artifact| wanted.is_empty() || wanted.contains(&artifact.id.as_str()));
    for artifact in &mut artifacts {
        artifact.id = world.fresh_id("pa");
        artifact.created = ctx.now;
    }
    let target = if let Some(target) = text(body, "TargetProductId") {
        super::product_changes::own(world, ctx, target)?;
        if let Some(it) = world.service_catalog.products.get_mut(target) {
            it.artifacts.extend(artifacts);
        }
        target.to_owned()
    } else {
        if count(world, ctx) >= PRODUCTS {
            return Err(AwsError::limit_exceeded(format!("An account has at most {PRODUCTS} products in a region.")));
        }
        let options = body["CopyOptions"].as_array();
        let tags = options.into_iter().flatten().any(|option| option == "CopyTags");
        let target = world.fresh_id("prod");
        let made = Product {
            id: target.clone(),
            account: ctx.account().clone(),
            name: name.unwrap_or(&source.name).to_owned(),
            created: ctx.now,
            artifacts,
            tags: if tags { source.tags } else { BTreeMap::new() },
            tag_options: BTreeSet::new(),
            ..source
        };
        world.service_catalog.products.insert(target.clone(), made);
        target
    };
    // The token says into which product: a copy is made at once here.
    let answer = json!({ "CopyProductToken": format!("copyproduct-{target}") });
    made::remember(world, ctx, OPERATION, token, body, &answer);
    Ok(answer)
}

pub(super) fn status(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let token = required(body, "CopyProductToken")?;
    allow(world, ctx, "DescribeCopyProductStatus", "*")?;
    let target = token.strip_prefix("copyproduct-").filter(|id| product(world, ctx, id).is_ok());
    let target =
        target.ok_or_else(|| AwsError::resource_not_found(format!("Copy product token {token} not found.")))?;
    Ok(json!({ "CopyProductStatus": "SUCCEEDED", "TargetProductId": target }))
}
