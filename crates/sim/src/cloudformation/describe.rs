//! The operations, in XML.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat, Utc};
use domain::guardrail::Context;

use super::stack::{Phase, Stack, StackResource};
use crate::authorize::{authorize, resource_tags};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::xml;
use crate::world::World;

/// Rows of one page, as at AWS.
const PAGE: usize = 100;

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn element(out: &mut String, name: &str, text: &str) {
    // Writing to a String cannot fail.
    let _ = write!(out, "<{name}>{}</{name}>", xml(text));
}

fn optional(out: &mut String, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        element(out, name, text);
    }
}

/// The stack that `StackName` names: by ARN, or by name among those that are not deleted.
fn find<'a>(
    world: &'a World,
    ctx: &Ctx,
    action: &str,
    fields: &BTreeMap<String, String>,
) -> Result<&'a Stack, AwsError> {
    let given = fields.get("StackName").map(String::as_str).filter(|name| !name.is_empty()).ok_or_else(|| {
        AwsError::validation(
            "1 validation error detected: Value null at 'stackName' failed to satisfy constraint: Member must not be null",
        )
    })?;
    let found = world.cloudformation.stacks.values().find(|stack| {
        stack.account == *ctx.account()
            && stack.region == ctx.region
            && (stack.arn == given || (stack.name == given && stack.deleted.is_none()))
    });
    let resource = found.map_or_else(
        || {
            if given.starts_with("arn:") {
                given.to_owned()
            } else {
                format!("arn:aws:cloudformation:{}:{}:stack/{given}/*", ctx.region, ctx.account())
            }
        },
        |stack| stack.arn.clone(),
    );
    let mut context = Context::new();
    if let Some(stack) = found {
        resource_tags(&mut context, None, &stack.tags);
    }
    authorize(world, ctx, &format!("cloudformation:{action}"), &resource, context)?;
    found.ok_or_else(|| {
        AwsError::validation(match action {
            "DescribeStackEvents" => format!("Stack [{given}] does not exist"),
            _ => format!("Stack with id {given} does not exist"),
        })
    })
}

/// Where a page starts, from its token.
fn start(fields: &BTreeMap<String, String>) -> Result<usize, AwsError> {
    let Some(token) = fields.get("NextToken").filter(|token| !token.is_empty()) else { return Ok(0) };
    URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.strip_prefix("from:").and_then(|n| n.parse().ok()))
        .ok_or_else(|| AwsError::validation("Invalid NextToken"))
}

fn next(out: &mut String, start: usize, total: usize) {
    if start.saturating_add(PAGE) < total {
        element(out, "NextToken", &URL_SAFE_NO_PAD.encode(format!("from:{}", start + PAGE)));
    }
}

pub(super) fn events(world: &World, ctx: &Ctx, fields: &BTreeMap<String, String>) -> Result<String, AwsError> {
    let stack = find(world, ctx, "DescribeStackEvents", fields)?;
    let from = start(fields)?;
    let mut out = String::from("<StackEvents>");
    for event in stack.events.iter().rev().skip(from).take(PAGE) {
        out.push_str("<member>");
        element(&mut out, "StackId", &stack.arn);
        element(&mut out, "EventId", &event.id);
        element(&mut out, "StackName", &stack.name);
        element(&mut out, "LogicalResourceId", &event.logical_id);
        element(&mut out, "PhysicalResourceId", &event.physical_id);
        element(&mut out, "ResourceType", &event.kind);
        element(&mut out, "Timestamp", &time(event.at));
        element(&mut out, "ResourceStatus", &event.status);
        optional(&mut out, "ResourceStatusReason", event.reason.as_deref());
        out.push_str("</member>");
    }
    out.push_str("</StackEvents>");
    next(&mut out, from, stack.events.len());
    Ok(out)
}

/// How many resources `DescribeStackResources` shows.
const MOST_RESOURCES: usize = 100;

pub(super) fn resources(world: &World, ctx: &Ctx, fields: &BTreeMap<String, String>) -> Result<String, AwsError> {
    let stack = find(world, ctx, "DescribeStackResources", fields)?;
    let wanted = fields.get("LogicalResourceId");
    let mut out = String::from("<StackResources>");
    let shown = |r: &&StackResource| r.phase != Phase::Waiting && wanted.is_none_or(|id| *id == r.logical_id);
    for resource in stack.resources.iter().filter(shown).take(MOST_RESOURCES) {
        out.push_str("<member>");
        element(&mut out, "StackName", &stack.name);
        element(&mut out, "StackId", &stack.arn);
        about(&mut out, "Timestamp", resource);
        out.push_str("</member>");
    }
    out.push_str("</StackResources>");
    Ok(out)
}

/// What both operations tell of a resource; they name its time differently.
fn about(out: &mut String, time_is: &str, resource: &StackResource) {
    element(out, "LogicalResourceId", &resource.logical_id);
    if !resource.physical_id.is_empty() {
        element(out, "PhysicalResourceId", &resource.physical_id);
    }
    element(out, "ResourceType", &resource.kind);
    element(out, time_is, &time(resource.at));
    element(out, "ResourceStatus", &resource.status);
    optional(out, "ResourceStatusReason", resource.reason.as_deref());
    out.push_str(
        "<DriftInformation><StackResourceDriftStatus>NOT_CHECKED</StackResourceDriftStatus></DriftInformation>",
    );
}

