//! Records: how an act that AWS accepted goes on.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::environment::Output;
use domain::id::{ProductId, ProvisionedProductId, ProvisioningArtifactId, RecordId};

use super::{PAGE, ServiceCatalog};
use crate::answer::{id, optional_id, optional_time, required, text};
use crate::call::{MAX_PAGES, call, endless};
use crate::{Error, Result};

/// `RecordStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordStatus {
    Created,
    InProgress,
    /// Failed, and rolling back.
    InProgressInError,
    Succeeded,
    Failed,
}

impl RecordStatus {
    /// Whether it will not change again.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }

    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "CREATED" => Self::Created,
            "IN_PROGRESS" => Self::InProgress,
            "IN_PROGRESS_IN_ERROR" => Self::InProgressInError,
            "SUCCEEDED" => Self::Succeeded,
            "FAILED" => Self::Failed,
            _ => return None,
        })
    }
}

/// Why a record failed, in AWS's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordError {
    pub code: String,
    pub description: String,
}

/// A record with all its outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordView {
    pub id: RecordId,
    pub status: RecordStatus,
    /// `PROVISION_PRODUCT`, `UPDATE_PROVISIONED_PRODUCT`, `TERMINATE_PROVISIONED_PRODUCT`.
    pub kind: String,
    pub errors: Vec<RecordError>,
    pub outputs: Vec<Output>,
    pub provisioned_product: Option<ProvisionedProductId>,
    pub provisioned_product_name: String,
    pub product: Option<ProductId>,
    pub artifact: Option<ProvisioningArtifactId>,
    pub path: Option<String>,
    pub launch_role_arn: Option<String>,
    pub tags: BTreeMap<String, String>,
    pub created_at: Option<DateTime<Utc>>,
    pub updated_at: Option<DateTime<Utc>>,
}

impl RecordView {
    /// The stack behind the provisioned product, from the output that Service Catalog adds.
    pub fn stack_arn(&self) -> Option<&str> {
        self.outputs.iter().find(|output| output.key == "CloudformationStackARN").map(|output| output.value.as_str())
    }
}

impl ServiceCatalog {
    /// How an act stands.
    pub async fn describe_record(&self, record: &RecordId) -> Result<RecordView> {
        const OPERATION: &str = "servicecatalog:DescribeRecord";
        let mut outputs = Vec::new();
        let mut page_token = None;
        for _ in 0..MAX_PAGES {
            let request =
                self.client.describe_record().id(record.as_str()).page_size(PAGE).set_page_token(page_token.take());
            let answer = call(OPERATION, request.send()).await?;
            for output in answer.record_outputs.unwrap_or_default() {
                outputs.push(Output {
                    key: required(OPERATION, "OutputKey", output.output_key)?,
                    value: text(output.output_value),
                    description: text(output.description),
                });
            }
            page_token = answer.next_page_token.filter(|token| !token.is_empty());
            if page_token.is_some() {
                continue;
            }
            let detail = required(OPERATION, "RecordDetail", answer.record_detail)?;
            let status = required(OPERATION, "Status", detail.status)?;
            return Ok(RecordView {
                id: id(OPERATION, "RecordId", detail.record_id)?,
                status: RecordStatus::read(status.as_str())
                    .ok_or_else(|| Error::incomplete(OPERATION, "Status that is documented"))?,
                kind: text(detail.record_type),
                errors: detail
                    .record_errors
                    .unwrap_or_default()
                    .into_iter()
                    .map(|error| RecordError { code: text(error.code), description: text(error.description) })
                    .collect(),
                outputs,
                provisioned_product: optional_id(detail.provisioned_product_id),
                provisioned_product_name: text(detail.provisioned_product_name),
                product: optional_id(detail.product_id),
                artifact: optional_id(detail.provisioning_artifact_id),
                path: detail.path_id.filter(|path| !path.is_empty()),
                launch_role_arn: detail.launch_role_arn.filter(|arn| !arn.is_empty()),
                tags: detail
                    .record_tags
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|tag| Some((tag.key?, text(tag.value))))
                    .collect(),
                created_at: detail.created_time.and_then(optional_time),
                updated_at: detail.updated_time.and_then(optional_time),
            });
        }
        Err(endless(OPERATION))
    }
}
