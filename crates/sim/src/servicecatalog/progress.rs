//! What happens after a request was accepted: the stack is started, and its end becomes the record's.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::state::{ProvisionedProduct, Record, RecordError, RecordOutput, Task};
use crate::provisioning::{self, StackRequest, StackUpdate};
use crate::world::World;

/// When the next request begins.
pub(crate) fn next_due(world: &World) -> Option<DateTime<Utc>> {
    world.service_catalog.tasks.iter().map(|task| task.at).min()
}

/// Begins what is due at `now`.
pub(crate) fn step(world: &mut World, now: DateTime<Utc>) {
    let tasks = &mut world.service_catalog.tasks;
    let Some(index) = tasks.iter().position(|task| task.at <= now) else { return };
    let task = tasks.remove(index);
    let Some(mut record) = world.service_catalog.records.get(&task.record).cloned() else { return };
    let Some(provisioned) = world.service_catalog.provisioned.get(&record.provisioned).cloned() else { return };
    "IN_PROGRESS".clone_into(&mut record.status);
    record.updated = now;
    world.service_catalog.records.insert(record.id.clone(), record.clone());
    let begun = match record.kind.as_str() {
        "PROVISION_PRODUCT" => provision(world, &task, &provisioned, now),
        "UPDATE_PROVISIONED_PRODUCT" => update(world, &task, &provisioned, now),
        _ => return terminate(world, &task, &record, &provisioned, now),
    };
    match begun {
        Ok(stack) => {
            let shown = RecordOutput {
                key: "CloudformationStackARN".into(),
                value: stack.clone(),
                description: "The ARN of the launched Cloudformation Stack".into(),
            };
            if let Some(record) = world.service_catalog.records.get_mut(&record.id) {
                record.stack = Some(stack.clone());
                record.outputs = vec![shown];
            }
            if let Some(provisioned) = world.service_catalog.provisioned.get_mut(&provisioned.id) {
                provisioned.stack = Some(stack);
            }
        }
        Err(reason) => {
            let status = if provisioned.stack.is_some() { "TAINTED" } else { "ERROR" };
            fail(world, &record.id, now, reason, status);
        }
    }
}

fn template(world: &World, provisioned: &ProvisionedProduct) -> Result<String, String> {
    let product = world.service_catalog.products.get(&provisioned.product);
    let artifact = product.and_then(|p| p.artifacts.iter().find(|a| a.id == provisioned.artifact));
    artifact.map(|a| a.template.clone()).ok_or_else(|| "The provisioning artifact does not exist any more.".to_owned())
}

/// The tags of the stack: those of the provisioned product, and Service Catalog's own.
fn stack_tags(world: &World, provisioned: &ProvisionedProduct) -> BTreeMap<String, String> {
    let mut tags = provisioned.tags.clone();
    let product = world.service_catalog.products.get(&provisioned.product);
    for (key, value) in [
        ("productArn", product.map(super::Product::arn).unwrap_or_default()),
        ("provisioningArtifactIdentifier", provisioned.artifact.clone()),
        ("provisionedProductArn", provisioned.arn.clone()),
        ("provisioningPrincipalArn", provisioned.user_session.clone()),
    ] {
        tags.insert(format!("aws:servicecatalog:{key}"), value);
    }
    tags
}

fn provision(
    world: &mut World,
    task: &Task,
    provisioned: &ProvisionedProduct,
    now: DateTime<Utc>,
) -> Result<String, String> {
    let request = StackRequest {
        account: provisioned.account.clone(),
        region: provisioned.region.clone(),
        name: format!("SC-{}-{}", provisioned.account, provisioned.id),
        caller: task.caller.clone(),
        role_arn: provisioned.launch_role.clone(),
        template: template(world, provisioned)?,
        parameters: provisioned.parameters.clone(),
        tags: stack_tags(world, provisioned),
        notification_arns: provisioned.notification_arns.clone(),
    };
    provisioning::create(world, request, now)
}

fn update(
    world: &mut World,
    task: &Task,
    provisioned: &ProvisionedProduct,
    now: DateTime<Utc>,
) -> Result<String, String> {
    let stack = provisioned.stack.clone().ok_or("The provisioned product has no stack to update.")?;
    let change = StackUpdate {
        caller: task.caller.clone(),
        template: template(world, provisioned)?,
        parameters: provisioned.parameters.clone(),
        tags: Some(stack_tags(world, provisioned)),
    };
    provisioning::update(world, &stack, change, now)?;
    Ok(stack)
}

