//! `AssumeRole`: who may take which role, and what the session carries.

use std::collections::BTreeMap;

use chrono::{SecondsFormat, TimeDelta};
use domain::guardrail::{Call, Context, Policy, PolicyKind, PrincipalArn, trusts};

use super::token::credentials;
use crate::authorize::{add_caller_keys, authorize};
use crate::context::{Ctx, RoleSession};
use crate::error::AwsError;
use crate::iam::IamRole;
use crate::value::{constraint, xml};
use crate::world::World;

/// Characters of session policies, inline and ARNs together.
const LONGEST_POLICY: usize = 2048;
/// What policies and tags may take together once packed. AWS packs into a binary format whose limit it reports as a
/// percentage only; here it is counted in characters.
const PACKED: usize = 4096;
/// Seconds that a session may last that another session asked for.
const CHAINED: i64 = 3600;

struct Asked {
    session_name: String,
    duration: i64,
    external_id: Option<String>,
    source_identity: Option<String>,
    tags: BTreeMap<String, String>,
    transitive: Vec<String>,
    policy: Option<String>,
    policy_arns: Vec<String>,
}

type Fields = BTreeMap<String, String>;

/// `Prefix.member.1`, `Prefix.member.2`, ... with what follows.
fn members(fields: &Fields, prefix: &str, suffix: &str) -> Vec<String> {
    (1..).map_while(|n| fields.get(&format!("{prefix}.member.{n}{suffix}")).cloned()).collect()
}

fn word(fields: &Fields, key: &str, extra: &str, (min, max): (usize, usize)) -> Result<Option<String>, AwsError> {
    let Some(given) = fields.get(key) else { return Ok(None) };
    let length = given.chars().count();
    if length < min {
        return Err(constraint(given, key, &format!("Member must have length greater than or equal to {min}")));
    }
    if length > max {
        return Err(constraint(given, key, &format!("Member must have length less than or equal to {max}")));
    }
    if given.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c) || extra.contains(c)) {
        return Ok(Some(given.clone()));
    }
    Err(constraint(given, key, &format!("Member must satisfy regular expression pattern: [\\w+=,.@{extra}-]*")))
}

fn missing(key: &str) -> AwsError {
    AwsError::validation(format!(
        "1 validation error detected: Value null at '{key}' failed to satisfy constraint: Member must not be null"
    ))
}

impl Asked {
    fn read(fields: &Fields) -> Result<Self, AwsError> {
        let duration = match fields.get("DurationSeconds") {
            None => 3600,
            Some(text) => text.parse().map_err(|_| constraint(text, "DurationSeconds", "Member must be a number"))?,
        };
        if duration < 900 {
            return Err(constraint(duration, "DurationSeconds", "Member must have value greater than or equal to 900"));
        }
        if duration > 43_200 {
            return Err(constraint(duration, "DurationSeconds", "Member must have value less than or equal to 43200"));
        }
        let source_identity = word(fields, "SourceIdentity", "", (2, 64))?;
        if source_identity.as_ref().is_some_and(|s| s.to_ascii_lowercase().starts_with("aws:")) {
            return Err(AwsError::validation("SourceIdentity may not start with aws:"));
        }
        let transitive = members(fields, "TransitiveTagKeys", "");
        let tags = read_tags(fields)?;
        if let Some(key) = transitive.iter().find(|key| !tags.contains_key(*key)) {
            return Err(AwsError::validation(format!(
                "The specified transitive tag key {key} must be included in the requested tags."
            )));
        }
        let policy = fields.get("Policy").cloned();
        let policy_arns = members(fields, "PolicyArns", ".arn");
        if policy_arns.len() > 10 {
            return Err(constraint(
                policy_arns.len(),
                "PolicyArns",
                "Member must have length less than or equal to 10",
            ));
        }
        let length = policy.iter().chain(&policy_arns).map(|text| text.chars().count()).sum::<usize>();
        if length > LONGEST_POLICY {
            let what = format!("Member must have length less than or equal to {LONGEST_POLICY}");
            return Err(constraint(policy.unwrap_or_default(), "Policy", &what));
        }
        Ok(Self {
            session_name: word(fields, "RoleSessionName", "", (2, 64))?.ok_or_else(|| missing("roleSessionName"))?,
            duration,
            external_id: word(fields, "ExternalId", ":/", (2, 1224))?,
            source_identity,
            tags,
            transitive,
            policy,
            policy_arns,
        })
    }

