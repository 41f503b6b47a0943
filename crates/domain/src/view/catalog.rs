use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Allowed, FormField, FormState, Sheet};
use crate::approval::ApprovalRule;
use crate::catalog::MirrorState;
use crate::id::{AccountId, ProductId, ProjectId, ProvisioningArtifactId, Region};
use crate::organization::{Forbidden, OrganizationState, Refused};
use crate::preflight::Preflight;
use crate::problem::Problem;
use crate::project::{DataClass, Stage};

/// Filters of the catalog, as they stand in the URL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CatalogQuery {
    pub q: String,
    pub stage: String,
    pub project: String,
    pub data_class: String,
    /// `none`, or `some` where somebody has to agree.
    pub approval: String,
    /// Minutes that it may take to come up; what takes an unknown time does not fit.
    pub within: String,
    /// See [`Sheet`].
    pub page: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogPage {
    pub sheet: Sheet,
    pub products: Vec<ProductCard>,
    pub query: CatalogQuery,
    /// The person's projects, for the filter.
    pub projects: Vec<ProjectId>,
    pub mirrors: Vec<MirrorState>,
    /// Whether there is any product at all without the filters.
    pub any: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductCard {
    pub id: ProductId,
    pub name: String,
    pub description: String,
    pub portfolio: String,
    /// Where the person's projects may use it.
    pub access: Vec<AccessRow>,
    pub typical: Option<TypicalTime>,
}

/// How long a product usually takes to come up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypicalTime {
    pub seconds: u32,
    /// The median of the last fifty runs, where there are three; else what the platform team expects.
    pub measured: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRow {
    pub project: ProjectId,
    pub stage: Stage,
    pub approval: ApprovalRule,
    pub data_class: DataClass,
    pub max_lease_days: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductPage {
    pub id: ProductId,
    pub name: String,
    pub description: String,
    pub owner: String,
    pub support: String,
    pub portfolio: String,
    pub access: Vec<AccessRow>,
    pub versions: Vec<VersionRow>,
    pub constraints: Vec<ConstraintRow>,
    pub guardrails: Vec<GuardrailRow>,
    pub organization: OrganizationState,
    /// Tags that nobody chooses, and their value or where it comes from.
    pub tags_set: Vec<(String, String)>,
    /// Tags that the person chooses when requesting, and the values.
    pub tags_chosen: Vec<(String, Vec<String>)>,
    /// Parameters set by the platform, and from what: "`VpcId`: from the account".
    pub bound: Vec<(String, String)>,
    pub approvers: Vec<ApproverRow>,
    pub typical: Option<TypicalTime>,
    pub refreshed_at: Option<DateTime<Utc>>,
    pub allowed: Allowed,
}

/// A constraint of the portfolio in words, with its rules where it has some.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConstraintRow {
    pub text: String,
    pub rules: Vec<String>,
}

/// What the organization forbids in accounts of one stage that the product may be used in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardrailRow {
    pub stage: Stage,
    /// Names of the accounts for which it is the same.
    pub accounts: Vec<String>,
    pub forbidden: Vec<Forbidden>,
    /// Actions that the product needs and that do not pass.
    pub refused: Vec<Refused>,
    pub unreadable: Vec<String>,
    /// Not told yet: the accounts are not in the mirror of the organization.
    pub unknown: bool,
}

/// Who approves in some stages of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApproverRow {
    pub project: ProjectId,
    pub stages: Vec<Stage>,
    pub who: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRow {
    pub id: ProvisioningArtifactId,
    pub name: String,
    pub description: String,
    pub created_at: DateTime<Utc>,
    pub deprecated: bool,
    pub preferred: bool,
    /// Resource type and number: what it creates.
    pub resources: Vec<(String, u32)>,
}

/// Which form is asked for; all optional, the portal chooses a default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestFormQuery {
    pub artifact: String,
    /// `PROJECT/ACCOUNT/REGION`.
    pub target: String,
    pub draft: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestFormPage {
    pub product: ProductId,
    pub product_name: String,
    pub versions: Vec<VersionRow>,
    pub artifact: ProvisioningArtifactId,
    pub targets: Vec<Target>,
    /// The chosen one, by [`Target::value`].
    pub target: String,
    pub fields: Vec<FormField>,
    pub tag_fields: Vec<FormField>,
    /// Values the platform sets, shown so that nothing is a surprise.
    pub bound: Vec<(String, String)>,
    pub usage_instructions: Vec<String>,
    pub max_lease_days: u16,
    /// "Ada Lovelace decides" / "no approval needed" / "you are the only lead: an admin decides".
    pub approval: String,
    pub suggested_name: String,
    /// Why it cannot be requested here whatever is typed, and whom to ask; there is nothing to submit then.
    pub blocked: Option<Problem>,
    /// What would become of it as it stands; nothing where no account is chosen.
    pub preflight: Option<Preflight>,
    /// Posted back: a second post of the same form makes no second request.
    pub form_token: String,
    /// The draft that the form shows; empty without one. Posted back, to be removed once the request is made.
    pub draft: String,
    pub state: FormState,
}

impl RequestFormPage {
    /// Which version and account the form was drawn for, posted back: somebody may choose others and submit at once.
    pub fn drawn_for(&self) -> String {
        drawn_for(self.artifact.as_str(), &self.target)
    }
}

fn drawn_for(artifact: &str, target: &str) -> String {
    format!("{artifact} {target}")
}

/// An account that the person may request into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// `PROJECT/ACCOUNT/REGION`.
    pub value: String,
    pub project: ProjectId,
    pub account: AccountId,
    pub account_name: String,
    pub region: Region,
    pub stage: Stage,
    pub approval: ApprovalRule,
}

/// A request as posted.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestInput {
    pub product: String,
    pub artifact: String,
    pub target: String,
    pub name: String,
    pub justification: String,
    pub lease_days: String,
    pub form_token: String,
    /// What the form was drawn for, as [`RequestFormPage::drawn_for`] says it.
    pub drawn_for: String,
    /// The draft that the form showed.
    pub draft: String,
    /// Secrets, by parameter key, that were typed before and not kept: empty, they are not left to their default.
    pub retype: Vec<String>,
    pub parameters: std::collections::BTreeMap<String, String>,
    pub tags: std::collections::BTreeMap<String, String>,
}

impl RequestInput {
    /// The field that was changed after the form was drawn: what it shows is for another version or account. A tool that
    /// draws no form says nothing of it.
    pub fn changed_field(&self) -> Option<&'static str> {
        if self.drawn_for.is_empty() || self.drawn_for == drawn_for(&self.artifact, &self.target) {
            return None;
        }
        let same_artifact = self.drawn_for.split(' ').next() == Some(self.artifact.as_str());
        Some(if same_artifact { "target" } else { "artifact" })
    }
}

impl std::fmt::Debug for RequestInput {
    /// Parameters may be `NoEcho`: their values are left out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestInput")
            .field("product", &self.product)
            .field("artifact", &self.artifact)
            .field("target", &self.target)
            .field("name", &self.name)
            .field("parameters", &self.parameters.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
