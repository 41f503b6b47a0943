//! Service Catalog: the catalog as its curator sees it, what a product asks for, and the life of provisioned products.

mod curation;
mod launching;
mod portfolio_access;
mod portfolio_changes;
mod product_changes;
mod provisioned;
mod provisioning;
mod record;
mod tag_option_changes;

use aws_sdk_servicecatalog::Client;
use aws_sdk_servicecatalog::config::{Builder, Config};
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use domain::id::Region;

use crate::Patience;

pub use curation::{ArtifactTemplate, ConstraintRef, ProductDetail, ProductSummary, TagOptionEntry, TaggedResource};
pub use launching::{ConstraintSummary, LaunchPath, ProvisioningParameters, TagOptionChoice};
pub use portfolio_access::{NotShared, Sharing};
pub use product_changes::{Copying, NewProduct, NewVersion, VersionStatus};
pub use provisioned::{AccessLevel, ProvisionedProduct, ProvisionedProductRef, ProvisionedProductStatus};
pub use provisioning::{Accepted, ProvisionCall, TerminateCall, UpdateCall, UpdateValue};
pub use record::{RecordError, RecordStatus, RecordView};

/// AWS's limit of a page of most lists; where it is 100, [`LONG_PAGE`].
pub(crate) const PAGE: i32 = 20;
pub(crate) const LONG_PAGE: i32 = 100;

/// Calls Service Catalog in the account and region of the session it came from; see the module.
#[derive(Clone, Debug)]
pub struct ServiceCatalog {
    client: Client,
    region: Region,
}

impl ServiceCatalog {
    pub(crate) fn new(sdk: &SdkConfig, region: Region) -> Self {
        Self { client: Client::new(sdk), region }
    }

    /// The same for one of many calls: where AWS throttles it, it waits, and those after it are slower.
    #[must_use]
    pub fn patient(self, patience: &Patience) -> Self {
        if patience.is_none() {
            return self;
        }
        let config = self.client.config();
        let timeouts = patience.timeouts(config.timeout_config());
        let config = config.to_builder().retry_config(Patience::retries()).retry_partition(patience.partition());
        Self { client: Client::from_conf(config.timeout_config(timeouts).build()), region: self.region }
    }
}

/// An act is sent once: its repetition, with the same token, is the workflow's. That also keeps the SDK from taking
/// `LimitExceededException`, a hard quota here, for throttling.
fn once() -> Builder {
    Config::builder().retry_config(RetryConfig::disabled())
}
