//! The only crate that talks to AWS: thin adapters over the SDK that speak the domain's types.
//!
//! [`Aws`] holds the portal's own identity (the hub). [`Aws::assume`] gives a [`Session`] in one role of one account and
//! region, and a session hands out the adapters: [`ServiceCatalog`], [`SageMaker`], [`CloudFormation`],
//! [`Iam`], [`Efs`], [`Ec2`], [`Organizations`], [`ServiceQuotas`], [`S3`], [`Probing`]. Every call ends in the crate's [`Error`], which decides once what may be repeated.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod answer;
mod call;
pub mod cloudformation;
mod config;
pub mod ec2;
pub mod efs;
mod error;
mod hub;
mod iam;
pub mod organizations;
mod patience;
mod probe;
mod s3;
pub mod sagemaker;
pub mod service_catalog;
mod service_quotas;
mod session;
mod signed;
mod sts;

pub use cloudformation::CloudFormation;
pub use config::{AwsConfig, Timeouts};
pub use ec2::Ec2;
pub use efs::Efs;
pub use error::{Error, Failure};
pub use hub::Aws;
pub use iam::{Iam, Role};
pub use organizations::Organizations;
pub use patience::Patience;
pub use probe::Probing;
pub use s3::S3;
pub use sagemaker::SageMaker;
pub use service_catalog::ServiceCatalog;
pub use service_quotas::ServiceQuotas;
pub use session::Session;
pub use sts::{AssumeGrant, Identity, RoleRef};

/// What every call of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;
