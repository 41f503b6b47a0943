//! AWS Security Token Service.

mod assume_role;
mod token;

use std::collections::BTreeMap;

use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::xml;
use crate::world::World;

pub use token::{Credentials, credentials, identify};

/// One action: its form fields. Answers what goes inside `<ActionResult>`.
pub fn handle(
    world: &mut World,
    ctx: &Ctx,
    action: &str,
    fields: &BTreeMap<String, String>,
) -> Result<String, AwsError> {
    match action {
        "AssumeRole" => assume_role::assume_role(world, ctx, fields),
        // Needs no permission, and no policy can deny it.
        "GetCallerIdentity" => Ok(format!(
            "<Arn>{}</Arn><UserId>{}</UserId><Account>{}</Account>",
            xml(&ctx.caller.arn()),
            xml(&ctx.caller.user_id()),
            ctx.account()
        )),
        _ => Err(AwsError::unknown_operation(action)),
    }
}
