//! How the portal reaches AWS.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use domain::clock::Clock;
use domain::id::{AccountId, Region};
use domain::session::RoleName;
use secrecy::SecretString;

use crate::RoleRef;

/// Credentials and endpoints come from the SDK's own chain (`AWS_*`, profile files, container and instance roles);
/// this holds what is Studiogate's.
#[derive(Clone)]
pub struct AwsConfig {
    /// The role to take on before any other (`StudiogateHub`), where the base credentials are not already it.
    pub hub_role_arn: Option<String>,
    /// Sent with every `AssumeRole`; the spokes' trust policies ask for it.
    pub external_id: Option<SecretString>,
    /// Where the portfolios live.
    pub shared_services_account: AccountId,
    /// The management account, or the delegated administrator of Organizations.
    pub organization_account: AccountId,
    /// Where the portal itself calls STS from, and where Organizations is read.
    pub home_region: Region,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    pub timeouts: Timeouts,
    /// Decides when a cached session is too old.
    pub clock: Arc<dyn Clock>,
}

impl AwsConfig {
    /// The usual settings for the partition `aws`, without hub role or external id.
    pub fn new(
        home_region: Region,
        shared_services_account: AccountId,
        organization_account: AccountId,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            hub_role_arn: None,
            external_id: None,
            shared_services_account,
            organization_account,
            home_region,
            partition: "aws".to_owned(),
            timeouts: Timeouts::default(),
            clock,
        }
    }

    /// `StudiogateCurator` in the shared-services account: reads portfolios and products as their administrator.
    pub fn curator(&self, region: Region) -> RoleRef {
        RoleRef { account: self.shared_services_account.clone(), region, role: RoleName::StudiogateCurator }
    }

    /// What hosts of AWS's services end with.
    pub fn suffix(&self) -> &'static str {
        if self.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" }
    }

    /// `StudiogateOrganizer`: reads the organization and its policies.
    pub fn organizer(&self) -> RoleRef {
        RoleRef {
            account: self.organization_account.clone(),
            region: self.home_region.clone(),
            role: RoleName::StudiogateOrganizer,
        }
    }
}

impl fmt::Debug for AwsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsConfig")
            .field("hub_role_arn", &self.hub_role_arn)
            .field("external_id", &self.external_id.as_ref().map(|_| "redacted"))
            .field("shared_services_account", &self.shared_services_account)
            .field("organization_account", &self.organization_account)
            .field("home_region", &self.home_region)
            .field("partition", &self.partition)
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}

/// How long a call may take. An attempt that ends by time leaves the outcome open: see [`crate::Error::Unavailable`].
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    pub connect: Duration,
    /// One HTTP exchange.
    pub attempt: Duration,
    /// All attempts together.
    pub operation: Duration,
    /// The same of a call that is one of thousands, and waits where AWS throttles it; zero: it does not wait.
    pub patience: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            attempt: Duration::from_secs(10),
            operation: Duration::from_secs(30),
            patience: Duration::from_mins(5),
        }
    }
}
