//! One value against its parameter's own limits.

use std::cell::OnceCell;

use fancy_regex::Regex;

use super::kind::{Item, Kind, prefix_of};
use crate::catalog::Parameter;
use crate::decimal::Decimal;

/// `UpdateProvisioningParameter$Value` of Service Catalog.
const MAX_VALUE: usize = 4096;

/// Whether a value fits the parameter, as CloudFormation judges it; the error is for the person who typed it.
///
/// A pattern that only Java's regular expressions can read ([`has_unreadable_pattern`]) cannot be judged here and is left to
/// CloudFormation.
pub fn validate(parameter: &Parameter, value: &str) -> Result<(), String> {
    Limits::of(parameter).check(value)
}

/// A parameter for many values: its pattern is read once, which takes far longer than to hold a value against it.
pub(crate) struct Limits<'a> {
    parameter: &'a Parameter,
    /// None where there is none, or it cannot be read.
    pattern: OnceCell<Option<Regex>>,
}

impl<'a> Limits<'a> {
    pub(crate) fn of(parameter: &'a Parameter) -> Self {
        Self { parameter, pattern: OnceCell::new() }
    }

    /// See [`validate`].
    pub(crate) fn check(&self, value: &str) -> Result<(), String> {
        if value.chars().count() > MAX_VALUE {
            return Err(format!("At most {MAX_VALUE} characters."));
        }
        let kind = Kind::of(&self.parameter.kind);
        let items = kind.items(value);
        if items.is_empty() && kind.item != Item::Text {
            return Err("Needs at least one value.".to_owned());
        }
        for item in items {
            let of_which = if kind.list { format!("{item:?}: ") } else { String::new() };
            self.check_item(kind, item).map_err(|message| format!("{of_which}{message}"))?;
        }
        Ok(())
    }

    fn check_item(&self, kind: Kind<'_>, value: &str) -> Result<(), String> {
        let parameter = self.parameter;
        match kind.item {
            Item::Number => number(parameter, value)?,
            Item::Aws(name) => identifier(name, value)?,
            Item::Text if !kind.list => length(parameter, value)?,
            Item::Text => {}
        }
        let in_words = |limit: String| parameter.constraint_description.clone().unwrap_or(limit);
        if !parameter.allowed_values.is_empty() && !allowed(parameter, kind.item, value) {
            return Err(in_words(format!("Choose one of {}.", parameter.allowed_values.join(", "))));
        }
        if let (Item::Text, Some(pattern)) = (kind.item, &parameter.allowed_pattern)
            && let Some(whole) = self.pattern()
        {
            // A pattern that goes back and forth for too long is given up, as one that does not match.
            if !whole.is_match(value).unwrap_or(false) {
                return Err(in_words(format!("Does not match the pattern {pattern}.")));
            }
        }
        Ok(())
    }

    fn pattern(&self) -> Option<&Regex> {
        let read = || self.parameter.allowed_pattern.as_deref().and_then(|pattern| compiled(pattern).ok());
        self.pattern.get_or_init(read).as_ref()
    }
}

/// CloudFormation's patterns are Java's, and stand for the whole value.
fn compiled(pattern: &str) -> Result<Regex, Box<fancy_regex::Error>> {
    Regex::new(&format!(r"\A(?:{pattern})\z")).map_err(Box::new)
}

/// Whether the parameter has a pattern that cannot be read here, so that no value is held against it before AWS does.
pub fn has_unreadable_pattern(parameter: &Parameter) -> bool {
    parameter.allowed_pattern.as_deref().is_some_and(|pattern| compiled(pattern).is_err())
}

/// As text, or for numbers as numbers: a template's `1` allows `1.0`.
fn allowed(parameter: &Parameter, item: Item<'_>, value: &str) -> bool {
    let as_number = |text: &str| text.trim().parse::<Decimal>().ok();
    parameter.allowed_values.iter().any(|allowed| {
        allowed == value || (item == Item::Number && as_number(allowed).is_some_and(|n| as_number(value) == Some(n)))
    })
}

fn number(parameter: &Parameter, value: &str) -> Result<(), String> {
    let in_words = |limit: String| parameter.constraint_description.clone().unwrap_or(limit);
    let Ok(number) = value.trim().parse::<Decimal>() else { return Err("Needs a number.".to_owned()) };
    let limit = |text: &Option<String>| text.as_deref().and_then(|t| t.trim().parse::<Decimal>().ok());
    if let Some(min) = &parameter.min_value
        && limit(&parameter.min_value).is_some_and(|min| number < min)
    {
        return Err(in_words(format!("At least {min}.")));
    }
    if let Some(max) = &parameter.max_value
        && limit(&parameter.max_value).is_some_and(|max| number > max)
    {
        return Err(in_words(format!("At most {max}.")));
    }
    Ok(())
}

fn length(parameter: &Parameter, value: &str) -> Result<(), String> {
    let in_words = |limit: String| parameter.constraint_description.clone().unwrap_or(limit);
    let length = value.chars().count() as u64;
    let characters = |n: u64| if n == 1 { "1 character".to_owned() } else { format!("{n} characters") };
    match (parameter.min_length, parameter.max_length) {
        (Some(min), _) if length < min => Err(in_words(format!("At least {}.", characters(min)))),
        (_, Some(max)) if length > max => Err(in_words(format!("At most {}.", characters(max)))),
        _ => Ok(()),
    }
}

/// The form of an identifier; whether the thing exists, only AWS knows.
fn identifier(kind: &str, value: &str) -> Result<(), String> {
    if value.trim().is_empty() {
        return Err("Needs a value.".to_owned());
    }
    match prefix_of(kind) {
        Some(prefix) if !value.starts_with(prefix) || value.len() == prefix.len() => {
            Err(format!("Needs an identifier that begins with {prefix}."))
        }
        _ => Ok(()),
    }
}
