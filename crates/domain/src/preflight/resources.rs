//! Every resource of a template against the service control policies on the way to its account, under the role that makes it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Check, Finding, Verdict, Who};
use crate::guardrail::{Context, ForeseenCall, Outlook};
use crate::id::{AccountId, Region};
use crate::organization::{Caller, Chain, OutlookOf, ServiceControlPolicy, context, requested_region};
use crate::resource_actions::{KeySource, MAP_VERSION, PROVISIONING, ResourceActions, STACKING, known, opening};
use crate::session::RoleName;
use crate::template::{Known, Resolver, TemplateDigest, TemplateResource};

/// What service control policies reach the account.
#[derive(Clone, Copy, Debug)]
pub enum Reach<'a> {
    /// The mirror of the organization does not have the account.
    Unknown,
    /// None reaches it.
    Exempt,
    Chain(&'a Chain, &'a BTreeMap<String, ServiceControlPolicy>),
}

/// The calls that bring something up: where, by whom, and with what tags.
#[derive(Clone, Copy, Debug)]
pub struct Calls<'a> {
    pub reach: Reach<'a>,
    pub account: &'a AccountId,
    pub region: &'a Region,
    pub partition: &'a str,
    /// The launch role, with its path.
    pub role: &'a str,
    /// What the resources are tagged with, as far as the portal knows.
    pub tags: &'a BTreeMap<String, String>,
}

/// What is found of some calls for one thing.
#[derive(Debug, Default)]
struct Found {
    verdict: Option<Verdict>,
    why: Vec<String>,
    policies: Vec<String>,
}

/// The resources of the template, one finding each.
pub fn resources(calls: &Calls<'_>, template: Option<&TemplateDigest>, resolver: &Resolver<'_>) -> Vec<Finding> {
    let not_assessed = |why: &str| vec![Finding::new(Check::Policies, Verdict::NotAssessed, "", why)];
    let Some(template) = template else { return not_assessed("The portal has not read the template yet.") };
    if let Some(why) = &template.unread {
        return not_assessed(why);
    }
    let made =
        template.resources.iter().filter(|it| it.condition.as_deref().and_then(|c| resolver.holds(c)) != Some(false));
    made.map(|resource| assess(calls, resource, resolver)).collect()
}

/// What is called to bring it up, whatever is in it, and to open it.
pub fn calls_of_the_portal(
    calls: &Calls<'_>,
    template: Option<&TemplateDigest>,
    resolver: &Resolver<'_>,
) -> Vec<Finding> {
    let look = |role: &str, actions: &[&str]| {
        let known = calls.context_of(role);
        let mut found = Found::default();
        for action in actions {
            let call = ForeseenCall { action, resource: None, context: &known, absent: &[], present: &[] };
            calls.foresee(&call, &mut found);
        }
        found
    };
    let (provisioner, launcher) = (RoleName::StudiogateProvisioner.as_str(), RoleName::StudiogateLauncher.as_str());
    let mut findings = vec![calls.finding("The launch itself", look(provisioner, PROVISIONING), provisioner)];
    findings.push(calls.finding("The stack", calls.foresee_stack(), calls.role));
    // What is made for sure, and what perhaps is.
    let (mut surely, mut perhaps) = (Vec::new(), Vec::new());
    for resource in template.into_iter().flat_map(|template| &template.resources) {
        match resource.condition.as_deref().map(|condition| resolver.holds(condition)) {
            None | Some(Some(true)) => surely.extend(opening(&resource.kind)),
            Some(None) => perhaps.extend(opening(&resource.kind)),
            Some(Some(false)) => {}
        }
    }
    perhaps.retain(|action| !surely.contains(action));
    if !surely.is_empty() || !perhaps.is_empty() {
        let mut found = look(launcher, &surely);
        found.take(look(launcher, &perhaps).if_it_is_made());
        findings.push(calls.finding("Opening it", found, launcher));
    }
    findings
}

impl Found {
    /// What is denied only where the template makes the resource.
    fn if_it_is_made(mut self) -> Self {
        if self.verdict == Some(Verdict::Denied) {
            self.verdict = Some(Verdict::Depends);
            self.policies.clear();
            self.why.insert(0, "If the template makes it:".to_owned());
        }
        self
    }

