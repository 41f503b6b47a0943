//! What can be known of a value before its resources are made.

use serde_json::Value;

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    /// It will not be there.
    Absent,
    /// It will be there, and will be this.
    Is(Value),
    /// It will be there; what it is shows when something is made.
    There,
    /// Not even that.
    Open,
}

impl Known {
    /// Texts of what is known: of a list each of its items.
    pub fn texts(&self) -> Vec<String> {
        match self {
            Self::Is(Value::Array(items)) => items.iter().filter_map(scalar).collect(),
            Self::Is(value) => scalar(value).into_iter().collect(),
            Self::Absent | Self::There | Self::Open => Vec::new(),
        }
    }

    /// One text.
    pub fn text(&self) -> Option<String> {
        if let Self::Is(value) = self { scalar(value) } else { None }
    }
}

/// A text, a number or a truth value as CloudFormation writes it.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
