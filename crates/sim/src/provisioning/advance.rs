//! Making the resources of a stack.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::event::{resource_status, stack_status};
use super::{PATIENCE, POLL, context, evaluate, remove, resources, start, update};
use crate::cloudformation::{Export, Phase, Stack, StackOutput, Work, check};
use crate::world::World;
use template::Template;

/// Does all that can be done for a stack that comes up or is updated, at `now`.
pub(super) fn advance(world: &mut World, stack: &mut Stack, now: DateTime<Utc>) {
    let template = match Template::parse(&stack.template) {
        Ok(template) => template,
        Err(e) => return fail(world, stack, now, &e.to_string()),
    };
    if !stack.resources.iter().any(|r| r.phase != Phase::Gone)
        && let Err(reason) = begin(world, stack, &template, now)
    {
        return fail(world, stack, now, &reason);
    }
    loop {
        let mut moved = look(world, stack, now);
        if failed(stack).is_empty() {
            moved |= make_ready(world, stack, &template, now);
        }
        if !failed(stack).is_empty() {
            let names = failed(stack).join(", ");
            return fail(world, stack, now, &format!("The following resource(s) failed to create: [{names}]."));
        }
        if stack.resources.iter().all(|r| matches!(r.phase, Phase::Made | Phase::Gone)) {
            return finish(world, stack, &template, now);
        }
        if !moved {
            break;
        }
    }
    stack.wake = stack.resources.iter().filter_map(|r| r.due).min();
    if stack.wake.is_none() {
        fail(world, stack, now, "The stack's resources wait for each other.");
    }
}

fn failed(stack: &Stack) -> Vec<String> {
    let failed = stack.resources.iter().filter(|r| r.phase == Phase::Failed);
    failed.map(|r| r.logical_id.clone()).collect()
}

/// The first turn: imports are there, and the resources are laid out.
fn begin(world: &mut World, stack: &mut Stack, template: &Template, now: DateTime<Utc>) -> Result<(), String> {
    let ctx = context(world, stack, now);
    let (pseudo, parameters) = (stack.pseudo(), stack.parameters.clone());
    world.settle_imports(&ctx, |exports| {
        let made = BTreeMap::new();
        let evaluator =
            template::Evaluator::new(template, &parameters, &pseudo, exports, &made).map_err(|e| e.to_string())?;
        check(&evaluator)
    })?;
    stack.resources = start::waiting(world, stack, template, now)?;
    Ok(())
}

/// Looks at what is being made. Whether anything came of it.
fn look(world: &mut World, stack: &mut Stack, now: DateTime<Utc>) -> bool {
    let mut moved = false;
    for index in 0..stack.resources.len() {
        let resource = &stack.resources[index];
        if resource.phase != Phase::Making || resource.due.is_none_or(|due| due > now) {
            continue;
        }
        let ctx = context(world, stack, now);
        let verb = if stack.resources[index].status.starts_with("UPDATE") { "UPDATE" } else { "CREATE" };
        let mut resource = stack.resources[index].clone();
        match resources::ready(world, &ctx, &mut resource) {
            Ok(true) => {
                resource.phase = Phase::Made;
                resource.due = None;
                let note = resource
                    .opaque
                    .then(|| format!("{} is not known to the local AWS: recorded, nothing was made", resource.kind));
                stack.resources[index] = resource;
                resource_status(world, stack, index, now, &format!("{verb}_COMPLETE"), note);
                moved = true;
            }
            Ok(false) if world.ready_at(resource.since, PATIENCE) > now => {
                resource.due = Some(world.ready_at(now, POLL).max(now + chrono::TimeDelta::milliseconds(1)));
                stack.resources[index] = resource;
            }
            Ok(false) => {
                resource.phase = Phase::Failed;
                stack.resources[index] = resource;
                let reason = "Exceeded attempts to wait".to_owned();
                resource_status(world, stack, index, now, &format!("{verb}_FAILED"), Some(reason));
            }
            Err(reason) => {
                resource.phase = Phase::Failed;
                stack.resources[index] = resource;
                resource_status(world, stack, index, now, &format!("{verb}_FAILED"), Some(reason));
            }
        }
    }
    moved
}

/// Starts everything whose needs are met. Whether anything was started.
fn make_ready(world: &mut World, stack: &mut Stack, template: &Template, now: DateTime<Utc>) -> bool {
    let mut moved = false;
    for index in 0..stack.resources.len() {
        let resource = &stack.resources[index];
        let met = |id: &String| stack.resource(id).is_none_or(|needed| needed.phase == Phase::Made);
        if resource.phase != Phase::Waiting || !resource.needs.iter().all(met) {
            continue;
        }
        moved = true;
        let logical_id = resource.logical_id.clone();
        let properties = match evaluate::properties(world, stack, template, &logical_id) {
            Ok(properties) => properties,
            Err(reason) => {
                resource_failed(world, stack, index, now, "CREATE", reason);
                return true;
            }
        };
        stack.resources[index].properties = properties;
        stack.resources[index].since = now;
        if update::carry_over(world, stack, index, now) {
            continue;
        }
        make(world, stack, index, now);
        if stack.resources[index].phase == Phase::Failed {
            return true;
        }
    }
    moved
}

