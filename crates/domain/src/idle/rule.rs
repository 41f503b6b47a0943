//! Which rule holds for what.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::IdleRuleId;
use crate::project::Stage;

/// How long something may be idle before it is stopped, in minutes: as SageMaker has it for its own idle shutdown
/// (`IdleTimeoutInMinutes`, <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_IdleSettings.html>).
pub const MINUTES: RangeInclusive<u32> = 60..=525_600;

/// What an admin decided for instance types in a stage. There is one for each pair of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdleRule {
    pub id: IdleRuleId,
    /// `None`: in every stage.
    pub stage: Option<Stage>,
    pub instances: Instances,
    pub limit: IdleLimit,
    /// Goes up by one with every change; a form that was filled against an older version is refused.
    pub version: i64,
}

/// The instance types that a rule is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Instances {
    /// Every one, also where AWS does not say which it is.
    Any,
    /// All sizes of a family: `ml.g5`.
    Family(String),
    /// One: `ml.g5.xlarge`, or `system`, which is what AWS says of apps that cost nothing.
    Exact(String),
}

/// Not a name of instance types.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no instance types")]
pub struct InvalidInstances(pub String);

/// After which time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdleLimit {
    /// Within [`MINUTES`].
    After {
        minutes: u32,
    },
    Never,
}

impl Instances {
    pub(crate) fn holds_for(&self, instance_type: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Family(family) => {
                instance_type.strip_prefix(family.as_str()).is_some_and(|size| size.starts_with('.'))
            }
            Self::Exact(exact) => exact == instance_type,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Any => 0,
            Self::Family(_) => 1,
            Self::Exact(_) => 2,
        }
    }
}

/// As in the row and the form; empty for any.
impl fmt::Display for Instances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => Ok(()),
            Self::Family(name) | Self::Exact(name) => f.write_str(name),
        }
    }
}

impl FromStr for Instances {
    type Err = InvalidInstances;
    fn from_str(text: &str) -> Result<Self, InvalidInstances> {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        let parts: Vec<&str> = text.split('.').collect();
        match parts[..] {
            [""] => Ok(Self::Any),
            ["system"] => Ok(Self::Exact(text.to_owned())),
            ["ml", family] if text.len() <= 60 && is_word(family) => Ok(Self::Family(text.to_owned())),
            ["ml", family, size] if text.len() <= 60 && is_word(family) && is_word(size) => {
                Ok(Self::Exact(text.to_owned()))
            }
            _ => Err(InvalidInstances(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Instances {
    type Error = InvalidInstances;
    fn try_from(text: String) -> Result<Self, InvalidInstances> {
        text.parse()
    }
}

impl From<Instances> for String {
    fn from(it: Instances) -> Self {
        it.to_string()
    }
}

impl fmt::Display for IdleLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After { minutes } => write!(f, "after {}", minutes_in_words(i64::from(*minutes))),
            Self::Never => f.write_str("never"),
        }
    }
}

/// "90 minutes", "2 hours", "3 days": the largest unit that is exact.
pub(super) fn minutes_in_words(minutes: i64) -> String {
    let of = |number: i64, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    match minutes {
        m if m > 0 && m % 1_440 == 0 => of(m / 1_440, "day"),
        m if m > 0 && m % 60 == 0 => of(m / 60, "hour"),
        m => of(m, "minute"),
    }
}

/// In words: "ml.g5 in Prod: after 2 hours".
impl fmt::Display for IdleRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.instances {
            Instances::Any => f.write_str("Every instance type")?,
            named => write!(f, "{named}")?,
        }
        match self.stage {
            Some(stage) => write!(f, " in {}", stage.label())?,
            None => f.write_str(" in every stage")?,
        }
        write!(f, ": {}", self.limit)
    }
}

