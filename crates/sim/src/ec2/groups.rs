//! Security groups, their rules, and what is in the way of their deletion.

use std::collections::BTreeMap;
use std::fmt::Write;

use domain::guardrail::Context;
use serde::{Deserialize, Serialize};

use super::{Fields, allowed, arn, needed};
use crate::authorize::resource_tags;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::xml;
use crate::world::World;

/// The security groups of one account in one region, by `sg-...`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub groups: BTreeMap<String, SecurityGroup>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SecurityGroup {
    pub name: String,
    pub description: String,
    pub vpc: String,
    pub tags: BTreeMap<String, String>,
    /// By `sgr-...`. Those that a stack gives its groups are known to the stack alone.
    pub rules: BTreeMap<String, Rule>,
}

/// TCP from or to another group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rule {
    pub outbound: bool,
    pub ports: (u16, u16),
    pub other: String,
}

/// One of the calls about security groups.
pub(super) fn handle(world: &mut World, ctx: &Ctx, action: &str, fields: &Fields) -> Result<String, AwsError> {
    match action {
        "DescribeSecurityGroups" => describe(world, ctx, fields),
        "DescribeSecurityGroupRules" => describe_rules(world, ctx, fields),
        "RevokeSecurityGroupIngress" => revoke(world, ctx, action, fields, false),
        "RevokeSecurityGroupEgress" => revoke(world, ctx, action, fields, true),
        "DeleteSecurityGroup" => delete(world, ctx, fields),
        _ => Err(AwsError::unknown_operation(action)),
    }
}

/// Values of `name.1`, `name.2`, ...
fn listed<'a>(fields: &'a Fields, name: &str) -> Vec<&'a str> {
    (1..).map_while(|n| fields.get(&format!("{name}.{n}"))).map(String::as_str).collect()
}

/// The filters of a call: all have to fit, by one of their values, in which `*` stands for anything.
pub(super) fn filters(fields: &Fields) -> Vec<(&str, Vec<&str>)> {
    (1..)
        .map_while(|n| {
            Some((fields.get(&format!("Filter.{n}.Name"))?.as_str(), listed(fields, &format!("Filter.{n}.Value"))))
        })
        .collect()
}

pub(super) fn fits(filters: &[(&str, Vec<&str>)], value: impl Fn(&str) -> Option<String>) -> bool {
    filters.iter().all(|(name, wanted)| {
        value(name).is_some_and(|value| {
            wanted.iter().any(|w| w.strip_suffix('*').map_or(value == **w, |start| value.starts_with(start)))
        })
    })
}

fn tag_items(tags: &BTreeMap<String, String>) -> String {
    let item =
        |(key, value): (&String, &String)| format!("<item><key>{}</key><value>{}</value></item>", xml(key), xml(value));
    tags.iter().map(item).collect()
}

fn describe(world: &mut World, ctx: &Ctx, fields: &Fields) -> Result<String, AwsError> {
    allowed(world, ctx, "DescribeSecurityGroups", "*", Context::new())?;
    let (ids, filters) = (listed(fields, "GroupId"), filters(fields));
    let state = world.ec2(ctx.account(), &ctx.region);
    if let Some(missing) = ids.iter().find(|id| !state.groups.contains_key(**id)) {
        return Err(no_group(missing));
    }
    let mut out = String::from("<securityGroupInfo>");
    for (id, group) in &state.groups {
        let value = |name: &str| match name {
            "group-id" => Some(id.clone()),
            "group-name" => Some(group.name.clone()),
            "vpc-id" => Some(group.vpc.clone()),
            _ => group.tags.get(name.strip_prefix("tag:")?).cloned(),
        };
        if (ids.is_empty() || ids.contains(&id.as_str())) && fits(&filters, value) {
            // Writing into a String cannot fail.
            let _ = write!(
                out,
                "<item><ownerId>{}</ownerId><groupId>{id}</groupId><groupName>{}</groupName><groupDescription>{}</groupDescription><vpcId>{}</vpcId><tagSet>{}</tagSet></item>",
                ctx.account(),
                xml(&group.name),
                xml(&group.description),
                xml(&group.vpc),
                tag_items(&group.tags),
            );
        }
    }
    Ok(out + "</securityGroupInfo>")
}

