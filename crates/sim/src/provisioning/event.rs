//! Events of a stack, and the status that they carry.

use chrono::{DateTime, Utc};

use crate::cloudformation::{Stack, StackEvent};
use crate::world::World;

/// The stack itself takes a status.
pub(super) fn stack_status(
    world: &mut World,
    stack: &mut Stack,
    at: DateTime<Utc>,
    status: &str,
    reason: Option<String>,
) {
    status.clone_into(&mut stack.status);
    stack.reason.clone_from(&reason);
    let id = world.fresh_uuid();
    stack.events.push(StackEvent {
        id,
        at,
        logical_id: stack.name.clone(),
        physical_id: stack.arn.clone(),
        kind: "AWS::CloudFormation::Stack".into(),
        status: status.to_owned(),
        reason,
    });
}

/// The resource at `index` takes a status.
pub(super) fn resource_status(
    world: &mut World,
    stack: &mut Stack,
    index: usize,
    at: DateTime<Utc>,
    status: &str,
    reason: Option<String>,
) {
    let id = world.fresh_uuid();
    let Some(resource) = stack.resources.get_mut(index) else { return };
    status.clone_into(&mut resource.status);
    resource.reason.clone_from(&reason);
    resource.at = at;
    stack.events.push(StackEvent {
        id: format!("{}-{status}-{id}", resource.logical_id),
        at,
        logical_id: resource.logical_id.clone(),
        physical_id: resource.physical_id.clone(),
        kind: resource.kind.clone(),
        status: status.to_owned(),
        reason,
    });
}
