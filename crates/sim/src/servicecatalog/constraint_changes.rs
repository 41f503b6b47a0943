//! Constraints changed.

use serde_json::{Value, json};

use super::access::allow;
use super::constraints::{checked, detail, find};
use super::input::optional_text;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{required, text};
use crate::world::World;

/// The kind of a constraint stays. Of a launch constraint whoever changes it passes the role on, as whoever makes it.
pub(super) fn update(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "Id")?;
    let description = optional_text(body, "Description", 2000)?;
    allow(world, ctx, "UpdateConstraint", "*")?;
    let mut after = find(world, ctx, id)?.clone();
    if let Some(parameters) = text(body, "Parameters") {
        checked(world, ctx, &after.kind, parameters)?;
        parameters.clone_into(&mut after.parameters);
    }
    if let Some(description) = description {
        description.clone_into(&mut after.description);
    }
    let answer = json!({
        "ConstraintDetail": detail(&after),
        "ConstraintParameters": after.parameters,
        "Status": "AVAILABLE",
    });
    world.service_catalog.constraints.insert(id.to_owned(), after);
    Ok(answer)
}
