//! IAM policy documents: reading them, and deciding calls by them as AWS does.
//!
//! A document is compiled once, into an index from action to statements, so that a decision over a whole chain of
//! policies looks at few of them. What AWS refuses is refused, with line and column; what is legal and most likely not
//! meant is a [`Finding`].

mod actions;
mod clause;
mod condition;
mod context;
mod evaluate;
mod explain;
mod finding;
mod forecast;
mod glob;
mod input;
mod json;
mod known;
mod literal;
mod memo;
mod operator;
mod plain;
mod policy;
mod principal;
mod refusal;
mod statement;
mod template;
mod trust;
mod verdict;

pub use clause::Clause;
pub use context::Context;
pub use evaluate::{Call, Layers, evaluate, trusts};
pub use finding::Finding;
pub use forecast::{Forecast, ForeseenCall, MayDeny, Outlook, forecast};
pub use input::EvaluationInput;
pub use policy::{Policy, PolicyError, PolicyKind, SizeLimit};
pub use principal::{InvalidPrincipal, PrincipalArn};
pub use refusal::Refusal;
pub use verdict::{DecidedBy, Decision, Effect, Layer, StatementName, Verdict};