    /// How much of the packed limit is used, in percent.
    fn packed(&self) -> usize {
        let policy = self.policy.as_ref().map_or(0, |text| text.split_whitespace().map(str::len).sum());
        let arns: usize = self.policy_arns.iter().map(String::len).sum();
        let tags: usize = self.tags.iter().map(|(key, value)| key.len() + value.len()).sum();
        (policy + arns + tags) * 100 / PACKED
    }
}

fn read_tags(fields: &Fields) -> Result<BTreeMap<String, String>, AwsError> {
    let keys = members(fields, "Tags", ".Key");
    if keys.len() > 50 {
        return Err(constraint(keys.len(), "Tags", "Member must have length less than or equal to 50"));
    }
    let mut tags = BTreeMap::new();
    for (n, key) in keys.into_iter().enumerate() {
        let value = fields.get(&format!("Tags.member.{}.Value", n + 1)).cloned().unwrap_or_default();
        if key.is_empty() || key.chars().count() > 128 {
            return Err(constraint(key, "Tags.1.member.key", "Member must have length between 1 and 128"));
        }
        if value.chars().count() > 256 {
            return Err(constraint(value, "Tags.1.member.value", "Member must have length less than or equal to 256"));
        }
        let allowed = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c);
        if !key.chars().all(allowed) || !value.chars().all(allowed) {
            return Err(constraint(key, "Tags", "Member must satisfy regular expression pattern"));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(AwsError::validation("Tag keys may not start with aws:"));
        }
        // Session tag keys are case-insensitive.
        if tags.keys().any(|k: &String| k.eq_ignore_ascii_case(&key)) {
            return Err(AwsError::new(
                "InvalidParameterValue",
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            ));
        }
        tags.insert(key, value);
    }
    Ok(tags)
}

pub(super) fn assume_role(world: &mut World, ctx: &Ctx, fields: &Fields) -> Result<String, AwsError> {
    let role_arn = fields.get("RoleArn").filter(|arn| arn.len() >= 20).ok_or_else(|| missing("roleArn"))?;
    let asked = Asked::read(fields)?;
    let session = grant(world, ctx, role_arn, &asked)?;
    let packed = asked.packed();
    let made = credentials(world, &session)?;
    let source_identity = session
        .source_identity
        .as_ref()
        .map_or_else(String::new, |identity| format!("<SourceIdentity>{}</SourceIdentity>", xml(identity)));
    Ok(format!(
        "<Credentials><AccessKeyId>{}</AccessKeyId><SecretAccessKey>{}</SecretAccessKey><SessionToken>{}</SessionToken><Expiration>{}</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>{}:{}</AssumedRoleId><Arn>arn:aws:sts::{}:assumed-role/{}/{}</Arn></AssumedRoleUser><PackedPolicySize>{packed}</PackedPolicySize>{source_identity}",
        made.access_key,
        xml(&made.secret_key),
        made.token,
        made.expires.to_rfc3339_opts(SecondsFormat::Secs, true),
        session.role_id,
        xml(&session.session_name),
        session.account,
        xml(&session.role_name),
        xml(&session.session_name),
    ))
}

fn denied(ctx: &Ctx, action: &str, role_arn: &str) -> AwsError {
    AwsError::access_denied(format!(
        "User: {} is not authorized to perform: {action} on resource: {role_arn}",
        ctx.caller.arn()
    ))
}

