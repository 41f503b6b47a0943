//! What was made with which token: sent again, it is answered again.

use serde_json::Value;

use super::provision::without;
use super::state::Made;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::world::World;

fn key(ctx: &Ctx, operation: &str, token: &str) -> String {
    format!("{}/{}/{operation}/{token}", ctx.account(), ctx.region)
}

/// The answer to the same call before; the same token with anything else is refused.
pub(super) fn before(
    world: &World,
    ctx: &Ctx,
    operation: &str,
    token: &str,
    body: &Value,
) -> Result<Option<Value>, AwsError> {
    match world.service_catalog.made.get(&key(ctx, operation, token)) {
        None => Ok(None),
        Some(made) if made.request == without(body, "IdempotencyToken") => Ok(Some(made.answer.clone())),
        Some(_) => Err(AwsError::invalid_parameters(format!(
            "The idempotency token {token} was already used with different parameters."
        ))),
    }
}

pub(super) fn remember(world: &mut World, ctx: &Ctx, operation: &str, token: &str, body: &Value, answer: &Value) {
    let made = Made { request: without(body, "IdempotencyToken"), answer: answer.clone() };
    world.service_catalog.made.insert(key(ctx, operation, token), made);
}
