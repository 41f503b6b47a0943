//! The acts: provision, update, terminate, give to another owner. Each carries the caller's own token, so that it can be repeated.

use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_servicecatalog::types::{
    PropertyKey, ProvisioningParameter, RecordDetail, Tag, UpdateProvisioningParameter,
};
use domain::id::{ProductId, ProvisionedProductId, ProvisioningArtifactId, RecordId};

use super::{ServiceCatalog, once};
use crate::answer::{id, required};
use crate::call::call;
use crate::{Error, Result};

/// What `ProvisionProduct` is asked for. Repeated with the same token, name and parameters it gives the same record.
#[derive(Clone, PartialEq, Eq)]
pub struct ProvisionCall {
    pub product: ProductId,
    pub artifact: ProvisioningArtifactId,
    /// Needed where there is more than one launch path.
    pub path: Option<String>,
    /// `ProvisionedProductName`: 1 to 128, `[a-zA-Z0-9][a-zA-Z0-9._-]*`, unique in the account, for good.
    pub name: String,
    /// `ProvisionToken`: 1 to 128, `[a-zA-Z0-9][a-zA-Z0-9_-]*`. Required here: the SDK would fill in a random one.
    pub token: String,
    pub parameters: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
}

/// What `UpdateProvisionedProduct` is asked for.
#[derive(Clone, PartialEq, Eq)]
pub struct UpdateCall {
    pub provisioned_product: ProvisionedProductId,
    pub product: ProductId,
    pub artifact: ProvisioningArtifactId,
    pub path: Option<String>,
    pub token: String,
    pub parameters: BTreeMap<String, UpdateValue>,
    /// Only where a `RESOURCE_UPDATE` constraint allows it.
    pub tags: Option<BTreeMap<String, String>>,
}

/// The new value of a parameter.
#[derive(Clone, PartialEq, Eq)]
pub enum UpdateValue {
    Value(String),
    Previous,
}

/// What `TerminateProvisionedProduct` is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminateCall {
    pub provisioned_product: ProvisionedProductId,
    /// AWS knows it only while the termination runs; afterwards a repetition is [`crate::Error::NotFound`].
    pub token: String,
    /// Service Catalog forgets the product even if resources cannot be deleted.
    pub ignore_errors: bool,
    /// The resources stay; only Service Catalog lets go of them.
    pub retain_physical_resources: bool,
}

/// The record of an act that AWS has accepted; how it goes on is told by [`ServiceCatalog::describe_record`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    pub record: RecordId,
    pub provisioned_product: ProvisionedProductId,
}

// Parameter values may be secrets (NoEcho): only the keys are shown.
impl fmt::Debug for ProvisionCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProvisionCall")
            .field("product", &self.product)
            .field("artifact", &self.artifact)
            .field("path", &self.path)
            .field("name", &self.name)
            .field("token", &self.token)
            .field("parameters", &self.parameters.keys())
            .field("tags", &self.tags)
            .finish()
    }
}

impl fmt::Debug for UpdateCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateCall")
            .field("provisioned_product", &self.provisioned_product)
            .field("product", &self.product)
            .field("artifact", &self.artifact)
            .field("path", &self.path)
            .field("token", &self.token)
            .field("parameters", &self.parameters.keys())
            .field("tags", &self.tags)
            .finish()
    }
}

impl fmt::Debug for UpdateValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Value(_) => "Value(redacted)",
            Self::Previous => "Previous",
        })
    }
}

impl ServiceCatalog {
    /// Starts a provisioning. Sent once: on [`crate::Error::Unavailable`] repeat it unchanged.
    pub async fn provision_product(&self, wanted: &ProvisionCall) -> Result<Accepted> {
        const OPERATION: &str = "servicecatalog:ProvisionProduct";
        has_token(OPERATION, &wanted.token)?;
        let parameters = wanted
            .parameters
            .iter()
            .map(|(key, value)| ProvisioningParameter::builder().key(key).value(value).build())
            .collect();
        let request = self
            .client
            .provision_product()
            .product_id(wanted.product.as_str())
            .provisioning_artifact_id(wanted.artifact.as_str())
            .set_path_id(wanted.path.clone())
            .provisioned_product_name(&wanted.name)
            .provision_token(&wanted.token)
            .set_provisioning_parameters(Some(parameters))
            .set_tags(Some(tags(OPERATION, &wanted.tags)?));
        let answer = call(OPERATION, request.customize().config_override(once()).send()).await?;
        accepted(OPERATION, answer.record_detail)
    }

