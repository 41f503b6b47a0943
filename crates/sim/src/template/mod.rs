//! CloudFormation templates: reading and evaluating them.
//!
//! Reading is strict where CloudFormation is (no aliases, known sections and functions only) and has limits of its own on
//! size, depth and what comes out, so that no text can make it slow, let alone bring it down.

mod conditions;
mod document;
mod error;
mod evaluate;
mod functions;
mod graph;
mod json;
mod parameters;
mod references;
mod sub;
mod yaml;

#[cfg(test)]
mod tests;

pub use document::{DeletionPolicy, Output, Resource, Template};
pub use error::TemplateError;
pub use evaluate::{Attributes, Evaluator, Physical, Pseudo, weight};
pub use parameters::{Values, is_list, ssm_value_kind};

/// Characters that a template may have: CloudFormation's quota for templates kept in S3, 1 MB.
pub const MAX_TEMPLATE_BYTES: usize = 1_048_576;

/// How deep values may be nested. AWS has no published number; its own templates stay below 20.
const MAX_DEPTH: usize = 64;

/// How many scalars, lists and maps a template may have.
const MAX_NODES: usize = 200_000;

/// Bytes that one evaluated text may have; beyond any property's limit.
const MAX_TEXT: usize = 262_144;

/// Bytes that all evaluated properties of a stack may take: a template of the largest size, written out several times.
pub const MAX_EVALUATED: usize = 16 * 1_048_576;
