//! What each resource type does in the world: making, looking, changing, removing.

mod ec2;
mod iam;
mod iam_policy;
mod kms;
mod opaque;
mod opaque_actions;
mod s3;
mod sagemaker;

use domain::template::replacement;
use serde_json::Value;

use crate::cloudformation::{Stack, StackResource};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::world::World;
use template::Attributes;

/// A resource whose making has begun.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// What `Ref` gives.
    pub(super) physical_id: String,
    pub(super) attributes: Attributes,
    /// How long it takes at AWS; `None` asks the service until it is there.
    pub(super) seconds: Option<u32>,
    pub(super) opaque: bool,
}

/// How a removal goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Removal {
    Done,
    After(u32),
    /// Ask the service until it is gone.
    Poll,
    /// It has to stop first: ask again.
    Stopping,
}

pub(super) fn make(world: &mut World, ctx: &Ctx, stack: &Stack, index: usize) -> Result<Made, String> {
    let Some(resource) = stack.resources.get(index) else { return Err("no such resource".into()) };
    struck(world, resource, "create")?;
    match resource.kind.as_str() {
        kind if sagemaker::knows(kind) => sagemaker::make(world, ctx, stack, resource),
        "AWS::IAM::Role" => iam::make_role(world, ctx, stack, resource),
        "AWS::IAM::Policy" => iam_policy::make_inline(world, ctx, stack, resource),
        "AWS::IAM::ManagedPolicy" => iam_policy::make_managed(world, ctx, stack, resource),
        "AWS::IAM::InstanceProfile" => iam::make_instance_profile(world, ctx, stack, resource),
        "AWS::S3::Bucket" => s3::make_bucket(world, ctx, stack, resource),
        "AWS::S3::BucketPolicy" => s3::make_policy(world, ctx, resource),
        "AWS::KMS::Key" => kms::make_key(world, ctx, resource),
        "AWS::KMS::Alias" => kms::make_alias(world, ctx, resource),
        "AWS::EC2::VPC" | "AWS::EC2::Subnet" => ec2::make_network(world, ctx, resource),
        "AWS::EC2::SecurityGroup" => ec2::make_group(world, ctx, resource),
        "AWS::EC2::SecurityGroupIngress" | "AWS::EC2::SecurityGroupEgress" => ec2::make_rule(world, ctx, resource),
        _ => opaque::make(world, ctx, stack, resource),
    }
}

/// Whether a resource that is being made or changed is there now.
pub(super) fn ready(world: &mut World, ctx: &Ctx, resource: &mut StackResource) -> Result<bool, String> {
    if sagemaker::knows(&resource.kind) { sagemaker::ready(world, ctx, resource) } else { Ok(true) }
}

/// Starts the removal, or goes on with it.
pub(super) fn remove(world: &mut World, ctx: &Ctx, stack: &Stack, resource: &StackResource) -> Result<Removal, String> {
    struck(world, resource, "delete")?;
    match resource.kind.as_str() {
        kind if sagemaker::knows(kind) => sagemaker::remove(world, ctx, resource),
        "AWS::IAM::Role" => iam::remove_role(world, ctx, resource),
        "AWS::IAM::Policy" => iam_policy::remove_inline(world, ctx, resource),
        "AWS::IAM::ManagedPolicy" => iam_policy::remove_managed(world, ctx, resource),
        "AWS::IAM::InstanceProfile" => iam::remove_instance_profile(world, ctx, resource),
        "AWS::S3::Bucket" => s3::remove_bucket(world, ctx, resource),
        "AWS::S3::BucketPolicy" => s3::remove_policy(world, ctx, resource),
        "AWS::KMS::Key" => kms::remove_key(world, ctx, resource),
        "AWS::KMS::Alias" => kms::remove_alias(world, ctx, resource),
        "AWS::EC2::VPC" | "AWS::EC2::Subnet" => ec2::remove_network(world, ctx, resource),
        "AWS::EC2::SecurityGroup" => ec2::remove_group(world, ctx, resource),
        "AWS::EC2::SecurityGroupIngress" | "AWS::EC2::SecurityGroupEgress" => Ok(Removal::After(2)),
        _ => opaque::remove(world, ctx, stack, resource),
    }
}

