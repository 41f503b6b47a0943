//! Notebook instances.

use domain::guardrail::Context;
use serde_json::{Value, json};

use super::access::{arn, list_allowed, name, on_creation, on_resource, pass_role, set_some, texts};
use super::domain::answer;
use super::state::{Quotas, Resource, attributes, key, limit_exceeded};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{number, one_of, required, tags, text};
use crate::world::World;

const COMES_UP_IN: u32 = 150;
const STOPS_IN: u32 = 45;
const GOES_IN: u32 = 60;
const STATUS: &str = "NotebookInstanceStatus";

const ATTRIBUTES: [&str; 13] = [
    "NotebookInstanceName",
    "InstanceType",
    "SubnetId",
    "RoleArn",
    "KmsKeyId",
    "DirectInternetAccess",
    "VolumeSizeInGB",
    "AcceleratorTypes",
    "DefaultCodeRepository",
    "AdditionalCodeRepositories",
    "RootAccess",
    "PlatformIdentifier",
    "InstanceMetadataServiceConfiguration",
];

/// What SageMaker says of a notebook instance or lifecycle configuration that does not exist.
pub(super) fn record_not_found() -> AwsError {
    AwsError::validation("RecordNotFound")
}

pub(super) fn notebook_arn(ctx: &Ctx, name: &str) -> String {
    arn(ctx, &format!("notebook-instance/{}", name.to_ascii_lowercase()))
}

pub(super) fn create(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let given = name(body, "NotebookInstanceName")?;
    let kind = required(body, "InstanceType")?;
    let role = required(body, "RoleArn")?;
    let tags = tags(body, "Tags")?;
    number(body, "VolumeSizeInGB", 5, 5, 16_384)?;
    one_of(body, "DirectInternetAccess", &["Enabled", "Disabled"])?;
    one_of(body, "RootAccess", &["Enabled", "Disabled"])?;
    if !kind.starts_with("ml.") {
        return Err(crate::value::constraint(kind, "InstanceType", "Member must satisfy enum value set"));
    }
    let arn = notebook_arn(ctx, given);
    let groups = texts(body, &["SecurityGroupIds"]);
    let mut context = Context::new();
    context.set("sagemaker:DirectInternetAccess", text(body, "DirectInternetAccess").unwrap_or("Enabled"));
    context.set("sagemaker:RootAccess", text(body, "RootAccess").unwrap_or("Enabled"));
    context.set_many("sagemaker:InstanceTypes", [kind]);
    set_some(&mut context, "sagemaker:VpcSubnets", text(body, "SubnetId").map(str::to_owned).into_iter().collect());
    set_some(&mut context, "sagemaker:VpcSecurityGroupIds", groups.clone());
    set_some(&mut context, "sagemaker:AcceleratorTypes", texts(body, &["AcceleratorTypes"]));
    if let Some(key) = text(body, "KmsKeyId") {
        context.set("sagemaker:VolumeKmsKey", key);
    }
    let metadata = body.pointer("/InstanceMetadataServiceConfiguration/MinimumInstanceMetadataServiceVersion");
    if let Some(version) = metadata.and_then(Value::as_str) {
        context.set("sagemaker:MinimumInstanceMetadataServiceVersion", version);
    }
    on_creation(world, ctx, "CreateNotebookInstance", &arn, &tags, context)?;
    pass_role(world, ctx, role)?;
    if text(body, "DirectInternetAccess") == Some("Disabled") && text(body, "SubnetId").is_none() {
        return Err(AwsError::validation(
            "If you set DirectInternetAccess to Disabled, you must specify a value for SubnetId.",
        ));
    }
    let ready = world.ready_at(ctx.now, COMES_UP_IN);
    let state = world.sagemaker(ctx.account(), &ctx.region);
    if state.notebook_instances.contains_key(&key(&[given])) {
        return Err(AwsError::validation(format!("Cannot create a duplicate notebook instance ({arn})")));
    }
    if state.notebook_instances.len() >= state.quotas.notebook_instances {
        return Err(limit_exceeded(Quotas::NOTEBOOK_INSTANCES.name, state.quotas.notebook_instances));
    }
    let mut made = attributes(body, &ATTRIBUTES);
    if let Some(config) = text(body, "LifecycleConfigName") {
        if !state.lifecycle_configs.contains_key(&key(&[config])) {
            return Err(AwsError::validation(format!("Notebook Instance Lifecycle Config [{config}] not found.")));
        }
        made.insert("NotebookInstanceLifecycleConfigName".into(), json!(config));
    }
    made.insert("NotebookInstanceArn".into(), json!(arn));
    made.insert("SecurityGroups".into(), json!(groups));
    for (member, default) in
        [("DirectInternetAccess", json!("Enabled")), ("RootAccess", json!("Enabled")), ("VolumeSizeInGB", json!(5))]
    {
        made.entry(member).or_insert(default);
    }
    made.insert("Url".into(), json!(format!("{given}.notebook.{}.sagemaker.aws", ctx.region)));
    state.notebook_instances.insert(key(&[given]), Resource::pending(arn.clone(), made, ctx.now, ready).tagged(tags));
    Ok(json!({ "NotebookInstanceArn": arn }))
}