fn describe_rules(world: &mut World, ctx: &Ctx, fields: &Fields) -> Result<String, AwsError> {
    allowed(world, ctx, "DescribeSecurityGroupRules", "*", Context::new())?;
    let filters = filters(fields);
    let mut out = String::from("<securityGroupRuleSet>");
    for (id, group) in &world.ec2(ctx.account(), &ctx.region).groups {
        let value = |name: &str| (name == "group-id").then(|| id.clone());
        for (own, rule) in group.rules.iter().filter(|_| fits(&filters, value)) {
            let _ = write!(
                out,
                "<item><securityGroupRuleId>{own}</securityGroupRuleId><groupId>{id}</groupId><isEgress>{}</isEgress><ipProtocol>tcp</ipProtocol><fromPort>{}</fromPort><toPort>{}</toPort><referencedGroupInfo><groupId>{}</groupId></referencedGroupInfo></item>",
                rule.outbound, rule.ports.0, rule.ports.1, rule.other,
            );
        }
    }
    Ok(out + "</securityGroupRuleSet>")
}

fn no_group(id: &str) -> AwsError {
    AwsError::new("InvalidGroup.NotFound", format!("The security group '{id}' does not exist"))
}

/// May the caller do this to the group, with its tags?
fn on_group(world: &mut World, ctx: &Ctx, action: &str, id: &str) -> Result<(), AwsError> {
    let mut context = Context::new();
    if let Some(group) = world.ec2(ctx.account(), &ctx.region).groups.get(id) {
        let (tags, vpc) = (group.tags.clone(), arn(ctx, &format!("vpc/{}", group.vpc)));
        resource_tags(&mut context, Some("ec2"), &tags);
        context.set("ec2:Vpc", vpc);
    }
    allowed(world, ctx, action, &arn(ctx, &format!("security-group/{id}")), context)
}

fn revoke(world: &mut World, ctx: &Ctx, action: &str, fields: &Fields, outbound: bool) -> Result<String, AwsError> {
    let (id, rules) = (needed(fields, "GroupId")?, listed(fields, "SecurityGroupRuleId"));
    on_group(world, ctx, action, id)?;
    for rule in &rules {
        allowed(world, ctx, action, &arn(ctx, &format!("security-group-rule/{rule}")), Context::new())?;
    }
    let group = world.ec2(ctx.account(), &ctx.region).groups.get_mut(id).ok_or_else(|| no_group(id))?;
    if let Some(missing) = rules.iter().find(|rule| group.rules.get(**rule).is_none_or(|r| r.outbound != outbound)) {
        let message = format!("The security group rule ID '{missing}' does not exist");
        return Err(AwsError::new("InvalidSecurityGroupRuleId.NotFound", message));
    }
    group.rules.retain(|own, _| !rules.contains(&own.as_str()));
    Ok("<return>true</return>".to_owned())
}

fn delete(world: &mut World, ctx: &Ctx, fields: &Fields) -> Result<String, AwsError> {
    let id = needed(fields, "GroupId")?;
    on_group(world, ctx, "DeleteSecurityGroup", id)?;
    let used =
        world.efs(ctx.account(), &ctx.region).mount_targets.values().any(|t| t.security_groups.iter().any(|g| g == id));
    let state = world.ec2(ctx.account(), &ctx.region);
    if !state.groups.contains_key(id) {
        return Err(no_group(id));
    }
    let named = |group: &SecurityGroup| group.rules.values().any(|rule| rule.other == id);
    if used || state.groups.iter().any(|(other, group)| other != id && named(group)) {
        return Err(AwsError::new("DependencyViolation", format!("resource {id} has a dependent object")));
    }
    state.groups.remove(id);
    Ok("<return>true</return>".to_owned())
}