    fn take(&mut self, other: Self) {
        self.verdict = self.verdict.max(other.verdict);
        self.why.extend(other.why);
        self.policies.extend(other.policies);
    }
}

fn assess(calls: &Calls<'_>, resource: &TemplateResource, resolver: &Resolver<'_>) -> Finding {
    let subject = format!("{} ({})", resource.logical_id, resource.kind);
    let Some(known) = known(&resource.kind) else {
        let why = format!("What creating one calls is not in the portal's map of actions (version {MAP_VERSION}).");
        return Finding::new(Check::Policies, Verdict::NotAssessed, subject, why);
    };
    let mut found = Found::default();
    for action in known.creating {
        if is_called(action, known, &resource.properties, resolver) {
            calls.foresee_creation(action, known, resource, resolver, &mut found);
        }
    }
    if resource.condition.as_deref().is_some_and(|condition| resolver.holds(condition).is_none()) {
        found = found.if_it_is_made();
    }
    let finding = calls.finding(&subject, found, calls.role);
    let unknown: Vec<&str> =
        resource.names.iter().map(String::as_str).filter(|name| !known.understands(name)).collect();
    // What such a property makes CloudFormation call is not known.
    if finding.verdict == Verdict::Fine && !unknown.is_empty() && matches!(calls.reach, Reach::Chain(..)) {
        let why = format!(
            "No service control policy stands in the way of what the portal knows of it. What {} calls is not in its map of \
             actions (version {MAP_VERSION}).",
            unknown.join(", ")
        );
        return Finding::new(Check::Policies, Verdict::NotAssessed, subject, why);
    }
    finding
}

/// Whether CloudFormation calls the action for what the template says.
fn is_called(action: &str, known: &ResourceActions, properties: &Map<String, Value>, resolver: &Resolver<'_>) -> bool {
    let is_set = |property: &str| resolver.at(properties, property) != Known::Absent;
    if action == "iam:PassRole" {
        return known.roles.iter().any(|role| is_set(role));
    }
    known.only_with.iter().find(|(only, _)| *only == action).is_none_or(|(_, property)| is_set(property))
}