pub(super) fn describe(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let given = name(body, "NotebookInstanceName")?;
    on_resource(world, ctx, "DescribeNotebookInstance", &notebook_arn(ctx, given), Context::new())?;
    let state = world.sagemaker(ctx.account(), &ctx.region);
    Ok(state.notebook_instances.get(&key(&[given])).ok_or_else(record_not_found)?.described(STATUS))
}

pub(super) fn list(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    list_allowed(world, ctx, "ListNotebookInstances")?;
    let contains = text(body, "NameContains").unwrap_or_default().to_ascii_lowercase();
    let status = text(body, "StatusEquals");
    let state = world.sagemaker(ctx.account(), &ctx.region);
    let mut found: Vec<&Resource> = state
        .notebook_instances
        .iter()
        .filter(|(name, n)| name.contains(&contains) && status.is_none_or(|s| n.status == s))
        .map(|(_, n)| n)
        .collect();
    match text(body, "SortBy") {
        Some("CreationTime") => found.sort_by_key(|n| n.created),
        Some("Status") => found.sort_by(|a, b| a.status.cmp(&b.status)),
        _ => {}
    }
    if text(body, "SortOrder") == Some("Descending") {
        found.reverse();
    }
    let keys = [
        "NotebookInstanceName",
        "NotebookInstanceArn",
        "Url",
        "InstanceType",
        "NotebookInstanceLifecycleConfigName",
        "DefaultCodeRepository",
        "AdditionalCodeRepositories",
    ];
    answer("NotebookInstances", found.iter().map(|n| n.row(STATUS, &keys)).collect(), body)
}

/// Start, Stop and Delete: allowed only from some states, as SageMaker says in one sentence.
fn change(
    world: &mut World,
    ctx: &Ctx,
    body: &Value,
    operation: &str,
    from: &[&str],
    (status, seconds, then): (&str, u32, Option<&str>),
) -> Result<Value, AwsError> {
    let given = name(body, "NotebookInstanceName")?;
    let arn = notebook_arn(ctx, given);
    on_resource(world, ctx, operation, &arn, Context::new())?;
    let at = world.ready_at(ctx.now, seconds);
    let state = world.sagemaker(ctx.account(), &ctx.region);
    let notebook = state.notebook_instances.get_mut(&key(&[given])).ok_or_else(record_not_found)?;
    if !from.contains(&notebook.status.as_str()) {
        return Err(AwsError::validation(format!(
            "Status ({}) not in ([{}]). Unable to transition to ({status}) for Notebook Instance ({arn}).",
            notebook.status,
            from.join(", ")
        )));
    }
    notebook.turn(status, ctx.now, at, then);
    Ok(json!({}))
}

pub(super) fn start(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    change(world, ctx, body, "StartNotebookInstance", &["Stopped"], ("Pending", COMES_UP_IN, Some("InService")))
}

pub(super) fn stop(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    change(world, ctx, body, "StopNotebookInstance", &["InService"], ("Stopping", STOPS_IN, Some("Stopped")))
}

pub(super) fn delete(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    change(world, ctx, body, "DeleteNotebookInstance", &["Stopped", "Failed"], ("Deleting", GOES_IN, None))
}
