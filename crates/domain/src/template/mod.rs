//! CloudFormation templates: reading them, and what can be told of their resources before anything is made.
//!
//! Reading is strict where CloudFormation is (no aliases, known functions only) and has limits of its own on size and depth,
//! so that no text can make it slow.

mod changes;
mod conditions;
mod digest;
mod error;
mod functions;
mod json;
mod known;
mod positions;
mod replacement;
mod resolve;
mod yaml;

use serde_json::{Map, Value};

pub use changes::{Fate, ResourceChange, changes};
pub use digest::{TemplateDigest, TemplateResource};
pub use error::TemplateError;
pub use known::Known;
pub use positions::{DuplicateKey, Position, Positions};
pub use replacement::{REPLACEMENTS, Replacement, replacement};
pub use resolve::{Given, Resolver};

/// Bytes that a template may have: CloudFormation's quota for templates kept in S3, 1 MB.
pub const MAX_TEMPLATE_BYTES: usize = 1_048_576;

/// How deep values may be nested. AWS has no published number; its own templates stay below 20.
const MAX_DEPTH: usize = 64;

/// How many scalars, lists and maps a template may have.
const MAX_NODES: usize = 200_000;

/// The document of a template in YAML or JSON, with short function tags written out, and what in it is most likely not meant.
pub fn read(text: &str) -> Result<(Map<String, Value>, Vec<String>), TemplateError> {
    if text.len() > MAX_TEMPLATE_BYTES {
        return Err(TemplateError::format(format!("the template is larger than {MAX_TEMPLATE_BYTES} bytes")));
    }
    let text = text.trim_start_matches('\u{feff}');
    let (document, warnings) =
        if text.trim_start().starts_with('{') { (json::parse(text)?, Vec::new()) } else { yaml::parse(text)? };
    match document {
        Value::Object(document) => Ok((document, warnings)),
        _ => Err(TemplateError::format("unsupported structure.")),
    }
}
