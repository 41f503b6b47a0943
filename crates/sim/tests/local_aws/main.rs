//! The local AWS as its callers see it: over the wire, signed by the real SDK or by hand.
#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where something is not as expected")]

mod common;

mod iam;
mod isolation;
mod oidc;
mod organizations;
mod policy_changes;
mod probe;
mod sagemaker;
mod sts;
mod studio;
mod wire;
