//! Products and their provisioning artifacts.

use serde_json::{Value, json};

use super::access::{allow, launchable, named_product_arn, portfolio, product, product_arn};
use super::input::{NameOrId, answer};
use super::state::{Artifact, Product};
use super::{parameters, paths, tag_options};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{epoch, one_of, required, tag_list, text};
use crate::world::World;
use template::Template;

fn summary(product: &Product) -> Value {
    json!({
        "Id": format!("prodview-{}", product.id.trim_start_matches("prod-")),
        "ProductId": product.id,
        "Name": product.name,
        "Owner": product.owner,
        "ShortDescription": product.description,
        "Type": "CLOUD_FORMATION_TEMPLATE",
        "Distributor": product.distributor,
        "HasDefaultPath": false,
        "SupportEmail": product.support_email,
        "SupportDescription": product.support_description,
        "SupportUrl": product.support_url,
    })
}

pub(super) fn view(product: &Product) -> Value {
    json!({
        "ProductViewSummary": summary(product),
        "Status": "AVAILABLE",
        "ProductARN": product.arn(),
        "CreatedTime": epoch(product.created),
    })
}

/// Words of `Filters` that a product has to hold.
fn passes(product: &Product, body: &Value) -> bool {
    let wanted = |key: &str| -> Vec<String> {
        let values = body.pointer(&format!("/Filters/{key}")).and_then(Value::as_array).into_iter().flatten();
        values.filter_map(Value::as_str).map(str::to_lowercase).collect()
    };
    let whole = format!("{} {} {}", product.name, product.description, product.owner).to_lowercase();
    wanted("FullTextSearch").iter().all(|word| whole.contains(word))
        && (wanted("Owner").is_empty() || wanted("Owner").contains(&product.owner.to_lowercase()))
}

fn sort(found: &mut [&Product], body: &Value) -> Result<(), AwsError> {
    match one_of(body, "SortBy", &["Title", "VersionCount", "CreationDate"])? {
        Some("Title") => found.sort_by(|a, b| a.name.cmp(&b.name)),
        Some("VersionCount") => found.sort_by_key(|p| p.artifacts.len()),
        _ => found.sort_by_key(|p| (p.created, p.id.clone())),
    }
    if one_of(body, "SortOrder", &["ASCENDING", "DESCENDING"])? == Some("DESCENDING") {
        found.reverse();
    }
    Ok(())
}

pub(super) fn search_as_admin(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    allow(world, ctx, "SearchProductsAsAdmin", "*")?;
    let products = &world.service_catalog.products;
    let mut found: Vec<&Product> = match text(body, "PortfolioId") {
        Some(id) => portfolio(world, ctx, id)?.products.iter().filter_map(|id| products.get(id)).collect(),
        None => products.values().filter(|p| p.account == *ctx.account() && p.region == ctx.region).collect(),
    };
    found.retain(|product| passes(product, body));
    sort(&mut found, body)?;
    answer("ProductViewDetails", found.into_iter().map(view).collect(), body, 20, "NextPageToken")
}

pub(super) fn describe_as_admin(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let wanted = NameOrId::needed(body, "Id", "Name")?;
    allow(world, ctx, "DescribeProductAsAdmin", &named_product_arn(world, ctx, &wanted))?;
    let product = world
        .service_catalog
        .products
        .values()
        .filter(|p| wanted.matches(&p.id, &p.name))
        .find_map(|p| product(world, ctx, &p.id).ok())
        .ok_or_else(|| AwsError::resource_not_found(format!("Product {} not found.", wanted.as_str())))?;
    let artifacts: Vec<Value> = product
        .artifacts
        .iter()
        .map(|a| json!({ "Id": a.id, "Name": a.name, "Description": a.description, "CreatedTime": epoch(a.created) }))
        .collect();
    Ok(json!({
        "ProductViewDetail": view(product),
        "ProvisioningArtifactSummaries": artifacts,
        "Tags": tag_list(&product.tags),
        "TagOptions": tag_options::details(world, &product.tag_options),
        "Budgets": [],
    }))
}

pub(super) fn search(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    allow(world, ctx, "SearchProducts", "*")?;
    let mut found: Vec<&Product> = launchable(world, ctx)
        .filter(|p| paths::is_open(world, p, ctx))
        .flat_map(|p| p.products.iter())
        .filter_map(|id| world.service_catalog.products.get(id))
        .filter(|product| passes(product, body))
        .collect();
    sort(&mut found, body)?;
    found.dedup_by(|a, b| a.id == b.id);
    let mut out = answer("ProductViewSummaries", found.into_iter().map(summary).collect(), body, 100, "NextPageToken")?;
    out["ProductViewAggregations"] = json!({});
    Ok(out)
}

