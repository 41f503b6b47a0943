use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Allowed, FormState, Listing};
use crate::catalog::Parameter;
use crate::id::{PortfolioId, ProductId, ProvisioningArtifactId, TemplateId};
use crate::problem::Problem;

/// What a form gives of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TemplateInput {
    /// The text, typed or out of a file.
    pub template: String,
    pub file_name: String,
    /// [`ShippedTemplate::key`] instead of a text.
    pub shipped: String,
    /// Why the file that was chosen is no text.
    pub unreadable: String,
}

/// Templates that were given to the portal, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplatesPage {
    pub rows: Listing<TemplateRow>,
    /// The names of the rules that templates are held against.
    pub rules: Vec<String>,
    /// Those that come with the portal.
    pub shipped: Vec<ShippedTemplate>,
    pub allowed: Allowed,
    pub form: FormState,
}

/// A template that comes with the portal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippedTemplate {
    pub key: String,
    pub name: String,
}

/// What a product of a template that comes with the portal would be called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedProduct {
    pub name: String,
    pub description: String,
    pub owner: String,
    pub support: String,
    pub version: String,
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateRow {
    pub id: TemplateId,
    pub file_name: String,
    pub by: String,
    pub at: DateTime<Utc>,
    pub findings: u32,
    /// How many of them are let pass now.
    pub waived: u32,
}

/// One template as people read it, with what is to be mended in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplatePage {
    pub id: TemplateId,
    pub file_name: String,
    pub by: String,
    pub at: DateTime<Utc>,
    pub text: String,
    /// By their place.
    pub findings: Vec<TemplateFinding>,
    /// `None` where there is nothing that could be read.
    pub outline: Option<TemplateOutline>,
    /// What can be made of it; `None` where something is to be mended, or nobody who reads this may.
    pub uses: Option<TemplateUse>,
    pub allowed: Allowed,
    pub form: FormState,
}

/// What can be made of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateUse {
    /// Service Catalog has a bucket to load it from.
    pub has_bucket: bool,
    /// By name.
    pub portfolios: Vec<(PortfolioId, String)>,
    /// By name.
    pub products: Vec<(ProductId, String)>,
    /// What stands in the forms before anything is typed; empty where the portal knows nothing of the template.
    pub proposed: ProposedProduct,
}

/// One thing to mend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateFinding {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    pub rule: String,
    pub message: String,
    pub fix: String,
    /// An admin can let it pass.
    pub waivable: bool,
    /// One did.
    pub waived: Option<WaivedFinding>,
}

/// That something is let pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaivedFinding {
    pub by: String,
    pub reason: String,
    pub until: DateTime<Utc>,
}

/// What is to be let pass, as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WaiveFindingInput {
    pub template: String,
    pub rule: String,
    pub waiver_reason: String,
    pub waiver_days: String,
}

/// What a template asks for, makes, grants and tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateOutline {
    pub description: String,
    pub parameters: Vec<Parameter>,
    pub resources: Vec<OutlineResource>,
    pub grants: Vec<OutlineGrant>,
    pub outputs: Vec<OutlineOutput>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlineResource {
    pub logical_id: String,
    /// `AWS::SageMaker::Domain`.
    pub kind: String,
    pub line: u32,
    /// The condition under which it is made.
    pub condition: Option<String>,
    /// It stays when its stack is deleted.
    pub stays: bool,
}

/// One statement of a policy that the template writes, or a managed policy that it attaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlineGrant {
    /// The logical id of the resource that it stands in.
    pub resource: String,
    pub line: u32,
    pub kind: GrantKind,
    /// `Allow` or `Deny`.
    pub effect: String,
    pub actions: Vec<String>,
    /// What it reaches; of a statement about who may come, who that is.
    pub on: Vec<String>,
    /// The `Condition` of the statement, as JSON.
    pub condition: Option<String>,
}

/// What kind of policy a statement stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GrantKind {
    /// What whoever has the role may do.
    Identity,
    /// Who may take the role on.
    Trust,
    /// Who may come to the resource itself: a bucket, a key, a queue.
    Resource,
    /// A managed policy, named by its ARN.
    Managed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlineOutput {
    pub key: String,
    pub description: String,
    /// As the template writes it.
    pub value: String,
    /// The name that it is exported by.
    pub export: Option<String>,
}

/// Two versions of a product side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionsPage {
    pub product: ProductId,
    pub name: String,
    /// Newest first.
    pub versions: Vec<(ProvisioningArtifactId, String)>,
    pub before: ProvisioningArtifactId,
    pub after: ProvisioningArtifactId,
    /// Why they are not compared, or what differs.
    pub comparison: Result<TemplateComparison, Problem>,
}

/// What one template has otherwise than another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateComparison {
    pub parameters: Vec<ParameterDifference>,
    pub resources: Vec<ResourceDifference>,
    pub grants: Vec<GrantDifference>,
    /// Lines that differ, with some around them.
    pub parts: Vec<Vec<ComparedLine>>,
    /// There are more than are shown.
    pub cut: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Difference {
    New,
    Gone,
    Changed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterDifference {
    pub key: String,
    pub difference: Difference,
    pub values: Vec<ValueDifference>,
}

/// One value before and after; empty where there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueDifference {
    pub what: String,
    pub before: String,
    pub after: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceDifference {
    pub logical_id: String,
    /// `AWS::SageMaker::Domain`.
    pub kind: String,
    pub difference: Difference,
    /// The properties that differ.
    pub by: Vec<String>,
    /// An update puts another one in its place.
    pub replaced: bool,
}

/// A statement that only one of them has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantDifference {
    pub difference: Difference,
    pub grant: OutlineGrant,
}

/// A line of either, with its number from 1, beside the one of the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedLine {
    pub before: Option<(u32, String)>,
    pub after: Option<(u32, String)>,
    pub differs: bool,
}
