//! Policy documents.

use super::actions::ActionIndex;
use super::finding::{Finding, Findings};
use super::json::{self, Node, Position, Value};
use super::statement::{self, Actions, Statement};
use super::verdict::{Effect, StatementName};

/// Where a policy is used, which decides what it may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PolicyKind {
    ServiceControl,
    Identity,
    Boundary,
    Session,
    /// The trust policy of a role.
    Trust,
}

impl PolicyKind {
    /// AWS's limit in characters, and whether white space counts: service control policies 10,240 (since May 2026; 5,120
    /// before); inline policies of a role 10,240 without white space; a managed policy, which a boundary is, 6,144 without
    /// white space; session policies 2,048; trust policies 2,048 without white space, unless the quota was raised.
    pub fn limit(self) -> SizeLimit {
        match self {
            Self::ServiceControl => SizeLimit { characters: 10_240, counts_white_space: true },
            Self::Identity => SizeLimit { characters: 10_240, counts_white_space: false },
            Self::Boundary => SizeLimit { characters: 6_144, counts_white_space: false },
            Self::Session => SizeLimit { characters: 2_048, counts_white_space: true },
            Self::Trust => SizeLimit { characters: 2_048, counts_white_space: false },
        }
    }
}

/// How long a document may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeLimit {
    pub characters: usize,
    pub counts_white_space: bool,
}

impl SizeLimit {
    /// No limit of its own: AWS's managed policies are longer than those of customers may be.
    pub const NONE: Self = Self { characters: usize::MAX, counts_white_space: true };

    /// How long a document is by this count.
    pub fn measure(self, text: &str) -> usize {
        text.chars().filter(|c| self.counts_white_space || !c.is_whitespace()).count()
    }

    /// `at` is where the document begins.
    fn check(self, text: &str, at: Position) -> Result<(), PolicyError> {
        let length = self.measure(text);
        if length <= self.characters {
            return Ok(());
        }
        let (Position { mut line, mut column }, mut counted) = (at, 0);
        for c in text.chars() {
            if self.counts_white_space || !c.is_whitespace() {
                counted += 1;
                if counted > self.characters {
                    break;
                }
            }
            (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        let message = format!("the document has {length} characters; at most {} are allowed", self.characters);
        Err(PolicyError { line, column, message })
    }
}

/// A document that is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct PolicyError {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    pub message: String,
}

/// A policy document, ready to be evaluated.
#[derive(Clone, Debug)]
pub struct Policy {
    name: String,
    kind: PolicyKind,
    pub(super) statements: Box<[Statement]>,
    pub(super) allow: ActionIndex,
    pub(super) deny: ActionIndex,
    findings: Vec<Finding>,
}

impl Policy {
    /// Reads a document of at most AWS's size; `name` is what verdicts call it.
    pub fn parse(kind: PolicyKind, name: &str, text: &str) -> Result<Self, PolicyError> {
        Self::parse_within(kind.limit(), kind, name, text)
    }

    /// Reads a document of at most `limit`, for organizations whose quotas differ and for AWS's own managed policies.
    pub fn parse_within(limit: SizeLimit, kind: PolicyKind, name: &str, text: &str) -> Result<Self, PolicyError> {
        limit.check(text, Position::START)?;
        Self::from_node(kind, name, &json::read(text)?)
    }

    /// Reads a document that stands inside another one, `text`.
    pub(super) fn inside(
        limit: SizeLimit,
        kind: PolicyKind,
        name: &str,
        node: &Node,
        text: &str,
    ) -> Result<Self, PolicyError> {
        limit.check(text.get(node.span.clone()).unwrap_or(text), node.at)?;
        Self::from_node(kind, name, node)
    }

    fn from_node(kind: PolicyKind, name: &str, document: &Node) -> Result<Self, PolicyError> {
        let mut findings = Findings::default();
        let Value::Object(members) = &document.value else {
            return document.at.refuse(format!("a policy is an object, not {}", document.value.in_words()));
        };
        // `Version` and `Id` decide how statements are read, so they come first wherever they stand.
        let mut variables = false;
        let mut versioned = false;
        let mut statements = None;
        for member in members {
            let value = &member.value;
            match member.key.as_str() {
                "Version" => {
                    versioned = true;
                    variables = version(value)?;
                }
                "Id" => {
                    if !matches!(value.value, Value::String(_)) {
                        return value.at.refuse(format!("Id is a string, not {}", value.value.in_words()));
                    }
                }
                "Statement" => statements = Some(value),
                other => {
                    return member.at.refuse(statement::unknown(other, &["Version", "Id", "Statement"], "a policy"));
                }
            }
        }
        if !versioned {
            findings.push(Finding::at(
                document.at,
                "without \"Version\": \"2012-10-17\" the document is read as of 2008, without policy variables",
            ));
        }
        let Some(node) = statements else { return document.at.refuse("a policy has a Statement") };
        let nodes = match &node.value {
            Value::Array(items) if items.is_empty() => return node.at.refuse("a policy has at least one statement"),
            Value::Array(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let (statements, actions) = read_statements(kind, variables, nodes, &mut findings)?;
        let index = |effect: Effect| {
            ActionIndex::new(
                (0_u32..)
                    .zip(statements.iter().zip(&actions))
                    .filter(|(_, (statement, _))| statement.effect == effect)
                    .map(|(number, (_, actions))| (number, actions.negated, &actions.patterns)),
            )
        };
        let (allow, deny) = (index(Effect::Allow), index(Effect::Deny));
        Ok(Self { name: name.to_owned(), kind, statements: statements.into(), allow, deny, findings: findings.0 })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn kind(&self) -> PolicyKind {
        self.kind
    }

    /// What is legal in it and most likely not meant.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

/// Whether the version knows policy variables.
fn version(node: &Node) -> Result<bool, PolicyError> {
    match &node.value {
        Value::String(text) if text == "2012-10-17" => Ok(true),
        Value::String(text) if text == "2008-10-17" => Ok(false),
        _ => node.at.refuse("Version is \"2012-10-17\" or \"2008-10-17\""),
    }
}

fn read_statements(
    kind: PolicyKind,
    variables: bool,
    nodes: &[Node],
    findings: &mut Findings,
) -> Result<(Vec<Statement>, Vec<Actions>), PolicyError> {
    let mut statements: Vec<Statement> = Vec::with_capacity(nodes.len());
    let mut actions = Vec::with_capacity(nodes.len());
    for (index, node) in nodes.iter().enumerate() {
        let (statement, named) = statement::read(kind, variables, index, node, findings)?;
        if let StatementName::Sid(sid) = &statement.name
            && statements.iter().any(|s| s.name == statement.name)
        {
            return node.at.refuse(format!("the Sid {sid:?} is given to two statements"));
        }
        statements.push(statement);
        actions.push(named);
    }
    Ok((statements, actions))
}
