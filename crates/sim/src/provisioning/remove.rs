//! Taking resources away: deletion, rollback, and what an update leaves behind.

use chrono::{DateTime, Utc};

use super::event::{resource_status, stack_status};
use super::resources::{self, Removal};
use super::{PATIENCE, POLL, context, update};
use crate::cloudformation::{Phase, Stack, Work};
use crate::world::World;

/// Does all that can be done for a stack that takes resources away, at `now`.
pub(super) fn advance(world: &mut World, stack: &mut Stack, now: DateTime<Utc>) {
    loop {
        let moved = look(world, stack, now) | remove_free(world, stack, now);
        if !moved {
            break;
        }
    }
    if stack.resources.iter().any(|r| matches!(r.phase, Phase::Removing | Phase::Stopping)) {
        stack.wake = stack.resources.iter().filter_map(|r| r.due).min();
        return;
    }
    finish(world, stack, now);
}

/// Looks at what is going. Whether anything came of it.
fn look(world: &mut World, stack: &mut Stack, now: DateTime<Utc>) -> bool {
    let mut moved = false;
    for index in 0..stack.resources.len() {
        let resource = &stack.resources[index];
        if !matches!(resource.phase, Phase::Removing | Phase::Stopping) || resource.due.is_none_or(|due| due > now) {
            continue;
        }
        let ctx = context(world, stack, now);
        let resource = stack.resources[index].clone();
        let outcome = if resource.phase == Phase::Stopping {
            resources::remove(world, &ctx, stack, &resource)
        } else {
            resources::gone(world, &ctx, &resource).map(|gone| if gone { Removal::Done } else { Removal::Poll })
        };
        let patient = world.ready_at(resource.since, PATIENCE) > now;
        let outcome = match outcome {
            Ok(Removal::Poll | Removal::Stopping) if !patient => Err("Exceeded attempts to wait".to_owned()),
            other => other,
        };
        moved |= matches!(outcome, Ok(Removal::Done) | Err(_));
        settle(world, stack, index, now, outcome);
    }
    moved
}

fn settle(world: &mut World, stack: &mut Stack, index: usize, now: DateTime<Utc>, outcome: Result<Removal, String>) {
    let due = |seconds: u32| Some(world.ready_at(now, seconds).max(now + chrono::TimeDelta::milliseconds(1)));
    match outcome {
        Ok(Removal::Done) => {
            stack.resources[index].phase = Phase::Gone;
            stack.resources[index].due = None;
            resource_status(world, stack, index, now, "DELETE_COMPLETE", None);
        }
        Ok(Removal::After(seconds)) => {
            stack.resources[index].due = due(seconds);
            stack.resources[index].phase = Phase::Removing;
        }
        Ok(Removal::Poll) => {
            stack.resources[index].due = due(POLL);
            stack.resources[index].phase = Phase::Removing;
        }
        Ok(Removal::Stopping) => {
            stack.resources[index].due = due(POLL);
            stack.resources[index].phase = Phase::Stopping;
        }
        Err(reason) => {
            stack.resources[index].phase = Phase::Stuck;
            stack.resources[index].due = None;
            resource_status(world, stack, index, now, "DELETE_FAILED", Some(reason));
        }
    }
}

/// Starts the removal of everything that nothing else needs any more. Whether anything was started.
fn remove_free(world: &mut World, stack: &mut Stack, now: DateTime<Utc>) -> bool {
    let mut moved = false;
    // Backwards: what was made last goes first.
    for index in (0..stack.resources.len()).rev() {
        let resource = &stack.resources[index];
        if resource.phase != Phase::Leaving {
            continue;
        }
        let needed = stack.resources.iter().any(|other| {
            other.logical_id != resource.logical_id
                && other.needs.contains(&resource.logical_id)
                && matches!(other.phase, Phase::Leaving | Phase::Removing | Phase::Stopping | Phase::Stuck)
        });
        if needed {
            continue;
        }
        moved = true;
        if resource.physical_id.is_empty() {
            stack.resources[index].phase = Phase::Gone;
            continue;
        }
        let kept = match stack.work {
            Some(Work::Rollback) => resource.retain_on_failure,
            _ => resource.retain,
        };
        if kept {
            stack.resources[index].phase = Phase::Gone;
            resource_status(world, stack, index, now, "DELETE_SKIPPED", None);
            continue;
        }
        resource_status(world, stack, index, now, "DELETE_IN_PROGRESS", None);
        let ctx = context(world, stack, now);
        stack.resources[index].since = now;
        let resource = stack.resources[index].clone();
        let outcome = resources::remove(world, &ctx, stack, &resource);
        settle(world, stack, index, now, outcome);
    }
    moved
}

/// Nothing moves any more.
fn finish(world: &mut World, stack: &mut Stack, now: DateTime<Utc>) {
    let left: Vec<&str> =
        stack.resources.iter().filter(|r| r.phase == Phase::Stuck).map(|r| r.logical_id.as_str()).collect();
    let reason =
        (!left.is_empty()).then(|| format!("The following resource(s) failed to delete: [{}]. ", left.join(", ")));
    let work = stack.work.take();
    let status = match (work, reason.is_some()) {
        (Some(Work::Rollback), false) => "ROLLBACK_COMPLETE",
        (Some(Work::Rollback), true) => "ROLLBACK_FAILED",
        (Some(Work::Cleanup), _) => "UPDATE_COMPLETE",
        (Some(Work::UpdateRollback), _) => "UPDATE_ROLLBACK_COMPLETE",
        (_, true) => "DELETE_FAILED",
        (_, false) => "DELETE_COMPLETE",
    };
    if matches!(work, Some(Work::Cleanup | Work::UpdateRollback)) {
        update::forget_leftovers(stack);
    }
    if status == "DELETE_COMPLETE" {
        stack.deleted = Some(now);
        let place = format!("{}/{}", stack.account, stack.region);
        if let Some(exports) = world.cloudformation.exports.get_mut(&place) {
            exports.retain(|_, export| export.stack.as_ref() != Some(&stack.arn));
        }
    }
    // The reason of a rollback stays to be read.
    let reason = if work == Some(Work::Rollback) && reason.is_none() { stack.reason.clone() } else { reason };
    stack_status(world, stack, now, status, reason);
}
