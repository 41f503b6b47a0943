//! What is told to a person when something did not work.

use serde::{Deserialize, Serialize};

/// What happened, why, and what to do next. Shown as it is; never holds a secret or a debug string.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// One sentence: what happened.
    pub what: String,
    /// Why: AWS's own words where AWS refused.
    pub why: String,
    /// What the person can do now.
    pub next: String,
}

impl Problem {
    pub fn new(what: impl Into<String>, why: impl Into<String>, next: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into(), next: next.into() }
    }
}

/// A mistake in one field of a form, in words for the person who filled it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The `name` of the field as posted; empty for the form as a whole.
    pub field: String,
    pub message: String,
}

impl FieldError {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}
