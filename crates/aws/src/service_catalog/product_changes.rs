//! What the administrator of portfolios changes: products and their versions.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_servicecatalog::types::{
    CopyOption, CopyProductStatus, ProductType, ProvisioningArtifactGuidance, ProvisioningArtifactProperties,
    ProvisioningArtifactPropertyName, ProvisioningArtifactType, Status, Tag,
};
use domain::curation::{Guidance, ProductText};
use domain::id::{ProductId, ProvisioningArtifactId};

use super::ServiceCatalog;
use super::portfolio_changes::gone;
use crate::answer::{id, required, text};
use crate::call::call;
use crate::{Error, Result};

/// A version that is to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewVersion<'a> {
    pub name: &'a str,
    pub note: &'a str,
    /// Where Service Catalog loads the template from: an `https` URL of S3.
    pub template_url: &'a str,
}

/// A product that is to be made, with its first version.
#[derive(Clone, Copy, Debug)]
pub struct NewProduct<'a> {
    pub name: &'a str,
    pub description: &'a str,
    pub owner: &'a str,
    /// An e-mail address, or nothing.
    pub support: &'a str,
    pub version: NewVersion<'a>,
}

/// How far a version is whose template Service Catalog reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionStatus {
    Creating,
    Available,
    Failed,
}

/// How far a copy of a product is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Copying {
    Running,
    Done(ProductId),
    /// In AWS's words.
    Failed(String),
}

impl ServiceCatalog {
    /// `CreateProduct`; the same token again gives the same product.
    pub async fn create_product(&self, it: NewProduct<'_>, token: &str) -> Result<(ProductId, ProvisioningArtifactId)> {
        const OPERATION: &str = "servicecatalog:CreateProduct";
        let create = self
            .client
            .create_product()
            .name(it.name)
            .owner(it.owner)
            .product_type(ProductType::CloudFormationTemplate)
            .set_description(given(it.description))
            .set_support_email(given(it.support))
            .provisioning_artifact_parameters(properties(it.version))
            .idempotency_token(token);
        let answer = call(OPERATION, create.send()).await?;
        let view = answer.product_view_detail.and_then(|detail| detail.product_view_summary);
        let product = required(OPERATION, "ProductViewSummary", view)?.product_id;
        let artifact = answer.provisioning_artifact_detail.and_then(|detail| detail.id);
        Ok((id(OPERATION, "ProductId", product)?, id(OPERATION, "ProvisioningArtifactId", artifact)?))
    }

    /// Sends what is to be other than it is.
    pub async fn update_product(&self, product: &ProductId, before: &ProductText, text: &ProductText) -> Result<()> {
        let (added, removed) = (new_tags(&before.tags, &text.tags), removed_tags(&before.tags, &text.tags));
        let request = self
            .client
            .update_product()
            .id(product.as_str())
            .set_name(changed(&before.name, &text.name))
            .set_owner(changed(&before.owner, &text.owner))
            .set_description(changed(&before.description, &text.description))
            .set_support_email(changed(&before.support, &text.support))
            .set_add_tags((!added.is_empty()).then_some(added))
            .set_remove_tags((!removed.is_empty()).then_some(removed));
        call("servicecatalog:UpdateProduct", request.send()).await.map(drop)
    }

    /// One that is gone is deleted.
    pub async fn delete_product(&self, product: &ProductId) -> Result<()> {
        let request = self.client.delete_product().id(product.as_str());
        gone(call("servicecatalog:DeleteProduct", request.send()).await.map(drop))
    }

    /// Begins a copy with these versions, and gives the token that [`Self::copied`] asks by; the same idempotency token again
    /// gives the same one.
    pub async fn copy_product(
        &self,
        arn: &str,
        name: &str,
        versions: &[&ProvisioningArtifactId],
        token: &str,
    ) -> Result<String> {
        const OPERATION: &str = "servicecatalog:CopyProduct";
        let by_id = |id: &&ProvisioningArtifactId| {
            HashMap::from([(ProvisioningArtifactPropertyName::Id, id.as_str().to_owned())])
        };
        let request = self
            .client
            .copy_product()
            .source_product_arn(arn)
            .target_product_name(name)
            .set_source_provisioning_artifact_identifiers(Some(versions.iter().map(by_id).collect()))
            .copy_options(CopyOption::CopyTags)
            .idempotency_token(token);
        required(OPERATION, "CopyProductToken", call(OPERATION, request.send()).await?.copy_product_token)
    }

