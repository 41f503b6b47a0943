//! Amazon EC2: security groups and the network interfaces of mount targets; and the calls by which an account gets into
//! another network, which are authorized and then answered as AWS answers for a network, gateway or connection that does not
//! exist, because none exists here. `DryRun` asks for the permission alone.

mod groups;
mod interfaces;

use std::collections::BTreeMap;

use domain::guardrail::Context;

use crate::authorize::authorize;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::world::World;

pub use groups::{Rule, SecurityGroup, State};

type Fields = BTreeMap<String, String>;

/// One action: its form fields.
pub fn handle(world: &mut World, ctx: &Ctx, action: &str, fields: &Fields) -> Result<String, AwsError> {
    match action {
        "DescribeNetworkInterfaces" => interfaces::describe(world, ctx, fields),
        action if action.contains("SecurityGroup") => groups::handle(world, ctx, action, fields),
        action => elsewhere(world, ctx, action, fields),
    }
}

/// What leads into another network.
fn elsewhere(world: &World, ctx: &Ctx, action: &str, fields: &Fields) -> Result<String, AwsError> {
    let (resources, missing) = match action {
        "CreateVpcPeeringConnection" => {
            let vpc = needed(fields, "VpcId")?;
            needed(fields, "PeerVpcId")?;
            let missing = AwsError::new("InvalidVpcID.NotFound", format!("The vpc ID '{vpc}' does not exist"));
            (vec![format!("vpc/{vpc}"), "vpc-peering-connection/*".to_owned()], missing)
        }
        "AcceptVpcPeeringConnection" => {
            let id = needed(fields, "VpcPeeringConnectionId")?;
            let message = format!("The vpcPeeringConnection ID '{id}' does not exist");
            let missing = AwsError::new("InvalidVpcPeeringConnectionID.NotFound", message);
            (vec![format!("vpc-peering-connection/{id}")], missing)
        }
        "CreateTransitGatewayVpcAttachment" => {
            let (gateway, vpc) = (needed(fields, "TransitGatewayId")?, needed(fields, "VpcId")?);
            let subnet = needed(fields, "SubnetIds.1")?;
            let message = format!("Transit Gateway {gateway} was deleted or does not exist.");
            let missing = AwsError::new("InvalidTransitGatewayID.NotFound", message);
            let on = [
                format!("transit-gateway/{gateway}"),
                format!("vpc/{vpc}"),
                format!("subnet/{subnet}"),
                "transit-gateway-attachment/*".to_owned(),
            ];
            (on.to_vec(), missing)
        }
        "CreateVpnConnection" => {
            let (customer, gateway) = (needed(fields, "CustomerGatewayId")?, needed(fields, "VpnGatewayId")?);
            needed(fields, "Type")?;
            let message = format!("The customerGateway ID '{customer}' does not exist");
            let missing = AwsError::new("InvalidCustomerGatewayID.NotFound", message);
            let on = [
                format!("customer-gateway/{customer}"),
                format!("vpn-gateway/{gateway}"),
                "vpn-connection/*".to_owned(),
            ];
            (on.to_vec(), missing)
        }
        _ => return Err(AwsError::unknown_operation(action)),
    };
    for resource in resources {
        allowed(world, ctx, action, &arn(ctx, &resource), Context::new())?;
    }
    if fields.get("DryRun").is_some_and(|given| given == "true") {
        let message = "Request would have succeeded, but DryRun flag is set.";
        return Err(AwsError::with_status(412, "DryRunOperation", message));
    }
    Err(missing)
}

fn arn(ctx: &Ctx, rest: &str) -> String {
    format!("arn:aws:ec2:{}:{}:{rest}", ctx.region, ctx.account())
}

fn needed<'a>(fields: &'a Fields, key: &str) -> Result<&'a str, AwsError> {
    let missing = || AwsError::new("MissingParameter", format!("The request must contain the parameter {key}"));
    fields.get(key).map(String::as_str).filter(|given| !given.is_empty()).ok_or_else(missing)
}

/// EC2 has a code and a beginning of its own for a refusal.
fn allowed(world: &World, ctx: &Ctx, action: &str, resource: &str, context: Context) -> Result<(), AwsError> {
    authorize(world, ctx, &format!("ec2:{action}"), resource, context).map_err(|error| {
        let message = format!("You are not authorized to perform this operation. {}", error.message);
        AwsError::with_status(403, "UnauthorizedOperation", message)
    })
}