pub(super) fn describe(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let wanted = NameOrId::needed(body, "Id", "Name")?;
    allow(world, ctx, "DescribeProduct", &named_product_arn(world, ctx, &wanted))?;
    let product = find(world, ctx, &wanted)?;
    let open = paths::of(world, ctx, &product.id);
    if open.is_empty() {
        return Err(AwsError::resource_not_found(format!("Product {} not found.", wanted.as_str())));
    }
    let artifacts: Vec<Value> = product
        .artifacts
        .iter()
        .filter(|a| a.active)
        .map(|a| {
            json!({
                "Id": a.id,
                "Name": a.name,
                "Description": a.description,
                "CreatedTime": epoch(a.created),
                "Guidance": a.guidance,
            })
        })
        .collect();
    let paths: Vec<Value> = open.iter().map(|path| json!({ "Id": path.id, "Name": path.portfolio.name })).collect();
    Ok(json!({
        "ProductViewSummary": summary(product),
        "ProvisioningArtifacts": artifacts,
        "Budgets": [],
        "LaunchPaths": paths,
    }))
}

/// A product that the account can see.
pub(super) fn find<'a>(world: &'a World, ctx: &Ctx, wanted: &NameOrId<'_>) -> Result<&'a Product, AwsError> {
    world
        .service_catalog
        .products
        .values()
        .filter(|p| wanted.matches(&p.id, &p.name))
        .find_map(|p| product(world, ctx, &p.id).ok())
        .ok_or_else(|| AwsError::resource_not_found(format!("Product {} not found.", wanted.as_str())))
}

/// One of its artifacts.
pub(super) fn artifact<'a>(product: &'a Product, wanted: &NameOrId<'_>) -> Result<&'a Artifact, AwsError> {
    product
        .artifacts
        .iter()
        .find(|a| wanted.matches(&a.id, &a.name))
        .ok_or_else(|| AwsError::resource_not_found(format!("Provisioning artifact {} not found.", wanted.as_str())))
}

pub(super) fn artifact_detail(artifact: &Artifact) -> Value {
    json!({
        "Id": artifact.id,
        "Name": artifact.name,
        "Description": artifact.description,
        "Type": "CLOUD_FORMATION_TEMPLATE",
        "CreatedTime": epoch(artifact.created),
        "Active": artifact.active,
        "Guidance": artifact.guidance,
    })
}

pub(super) fn artifacts(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "ProductId")?;
    allow(world, ctx, "ListProvisioningArtifacts", &product_arn(world, ctx, id))?;
    let details: Vec<Value> = product(world, ctx, id)?.artifacts.iter().map(artifact_detail).collect();
    Ok(json!({ "ProvisioningArtifactDetails": details }))
}

pub(super) fn describe_artifact(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let wanted = NameOrId::needed(body, "ProvisioningArtifactId", "ProvisioningArtifactName")?;
    let of = NameOrId::read(body, "ProductId", "ProductName")?;
    let found = match &of {
        Some(of) => find(world, ctx, of),
        None => world
            .service_catalog
            .products
            .values()
            .filter(|p| p.artifacts.iter().any(|a| wanted.matches(&a.id, &a.name)))
            .find_map(|p| product(world, ctx, &p.id).ok())
            .ok_or_else(|| {
                AwsError::resource_not_found(format!("Provisioning artifact {} not found.", wanted.as_str()))
            }),
    };
    let arn = match (&found, &of) {
        (Ok(found), _) => found.arn(),
        (Err(_), Some(NameOrId::Id(id))) => product_arn(world, ctx, id),
        (Err(_), _) => "*".to_owned(),
    };
    allow(world, ctx, "DescribeProvisioningArtifact", &arn)?;
    let product = found?;
    let artifact = artifact(product, &wanted)?;
    let mut info = json!({ "TemplateUrl": format!("https://local-aws.invalid/{}/{}.yaml", product.id, artifact.id) });
    if body.get("Verbose").and_then(Value::as_bool).unwrap_or_default() {
        info["CloudFormationTemplate"] = json!(artifact.template);
    }
    let mut out = json!({
        "ProvisioningArtifactDetail": artifact_detail(artifact),
        "Info": info,
        "Status": "AVAILABLE",
    });
    if body.get("IncludeProvisioningArtifactParameters").and_then(Value::as_bool).unwrap_or_default() {
        let template = Template::parse(&artifact.template).map_err(|e| AwsError::invalid_parameters(e.to_string()))?;
        out["ProvisioningArtifactParameters"] = template.parameters.iter().map(parameters::detail).collect();
    }
    Ok(out)
}
