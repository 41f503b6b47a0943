//! What the administrator of portfolios changes: products and their versions.

use std::collections::HashMap;

use aws_sdk_servicecatalog::types::{
    ProductType, ProvisioningArtifactGuidance, ProvisioningArtifactProperties, ProvisioningArtifactType, Status,
};
use domain::curation::Guidance;
use domain::id::{PortfolioId, ProductId, ProvisioningArtifactId};

use super::ServiceCatalog;
use crate::answer::{id, required};
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

    /// Puts a product into a portfolio; one that is there stays there.
    pub async fn associate_product(&self, product: &ProductId, portfolio: &PortfolioId) -> Result<()> {
        let request = self
            .client
            .associate_product_with_portfolio()
            .product_id(product.as_str())
            .portfolio_id(portfolio.as_str());
        call("servicecatalog:AssociateProductWithPortfolio", request.send()).await.map(drop)
    }

    /// A launch constraint that names its role by name, for every account that the portfolio is shared to; one that is there
    /// stays. Whoever asks passes the role on.
    pub async fn launch_by(
        &self,
        product: &ProductId,
        portfolio: &PortfolioId,
        local_role: &str,
        token: &str,
    ) -> Result<()> {
        let request = self
            .client
            .create_constraint()
            .product_id(product.as_str())
            .portfolio_id(portfolio.as_str())
            .r#type("LAUNCH")
            .parameters(serde_json::json!({ "LocalRoleName": local_role }).to_string())
            .idempotency_token(token);
        match call("servicecatalog:CreateConstraint", request.send()).await {
            // A product in a portfolio has one at most.
            Err(error) if error.failure().code == "DuplicateResourceException" => Ok(()),
            made => made.map(drop),
        }
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

fn given(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
