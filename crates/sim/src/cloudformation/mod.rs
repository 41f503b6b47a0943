//! AWS CloudFormation: what it tells about the stacks behind provisioned products.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::context::Ctx;
use crate::error::AwsError;
use crate::world::World;

/// Stacks, their events and resources, and exports, of all accounts.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct State {}

/// One action (`DescribeStackEvents`): its form fields without `Action` and `Version`. Answers what goes inside
/// `<ActionResult>`.
pub fn handle(
    _world: &mut World,
    _ctx: &Ctx,
    action: &str,
    _fields: &BTreeMap<String, String>,
) -> Result<String, AwsError> {
    Err(AwsError::unknown_operation(action))
}
