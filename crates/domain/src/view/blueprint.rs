use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Allowed, ChangeEffects, FormState};
use crate::guardrail::Finding;
use crate::organization::{ChangeState, DiffLine, OrganizationState};
use crate::problem::Problem;

/// The organization against what is described of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlueprintPage {
    /// The last that somebody had applied.
    pub last: Option<LastBlueprint>,
    /// What would be done for [`BlueprintPage::text`]; none where there is no text yet, or it cannot be read.
    pub plan: Option<BlueprintPlanView>,
    /// What the plan is of: what was entered, or else what was last applied.
    pub text: String,
    /// It was entered, and is to be looked at.
    pub entered: bool,
    /// The pattern that the portal comes with.
    pub shipped: String,
    pub state: OrganizationState,
    pub allowed: Allowed,
    pub form: FormState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastBlueprint {
    pub by: String,
    pub at: DateTime<Utc>,
    pub state: ChangeState,
    pub problem: Option<Problem>,
    /// What was done so far.
    pub made: Vec<String>,
    /// How many steps were looked at.
    pub steps: usize,
    /// What is being tried again.
    pub trouble: Option<Problem>,
    pub as_of: DateTime<Utc>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlueprintPlanView {
    pub steps: Vec<BlueprintStepView>,
    pub mistakes: Vec<String>,
    pub stays: Vec<String>,
    pub notices: Vec<String>,
    /// Of the steps: what is applied is what was looked at.
    pub fingerprint: String,
    pub effects: ChangeEffects,
    /// The names of the policies that the effects speak of.
    pub names: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlueprintStepView {
    pub says: String,
    /// It takes something from a guardrail, or may.
    pub loosens: bool,
    /// Of a policy's document.
    pub difference: Vec<DiffLine>,
    /// What is most likely not meant in it.
    pub findings: Vec<Finding>,
}
