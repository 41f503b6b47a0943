//! Amazon S3, as far as templates need it: buckets of an account and objects in them, by path (`/bucket/key`). Service Catalog
//! loads a template from there.
//!
//! Neither versions, lists, bucket policies nor parts: whoever asks for those gets `NotImplemented`.

mod url;
mod wire;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use domain::guardrail::Context;
use domain::id::AccountId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub(crate) use url::located;
pub(crate) use wire::{Answer, Call, read, refusal, respond};

use crate::authorize::authorize;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::world::World;

/// A bucket, by its name in all accounts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bucket {
    pub account: AccountId,
    pub region: String,
    /// By key.
    pub objects: BTreeMap<String, Object>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Object {
    base64: String,
    etag: String,
    changed: DateTime<Utc>,
    content_type: String,
}

impl Object {
    fn new(body: &[u8], content_type: &str, now: DateTime<Utc>) -> Self {
        let etag = hex::encode(&Sha256::digest(body)[..16]);
        Self { base64: STANDARD.encode(body), etag, changed: now, content_type: content_type.to_owned() }
    }

    fn body(&self) -> Vec<u8> {
        STANDARD.decode(&self.base64).unwrap_or_default()
    }
}

fn no_such(what: &str, name: &str) -> AwsError {
    AwsError::with_status(
        404,
        &format!("NoSuch{what}"),
        format!("The specified {} does not exist: {name}", what.to_lowercase()),
    )
}

fn allow(world: &World, ctx: &Ctx, action: &str, bucket: &str, key: Option<&str>) -> Result<(), AwsError> {
    let arn = key.map_or_else(|| format!("arn:aws:s3:::{bucket}"), |key| format!("arn:aws:s3:::{bucket}/{key}"));
    let denied = |error: AwsError| match error.code.as_str() {
        "AccessDeniedException" => AwsError::with_status(403, "AccessDenied", error.message),
        _ => error,
    };
    authorize(world, ctx, &format!("s3:{action}"), &arn, Context::new()).map_err(denied)
}

/// A bucket of the caller's account: no bucket here has a policy that lets others in.
fn own<'a>(world: &'a World, ctx: &Ctx, bucket: &str) -> Result<&'a Bucket, AwsError> {
    let found = world.s3.get(bucket).ok_or_else(|| no_such("Bucket", bucket))?;
    if found.account == *ctx.account() {
        return Ok(found);
    }
    Err(AwsError::with_status(403, "AccessDenied", "Access Denied"))
}

/// What an object holds, for whoever may get it.
pub(crate) fn object(world: &World, ctx: &Ctx, bucket: &str, key: &str) -> Result<Vec<u8>, AwsError> {
    allow(world, ctx, "GetObject", bucket, Some(key))?;
    let found = own(world, ctx, bucket)?.objects.get(key).ok_or_else(|| no_such("Key", key))?;
    Ok(found.body())
}

/// One call.
pub(crate) fn handle(world: &mut World, ctx: &Ctx, operation: &str, call: &Call) -> Result<Answer, AwsError> {
    let (bucket, key) = (call.bucket.as_str(), call.key.as_str());
    match operation {
        "CreateBucket" => create_bucket(world, ctx, bucket),
        "HeadBucket" => {
            allow(world, ctx, "ListBucket", bucket, None)?;
            own(world, ctx, bucket).map(|_| Answer::default())
        }
        "PutObject" => {
            allow(world, ctx, "PutObject", bucket, Some(key))?;
            own(world, ctx, bucket)?;
            let new = Object::new(&call.body, &call.content_type, ctx.now);
            let answer = Answer { etag: Some(new.etag.clone()), ..Answer::default() };
            if let Some(it) = world.s3.get_mut(bucket) {
                it.objects.insert(key.to_owned(), new.clone());
            }
            Ok(answer)
        }
        "GetObject" | "HeadObject" => {
            let body = object(world, ctx, bucket, key)?;
            let found = own(world, ctx, bucket)?.objects.get(key).ok_or_else(|| no_such("Key", key))?;
            Ok(Answer {
                etag: Some(found.etag.clone()),
                changed: Some(found.changed),
                content_type: Some(found.content_type.clone()),
                body: Some(body),
                ..Answer::default()
            })
        }
        "DeleteObject" => {
            allow(world, ctx, "DeleteObject", bucket, Some(key))?;
            own(world, ctx, bucket)?;
            if let Some(it) = world.s3.get_mut(bucket) {
                it.objects.remove(key);
            }
            Ok(Answer { status: 204, ..Answer::default() })
        }
        _ => Err(AwsError::with_status(501, "NotImplemented", format!("The local AWS offers no {operation} of S3."))),
    }
}

/// Lower case letters, digits, dots and hyphens, 3 to 63.
fn create_bucket(world: &mut World, ctx: &Ctx, bucket: &str) -> Result<Answer, AwsError> {
    let valid = (3..=63).contains(&bucket.len())
        && bucket.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'));
    if !valid {
        return Err(AwsError::new("InvalidBucketName", "The specified bucket is not valid."));
    }
    allow(world, ctx, "CreateBucket", bucket, None)?;
    match world.s3.get(bucket) {
        Some(found) if found.account == *ctx.account() => Err(AwsError::with_status(
            409,
            "BucketAlreadyOwnedByYou",
            "Your previous request to create the named bucket succeeded and you already own it.",
        )),
        Some(_) => {
            Err(AwsError::with_status(409, "BucketAlreadyExists", "The requested bucket name is not available."))
        }
        None => {
            let new = Bucket { account: ctx.account().clone(), region: ctx.region.clone(), objects: BTreeMap::new() };
            world.s3.insert(bucket.to_owned(), new);
            Ok(Answer::default())
        }
    }
}
