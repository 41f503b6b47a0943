//! `SearchProvisionedProducts`: an index of its own, which lags. What it does not show may be there, and the other way
//! round.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::access::Level;
use super::input::answer;
use super::provisioned::detail;
use super::state::ProvisionedProduct;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{one_of, tag_list, text};
use crate::world::World;

const SORTABLE: [&str; 4] = ["arn", "id", "name", "lastRecordId"];

/// The status that the index had at `seen`; `None` if it had nothing.
fn indexed(provisioned: &ProvisionedProduct, seen: DateTime<Utc>) -> Option<&str> {
    if provisioned.terminated.is_some_and(|at| at <= seen) {
        return None;
    }
    let known = provisioned.history.iter().rev().find(|(at, _)| *at <= seen);
    known.map(|(_, status)| status.as_str())
}

fn field(world: &World, provisioned: &ProvisionedProduct, status: &str, name: &str) -> Option<String> {
    let product = || world.service_catalog.products.get(&provisioned.product);
    Some(match name {
        "arn" => provisioned.arn.clone(),
        "id" => provisioned.id.clone(),
        "name" => provisioned.name.clone(),
        "status" => status.to_owned(),
        "type" => "CFN_STACK".to_owned(),
        "createdTime" => provisioned.created.to_rfc3339(),
        "lastRecordId" => provisioned.last_record.clone(),
        "lastProvisioningRecordId" => provisioned.last_provisioning_record.clone(),
        "lastSuccessfulProvisioningRecordId" => provisioned.last_successful_record.clone().unwrap_or_default(),
        "idempotencyToken" => provisioned.token.clone(),
        "physicalId" => provisioned.stack.clone().unwrap_or_default(),
        "productId" => provisioned.product.clone(),
        "provisioningArtifactId" => provisioned.artifact.clone(),
        "productName" => product().map(|p| p.name.clone()).unwrap_or_default(),
        "provisioningArtifactName" => product()
            .and_then(|p| p.artifacts.iter().find(|a| a.id == provisioned.artifact))
            .map(|a| a.name.clone())
            .unwrap_or_default(),
        "userArn" => provisioned.user_arn.clone(),
        "userArnSession" => provisioned.user_session.clone(),
        "tags" => provisioned.tags.iter().map(|(k, v)| format!("{k}:{v}")).collect::<Vec<_>>().join(" "),
        _ => return None,
    })
}

/// `field:value` or a bare word that may stand in any field. Values may be quoted, and end in `*`.
fn matches(world: &World, provisioned: &ProvisionedProduct, status: &str, query: &str) -> Result<bool, AwsError> {
    let query = query.trim();
    let (name, wanted) = match query.split_once(':') {
        Some((name, value)) if !name.contains(' ') && !query.starts_with("arn:") => (Some(name), value),
        _ => (None, query),
    };
    let wanted = wanted.trim().trim_matches('"').to_lowercase();
    let is = |text: &str| match wanted.strip_suffix('*') {
        Some(start) => text.to_lowercase().starts_with(start),
        None => text.to_lowercase() == wanted,
    };
    match name {
        Some("tags") => Ok(provisioned.tags.iter().any(|(k, v)| is(&format!("{k}:{v}")) || is(k) || is(v))),
        Some(name) => field(world, provisioned, status, name)
            .map(|text| is(&text))
            .ok_or_else(|| AwsError::invalid_parameters(format!("Unsupported search field: {name}"))),
        None => Ok(["name", "id", "arn", "status", "productName"]
            .iter()
            .filter_map(|name| field(world, provisioned, status, name))
            .any(|text| is(&text) || text.to_lowercase().contains(&wanted))),
    }
}

pub(super) fn search(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let level = Level::allowed(world, ctx, "SearchProvisionedProducts", body)?;
    let sort = text(body, "SortBy");
    if let Some(unknown) = sort.filter(|s| !SORTABLE.contains(s)) {
        return Err(AwsError::invalid_parameters(format!("Invalid SortBy: {unknown}")));
    }
    let descending = one_of(body, "SortOrder", &["ASCENDING", "DESCENDING"])? == Some("DESCENDING");
    let queries: Vec<&str> = body
        .pointer("/Filters/SearchQuery")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let seen = ctx.now - TimeDelta::seconds(i64::from(world.service_catalog.search_lag));
    let state = &world.service_catalog;
    let mut found: Vec<(&ProvisionedProduct, &str)> = Vec::new();
    for provisioned in state.provisioned.values().chain(&state.terminated) {
        let Some(status) = indexed(provisioned, seen) else { continue };
        let own = provisioned.account == *ctx.account()
            && provisioned.region == ctx.region
            && level.shows(ctx, &provisioned.user_arn, &provisioned.user_session);
        let mut all = own;
        for query in &queries {
            all = matches(world, provisioned, status, query)? && all;
        }
        if all {
            found.push((provisioned, status));
        }
    }
    match sort {
        Some(name) => found.sort_by_key(|(p, status)| field(world, p, status, name)),
        None => found.sort_by_key(|(p, _)| Some(format!("{}{}", p.created.timestamp_millis(), p.id))),
    }
    if descending {
        found.reverse();
    }
    let total = found.len();
    let rows = found.into_iter().map(|(p, status)| row(world, p, status)).collect();
    let mut out = answer("ProvisionedProducts", rows, body, 100, "NextPageToken")?;
    out["TotalResultsCount"] = json!(total);
    Ok(out)
}

fn row(world: &World, provisioned: &ProvisionedProduct, status: &str) -> Value {
    let mut out = detail(provisioned, status);
    if let Some(fields) = out.as_object_mut() {
        fields.remove("LaunchRoleArn");
    }
    out["Tags"] = tag_list(&provisioned.tags);
    if let Some(stack) = &provisioned.stack {
        out["PhysicalId"] = json!(stack);
    }
    for (member, name) in [("ProductName", "productName"), ("ProvisioningArtifactName", "provisioningArtifactName")] {
        out[member] = json!(field(world, provisioned, status, name));
    }
    out["UserArn"] = json!(provisioned.user_arn);
    out["UserArnSession"] = json!(provisioned.user_session);
    out
}
