//! The portal's tag policy: which tags an environment has to carry, with which values, by stage and data class. It is about what is
//! provisioned through the portal; a tag policy of AWS Organizations may stand beside it.

mod drift;
mod push;
mod source;
mod values;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::TagRuleId;
use crate::project::{DataClass, Stage};

pub use drift::{TagDifference, tag_differences};
pub use push::{NotPushed, tags_to_push};
pub use source::{TagSource, tag_sources};
pub use values::TagValues;

/// The key of the owner's tag, by which IAM lets people into what is theirs: set by the portal alone, and no rule is about it.
pub const OWNER_TAG: &str = "studiouserid";
/// The tag with the environment of the portal that a thing in AWS is of.
pub const ENVIRONMENT_TAG: &str = "studiogate:environment";
/// What the portal sets by the project and the account; people choose none of these.
pub const TAGS_OF_THE_PORTAL: [&str; 5] = [OWNER_TAG, "project", "stage", "cost-center", "data-class"];

/// Every environment that it holds for carries the tag, with a value that it takes. Where several rules are for the same key, all of
/// them hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagRule {
    pub id: TagRuleId,
    pub key: String,
    /// `None`: in every stage.
    pub stage: Option<Stage>,
    /// `None`: of every data class.
    pub data_class: Option<DataClass>,
    pub values: TagValues,
    /// Goes up by one with every change; a form that was filled against an older version is refused.
    pub version: i64,
}

impl TagRule {
    pub fn holds_for(&self, stage: Stage, data_class: DataClass) -> bool {
        self.stage.is_none_or(|of| of == stage) && self.data_class.is_none_or(|of| of == data_class)
    }
}

/// In words: "cost-center in Prod, of restricted data: one of CC-1, CC-2".
impl fmt::Display for TagRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)?;
        if let Some(stage) = self.stage {
            write!(f, " in {}", stage.label())?;
        }
        if let Some(class) = self.data_class {
            write!(f, ", {} data", class.as_str())?;
        }
        write!(f, ": {}", self.values)
    }
}

/// The rules that hold in a stage for a data class.
pub fn rules_for(rules: &[TagRule], stage: Stage, data_class: DataClass) -> Vec<&TagRule> {
    rules.iter().filter(|rule| rule.holds_for(stage, data_class)).collect()
}

/// Why a rule cannot be about a key.
pub fn mistake_in_key(key: &str) -> Option<String> {
    if key.is_empty() {
        return Some("The key of a tag is missing.".to_owned());
    }
    if let Some(message) = crate::curation::mistake_in_tag(key, "") {
        return Some(message);
    }
    let lower = key.to_ascii_lowercase();
    // IAM takes keys that differ in case alone for the same.
    if let Some(of_the_portal) = TAGS_OF_THE_PORTAL.into_iter().find(|of| *of == lower && *of != key) {
        return Some(format!("The portal sets {of_the_portal}: write it so."));
    }
    let own = lower.starts_with("studiogate:") || matches!(lower.as_str(), OWNER_TAG | "project" | "stage");
    own.then(|| format!("{key} follows from whom and what an environment is for: it needs no rule."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(stage: Option<Stage>, data_class: Option<DataClass>) -> TagRule {
        let values = "CC-*".parse().unwrap();
        TagRule { id: "r".parse().unwrap(), key: "cost-center".into(), stage, data_class, values, version: 1 }
    }

    #[test]
    fn a_rule_holds_for_its_stage_and_data_class() {
        let any = rule(None, None);
        assert!(any.holds_for(Stage::Dev, DataClass::Public));
        let prod = rule(Some(Stage::Prod), Some(DataClass::Restricted));
        assert!(prod.holds_for(Stage::Prod, DataClass::Restricted));
        assert!(!prod.holds_for(Stage::Dev, DataClass::Restricted) && !prod.holds_for(Stage::Prod, DataClass::Public));
        assert_eq!(rules_for(&[any.clone(), prod.clone()], Stage::Dev, DataClass::Restricted), [&any]);
        assert_eq!(any.to_string(), "cost-center: CC-*");
        assert_eq!(prod.to_string(), "cost-center in Prod, restricted data: CC-*");
    }

    #[test]
    fn keys_that_are_none_or_not_to_be_ruled_are_told() {
        for good in ["cost-center", "data-class", "team", "Owner Team"] {
            assert_eq!(mistake_in_key(good), None, "{good}");
        }
        let told = |key: &str| mistake_in_key(key).unwrap();
        assert!(told("").contains("missing"));
        assert!(told("aws:team").contains("AWS's own"));
        assert!(told("Cost-Center").contains("sets cost-center"));
        assert!(told("STAGE").contains("sets stage") && told("stage").contains("needs no rule"));
        assert!(told("studiouserid").contains("needs no rule") && told("studiogate:x").contains("needs no rule"));
        assert!(told("a<b").contains("takes no"));
        assert!(told(&"k".repeat(129)).contains("128"));
    }
}
