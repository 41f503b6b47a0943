//! CloudFormation templates: checking, showing and evaluating them.
//!
//! What is read ([`domain::template::read`]) is checked where CloudFormation checks it (known sections and functions only), and
//! there are limits on what comes out, so that no text can make it slow, let alone bring it down.

pub mod check;
pub mod compare;
mod conditions;
mod document;
mod evaluate;
mod functions;
mod graph;
pub mod outline;
mod parameters;
mod references;
pub mod resource_types;
mod sub;

#[cfg(test)]
mod tests;

pub use document::{DeletionPolicy, Output, Resource, Template};
pub use domain::template::TemplateError;
pub use evaluate::{Attributes, Evaluator, Physical, Pseudo, weight};
pub use parameters::{Values, is_list, ssm_value_kind};

/// Bytes that one evaluated text may have; beyond any property's limit.
const MAX_TEXT: usize = 262_144;

/// Bytes that all evaluated properties of a stack may take: a template of the largest size, written out several times.
pub const MAX_EVALUATED: usize = 16 * 1_048_576;
