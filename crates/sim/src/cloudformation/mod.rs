//! AWS CloudFormation: what it tells about the stacks behind provisioned products.

mod describe;
mod exports;
mod stack;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use exports::check;
pub use exports::{Export, ExportPattern, seed_exports};
pub use stack::{Before, Phase, Stack, StackEvent, StackOutput, StackResource, Work};

use crate::context::Ctx;
use crate::error::AwsError;
use crate::world::World;

/// Stacks, their events and resources, and exports, of all accounts.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// By ARN.
    pub stacks: BTreeMap<String, Stack>,
    /// By `account/region`, then by name.
    pub exports: BTreeMap<String, BTreeMap<String, Export>>,
    pub export_patterns: Vec<ExportPattern>,
    /// Buckets that stacks made, with their accounts: the names are global.
    pub buckets: BTreeMap<String, String>,
    /// Parameters of Systems Manager that stacks made, by `account/region/name`.
    pub ssm_parameters: BTreeMap<String, String>,
}

/// One action (`DescribeStackEvents`): its form fields without `Action` and `Version`. Answers what goes inside
/// `<ActionResult>`.
pub fn handle(
    world: &mut World,
    ctx: &Ctx,
    action: &str,
    fields: &BTreeMap<String, String>,
) -> Result<String, AwsError> {
    match action {
        "DescribeStackEvents" => describe::events(world, ctx, fields),
        "DescribeStackResources" => describe::resources(world, ctx, fields),
        "ListStackResources" => describe::resource_summaries(world, ctx, fields),
        "DescribeStacks" => describe::stacks(world, ctx, fields),
        "GetTemplate" => describe::template(world, ctx, fields),
        "ListExports" => describe::exports(world, ctx, fields),
        _ => Err(AwsError::unknown_operation(action)),
    }
}