pub(super) fn resource_summaries(
    world: &World,
    ctx: &Ctx,
    fields: &BTreeMap<String, String>,
) -> Result<String, AwsError> {
    let stack = find(world, ctx, "ListStackResources", fields)?;
    let from = start(fields)?;
    let shown: Vec<&StackResource> = stack.resources.iter().filter(|r| r.phase != Phase::Waiting).collect();
    let mut out = String::from("<StackResourceSummaries>");
    for resource in shown.iter().skip(from).take(PAGE) {
        out.push_str("<member>");
        about(&mut out, "LastUpdatedTimestamp", resource);
        out.push_str("</member>");
    }
    out.push_str("</StackResourceSummaries>");
    next(&mut out, from, shown.len());
    Ok(out)
}

pub(super) fn stacks(world: &World, ctx: &Ctx, fields: &BTreeMap<String, String>) -> Result<String, AwsError> {
    if fields.contains_key("StackName") {
        let stack = find(world, ctx, "DescribeStacks", fields)?;
        return Ok(format!("<Stacks>{}</Stacks>", one(stack)));
    }
    let all = format!("arn:aws:cloudformation:{}:{}:stack/*/*", ctx.region, ctx.account());
    authorize(world, ctx, "cloudformation:DescribeStacks", &all, Context::new())?;
    let from = start(fields)?;
    let mut rows: Vec<&Stack> = world
        .cloudformation
        .stacks
        .values()
        .filter(|s| s.account == *ctx.account() && s.region == ctx.region && s.deleted.is_none())
        .collect();
    rows.sort_by_key(|stack| std::cmp::Reverse(stack.created));
    let mut out = String::from("<Stacks>");
    rows.iter().skip(from).take(PAGE).for_each(|stack| out.push_str(&one(stack)));
    out.push_str("</Stacks>");
    next(&mut out, from, rows.len());
    Ok(out)
}

fn one(stack: &Stack) -> String {
    let mut out = String::from("<member>");
    element(&mut out, "StackId", &stack.arn);
    element(&mut out, "StackName", &stack.name);
    out.push_str("<Parameters>");
    for (key, value) in &stack.parameters {
        out.push_str("<member>");
        element(&mut out, "ParameterKey", key);
        element(&mut out, "ParameterValue", if stack.no_echo.contains(key) { "****" } else { value });
        out.push_str("</member>");
    }
    out.push_str("</Parameters>");
    element(&mut out, "CreationTime", &time(stack.created));
    if let Some(at) = stack.deleted {
        element(&mut out, "DeletionTime", &time(at));
    }
    if let Some(at) = stack.updated {
        element(&mut out, "LastUpdatedTime", &time(at));
    }
    element(&mut out, "StackStatus", &stack.status);
    optional(&mut out, "StackStatusReason", stack.reason.as_deref());
    out.push_str("<DisableRollback>false</DisableRollback><NotificationARNs>");
    stack.notification_arns.iter().for_each(|arn| element(&mut out, "member", arn));
    out.push_str("</NotificationARNs><Capabilities><member>CAPABILITY_IAM</member><member>CAPABILITY_NAMED_IAM</member><member>CAPABILITY_AUTO_EXPAND</member></Capabilities><Outputs>");
    for output in &stack.outputs {
        out.push_str("<member>");
        element(&mut out, "OutputKey", &output.key);
        element(&mut out, "OutputValue", &output.value);
        if !output.description.is_empty() {
            element(&mut out, "Description", &output.description);
        }
        optional(&mut out, "ExportName", output.export.as_deref());
        out.push_str("</member>");
    }
    out.push_str("</Outputs>");
    optional(&mut out, "RoleARN", stack.role_arn.as_deref());
    out.push_str("<Tags>");
    for (key, value) in &stack.tags {
        out.push_str("<member>");
        element(&mut out, "Key", key);
        element(&mut out, "Value", value);
        out.push_str("</member>");
    }
    out.push_str("</Tags><EnableTerminationProtection>false</EnableTerminationProtection><DriftInformation><StackDriftStatus>NOT_CHECKED</StackDriftStatus></DriftInformation></member>");
    out
}

pub(super) fn template(world: &World, ctx: &Ctx, fields: &BTreeMap<String, String>) -> Result<String, AwsError> {
    let stack = find(world, ctx, "GetTemplate", fields)?;
    let mut out = String::new();
    element(&mut out, "TemplateBody", &stack.template);
    out.push_str("<StagesAvailable><member>Original</member><member>Processed</member></StagesAvailable>");
    Ok(out)
}

pub(super) fn exports(world: &World, ctx: &Ctx, fields: &BTreeMap<String, String>) -> Result<String, AwsError> {
    authorize(world, ctx, "cloudformation:ListExports", "*", Context::new())?;
    let from = start(fields)?;
    let place = format!("{}/{}", ctx.account(), ctx.region);
    let rows: Vec<_> = world.cloudformation.exports.get(&place).into_iter().flatten().collect();
    let mut out = String::from("<Exports>");
    for (name, export) in rows.iter().skip(from).take(PAGE) {
        out.push_str("<member>");
        optional(&mut out, "ExportingStackId", export.stack.as_deref());
        element(&mut out, "Name", name);
        element(&mut out, "Value", &export.value);
        out.push_str("</member>");
    }
    out.push_str("</Exports>");
    next(&mut out, from, rows.len());
    Ok(out)
}
