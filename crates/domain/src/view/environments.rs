use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{EnvironmentRow, Listing, Together};
use crate::environment::EnvironmentState;
use crate::id::{AccountId, EnvironmentId, ProductId, ProjectId, ProvisioningArtifactId, Region};
use crate::problem::FieldError;
use crate::project::Stage;

/// Filters of the environments list, as they stand in the URL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EnvironmentsQuery {
    pub q: String,
    /// Empty for those that are not terminated, `all`, or one state.
    pub state: String,
    pub project: String,
    pub stage: String,
    /// `mine` or everybody's.
    pub whose: String,
    /// `ending`, `held`, `drifted`, `tags`, `handed_over`, `troubled`, `keeps_files`, or empty.
    pub attention: String,
    pub product: String,
    /// `outdated`, or the id of a version.
    pub version: String,
    pub account: String,
    /// In the owner's name, subject or e-mail address.
    pub owner: String,
    /// Within how many days the lease ends.
    pub ends: String,
    /// How many days old it is at least.
    pub older: String,
    /// `yes` where something that is paid for by the hour ran at the last look, `no` where nothing did.
    pub runs: String,
    pub after: String,
}

impl EnvironmentsQuery {
    /// The filters, as name and value of the URL.
    pub fn pairs(&self) -> [(&'static str, &str); 13] {
        [
            ("q", &self.q),
            ("state", &self.state),
            ("project", &self.project),
            ("stage", &self.stage),
            ("whose", &self.whose),
            ("attention", &self.attention),
            ("product", &self.product),
            ("version", &self.version),
            ("account", &self.account),
            ("owner", &self.owner),
            ("ends", &self.ends),
            ("older", &self.older),
            ("runs", &self.runs),
        ]
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentsPage {
    pub rows: Listing<EnvironmentRow>,
    pub query: EnvironmentsQuery,
    /// What the filters offer: projects, and products, versions of the chosen one and accounts with their names.
    pub projects: Vec<ProjectId>,
    pub products: Vec<(ProductId, String)>,
    pub versions: Vec<(ProvisioningArtifactId, String)>,
    pub accounts: Vec<(AccountId, String)>,
    /// What the person may do with one of the rows at least, in the order of [`Together::ALL`].
    pub acts: Vec<Together>,
    /// Filters that cannot be used; there are no rows then.
    pub errors: Vec<FieldError>,
}

/// A line of the file of environments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentExport {
    pub id: EnvironmentId,
    pub name: String,
    pub project: ProjectId,
    pub stage: Stage,
    pub account: AccountId,
    pub region: Region,
    pub product: String,
    /// As the catalog names it; its id where the catalog has it no more.
    pub version: String,
    pub artifact: ProvisioningArtifactId,
    pub owner: String,
    pub state: EnvironmentState,
    pub created_at: DateTime<Utc>,
    pub lease_ends_at: DateTime<Utc>,
    pub held_until: Option<DateTime<Utc>>,
}
