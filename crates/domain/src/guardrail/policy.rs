//! Policies.

/// Where a policy is used, which decides what it may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PolicyKind {
    ServiceControl,
    Identity,
    Boundary,
    Session,
    Trust,
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
    pub(super) value: serde_json::Value,
}

impl Policy {
    /// Reads a document; `name` is what verdicts call it.
    pub fn parse(_kind: PolicyKind, name: &str, text: &str) -> Result<Self, PolicyError> {
        let value =
            serde_json::from_str(text).map_err(|e| PolicyError { line: 1, column: 1, message: e.to_string() })?;
        Ok(Self { name: name.to_owned(), value })
    }

    pub fn name(&self) -> &str {
        &self.name
    }
}
