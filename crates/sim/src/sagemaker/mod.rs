//! Amazon SageMaker: Studio domains, user profiles, spaces, apps, notebook instances and the URLs that open them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::context::Ctx;
use crate::error::AwsError;
use crate::world::World;

/// The resources of one account in one region.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct State {}

/// One operation.
pub fn handle(_world: &mut World, _ctx: &Ctx, operation: &str, _body: &Value) -> Result<Value, AwsError> {
    Err(AwsError::unknown_operation(operation))
}

/// Applies every change of status that is due at `now`.
pub fn settle(_world: &mut World, _now: DateTime<Utc>) {}
