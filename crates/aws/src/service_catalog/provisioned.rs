//! Provisioned products: looked up by id or name, searched, and their outputs.

use std::collections::BTreeMap;

use aws_sdk_servicecatalog::types::{
    AccessLevelFilter, AccessLevelFilterKey, ProvisionedProductAttribute, ProvisionedProductStatus as SdkStatus,
    ProvisionedProductViewFilterBy,
};
use chrono::{DateTime, Utc};
use domain::environment::Output;
use domain::id::{ProductId, ProvisionedProductId, ProvisioningArtifactId, RecordId};

use super::{LONG_PAGE, PAGE, ServiceCatalog};
use crate::answer::{id, optional_id, optional_time, required, text};
use crate::call::{call, collect};
use crate::{Error, Result};

/// `ProvisionedProductStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProvisionedProductStatus {
    Available,
    UnderChange,
    /// The last change failed and was rolled back; the stack runs in its previous form.
    Tainted,
    /// Exists in Service Catalog without a running stack.
    Error,
    PlanInProgress,
}

impl ProvisionedProductStatus {
    /// Whether it will change without anybody acting.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::UnderChange | Self::PlanInProgress)
    }

    fn read(operation: &'static str, status: Option<SdkStatus>) -> Result<Self> {
        Ok(match required(operation, "Status", status)?.as_str() {
            "AVAILABLE" => Self::Available,
            "UNDER_CHANGE" => Self::UnderChange,
            "TAINTED" => Self::Tainted,
            "ERROR" => Self::Error,
            "PLAN_IN_PROGRESS" => Self::PlanInProgress,
            _ => return Err(Error::incomplete(operation, "Status that is documented")),
        })
    }
}

/// A provisioned product as AWS has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvisionedProduct {
    pub id: ProvisionedProductId,
    pub name: String,
    pub arn: String,
    pub status: ProvisionedProductStatus,
    /// Why it is tainted or in error, in AWS's words.
    pub status_message: String,
    pub product: Option<ProductId>,
    pub artifact: Option<ProvisioningArtifactId>,
    pub last_record: Option<RecordId>,
    /// The record of the last provisioning or update.
    pub last_provisioning_record: Option<RecordId>,
    /// The token it was provisioned with.
    pub token: Option<String>,
    pub created_at: Option<DateTime<Utc>>,
    /// The stack's ARN. Only a search tells it.
    pub physical_id: Option<String>,
    /// Only a search tells them.
    pub tags: BTreeMap<String, String>,
    /// The ARN of who made it (`UserArn`). Only a search tells it.
    pub made_by: Option<String>,
}

/// How a provisioned product is named.
#[derive(Clone, Copy, Debug)]
pub enum ProvisionedProductRef<'a> {
    Id(&'a ProvisionedProductId),
    Name(&'a str),
}

/// Whose provisioned products a search covers. Always sent: AWS's default has changed from one model to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessLevel {
    /// The account's.
    Account,
    /// The session's role's.
    Role,
    /// The session's own.
    User,
}

impl ServiceCatalog {
    pub async fn describe_provisioned_product(&self, wanted: ProvisionedProductRef<'_>) -> Result<ProvisionedProduct> {
        const OPERATION: &str = "servicecatalog:DescribeProvisionedProduct";
        let request = match wanted {
            ProvisionedProductRef::Id(id) => self.client.describe_provisioned_product().id(id.as_str()),
            ProvisionedProductRef::Name(name) => self.client.describe_provisioned_product().name(name),
        };
        let answer = call(OPERATION, request.send()).await?;
        let detail = required(OPERATION, "ProvisionedProductDetail", answer.provisioned_product_detail)?;
        Ok(ProvisionedProduct {
            id: id(OPERATION, "Id", detail.id)?,
            name: required(OPERATION, "Name", detail.name)?,
            arn: text(detail.arn),
            status: ProvisionedProductStatus::read(OPERATION, detail.status)?,
            status_message: text(detail.status_message),
            product: optional_id(detail.product_id),
            artifact: optional_id(detail.provisioning_artifact_id),
            last_record: optional_id(detail.last_record_id),
            last_provisioning_record: optional_id(detail.last_provisioning_record_id),
            token: detail.idempotency_token,
            created_at: detail.created_time.and_then(optional_time),
            physical_id: None,
            tags: BTreeMap::new(),
            made_by: None,
        })
    }

    /// Searches by `SearchQuery` terms such as `idempotencyToken:...`; with none, all. The index behind it lags: what is
    /// absent may exist all the same.
    pub async fn search_provisioned_products(
        &self,
        level: AccessLevel,
        query: Option<&str>,
    ) -> Result<Vec<ProvisionedProduct>> {
        const OPERATION: &str = "servicecatalog:SearchProvisionedProducts";
        let key = match level {
            AccessLevel::Account => AccessLevelFilterKey::Account,
            AccessLevel::Role => AccessLevelFilterKey::Role,
            AccessLevel::User => AccessLevelFilterKey::User,
        };
        let filter = AccessLevelFilter::builder().key(key).value("self").build();
        let mut request = self.client.search_provisioned_products().access_level_filter(filter);
        if let Some(query) = query {
            request = request.filters(ProvisionedProductViewFilterBy::SearchQuery, vec![query.to_owned()]);
        }
        let stream = request.into_paginator().page_size(LONG_PAGE).send();
        collect(OPERATION, stream, |page| page.provisioned_products, |found| searched(OPERATION, found)).await
    }

    /// The outputs of the last successful provisioning or update.
    pub async fn provisioned_product_outputs(&self, product: &ProvisionedProductId) -> Result<Vec<Output>> {
        const OPERATION: &str = "servicecatalog:GetProvisionedProductOutputs";
        let request = self.client.get_provisioned_product_outputs().provisioned_product_id(product.as_str());
        let stream = request.into_paginator().page_size(PAGE).send();
        collect(
            OPERATION,
            stream,
            |page| page.outputs,
            |output| {
                Ok(Output {
                    key: required(OPERATION, "OutputKey", output.output_key)?,
                    value: text(output.output_value),
                    description: text(output.description),
                })
            },
        )
        .await
    }
}

fn searched(operation: &'static str, found: ProvisionedProductAttribute) -> Result<ProvisionedProduct> {
    Ok(ProvisionedProduct {
        id: id(operation, "Id", found.id)?,
        name: required(operation, "Name", found.name)?,
        arn: text(found.arn),
        status: ProvisionedProductStatus::read(operation, found.status)?,
        status_message: text(found.status_message),
        product: optional_id(found.product_id),
        artifact: optional_id(found.provisioning_artifact_id),
        last_record: optional_id(found.last_record_id),
        last_provisioning_record: optional_id(found.last_provisioning_record_id),
        token: found.idempotency_token,
        created_at: found.created_time.and_then(optional_time),
        physical_id: found.physical_id.filter(|id| !id.is_empty()),
        made_by: found.user_arn.filter(|arn| !arn.is_empty()),
        tags: found.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect(),
    })
}
