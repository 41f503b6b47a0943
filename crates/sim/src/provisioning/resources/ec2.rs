//! `AWS::EC2::SecurityGroup` and its rules.

use domain::guardrail::Context;
use serde_json::{Value, json};

use super::{Made, Removal, refused, required, tags, text};
use crate::authorize::{authorize, request_tags};
use crate::cloudformation::StackResource;
use crate::context::Ctx;
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
