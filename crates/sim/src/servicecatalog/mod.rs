//! AWS Service Catalog.

pub mod seed;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::context::Ctx;
use crate::error::AwsError;
use crate::world::World;

/// Portfolios, products, provisioned products and records of all accounts.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct State {}

/// One operation (`ListPortfolios`).
pub fn handle(_world: &mut World, _ctx: &Ctx, operation: &str, _body: &Value) -> Result<Value, AwsError> {
    Err(AwsError::unknown_operation(operation))
}
