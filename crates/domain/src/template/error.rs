//! What is wrong with a template.

use std::fmt;

/// A template that is refused, in CloudFormation's words where it has words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// Line and column, both from 1, where the reading failed. `None` for what is wrong with the template as a whole.
    pub position: Option<(usize, usize)>,
    /// With CloudFormation's prefix (`Template format error: `).
    pub message: String,
}

impl TemplateError {
    pub fn at(line: usize, column: usize, message: impl fmt::Display) -> Self {
        Self { position: Some((line, column)), message: format!("Template format error: {message}") }
    }

    /// The form of the template is wrong.
    pub fn format(message: impl fmt::Display) -> Self {
        Self { position: None, message: format!("Template format error: {message}") }
    }

    /// A function cannot be evaluated.
    pub fn function(message: impl fmt::Display) -> Self {
        Self { position: None, message: format!("Template error: {message}") }
    }

    pub fn plain(message: impl Into<String>) -> Self {
        Self { position: None, message: message.into() }
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match self.position {
            Some((line, column)) => write!(f, " (line {line}, column {column})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for TemplateError {}
