use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{FormField, FormState, InRollout, VersionRow};
use crate::id::{EnvironmentId, ProvisioningArtifactId, RequestId};
use crate::preflight::Preflight;
use crate::problem::Problem;
use crate::template::ResourceChange;

/// Which form of an update is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateFormQuery {
    pub artifact: String,
    pub draft: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateFormPage {
    pub id: EnvironmentId,
    pub name: String,
    pub product_name: String,
    /// The version that it has.
    pub version_name: String,
    pub versions: Vec<VersionRow>,
    /// The version that the form is for.
    pub artifact: ProvisioningArtifactId,
    /// It is the one that the environment has: other values, or the same once more.
    pub is_current: bool,
    pub usage_instructions: Vec<String>,
    /// Filled with what the environment has.
    pub fields: Vec<FormField>,
    pub preview: UpdatePreview,
    pub preflight: Preflight,
    /// Who decides, in words.
    pub approval: String,
    /// Apps or a notebook instance run in it.
    pub runs: bool,
    /// Why it cannot be updated now.
    pub blocked: Option<Problem>,
    /// An update of it that waits for a decision.
    pub waiting: Option<RequestId>,
    pub version: i64,
    pub draft: String,
    pub state: FormState,
}

/// What an update would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdatePreview {
    pub parameters: Vec<ParameterChange>,
    pub resources: Vec<ResourceChange>,
    /// Why nothing is told of the resources.
    pub unread: Option<String>,
}

/// A parameter with another value; `None` on the side that does not have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterChange {
    pub key: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// An update as posted.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct UpdateInput {
    pub artifact: String,
    /// The version that the form was drawn for: somebody may choose another and submit at once.
    pub drawn_for: String,
    pub justification: String,
    /// By parameter key.
    pub parameters: BTreeMap<String, String>,
    /// Secrets that were typed before and have to be typed again.
    pub retype: Vec<String>,
    /// Of the environment, as it was seen.
    pub version: String,
    pub draft: String,
}

impl std::fmt::Debug for UpdateInput {
    /// Parameters may be `NoEcho`: their values are left out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UpdateInput")
            .field("artifact", &self.artifact)
            .field("parameters", &self.parameters.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// What a request for an update changes, for whoever decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateOf {
    pub environment: EnvironmentId,
    /// The version that the environment has now.
    pub version_name: String,
    /// While it waits for a decision and still holds.
    pub preview: Option<UpdatePreview>,
    pub rollout: Option<InRollout>,
}