fn grant(world: &World, ctx: &Ctx, role_arn: &str, asked: &Asked) -> Result<RoleSession, AwsError> {
    let before = ctx.caller.session();
    let inherited: BTreeMap<String, String> = before.map_or_else(BTreeMap::new, |s| {
        s.tags.iter().filter(|(key, _)| s.transitive.contains(key)).map(|(k, v)| (k.clone(), v.clone())).collect()
    });
    if let Some(key) = asked.tags.keys().find(|key| inherited.keys().any(|k| k.eq_ignore_ascii_case(key))) {
        return Err(AwsError::new(
            "InvalidParameterValue",
            format!("The tag key {key} is transitive in the calling session and cannot be set again."),
        ));
    }
    let sticky = before.and_then(|s| s.source_identity.clone());
    let source_identity = sticky.clone().or_else(|| asked.source_identity.clone());
    // A role that is not there, or in an account that is closed, is refused in the same words as one that does not trust the
    // caller.
    let closed = world.organization.suspended.iter().any(|id| role_arn.contains(&format!("::{id}:")));
    let role = world.role(role_arn).filter(|_| !closed).ok_or_else(|| denied(ctx, "sts:AssumeRole", role_arn))?;
    if sticky.is_some() && asked.source_identity.is_some() && sticky != asked.source_identity {
        return Err(denied(ctx, "sts:SetSourceIdentity", role_arn));
    }
    let mut actions = vec!["sts:AssumeRole"];
    if !asked.tags.is_empty() || !inherited.is_empty() {
        actions.push("sts:TagSession");
    }
    if source_identity.is_some() {
        actions.push("sts:SetSourceIdentity");
    }
    let context = request_context(asked, source_identity.as_deref());
    for action in actions {
        may_take(world, ctx, role, action, &context)?;
    }

    if before.is_some() && asked.duration > CHAINED {
        return Err(AwsError::validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        ));
    }
    if asked.duration > i64::from(role.max_session) {
        return Err(AwsError::validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    if asked.packed() > 100 {
        return Err(AwsError::new(
            "PackedPolicyTooLargeException",
            format!("Packed size of session tags and policies consumes {}% of allotted space.", asked.packed()),
        ));
    }
    let policies = session_policies(world, role, asked)?;
    let account: domain::id::AccountId =
        role_arn.get(13..25).and_then(|a| a.parse().ok()).ok_or_else(|| denied(ctx, "sts:AssumeRole", role_arn))?;
    let transitive = inherited.keys().chain(&asked.transitive).cloned().collect();
    let mut tags = inherited;
    tags.extend(asked.tags.clone());
    Ok(RoleSession {
        account,
        role_arn: role.arn.clone(),
        role_name: role.name.clone(),
        role_id: role.id.clone(),
        session_name: asked.session_name.clone(),
        tags,
        transitive,
        source_identity,
        policies,
        studio: None,
        issued: ctx.now,
        expires: ctx.now + TimeDelta::seconds(asked.duration),
    })
}

fn request_context(asked: &Asked, source_identity: Option<&str>) -> Context {
    let mut context = Context::new();
    crate::authorize::request_tags(&mut context, &asked.tags);
    context.set("sts:RoleSessionName", asked.session_name.clone());
    if let Some(id) = &asked.external_id {
        context.set("sts:ExternalId", id.clone());
    }
    if let Some(identity) = source_identity {
        context.set("sts:SourceIdentity", identity);
    }
    if !asked.transitive.is_empty() {
        context.set_many("sts:TransitiveTagKeys", asked.transitive.clone());
    }
    context
}

/// The caller's own policies allow it, and the role's trust policy does.
fn may_take(world: &World, ctx: &Ctx, role: &IamRole, action: &str, context: &Context) -> Result<(), AwsError> {
    authorize(world, ctx, action, &role.arn, context.clone())?;
    let trust = world.parsed(PolicyKind::Trust, &role.name, &role.trust)?;
    let principal = PrincipalArn::parse(&ctx.caller.arn()).map_err(|_| denied(ctx, action, &role.arn))?;
    let mut full = context.clone();
    add_caller_keys(world, ctx, &mut full);
    let call = Call { action, resource: &role.arn, context: &full };
    match trust.first() {
        Some(policy) if trusts(policy, &principal, &call).is_allowed() => Ok(()),
        _ => Err(denied(ctx, action, &role.arn)),
    }
}

fn session_policies(world: &World, role: &IamRole, asked: &Asked) -> Result<Vec<String>, AwsError> {
    let mut policies = Vec::new();
    if let Some(text) = &asked.policy {
        Policy::parse(PolicyKind::Session, "session policy", text)
            .map_err(|e| AwsError::new("MalformedPolicyDocumentException", format!("Syntax errors in policy: {e}")))?;
        policies.push(text.clone());
    }
    let account = role.arn.get(13..25).and_then(|a| a.parse().ok()).and_then(|a| world.accounts.get(&a));
    for arn in &asked.policy_arns {
        let text = account
            .and_then(|a| a.managed_policy(arn))
            .ok_or_else(|| AwsError::validation(format!("The policy {arn} does not exist or is not attachable.")))?;
        policies.push(text.to_owned());
    }
    Ok(policies)
}
