//! A local AWS organization on loopback, speaking AWS's own wire protocols, and a demo OIDC provider.
//!
//! It is what the demo and the tests run against, over the real AWS SDK: several accounts and regions, AWS's error codes,
//! limits and paging, and every call checked against trust policies, identity policies, session policies and the
//! service control policies of the organization by `domain::guardrail`. Time comes from a clock that is passed in and
//! chance from a seed that is passed in; the whole state is one value ([`World`]) that is kept as JSON.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod authorize;
mod aws_policies;
pub mod call_limits;
pub mod cloudformation;
pub mod context;
pub mod ec2;
pub mod efs;
pub mod error;
pub mod faults;
pub mod http;
pub mod iam;
pub mod local;
pub mod oidc;
pub mod organizations;
pub mod persist;
pub mod provisioning;
pub mod ram;
pub mod s3;
pub mod sagemaker;
pub mod seed;
pub mod serve;
pub mod servicecatalog;
pub mod servicequotas;
pub mod signature;
pub mod sts;
pub mod studio;
pub mod value;
pub mod world;

pub use authorize::authorize;
pub use call_limits::CallLimits;
pub use context::{Caller, Ctx, Origin, RoleSession};
pub use error::AwsError;
pub use faults::{Fault, FaultKind, Faults};
pub use iam::{Account, IamRole};
pub use local::{LocalAws, SimOptions};
pub use seed::Seed;
pub use serve::{Running, ServeOptions, serve};
pub use world::World;
