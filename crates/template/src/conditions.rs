//! Conditions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::TemplateError;
use super::evaluate::Evaluator;
use super::references::{self, Reference};

/// Refuses conditions that need each other.
pub(super) fn check_circles(conditions: &Map<String, Value>) -> Result<(), TemplateError> {
    let mut waiting: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (name, body) in conditions {
        let mut found = Vec::new();
        references::collect(body, None, &mut found);
        let needs = found.into_iter().filter_map(|reference| match reference {
            Reference::Condition(name) => Some(name),
            _ => None,
        });
        waiting.insert(name, needs.collect());
    }
    while !waiting.is_empty() {
        let ready: Vec<String> =
            waiting.iter().filter(|(_, needs)| needs.is_empty()).map(|(name, _)| (*name).to_owned()).collect();
        if ready.is_empty() {
            let names: Vec<&str> = waiting.keys().copied().collect();
            return Err(TemplateError::format(format!(
                "Circular dependency between conditions: [{}]",
                names.join(", ")
            )));
        }
        for name in &ready {
            waiting.remove(name.as_str());
        }
        for needs in waiting.values_mut() {
            needs.retain(|name| !ready.contains(name));
        }
    }
    Ok(())
}

impl Evaluator<'_> {
    /// Evaluates every condition of the template, for use by the rest of it.
    pub(super) fn settle_conditions(&mut self) -> Result<(), TemplateError> {
        let all: Vec<(&String, &Value)> = self.template.conditions.iter().collect();
        // At most as many rounds as conditions: circles were refused when the template was read.
        let mut left = all;
        while !left.is_empty() {
            let before = left.len();
            let mut later = Vec::new();
            for (name, body) in left {
                let mut found = Vec::new();
                references::collect(body, None, &mut found);
                let ready = found.iter().all(|reference| match reference {
                    Reference::Condition(needed) => self.conditions.contains_key(needed),
                    _ => true,
                });
                if ready {
                    let holds = self.truth(body)?;
                    self.conditions.insert(name.clone(), holds);
                } else {
                    later.push((name, body));
                }
            }
            if later.len() == before {
                return Err(TemplateError::format("conditions need each other"));
            }
            left = later;
        }
        Ok(())
    }

    /// A condition function, or a condition by name.
    pub(super) fn truth(&self, value: &Value) -> Result<bool, TemplateError> {
        let call = value.as_object().filter(|map| map.len() == 1).and_then(|map| map.iter().next());
        let Some((name, argument)) = call else {
            return Err(TemplateError::format(
                "Conditions can only be boolean operations on parameters and other conditions",
            ));
        };
        let many = |least: usize, most: usize| -> Result<&Vec<Value>, TemplateError> {
            argument.as_array().filter(|list| (least..=most).contains(&list.len())).ok_or_else(|| {
                TemplateError::function(format!("every {name} object requires a list of {least} to {most} parameters"))
            })
        };
        match name.as_str() {
            "Condition" => {
                let wanted = argument.as_str().unwrap_or_default();
                self.conditions
                    .get(wanted)
                    .copied()
                    .ok_or_else(|| TemplateError::format(format!("Unresolved condition dependency {wanted}")))
            }
            "Fn::Equals" => {
                let sides = many(2, 2)?;
                Ok(comparable(self.value(&sides[0])?) == comparable(self.value(&sides[1])?))
            }
            "Fn::Not" => Ok(!self.truth(&many(1, 1)?[0])?),
            "Fn::And" => many(2, 10)?.iter().try_fold(true, |all, item| Ok(self.truth(item)? && all)),
            "Fn::Or" => many(2, 10)?.iter().try_fold(false, |any, item| Ok(self.truth(item)? || any)),
            "Fn::Contains" => {
                let sides = many(2, 2)?;
                let list = self.value(&sides[0])?;
                let wanted = comparable(self.value(&sides[1])?);
                Ok(list
                    .as_ref()
                    .and_then(Value::as_array)
                    .is_some_and(|items| items.iter().any(|item| comparable(Some(item.clone())) == wanted)))
            }
            other => Err(TemplateError::function(format!("{other} is no condition function"))),
        }
    }
}

/// CloudFormation compares texts: `true` equals `"true"`, `1` equals `"1"`.
fn comparable(value: Option<Value>) -> Value {
    match value {
        None => Value::Null,
        Some(Value::Bool(b)) => Value::String(b.to_string()),
        Some(Value::Number(n)) => Value::String(n.to_string()),
        Some(Value::Array(items)) => Value::Array(items.into_iter().map(|item| comparable(Some(item))).collect()),
        Some(other) => other,
    }
}
