use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Allowed, Counted, FormState};
use crate::id::TagRuleId;
use crate::tag_policy::TagRule;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagPolicyPage {
    pub rules: Vec<TagRule>,
    /// Those about a tag that TagOptions give, none of which has a value that the rule takes.
    pub at_odds: BTreeSet<TagRuleId>,
    /// Environments that carry other tags than they would be launched with now.
    pub differ: Counted,
    pub allowed: Allowed,
    pub form: FormState,
}

/// A rule as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TagRuleInput {
    pub tag_key: String,
    /// A stage, or `any`.
    pub stage: String,
    /// A data class, or `any`.
    pub data_class: String,
    /// One in a line.
    pub tag_values: String,
    /// Empty when it is new.
    pub version: String,
}
