//! Stacks that begin, and stacks that are to go.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::guardrail::Context;
use domain::id::AccountId;

use super::event::stack_status;
use crate::authorize::{authorize, request_tags, resource_tags};
use crate::cloudformation::{Phase, Stack, StackResource, Work};
use crate::context::{Caller, Ctx, Origin};
use crate::world::World;
use template::{DeletionPolicy, Template, Values};

/// What a stack is made from.
#[derive(Clone, Debug)]
pub struct StackRequest {
    pub account: AccountId,
    pub region: String,
    pub name: String,
    /// Who makes the resources.
    pub caller: Caller,
    pub role_arn: Option<String>,
    pub template: String,
    /// As given; defaults are filled in.
    pub parameters: Values,
    pub tags: BTreeMap<String, String>,
    pub notification_arns: Vec<String>,
}

/// Starts a stack and gives its ARN, or says in CloudFormation's words why there is none.
pub fn create(world: &mut World, request: StackRequest, now: DateTime<Utc>) -> Result<String, String> {
    let template = Template::parse(&request.template).map_err(|e| e.to_string())?;
    template.check_types().map_err(|e| e.to_string())?;
    let parameters = checked(world, &request.account, &request.region, &template, &request.parameters)?;
    let id = world.fresh_uuid();
    let arn = format!("arn:aws:cloudformation:{}:{}:stack/{}/{id}", request.region, request.account, request.name);
    let mut stack = Stack {
        arn: arn.clone(),
        name: request.name,
        account: request.account,
        region: request.region,
        caller: request.caller,
        role_arn: request.role_arn,
        template: request.template,
        parameters,
        no_echo: template.parameters.iter().filter(|p| p.no_echo).map(|p| p.key.clone()).collect(),
        tags: request.tags,
        notification_arns: request.notification_arns,
        status: String::new(),
        reason: None,
        created: now,
        updated: None,
        deleted: None,
        resources: Vec::new(),
        events: Vec::new(),
        outputs: Vec::new(),
        work: Some(Work::Create),
        wake: Some(world.ready_at(now, 1)),
        spent: 0,
        imports: BTreeSet::new(),
        before: None,
    };
    let ctx = Ctx { origin: Origin::default(), ..super::context(world, &stack, now) };
    let mut context = Context::new();
    request_tags(&mut context, &stack.tags);
    if let Some(role) = &stack.role_arn {
        context.set("cloudformation:RoleArn", role.clone());
    }
    let resource = format!("arn:aws:cloudformation:{}:{}:stack/{}/*", stack.region, stack.account, stack.name);
    authorize(world, &ctx, "cloudformation:CreateStack", &resource, context).map_err(|e| e.message)?;
    stack_status(world, &mut stack, now, "CREATE_IN_PROGRESS", Some("User Initiated".into()));
    stack.reason = None;
    world.cloudformation.stacks.insert(arn.clone(), stack);
    Ok(arn)
}

/// The values of all parameters; those of Systems Manager are looked up.
pub(super) fn checked(
    world: &World,
    account: &AccountId,
    region: &str,
    template: &Template,
    given: &Values,
) -> Result<Values, String> {
    let mut values = template.parameter_values(given).map_err(|e| e.to_string())?;
    for parameter in &template.parameters {
        if template::ssm_value_kind(&parameter.kind).is_none() {
            continue;
        }
        let Some(value) = values.get_mut(&parameter.key) else { continue };
        *value = stored_parameter(world, account, region, value)
            .ok_or_else(|| format!("Unable to fetch parameters [{value}] from parameter store for this account."))?;
    }
    let rules = serde_json::json!({ "Rules": template.rules });
    let violations = domain::parameter::check_rules(&rules.to_string(), &values).map_err(|e| e.to_string())?;
    match violations.first() {
        None => Ok(values),
        Some(first) => Err(format!("Template error: Rule '{}' failed: {}", first.rule, first.message)),
    }
}

