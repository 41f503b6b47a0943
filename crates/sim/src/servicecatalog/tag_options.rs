//! TagOptions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::access::allow;
use super::input::answer;
use super::state::{Portfolio, Product, TagOption};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{epoch, required, text};
use crate::world::World;

/// "Tags are propagated to the resources created when provisioning a product" (Service Catalog API Reference, `Tag`): those of
/// product and portfolio. Which one wins is not told: here what the request says, and then the product's.
pub(super) fn propagate(product: &Product, portfolio: &Portfolio, tags: &mut BTreeMap<String, String>) {
    for (key, value) in product.tags.iter().chain(&portfolio.tags) {
        tags.entry(key.clone()).or_insert_with(|| value.clone());
    }
}

pub(super) fn detail(option: &TagOption) -> Value {
    json!({
        "Id": option.id,
        "Key": option.key,
        "Value": option.value,
        "Active": option.active,
        "Owner": option.owner,
    })
}

/// The details of those with these ids.
pub(super) fn details(world: &World, ids: &BTreeSet<String>) -> Vec<Value> {
    ids.iter().filter_map(|id| world.service_catalog.tag_options.get(id)).map(detail).collect()
}

pub(super) fn list(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    allow(world, ctx, "ListTagOptions", "*")?;
    let filter = body.get("Filters").unwrap_or(&Value::Null);
    let (key, value) = (text(filter, "Key"), text(filter, "Value"));
    let active = filter.get("Active").and_then(Value::as_bool);
    let found = world.service_catalog.tag_options.values().filter(|o| {
        o.owner == *ctx.account()
            && o.region == ctx.region
            && key.is_none_or(|k| o.key == k)
            && value.is_none_or(|v| o.value == v)
            && active.is_none_or(|a| o.active == a)
    });
    answer("TagOptionDetails", found.map(detail).collect(), body, 20, "PageToken")
}

pub(super) fn find<'a>(world: &'a World, ctx: &Ctx, id: &str) -> Result<&'a TagOption, AwsError> {
    world
        .service_catalog
        .tag_options
        .get(id)
        .filter(|o| o.owner == *ctx.account())
        .ok_or_else(|| AwsError::resource_not_found(format!("TagOption {id} not found.")))
}

pub(super) fn describe(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "Id")?;
    allow(world, ctx, "DescribeTagOption", "*")?;
    Ok(json!({ "TagOptionDetail": detail(find(world, ctx, id)?) }))
}

pub(super) fn resources(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "TagOptionId")?;
    allow(world, ctx, "ListResourcesForTagOption", "*")?;
    find(world, ctx, id)?;
    let kind = text(body, "ResourceType");
    let row = |id: &str, arn: String, name: &str, description: &str, created| json!({ "Id": id, "ARN": arn, "Name": name, "Description": description, "CreatedTime": epoch(created) });
    let state = &world.service_catalog;
    let mut rows = Vec::new();
    if matches!(kind, None | Some("Portfolio")) {
        let found = state.portfolios.values().filter(|p| p.tag_options.contains(id));
        rows.extend(found.map(|p| row(&p.id, p.arn(), &p.name, &p.description, p.created)));
    }
    if matches!(kind, None | Some("Product")) {
        let found = state.products.values().filter(|p| p.tag_options.contains(id));
        rows.extend(found.map(|p| row(&p.id, p.arn(), &p.name, &p.description, p.created)));
    }
    answer("ResourceDetails", rows, body, 20, "PageToken")
}

/// The values to choose from, by key: where product and portfolio both have the key, those they have in common, which
/// may be none.
pub(super) fn choices(world: &World, portfolio: &Portfolio, product: &Product) -> BTreeMap<String, Vec<String>> {
    let of = |ids: &BTreeSet<String>| -> BTreeMap<String, Vec<String>> {
        let mut by_key = BTreeMap::<String, Vec<String>>::new();
        let options = ids.iter().filter_map(|id| world.service_catalog.tag_options.get(id));
        for option in options.filter(|o| o.active) {
            by_key.entry(option.key.clone()).or_default().push(option.value.clone());
        }
        by_key
    };
    let mut all = of(&portfolio.tag_options);
    for (key, values) in of(&product.tag_options) {
        match all.get_mut(&key) {
            Some(common) => common.retain(|value| values.contains(value)),
            None => {
                all.insert(key, values);
            }
        }
    }
    for values in all.values_mut() {
        values.sort();
    }
    all
}

/// Checks the tags of a request against the choices, and sets those that have one value only. A choice that was not made
/// leaves the tag unset: the API does not insist where AWS's console does.
pub(super) fn apply(
    choices: &BTreeMap<String, Vec<String>>,
    tags: &mut BTreeMap<String, String>,
) -> Result<(), AwsError> {
    for (key, values) in choices {
        match (tags.get(key), values.as_slice()) {
            (Some(_), []) => {
                return Err(AwsError::invalid_parameters(format!(
                    "Tag key {key} conflicts with a TagOption key that has no common values."
                )));
            }
            (Some(given), values) if !values.contains(given) => {
                return Err(AwsError::invalid_parameters(format!(
                    "Tag value {given} is not a TagOption value of key {key}: [{}]",
                    values.join(", ")
                )));
            }
            (None, [only]) => {
                tags.insert(key.clone(), only.clone());
            }
            _ => {}
        }
    }
    Ok(())
}