fn make(world: &mut World, stack: &mut Stack, index: usize, now: DateTime<Utc>) {
    resource_status(world, stack, index, now, "CREATE_IN_PROGRESS", None);
    let ctx = context(world, stack, now);
    match resources::make(world, &ctx, stack, index) {
        Ok(made) => {
            let due = world.ready_at(now, made.seconds.unwrap_or(POLL));
            let resource = &mut stack.resources[index];
            resource.physical_id = made.physical_id;
            resource.attributes = made.attributes;
            resource.opaque = made.opaque;
            resource.phase = Phase::Making;
            resource.due = Some(due);
            let initiated = Some("Resource creation Initiated".to_owned());
            resource_status(world, stack, index, now, "CREATE_IN_PROGRESS", initiated);
        }
        Err(reason) => resource_failed(world, stack, index, now, "CREATE", reason),
    }
}

pub(super) fn resource_failed(
    world: &mut World,
    stack: &mut Stack,
    index: usize,
    now: DateTime<Utc>,
    verb: &str,
    reason: String,
) {
    stack.resources[index].phase = Phase::Failed;
    stack.resources[index].due = None;
    resource_status(world, stack, index, now, &format!("{verb}_FAILED"), Some(reason));
}

/// Gives up: what is under way is cancelled, and everything made is taken back.
fn fail(world: &mut World, stack: &mut Stack, now: DateTime<Utc>, reason: &str) {
    for index in 0..stack.resources.len() {
        if stack.resources[index].phase == Phase::Making {
            let reason = Some("Resource creation cancelled".to_owned());
            resource_status(world, stack, index, now, "CREATE_FAILED", reason);
        }
    }
    if stack.work == Some(Work::Update) {
        return update::roll_back(world, stack, now, reason.replace("failed to create", "failed to update"));
    }
    stack_status(world, stack, now, "ROLLBACK_IN_PROGRESS", Some(format!("{reason} Rollback requested by user.")));
    for resource in &mut stack.resources {
        let kept = resource.retain_on_failure && resource.phase == Phase::Made;
        let nothing = resource.physical_id.is_empty() || kept;
        resource.phase = if nothing { Phase::Gone } else { Phase::Leaving };
        resource.due = None;
    }
    stack.work = Some(Work::Rollback);
    remove::advance(world, stack, now);
}

/// Why the new outputs cannot be: another stack imports what they would take away or change.
fn breaks_imports(world: &World, stack: &Stack, outputs: &[StackOutput]) -> Option<String> {
    let stays = |old: &&StackOutput| outputs.iter().any(|new| new.export == old.export && new.value == old.value);
    let changed = stack.outputs.iter().filter(|old| !stays(old)).filter_map(|old| old.export.as_deref());
    let (name, importer) = start::in_use(world, stack, changed)?;
    let kept = outputs.iter().any(|new| new.export.as_ref() == Some(&name));
    Some(format!("Cannot {} export {name} as it is in use by {importer}", if kept { "update" } else { "delete" }))
}

/// All is made: outputs and exports.
fn finish(world: &mut World, stack: &mut Stack, template: &Template, now: DateTime<Utc>) {
    let (outputs, imports) = match evaluate::outputs(world, stack, template) {
        Ok(outputs) => outputs,
        Err(reason) => return fail(world, stack, now, &reason),
    };
    stack.imports.extend(imports);
    if let Some(reason) = breaks_imports(world, stack, &outputs) {
        return fail(world, stack, now, &reason);
    }
    let place = format!("{}/{}", stack.account, stack.region);
    let exports = world.cloudformation.exports.entry(place).or_default();
    for output in &outputs {
        let taken = output.export.as_ref().and_then(|name| Some((name, exports.get(name)?)));
        if let Some((name, other)) = taken
            && other.stack.as_ref() != Some(&stack.arn)
        {
            let by =
                other.stack.as_deref().and_then(|arn| arn.rsplit('/').nth(1)).unwrap_or("another stack").to_owned();
            let reason = format!("Export with name {name} is already exported by stack {by}.");
            return fail(world, stack, now, &reason);
        }
    }
    exports.retain(|_, export| export.stack.as_ref() != Some(&stack.arn));
    for output in &outputs {
        if let Some(name) = &output.export {
            exports.insert(name.clone(), Export { value: output.value.clone(), stack: Some(stack.arn.clone()) });
        }
    }
    stack.outputs = outputs;
    if stack.work == Some(Work::Update) {
        return update::clean_up(world, stack, now);
    }
    stack.work = None;
    stack_status(world, stack, now, "CREATE_COMPLETE", None);
}
