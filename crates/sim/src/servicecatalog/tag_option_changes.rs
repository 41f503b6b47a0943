//! TagOptions made, changed, deleted, and put on portfolios and products.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::access::allow;
use super::input::long_text;
use super::portfolio_changes::own as own_portfolio;
use super::product_changes::own as own_product;
use super::state::TagOption;
use super::tag_options::{detail, find};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{required, text};
use crate::world::World;

/// Quotas of Service Catalog.
const ON_RESOURCE: usize = 25;
const VALUES: usize = 25;

/// Whether the account has this key with this value.
fn taken(world: &World, ctx: &Ctx, key: &str, value: &str) -> bool {
    let mut own = world.service_catalog.tag_options.values();
    own.any(|it| it.owner == *ctx.account() && it.region == ctx.region && it.key == key && it.value == value)
}

fn duplicate(key: &str, value: &str) -> AwsError {
    AwsError::duplicate_resource(format!("A TagOption with key {key} and value {value} already exists."))
}

pub(super) fn create(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (key, value) = (long_text(body, "Key", 128)?.to_owned(), long_text(body, "Value", 256)?.to_owned());
    allow(world, ctx, "CreateTagOption", "*")?;
    if taken(world, ctx, &key, &value) {
        return Err(duplicate(&key, &value));
    }
    let own = world.service_catalog.tag_options.values();
    let values = own.filter(|it| it.owner == *ctx.account() && it.region == ctx.region && it.key == key).count();
    if values >= VALUES {
        return Err(AwsError::limit_exceeded(format!("A TagOption has at most {VALUES} values.")));
    }
    let id = world.fresh_id("tag");
    let new = TagOption {
        id: id.clone(),
        owner: ctx.account().clone(),
        region: ctx.region.clone(),
        key,
        value,
        active: true,
    };
    let answer = json!({ "TagOptionDetail": detail(&new) });
    world.service_catalog.tag_options.insert(id, new);
    Ok(answer)
}

pub(super) fn update(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "Id")?;
    allow(world, ctx, "UpdateTagOption", "*")?;
    let mut after = find(world, ctx, id)?.clone();
    if let Some(value) = text(body, "Value") {
        if value != after.value && taken(world, ctx, &after.key, value) {
            return Err(duplicate(&after.key, value));
        }
        long_text(body, "Value", 256)?.clone_into(&mut after.value);
    }
    if let Some(active) = body.get("Active").and_then(Value::as_bool) {
        after.active = active;
    }
    let answer = json!({ "TagOptionDetail": detail(&after) });
    world.service_catalog.tag_options.insert(id.to_owned(), after);
    Ok(answer)
}

/// One that is on something stays.
pub(super) fn delete(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "Id")?;
    allow(world, ctx, "DeleteTagOption", "*")?;
    find(world, ctx, id)?;
    let state = &world.service_catalog;
    let used = state.portfolios.values().any(|it| it.tag_options.contains(id))
        || state.products.values().any(|it| it.tag_options.contains(id));
    if used {
        return Err(AwsError::resource_in_use(format!("TagOption {id} is associated with a portfolio or product.")));
    }
    world.service_catalog.tag_options.remove(id);
    Ok(json!({}))
}

pub(super) fn put_on(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (on, id) = (required(body, "ResourceId")?, required(body, "TagOptionId")?);
    allow(world, ctx, "AssociateTagOptionWithResource", "*")?;
    let new = find(world, ctx, id)?;
    let there = if on.starts_with("port-") {
        &own_portfolio(world, ctx, on)?.tag_options
    } else {
        &own_product(world, ctx, on)?.tag_options
    };
    if there.contains(id) {
        return Err(AwsError::duplicate_resource(format!("TagOption {id} is already associated with {on}.")));
    }
    let state = &world.service_catalog;
    let keys: BTreeSet<&str> =
        there.iter().filter_map(|id| state.tag_options.get(id)).map(|it| it.key.as_str()).collect();
    if !keys.contains(new.key.as_str()) && keys.len() >= ON_RESOURCE {
        return Err(AwsError::limit_exceeded(format!("A resource has at most {ON_RESOURCE} TagOptions.")));
    }
    for ids in options_of(world, on) {
        ids.insert(id.to_owned());
    }
    Ok(json!({}))
}

pub(super) fn take_off(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (on, id) = (required(body, "ResourceId")?, required(body, "TagOptionId")?);
    allow(world, ctx, "DisassociateTagOptionFromResource", "*")?;
    let there = if on.starts_with("port-") {
        &own_portfolio(world, ctx, on)?.tag_options
    } else {
        &own_product(world, ctx, on)?.tag_options
    };
    if !there.contains(id) {
        return Err(AwsError::resource_not_found(format!("TagOption {id} is not associated with {on}.")));
    }
    for ids in options_of(world, on) {
        ids.remove(id);
    }
    Ok(json!({}))
}

/// The TagOptions of a portfolio or product.
fn options_of<'a>(world: &'a mut World, on: &str) -> impl Iterator<Item = &'a mut BTreeSet<String>> {
    let state = &mut world.service_catalog;
    let portfolio = state.portfolios.get_mut(on).map(|it| &mut it.tag_options);
    portfolio.into_iter().chain(state.products.get_mut(on).map(|it| &mut it.tag_options))
}
