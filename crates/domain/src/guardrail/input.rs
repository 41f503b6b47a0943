//! One call and the policies that apply to it, as one JSON document: what teams that keep policies in git evaluate.

use super::context::Context;
use super::evaluate::{Call, Layers, evaluate};
use super::json::{self, Member, Node, Position, Value};
use super::policy::{Policy, PolicyError, PolicyKind};
use super::statement::unknown;
use super::verdict::{DecidedBy, Layer, Verdict};

/// A call and its layers, read from
/// `{"action", "resource", "context": {key: [values]}, "scps": [[document, ...], ...], "boundary": document or null,
/// "session": [document, ...] or null, "identity": [document, ...]}`.
///
/// `scps` goes from the root to the account; an empty list says that the caller is not subject to service control policies.
/// An empty `session` is no session policy, as it is for STS. `context`, `boundary` and `session` can be left out; the
/// others cannot, because a layer that is forgotten is one that does not restrict.
///
/// Policies are named by their place: `scps[1][0]` is the first policy below the root.
#[derive(Clone, Debug)]
pub struct EvaluationInput {
    action: String,
    resource: String,
    context: Context,
    scps: Vec<Vec<Policy>>,
    boundary: Option<Policy>,
    session: Option<Vec<Policy>>,
    identity: Vec<Policy>,
}

const ELEMENTS: [&str; 7] = ["action", "resource", "context", "scps", "boundary", "session", "identity"];

impl EvaluationInput {
    /// Reads the document. Every policy in it is held to AWS's size for its kind.
    ///
    /// # Errors
    /// With line and column in `text`: what is not JSON, what has a key twice, and every policy that AWS would refuse.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let node = json::read(text)?;
        let members = object(&node, "the input")?;
        for member in members {
            if !ELEMENTS.contains(&member.key.as_str()) {
                return member.at.refuse(unknown(&member.key, &ELEMENTS, "the input"));
            }
        }
        let input = Reader { at: node.at, members, text };
        Ok(Self {
            action: input.action()?,
            resource: input.text("resource")?.to_owned(),
            context: input.get("context").map(context).transpose()?.unwrap_or_default(),
            scps: list(input.required("scps")?, "scps")?
                .iter()
                .enumerate()
                .map(|(level, node)| input.policies(PolicyKind::ServiceControl, &format!("scps[{level}]"), node))
                .collect::<Result<_, _>>()?,
            boundary: input
                .get("boundary")
                .map(|node| input.policy(PolicyKind::Boundary, "boundary", node))
                .transpose()?,
            session: input
                .get("session")
                .map(|node| input.policies(PolicyKind::Session, "session", node))
                .transpose()?
                .filter(|policies| !policies.is_empty()),
            identity: input.policies(PolicyKind::Identity, "identity", input.required("identity")?)?,
        })
    }

    /// Decides the call as AWS does.
    pub fn verdict(&self) -> Verdict {
        let layers = Layers {
            scps: &self.scps,
            boundary: self.boundary.as_ref(),
            session: self.session.as_deref(),
            identity: &self.identity,
        };
        evaluate(&layers, &Call { action: &self.action, resource: &self.resource, context: &self.context })
    }

    /// Which policy of its list decided, from 0; `None` where a layer decided by having no Allow.
    pub fn policy_index(&self, decided_by: &DecidedBy) -> Option<usize> {
        let policies = match decided_by.layer {
            Layer::Scp => self.scps.get(decided_by.level?)?,
            Layer::Boundary => self.boundary.as_slice(),
            Layer::Session => self.session.as_deref()?,
            Layer::Identity => &self.identity,
            Layer::Trust => return None,
        };
        policies.iter().position(|policy| policy.name() == decided_by.policy)
    }
}

struct Reader<'a> {
    at: Position,
    members: &'a [Member],
    text: &'a str,
}

impl<'a> Reader<'a> {
    /// The value of a key; `None` when it is absent or null.
    fn get(&self, key: &str) -> Option<&'a Node> {
        let value = &self.members.iter().find(|m| m.key == key)?.value;
        if matches!(value.value, Value::Null) { None } else { Some(value) }
    }

    fn required(&self, key: &str) -> Result<&'a Node, PolicyError> {
        self.get(key).map_or_else(|| self.at.refuse(format!("the input has {key:?}")), Ok)
    }

    fn text(&self, key: &str) -> Result<&'a str, PolicyError> {
        let node = self.required(key)?;
        match &node.value {
            Value::String(text) if text.is_empty() => node.at.refuse(format!("{key} is empty")),
            Value::String(text) => Ok(text),
            other => node.at.refuse(format!("{key} is a string, not {}", other.in_words())),
        }
    }

    fn action(&self) -> Result<String, PolicyError> {
        let node = self.required("action")?;
        let action = self.text("action")?;
        match action.split_once(':') {
            Some((service, name)) if !service.is_empty() && !name.is_empty() && !action.contains(['*', '?']) => {
                Ok(action.to_owned())
            }
            _ => node.at.refuse(format!("{action:?} is not one action: it is written service:Name, without wildcards")),
        }
    }

    fn policy(&self, kind: PolicyKind, name: &str, node: &Node) -> Result<Policy, PolicyError> {
        Policy::inside(kind.limit(), kind, name, node, self.text)
    }

    fn policies(&self, kind: PolicyKind, place: &str, node: &Node) -> Result<Vec<Policy>, PolicyError> {
        list(node, place)?
            .iter()
            .enumerate()
            .map(|(index, node)| self.policy(kind, &format!("{place}[{index}]"), node))
            .collect()
    }
}

fn object<'a>(node: &'a Node, what: &str) -> Result<&'a [Member], PolicyError> {
    match &node.value {
        Value::Object(members) => Ok(members),
        other => node.at.refuse(format!("{what} is an object, not {}", other.in_words())),
    }
}

fn list<'a>(node: &'a Node, what: &str) -> Result<&'a [Node], PolicyError> {
    match &node.value {
        Value::Array(items) => Ok(items),
        other => node.at.refuse(format!("{what} is a list, not {}", other.in_words())),
    }
}

/// Condition keys with a value or a list of them.
fn context(node: &Node) -> Result<Context, PolicyError> {
    let mut context = Context::new();
    let members = object(node, "context")?;
    for (index, member) in members.iter().enumerate() {
        if let Some(first) = members[..index].iter().find(|m| m.key.eq_ignore_ascii_case(&member.key)) {
            return member.at.refuse(format!(
                "the condition key {:?} is here a second time; it first stands in line {}, column {}, and case makes no \
                 difference",
                member.key, first.at.line, first.at.column
            ));
        }
        let one = |node: &Node| match &node.value {
            Value::String(text) | Value::Number(text) => Ok(text.clone()),
            Value::Bool(value) => Ok(value.to_string()),
            other => node.at.refuse(format!(
                "the value of a condition key is a string, a number or a boolean, not {}",
                other.in_words()
            )),
        };
        let values: Vec<String> = match &member.value.value {
            Value::Array(items) => items.iter().map(one).collect::<Result<_, _>>()?,
            _ => vec![one(&member.value)?],
        };
        context.set_many(&member.key, values);
    }
    Ok(context)
}