impl Calls<'_> {
    fn context_of(&self, role: &str) -> Context {
        context(self.account, Caller { role, region: self.region, partition: self.partition })
    }

    /// One call of CloudFormation for a resource.
    fn foresee_creation(
        &self,
        action: &str,
        known: &ResourceActions,
        resource: &TemplateResource,
        resolver: &Resolver<'_>,
        found: &mut Found,
    ) {
        let mut context = self.context_of(self.role);
        // CloudFormation calls with the rights of the role, from AWS's own network.
        context.set("aws:ViaAWSService", "true");
        context.set_many("aws:CalledVia", ["cloudformation.amazonaws.com"]);
        context.set("aws:CalledViaLast", "cloudformation.amazonaws.com");
        context.set("aws:RequestedRegion", requested_region(action, self.region.as_str(), self.partition));
        let (mut absent, mut present) = (vec!["aws:SourceVpc", "aws:SourceVpce"], Vec::new());
        if known.tagged.contains(&action) && self.tag(&mut context, &resource.properties, resolver) {
            absent.push("aws:RequestTag/*");
        }
        for key in known.keys.iter().filter(|key| key.actions.contains(&action)) {
            match value_of(key.from, &resource.properties, resolver) {
                Known::Absent => absent.push(key.key),
                Known::There => present.push(key.key),
                Known::Open => {}
                value @ Known::Is(_) => {
                    context.set_many(key.key, value.texts());
                }
            }
        }
        let arns = if action == "iam:PassRole" {
            let set = known.roles.iter().filter(|role| resolver.at(&resource.properties, role) != Known::Absent);
            set.map(|role| self.passed_role(role, resource, resolver)).collect()
        } else if known.on_everything.contains(&action) {
            vec![Some("*".to_owned())]
        } else {
            vec![self.arn_of(known, resource, resolver)]
        };
        for arn in arns {
            let (resource, context) = (arn.as_deref(), &context);
            let call = ForeseenCall { action, resource, context, absent: &absent, present: &present };
            self.foresee(&call, found);
        }
    }

    /// The calls of Service Catalog by which a stack comes to be.
    fn foresee_stack(&self) -> Found {
        let mut context = self.context_of(self.role);
        context.set("aws:ViaAWSService", "true");
        context.set_many("aws:CalledVia", ["servicecatalog.amazonaws.com"]);
        context.set("aws:CalledViaLast", "servicecatalog.amazonaws.com");
        let (partition, region, account) = (self.partition, self.region, self.account);
        let stack = format!(
            "arn:{partition}:cloudformation:{region}:{account}:stack/SC-{account}-pp-0000000000000/\
             00000000-0000-0000-0000-000000000000"
        );
        let mut found = Found::default();
        for action in STACKING {
            let (resource, context) = (Some(stack.as_str()), &context);
            let call = ForeseenCall { action, resource, context, absent: &[], present: &[] };
            self.foresee(&call, &mut found);
        }
        found
    }

    /// Sets the request tags; answers whether all of them are known.
    fn tag(&self, context: &mut Context, properties: &Map<String, Value>, resolver: &Resolver<'_>) -> bool {
        let mut complete = true;
        let mut tags = self.tags.clone();
        match properties.get("Tags") {
            None => {}
            Some(Value::Array(items)) => {
                for tag in items {
                    let text = |member: &str| tag.get(member).and_then(|value| resolver.eval(value).text());
                    match (text("Key"), text("Value")) {
                        (Some(key), Some(value)) => {
                            tags.insert(key, value);
                        }
                        _ => complete = false,
                    }
                }
            }
            Some(_) => complete = false,
        }
        for (key, value) in tags {
            context.set(&format!("aws:RequestTag/{key}"), value);
        }
        complete
    }

    /// The ARN that the resource will have. A name that CloudFormation makes up begins with the stack's, which Service Catalog
    /// makes of account and provisioned product; no policy knows how it ends.
    fn arn_of(&self, known: &ResourceActions, resource: &TemplateResource, resolver: &Resolver<'_>) -> Option<String> {
        let made_up = || format!("SC-{}-pp-0000000000000-{}-000000000000", self.account, resource.logical_id);
        let name = match known.name.map(|property| resolver.at(&resource.properties, property)) {
            None | Some(Known::Absent) => made_up(),
            Some(value) => value.text()?,
        };
        let name = if known.resource_type == "AWS::S3::Bucket" { name.to_lowercase() } else { name };
        let mut arn = String::new();
        let mut rest = known.arn;
        while let Some((before, after)) = rest.split_once('{') {
            let (part, after) = after.split_once('}')?;
            arn.push_str(before);
            match part {
                "partition" => arn.push_str(self.partition),
                "region" => arn.push_str(self.region.as_str()),
                "account" => arn.push_str(self.account.as_str()),
                "name" => arn.push_str(&name),
                "path" => match resolver.at(&resource.properties, "Path") {
                    Known::Absent => arn.push('/'),
                    path => arn.push_str(&path.text()?),
                },
                property => arn.push_str(&part_of_arn(property, resource, resolver)?),
            }
            rest = after;
        }
        arn.push_str(rest);
        Some(arn)
    }

    /// The role that is passed on: one by its ARN, or one that the template makes.
    fn passed_role(&self, property: &str, resource: &TemplateResource, resolver: &Resolver<'_>) -> Option<String> {
        if let Some(arn) = resolver.at(&resource.properties, property).text() {
            return Some(arn);
        }
        let mut members = property.split('.');
        let mut value = resource.properties.get(members.next()?)?;
        for member in members {
            value = value.get(member)?;
        }
        let made = value.get("Fn::GetAtt")?.get(0)?.as_str()?;
        let made = resolver.resource(made).filter(|made| made.kind == "AWS::IAM::Role")?;
        self.arn_of(known(&made.kind)?, made, resolver)
    }

    fn foresee(&self, call: &ForeseenCall<'_>, found: &mut Found) {
        let Reach::Chain(chain, policies) = self.reach else { return };
        let outlook = OutlookOf::of(chain, call);
        let action = call.action;
        let policy = policies.get(&outlook.policy_id).map_or(outlook.policy_id.as_str(), |policy| policy.name.as_str());
        let by = format!("statement {} of {policy} at {}", outlook.statement, outlook.node);
        let nothing = outlook.policy_id.is_empty();
        let (verdict, why) = match outlook.outlook {
            // One that could not be read may deny it, or allow it.
            Outlook::Passes if chain.unreadable.is_empty() => (Verdict::Fine, None),
            Outlook::Passes => (Verdict::NotAssessed, None),
            Outlook::Denied if nothing && !chain.unreadable.is_empty() => (Verdict::NotAssessed, None),
            Outlook::Denied if nothing => {
                (Verdict::Denied, Some(format!("no policy at {} allows {action}.", outlook.node)))
            }
            Outlook::Denied => (Verdict::Denied, Some(format!("{by} denies {action}."))),
            Outlook::Depends => {
                let by = if nothing { format!("nothing at {} allows", outlook.node) } else { format!("{by} denies") };
                (Verdict::Depends, Some(format!("{by} {action} where {}.", outlook.denied_where.join(" and "))))
            }
        };
        if verdict == Verdict::Denied && !nothing {
            found.policies.push(policy.to_owned());
        }
        found.verdict = found.verdict.max(Some(verdict));
        found.why.extend(why.map(|why| capitalized(&why)));
    }

    fn finding(&self, subject: &str, mut found: Found, role: &str) -> Finding {
        let finding = |verdict, why: String| Finding::new(Check::Policies, verdict, subject, why);
        let chain = match self.reach {
            Reach::Unknown => {
                let why = "The portal has not found the account in the organization.".to_owned();
                return finding(Verdict::NotAssessed, why);
            }
            Reach::Exempt => {
                return finding(Verdict::Fine, "No service control policy reaches the account.".to_owned());
            }
            Reach::Chain(chain, _) => chain,
        };
        found.why.dedup();
        match found.verdict.unwrap_or(Verdict::NotAssessed) {
            Verdict::Fine => finding(Verdict::Fine, format!("No service control policy stands in the way of {role}.")),
            Verdict::NotAssessed => finding(
                Verdict::NotAssessed,
                format!("These policies cannot be read here: {}.", chain.unreadable.join("; ")),
            ),
            Verdict::Depends => finding(Verdict::Depends, found.why.join(" ")),
            Verdict::Denied => {
                found.policies.dedup();
                let todo = if found.policies.is_empty() {
                    format!("Choose another account, or have a policy allow it for {role}.")
                } else {
                    format!(
                        "Choose another account or other values, or have {} except {role}.",
                        found.policies.join(", ")
                    )
                };
                finding(Verdict::Denied, found.why.join(" ")).mended_by(Who::PlatformTeam, todo)
            }
        }
    }
}

