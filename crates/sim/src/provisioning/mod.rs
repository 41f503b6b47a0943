//! Stacks coming up and going down.
//!
//! Nothing runs on its own: what takes time has a time at which it is due, and [`settle`] does all that is due, in the
//! order of time, so that a clock that jumps gives the same story as one that creeps.

mod advance;
mod evaluate;
mod event;
mod remove;
mod resources;
mod start;
mod update;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_boundary;
#[cfg(test)]
mod tests_of_exports;
#[cfg(test)]
mod tests_of_homes;
#[cfg(test)]
mod tests_of_opaque_types;
#[cfg(test)]
mod tests_of_rights;
#[cfg(test)]
mod tests_of_templates;

use chrono::{DateTime, Utc};

pub use start::{StackRequest, create, delete};
pub use update::{StackUpdate, update};

use crate::cloudformation::{Stack, Work};
use crate::context::{Ctx, Origin};
use crate::servicecatalog;
use crate::world::World;

/// How often CloudFormation looks whether something is there, in seconds.
const POLL: u32 = 5;

/// How long it waits for one resource, in seconds.
const PATIENCE: u32 = 3600;

/// Does all that is due at `now`.
pub fn settle(world: &mut World, now: DateTime<Utc>) {
    loop {
        let stack = world
            .cloudformation
            .stacks
            .values()
            .filter_map(|stack| stack.wake.map(|at| (at, stack.arn.clone())))
            .min()
            .filter(|(at, _)| *at <= now);
        let launch = servicecatalog::next_due(world).filter(|at| *at <= now);
        match (stack, launch) {
            (Some((at, arn)), launch) if launch.is_none_or(|launch| at <= launch) => step(world, &arn, at),
            (_, Some(at)) => servicecatalog::step(world, at),
            (_, None) => return,
        }
    }
}

/// One stack's turn, at `at`.
fn step(world: &mut World, arn: &str, at: DateTime<Utc>) {
    crate::sagemaker::settle(world, at);
    let Some(mut stack) = world.cloudformation.stacks.remove(arn) else { return };
    stack.wake = None;
    match stack.work {
        Some(Work::Create | Work::Update) => advance::advance(world, &mut stack, at),
        Some(Work::Rollback | Work::Delete | Work::Cleanup | Work::UpdateRollback) => {
            remove::advance(world, &mut stack, at);
        }
        None => {}
    }
    let rests = stack.rests();
    world.cloudformation.stacks.insert(arn.to_owned(), stack);
    if rests {
        servicecatalog::stack_rests(world, arn, at);
    }
}

/// The call that CloudFormation makes for a stack.
fn context(world: &mut World, stack: &Stack, now: DateTime<Utc>) -> Ctx {
    Ctx {
        caller: stack.caller.clone(),
        region: stack.region.clone(),
        now,
        request_id: world.fresh_uuid(),
        origin: Origin::CLOUDFORMATION,
    }
}
