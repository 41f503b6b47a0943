//! The intrinsic functions of rules.

use std::collections::BTreeMap;

use serde_json::Value;

/// What an expression comes to as a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    No,
    /// Depends on something that is not known here.
    Unknown,
}

impl From<bool> for Truth {
    fn from(truth: bool) -> Self {
        if truth { Self::Yes } else { Self::No }
    }
}

/// An expression, read and checked for its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expression {
    Text(String),
    List(Vec<Expression>),
    Ref(String),
    /// The list, and the member it must have.
    Contains(Box<[Expression; 2]>),
    EachMemberEquals(Box<[Expression; 2]>),
    /// The members, and the list that must have them all.
    EachMemberIn(Box<[Expression; 2]>),
    Equals(Box<[Expression; 2]>),
    Not(Box<Expression>),
    And(Vec<Expression>),
    Or(Vec<Expression>),
    If(Box<[Expression; 3]>),
    /// `Fn::RefAll`, `Fn::ValueOf`, `Fn::ValueOfAll`: only AWS can tell.
    AskAws,
}

impl Expression {
    pub(super) fn read(value: &Value) -> Result<Self, String> {
        match value {
            Value::String(text) => Ok(Self::Text(text.clone())),
            Value::Bool(value) => Ok(Self::Text(value.to_string())),
            Value::Number(number) => Ok(Self::Text(number.to_string())),
            Value::Array(items) => Ok(Self::List(items.iter().map(Self::read).collect::<Result<_, _>>()?)),
            Value::Null => Err("null is no value here".to_owned()),
            Value::Object(map) => match map.iter().next() {
                Some((name, argument)) if map.len() == 1 => Self::function(name, argument),
                _ => Err("an object here has one key, the name of a function".to_owned()),
            },
        }
    }

    fn function(name: &str, argument: &Value) -> Result<Self, String> {
        Ok(match name {
            "Ref" => match argument {
                Value::String(parameter) => Self::Ref(parameter.clone()),
                _ => return Err("Ref takes the name of a parameter".to_owned()),
            },
            "Fn::Contains" => Self::Contains(arguments(name, argument)?),
            "Fn::EachMemberEquals" => Self::EachMemberEquals(arguments(name, argument)?),
            "Fn::EachMemberIn" => Self::EachMemberIn(arguments(name, argument)?),
            "Fn::Equals" => Self::Equals(arguments(name, argument)?),
            "Fn::If" => Self::If(arguments(name, argument)?),
            "Fn::Not" => {
                let [inner] = *arguments(name, argument)?;
                Self::Not(Box::new(inner))
            }
            "Fn::And" => Self::And(conditions(name, argument)?),
            "Fn::Or" => Self::Or(conditions(name, argument)?),
            "Fn::RefAll" | "Fn::ValueOf" | "Fn::ValueOfAll" => Self::AskAws,
            _ => return Err(format!("{name:?} is not a function of rules")),
        })
    }

    /// The expression as a condition; the error says why it is none.
    pub(super) fn truth(&self, values: &BTreeMap<String, String>) -> Result<Truth, String> {
        // The two operands, when both are known.
        let lists = |operands: &[Self; 2]| Ok::<_, String>(operands[0].list(values)?.zip(operands[1].list(values)?));
        let known = |truth: Option<bool>| truth.map_or(Truth::Unknown, Truth::from);
        Ok(match self {
            Self::Contains(operands) => {
                let [list, member] = &**operands;
                known(list.list(values)?.zip(member.text(values)?).map(|(list, member)| list.contains(&member)))
            }
            Self::EachMemberEquals(operands) => {
                let [list, wanted] = &**operands;
                let both = list.list(values)?.zip(wanted.text(values)?);
                known(both.map(|(list, wanted)| list.iter().all(|member| *member == wanted)))
            }
            Self::EachMemberIn(operands) => {
                known(lists(operands)?.map(|(members, list)| members.iter().all(|member| list.contains(member))))
            }
            Self::Equals(operands) => {
                let [left, right] = &**operands;
                known(left.text(values)?.zip(right.text(values)?).map(|(left, right)| left == right))
            }
            Self::Not(inner) => match inner.truth(values)? {
                Truth::Yes => Truth::No,
                Truth::No => Truth::Yes,
                Truth::Unknown => Truth::Unknown,
            },
            Self::And(all) => join(all, values, Truth::No, Truth::Yes)?,
            Self::Or(any) => join(any, values, Truth::Yes, Truth::No)?,
            Self::If(operands) => match operands[0].truth(values)? {
                Truth::Yes => operands[1].truth(values)?,
                Truth::No => operands[2].truth(values)?,
                Truth::Unknown => Truth::Unknown,
            },
            Self::Text(text) if text == "true" => Truth::Yes,
            Self::Text(text) if text == "false" => Truth::No,
            Self::AskAws => Truth::Unknown,
            Self::Text(_) | Self::List(_) | Self::Ref(_) => return Err("a condition is expected".to_owned()),
        })
    }

