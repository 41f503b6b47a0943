//! Conditions, compiled. Operators and keys of one statement are joined by AND, the values of one key by OR, or by NOR under
//! a negated operator (IAM user guide, "Conditions with multiple context keys or values").

use std::net::IpAddr;

use chrono::{DateTime, Utc};

use super::context::{Context, Key};
use super::finding::{Finding, Findings};
use super::json::{Node, Position, Value};
use super::literal::{IpRange, binary, boolean, date};
use super::memo::{Content, Memo};
use super::operator::{Comparison, Operator, SetOperator, TestKind};
use super::policy::PolicyError;
use super::template::{Match, Syntax, Template};
use super::verdict::Effect;
use crate::decimal::Decimal;

/// One operator on one key.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    content: Content,
    pub(super) operator: Operator,
    key: Key,
    test: Test,
    /// As written: `StringEquals aws:RequestedRegion "eu-west-1"`.
    pub(super) words: Box<str>,
    /// As written.
    pub(super) shown_key: Box<str>,
}

#[derive(Clone, Debug)]
enum Test {
    String {
        values: Box<[Template]>,
        ignore_case: bool,
    },
    Numeric(Comparison, Box<[Decimal]>),
    Date(Comparison, Box<[DateTime<Utc>]>),
    Bool(Box<[bool]>),
    Binary(Box<[Vec<u8>]>),
    IpAddress(Box<[IpRange]>),
    /// Each value by its six components; `None`: not an ARN, matches nothing.
    Arn(Box<[[Template; 6]]>),
    /// `true` asks for an absent key.
    Null(Box<[bool]>),
}

/// Reads the `Condition` element of a statement with `effect`.
pub(super) fn read(
    node: &Node,
    effect: Effect,
    variables: bool,
    findings: &mut Findings,
) -> Result<Box<[Condition]>, PolicyError> {
    let Value::Object(operators) = &node.value else {
        return node.at.refuse(format!("Condition is an object, not {}", node.value.in_words()));
    };
    let mut conditions = Vec::new();
    for member in operators {
        let operator = match Operator::parse(&member.key) {
            Ok(operator) => operator,
            Err(message) => return member.at.refuse(message),
        };
        let Value::Object(keys) = &member.value.value else {
            return member.value.at.refuse(format!(
                "{} holds condition keys in an object, not {}",
                member.key,
                member.value.value.in_words()
            ));
        };
        findings.condition_block(effect, operator, keys, operators);
        for (index, key) in keys.iter().enumerate() {
            if key.key.is_empty() {
                return key.at.refuse("a condition key has a name");
            }
            if let Some(first) = keys[..index].iter().find(|k| k.key.eq_ignore_ascii_case(&key.key)) {
                return key.at.refuse(format!(
                    "the condition key {:?} is here a second time; it first stands in line {}, column {}, and case \
                     makes no difference",
                    key.key, first.at.line, first.at.column
                ));
            }
            findings.condition_key(key.at, &key.key, operator);
            let values = values(&key.value)?;
            let quoted: Vec<String> = values.iter().map(|(_, text)| format!("\"{text}\"")).collect();
            let read_as = if variables { "2012-10-17" } else { "2008-10-17" };
            let parts = [read_as, member.key.as_str(), key.key.as_str()];
            conditions.push(Condition {
                content: Content::of(parts.into_iter().chain(values.iter().map(|(_, text)| text.as_str()))),
                operator,
                key: Key::new(&key.key),
                test: test(operator, &values, variables, findings)?,
                words: format!("{} {} {}", member.key, key.key, quoted.join(", ")).into(),
                shown_key: key.key.clone().into(),
            });
        }
    }
    Ok(conditions.into())
}