/// The rule that holds: that of the instance type before that of its family, and that before the one for any; of those that
/// of the stage before the one for every stage. An empty `instance_type` is one that AWS does not tell.
pub fn rule_for<'a>(rules: &'a [IdleRule], stage: Stage, instance_type: &str) -> Option<&'a IdleRule> {
    rules
        .iter()
        .filter(|rule| rule.stage.is_none_or(|of| of == stage) && rule.instances.holds_for(instance_type))
        .max_by_key(|rule| (rule.instances.rank(), rule.stage.is_some()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rule(stage: Option<Stage>, instances: &str, minutes: u32) -> IdleRule {
        let instances: Instances = instances.parse().unwrap();
        let id = format!("r-{}-{minutes}", stage.map_or("any", Stage::as_str)).parse().unwrap();
        IdleRule { id, stage, instances, limit: IdleLimit::After { minutes }, version: 1 }
    }

    #[test]
    fn instance_types_are_read_as_aws_writes_them() {
        for (text, is) in [
            ("", Instances::Any),
            ("ml.g5", Instances::Family("ml.g5".into())),
            ("ml.p4d.24xlarge", Instances::Exact("ml.p4d.24xlarge".into())),
            ("system", Instances::Exact("system".into())),
        ] {
            assert_eq!(text.parse::<Instances>().unwrap(), is);
            assert_eq!(is.to_string(), text);
        }
        for text in ["ml", "ml.", "g5.xlarge", "ml.g5.", "ml..xlarge", "ml.g5.xlarge.big", "ml.G5", "ml.*", " ", "any"]
        {
            assert!(text.parse::<Instances>().is_err(), "{text:?}");
        }
        assert!(format!("ml.{}", "g".repeat(80)).parse::<Instances>().is_err());
    }

    #[test]
    fn the_instance_type_counts_before_the_family_and_the_stage_breaks_a_tie() {
        let rules = [
            rule(None, "", 60),
            rule(Some(Stage::Prod), "", 61),
            rule(None, "ml.g5", 62),
            rule(Some(Stage::Prod), "ml.g5", 63),
            rule(None, "ml.g5.xlarge", 64),
            rule(Some(Stage::Dev), "ml.g5.xlarge", 65),
        ];
        let minutes = |stage, kind: &str| match rule_for(&rules, stage, kind).unwrap().limit {
            IdleLimit::After { minutes } => minutes,
            IdleLimit::Never => 0,
        };
        assert_eq!(minutes(Stage::Dev, "ml.g5.xlarge"), 65);
        assert_eq!(minutes(Stage::Prod, "ml.g5.xlarge"), 64, "its own rule, though for every stage");
        assert_eq!(minutes(Stage::Prod, "ml.g5.2xlarge"), 63);
        assert_eq!(minutes(Stage::Dev, "ml.g5.2xlarge"), 62);
        assert_eq!(minutes(Stage::Dev, "ml.g5n.xlarge"), 60, "a family is not a beginning of a name");
        assert_eq!(minutes(Stage::Prod, ""), 61, "what AWS does not tell is any");
        assert_eq!(rule_for(&rules[2..], Stage::Dev, "ml.t3.medium"), None);
    }

    #[test]
    fn a_rule_reads_as_a_sentence() {
        assert_eq!(rule(Some(Stage::Prod), "ml.g5", 120).to_string(), "ml.g5 in Prod: after 2 hours");
        assert_eq!(rule(None, "", 90).to_string(), "Every instance type in every stage: after 90 minutes");
        assert_eq!(rule(None, "", 1_440).to_string(), "Every instance type in every stage: after 1 day");
        let never = IdleRule { limit: IdleLimit::Never, ..rule(None, "ml.t3.medium", 60) };
        assert_eq!(never.to_string(), "ml.t3.medium in every stage: never");
    }

    fn any_rule() -> impl Strategy<Value = IdleRule> {
        let stages = proptest::option::of(proptest::sample::select(Stage::ALL.to_vec()));
        let instances = proptest::sample::select(vec!["", "ml.g5", "ml.t3", "ml.g5.xlarge", "ml.t3.medium"]);
        (stages, instances).prop_map(|(stage, instances)| rule(stage, instances, 60))
    }

    proptest! {
        /// The rule that holds matches, and none that matches says more exactly what it is for, in whatever order they are.
        #[test]
        fn the_most_specific_rule_holds(
            rules in proptest::collection::vec(any_rule(), 0..12),
            stage in proptest::sample::select(Stage::ALL.to_vec()),
            kind in proptest::sample::select(vec!["", "ml.g5.xlarge", "ml.g5.2xlarge", "ml.t3.medium", "ml.c5.large"]),
        ) {
            let matches = |it: &&IdleRule| it.stage.is_none_or(|s| s == stage)
                && match &it.instances {
                    Instances::Any => true,
                    Instances::Family(family) => kind.split('.').take(2).collect::<Vec<_>>().join(".") == *family,
                    Instances::Exact(exact) => exact == kind,
                };
            let found = rule_for(&rules, stage, kind);
            prop_assert_eq!(found.is_some(), rules.iter().any(|it| matches(&it)));
            if let Some(found) = found {
                prop_assert!(matches(&found));
                let weight = |it: &IdleRule| (it.instances.to_string().split('.').filter(|p| !p.is_empty()).count(), it.stage.is_some());
                prop_assert!(rules.iter().filter(matches).all(|it| weight(it) <= weight(found)));
            }
            let turned: Vec<IdleRule> = rules.iter().rev().cloned().collect();
            let again = rule_for(&turned, stage, kind);
            prop_assert_eq!(found.map(|it| (&it.instances, it.stage)), again.map(|it| (&it.instances, it.stage)));
        }
    }
}