/// Whether a resource that is being removed is gone.
pub(super) fn gone(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<bool, String> {
    if sagemaker::knows(&resource.kind) { sagemaker::gone(world, ctx, resource) } else { Ok(true) }
}

/// Changes a resource in place, from the properties that it has; answers how long that takes.
pub(super) fn change(world: &mut World, ctx: &Ctx, resource: &StackResource, from: &Value) -> Result<u32, String> {
    struck(world, resource, "update")?;
    match resource.kind.as_str() {
        kind if sagemaker::knows(kind) => sagemaker::change(world, ctx, resource),
        "AWS::IAM::Role" => iam::change_role(world, ctx, resource, from),
        "AWS::IAM::Policy" => iam_policy::change_inline(world, ctx, resource, from),
        "AWS::IAM::ManagedPolicy" => iam_policy::change_managed(world, ctx, resource, from),
        "AWS::IAM::InstanceProfile" => iam::change_instance_profile(world, ctx, resource),
        "AWS::S3::Bucket" => s3::change_bucket(world, ctx, resource, from),
        "AWS::S3::BucketPolicy" => s3::make_policy(world, ctx, resource).map(|_| 5),
        "AWS::KMS::Key" => kms::change_key(world, ctx, resource, from),
        "AWS::KMS::Alias" => kms::change_alias(world, ctx, resource),
        "AWS::EC2::SecurityGroup" => ec2::change_group(world, ctx, resource, from),
        "AWS::EC2::SecurityGroupIngress" | "AWS::EC2::SecurityGroupEgress" => Ok(2),
        _ => opaque::change(world, ctx, resource),
    }
}

/// Whether a change is one that AWS makes by putting a new resource in the place of the old one.
pub(super) fn needs_replacement(kind: &str, old: &Value, new: &Value) -> bool {
    let fixed: &[&str] = match kind {
        "AWS::IAM::InstanceProfile" => &["InstanceProfileName", "Path"],
        "AWS::Lambda::Function" => &["FunctionName", "PackageType"],
        "AWS::CloudFormation::CustomResource" => &["ServiceToken"],
        kind if kind.starts_with("Custom::") => &["ServiceToken"],
        // Of a type that is not known here, what names the resource is sure to be fixed.
        kind => replacement(kind).map_or(opaque::NAMES, |known| known.properties),
    };
    fixed.iter().any(|key| old.get(*key) != new.get(*key))
}

/// What was told to go wrong with it.
fn struck(world: &mut World, resource: &StackResource, verb: &str) -> Result<(), String> {
    let Some(error) = world.faults.strike_stack(verb, &resource.kind) else { return Ok(()) };
    let service = resource.kind.split("::").nth(1).unwrap_or_default();
    Err(refused(world, service, &error))
}

/// A service's refusal, as CloudFormation passes it on.
pub(super) fn refused(world: &mut World, service: &str, error: &AwsError) -> String {
    let handler = match error.code.trim_end_matches("Exception") {
        "AccessDenied" => "AccessDenied",
        "ResourceInUse" | "EntityAlreadyExists" | "AlreadyExists" | "BucketAlreadyExists" => "AlreadyExists",
        "ResourceNotFound" | "NoSuchEntity" => "NotFound",
        "ResourceLimitExceeded" => "ServiceLimitExceeded",
        "Validation" | "DependencyViolation" => "InvalidRequest",
        _ => "GeneralServiceException",
    };
    let (request, token) = (world.fresh_uuid(), world.fresh_uuid());
    format!(
        "Resource handler returned message: \"{} (Service: {service}, Status Code: {}, Request ID: {request})\" (RequestToken: {token}, HandlerErrorCode: {handler})",
        error.message, error.status
    )
}

/// A property's text.
pub(super) fn text<'a>(properties: &'a Value, key: &str) -> Option<&'a str> {
    properties.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// A property that has to be there.
pub(super) fn required<'a>(properties: &'a Value, key: &str) -> Result<&'a str, String> {
    text(properties, key).ok_or_else(|| format!("Properties validation failed: #: required key [{key}] not found"))
}

/// The name that CloudFormation makes up for a resource, of at most `longest` characters.
pub(super) fn made_up_name(world: &mut World, stack: &Stack, resource: &StackResource, longest: usize) -> String {
    let end = format!("-{}", world.fresh(12));
    let mut start = format!("{}-{}", stack.name, resource.logical_id);
    start.truncate(longest.saturating_sub(end.len()));
    start + &end
}

/// Tags of a property list.
pub(super) fn tags(properties: &Value) -> std::collections::BTreeMap<String, String> {
    let tags = properties.get("Tags").and_then(Value::as_array).into_iter().flatten();
    tags.filter_map(|tag| Some((tag["Key"].as_str()?.to_owned(), scalar(&tag["Value"])?))).collect()
}

/// A scalar's text.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}
