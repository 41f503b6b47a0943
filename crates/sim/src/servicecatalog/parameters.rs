//! `DescribeProvisioningParameters`.

use domain::catalog::Parameter;
use serde_json::{Map, Value, json};

use super::access::{allow, named_product_arn};
use super::input::NameOrId;
use super::{constraints, paths, products, tag_options};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::world::World;
use template::Template;

/// A parameter as Service Catalog shows it. What the template does not say is left out.
pub(super) fn detail(parameter: &Parameter) -> Value {
    let mut limits = Map::new();
    if !parameter.allowed_values.is_empty() {
        limits.insert("AllowedValues".into(), json!(parameter.allowed_values));
    }
    let number = |n: Option<u64>| n.map(|n| n.to_string());
    for (key, value) in [
        ("AllowedPattern", parameter.allowed_pattern.clone()),
        ("ConstraintDescription", parameter.constraint_description.clone()),
        ("MaxLength", number(parameter.max_length)),
        ("MinLength", number(parameter.min_length)),
        ("MaxValue", parameter.max_value.clone()),
        ("MinValue", parameter.min_value.clone()),
    ] {
        if let Some(value) = value {
            limits.insert(key.into(), json!(value));
        }
    }
    let mut out = json!({
        "ParameterKey": parameter.key,
        "ParameterType": parameter.kind,
        "IsNoEcho": parameter.no_echo,
        "Description": parameter.description,
        "ParameterConstraints": limits,
    });
    if let Some(default) = &parameter.default {
        out["DefaultValue"] = json!(default);
    }
    out
}

pub(super) fn describe(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let wanted = NameOrId::needed(body, "ProductId", "ProductName")?;
    let wanted_artifact = NameOrId::needed(body, "ProvisioningArtifactId", "ProvisioningArtifactName")?;
    allow(world, ctx, "DescribeProvisioningParameters", &named_product_arn(world, ctx, &wanted))?;
    let product = products::find(world, ctx, &wanted)?;
    let path = paths::chosen(world, ctx, &product.id, body)?;
    let artifact = products::artifact(product, &wanted_artifact)?;
    let template = Template::parse(&artifact.template).map_err(|e| AwsError::invalid_parameters(e.to_string()))?;
    let outputs: Vec<Value> =
        template.outputs.iter().take(60).map(|o| json!({ "Key": o.key, "Description": o.description })).collect();
    let choices = tag_options::choices(world, path.portfolio, product);
    let mut instructions = vec![json!({ "Type": "rules", "Value": "" })];
    if !template.description.is_empty() {
        instructions.push(json!({ "Type": "description", "Value": template.description }));
    }
    Ok(json!({
        "ProvisioningArtifactParameters": template.parameters.iter().map(detail).collect::<Vec<_>>(),
        "ConstraintSummaries": constraints::summaries(world, &path.portfolio.id, &product.id),
        "UsageInstructions": instructions,
        "TagOptions": choices
            .iter()
            .map(|(key, values)| json!({ "Key": key, "Values": values }))
            .collect::<Vec<_>>(),
        "ProvisioningArtifactPreferences": {},
        "ProvisioningArtifactOutputs": outputs,
        "ProvisioningArtifactOutputKeys": outputs,
    }))
}
