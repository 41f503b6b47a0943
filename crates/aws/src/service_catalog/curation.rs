//! What the administrator of portfolios reads: portfolios, products, versions, constraints, TagOptions, access.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_servicecatalog::types::{
    PortfolioDetail, PortfolioShareType, ProductViewDetail, ProvisioningArtifactDetail, ProvisioningArtifactGuidance,
};
use domain::catalog::{Constraint, ConstraintRule, Portfolio, ProvisioningArtifact, TagOption};
use domain::id::{AccountId, PortfolioId, ProductId, ProvisioningArtifactId};

use super::launching::parameter;
use super::{LONG_PAGE, PAGE, ServiceCatalog};
use crate::answer::{id, required, text, time};
use crate::call::{call, collect};
use crate::{Error, Result};

/// A product as a list names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductSummary {
    pub id: ProductId,
    pub name: String,
    /// `ShortDescription`.
    pub description: String,
    pub owner: String,
    /// Whom to ask: support's e-mail address, page and description, as far as given.
    pub support: String,
}

/// A product as its administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductDetail {
    pub summary: ProductSummary,
    pub tags: BTreeMap<String, String>,
    pub tag_options: Vec<TagOption>,
}

/// What a provisioning artifact is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtifactTemplate {
    /// `CloudFormationTemplate` of the verbose answer: the template's text.
    pub body: Option<String>,
    /// `TemplateUrl`: where it was loaded from.
    pub url: Option<String>,
    /// Parameters as the template has them, without the constraints of any portfolio.
    pub parameters: Vec<domain::catalog::Parameter>,
}

/// A constraint as a list names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstraintRef {
    pub id: String,
    pub product: ProductId,
    /// `LAUNCH`, `TEMPLATE`, ...
    pub kind: String,
}

/// A TagOption with the id that associations go by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagOptionEntry {
    pub id: String,
    pub option: TagOption,
}

/// A portfolio or product that a TagOption is associated with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaggedResource {
    pub id: String,
    pub arn: String,
    pub name: String,
}

impl ServiceCatalog {
    /// The portfolios that this account owns; their tags, and who gets them, are left out.
    pub async fn list_portfolios(&self) -> Result<Vec<Portfolio>> {
        const OPERATION: &str = "servicecatalog:ListPortfolios";
        let stream = self.client.list_portfolios().into_paginator().page_size(LONG_PAGE).send();
        collect(OPERATION, stream, |page| page.portfolio_details, |detail| self.portfolio(OPERATION, detail)).await
    }

    /// The portfolios that others share with this account: imported ones and those that come by the organization.
    pub async fn list_accepted_shares(&self) -> Result<Vec<Portfolio>> {
        const OPERATION: &str = "servicecatalog:ListAcceptedPortfolioShares";
        let mut seen = BTreeSet::new();
        let mut all = Vec::new();
        for kind in [PortfolioShareType::Imported, PortfolioShareType::AwsOrganizations] {
            let request = self.client.list_accepted_portfolio_shares().portfolio_share_type(kind);
            let stream = request.into_paginator().page_size(LONG_PAGE).send();
            let found = collect(OPERATION, stream, |page| page.portfolio_details, |d| self.portfolio(OPERATION, d));
            all.extend(found.await?.into_iter().filter(|portfolio| seen.insert(portfolio.id.clone())));
        }
        Ok(all)
    }

    /// The products of a portfolio, or all that this account owns, by `SearchProductsAsAdmin`.
    pub async fn list_products(&self, portfolio: Option<&PortfolioId>) -> Result<Vec<ProductSummary>> {
        const OPERATION: &str = "servicecatalog:SearchProductsAsAdmin";
        let portfolio = portfolio.map(|id| id.as_str().to_owned());
        let request = self.client.search_products_as_admin().set_portfolio_id(portfolio);
        let stream = request.into_paginator().page_size(PAGE).send();
        collect(OPERATION, stream, |page| page.product_view_details, |detail| product(OPERATION, Some(detail))).await
    }

    pub async fn describe_product_as_admin(&self, id: &ProductId) -> Result<ProductDetail> {
        const OPERATION: &str = "servicecatalog:DescribeProductAsAdmin";
        let answer = call(OPERATION, self.client.describe_product_as_admin().id(id.as_str()).send()).await?;
        let tags = answer.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
        let tag_options = answer
            .tag_options
            .unwrap_or_default()
            .into_iter()
            .map(|option| tag_option(OPERATION, option.key, option.value, option.active))
            .collect::<Result<_>>()?;
        Ok(ProductDetail { summary: product(OPERATION, answer.product_view_detail)?, tags, tag_options })
    }

