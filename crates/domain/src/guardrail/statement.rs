//! One statement of a policy.

use super::actions::ActionPatterns;
use super::condition::{self, Condition};
use super::context::Context;
use super::finding::{Finding, Findings};
use super::glob::Subject;
use super::json::{Member, Node, Position, Value};
use super::memo::Memo;
use super::policy::{PolicyError, PolicyKind};
use super::principal::PrincipalArn;
use super::template::{Match, Syntax, Template};
use super::trust::Principals;
use super::verdict::{Effect, StatementName};

/// A statement, without its actions: those are in the policy's index. Small, because a decision goes through many of them:
/// what it seldom looks at is elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) name: StatementName,
    pub(super) effect: Effect,
    principals: Option<Box<Principals>>,
    resources: Resources,
    pub(super) conditions: Box<[Condition]>,
    pub(super) written: Box<Written>,
}

/// What a statement is about, as written, for people.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) actions: Box<[String]>,
    /// `NotAction`.
    pub(super) all_but: bool,
    pub(super) resources: Box<[String]>,
    /// `NotResource`.
    pub(super) all_resources_but: bool,
}

#[derive(Clone, Debug)]
struct Resources {
    /// `NotResource`.
    negated: bool,
    /// `*` is among the patterns, or the policy is a trust policy, which has no resources.
    any: bool,
    patterns: Box<[Template]>,
}

/// What a statement says of its actions.
#[derive(Debug)]
pub(super) struct Actions {
    /// `NotAction`.
    pub(super) negated: bool,
    pub(super) patterns: ActionPatterns,
}

const ELEMENTS: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// Reads the statement that is number `index` of its policy.
pub(super) fn read(
    kind: PolicyKind,
    variables: bool,
    index: usize,
    node: &Node,
    findings: &mut Findings,
) -> Result<(Statement, Actions), PolicyError> {
    let Value::Object(members) = &node.value else {
        return node.at.refuse(format!("a statement is an object, not {}", node.value.in_words()));
    };
    for member in members {
        if !ELEMENTS.contains(&member.key.as_str()) {
            return member.at.refuse(unknown(&member.key, &ELEMENTS, "a statement"));
        }
    }
    let elements = Elements { at: node.at, members };
    let effect = effect(&elements)?;
    let Some((negated, named)) = elements.one_of("Action", "NotAction")? else {
        return node.at.refuse("a statement has an Action or a NotAction");
    };
    let patterns = ActionPatterns::read(if negated { "NotAction" } else { "Action" }, named)?;
    findings.actions(named);
    let resources = resources(kind, &elements, variables, findings)?;
    let conditions = match elements.get("Condition") {
        Some(member) => condition::read(&member.value, effect, variables, findings)?,
        None => Box::default(),
    };
    let name = match elements.get("Sid") {
        None => StatementName::Index(index),
        Some(Member { value: Node { value: Value::String(sid), at, .. }, .. }) => {
            if sid.bytes().any(|b| !b.is_ascii_alphanumeric()) {
                findings.push(Finding::at(*at, format!("AWS takes letters and digits alone in a Sid, not {sid:?}")));
            }
            if sid.is_empty() { StatementName::Index(index) } else { StatementName::Sid(sid.clone()) }
        }
        Some(Member { value, .. }) => {
            return value.at.refuse(format!("Sid is a string, not {}", value.value.in_words()));
        }
    };
    let principals = principals(kind, effect, &elements, findings)?.map(Box::new);
    let (all_resources_but, named_resources) = match elements.one_of("Resource", "NotResource")? {
        Some((negated, node)) => (negated, texts(node)),
        None => (false, Box::default()),
    };
    let written =
        Box::new(Written { actions: texts(named), all_but: negated, resources: named_resources, all_resources_but });
    Ok((Statement { name, effect, principals, resources, conditions, written }, Actions { negated, patterns }))
}

/// A text or a list of texts.
fn texts(node: &Node) -> Box<[String]> {
    let items = if let Value::Array(items) = &node.value { items.as_slice() } else { std::slice::from_ref(node) };
    items
        .iter()
        .filter_map(|item| if let Value::String(text) = &item.value { Some(text.clone()) } else { None })
        .collect()
}

/// What to say about an element that does not exist, with the one that may be meant.
pub(super) fn unknown(found: &str, known: &[&str], place: &str) -> String {
    match known.iter().find(|k| k.eq_ignore_ascii_case(found) || found.eq_ignore_ascii_case(&format!("{k}s"))) {
        Some(near) => format!("{found:?} is not an element of {place}; did you mean {near}?"),
        None => format!("{found:?} is not an element of {place}: it has {}", known.join(", ")),
    }
}

struct Elements<'a> {
    at: Position,
    members: &'a [Member],
}

impl<'a> Elements<'a> {
    fn get(&self, key: &str) -> Option<&'a Member> {
        self.members.iter().find(|m| m.key == key)
    }

    /// The element or its negation, never both: whether it is the negation, and its value.
    fn one_of(&self, plain: &str, negation: &str) -> Result<Option<(bool, &'a Node)>, PolicyError> {
        match (self.get(plain), self.get(negation)) {
            (Some(_), Some(second)) => second.at.refuse(format!("a statement has {plain} or {negation}, not both")),
            (Some(member), None) => Ok(Some((false, &member.value))),
            (None, Some(member)) => Ok(Some((true, &member.value))),
            (None, None) => Ok(None),
        }
    }
}

