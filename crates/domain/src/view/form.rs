use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::problem::FieldError;

/// What was typed before and what is wrong with it; empty for a fresh form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormState {
    pub values: BTreeMap<String, String>,
    pub errors: Vec<FieldError>,
}

impl FormState {
    pub fn value(&self, field: &str) -> Option<&str> {
        self.values.get(field).map(String::as_str)
    }

    pub fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|e| e.field == field).map(|e| e.message.as_str())
    }
}

/// One field of a generated form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormField {
    /// The name it is posted under: `param[InstanceType]`, `tag[data-class]`.
    pub name: String,
    /// The template's key, as people read it.
    pub label: String,
    pub help: String,
    pub default: Option<String>,
    pub control: FormControl,
    pub required: bool,
    /// The limits in words: "8 to 64 characters", "one of ...".
    pub limits: Option<String>,
}

/// How a field is drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FormControl {
    Text {
        min_length: Option<u64>,
        max_length: Option<u64>,
        pattern: Option<String>,
    },
    Number {
        min: Option<String>,
        max: Option<String>,
    },
    Choice {
        values: Vec<String>,
    },
    /// `NoEcho`: never shown again, never kept in a draft.
    Secret {
        min_length: Option<u64>,
        max_length: Option<u64>,
    },
}