    /// One text; `None` when it is not known here.
    fn text(&self, values: &BTreeMap<String, String>) -> Result<Option<String>, String> {
        Ok(match self {
            Self::Text(text) => Some(text.clone()),
            Self::Ref(parameter) => values.get(parameter).cloned(),
            Self::AskAws => None,
            Self::If(operands) => match operands[0].truth(values)? {
                Truth::Yes => operands[1].text(values)?,
                Truth::No => operands[2].text(values)?,
                Truth::Unknown => None,
            },
            _ => return Err("a text or a Ref is expected".to_owned()),
        })
    }

    /// A list of texts; a `Ref` to a list parameter is taken apart at its commas.
    fn list(&self, values: &BTreeMap<String, String>) -> Result<Option<Vec<String>>, String> {
        match self {
            Self::List(items) => {
                let mut texts = Vec::new();
                for item in items {
                    match item {
                        Self::Text(text) => texts.push(text.clone()),
                        _ => match item.list(values)? {
                            Some(more) => texts.extend(more),
                            None => return Ok(None),
                        },
                    }
                }
                Ok(Some(texts))
            }
            other => Ok(other.text(values)?.map(|text| {
                if text.trim().is_empty() { Vec::new() } else { text.split(',').map(|t| t.trim().to_owned()).collect() }
            })),
        }
    }

    /// The parameters it looks at, each once, in order.
    pub(super) fn parameters(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect(&self, found: &mut Vec<String>) {
        match self {
            Self::Ref(parameter) if !found.contains(parameter) => found.push(parameter.clone()),
            Self::Text(_) | Self::Ref(_) | Self::AskAws => {}
            Self::List(items) | Self::And(items) | Self::Or(items) => items.iter().for_each(|e| e.collect(found)),
            Self::Not(inner) => inner.collect(found),
            Self::If(operands) => operands.iter().for_each(|e| e.collect(found)),
            Self::Contains(two) | Self::EachMemberEquals(two) | Self::EachMemberIn(two) | Self::Equals(two) => {
                two.iter().for_each(|e| e.collect(found));
            }
        }
    }
}

/// Exactly `N` arguments.
fn arguments<const N: usize>(name: &str, argument: &Value) -> Result<Box<[Expression; N]>, String> {
    let wrong = || format!("{name} takes a list of {N}");
    let Value::Array(items) = argument else { return Err(wrong()) };
    let read = items.iter().map(Expression::read).collect::<Result<Vec<_>, _>>()?;
    read.into_boxed_slice().try_into().map_err(|_| wrong())
}

/// 2 to 10 conditions, as `Fn::And` and `Fn::Or` take them.
fn conditions(name: &str, argument: &Value) -> Result<Vec<Expression>, String> {
    match argument {
        Value::Array(items) if (2..=10).contains(&items.len()) => items.iter().map(Expression::read).collect(),
        _ => Err(format!("{name} takes a list of 2 to 10 conditions")),
    }
}

/// `decisive` as soon as one is; `otherwise` when all are known.
fn join(
    all: &[Expression],
    values: &BTreeMap<String, String>,
    decisive: Truth,
    otherwise: Truth,
) -> Result<Truth, String> {
    let mut result = otherwise;
    for each in all {
        match each.truth(values)? {
            truth if truth == decisive => return Ok(decisive),
            Truth::Unknown => result = Truth::Unknown,
            _ => {}
        }
    }
    Ok(result)
}
