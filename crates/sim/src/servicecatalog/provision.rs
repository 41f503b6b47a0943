//! `ProvisionProduct`.

use std::collections::BTreeMap;

use domain::guardrail::{Call, Policy, PolicyKind, PrincipalArn, trusts};
use serde_json::{Value, json};

use super::access::{allow, named_product_arn};
use super::input::{Given, NameOrId, parameters, provisioned_name, token};
use super::state::{Portfolio, ProvisionedProduct, Record, Task};
use super::{constraints, paths, products, records, tag_options};
use crate::authorize::service_call;
use crate::context::{Caller, Ctx, RoleSession};
use crate::error::AwsError;
use crate::value::tags;
use crate::world::World;
use template::{Template, Values};

pub(super) fn provision(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let name = provisioned_name(body)?.to_owned();
    let token = token(body, "ProvisionToken")?.to_owned();
    let wanted = NameOrId::needed(body, "ProductId", "ProductName")?;
    let wanted_artifact = NameOrId::needed(body, "ProvisioningArtifactId", "ProvisioningArtifactName")?;
    let given = parameters(body)?;
    let mut tags = tags(body, "Tags")?;
    let notification_arns = notification_arns(body)?;
    allow(world, ctx, "ProvisionProduct", &named_product_arn(world, ctx, &wanted))?;
    let request = without(body, "ProvisionToken");
    if let Some(answer) = repeated(world, ctx, "PROVISION_PRODUCT", &token, &request)? {
        return Ok(answer);
    }
    let product = products::find(world, ctx, &wanted)?;
    let path = paths::chosen(world, ctx, &product.id, body)?;
    let artifact = products::artifact(product, &wanted_artifact)?;
    if !artifact.active {
        return Err(AwsError::resource_not_found(format!("Provisioning artifact {} is not active.", artifact.id)));
    }
    let exists = world.service_catalog.provisioned.values().any(|p| p.account == *ctx.account() && p.name == name);
    if exists {
        return Err(AwsError::duplicate_resource(format!(
            "A provisioned product with the name {name} already exists."
        )));
    }
    let values: Values = given
        .into_iter()
        .map(|(key, given)| match given {
            Given::Value(value) => Ok((key, value)),
            Given::Previous => Err(AwsError::invalid_parameters("UsePreviousValue is for updates.")),
        })
        .collect::<Result<_, _>>()?;
    check_parameters(world, &path.portfolio.id, &product.id, &artifact.template, &values)?;
    tag_options::apply(&tag_options::choices(world, path.portfolio, product), &mut tags)?;
    tag_options::propagate(product, path.portfolio, &mut tags);
    if tags.len() > 50 {
        return Err(AwsError::invalid_parameters("A provisioned product has at most 50 tags."));
    }
    let launch_role = launch_role(world, ctx, path.portfolio, &product.id)?;
    let (product_id, artifact_id, path_id) = (product.id.clone(), artifact.id.clone(), path.id.clone());
    let caller = launcher(world, ctx, launch_role.as_deref());

    let id = world.fresh_id("pp");
    let record_id = world.fresh_id("rec");
    let mut provisioned = ProvisionedProduct {
        arn: format!("arn:aws:servicecatalog:{}:{}:stack/{name}/{id}", ctx.region, ctx.account()),
        id: id.clone(),
        name: name.clone(),
        account: ctx.account().clone(),
        region: ctx.region.clone(),
        status: String::new(),
        message: None,
        created: ctx.now,
        token: token.clone(),
        product: product_id.clone(),
        artifact: artifact_id.clone(),
        path: path_id.clone(),
        parameters: values,
        tags: tags.clone(),
        launch_role: launch_role.clone(),
        notification_arns,
        user_arn: ctx.caller.principal_arn(),
        user_session: ctx.caller.arn(),
        last_record: record_id.clone(),
        last_provisioning_record: record_id.clone(),
        last_successful_record: None,
        stack: None,
        history: Vec::new(),
        terminated: None,
    };
    provisioned.turn(ctx.now, "UNDER_CHANGE", None);
    let record = new_record(ctx, &provisioned, record_id, "PROVISION_PRODUCT", &token, request);
    world.service_catalog.provisioned.insert(id, provisioned);
    Ok(begin(world, ctx, record, caller))
}

/// Enters the record and what it starts.
pub(super) fn begin(world: &mut World, ctx: &Ctx, record: Record, caller: Caller) -> Value {
    let at = world.ready_at(ctx.now, 2);
    let answer = json!({ "RecordDetail": records::detail(world, &record) });
    let state = &mut world.service_catalog;
    state.tasks.push(Task { at, record: record.id.clone(), caller, retain: false });
    state.records.insert(record.id.clone(), record);
    answer
}

pub(super) fn new_record(
    ctx: &Ctx,
    provisioned: &ProvisionedProduct,
    id: String,
    kind: &str,
    token: &str,
    request: String,
) -> Record {
    Record {
        id,
        kind: kind.to_owned(),
        account: provisioned.account.clone(),
        region: provisioned.region.clone(),
        provisioned_name: provisioned.name.clone(),
        provisioned: provisioned.id.clone(),
        product: provisioned.product.clone(),
        artifact: provisioned.artifact.clone(),
        path: provisioned.path.clone(),
        status: "CREATED".into(),
        created: ctx.now,
        updated: ctx.now,
        errors: Vec::new(),
        outputs: Vec::new(),
        tags: provisioned.tags.clone(),
        launch_role: provisioned.launch_role.clone(),
        user_arn: ctx.caller.principal_arn(),
        user_session: ctx.caller.arn(),
        token: token.to_owned(),
        request,
        ignore_errors: false,
        stack: provisioned.stack.clone(),
    }
}

