//! `AWS::S3::Bucket` and `AWS::S3::BucketPolicy`.

use domain::guardrail::Context;
use serde_json::{Value, json};

use super::{Made, Removal, made_up_name, refused, required, text};
use crate::authorize::authorize;
use crate::cloudformation::{Stack, StackResource};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::world::World;

fn allow(world: &mut World, ctx: &Ctx, action: &str, bucket: &str) -> Result<(), String> {
    authorize(world, ctx, action, &format!("arn:aws:s3:::{bucket}"), Context::new())
        .map_err(|e| refused(world, "S3", &e))
}

pub(super) fn make_bucket(
    world: &mut World,
    ctx: &Ctx,
    stack: &Stack,
    resource: &StackResource,
) -> Result<Made, String> {
    let name = match text(&resource.properties, "BucketName") {
        Some(name) => name.to_owned(),
        None => made_up_name(world, stack, resource, 63).to_lowercase(),
    };
    let valid = (3..=63).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.')
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric());
    if !valid {
        let upper = name.bytes().any(|b| b.is_ascii_uppercase());
        return Err(if upper {
            "Bucket name should not contain uppercase characters".to_owned()
        } else {
            format!("The specified bucket is not valid: {name}")
        });
    }
    allow(world, ctx, "s3:CreateBucket", &name)?;
    configure(world, ctx, &name, &resource.properties, &Value::Null)?;
    if let Some(owner) = world.cloudformation.buckets.get(&name) {
        let error = AwsError::with_status(
            409,
            "BucketAlreadyExists",
            if *owner == ctx.account().to_string() {
                format!("{name} already exists")
            } else {
                "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.".to_owned()
            },
        );
        return Err(refused(world, "S3", &error));
    }
    world.cloudformation.buckets.insert(name.clone(), ctx.account().to_string());
    let region = &ctx.region;
    let attributes = [
        ("Arn", format!("arn:aws:s3:::{name}")),
        ("DomainName", format!("{name}.s3.amazonaws.com")),
        ("RegionalDomainName", format!("{name}.s3.{region}.amazonaws.com")),
        ("DualStackDomainName", format!("{name}.s3.dualstack.{region}.amazonaws.com")),
        ("WebsiteURL", format!("http://{name}.s3-website-{region}.amazonaws.com")),
    ];
    Ok(Made {
        physical_id: name,
        attributes: attributes.into_iter().map(|(k, v)| (k.to_owned(), json!(v))).collect(),
        seconds: Some(22),
        ..Made::default()
    })
}

/// Properties that take a call of their own.
const SETTINGS: [(&str, &str); 6] = [
    ("BucketEncryption", "s3:PutEncryptionConfiguration"),
    ("VersioningConfiguration", "s3:PutBucketVersioning"),
    ("PublicAccessBlockConfiguration", "s3:PutBucketPublicAccessBlock"),
    ("LifecycleConfiguration", "s3:PutLifecycleConfiguration"),
    ("LoggingConfiguration", "s3:PutBucketLogging"),
    ("Tags", "s3:PutBucketTagging"),
];

fn configure(world: &mut World, ctx: &Ctx, name: &str, to: &Value, from: &Value) -> Result<(), String> {
    let changed = SETTINGS.iter().filter(|(property, _)| to.get(property) != from.get(property));
    changed.map(|(_, action)| *action).try_for_each(|action| allow(world, ctx, action, name))
}

pub(super) fn change_bucket(
    world: &mut World,
    ctx: &Ctx,
    resource: &StackResource,
    from: &Value,
) -> Result<u32, String> {
    configure(world, ctx, &resource.physical_id, &resource.properties, from)?;
    Ok(22)
}

pub(super) fn remove_bucket(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<Removal, String> {
    if !world.cloudformation.buckets.contains_key(&resource.physical_id) {
        return Ok(Removal::Done);
    }
    allow(world, ctx, "s3:DeleteBucket", &resource.physical_id)?;
    world.cloudformation.buckets.remove(&resource.physical_id);
    Ok(Removal::After(3))
}

pub(super) fn make_policy(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<Made, String> {
    let bucket = required(&resource.properties, "Bucket")?.to_owned();
    allow(world, ctx, "s3:PutBucketPolicy", &bucket)?;
    if world.cloudformation.buckets.get(&bucket) != Some(&ctx.account().to_string()) {
        let error = AwsError::with_status(404, "NoSuchBucket", "The specified bucket does not exist");
        return Err(refused(world, "S3", &error));
    }
    Ok(Made { physical_id: bucket, seconds: Some(5), ..Made::default() })
}

pub(super) fn remove_policy(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<Removal, String> {
    allow(world, ctx, "s3:DeleteBucketPolicy", &resource.physical_id)?;
    Ok(Removal::After(2))
}
