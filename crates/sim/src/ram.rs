//! Resource Access Manager: the one call by which an account takes what another shares with it. Nobody shares anything here.

use domain::guardrail::Context;
use serde_json::Value;

use crate::authorize::authorize;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::required;
use crate::world::World;

/// One operation.
pub fn handle(world: &World, ctx: &Ctx, operation: &str, body: &Value) -> Result<Value, AwsError> {
    if operation != "AcceptResourceShareInvitation" {
        return Err(AwsError::unknown_operation(operation));
    }
    let invitation = required(body, "resourceShareInvitationArn")?;
    authorize(world, ctx, "ram:AcceptResourceShareInvitation", invitation, Context::new())?;
    let kind = invitation.split(':').nth(5).and_then(|rest| rest.split_once('/')).map(|(kind, _)| kind);
    if kind != Some("resource-share-invitation") {
        let message = format!("The specified resource {invitation} is not a valid ARN.");
        return Err(AwsError::new("MalformedArnException", message));
    }
    let message = format!("ResourceShareInvitation {invitation} could not be found.");
    Err(AwsError::new("ResourceShareInvitationArnNotFoundException", message))
}
