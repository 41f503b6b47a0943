//! Stacks that change.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::guardrail::Context;

use super::event::{resource_status, stack_status};
use super::{advance, context, remove, resources, start};
use crate::authorize::{authorize, request_tags, resource_tags};
use crate::cloudformation::{Before, Phase, Stack, Work};
use crate::context::{Caller, Ctx, Origin};
use crate::world::World;
use template::{Template, Values};

/// What a stack is changed to.
#[derive(Clone, Debug)]
pub struct StackUpdate {
    pub caller: Caller,
    pub template: String,
    pub parameters: Values,
    /// `None` leaves them as they are.
    pub tags: Option<BTreeMap<String, String>>,
}

/// Starts a change, or says in CloudFormation's words why not.
pub fn update(world: &mut World, arn: &str, change: StackUpdate, now: DateTime<Utc>) -> Result<(), String> {
    let template = Template::parse(&change.template).map_err(|e| e.to_string())?;
    template.check_types().map_err(|e| e.to_string())?;
    let Some(mut stack) = world.cloudformation.stacks.remove(arn) else {
        return Err(format!("Stack [{arn}] does not exist"));
    };
    let done = begin(world, &mut stack, &template, change, now);
    world.cloudformation.stacks.insert(arn.to_owned(), stack);
    done
}

fn begin(
    world: &mut World,
    stack: &mut Stack,
    template: &Template,
    change: StackUpdate,
    now: DateTime<Utc>,
) -> Result<(), String> {
    if !matches!(stack.status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE") {
        return Err(format!("Stack:{} is in {} state and can not be updated.", stack.arn, stack.status));
    }
    let parameters = start::checked(world, &stack.account, &stack.region, template, &change.parameters)?;
    let asked = context(world, stack, now);
    let ctx = Ctx { caller: change.caller.clone(), origin: Origin::default(), ..asked };
    let mut auth = Context::new();
    resource_tags(&mut auth, None, &stack.tags);
    if let Some(tags) = &change.tags {
        request_tags(&mut auth, tags);
    }
    if let Some(role) = &stack.role_arn {
        auth.set("cloudformation:RoleArn", role.clone());
    }
    authorize(world, &ctx, "cloudformation:UpdateStack", &stack.arn, auth).map_err(|e| e.message)?;
    stack.caller = change.caller;
    let before = Before {
        template: std::mem::replace(&mut stack.template, change.template),
        parameters: std::mem::replace(&mut stack.parameters, parameters),
        no_echo: std::mem::replace(
            &mut stack.no_echo,
            template.parameters.iter().filter(|p| p.no_echo).map(|p| p.key.clone()).collect(),
        ),
        tags: match change.tags {
            Some(tags) => std::mem::replace(&mut stack.tags, tags),
            None => stack.tags.clone(),
        },
        spent: std::mem::take(&mut stack.spent),
        imports: std::mem::take(&mut stack.imports),
        resources: std::mem::take(&mut stack.resources).into_iter().filter(|r| r.phase != Phase::Gone).collect(),
    };
    stack.before = Some(Box::new(before));
    stack.updated = Some(now);
    stack.work = Some(Work::Update);
    stack.wake = Some(world.ready_at(now, 1));
    stack_status(world, stack, now, "UPDATE_IN_PROGRESS", Some("User Initiated".into()));
    stack.reason = None;
    Ok(())
}

/// During an update: takes over the resource at `index` from before, as it is or changed in place. `false`: it has to be
/// made.
pub(super) fn carry_over(world: &mut World, stack: &mut Stack, index: usize, now: DateTime<Utc>) -> bool {
    let Some(before) = &stack.before else { return false };
    let new = &stack.resources[index];
    let old = before.resources.iter().find(|old| old.logical_id == new.logical_id && old.kind == new.kind);
    let Some(old) = old.cloned() else { return false };
    if old.properties != new.properties && resources::needs_replacement(&old.kind, &old.properties, &new.properties) {
        let note = "Requested update requires the creation of a new physical resource; hence creating one.".to_owned();
        resource_status(world, stack, index, now, "UPDATE_IN_PROGRESS", Some(note));
        return false;
    }
    let same = old.properties == new.properties;
    let new = &mut stack.resources[index];
    new.physical_id = old.physical_id;
    new.attributes = old.attributes;
    new.opaque = old.opaque;
    new.status = old.status;
    new.at = old.at;
    if same {
        new.phase = Phase::Made;
        return true;
    }
    resource_status(world, stack, index, now, "UPDATE_IN_PROGRESS", None);
    let ctx = context(world, stack, now);
    match resources::change(world, &ctx, &stack.resources[index].clone(), &old.properties) {
        Ok(seconds) => {
            stack.resources[index].phase = Phase::Making;
            stack.resources[index].due = Some(world.ready_at(now, seconds));
        }
        Err(reason) => advance::resource_failed(world, stack, index, now, "UPDATE", reason),
    }
    true
}

/// The update is done: what it replaced or dropped goes.
pub(super) fn clean_up(world: &mut World, stack: &mut Stack, now: DateTime<Utc>) {
    stack_status(world, stack, now, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", None);
    let Some(before) = stack.before.take() else { return };
    for mut old in before.resources {
        if stack.resources.iter().any(|r| r.physical_id == old.physical_id && r.logical_id == old.logical_id) {
            continue;
        }
        // One that another took the place of stays by its own word, one that the template dropped by its deletion policy.
        if stack.resources.iter().any(|r| r.logical_id == old.logical_id) {
            old.retain = old.retain_when_replaced;
        }
        old.phase = Phase::Leaving;
        stack.resources.push(old);
    }
    stack.work = Some(Work::Cleanup);
    remove::advance(world, stack, now);
}

/// The update failed: back to what was before.
pub(super) fn roll_back(world: &mut World, stack: &mut Stack, now: DateTime<Utc>, reason: String) {
    stack_status(world, stack, now, "UPDATE_ROLLBACK_IN_PROGRESS", Some(reason));
    let Some(before) = stack.before.take() else { return };
    let before = *before;
    stack.template = before.template;
    stack.parameters = before.parameters;
    stack.no_echo = before.no_echo;
    stack.tags = before.tags;
    stack.spent = before.spent;
    stack.imports = before.imports;
    let tried = std::mem::replace(&mut stack.resources, before.resources);
    for mut resource in tried {
        let old = stack.resources.iter().find(|old| old.physical_id == resource.physical_id).cloned();
        if let Some(old) = old {
            if old.properties != resource.properties {
                let ctx = context(world, stack, now);
                // The way back is the way that was there before; what cannot be set back stays as it is.
                let _ = resources::change(world, &ctx, &old, &resource.properties);
            }
        } else if !resource.physical_id.is_empty() {
            resource.phase = Phase::Leaving;
            resource.due = None;
            stack.resources.push(resource);
        }
    }
    stack.work = Some(Work::UpdateRollback);
    remove::advance(world, stack, now);
}

/// Drops the resources that an update took away, and those that would not go: they are the stack's no more.
pub(super) fn forget_leftovers(stack: &mut Stack) {
    stack.resources.retain(|r| r.phase == Phase::Made);
}
