//! Conditions of a template, as far as parameters decide them.

use serde_json::Value;

use super::Resolver;

/// Conditions that may stand in each other. Circles, which CloudFormation refuses, are not followed further.
const DEEPEST: usize = 32;

impl Resolver<'_> {
    /// Whether a named condition holds; `None` where that shows only later.
    pub fn holds(&self, name: &str) -> Option<bool> {
        self.named(name, 0)
    }

    fn named(&self, name: &str, depth: usize) -> Option<bool> {
        if depth > DEEPEST {
            return None;
        }
        self.truth(self.template().conditions.get(name)?, depth + 1)
    }

    fn truth(&self, condition: &Value, depth: usize) -> Option<bool> {
        let map = condition.as_object().filter(|map| map.len() == 1)?;
        let (function, argument) = map.iter().next()?;
        if function == "Condition" {
            return self.named(argument.as_str()?, depth);
        }
        let items = argument.as_array()?;
        let all = || items.iter().map(|item| self.truth(item, depth + 1));
        match (function.as_str(), items.as_slice()) {
            ("Fn::Equals", [one, other]) => Some(self.eval(one).text()? == self.eval(other).text()?),
            ("Fn::Not", [inner]) => Some(!self.truth(inner, depth + 1)?),
            ("Fn::And", _) => decided(all(), false),
            ("Fn::Or", _) => decided(all(), true),
            _ => None,
        }
    }
}

/// `decisive` as soon as one is; the other when all are known.
fn decided(mut all: impl Iterator<Item = Option<bool>>, decisive: bool) -> Option<bool> {
    let mut result = Some(!decisive);
    for truth in all.by_ref() {
        match truth {
            Some(value) if value == decisive => return Some(decisive),
            Some(_) => {}
            None => result = None,
        }
    }
    result
}
