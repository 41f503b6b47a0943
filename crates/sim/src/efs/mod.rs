//! Amazon EFS: the file systems that SageMaker makes for its domains, their mount targets, and how both are taken away.

mod state;
mod wire;

use chrono::{DateTime, Utc};
use domain::guardrail::Context;
use serde_json::{Map, Value, json};

pub use state::{FileSystem, MountTarget, State};
pub(crate) use wire::read;

use crate::authorize::{authorize, request_tags, resource_tags};
use crate::context::{Ctx, Origin};
use crate::error::AwsError;
use crate::value::{epoch, page, required, tag_list, tags, text};
use crate::world::World;

/// Seconds that AWS takes, about.
const TARGET_GOES_IN: u32 = 30;
const SYSTEM_GOES_IN: u32 = 10;

/// One operation; `null` where the answer is empty.
pub fn handle(world: &mut World, ctx: &Ctx, operation: &str, body: &Value) -> Result<Value, AwsError> {
    match operation {
        "DescribeFileSystems" => describe_file_systems(world, ctx, body),
        "DeleteFileSystem" => delete_file_system(world, ctx, body),
        "DescribeMountTargets" => describe_mount_targets(world, ctx, body),
        "DeleteMountTarget" => delete_mount_target(world, ctx, body),
        "DescribeMountTargetSecurityGroups" => target_groups(world, ctx, body),
        "ListTagsForResource" => list_tags(world, ctx, body),
        "TagResource" => tag(world, ctx, body),
        _ => Err(AwsError::unknown_operation(operation)),
    }
}

/// Takes away what is due to be gone at `now`.
pub fn settle(world: &mut World, now: DateTime<Utc>) {
    for state in world.efs.values_mut() {
        state.settle(now);
    }
}

fn arn(ctx: &Ctx, id: &str) -> String {
    format!("arn:aws:elasticfilesystem:{}:{}:file-system/{id}", ctx.region, ctx.account())
}

/// EFS has no resource for mount targets: what is done to one is asked of its file system.
fn allowed(world: &mut World, ctx: &Ctx, operation: &str, id: &str, mut context: Context) -> Result<(), AwsError> {
    let state = world.efs(ctx.account(), &ctx.region);
    let own = state.file_systems.get(id).map(|system| system.tags.clone()).unwrap_or_default();
    resource_tags(&mut context, Some("elasticfilesystem"), &own);
    authorize(world, ctx, &format!("elasticfilesystem:{operation}"), &arn(ctx, id), context)
}

fn bad_request(message: impl Into<String>) -> AwsError {
    AwsError::new("BadRequest", message)
}

fn no_file_system(id: &str) -> AwsError {
    AwsError::with_status(404, "FileSystemNotFound", format!("File system '{id}' does not exist."))
}

fn no_mount_target(id: &str) -> AwsError {
    AwsError::with_status(404, "MountTargetNotFound", format!("Mount target '{id}' does not exist."))
}

/// `fs-` or `fsmt-` and 8 to 40 hexadecimal digits.
fn identifier<'a>(body: &'a Value, key: &str, prefix: &str) -> Result<&'a str, AwsError> {
    let given = required(body, key)?;
    let valid = given.strip_prefix(prefix).is_some_and(|digits| {
        (8..=40).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    });
    if valid { Ok(given) } else { Err(bad_request(format!("invalid {key}: {given}"))) }
}

/// The file system of the call, which is there.
fn found<'w>(world: &'w mut World, ctx: &Ctx, id: &str) -> Result<&'w mut FileSystem, AwsError> {
    world.efs(ctx.account(), &ctx.region).file_systems.get_mut(id).ok_or_else(|| no_file_system(id))
}

fn describe_file_systems(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let wanted = text(body, "FileSystemId").map(|_| identifier(body, "FileSystemId", "fs-")).transpose()?;
    let token = text(body, "CreationToken");
    allowed(world, ctx, "DescribeFileSystems", wanted.unwrap_or("*"), Context::new())?;
    let state = world.efs(ctx.account(), &ctx.region).clone();
    let rows: Vec<Value> = state
        .file_systems
        .iter()
        .filter(|(id, system)| wanted.is_none_or(|w| w == *id) && token.is_none_or(|t| t == system.creation_token))
        .map(|(id, system)| described(ctx, &state, id, system))
        .collect();
    if let Some(id) = wanted.filter(|_| rows.is_empty()) {
        return Err(no_file_system(id));
    }
    answer("FileSystems", rows, body)
}

fn described(ctx: &Ctx, state: &State, id: &str, system: &FileSystem) -> Value {
    let mut out = json!({
        "OwnerId": ctx.account(),
        "CreationToken": system.creation_token,
        "FileSystemId": id,
        "FileSystemArn": arn(ctx, id),
        "CreationTime": epoch(system.created),
        "LifeCycleState": life(system.gone_at),
        "NumberOfMountTargets": state.targets_of(id).count(),
        "SizeInBytes": { "Value": system.size, "Timestamp": epoch(ctx.now), "ValueInStandard": system.size },
        "PerformanceMode": "generalPurpose",
        "ThroughputMode": "bursting",
        "Encrypted": true,
        "Tags": tag_list(&system.tags),
    });
    if let Some(key) = &system.kms_key {
        out["KmsKeyId"] = json!(key);
    }
    out
}

fn life(gone_at: Option<DateTime<Utc>>) -> &'static str {
    if gone_at.is_some() { "deleting" } else { "available" }
}

