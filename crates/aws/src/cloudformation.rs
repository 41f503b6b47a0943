//! CloudFormation: the reasons behind a record of Service Catalog.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{StackEvent as SdkEvent, StackResourceSummary as SdkResource};
use aws_types::SdkConfig;
use domain::environment::StackEvent;

use crate::Result;
use crate::answer::{required, text, time};
use crate::call::{call, pages};

/// What stands for the value of a `NoEcho` parameter.
const MASK: &str = "****";

/// Reads stacks; see the module.
#[derive(Clone, Debug)]
pub struct CloudFormation(Client);

/// One resource of a stack, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackResource {
    pub logical_id: String,
    /// Absent until the resource is being created.
    pub physical_id: Option<String>,
    /// `AWS::SageMaker::UserProfile`, ...
    pub resource_type: String,
    /// `CREATE_COMPLETE`, ...
    pub status: String,
}

impl CloudFormation {
    pub(crate) fn new(sdk: &SdkConfig) -> Self {
        Self(Client::new(sdk))
    }

    /// The events of a stack after the one whose id is `after` (all without it), oldest first.
    pub async fn stack_events_after(&self, stack: &str, after: Option<&str>) -> Result<Vec<StackEvent>> {
        const OPERATION: &str = "cloudformation:DescribeStackEvents";
        let stream = self.0.describe_stack_events().stack_name(stack).into_paginator().send();
        let mut found: Vec<SdkEvent> = Vec::new();
        // AWS sends the newest first, so reading ends at the first event that is known.
        pages(OPERATION, stream, |page| {
            for event in page.stack_events.unwrap_or_default() {
                if after.is_some() && event.event_id.as_deref() == after {
                    return ControlFlow::Break(());
                }
                found.push(event);
            }
            ControlFlow::Continue(())
        })
        .await?;
        found
            .into_iter()
            .rev()
            .map(|event| {
                Ok(StackEvent {
                    event_id: required(OPERATION, "EventId", event.event_id)?,
                    at: time(OPERATION, "Timestamp", event.timestamp)?,
                    logical_id: text(event.logical_resource_id),
                    resource_type: text(event.resource_type),
                    status: event.resource_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
                    reason: event.resource_status_reason.filter(|reason| !reason.is_empty()),
                })
            })
            .collect()
    }

    /// The resources of a stack, also of one that was deleted when `stack` is its ARN.
    pub async fn stack_resources(&self, stack: &str) -> Result<Vec<StackResource>> {
        const OPERATION: &str = "cloudformation:ListStackResources";
        // DescribeStackResources has no pages and stops at 100.
        let stream = self.0.list_stack_resources().stack_name(stack).into_paginator().send();
        let mut found = Vec::new();
        pages(OPERATION, stream, |page| {
            found.extend(page.stack_resource_summaries.unwrap_or_default());
            ControlFlow::Continue(())
        })
        .await?;
        found.into_iter().map(|resource| stack_resource(OPERATION, resource)).collect()
    }

    /// The parameters of a stack and their values; those of secrets (`NoEcho`) are left out, for AWS masks them.
    pub async fn stack_parameters(&self, stack: &str) -> Result<BTreeMap<String, String>> {
        const OPERATION: &str = "cloudformation:DescribeStacks";
        let answer = call(OPERATION, self.0.describe_stacks().stack_name(stack).send()).await?;
        let found = answer.stacks.and_then(|stacks| stacks.into_iter().next());
        let parameters = required(OPERATION, "Stack", found)?.parameters.unwrap_or_default();
        let pairs = parameters.into_iter().filter_map(|it| Some((it.parameter_key?, it.parameter_value?)));
        Ok(pairs.filter(|(_, value)| value != MASK).collect())
    }

    /// The template as it was submitted.
    pub async fn template(&self, stack: &str) -> Result<String> {
        const OPERATION: &str = "cloudformation:GetTemplate";
        let answer = call(OPERATION, self.0.get_template().stack_name(stack).send()).await?;
        required(OPERATION, "TemplateBody", answer.template_body)
    }
}

fn stack_resource(operation: &'static str, resource: SdkResource) -> Result<StackResource> {
    Ok(StackResource {
        logical_id: required(operation, "LogicalResourceId", resource.logical_resource_id)?,
        physical_id: resource.physical_resource_id.filter(|id| !id.is_empty()),
        resource_type: required(operation, "ResourceType", resource.resource_type)?,
        status: required(operation, "ResourceStatus", resource.resource_status)?.as_str().to_owned(),
    })
}