    /// How far a copy is.
    pub async fn copied(&self, copying: &str) -> Result<Copying> {
        const OPERATION: &str = "servicecatalog:DescribeCopyProductStatus";
        let request = self.client.describe_copy_product_status().copy_product_token(copying);
        let answer = call(OPERATION, request.send()).await?;
        Ok(match answer.copy_product_status {
            Some(CopyProductStatus::Succeeded) => {
                Copying::Done(id(OPERATION, "TargetProductId", answer.target_product_id)?)
            }
            Some(CopyProductStatus::InProgress) => Copying::Running,
            Some(CopyProductStatus::Failed) => Copying::Failed(text(answer.status_detail)),
            _ => return Err(Error::incomplete(OPERATION, "CopyProductStatus")),
        })
    }

    /// `CreateProvisioningArtifact`; the same token again gives the same version.
    pub async fn create_version(
        &self,
        product: &ProductId,
        it: NewVersion<'_>,
        token: &str,
    ) -> Result<ProvisioningArtifactId> {
        const OPERATION: &str = "servicecatalog:CreateProvisioningArtifact";
        let create = self
            .client
            .create_provisioning_artifact()
            .product_id(product.as_str())
            .parameters(properties(it))
            .idempotency_token(token);
        let answer = call(OPERATION, create.send()).await?;
        id(OPERATION, "ProvisioningArtifactId", answer.provisioning_artifact_detail.and_then(|detail| detail.id))
    }

    /// Says whether a version can be used, and what is said of it.
    pub async fn set_version(
        &self,
        product: &ProductId,
        artifact: &ProvisioningArtifactId,
        active: bool,
        guidance: Guidance,
    ) -> Result<()> {
        let guidance = match guidance {
            Guidance::Default => ProvisioningArtifactGuidance::Default,
            Guidance::Deprecated => ProvisioningArtifactGuidance::Deprecated,
        };
        let request = self
            .client
            .update_provisioning_artifact()
            .product_id(product.as_str())
            .provisioning_artifact_id(artifact.as_str())
            .active(active)
            .guidance(guidance);
        call("servicecatalog:UpdateProvisioningArtifact", request.send()).await.map(drop)
    }

    /// One that is gone is deleted.
    pub async fn delete_version(&self, product: &ProductId, artifact: &ProvisioningArtifactId) -> Result<()> {
        let request = self
            .client
            .delete_provisioning_artifact()
            .product_id(product.as_str())
            .provisioning_artifact_id(artifact.as_str());
        gone(call("servicecatalog:DeleteProvisioningArtifact", request.send()).await.map(drop))
    }

    /// How far a new version is.
    pub async fn version_status(
        &self,
        product: &ProductId,
        artifact: &ProvisioningArtifactId,
    ) -> Result<VersionStatus> {
        const OPERATION: &str = "servicecatalog:DescribeProvisioningArtifact";
        let request = self
            .client
            .describe_provisioning_artifact()
            .product_id(product.as_str())
            .provisioning_artifact_id(artifact.as_str());
        let answer = call(OPERATION, request.send()).await?;
        Ok(match answer.status {
            Some(Status::Available) => VersionStatus::Available,
            Some(Status::Creating) => VersionStatus::Creating,
            Some(Status::Failed) => VersionStatus::Failed,
            _ => return Err(Error::incomplete(OPERATION, "Status")),
        })
    }
}

fn properties(it: NewVersion<'_>) -> ProvisioningArtifactProperties {
    let info = HashMap::from([("LoadTemplateFromURL".to_owned(), it.template_url.to_owned())]);
    ProvisioningArtifactProperties::builder()
        .name(it.name)
        .set_description(given(it.note))
        .set_info(Some(info))
        .r#type(ProvisioningArtifactType::CloudFormationTemplate)
        .build()
}

pub(super) fn given(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// What is not sent stays; an empty text takes away what was there.
pub(super) fn changed(before: &str, after: &str) -> Option<String> {
    (before != after).then(|| after.to_owned())
}

/// Those that are not there with this value.
pub(super) fn new_tags(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<Tag> {
    let new = after.iter().filter(|(key, value)| before.get(*key) != Some(*value));
    // The builder refuses only what is missing.
    new.filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok()).collect()
}

pub(super) fn removed_tags(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    before.keys().filter(|key| !after.contains_key(*key)).cloned().collect()
}
