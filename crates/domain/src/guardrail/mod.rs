//! IAM policy documents: reading them, and deciding calls by them as AWS does.

mod context;
mod evaluate;
mod policy;
mod principal;
mod verdict;

pub use context::Context;
pub use evaluate::{Call, Layers, evaluate, trusts};
pub use policy::{Policy, PolicyError, PolicyKind};
pub use principal::{InvalidPrincipal, PrincipalArn};
pub use verdict::{DecidedBy, Decision, Layer, StatementName, Verdict};