fn terminate(world: &mut World, task: &Task, record: &Record, provisioned: &ProvisionedProduct, now: DateTime<Utc>) {
    let stack = provisioned.stack.clone().filter(|_| !task.retain);
    let rests =
        |world: &World, arn: &str| world.cloudformation.stacks.get(arn).is_none_or(|stack| stack.deleted.is_some());
    match stack {
        Some(arn) if !rests(world, &arn) => {
            if let Err(reason) = provisioning::delete(world, &arn, &task.caller, now) {
                if record.ignore_errors {
                    finish_termination(world, &record.id, now);
                } else {
                    fail(world, &record.id, now, reason, "TAINTED");
                }
            }
        }
        _ => finish_termination(world, &record.id, now),
    }
}

/// The stack has come to rest: so does the record that waited for it.
pub(crate) fn stack_rests(world: &mut World, arn: &str, now: DateTime<Utc>) {
    let Some(stack) = world.cloudformation.stacks.get(arn) else { return };
    let (status, reason) = (stack.status.clone(), reason_of(stack));
    let mut outputs: Vec<RecordOutput> = stack
        .outputs
        .iter()
        .map(|o| RecordOutput { key: o.key.clone(), value: o.value.clone(), description: o.description.clone() })
        .collect();
    let waiting = world
        .service_catalog
        .records
        .values()
        .find(|r| r.stack.as_deref() == Some(arn) && r.status == "IN_PROGRESS")
        .map(|r| (r.id.clone(), r.provisioned.clone(), r.ignore_errors));
    let Some((record_id, provisioned_id, ignore_errors)) = waiting else { return };
    match status.as_str() {
        "CREATE_COMPLETE" | "UPDATE_COMPLETE" => {
            let state = &mut world.service_catalog;
            if let Some(record) = state.records.get_mut(&record_id) {
                let arn = record.outputs.iter().find(|o| o.key == "CloudformationStackARN").cloned();
                outputs.extend(arn);
                record.outputs = outputs;
                "SUCCEEDED".clone_into(&mut record.status);
                record.updated = now;
            }
            if let Some(provisioned) = state.provisioned.get_mut(&provisioned_id) {
                provisioned.last_successful_record = Some(record_id);
                provisioned.turn(now, "AVAILABLE", None);
            }
        }
        "DELETE_COMPLETE" => finish_termination(world, &record_id, now),
        "DELETE_FAILED" if ignore_errors => finish_termination(world, &record_id, now),
        "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" => fail(world, &record_id, now, reason, "ERROR"),
        _ => fail(world, &record_id, now, reason, "TAINTED"),
    }
}

/// Why a stack failed, in CloudFormation's words: the status that began the failure, and what the resources say.
fn reason_of(stack: &crate::cloudformation::Stack) -> String {
    let own = |event: &&crate::cloudformation::StackEvent| {
        event.physical_id == stack.arn && event.status.ends_with("ROLLBACK_IN_PROGRESS")
    };
    let began = stack.events.iter().rev().find(own).and_then(|event| event.reason.clone());
    let deletion = stack.status.starts_with("DELETE").then(|| stack.reason.clone()).flatten();
    deletion.or(began).or_else(|| stack.reason.clone()).unwrap_or_else(|| format!("The stack is in {}", stack.status))
}

fn fail(world: &mut World, record: &str, now: DateTime<Utc>, reason: String, status: &str) {
    let state = &mut world.service_catalog;
    let Some(record) = state.records.get_mut(record) else { return };
    "FAILED".clone_into(&mut record.status);
    record.updated = now;
    record.errors = vec![RecordError { code: "InternalFailure".into(), description: reason.clone() }];
    if let Some(provisioned) = state.provisioned.get_mut(&record.provisioned) {
        provisioned.turn(now, status, Some(reason));
    }
}

fn finish_termination(world: &mut World, record: &str, now: DateTime<Utc>) {
    let lag = TimeDelta::seconds(i64::from(world.service_catalog.search_lag));
    let state = &mut world.service_catalog;
    let Some(record) = state.records.get_mut(record) else { return };
    "SUCCEEDED".clone_into(&mut record.status);
    record.updated = now;
    if let Some(mut provisioned) = state.provisioned.remove(&record.provisioned) {
        provisioned.terminated = Some(now);
        state.terminated.push(provisioned);
    }
    state.terminated.retain(|p| p.terminated.is_some_and(|at| at + lag + TimeDelta::minutes(1) > now));
}
