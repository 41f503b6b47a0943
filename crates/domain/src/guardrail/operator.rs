//! Condition operators by name (IAM user guide, "IAM JSON policy elements: Condition operators").

use std::cmp::Ordering;

/// One operator with its prefix and suffix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Operator {
    pub(super) test: TestKind,
    /// `...Not...`: true when the values do not match, and when the key is absent.
    pub(super) negated: bool,
    pub(super) if_exists: bool,
    pub(super) set: Option<SetOperator>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SetOperator {
    ForAllValues,
    ForAnyValue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TestKind {
    String { wildcards: bool, ignore_case: bool },
    Numeric(Comparison),
    Date(Comparison),
    Bool,
    Binary,
    IpAddress,
    Arn,
    Null,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equals,
    LessThan,
    LessThanEquals,
    GreaterThan,
    GreaterThanEquals,
}

impl Comparison {
    /// Whether a value that stands so to the policy's value passes.
    pub(super) fn holds(self, value_to_policy: Ordering) -> bool {
        match self {
            Self::Equals => value_to_policy.is_eq(),
            Self::LessThan => value_to_policy.is_lt(),
            Self::LessThanEquals => value_to_policy.is_le(),
            Self::GreaterThan => value_to_policy.is_gt(),
            Self::GreaterThanEquals => value_to_policy.is_ge(),
        }
    }
}

const NAMES: [(&str, TestKind, bool); 27] = {
    use Comparison::{Equals, GreaterThan, GreaterThanEquals, LessThan, LessThanEquals};
    use TestKind::{Arn, Binary, Bool, Date, IpAddress, Null, Numeric, String};
    const EXACT: TestKind = String { wildcards: false, ignore_case: false };
    const ANY_CASE: TestKind = String { wildcards: false, ignore_case: true };
    const LIKE: TestKind = String { wildcards: true, ignore_case: false };
    [
        ("StringEquals", EXACT, false),
        ("StringNotEquals", EXACT, true),
        ("StringEqualsIgnoreCase", ANY_CASE, false),
        ("StringNotEqualsIgnoreCase", ANY_CASE, true),
        ("StringLike", LIKE, false),
        ("StringNotLike", LIKE, true),
        ("NumericEquals", Numeric(Equals), false),
        ("NumericNotEquals", Numeric(Equals), true),
        ("NumericLessThan", Numeric(LessThan), false),
        ("NumericLessThanEquals", Numeric(LessThanEquals), false),
        ("NumericGreaterThan", Numeric(GreaterThan), false),
        ("NumericGreaterThanEquals", Numeric(GreaterThanEquals), false),
        ("DateEquals", Date(Equals), false),
        ("DateNotEquals", Date(Equals), true),
        ("DateLessThan", Date(LessThan), false),
        ("DateLessThanEquals", Date(LessThanEquals), false),
        ("DateGreaterThan", Date(GreaterThan), false),
        ("DateGreaterThanEquals", Date(GreaterThanEquals), false),
        ("Bool", Bool, false),
        ("BinaryEquals", Binary, false),
        ("IpAddress", IpAddress, false),
        ("NotIpAddress", IpAddress, true),
        ("ArnEquals", Arn, false),
        ("ArnLike", Arn, false),
        ("ArnNotEquals", Arn, true),
        ("ArnNotLike", Arn, true),
        ("Null", Null, false),
    ]
};

impl Operator {
    /// Reads a name; the error is what to say about it.
    pub(super) fn parse(name: &str) -> Result<Self, String> {
        let (set, rest) = match name.split_once(':') {
            None => (None, name),
            Some(("ForAllValues", rest)) => (Some(SetOperator::ForAllValues), rest),
            Some(("ForAnyValue", rest)) => (Some(SetOperator::ForAnyValue), rest),
            Some((prefix, _)) => {
                return Err(format!("{prefix:?} is not a set operator: there are ForAllValues and ForAnyValue"));
            }
        };
        let (base, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |base| (base, true));
        let Some((_, test, negated)) = NAMES.into_iter().find(|(known, ..)| *known == base) else {
            let near = NAMES.into_iter().find(|(known, ..)| known.eq_ignore_ascii_case(base));
            let hint = near.map(|(known, ..)| format!("; did you mean {known}?")).unwrap_or_default();
            return Err(format!("{name:?} is not a condition operator{hint}"));
        };
        if test == TestKind::Null && if_exists {
            return Err("Null asks whether a key exists and takes no IfExists".to_owned());
        }
        Ok(Self { test, negated, if_exists, set })
    }
}