/// One value or a list of them, as text.
fn values(node: &Node) -> Result<Vec<(Position, String)>, PolicyError> {
    let one = |node: &Node| match &node.value {
        Value::String(text) | Value::Number(text) => Ok((node.at, text.clone())),
        Value::Bool(value) => Ok((node.at, value.to_string())),
        other => {
            node.at.refuse(format!("a condition value is a string, a number or a boolean, not {}", other.in_words()))
        }
    };
    match &node.value {
        Value::Array(items) => items.iter().map(one).collect(),
        _ => Ok(vec![one(node)?]),
    }
}

fn test(
    operator: Operator,
    values: &[(Position, String)],
    variables: bool,
    findings: &mut Findings,
) -> Result<Test, PolicyError> {
    // AWS takes a value of the wrong form and never matches it; so do we, and say so in a finding.
    fn read<T>(
        values: &[(Position, String)],
        findings: &mut Findings,
        what: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Box<[T]> {
        let mut good = Vec::new();
        for (at, text) in values {
            match read(text) {
                Some(value) => good.push(value),
                None => findings.push(Finding::at(*at, format!("{text:?} is not {what} and matches nothing"))),
            }
        }
        good.into()
    }
    Ok(match operator.test {
        TestKind::String { wildcards, ignore_case } => {
            let syntax = Syntax { variables, wildcards, ignore_case };
            let mut templates = Vec::with_capacity(values.len());
            for (at, text) in values {
                let template = Template::parse(text, syntax, *at)?;
                findings.variables(*at, &template);
                templates.push(template);
            }
            Test::String { values: templates.into(), ignore_case }
        }
        TestKind::Numeric(comparison) => {
            Test::Numeric(comparison, read(values, findings, "a number", |text| text.parse().ok()))
        }
        TestKind::Date(comparison) => Test::Date(comparison, read(values, findings, "a date", date)),
        TestKind::Bool => Test::Bool(read(values, findings, "true or false", boolean)),
        TestKind::Binary => Test::Binary(read(values, findings, "base64", binary)),
        TestKind::IpAddress => Test::IpAddress(read(values, findings, "an address range", IpRange::parse)),
        TestKind::Null => Test::Null(read(values, findings, "true or false", boolean)),
        TestKind::Arn => {
            let mut arns = Vec::new();
            for (at, text) in values {
                match arn(text, variables, *at, findings)? {
                    Some(arn) => arns.push(arn),
                    None => findings.push(Finding::at(*at, format!("{text:?} is not an ARN and matches nothing"))),
                }
            }
            Test::Arn(arns.into())
        }
    })
}

/// "Each of the six colon-delimited components of the ARN is checked separately and each can include multi-character match
/// wildcards (*) or single-character match wildcards (?)" (IAM user guide, "Amazon Resource Name (ARN) condition operators").
/// A colon inside a variable does not end a component.
fn arn(
    text: &str,
    variables: bool,
    at: Position,
    findings: &mut Findings,
) -> Result<Option<[Template; 6]>, PolicyError> {
    let syntax = Syntax { variables, wildcards: true, ignore_case: false };
    // Read whole first: an error in it stands at its place in the string.
    findings.variables(at, &Template::parse(text, syntax, at)?);
    let mut components = Vec::with_capacity(6);
    let (mut start, mut inside) = (0, false);
    let bytes = text.as_bytes();
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' if variables && index > 0 && bytes[index - 1] == b'$' => inside = true,
            b'}' => inside = false,
            b':' if !inside && components.len() < 5 => {
                components.push(Template::parse(&text[start..index], syntax, at)?);
                start = index + 1;
            }
            _ => {}
        }
    }
    components.push(Template::parse(&text[start..], syntax, at)?);
    if components.len() == 1 && components[0].is_any() {
        components = vec![components[0].clone(); 6];
    }
    Ok(components.try_into().ok())
}