fn effect(elements: &Elements<'_>) -> Result<Effect, PolicyError> {
    let Some(member) = elements.get("Effect") else {
        return elements.at.refuse("a statement has an Effect: Allow or Deny");
    };
    match &member.value.value {
        Value::String(text) if text == "Allow" => Ok(Effect::Allow),
        Value::String(text) if text == "Deny" => Ok(Effect::Deny),
        _ => member.value.at.refuse("Effect is \"Allow\" or \"Deny\", in this spelling"),
    }
}

fn resources(
    kind: PolicyKind,
    elements: &Elements<'_>,
    variables: bool,
    findings: &mut Findings,
) -> Result<Resources, PolicyError> {
    let found = elements.one_of("Resource", "NotResource")?;
    let (negated, node) = match (kind, found) {
        (PolicyKind::Trust, Some(_)) => {
            let at = elements.get("Resource").or_else(|| elements.get("NotResource")).map_or(elements.at, |m| m.at);
            return at.refuse("a trust policy names no resource: the resource is the role");
        }
        (PolicyKind::Trust, None) => return Ok(Resources { negated: false, any: true, patterns: Box::default() }),
        (_, None) => return elements.at.refuse("a statement has a Resource or a NotResource"),
        (_, Some(found)) => found,
    };
    let syntax = Syntax { variables, wildcards: true, ignore_case: false };
    let mut one = |node: &Node| match &node.value {
        Value::String(text) => resource(text, syntax, node.at, findings),
        other => node.at.refuse(format!("a resource is a string, not {}", other.in_words())),
    };
    let patterns = match &node.value {
        Value::Array(items) if items.is_empty() => return node.at.refuse("no resource is named"),
        Value::Array(items) => items.iter().map(one).collect::<Result<Vec<_>, _>>()?,
        _ => vec![one(node)?],
    };
    Ok(Resources { negated, any: patterns.iter().any(Template::is_any), patterns: patterns.into() })
}

fn resource(text: &str, syntax: Syntax, at: Position, findings: &mut Findings) -> Result<Template, PolicyError> {
    let template = Template::parse(text, syntax, at)?;
    findings.variables(at, &template);
    if !template.is_any() && !text.starts_with("arn:") {
        return at.refuse(format!("{text:?} is not a resource: it is an ARN or *"));
    }
    if !template.is_any() && text.splitn(6, ':').count() < 6 && !text.ends_with('*') {
        findings.push(Finding::at(at, format!("{text:?} has fewer than the six parts of an ARN and matches nothing")));
    }
    Ok(template)
}

fn principals(
    kind: PolicyKind,
    effect: Effect,
    elements: &Elements<'_>,
    findings: &mut Findings,
) -> Result<Option<Principals>, PolicyError> {
    match (kind, elements.one_of("Principal", "NotPrincipal")?) {
        (PolicyKind::Trust, None) => elements.at.refuse("a statement of a trust policy has a Principal"),
        (PolicyKind::Trust, Some((negated, node))) => {
            if negated && effect == Effect::Allow {
                findings.push(Finding::at(node.at, "Allow with NotPrincipal trusts everyone who is not named"));
            }
            Principals::read(negated, node).map(Some)
        }
        (_, None) => Ok(None),
        (_, Some(_)) => {
            let at = elements.get("Principal").or_else(|| elements.get("NotPrincipal")).map_or(elements.at, |m| m.at);
            at.refuse("only a trust policy names principals: this policy applies to whom it is attached to")
        }
    }
}

impl Statement {
    /// Whether the statement applies to a call whose action it names.
    pub(super) fn applies(
        &self,
        principal: Option<&PrincipalArn>,
        resource: &Subject<'_>,
        context: &Context,
        memo: &Memo,
    ) -> bool {
        self.covers(principal, resource, context)
            && self.conditions.iter().all(|c| c.is_met_once(context, self.effect, memo))
    }

    /// Whether it names the principal; one without principals names everybody.
    pub(super) fn is_about(&self, principal: &PrincipalArn) -> bool {
        self.principals.as_ref().is_none_or(|principals| principals.include(principal))
    }

    /// Whether principal and resource match, whatever the conditions say.
    pub(super) fn covers(&self, principal: Option<&PrincipalArn>, resource: &Subject<'_>, context: &Context) -> bool {
        let named = match (&self.principals, principal) {
            (Some(principals), Some(principal)) => principals.include(principal),
            (None, None) => true,
            _ => false,
        };
        named && self.resources.include(resource, context, self.effect)
    }

    /// The same for a resource that may not be known yet: then only a statement for every resource has an answer.
    pub(super) fn reaches(&self, resource: Option<&Subject<'_>>, context: &Context) -> Option<bool> {
        match resource {
            Some(resource) => Some(self.covers(None, resource, context)),
            None => self.resources.any.then_some(!self.resources.negated),
        }
    }
}

impl Resources {
    fn include(&self, resource: &Subject<'_>, context: &Context, effect: Effect) -> bool {
        if self.any {
            return !self.negated;
        }
        let mut unresolved = false;
        for pattern in &self.patterns {
            match pattern.matches(resource, context, false) {
                Match::Yes => return !self.negated,
                Match::Unresolved => unresolved = true,
                Match::No => {}
            }
        }
        // Under `NotResource`, a variable without a value is never to the caller's advantage: see `Condition::is_met`.
        self.negated && (!unresolved || effect == Effect::Deny)
    }
}
