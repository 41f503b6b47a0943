//! What is wrong with a template, all of it at once, each thing with its place and how to mend it.
//!
//! CloudFormation stops at the first mistake, and tells it when somebody launches. Here all are told to whoever wrote the
//! template, together with what the portal refuses: what cannot be seen before CloudFormation runs it.

mod bytes;
mod circles;
mod form;
mod limits;
mod names;
mod refused;

#[cfg(test)]
mod tests;

use domain::template::{Position, Positions, TemplateError};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::Template;

pub use bytes::text_of;
pub use limits::MOST_RESOURCES;

/// One thing to mend.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The name of the rule, in snake case as rules of CloudFormation Guard are named.
    pub rule: String,
    pub message: String,
    pub fix: String,
    /// What it is about: `/Resources/Domain/Properties/KmsKeyId`.
    pub path: String,
    /// Whether an admin can let it pass: CloudFormation would take it.
    pub waivable: bool,
}

/// A file that is no template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    pub line: usize,
    pub column: usize,
    pub message: String,
}

/// A template that was read, with what is wrong with its form.
#[derive(Debug)]
pub struct Checked {
    pub document: Map<String, Value>,
    pub positions: Positions,
    /// By their place.
    pub findings: Vec<Finding>,
    /// Absent where CloudFormation would refuse it.
    pub template: Option<Template>,
}

impl Checked {
    /// Adds what was found by others, and keeps the order.
    pub fn add(&mut self, found: impl IntoIterator<Item = Finding>) {
        self.findings.extend(found);
        self.findings.sort();
        self.findings.dedup();
    }
}

/// Reads a template and checks its form. Fails where there is nothing that could be checked.
pub fn check(text: &str) -> Result<Checked, Unreadable> {
    let positions = Positions::of(text);
    let mut found = Found { positions: &positions, findings: Vec::new() };
    for twice in &positions.duplicates {
        let message = format!(
            "The key {:?} stands in line {} already: CloudFormation takes one of the two values without a word.",
            twice.key, twice.first.line
        );
        found.at(twice.again, "duplicate_key", "", message, "Leave one of them.", false);
    }
    let document = match domain::template::read(text) {
        Ok((document, _)) => document,
        Err(error) if found.findings.is_empty() => return Err(unreadable(&error)),
        // In JSON a key that stands twice ends the reading.
        Err(_) => Map::new(),
    };
    let mut template = None;
    if !document.is_empty() || found.findings.is_empty() {
        form::check(&document, &mut found);
        names::check(&document, &mut found);
        circles::check(&document, &mut found);
        limits::check(&document, text, &mut found);
        refused::check(&document, &mut found);
        template = whole(&document, &mut found);
    }
    let mut findings = found.findings;
    findings.sort();
    Ok(Checked { document, positions, findings, template })
}

/// Findings that keep no template from being read, and so explain nothing that does.
const READ_ALL_THE_SAME: [&str; 6] =
    ["unknown_resource_type", "nested_stack", "module", "parameter_default", "parameter_pattern", "parameter_limits"];

/// What CloudFormation says of the template as a whole, where nothing was found that explains it.
fn whole(document: &Map<String, Value>, found: &mut Found<'_>) -> Option<Template> {
    match Template::read(document) {
        Ok(template) => Some(template),
        Err(_) if found.findings.iter().any(|it| !READ_ALL_THE_SAME.contains(&it.rule.as_str())) => None,
        Err(error) => {
            // CloudFormation names the place in brackets: `[/Resources/A]`.
            let path = error.message.split_once("[/").and_then(|(_, rest)| rest.split_once(']'));
            let path = path.map(|(path, _)| format!("/{path}")).unwrap_or_default();
            let message = format!("{}.", error.message.trim_end_matches('.'));
            found.mistake("invalid_template", &path, message, "Write it as CloudFormation reads it.");
            None
        }
    }
}

fn unreadable(error: &TemplateError) -> Unreadable {
    let (line, column) = error.position.unwrap_or((1, 1));
    Unreadable { line, column, message: error.message.clone() }
}

/// What was found so far.
struct Found<'a> {
    positions: &'a Positions,
    findings: Vec<Finding>,
}

impl Found<'_> {
    /// Something that CloudFormation refuses, or that nobody can mean.
    fn mistake(&mut self, rule: &str, path: &str, message: impl Into<String>, fix: &str) {
        self.at(self.positions.at(path), rule, path, message.into(), fix, false);
    }

    /// Something that CloudFormation takes and the portal does not.
    fn refusal(&mut self, rule: &str, path: &str, message: impl Into<String>, fix: &str) {
        self.at(self.positions.at(path), rule, path, message.into(), fix, true);
    }

    fn at(&mut self, at: Position, rule: &str, path: &str, message: String, fix: &str, waivable: bool) {
        let Position { line, column } = at;
        let (rule, path, fix) = (rule.to_owned(), path.to_owned(), fix.to_owned());
        self.findings.push(Finding { line, column, rule, message, fix, path, waivable });
    }
}