    /// The versions of a product, newest first; their parameters, resources and instructions are left empty.
    pub async fn list_provisioning_artifacts(&self, product: &ProductId) -> Result<Vec<ProvisioningArtifact>> {
        const OPERATION: &str = "servicecatalog:ListProvisioningArtifacts";
        let request = self.client.list_provisioning_artifacts().product_id(product.as_str());
        let answer = call(OPERATION, request.send()).await?;
        let details = answer.provisioning_artifact_details.unwrap_or_default();
        let mut artifacts =
            details.into_iter().map(|detail| artifact(OPERATION, detail)).collect::<Result<Vec<_>>>()?;
        artifacts.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| b.id.cmp(&a.id)));
        Ok(artifacts)
    }

    /// What a version is made from.
    pub async fn describe_provisioning_artifact(
        &self,
        product: &ProductId,
        artifact: &ProvisioningArtifactId,
    ) -> Result<ArtifactTemplate> {
        const OPERATION: &str = "servicecatalog:DescribeProvisioningArtifact";
        let request = self
            .client
            .describe_provisioning_artifact()
            .product_id(product.as_str())
            .provisioning_artifact_id(artifact.as_str())
            .include_provisioning_artifact_parameters(true)
            .verbose(true);
        let answer = call(OPERATION, request.send()).await?;
        let mut info = answer.info.unwrap_or_default();
        let parameters = answer.provisioning_artifact_parameters.unwrap_or_default();
        Ok(ArtifactTemplate {
            body: info.remove("CloudFormationTemplate"),
            url: info.remove("TemplateUrl"),
            parameters: parameters.into_iter().map(|p| parameter(OPERATION, p)).collect::<Result<_>>()?,
        })
    }

    /// The constraints of a portfolio, or of one product in it.
    pub async fn list_constraints(
        &self,
        portfolio: &PortfolioId,
        product: Option<&ProductId>,
    ) -> Result<Vec<ConstraintRef>> {
        const OPERATION: &str = "servicecatalog:ListConstraintsForPortfolio";
        let request = self
            .client
            .list_constraints_for_portfolio()
            .portfolio_id(portfolio.as_str())
            .set_product_id(product.map(|id| id.as_str().to_owned()));
        let stream = request.into_paginator().page_size(PAGE).send();
        collect(
            OPERATION,
            stream,
            |page| page.constraint_details,
            |detail| {
                Ok(ConstraintRef {
                    id: required(OPERATION, "ConstraintId", detail.constraint_id)?,
                    product: id(OPERATION, "ProductId", detail.product_id)?,
                    kind: required(OPERATION, "Type", detail.r#type)?,
                })
            },
        )
        .await
    }

    /// One constraint with its parameters read.
    pub async fn describe_constraint(&self, constraint: &str) -> Result<Constraint> {
        const OPERATION: &str = "servicecatalog:DescribeConstraint";
        let answer = call(OPERATION, self.client.describe_constraint().id(constraint).send()).await?;
        let detail = required(OPERATION, "ConstraintDetail", answer.constraint_detail)?;
        let kind = required(OPERATION, "Type", detail.r#type)?;
        let parameters = required(OPERATION, "ConstraintParameters", answer.constraint_parameters)?;
        let rule = constraint_rule(&kind, parameters)
            .ok_or_else(|| Error::incomplete(OPERATION, &format!("ConstraintParameters of the {kind} constraint")))?;
        let portfolio = detail.portfolio_id.and_then(|id| id.parse().ok());
        Ok(Constraint { id: constraint.to_owned(), portfolio, description: text(detail.description), rule })
    }

    /// All TagOptions of this account and region, inactive ones too.
    pub async fn list_tag_options(&self) -> Result<Vec<TagOptionEntry>> {
        const OPERATION: &str = "servicecatalog:ListTagOptions";
        let stream = self.client.list_tag_options().into_paginator().page_size(PAGE).send();
        collect(
            OPERATION,
            stream,
            |page| page.tag_option_details,
            |option| {
                Ok(TagOptionEntry {
                    id: required(OPERATION, "Id", option.id)?,
                    option: tag_option(OPERATION, option.key, option.value, option.active)?,
                })
            },
        )
        .await
    }

    /// The portfolios and products that a TagOption is associated with.
    pub async fn list_resources_for_tag_option(&self, tag_option: &str) -> Result<Vec<TaggedResource>> {
        const OPERATION: &str = "servicecatalog:ListResourcesForTagOption";
        let request = self.client.list_resources_for_tag_option().tag_option_id(tag_option);
        let stream = request.into_paginator().page_size(PAGE).send();
        collect(
            OPERATION,
            stream,
            |page| page.resource_details,
            |resource| {
                Ok(TaggedResource {
                    id: required(OPERATION, "Id", resource.id)?,
                    arn: text(resource.arn),
                    name: text(resource.name),
                })
            },
        )
        .await
    }

    /// The accounts that a portfolio is shared with one by one.
    pub async fn list_portfolio_access(&self, portfolio: &PortfolioId) -> Result<Vec<AccountId>> {
        const OPERATION: &str = "servicecatalog:ListPortfolioAccess";
        let request = self.client.list_portfolio_access().portfolio_id(portfolio.as_str());
        let stream = request.into_paginator().page_size(LONG_PAGE).send();
        collect(OPERATION, stream, |page| page.account_ids, |account| id(OPERATION, "AccountId", Some(account))).await
    }

    pub(super) fn portfolio(&self, operation: &'static str, detail: PortfolioDetail) -> Result<Portfolio> {
        Ok(Portfolio {
            id: id(operation, "Id", detail.id)?,
            region: self.region.clone(),
            name: text(detail.display_name),
            description: text(detail.description),
            provider: text(detail.provider_name),
            tags: BTreeMap::new(),
            principals: Vec::new(),
            shares: Vec::new(),
        })
    }
}

fn product(operation: &'static str, detail: Option<ProductViewDetail>) -> Result<ProductSummary> {
    let view = required(operation, "ProductViewSummary", detail.and_then(|detail| detail.product_view_summary))?;
    let support = [view.support_email, view.support_url, view.support_description];
    Ok(ProductSummary {
        id: id(operation, "ProductId", view.product_id)?,
        name: text(view.name),
        description: text(view.short_description),
        owner: text(view.owner),
        support: support.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "),
    })
}

fn artifact(operation: &'static str, detail: ProvisioningArtifactDetail) -> Result<ProvisioningArtifact> {
    Ok(ProvisioningArtifact {
        as_launched: false,
        id: id(operation, "ProvisioningArtifactId", detail.id)?,
        name: text(detail.name),
        description: text(detail.description),
        created_at: time(operation, "CreatedTime", detail.created_time)?,
        active: detail.active.unwrap_or(true),
        deprecated: detail.guidance == Some(ProvisioningArtifactGuidance::Deprecated),
        default: detail.guidance == Some(ProvisioningArtifactGuidance::Default),
        parameters: Vec::new(),
        resources: BTreeMap::new(),
        usage_instructions: Vec::new(),
    })
}

fn tag_option(
    operation: &'static str,
    key: Option<String>,
    value: Option<String>,
    active: Option<bool>,
) -> Result<TagOption> {
    Ok(TagOption {
        key: required(operation, "Key", key)?,
        value: required(operation, "Value", value)?,
        active: active.unwrap_or(true),
    })
}

/// `None` when the JSON is not what AWS documents for the type.
pub(super) fn constraint_rule(kind: &str, parameters: String) -> Option<ConstraintRule> {
    let json: serde_json::Value = serde_json::from_str(&parameters).ok()?;
    Some(match kind {
        "LAUNCH" => ConstraintRule::Launch {
            role: json.get("RoleArn").or_else(|| json.get("LocalRoleName"))?.as_str()?.to_owned(),
        },
        "TEMPLATE" => ConstraintRule::Template { rules: parameters },
        "RESOURCE_UPDATE" => ConstraintRule::TagUpdate {
            allowed: json.pointer("/Properties/TagUpdateOnProvisionedProduct")?.as_str()? == "ALLOWED",
        },
        "NOTIFICATION" => ConstraintRule::Notification {
            topics: json
                .get("NotificationArns")?
                .as_array()?
                .iter()
                .filter_map(|t| t.as_str().map(str::to_owned))
                .collect(),
        },
        "STACKSET" => ConstraintRule::StackSet { parameters },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_five_kinds_of_constraint() {
        let read = |kind: &str, text: &str| constraint_rule(kind, text.to_owned());
        assert_eq!(
            read("LAUNCH", r#"{"LocalRoleName":"StudiogateLaunchRole"}"#),
            Some(ConstraintRule::Launch { role: "StudiogateLaunchRole".into() })
        );
        assert_eq!(
            read("LAUNCH", r#"{"RoleArn":"arn:aws:iam::222222222222:role/L"}"#),
            Some(ConstraintRule::Launch { role: "arn:aws:iam::222222222222:role/L".into() })
        );
        let rules = r#"{"Rules":{"R":{"Assertions":[]}}}"#;
        assert_eq!(read("TEMPLATE", rules), Some(ConstraintRule::Template { rules: rules.into() }));
        assert_eq!(
            read("RESOURCE_UPDATE", r#"{"Version":"2.0","Properties":{"TagUpdateOnProvisionedProduct":"ALLOWED"}}"#),
            Some(ConstraintRule::TagUpdate { allowed: true })
        );
        assert_eq!(
            read("NOTIFICATION", r#"{"NotificationArns":["arn:aws:sns:eu-west-1:222222222222:t"]}"#),
            Some(ConstraintRule::Notification { topics: vec!["arn:aws:sns:eu-west-1:222222222222:t".into()] })
        );
        assert!(matches!(read("STACKSET", "{}"), Some(ConstraintRule::StackSet { .. })));
    }

    #[test]
    fn refuses_what_it_cannot_read() {
        for (kind, text) in [("LAUNCH", "{}"), ("LAUNCH", "role"), ("RESOURCE_UPDATE", "{}"), ("OTHER", "{}")] {
            assert_eq!(constraint_rule(kind, text.to_owned()), None, "{kind} {text}");
        }
    }
}
