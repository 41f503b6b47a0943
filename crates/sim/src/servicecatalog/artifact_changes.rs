//! Provisioning artifacts added, changed and deleted.

use domain::guardrail::Context;
use serde_json::{Value, json};

use super::access::{allow, product_arn};
use super::input::{optional_text, token};
use super::made;
use super::product_changes::own;
use super::products::artifact_detail;
use super::state::Artifact;
use crate::authorize::authorize;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::s3;
use crate::value::{one_of, required, text};
use crate::world::World;

/// Quota of Service Catalog.
const VERSIONS: usize = 100;

/// Quota of CloudFormation: bytes of a template in S3.
const LARGEST: usize = 1_048_576;

/// Characters of a name or description at most.
const TEXT: usize = 8192;

/// The local AWS runs CloudFormation alone.
pub(super) fn only_cloudformation(body: &Value, key: &str) -> Result<(), AwsError> {
    match text(body, key) {
        None | Some("CLOUD_FORMATION_TEMPLATE") => Ok(()),
        Some(other) => Err(AwsError::invalid_parameters(format!("The local AWS offers no {key} {other}."))),
    }
}

/// A new version with its template, which is validated unless that is asked not to be.
pub(super) fn read(world: &mut World, ctx: &Ctx, given: &Value) -> Result<Artifact, AwsError> {
    only_cloudformation(given, "Type")?;
    let name = optional_text(given, "Name", TEXT)?.unwrap_or_default().to_owned();
    let description = optional_text(given, "Description", TEXT)?.unwrap_or_default().to_owned();
    let info = given.get("Info").unwrap_or(&Value::Null);
    let template = match (text(info, "LoadTemplateFromURL"), text(info, "ImportFromPhysicalId")) {
        (Some(url), None) => loaded(world, ctx, url)?,
        (None, Some(stack)) => imported(world, ctx, stack)?,
        _ => {
            return Err(AwsError::invalid_parameters(
                "Info has LoadTemplateFromURL or ImportFromPhysicalId, and not both.",
            ));
        }
    };
    if !given.get("DisableTemplateValidation").and_then(Value::as_bool).unwrap_or_default() {
        // As whoever makes the version.
        authorize(world, ctx, "cloudformation:ValidateTemplate", "*", Context::new())?;
        template::Template::parse(&template)
            .and_then(|template| template.check_types())
            .map_err(|error| AwsError::invalid_parameters(format!("Template validation failed: {error}")))?;
    }
    let id = world.fresh_id("pa");
    let guidance = "DEFAULT".to_owned();
    Ok(Artifact { id, name, description, template, created: ctx.now, active: true, guidance })
}

/// The template at an address of S3, which whoever makes the version has to be allowed to read.
fn loaded(world: &World, ctx: &Ctx, url: &str) -> Result<String, AwsError> {
    let unread =
        |why: &str| AwsError::invalid_parameters(format!("Invalid templateBody. Please make sure {why}: {url}"));
    let (bucket, key) = s3::located(url).ok_or_else(|| unread("that the address is one of S3"))?;
    let body = s3::object(world, ctx, &bucket, &key).map_err(|error| unread(&error.message))?;
    if body.len() > LARGEST {
        return Err(unread("that the template has at most 1 MB"));
    }
    String::from_utf8(body).map_err(|_| unread("that the template is text"))
}

/// The template of a stack of the account.
fn imported(world: &World, ctx: &Ctx, stack: &str) -> Result<String, AwsError> {
    let stacks = world.cloudformation.stacks.values();
    let mut own = stacks.filter(|it| it.account == *ctx.account() && it.region == ctx.region && it.deleted.is_none());
    let found = own.find(|it| it.arn == stack).map(|it| it.template.clone());
    found.ok_or_else(|| AwsError::invalid_parameters(format!("Stack {stack} does not exist.")))
}

pub(super) fn create(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    const OPERATION: &str = "CreateProvisioningArtifact";
    let of = required(body, "ProductId")?;
    let token = token(body, "IdempotencyToken")?;
    allow(world, ctx, OPERATION, &product_arn(world, ctx, of))?;
    if let Some(answer) = made::before(world, ctx, OPERATION, token, body)? {
        return Ok(answer);
    }
    if own(world, ctx, of)?.artifacts.len() >= VERSIONS {
        return Err(AwsError::limit_exceeded(format!("A product has at most {VERSIONS} versions.")));
    }
    let given = body.get("Parameters").cloned().unwrap_or_default();
    let new = read(world, ctx, &given)?;
    let answer = json!({
        "ProvisioningArtifactDetail": artifact_detail(&new),
        "Info": given.get("Info"),
        "Status": "AVAILABLE",
    });
    if let Some(it) = world.service_catalog.products.get_mut(of) {
        it.artifacts.push(new.clone());
    }
    made::remember(world, ctx, OPERATION, token, body, &answer);
    Ok(answer)
}

pub(super) fn update(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (of, id) = (required(body, "ProductId")?, required(body, "ProvisioningArtifactId")?);
    let name = optional_text(body, "Name", TEXT)?.filter(|it| !it.is_empty());
    let description = optional_text(body, "Description", TEXT)?;
    let guidance = one_of(body, "Guidance", &["DEFAULT", "DEPRECATED"])?;
    allow(world, ctx, "UpdateProvisioningArtifact", &product_arn(world, ctx, of))?;
    own(world, ctx, of)?;
    let artifacts = world.service_catalog.products.get_mut(of).into_iter().flat_map(|it| &mut it.artifacts);
    let found = artifacts.into_iter().find(|it| it.id == id).ok_or_else(|| missing(id))?;
    for (field, given) in
        [(&mut found.name, name), (&mut found.description, description), (&mut found.guidance, guidance)]
    {
        if let Some(given) = given {
            given.clone_into(field);
        }
    }
    if let Some(active) = body.get("Active").and_then(Value::as_bool) {
        found.active = active;
    }
    Ok(json!({ "ProvisioningArtifactDetail": artifact_detail(found), "Info": {}, "Status": "AVAILABLE" }))
}

/// A version that something was provisioned of can be deleted; the last one of a product cannot.
pub(super) fn delete(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (of, id) = (required(body, "ProductId")?, required(body, "ProvisioningArtifactId")?);
    allow(world, ctx, "DeleteProvisioningArtifact", &product_arn(world, ctx, of))?;
    let artifacts = &own(world, ctx, of)?.artifacts;
    if !artifacts.iter().any(|it| it.id == id) {
        return Err(missing(id));
    }
    if artifacts.len() == 1 {
        return Err(AwsError::resource_in_use(format!("Provisioning artifact {id} is the only one of product {of}.")));
    }
    if let Some(product) = world.service_catalog.products.get_mut(of) {
        product.artifacts.retain(|it| it.id != id);
    }
    Ok(json!({}))
}

fn missing(id: &str) -> AwsError {
    AwsError::resource_not_found(format!("Provisioning artifact {id} not found."))
}
