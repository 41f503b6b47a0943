//! What a product asks for, as the role that will launch it sees it.

use std::collections::BTreeMap;

use aws_sdk_servicecatalog::types::{ConstraintSummary as SdkConstraintSummary, ProvisioningArtifactParameter};
use domain::catalog::Parameter;
use domain::id::{ProductId, ProvisioningArtifactId};

use super::{PAGE, ServiceCatalog};
use crate::Result;
use crate::answer::{required, text};
use crate::call::{call, collect};

/// One way to a product: the portfolio that grants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaunchPath {
    /// `lpv2-...` or `lpv3-...`.
    pub id: String,
    /// The portfolio's name.
    pub name: String,
    pub constraints: Vec<ConstraintSummary>,
    pub tags: BTreeMap<String, String>,
}

/// A constraint as far as people who launch may see it; what it says in detail only the curator reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstraintSummary {
    /// `LAUNCH`, `TEMPLATE`, ...
    pub kind: String,
    pub description: String,
}

/// A TagOption key and the values to choose from. With one value AWS sets it by itself; with none it must not be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagOptionChoice {
    pub key: String,
    pub values: Vec<String>,
}

/// The answer of `DescribeProvisioningParameters`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvisioningParameters {
    pub parameters: Vec<Parameter>,
    pub constraints: Vec<ConstraintSummary>,
    pub usage_instructions: Vec<String>,
    pub tag_options: Vec<TagOptionChoice>,
    /// Output keys and what they mean.
    pub outputs: BTreeMap<String, String>,
}

impl ServiceCatalog {
    /// The ways in which the session's role may launch a product.
    pub async fn list_launch_paths(&self, product: &ProductId) -> Result<Vec<LaunchPath>> {
        const OPERATION: &str = "servicecatalog:ListLaunchPaths";
        let request = self.client.list_launch_paths().product_id(product.as_str());
        let stream = request.into_paginator().page_size(PAGE).send();
        collect(
            OPERATION,
            stream,
            |page| page.launch_path_summaries,
            |path| {
                Ok(LaunchPath {
                    id: required(OPERATION, "Id", path.id)?,
                    name: text(path.name),
                    constraints: constraints(path.constraint_summaries),
                    tags: path.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect(),
                })
            },
        )
        .await
    }

    /// What the version asks for on a path, in the session's account. `path` may be left out where there is one.
    pub async fn describe_provisioning_parameters(
        &self,
        product: &ProductId,
        artifact: &ProvisioningArtifactId,
        path: Option<&str>,
    ) -> Result<ProvisioningParameters> {
        const OPERATION: &str = "servicecatalog:DescribeProvisioningParameters";
        let request = self
            .client
            .describe_provisioning_parameters()
            .product_id(product.as_str())
            .provisioning_artifact_id(artifact.as_str())
            .set_path_id(path.map(str::to_owned));
        let answer = call(OPERATION, request.send()).await?;
        let parameters = answer.provisioning_artifact_parameters.unwrap_or_default();
        let mut outputs = BTreeMap::new();
        for output in answer.provisioning_artifact_output_keys.unwrap_or_default() {
            outputs.insert(required(OPERATION, "Key", output.key)?, text(output.description));
        }
        let tag_options = answer.tag_options.unwrap_or_default().into_iter().map(|option| {
            Ok(TagOptionChoice {
                key: required(OPERATION, "Key", option.key)?,
                values: option.values.unwrap_or_default(),
            })
        });
        Ok(ProvisioningParameters {
            parameters: parameters.into_iter().map(|p| parameter(OPERATION, p)).collect::<Result<_>>()?,
            constraints: constraints(answer.constraint_summaries),
            usage_instructions: answer
                .usage_instructions
                .unwrap_or_default()
                .into_iter()
                .filter_map(|instruction| instruction.value)
                .filter(|value| !value.is_empty())
                .collect(),
            tag_options: tag_options.collect::<Result<_>>()?,
            outputs,
        })
    }
}

fn constraints(summaries: Option<Vec<SdkConstraintSummary>>) -> Vec<ConstraintSummary> {
    summaries
        .unwrap_or_default()
        .into_iter()
        .map(|summary| ConstraintSummary { kind: text(summary.r#type), description: text(summary.description) })
        .collect()
}

pub(super) fn parameter(operation: &'static str, parameter: ProvisioningArtifactParameter) -> Result<Parameter> {
    let limits = parameter.parameter_constraints;
    let limits = limits.as_ref();
    // AWS sends limits that are not set as absent or as empty text.
    let given = |value: Option<&String>| value.filter(|text| !text.is_empty()).cloned();
    Ok(Parameter {
        key: required(operation, "ParameterKey", parameter.parameter_key)?,
        default: parameter.default_value,
        kind: parameter.parameter_type.filter(|kind| !kind.is_empty()).unwrap_or_else(|| "String".to_owned()),
        no_echo: parameter.is_no_echo,
        description: text(parameter.description),
        allowed_values: limits.and_then(|l| l.allowed_values.clone()).unwrap_or_default(),
        allowed_pattern: given(limits.and_then(|l| l.allowed_pattern.as_ref())),
        constraint_description: given(limits.and_then(|l| l.constraint_description.as_ref())),
        min_length: given(limits.and_then(|l| l.min_length.as_ref())).and_then(|text| text.parse().ok()),
        max_length: given(limits.and_then(|l| l.max_length.as_ref())).and_then(|text| text.parse().ok()),
        min_value: given(limits.and_then(|l| l.min_value.as_ref())),
        max_value: given(limits.and_then(|l| l.max_value.as_ref())),
    })
}