/// A property as it stands in an ARN. No policy knows the id of a domain that the same template makes.
fn part_of_arn(property: &str, resource: &TemplateResource, resolver: &Resolver<'_>) -> Option<String> {
    if let Some(text) = resolver.at(&resource.properties, property).text() {
        return Some(text);
    }
    let value = resource.properties.get(property)?;
    let named = value.get("Ref").or_else(|| value.get("Fn::GetAtt")?.get(0))?.as_str()?;
    resolver.resource(named).filter(|made| made.kind == "AWS::SageMaker::Domain").map(|_| "d-000000000000".to_owned())
}

fn value_of(from: KeySource, properties: &Map<String, Value>, resolver: &Resolver<'_>) -> Known {
    match from {
        KeySource::Property(path) => resolver.at(properties, path),
        KeySource::Or(path, default) => match resolver.at(properties, path) {
            Known::Absent => Known::Is(default.into()),
            known => known,
        },
        KeySource::Inside(path, member) => resolver.inside(properties, path, member),
        KeySource::InsideAny(paths, member) => resolver.inside_any(properties, paths, member),
        // Several are several calls, each with one of them.
        KeySource::Each(path) => match resolver.at(properties, path) {
            Known::Is(Value::Array(items)) if items.len() > 1 => Known::There,
            known => known,
        },
        KeySource::Always(value) => Known::Is(value.into()),
        KeySource::Later => Known::There,
    }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