/// A parameter of Systems Manager.
pub(super) fn stored_parameter(world: &World, account: &AccountId, region: &str, name: &str) -> Option<String> {
    match world.cloudformation.ssm_parameters.get(&format!("{account}/{region}/{name}")) {
        Some(found) => Some(found.clone()),
        // AWS's public parameters (images) exist in every account.
        None => name.starts_with("/aws/").then(|| format!("public-{}", name.rsplit('/').next().unwrap_or("value"))),
    }
}

/// The resources of a template that take part, all waiting. `stack` has the template's parameters already.
pub(super) fn waiting(
    world: &World,
    stack: &Stack,
    template: &Template,
    now: DateTime<Utc>,
) -> Result<Vec<StackResource>, String> {
    let order = template.order().map_err(|e| e.to_string())?;
    super::evaluate::with(world, stack, template, |evaluator| {
        let resources = order.iter().filter_map(|id| template.resource(id));
        Ok(resources
            .filter(|r| evaluator.holds(r.condition.as_deref()))
            .map(|r| StackResource {
                logical_id: r.logical_id.clone(),
                kind: r.kind.clone(),
                phase: Phase::Waiting,
                physical_id: String::new(),
                attributes: BTreeMap::new(),
                properties: serde_json::Value::Null,
                needs: template.needs(r, Some(evaluator.conditions())),
                retain: r.deletion_policy != DeletionPolicy::Delete,
                retain_on_failure: r.deletion_policy == DeletionPolicy::Retain,
                retain_when_replaced: r.retain_when_replaced,
                opaque: false,
                status: String::new(),
                reason: None,
                at: now,
                since: now,
                due: None,
            })
            .collect())
    })
}

/// Starts the deletion of a stack, as `caller`. One that is gone already is no error.
pub fn delete(world: &mut World, arn: &str, caller: &Caller, now: DateTime<Utc>) -> Result<(), String> {
    let Some(mut stack) = world.cloudformation.stacks.remove(arn) else { return Ok(()) };
    let done = begin_deletion(world, &mut stack, caller, now);
    world.cloudformation.stacks.insert(arn.to_owned(), stack);
    done
}

fn begin_deletion(world: &mut World, stack: &mut Stack, caller: &Caller, now: DateTime<Utc>) -> Result<(), String> {
    if stack.deleted.is_some() {
        return Ok(());
    }
    let asked = super::context(world, stack, now);
    let ctx = Ctx { caller: caller.clone(), origin: Origin::default(), ..asked };
    let mut context = Context::new();
    resource_tags(&mut context, None, &stack.tags);
    authorize(world, &ctx, "cloudformation:DeleteStack", &stack.arn, context).map_err(|e| e.message)?;
    stack.caller = caller.clone();
    let names = stack.outputs.iter().filter_map(|output| output.export.as_deref());
    if let Some((name, importer)) = in_use(world, stack, names) {
        return Err(format!("Cannot delete export {name} as it is in use by {importer}"));
    }
    stack_status(world, stack, now, "DELETE_IN_PROGRESS", Some("User Initiated".into()));
    stack.reason = None;
    for resource in &mut stack.resources {
        match resource.phase {
            Phase::Gone => {}
            Phase::Waiting => resource.phase = Phase::Gone,
            _ => resource.phase = Phase::Leaving,
        }
    }
    stack.work = Some(Work::Delete);
    stack.wake = Some(world.ready_at(now, 1));
    Ok(())
}

/// The first of the stack's exports that another stack imports, and that stack's name.
pub(super) fn in_use<'a>(
    world: &World,
    stack: &Stack,
    mut names: impl Iterator<Item = &'a str>,
) -> Option<(String, String)> {
    let others: Vec<&Stack> = world
        .cloudformation
        .stacks
        .values()
        .filter(|other| {
            other.account == stack.account
                && other.region == stack.region
                && other.deleted.is_none()
                && other.arn != stack.arn
                && other.resources.iter().any(|r| r.phase != Phase::Gone)
        })
        .collect();
    names.find_map(|name| {
        let imports = |other: &&&Stack| {
            other.imports.contains(name) || other.before.as_ref().is_some_and(|before| before.imports.contains(name))
        };
        others.iter().find(imports).map(|other| (name.to_owned(), other.name.clone()))
    })
}