/// A list, a hundred rows a page at most.
fn answer(member: &str, rows: Vec<Value>, body: &Value) -> Result<Value, AwsError> {
    let (rows, next) = page(rows, body, ("MaxItems", "Marker"), (100, 100))?;
    let mut out = Map::from_iter([(member.to_owned(), Value::Array(rows))]);
    if let Some(next) = next {
        out.insert("NextMarker".into(), json!(next));
    }
    Ok(Value::Object(out))
}

fn delete_file_system(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = identifier(body, "FileSystemId", "fs-")?;
    allowed(world, ctx, "DeleteFileSystem", id, Context::new())?;
    let gone = world.ready_at(ctx.now, SYSTEM_GOES_IN);
    let state = world.efs(ctx.account(), &ctx.region);
    if state.targets_of(id).next().is_some() {
        let message = format!("File system '{id}' cannot be deleted because it has mount targets.");
        return Err(AwsError::with_status(409, "FileSystemInUse", message));
    }
    let system = found(world, ctx, id)?;
    system.gone_at.get_or_insert(gone);
    Ok(Value::Null)
}

fn describe_mount_targets(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (system, target) = (text(body, "FileSystemId"), text(body, "MountTargetId"));
    let state = world.efs(ctx.account(), &ctx.region).clone();
    let (rows, id): (Vec<Value>, String) = match (system, target) {
        (Some(_), None) => {
            let id = identifier(body, "FileSystemId", "fs-")?;
            (state.targets_of(id).map(|(own, target)| described_target(ctx, own, target)).collect(), id.to_owned())
        }
        (None, Some(_)) => {
            let own = identifier(body, "MountTargetId", "fsmt-")?;
            let target = state.mount_targets.get(own);
            let id = target.map_or_else(|| "*".to_owned(), |target| target.file_system.clone());
            (target.map(|target| described_target(ctx, own, target)).into_iter().collect(), id)
        }
        _ => return Err(bad_request("Exactly one of FileSystemId, MountTargetId and AccessPointId must be provided.")),
    };
    allowed(world, ctx, "DescribeMountTargets", &id, Context::new())?;
    match target {
        Some(target) if rows.is_empty() => return Err(no_mount_target(target)),
        Some(_) => {}
        None => drop(found(world, ctx, &id)?),
    }
    answer("MountTargets", rows, body)
}

fn described_target(ctx: &Ctx, id: &str, target: &MountTarget) -> Value {
    json!({
        "OwnerId": ctx.account(),
        "MountTargetId": id,
        "FileSystemId": target.file_system,
        "SubnetId": target.subnet,
        "VpcId": target.vpc,
        "LifeCycleState": life(target.gone_at),
        "IpAddress": target.ip,
        "NetworkInterfaceId": target.network_interface,
    })
}

/// The mount target of a call, and what EFS calls it; who may not ask about its file system is told nothing of it.
fn target<'b>(
    world: &mut World,
    ctx: &Ctx,
    operation: &str,
    body: &'b Value,
) -> Result<(&'b str, MountTarget), AwsError> {
    let id = identifier(body, "MountTargetId", "fsmt-")?;
    let target = world.efs(ctx.account(), &ctx.region).mount_targets.get(id).cloned();
    let system = target.as_ref().map_or("*", |target| &target.file_system);
    allowed(world, ctx, operation, system, Context::new())?;
    target.map(|target| (id, target)).ok_or_else(|| no_mount_target(id))
}

/// EFS deletes the network interface for the caller, who has to be allowed to (`ec2:DeleteNetworkInterface`).
fn delete_mount_target(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (id, target) = target(world, ctx, "DeleteMountTarget", body)?;
    let interface =
        format!("arn:aws:ec2:{}:{}:network-interface/{}", ctx.region, ctx.account(), target.network_interface);
    let through =
        Ctx { origin: Origin { user_agent: None, via: Some("elasticfilesystem.amazonaws.com") }, ..ctx.clone() };
    authorize(world, &through, "ec2:DeleteNetworkInterface", &interface, Context::new())?;
    let gone = world.ready_at(ctx.now, TARGET_GOES_IN);
    if let Some(target) = world.efs(ctx.account(), &ctx.region).mount_targets.get_mut(id) {
        target.gone_at.get_or_insert(gone);
    }
    Ok(Value::Null)
}

fn target_groups(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (_, target) = target(world, ctx, "DescribeMountTargetSecurityGroups", body)?;
    Ok(json!({ "SecurityGroups": target.security_groups }))
}

fn list_tags(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = resource(ctx, body)?;
    allowed(world, ctx, "ListTagsForResource", &id, Context::new())?;
    let rows = tag_list(&found(world, ctx, &id)?.tags).as_array().cloned().unwrap_or_default();
    let (rows, next) = page(rows, body, ("MaxResults", "NextToken"), (100, 100))?;
    let mut out = json!({ "Tags": rows });
    if let Some(next) = next {
        out["NextToken"] = json!(next);
    }
    Ok(out)
}

fn tag(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = resource(ctx, body)?;
    let given = tags(body, "Tags")?;
    let mut context = Context::new();
    request_tags(&mut context, &given);
    allowed(world, ctx, "TagResource", &id, context)?;
    let system = found(world, ctx, &id)?;
    let mut all = system.tags.clone();
    all.extend(given);
    if all.len() > 50 {
        return Err(bad_request("A file system can have at most 50 tags."));
    }
    system.tags = all;
    Ok(Value::Null)
}

/// A file system by its id or its ARN.
fn resource(ctx: &Ctx, body: &Value) -> Result<String, AwsError> {
    let given = required(body, "ResourceId")?;
    let id = given.strip_prefix(arn(ctx, "").as_str()).unwrap_or(given);
    identifier(&json!({ "ResourceId": id }), "ResourceId", "fs-").map(str::to_owned)
}
