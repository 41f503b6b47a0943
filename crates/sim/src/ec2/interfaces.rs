//! Network interfaces: those of mount targets, the only ones there are here.

use std::fmt::Write;

use domain::guardrail::Context;

use super::groups::{filters, fits};
use super::{Fields, allowed};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::xml;
use crate::world::World;

pub(super) fn describe(world: &mut World, ctx: &Ctx, fields: &Fields) -> Result<String, AwsError> {
    allowed(world, ctx, "DescribeNetworkInterfaces", "*", Context::new())?;
    let filters = filters(fields);
    let mut out = String::from("<networkInterfaceSet>");
    for (id, target) in &world.efs(ctx.account(), &ctx.region).mount_targets {
        let value = |name: &str| match name {
            "network-interface-id" => Some(target.network_interface.clone()),
            "subnet-id" => Some(target.subnet.clone()),
            "vpc-id" => Some(target.vpc.clone()),
            "group-id" => target.security_groups.first().cloned(),
            _ => None,
        };
        if fits(&filters, value) {
            // Writing into a String cannot fail.
            let mut groups = String::new();
            for group in &target.security_groups {
                let _ = write!(groups, "<item><groupId>{group}</groupId></item>");
            }
            let _ = write!(
                out,
                "<item><networkInterfaceId>{}</networkInterfaceId><subnetId>{}</subnetId><vpcId>{}</vpcId><description>EFS mount target for {} ({id})</description><ownerId>{}</ownerId><requesterManaged>true</requesterManaged><status>in-use</status><privateIpAddress>{}</privateIpAddress><groupSet>{groups}</groupSet></item>",
                target.network_interface,
                xml(&target.subnet),
                xml(&target.vpc),
                target.file_system,
                ctx.account(),
                target.ip,
            );
        }
    }
    Ok(out + "</networkInterfaceSet>")
}
