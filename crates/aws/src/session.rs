//! A role session: one role of one account, in one region.

use std::fmt;
use std::sync::Arc;

use aws_types::SdkConfig;
use chrono::{DateTime, Utc};
use domain::id::{AccountId, Region};
use domain::session::RoleName;

use crate::sts::{Identity, caller_identity};
use crate::{
    CloudFormation, Ec2, Efs, Iam, Organizations, Probing, Result, RoleRef, S3, SageMaker, ServiceCatalog,
    ServiceQuotas,
};

/// See the module. Made by [`crate::Aws::assume`] alone.
#[derive(Clone)]
pub struct Session {
    pub(crate) sdk: Arc<SdkConfig>,
    pub(crate) role: RoleRef,
    pub(crate) expires_at: DateTime<Utc>,
}

impl Session {
    pub fn account(&self) -> &AccountId {
        &self.role.account
    }

    pub fn region(&self) -> &Region {
        &self.role.region
    }

    pub fn role(&self) -> RoleName {
        self.role.role
    }

    /// When AWS ends the session.
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }

    pub fn service_catalog(&self) -> ServiceCatalog {
        ServiceCatalog::new(&self.sdk, self.role.region.clone())
    }

    pub fn sagemaker(&self) -> SageMaker {
        SageMaker::new(&self.sdk)
    }

    pub fn cloudformation(&self) -> CloudFormation {
        CloudFormation::new(&self.sdk)
    }

    pub fn efs(&self) -> Efs {
        Efs::new(&self.sdk)
    }

    /// `partition`: `aws`, `aws-cn` or `aws-us-gov`.
    pub fn ec2(&self, partition: &str) -> Ec2 {
        Ec2::new(&self.sdk, partition.to_owned())
    }

    pub fn iam(&self) -> Iam {
        Iam::new(&self.sdk)
    }

    pub fn organizations(&self) -> Organizations {
        Organizations::new(&self.sdk)
    }

    pub fn service_quotas(&self) -> ServiceQuotas {
        ServiceQuotas::new(&self.sdk)
    }

    pub fn s3(&self) -> S3 {
        S3::new(&self.sdk)
    }

    pub fn probing(&self) -> Probing {
        Probing::new(&self.sdk)
    }

    /// Who AWS says this session is.
    pub async fn caller_identity(&self) -> Result<Identity> {
        caller_identity(&self.sdk).await
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("role", &self.role)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
