//! May this caller do this? Answered by `domain::guardrail`, failing closed, in AWS's words.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};

use domain::guardrail::{Call, Context, Decision, Layer, Layers, Policy, PolicyKind, Verdict, evaluate};
use domain::id::AccountId;

use crate::aws_policies::ADMINISTRATOR;
use crate::context::{Caller, Ctx};
use crate::error::AwsError;
use crate::iam::Account;
use crate::world::World;

/// Parsed policies by the hash of their texts: the same documents are asked for with every call.
#[derive(Debug, Default)]
pub(crate) struct PolicyCache(Mutex<HashMap<u64, Arc<Vec<Policy>>>>);

/// How many lists of policies are kept parsed.
const CACHED: usize = 4096;

impl PolicyCache {
    /// The parsed documents. A document that cannot be read or that the evaluator does not support is an error: nothing
    /// is allowed on the strength of a policy that was not understood.
    pub(crate) fn parsed(&self, kind: PolicyKind, documents: &[(&str, &str)]) -> Result<Arc<Vec<Policy>>, AwsError> {
        let mut hasher = DefaultHasher::new();
        std::mem::discriminant(&kind).hash(&mut hasher);
        documents.hash(&mut hasher);
        let key = hasher.finish();
        if let Ok(cache) = self.0.lock()
            && let Some(found) = cache.get(&key)
        {
            return Ok(Arc::clone(found));
        }
        let parsed = documents
            .iter()
            .map(|(name, text)| {
                Policy::parse(kind, name, text).map_err(|e| {
                    AwsError::access_denied(format!(
                        "the policy {name} cannot be evaluated, so nothing is allowed: {e}"
                    ))
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let parsed = Arc::new(parsed);
        if let Ok(mut cache) = self.0.lock() {
            if cache.len() >= CACHED {
                cache.clear();
            }
            cache.insert(key, Arc::clone(&parsed));
        }
        Ok(parsed)
    }
}

/// Allows or refuses `action` on `resource` (an ARN or `*`) for the caller of `ctx`. `context` holds what the operation
/// knows (resource tags, request tags, service keys); what is known of the caller is added here.
pub fn authorize(world: &World, ctx: &Ctx, action: &str, resource: &str, context: Context) -> Result<(), AwsError> {
    decide(world, ctx, (action, resource), context, |decision| decision == Decision::Allow)
}

/// Refuses what a Deny matches, and lets pass what nobody allows.
pub(crate) fn not_denied(
    world: &World,
    ctx: &Ctx,
    action: &str,
    resource: &str,
    context: Context,
) -> Result<(), AwsError> {
    decide(world, ctx, (action, resource), context, |decision| decision != Decision::ExplicitDeny)
}

fn decide(
    world: &World,
    ctx: &Ctx,
    (action, resource): (&str, &str),
    mut context: Context,
    passes: impl Fn(Decision) -> bool,
) -> Result<(), AwsError> {
    add_caller_keys(world, ctx, &mut context);
    add_resource_keys(world, ctx, resource, &mut context);
    let call = Call { action, resource, context: &context };
    let account = world.account(ctx.account())?;
    let scps = service_control_policies(world, account)?;
    let session_texts: Vec<(String, &str)>;
    let (identity, boundary, session) = match &ctx.caller {
        Caller::Administrator(_) => {
            (world.policies.parsed(PolicyKind::Identity, &[("AdministratorAccess", ADMINISTRATOR)])?, None, None)
        }
        Caller::Role(session) => {
            let role = world.role(&session.role_arn).ok_or_else(AwsError::invalid_client_token)?;
            let mut documents: Vec<(&str, &str)> =
                role.policies.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            for arn in &role.attached {
                if let Some(text) = account.managed_policy(arn) {
                    documents.push((arn, text));
                }
            }
            let identity = world.policies.parsed(PolicyKind::Identity, &documents)?;
            let boundary = match &role.boundary {
                None => None,
                Some(arn) => {
                    let text = account.managed_policy(arn).unwrap_or(NOTHING);
                    Some(world.policies.parsed(PolicyKind::Boundary, &[(arn.as_str(), text)])?)
                }
            };
            let limits = if session.policies.is_empty() {
                None
            } else {
                session_texts = session
                    .policies
                    .iter()
                    .enumerate()
                    .map(|(i, t)| (format!("session policy {}", i + 1), t.as_str()))
                    .collect();
                let documents: Vec<(&str, &str)> = session_texts.iter().map(|(n, t)| (n.as_str(), *t)).collect();
                Some(world.policies.parsed(PolicyKind::Session, &documents)?)
            };
            (identity, boundary, limits)
        }
    };
    let verdict = evaluate(
        &Layers {
            scps: &scps,
            boundary: boundary.as_ref().and_then(|b| b.first()),
            session: session.as_ref().map(|s| s.as_slice()),
            identity: &identity,
        },
        &call,
    );
    if passes(verdict.decision) { Ok(()) } else { Err(refusal(ctx, &call, &verdict)) }
}

/// A boundary that is attached but unknown allows nothing.
const NOTHING: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;

/// The service control policies that apply to an account, root first. Empty for the management account, which is exempt.
fn service_control_policies(world: &World, account: &Account) -> Result<Vec<Vec<Policy>>, AwsError> {
    world
        .organization
        .chain(&account.id)
        .into_iter()
        .map(|level| {
            let documents: Vec<(&str, &str)> = level.iter().map(|p| (p.name.as_str(), p.content.as_str())).collect();
            Ok(world.policies.parsed(PolicyKind::ServiceControl, &documents)?.as_ref().clone())
        })
        .collect()
}

pub(crate) fn add_caller_keys(world: &World, ctx: &Ctx, context: &mut Context) {
    let caller = &ctx.caller;
    context.set("aws:PrincipalArn", caller.principal_arn());
    context.set("aws:PrincipalAccount", caller.account().to_string());
    context.set("aws:PrincipalType", if caller.session().is_some() { "AssumedRole" } else { "User" });
    context.set("aws:userid", caller.user_id());
    context.set("aws:RequestedRegion", ctx.region.clone());
    context.set("aws:CurrentTime", ctx.now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
    context.set("aws:EpochTime", ctx.now.timestamp().to_string());
    // AWS is reached by TLS only; loopback stands for it.
    context.set("aws:SecureTransport", "true");
    if let Some(path) = organization_path(world, caller.account()) {
        context.set("aws:PrincipalOrgID", world.organization.id.clone());
        context.set_many("aws:PrincipalOrgPaths", [path]);
    }
    context.set("aws:PrincipalIsAWSService", "false");
    add_origin_keys(ctx, context);
    let Some(session) = caller.session() else {
        context.set("aws:username", "administrator");
        return;
    };
    let issued = session.issued.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    context.set("aws:TokenIssueTime", issued);
    let role_tags = world.role(&session.role_arn).map(|role| role.tags.clone()).unwrap_or_default();
    // Session tags win over the tags of the role (IAM user guide, "Pass session tags in AWS STS").
    for (key, value) in role_tags.iter().chain(&session.tags) {
        context.set(&format!("aws:PrincipalTag/{key}"), value.clone());
    }
    if let Some(identity) = &session.source_identity {
        context.set("aws:SourceIdentity", identity.clone());
    }
    if let Some((domain, profile)) = &session.studio {
        context.set("sagemaker:DomainId", domain.clone());
        context.set("sagemaker:UserProfileName", profile.clone());
    }
}

/// How the call came. A service that calls for someone does so from addresses of its own, so that there is no
/// `aws:SourceIp` that a policy could know.
fn add_origin_keys(ctx: &Ctx, context: &mut Context) {
    context.set("aws:ViaAWSService", if ctx.origin.via.is_some() { "true" } else { "false" });
    if let Some(service) = ctx.origin.via {
        context.set_many("aws:CalledVia", [service]);
        context.set("aws:CalledViaFirst", service);
        context.set("aws:CalledViaLast", service);
        context.set("aws:UserAgent", service);
    } else {
        // The local AWS listens on loopback alone.
        context.set("aws:SourceIp", "127.0.0.1");
        if let Some(agent) = &ctx.origin.user_agent {
            context.set("aws:UserAgent", agent.clone());
        }
    }
}

/// `o-.../r-.../ou-.../`: the organization, its root and the units down to the account.
fn organization_path(world: &World, account: &AccountId) -> Option<String> {
    let organization = &world.organization;
    if !organization.contains(account) {
        return None;
    }
    let mut path = organization.path(account);
    path.pop();
    Some(path.into_iter().fold(format!("{}/", organization.id), |path, id| path + &id + "/"))
}

/// The keys of a call that a service makes itself, as when it takes a role that was given to it.
pub(crate) fn service_call(service: &str, account: &AccountId) -> Context {
    let mut context = Context::new();
    context.set("aws:PrincipalIsAWSService", "true");
    context.set("aws:PrincipalServiceName", service);
    context.set("aws:SourceAccount", account.to_string());
    context
}

/// Whose the resource is: an ARN without an account (a bucket, a list) counts as the caller's.
fn add_resource_keys(world: &World, ctx: &Ctx, resource: &str, context: &mut Context) {
    let named = resource.split(':').nth(4).and_then(|account| account.parse::<AccountId>().ok());
    let account = named.unwrap_or_else(|| ctx.account().clone());
    if let Some(path) = organization_path(world, &account) {
        context.set("aws:ResourceOrgID", world.organization.id.clone());
        context.set_many("aws:ResourceOrgPaths", [path]);
    }
    context.set("aws:ResourceAccount", account.to_string());
}

fn refusal(ctx: &Ctx, call: &Call<'_>, verdict: &Verdict) -> AwsError {
    let start = format!(
        "User: {} is not authorized to perform: {} on resource: {}",
        ctx.caller.arn(),
        call.action,
        call.resource
    );
    let layer = verdict.decided_by.as_ref().map_or(Layer::Identity, |by| by.layer);
    let explicit = verdict.decision == Decision::ExplicitDeny;
    let words = layer.in_words();
    let reason = if explicit {
        format!("with an explicit deny in {} {words}", if words.starts_with('i') { "an" } else { "a" })
    } else {
        format!("because no {words} allows the {} action", call.action)
    };
    AwsError::access_denied(format!("{start} {reason}"))
}

/// Sets `aws:ResourceTag/...` and, for a service with keys of its own, `<service>:ResourceTag/...`.
pub fn resource_tags<'a>(
    context: &mut Context,
    service: Option<&str>,
    tags: impl IntoIterator<Item = (&'a String, &'a String)>,
) {
    for (key, value) in tags {
        context.set(&format!("aws:ResourceTag/{key}"), value.clone());
        if let Some(service) = service {
            context.set(&format!("{service}:ResourceTag/{key}"), value.clone());
        }
    }
}

/// Sets `aws:RequestTag/...` and `aws:TagKeys`.
pub fn request_tags<'a>(context: &mut Context, tags: impl IntoIterator<Item = (&'a String, &'a String)>) {
    let mut keys = Vec::new();
    for (key, value) in tags {
        context.set(&format!("aws:RequestTag/{key}"), value.clone());
        keys.push(key.clone());
    }
    if !keys.is_empty() {
        context.set_many("aws:TagKeys", keys);
    }
}

#[cfg(test)]
#[path = "authorize_tests.rs"]
mod tests;
