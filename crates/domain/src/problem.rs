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

/// An error with everything that caused it: the outermost words alone often say only that something failed.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let cause = error.to_string();
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the statement was refused")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn what_caused_an_error_is_said_and_not_the_outermost_words_alone() {
        let outer = Outer(std::io::Error::other("no such column: x"));
        assert_eq!(chain(&outer), "the statement was refused: no such column: x");
    }
}
