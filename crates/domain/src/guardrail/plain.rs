//! Conditions in words: what an operator, its prefix and its suffix come to for a reader who does not know them by heart.

use super::condition::Condition;
use super::operator::{Comparison, Operator, SetOperator, TestKind};

impl Condition {
    /// `aws:RequestedRegion is not "eu-west-1", or the call has none`. As [`Condition::is_met`] decides, said beforehand.
    pub(super) fn in_words(&self) -> String {
        let (key, values) = (&self.shown_key, self.values_as_written());
        let Operator { test, negated, if_exists, set } = self.operator;
        if test == TestKind::Null {
            // Any other value matches nothing, and the finding says so.
            return match values {
                "\"false\"" => format!("the call has {key}"),
                _ => format!("the call has no {key}"),
            };
        }
        let subject = match set {
            None => key.to_string(),
            Some(SetOperator::ForAllValues) => format!("every value of {key}"),
            Some(SetOperator::ForAnyValue) => format!("some value of {key}"),
        };
        let without = match set {
            None => negated || if_exists,
            Some(SetOperator::ForAllValues) => true,
            Some(SetOperator::ForAnyValue) => if_exists,
        };
        let or_absent = if without { ", or the call has none" } else { "" };
        format!("{subject} {} {values}{or_absent}", relation(test, negated, values.contains("\", \"")))
    }

    /// What stands behind operator and key.
    fn values_as_written(&self) -> &str {
        let operator = self.words.find(' ').unwrap_or_default();
        self.words.get(operator + self.shown_key.len() + 2..).unwrap_or_default()
    }
}

fn relation(test: TestKind, negated: bool, several: bool) -> &'static str {
    use Comparison::{Equals, GreaterThan, GreaterThanEquals, LessThan, LessThanEquals};
    match (test, negated, several) {
        (TestKind::IpAddress, false, false) => "is within",
        (TestKind::IpAddress, false, true) => "is within one of",
        (TestKind::IpAddress, true, false) => "is outside",
        (TestKind::IpAddress, true, true) => "is outside all of",
        (TestKind::String { wildcards: true, .. } | TestKind::Arn, false, false) => "is like",
        (TestKind::String { wildcards: true, .. } | TestKind::Arn, false, true) => "is like one of",
        (TestKind::String { wildcards: true, .. } | TestKind::Arn, true, false) => "is not like",
        (TestKind::String { wildcards: true, .. } | TestKind::Arn, true, true) => "is like none of",
        (TestKind::Numeric(LessThan), ..) => "is below",
        (TestKind::Numeric(LessThanEquals), ..) => "is at most",
        (TestKind::Numeric(GreaterThan), ..) => "is above",
        (TestKind::Numeric(GreaterThanEquals), ..) => "is at least",
        (TestKind::Date(LessThan), ..) => "is before",
        (TestKind::Date(LessThanEquals), ..) => "is not after",
        (TestKind::Date(GreaterThan), ..) => "is after",
        (TestKind::Date(GreaterThanEquals), ..) => "is not before",
        (
            TestKind::String { .. }
            | TestKind::Numeric(Equals)
            | TestKind::Date(Equals)
            | TestKind::Bool
            | TestKind::Binary
            | TestKind::Null,
            negated,
            several,
        ) => match (negated, several) {
            (false, false) => "is",
            (false, true) => "is one of",
            (true, false) => "is not",
            (true, true) => "is none of",
        },
    }
}

#[cfg(test)]
mod tests {
    use crate::guardrail::{Policy, PolicyKind};

    fn said(condition: &str) -> String {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny","Action":"*","Resource":"*","Condition":{{{condition}}}}}}}"#
        );
        let policy = Policy::parse(PolicyKind::ServiceControl, "some", &text).unwrap();
        policy.clauses().flat_map(|clause| clause.conditions_in_words).collect::<Vec<_>>().join(" and ")
    }

    #[test]
    fn every_kind_of_condition_has_its_words() {
        for (condition, words) in [
            (r#""StringEquals":{"a:b":"x"}"#, r#"a:b is "x""#),
            (r#""StringNotEquals":{"a:b":"x"}"#, r#"a:b is not "x", or the call has none"#),
            (r#""StringLikeIfExists":{"a:b":["x*","y"]}"#, r#"a:b is like one of "x*", "y", or the call has none"#),
            (r#""ForAnyValue:StringNotLike":{"a:b":"x*"}"#, r#"some value of a:b is not like "x*""#),
            (
                r#""ForAllValues:StringEquals":{"a:b":["x","y"]}"#,
                r#"every value of a:b is one of "x", "y", or the call has none"#,
            ),
            (r#""Null":{"a:b":"true"}"#, "the call has no a:b"),
            (r#""Null":{"a:b":"false"}"#, "the call has a:b"),
            (r#""NumericLessThan":{"a:b":"30"}"#, r#"a:b is below "30""#),
            (
                r#""DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}"#,
                r#"aws:CurrentTime is after "2026-01-01T00:00:00Z""#,
            ),
            (
                r#""NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}"#,
                r#"aws:SourceIp is outside "10.0.0.0/8", or the call has none"#,
            ),
            (r#""Bool":{"aws:ViaAWSService":"false"}"#, r#"aws:ViaAWSService is "false""#),
            (
                r#""ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/x"}"#,
                r#"aws:PrincipalArn is not like "arn:aws:iam::*:role/x", or the call has none"#,
            ),
            (r#""StringEquals":{"aws:RequestTag/cost center":"a"}"#, r#"aws:RequestTag/cost center is "a""#),
        ] {
            assert_eq!(said(condition), words);
        }
    }
}
