//! What all operations check: names, authorization with SageMaker's condition keys, and roles that are passed on.

use std::collections::BTreeMap;

use domain::guardrail::{Call, Context, PolicyKind, PrincipalArn, trusts};
use serde_json::Value;

use crate::authorize::{authorize, request_tags, resource_tags, service_call};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{constraint, required};
use crate::world::World;

/// `UserProfileName` and the like: at most 63 characters, `[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}`.
pub(super) fn name<'a>(body: &'a Value, key: &str) -> Result<&'a str, AwsError> {
    let given = required(body, key)?;
    if given.len() > 63 {
        return Err(constraint(given, key, "Member must have length less than or equal to 63"));
    }
    let alnum = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = given.as_bytes();
    let valid =
        alnum(bytes.first()) && alnum(bytes.last()) && bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
    if valid {
        return Ok(given);
    }
    Err(constraint(given, key, "Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"))
}

/// A `DomainId`: `d-` and lower case letters, digits and hyphens.
pub(super) fn domain_id(body: &Value) -> Result<&str, AwsError> {
    let given = required(body, "DomainId")?;
    let valid = given.len() <= 63
        && given.strip_prefix("d-").is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        });
    if valid {
        return Ok(given);
    }
    Err(constraint(given, "DomainId", "Member must satisfy regular expression pattern: ^d-(-*[a-z0-9]){1,61}"))
}

pub(super) fn arn(ctx: &Ctx, rest: &str) -> String {
    format!("arn:aws:sagemaker:{}:{}:{rest}", ctx.region, ctx.account())
}

/// A call on something that may exist already, whose tags policies may compare.
pub(super) fn on_resource(
    world: &mut World,
    ctx: &Ctx,
    operation: &str,
    arn: &str,
    mut context: Context,
) -> Result<(), AwsError> {
    let account = ctx.account().clone();
    let tags = world.sagemaker(&account, &ctx.region).by_arn_mut(arn).map(|r| r.tags.clone()).unwrap_or_default();
    resource_tags(&mut context, Some("sagemaker"), &tags);
    authorize(world, ctx, &format!("sagemaker:{operation}"), arn, context)
}

/// A call that gives something new settings, which policies may compare.
pub(crate) fn on_change(
    world: &mut World,
    ctx: &Ctx,
    operation: &str,
    arn: &str,
    settings: &Value,
) -> Result<(), AwsError> {
    let mut context = Context::new();
    let mut groups = texts(settings, &["DefaultUserSettings", "SecurityGroups"]);
    groups.extend(texts(settings, &["UserSettings", "SecurityGroups"]));
    set_some(&mut context, "sagemaker:VpcSecurityGroupIds", groups);
    set_some(&mut context, "sagemaker:VpcSubnets", texts(settings, &["SubnetIds"]));
    settings_keys(&mut context, settings);
    for (member, key) in
        [("AppNetworkAccessType", "sagemaker:AppNetworkAccessType"), ("RootAccess", "sagemaker:RootAccess")]
    {
        if let Some(value) = settings.get(member).and_then(Value::as_str) {
            context.set(key, value);
        }
    }
    on_resource(world, ctx, operation, arn, context)
}

/// A list, which has no resource in IAM: a policy that allows it on an ARN does not allow it.
pub(super) fn list_allowed(world: &World, ctx: &Ctx, operation: &str) -> Result<(), AwsError> {
    authorize(world, ctx, &format!("sagemaker:{operation}"), "*", Context::new())
}

/// A call that makes something: its tags count as request tags, and need `sagemaker:AddTags` as well
/// (`sagemaker:TaggingAction` names the operation).
pub(super) fn on_creation(
    world: &World,
    ctx: &Ctx,
    operation: &str,
    arn: &str,
    tags: &BTreeMap<String, String>,
    mut context: Context,
) -> Result<(), AwsError> {
    request_tags(&mut context, tags);
    authorize(world, ctx, &format!("sagemaker:{operation}"), arn, context)?;
    if tags.is_empty() {
        return Ok(());
    }
    let mut tagging = Context::new();
    request_tags(&mut tagging, tags);
    tagging.set("sagemaker:TaggingAction", operation);
    authorize(world, ctx, "sagemaker:AddTags", arn, tagging)
}

/// The caller may pass the role to SageMaker (`iam:PassRole`), and the role lets SageMaker take it.
pub(crate) fn pass_role(world: &World, ctx: &Ctx, role_arn: &str) -> Result<(), AwsError> {
    let mut context = Context::new();
    context.set("iam:PassedToService", "sagemaker.amazonaws.com");
    authorize(world, ctx, "iam:PassRole", role_arn, context)?;
    if world.role(role_arn).is_some() && !role_arn.starts_with(&format!("arn:aws:iam::{}:", ctx.account())) {
        return Err(AwsError::access_denied("Cross-account pass role is not allowed."));
    }
    if is_trusting(world, ctx, role_arn, "sts:AssumeRole")? {
        return Ok(());
    }
    Err(AwsError::validation(format!(
        "The execution role ARN \"{role_arn}\" is invalid. Please ensure that the role exists and that its trust relationship policy allows the action \"sts:AssumeRole\" for the service principal \"sagemaker.amazonaws.com\"."
    )))
}

/// Whether there is such a role and SageMaker may do this with it: take it, or say who acts (`sts:SetSourceIdentity`).
pub(crate) fn is_trusting(world: &World, ctx: &Ctx, role_arn: &str, action: &str) -> Result<bool, AwsError> {
    let Some(role) = world.role(role_arn) else { return Ok(false) };
    let trust = world.parsed(PolicyKind::Trust, &role.name, &role.trust)?;
    let context = service_call("sagemaker.amazonaws.com", ctx.account());
    let call = Call { action, resource: role_arn, context: &context };
    let service = PrincipalArn::service("sagemaker.amazonaws.com");
    Ok(trust.first().is_some_and(|policy| trusts(policy, &service, &call).is_allowed()))
}

/// Texts of a list member.
pub(super) fn texts(body: &Value, path: &[&str]) -> Vec<String> {
    let found = path.iter().try_fold(body, |at, key| at.get(*key));
    found.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Sets a multi-valued key, or leaves it absent: `Null` conditions tell the two apart.
pub(super) fn set_some(context: &mut Context, key: &str, values: Vec<String>) {
    if !values.is_empty() {
        context.set_many(key, values);
    }
}

/// The keys of what settings say anywhere inside.
pub(super) fn settings_keys(context: &mut Context, settings: &Value) {
    fn walk(value: &Value, member: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                for (key, inner) in map {
                    match inner.as_str() {
                        Some(text) if key == member => found.push(text.to_owned()),
                        _ => walk(inner, member, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, member, found)),
            _ => {}
        }
    }
    for (member, key) in [
        ("InstanceType", "sagemaker:InstanceTypes"),
        ("SageMakerImageArn", "sagemaker:ImageArns"),
        ("SageMakerImageVersionArn", "sagemaker:ImageVersionArns"),
        ("S3KmsKeyId", "sagemaker:DomainSharingOutputKmsKey"),
    ] {
        let mut found = Vec::new();
        walk(settings, member, &mut found);
        found.sort();
        found.dedup();
        set_some(context, key, found);
    }
}