/// The request as text, without one member.
pub(super) fn without(body: &Value, member: &str) -> String {
    let rest = body.as_object().into_iter().flatten().filter(|(key, _)| *key != member);
    let sorted: BTreeMap<&String, &Value> = rest.collect();
    json!(sorted).to_string()
}

/// What the same request with the same token was answered before.
pub(super) fn repeated(
    world: &World,
    ctx: &Ctx,
    kind: &str,
    token: &str,
    request: &str,
) -> Result<Option<Value>, AwsError> {
    let mut records = world.service_catalog.records.values();
    let before =
        records.find(|r| r.kind == kind && r.token == token && r.account == *ctx.account() && r.region == ctx.region);
    match before {
        None => Ok(None),
        Some(record) if record.request == request => {
            Ok(Some(json!({ "RecordDetail": records::detail(world, record) })))
        }
        Some(_) => Err(AwsError::invalid_parameters(format!(
            "The idempotency token {token} was already used with different parameters."
        ))),
    }
}

fn notification_arns(body: &Value) -> Result<Vec<String>, AwsError> {
    let given = body.get("NotificationArns").and_then(Value::as_array).into_iter().flatten();
    let arns: Vec<String> = given.filter_map(Value::as_str).map(str::to_owned).collect();
    if arns.len() > 5 {
        return Err(AwsError::invalid_parameters("At most 5 notification ARNs can be given."));
    }
    Ok(arns)
}

/// Parameters that are unknown or missing, and those that break a rule of a TEMPLATE constraint. What the template itself
/// demands of the values is checked by CloudFormation later.
pub(super) fn check_parameters(
    world: &World,
    portfolio: &str,
    product: &str,
    template: &str,
    given: &Values,
) -> Result<(), AwsError> {
    let template = Template::parse(template).map_err(|e| AwsError::invalid_parameters(e.to_string()))?;
    template.check_names(given).map_err(|e| AwsError::invalid_parameters(e.to_string()))?;
    let mut values: Values =
        template.parameters.iter().filter_map(|p| Some((p.key.clone(), p.default.clone()?))).collect();
    values.extend(given.clone());
    for constraint in constraints::of(world, portfolio, product).filter(|c| c.kind == "TEMPLATE") {
        let broken = domain::parameter::check_rules(&constraint.parameters, &values)
            .map_err(|e| AwsError::invalid_parameters(format!("Constraint {}: {e}", constraint.id)))?;
        if let Some(first) = broken.first() {
            return Err(AwsError::invalid_parameters(format!(
                "Template error: Rule '{}' failed: {}",
                first.rule, first.message
            )));
        }
    }
    Ok(())
}

/// The role of the LAUNCH constraint, which has to be in the account and let Service Catalog take it.
pub(super) fn launch_role(
    world: &World,
    ctx: &Ctx,
    portfolio: &Portfolio,
    product: &str,
) -> Result<Option<String>, AwsError> {
    let Some(constraint) = constraints::of(world, &portfolio.id, product).find(|c| c.kind == "LAUNCH") else {
        return Ok(None);
    };
    let parameters: Value = serde_json::from_str(&constraint.parameters).unwrap_or_default();
    let arn = match (parameters["RoleArn"].as_str(), parameters["LocalRoleName"].as_str()) {
        (Some(arn), _) => arn.to_owned(),
        (None, Some(name)) => {
            let roles = &world.account(ctx.account())?.roles;
            roles
                .get(name)
                .map_or_else(|| format!("arn:aws:iam::{}:role/{name}", ctx.account()), |role| role.arn.clone())
        }
        (None, None) => return Err(AwsError::invalid_parameters("The launch constraint names no role.")),
    };
    let denied = || AwsError::invalid_parameters(format!("Access denied while assuming the role {arn}"));
    let role = world.role(&arn).ok_or_else(denied)?;
    let trust = Policy::parse(PolicyKind::Trust, &role.name, &role.trust).map_err(|_| denied())?;
    let context = service_call("servicecatalog.amazonaws.com", ctx.account());
    let call = Call { action: "sts:AssumeRole", resource: &arn, context: &context };
    if trusts(&trust, &PrincipalArn::service("servicecatalog.amazonaws.com"), &call).is_allowed() {
        Ok(Some(arn))
    } else {
        Err(denied())
    }
}

/// Who makes the resources: the launch role, or the caller where there is none.
pub(super) fn launcher(world: &World, ctx: &Ctx, launch_role: Option<&str>) -> Caller {
    let session = launch_role.and_then(|arn| {
        let mut session = RoleSession::of_role(arn, "servicecatalog", ctx.now)?;
        session.role_id = world.role(arn).map(|role| role.id.clone()).unwrap_or_default();
        Some(session)
    });
    session.map_or_else(|| ctx.caller.clone(), |session| Caller::Role(Box::new(session)))
}
