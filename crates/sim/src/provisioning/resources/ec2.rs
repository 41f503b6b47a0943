//! `AWS::EC2::SecurityGroup` and its rules; VPCs and subnets, which go when nothing of theirs is left in them.

use domain::guardrail::Context;
use serde_json::{Value, json};

use super::{Made, Removal, refused, required, tags, text};
use crate::authorize::{authorize, request_tags};
use crate::cloudformation::StackResource;
use crate::context::Ctx;
use crate::ec2::SecurityGroup;
use crate::error::AwsError;
use crate::world::World;

fn allow(world: &mut World, ctx: &Ctx, action: &str, rest: &str, context: Context) -> Result<(), String> {
    let arn = format!("arn:aws:ec2:{}:{}:{rest}", ctx.region, ctx.account());
    authorize(world, ctx, action, &arn, context).map_err(|e| refused(world, "Ec2", &e))
}

pub(super) fn make_group(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<Made, String> {
    required(&resource.properties, "GroupDescription")?;
    let tags = tags(&resource.properties);
    let mut context = Context::new();
    request_tags(&mut context, &tags);
    allow(world, ctx, "ec2:CreateSecurityGroup", "security-group/*", context)?;
    for (property, action) in [
        ("SecurityGroupIngress", "ec2:AuthorizeSecurityGroupIngress"),
        ("SecurityGroupEgress", "ec2:AuthorizeSecurityGroupEgress"),
    ] {
        if resource.properties.get(property).is_some() {
            allow(world, ctx, action, "security-group/*", Context::new())?;
        }
    }
    let id = format!("sg-{}", world.fresh_hex(17));
    let vpc = text(&resource.properties, "VpcId").unwrap_or_default();
    let group = SecurityGroup {
        name: text(&resource.properties, "GroupName").unwrap_or(&resource.logical_id).to_owned(),
        description: required(&resource.properties, "GroupDescription")?.to_owned(),
        vpc: vpc.to_owned(),
        tags,
        ..SecurityGroup::default()
    };
    world.ec2(ctx.account(), &ctx.region).groups.insert(id.clone(), group);
    let attributes = [("GroupId", json!(id)), ("Id", json!(id)), ("VpcId", json!(vpc))];
    Ok(Made {
        attributes: attributes.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
        physical_id: id,
        seconds: Some(6),
        ..Made::default()
    })
}

pub(super) fn change_group(
    world: &mut World,
    ctx: &Ctx,
    resource: &StackResource,
    from: &Value,
) -> Result<u32, String> {
    let group = format!("security-group/{}", resource.physical_id);
    for (property, actions) in [
        ("SecurityGroupIngress", ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]),
        ("SecurityGroupEgress", ["ec2:AuthorizeSecurityGroupEgress", "ec2:RevokeSecurityGroupEgress"]),
    ] {
        if resource.properties.get(property) != from.get(property) {
            for action in actions {
                allow(world, ctx, action, &group, Context::new())?;
            }
        }
    }
    let wanted = tags(&resource.properties);
    if wanted != tags(from) {
        let mut context = Context::new();
        request_tags(&mut context, &wanted);
        allow(world, ctx, "ec2:CreateTags", &group, context)?;
    }
    Ok(6)
}

pub(super) fn remove_group(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<Removal, String> {
    allow(world, ctx, "ec2:DeleteSecurityGroup", &format!("security-group/{}", resource.physical_id), Context::new())?;
    world.ec2(ctx.account(), &ctx.region).groups.remove(&resource.physical_id);
    Ok(Removal::After(4))
}

/// `AWS::EC2::VPC` and `AWS::EC2::Subnet`.
pub(super) fn make_network(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<Made, String> {
    let (noun, kind) = noun(resource);
    let mut context = Context::new();
    request_tags(&mut context, &tags(&resource.properties));
    allow(world, ctx, &format!("ec2:Create{noun}"), &format!("{kind}/*"), context)?;
    let id = format!("{kind}-{}", world.fresh_hex(17));
    let mut attributes = vec![(format!("{noun}Id"), json!(id))];
    for key in ["CidrBlock", "AvailabilityZone", "VpcId"] {
        if let Some(value) = text(&resource.properties, key) {
            attributes.push((key.to_owned(), json!(value)));
        }
    }
    Ok(Made { attributes: attributes.into_iter().collect(), physical_id: id, seconds: Some(5), ..Made::default() })
}

fn noun(resource: &StackResource) -> (&'static str, &'static str) {
    if resource.kind == "AWS::EC2::VPC" { ("Vpc", "vpc") } else { ("Subnet", "subnet") }
}

/// Network interfaces keep a subnet, and security groups of others a VPC. CloudFormation tries for a while before it gives
/// up; here it gives up at once.
pub(super) fn remove_network(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<Removal, String> {
    let (noun, kind) = noun(resource);
    let id = resource.physical_id.as_str();
    allow(world, ctx, &format!("ec2:Delete{noun}"), &format!("{kind}/{id}"), Context::new())?;
    let reached = world.efs(ctx.account(), &ctx.region).mount_targets.values().any(|t| t.subnet == id || t.vpc == id);
    let kept = reached || world.ec2(ctx.account(), &ctx.region).groups.values().any(|group| group.vpc == id);
    if kept {
        let error =
            AwsError::new("DependencyViolation", format!("The {kind} '{id}' has dependencies and cannot be deleted."));
        return Err(refused(world, "Ec2", &error));
    }
    Ok(Removal::After(4))
}

pub(super) fn make_rule(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<Made, String> {
    let group = text(&resource.properties, "GroupId").unwrap_or("*");
    let action = if resource.kind.ends_with("Ingress") {
        "ec2:AuthorizeSecurityGroupIngress"
    } else {
        "ec2:AuthorizeSecurityGroupEgress"
    };
    allow(world, ctx, action, &format!("security-group/{group}"), Context::new())?;
    let id = format!("sgr-{}", world.fresh_hex(17));
    Ok(Made { attributes: [("Id".to_owned(), json!(id))].into(), physical_id: id, seconds: Some(3), ..Made::default() })
}