impl Condition {
    /// Whether the condition is met. A variable without a value matches nothing; under a negated operator that would be
    /// "met", so there it counts as met for a Deny and as not met for an Allow ("if AWS cannot resolve a variable, this might
    /// cause the entire statement to be invalid"): never to the caller's advantage.
    pub(super) fn is_met(&self, context: &Context, effect: Effect) -> bool {
        let values = context.get_key(&self.key);
        if let Test::Null(wanted) = &self.test {
            return wanted.contains(&values.is_empty());
        }
        let Operator { negated, if_exists, set, .. } = self.operator;
        // What one value comes to, with the negation applied.
        let holds = |value: &String| match (self.test.matches(value, context), negated) {
            (Match::Yes, negated) => !negated,
            (Match::No, negated) => negated,
            (Match::Unresolved, false) => false,
            (Match::Unresolved, true) => effect == Effect::Deny,
        };
        match set {
            None if values.is_empty() => negated || if_exists,
            // Without a set operator: one match among the values is a match, and the negated operator is its negation.
            None if negated => values.iter().all(holds),
            Some(SetOperator::ForAllValues) => values.iter().all(holds),
            Some(SetOperator::ForAnyValue) if values.is_empty() => if_exists,
            None | Some(SetOperator::ForAnyValue) => values.iter().any(holds),
        }
    }

    /// The same, looked up where it was found for this call already.
    pub(super) fn is_met_once(&self, context: &Context, effect: Effect, memo: &Memo) -> bool {
        memo.answer(self.content.turned(effect == Effect::Deny), || self.is_met(context, effect))
    }

    /// What the call has for the key, for people.
    pub(super) fn found(&self, context: &Context) -> String {
        match context.get_key(&self.key) {
            [] => "the call does not have this key".to_owned(),
            values => {
                let quoted: Vec<String> = values.iter().map(|v| format!("\"{v}\"")).collect();
                format!("the call has {}", quoted.join(", "))
            }
        }
    }
}

impl Test {
    /// Whether one value of the call matches any value of the policy.
    fn matches(&self, value: &str, context: &Context) -> Match {
        let yes = |matched: bool| if matched { Match::Yes } else { Match::No };
        match self {
            Self::String { values, ignore_case: true } => {
                let lower = value.to_lowercase();
                any(values, |t| t.matches_once(&lower, context, true))
            }
            Self::String { values, ignore_case: false } => any(values, |t| t.matches_once(value, context, false)),
            Self::Numeric(comparison, limits) => {
                let Ok(number) = value.parse::<Decimal>() else { return Match::No };
                yes(limits.iter().any(|limit| comparison.holds(number.cmp(limit))))
            }
            Self::Date(comparison, limits) => {
                let Some(at) = date(value) else { return Match::No };
                yes(limits.iter().any(|limit| comparison.holds(at.cmp(limit))))
            }
            Self::Bool(wanted) => yes(boolean(value).is_some_and(|value| wanted.contains(&value))),
            Self::Binary(wanted) => yes(binary(value).is_some_and(|value| wanted.contains(&value))),
            Self::IpAddress(ranges) => {
                let Ok(address) = value.parse::<IpAddr>() else { return Match::No };
                yes(ranges.iter().any(|range| range.contains(address)))
            }
            Self::Arn(arns) => {
                let mut components = [""; 6];
                let mut count = 0;
                for (slot, component) in components.iter_mut().zip(value.splitn(6, ':')) {
                    *slot = component;
                    count += 1;
                }
                if count != 6 {
                    return Match::No;
                }
                any(arns, |arn| {
                    let mut result = Match::Yes;
                    // The last component first: it tells most ARNs apart.
                    for (template, component) in arn.iter().zip(components).rev() {
                        match template.matches_once(component, context, false) {
                            Match::Yes => {}
                            Match::No => return Match::No,
                            Match::Unresolved => result = Match::Unresolved,
                        }
                    }
                    result
                })
            }
            Self::Null(_) => Match::No,
        }
    }
}

/// Yes if any is; else unresolved if any is.
fn any<T>(items: &[T], mut matches: impl FnMut(&T) -> Match) -> Match {
    let mut result = Match::No;
    for item in items {
        match matches(item) {
            Match::Yes => return Match::Yes,
            Match::Unresolved => result = Match::Unresolved,
            Match::No => {}
        }
    }
    result
}
