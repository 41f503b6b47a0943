//! Lifecycle configurations of notebook instances.

use domain::guardrail::Context;
use serde_json::{Value, json};

use super::access::{arn, list_allowed, name, on_resource};
use super::domain::answer;
use super::notebook_instance::record_not_found;
use super::state::{Resource, attributes, key};
use crate::authorize::authorize;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{constraint, text};
use crate::world::World;

const NAME: &str = "NotebookInstanceLifecycleConfigName";
/// Characters (base64) of one script.
const LONGEST_SCRIPT: usize = 16_384;

fn config_arn(ctx: &Ctx, name: &str) -> String {
    arn(ctx, &format!("notebook-instance-lifecycle-config/{}", name.to_ascii_lowercase()))
}

pub(super) fn create(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let given = name(body, NAME)?;
    let arn = config_arn(ctx, given);
    for script in ["OnCreate", "OnStart"] {
        let content = body.pointer(&format!("/{script}/0/Content")).and_then(Value::as_str).unwrap_or_default();
        if content.len() > LONGEST_SCRIPT {
            return Err(constraint("...", script, "Member must have length less than or equal to 16384"));
        }
    }
    authorize(world, ctx, "sagemaker:CreateNotebookInstanceLifecycleConfig", &arn, Context::new())?;
    let state = world.sagemaker(ctx.account(), &ctx.region);
    if state.lifecycle_configs.contains_key(&key(&[given])) {
        return Err(AwsError::validation(format!("Notebook Instance Lifecycle Config [{given}] already exists.")));
    }
    let mut made = attributes(body, &[NAME, "OnCreate", "OnStart"]);
    made.insert("NotebookInstanceLifecycleConfigArn".into(), json!(arn));
    let mut resource = Resource::pending(arn.clone(), made, ctx.now, ctx.now);
    resource.due = None;
    "InService".clone_into(&mut resource.status);
    state.lifecycle_configs.insert(key(&[given]), resource);
    Ok(json!({ "NotebookInstanceLifecycleConfigArn": arn }))
}

/// These have no status.
fn shown(resource: &Resource) -> Value {
    let mut out = resource.described("Status");
    if let Some(fields) = out.as_object_mut() {
        fields.remove("Status");
    }
    out
}

pub(super) fn describe(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let given = name(body, NAME)?;
    on_resource(world, ctx, "DescribeNotebookInstanceLifecycleConfig", &config_arn(ctx, given), Context::new())?;
    let state = world.sagemaker(ctx.account(), &ctx.region);
    state.lifecycle_configs.get(&key(&[given])).map(shown).ok_or_else(record_not_found)
}

pub(super) fn list(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    list_allowed(world, ctx, "ListNotebookInstanceLifecycleConfigs")?;
    let contains = text(body, "NameContains").unwrap_or_default().to_ascii_lowercase();
    let state = world.sagemaker(ctx.account(), &ctx.region);
    let found = state.lifecycle_configs.iter().filter(|(name, _)| name.contains(&contains));
    let rows = found
        .map(|(_, config)| {
            let mut row = shown(config);
            if let Some(fields) = row.as_object_mut() {
                fields.remove("OnCreate");
                fields.remove("OnStart");
            }
            row
        })
        .collect();
    answer("NotebookInstanceLifecycleConfigs", rows, body)
}

pub(super) fn delete(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let given = name(body, NAME)?;
    on_resource(world, ctx, "DeleteNotebookInstanceLifecycleConfig", &config_arn(ctx, given), Context::new())?;
    let state = world.sagemaker(ctx.account(), &ctx.region);
    let used = state
        .notebook_instances
        .values()
        .any(|n| n.text("NotebookInstanceLifecycleConfigName").eq_ignore_ascii_case(given));
    if used {
        return Err(AwsError::validation(format!(
            "Notebook Instance Lifecycle Config [{given}] is in use by a notebook instance and cannot be deleted."
        )));
    }
    state.lifecycle_configs.remove(&key(&[given])).map(|_| json!({})).ok_or_else(record_not_found)
}
