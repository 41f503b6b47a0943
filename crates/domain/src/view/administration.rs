use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Allowed, CuratedVersion, FormState, PortfolioOfProduct, RuleInput, Sheet};
use crate::access::{ProductAccess, ProductSettings};
use crate::binding::ParameterBinding;
use crate::catalog::{MirrorState, Parameter};
use crate::curation::ProductText;
use crate::id::{PortfolioId, ProductId};
use crate::obstacle::Obstacle;
use crate::person::{GroupMapping, StudioUserId};
use crate::project::{Project, ProjectAccount};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminProjectsPage {
    pub projects: Vec<Project>,
    pub allowed: Allowed,
    pub form: FormState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminProjectPage {
    pub project: Project,
    pub accounts: Vec<ProjectAccount>,
    pub mappings: Vec<GroupMapping>,
    pub access: Vec<(ProductAccess, String)>,
    /// By [`account_key`].
    pub removals: BTreeMap<String, Removal>,
    pub allowed: Allowed,
    pub form: FormState,
}

/// An account of a project in addresses: `601000000002/eu-west-1`.
pub fn account_key(account: &ProjectAccount) -> String {
    format!("{}/{}", account.account, account.region)
}

/// What it means to remove something, to be read before the button is pressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    pub consequence: String,
    /// As things stand, it would be refused.
    pub blocked: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminMappingsPage {
    pub mappings: Vec<GroupMapping>,
    pub bootstrap_admin_group: Option<String>,
    pub projects: Vec<Project>,
    /// By the mapping's id.
    pub removals: BTreeMap<String, Removal>,
    pub allowed: Allowed,
    pub form: FormState,
}

/// Who is looked for: a part of a name, a subject or an e-mail address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PeopleQuery {
    pub q: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminPeoplePage {
    pub people: Vec<PersonRow>,
    /// There are more than are shown.
    pub more: bool,
    pub query: PeopleQuery,
    pub allowed: Allowed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRow {
    pub id: StudioUserId,
    pub display_name: String,
    pub email: Option<String>,
    pub subject: String,
    /// In words.
    pub roles: Vec<String>,
    /// Whether it is the person who looks.
    pub you: bool,
    /// Living sessions.
    pub sessions: i64,
    /// Something of their access is revoked.
    pub cut_off: bool,
    pub last_seen_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminProductsPage {
    /// Things of the catalog that were changed elsewhere.
    pub drifted: usize,
    /// What was looked for.
    pub q: String,
    pub sheet: Sheet,
    pub products: Vec<AdminProductRow>,
    pub mirrors: Vec<MirrorState>,
    pub allowed: Allowed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminProductRow {
    pub id: ProductId,
    pub name: String,
    pub portfolios: Vec<String>,
    pub versions: u32,
    pub access_rules: u32,
    /// Parameters that nobody may choose and nobody bound: requests for it would be refused.
    pub unbound: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminProductPage {
    pub id: ProductId,
    pub text: ProductText,
    /// See [`super::ProductTextInput::seen`].
    pub seen: String,
    /// Newest first.
    pub versions: Vec<CuratedVersion>,
    /// Which of them these are.
    pub sheet: Sheet,
    pub portfolios: Vec<PortfolioOfProduct>,
    /// Portfolios that it could be put into.
    pub other_portfolios: Vec<(PortfolioId, String)>,
    pub deletion: Removal,
    pub parameters: Vec<Parameter>,
    /// Of parameters that not all versions ask for which can be requested: the names of those that do.
    pub asked_by: BTreeMap<String, Vec<String>>,
    pub bindings: Vec<ParameterBinding>,
    /// What the portal would bind each parameter to that is bound to nothing, in words.
    pub proposals: BTreeMap<String, String>,
    /// Parameters that nobody may choose, without a value: requests are refused. With the names of the accounts where that is
    /// so; none: wherever it is used.
    pub unbound: BTreeMap<String, Vec<String>>,
    /// Parameters that nobody may choose and that are left to the template's default.
    pub left_to_default: Vec<String>,
    /// What else keeps it from being requested.
    pub obstacles: Vec<Obstacle>,
    pub settings: ProductSettings,
    pub access: Vec<ProductAccess>,
    /// By the id of the access rule or binding.
    pub removals: BTreeMap<String, Removal>,
    pub projects: Vec<Project>,
    pub accounts: Vec<ProjectAccount>,
    pub allowed: Allowed,
    pub form: FormState,
}

/// A project as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProjectInput {
    pub id: String,
    pub name: String,
    pub cost_center: String,
    pub data_class: String,
    /// Empty when it is new.
    pub version: String,
}

/// A project account as posted; lists are comma separated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProjectAccountInput {
    pub project: String,
    pub account: String,
    pub region: String,
    pub stage: String,
    pub name: String,
    pub vpc_id: String,
    pub subnet_ids: String,
    pub security_group_ids: String,
    pub kms_key_arn: String,
    pub studio_domain_id: String,
    /// Empty when it is new.
    pub version: String,
}

/// A group mapping as posted: `grant` is `admin`, `auditor`, `lead` or `member`; the last two with a project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupMappingInput {
    pub group: String,
    pub grant: String,
    pub project: String,
}

/// Product access as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProductAccessInput {
    pub product: String,
    pub project: String,
    pub stage: String,
    #[serde(flatten)]
    pub rule: RuleInput,
    pub max_lease_days: String,
    /// One in a line; none: any.
    pub instances: String,
    /// Empty when it is new.
    pub version: String,
}

/// Settings of a product as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProductSettingsInput {
    pub product: String,
    /// Empty: nothing is said.
    pub typical_minutes: String,
    pub version: String,
}

/// A parameter binding as posted; `source` and `value` are as in [`crate::binding::BindingSource::posted`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ParameterBindingInput {
    pub product: String,
    pub account: String,
    pub parameter: String,
    pub source: String,
    pub value: String,
    /// Empty when it is new.
    pub version: String,
}