    /// Starts an update.
    pub async fn update_provisioned_product(&self, wanted: &UpdateCall) -> Result<Accepted> {
        const OPERATION: &str = "servicecatalog:UpdateProvisionedProduct";
        has_token(OPERATION, &wanted.token)?;
        let parameters = wanted
            .parameters
            .iter()
            .map(|(key, value)| {
                let builder = UpdateProvisioningParameter::builder().key(key);
                match value {
                    UpdateValue::Value(value) => builder.value(value),
                    UpdateValue::Previous => builder.use_previous_value(true),
                }
                .build()
            })
            .collect();
        let request = self
            .client
            .update_provisioned_product()
            .provisioned_product_id(wanted.provisioned_product.as_str())
            .product_id(wanted.product.as_str())
            .provisioning_artifact_id(wanted.artifact.as_str())
            .set_path_id(wanted.path.clone())
            .update_token(&wanted.token)
            .set_provisioning_parameters(Some(parameters))
            .set_tags(wanted.tags.as_ref().map(|wanted| tags(OPERATION, wanted)).transpose()?);
        let answer = call(OPERATION, request.customize().config_override(once()).send()).await?;
        accepted(OPERATION, answer.record_detail)
    }

    /// Starts a termination.
    pub async fn terminate_provisioned_product(&self, wanted: &TerminateCall) -> Result<Accepted> {
        const OPERATION: &str = "servicecatalog:TerminateProvisionedProduct";
        has_token(OPERATION, &wanted.token)?;
        let request = self
            .client
            .terminate_provisioned_product()
            .provisioned_product_id(wanted.provisioned_product.as_str())
            .terminate_token(&wanted.token)
            .ignore_errors(wanted.ignore_errors)
            .retain_physical_resources(wanted.retain_physical_resources);
        let answer = call(OPERATION, request.customize().config_override(once()).send()).await?;
        accepted(OPERATION, answer.record_detail)
    }

    /// Makes somebody else the owner, who alone reaches it at the access level `User`: `UpdateProvisionedProductProperties` with
    /// `OWNER`. `owner` is the ARN of a user, a role or a session of a role, of the same account.
    pub async fn give_provisioned_product(
        &self,
        product: &ProvisionedProductId,
        owner: &str,
        token: &str,
    ) -> Result<RecordId> {
        const OPERATION: &str = "servicecatalog:UpdateProvisionedProductProperties";
        has_token(OPERATION, token)?;
        let request = self
            .client
            .update_provisioned_product_properties()
            .provisioned_product_id(product.as_str())
            .provisioned_product_properties(PropertyKey::Owner, owner)
            .idempotency_token(token);
        let answer = call(OPERATION, request.customize().config_override(once()).send()).await?;
        id(OPERATION, "RecordId", answer.record_id)
    }
}

/// An empty token would be no token: two calls would be two acts.
fn has_token(operation: &'static str, token: &str) -> Result<()> {
    if token.is_empty() { Err(Error::invalid(operation, "the call has no idempotency token")) } else { Ok(()) }
}

fn tags(operation: &'static str, tags: &BTreeMap<String, String>) -> Result<Vec<Tag>> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect::<Result<_, _>>()
        .map_err(|_| Error::invalid(operation, "a tag lacks its key or value"))
}

fn accepted(operation: &'static str, record: Option<RecordDetail>) -> Result<Accepted> {
    let record = required(operation, "RecordDetail", record)?;
    Ok(Accepted {
        record: id(operation, "RecordId", record.record_id)?,
        provisioned_product: id(operation, "ProvisionedProductId", record.provisioned_product_id)?,
    })
}
