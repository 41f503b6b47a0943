//! Studio domains.

use domain::guardrail::Context;
use serde_json::{Value, json};

use super::access::{
    arn, domain_id, list_allowed, name, on_creation, on_resource, pass_role, set_some, settings_keys, texts,
};
use super::home::{self, Home};
use super::state::{Quotas, Resource, attributes, in_use, limit_exceeded};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{constraint, one_of, page, required, tags, text};
use crate::world::World;

/// Seconds that AWS takes, about.
const COMES_UP_IN: u32 = 180;
const GOES_IN: u32 = 90;

const ATTRIBUTES: [&str; 13] = [
    "DomainName",
    "AuthMode",
    "DefaultUserSettings",
    "DomainSettings",
    "SubnetIds",
    "VpcId",
    "AppNetworkAccessType",
    "HomeEfsFileSystemKmsKeyId",
    "KmsKeyId",
    "AppSecurityGroupManagement",
    "TagPropagation",
    "DefaultSpaceSettings",
    "SingleSignOnApplicationArn",
];

pub(super) fn create(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let domain_name = name(body, "DomainName")?;
    required(body, "AuthMode")?;
    one_of(body, "AuthMode", &["SSO", "IAM"])?;
    one_of(body, "AppNetworkAccessType", &["PublicInternetOnly", "VpcOnly"])?;
    required(body, "VpcId")?;
    let subnets = texts(body, &["SubnetIds"]);
    if subnets.is_empty() || subnets.len() > 16 {
        return Err(constraint(subnets.join(","), "SubnetIds", "Member must have length between 1 and 16"));
    }
    if !body.get("DefaultUserSettings").is_some_and(Value::is_object) {
        required(body, "DefaultUserSettings")?;
    }
    let tags = tags(body, "Tags")?;
    let mut context = Context::new();
    context.set("sagemaker:AppNetworkAccessType", text(body, "AppNetworkAccessType").unwrap_or("PublicInternetOnly"));
    set_some(&mut context, "sagemaker:VpcSubnets", subnets.clone());
    set_some(&mut context, "sagemaker:VpcSecurityGroupIds", texts(body, &["DefaultUserSettings", "SecurityGroups"]));
    settings_keys(&mut context, &body["DefaultUserSettings"]);
    if let Some(key) = text(body, "KmsKeyId").or_else(|| text(body, "HomeEfsFileSystemKmsKeyId")) {
        context.set("sagemaker:VolumeKmsKey", key);
        context.set("sagemaker:HomeEfsFileSystemKmsKey", key);
    }
    on_creation(world, ctx, "CreateDomain", &arn(ctx, "domain/*"), &tags, context)?;
    if let Some(role) = body.pointer("/DefaultUserSettings/ExecutionRole").and_then(Value::as_str) {
        pass_role(world, ctx, role)?;
    } else {
        return Err(AwsError::validation("ExecutionRole is required in DefaultUserSettings."));
    }

    let account = ctx.account().clone();
    let state = world.sagemaker(&account, &ctx.region);
    if state.domains.values().any(|d| d.text("DomainName").eq_ignore_ascii_case(domain_name)) {
        return Err(in_use(format!("Domain [{domain_name}] already exists.")));
    }
    if state.domains.len() >= state.quotas.domains {
        return Err(limit_exceeded(Quotas::DOMAINS.name, state.quotas.domains));
    }
    let id = format!("d-{}", world.fresh(12));
    let mut made = attributes(body, &ATTRIBUTES);
    let domain_arn = arn(ctx, &format!("domain/{id}"));
    let home = Home {
        account: &account,
        region: &ctx.region,
        domain_id: &id,
        domain_arn: &domain_arn,
        vpc: text(body, "VpcId").unwrap_or_default(),
        subnets: &subnets,
        kms_key: text(body, "KmsKeyId").or_else(|| text(body, "HomeEfsFileSystemKmsKeyId")),
    };
    made.insert("HomeEfsFileSystemId".into(), json!(home::make(world, &home, ctx.now)));
    made.insert("DomainId".into(), json!(id));
    made.insert("DomainArn".into(), json!(domain_arn));
    made.insert("Url".into(), json!(format!("https://{id}.studio.{}.sagemaker.aws", ctx.region)));
    made.entry("AppNetworkAccessType").or_insert_with(|| json!("PublicInternetOnly"));
    let answer = json!({ "DomainArn": made["DomainArn"], "Url": made["Url"] });
    let ready = world.ready_at(ctx.now, COMES_UP_IN);
    let resource = Resource::pending(domain_arn, made, ctx.now, ready).tagged(tags);
    world.sagemaker(&account, &ctx.region).domains.insert(id, resource);
    Ok(answer)
}

pub(super) fn describe(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = domain_id(body)?;
    on_resource(world, ctx, "DescribeDomain", &arn(ctx, &format!("domain/{id}")), Context::new())?;
    Ok(world.sagemaker(ctx.account(), &ctx.region).domain(id)?.described("Status"))
}

pub(super) fn list(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    list_allowed(world, ctx, "ListDomains")?;
    let state = world.sagemaker(ctx.account(), &ctx.region);
    let mut found: Vec<&Resource> = state.domains.values().collect();
    found.sort_by_key(|domain| domain.created);
    let rows = found.iter().map(|d| d.row("Status", &["DomainArn", "DomainId", "DomainName", "Url"])).collect();
    answer("Domains", rows, body)
}

/// A List output, ten rows a page unless asked otherwise.
pub(super) fn answer(member: &str, rows: Vec<Value>, body: &Value) -> Result<Value, AwsError> {
    let (rows, next) = page(rows, body, ("MaxResults", "NextToken"), (10, 100))?;
    let mut out = json!({ member: rows });
    if let Some(next) = next {
        out["NextToken"] = json!(next);
    }
    Ok(out)
}

pub(super) fn delete(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = domain_id(body)?;
    on_resource(world, ctx, "DeleteDomain", &arn(ctx, &format!("domain/{id}")), Context::new())?;
    let gone = world.ready_at(ctx.now, GOES_IN);
    let state = world.sagemaker(ctx.account(), &ctx.region);
    state.domain(id)?;
    let inside = format!("{id}/");
    for (what, any) in [
        ("UserProfile", state.user_profiles.keys().any(|k| k.starts_with(&inside))),
        ("Space", state.spaces.keys().any(|k| k.starts_with(&inside))),
        ("App", state.apps.iter().any(|(k, a)| k.starts_with(&inside) && super::app::is_live(a))),
    ] {
        if any {
            return Err(in_use(format!("Unable to delete Domain [{id}] because {what}(s) are associated with it.")));
        }
    }
    let keep = body.pointer("/RetentionPolicy/HomeEfsFileSystem").and_then(Value::as_str) != Some("Delete");
    if let Some(domain) = state.domains.get_mut(id) {
        if domain.status == "Deleting" {
            return Ok(json!({}));
        }
        domain.turn("Deleting", ctx.now, gone, None);
        if !keep {
            let file_system = domain.text("HomeEfsFileSystemId").to_owned();
            home::delete(world, ctx.account(), &ctx.region, &file_system, gone);
        }
    }
    Ok(json!({}))
}
