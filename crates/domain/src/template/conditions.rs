//! Conditions of a template, as far as parameters decide them.

use serde_json::Value;

use super::Resolver;

impl Resolver<'_> {
    /// Whether a named condition holds; `None` where that shows only later. Each is decided once, however many name it.
    pub fn holds(&self, name: &str) -> Option<bool> {
        let (name, condition) = self.template().conditions.get_key_value(name)?;
        if let Some(known) = self.decided().borrow().get(name.as_str()) {
            return *known;
        }
        // Circles, which CloudFormation refuses, are not followed further.
        self.decided().borrow_mut().insert(name.clone(), None);
        let holds = self.deeper(|| self.truth(condition)).flatten();
        self.decided().borrow_mut().insert(name.clone(), holds);
        holds
    }

    fn truth(&self, condition: &Value) -> Option<bool> {
        let map = condition.as_object().filter(|map| map.len() == 1)?;
        let (function, argument) = map.iter().next()?;
        if function == "Condition" {
            return self.holds(argument.as_str()?);
        }
        let items = argument.as_array()?;
        let all = || items.iter().map(|item| self.deeper(|| self.truth(item)).flatten());
        match (function.as_str(), items.as_slice()) {
            ("Fn::Equals", [one, other]) => Some(self.compared(one)? == self.compared(other)?),
            ("Fn::Not", [inner]) => Some(!self.deeper(|| self.truth(inner)).flatten()?),
            ("Fn::And", _) => decided(all(), false),
            ("Fn::Or", _) => decided(all(), true),
            _ => None,
        }
    }

    /// What is compared: a text, which may be empty here as nowhere else, for that is how a template asks whether a value was
    /// given.
    fn compared(&self, value: &Value) -> Option<String> {
        let value = self.chosen(value).ok()?;
        let given = value.get("Ref").and_then(Value::as_str).and_then(|name| self.given_text(name));
        match (value.as_str(), given) {
            (Some(text), _) | (None, Some(text)) if text.trim().is_empty() => Some(text.to_owned()),
            _ => self.eval(value).text(),
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Write;

    use super::*;
    use crate::catalog::Parameter;
    use crate::template::{Given, TemplateDigest};

    fn holds(conditions: &str, name: &str, key: &str) -> Option<bool> {
        let digest = TemplateDigest::read(&format!("Conditions:\n{conditions}Resources: {{}}"), |_| Vec::new());
        assert_eq!(digest.unread, None);
        let parameters = [Parameter { key: "Key".into(), kind: "String".into(), ..Parameter::default() }];
        let values = BTreeMap::from([("Key".to_owned(), key.to_owned())]);
        let given = Given { values: &values, parameters: &parameters, account: "1", region: "r", partition: "aws" };
        Resolver::new(&digest, given).holds(name)
    }

    #[test]
    fn a_value_that_was_left_empty_is_known_to_be() {
        let has = "  Has: !Not [!Equals [!Ref Key, '']]\n";
        assert_eq!((holds(has, "Has", ""), holds(has, "Has", "arn:1")), (Some(false), Some(true)));
    }

    #[test]
    fn v15_2_2_a_circle_through_values_ends() {
        let circle = "  A: !Equals [!If [B, x, y], x]\n  B: !Equals [!If [A, x, y], x]\n";
        assert_eq!(holds(circle, "A", ""), None);
    }

    #[test]
    fn v15_2_2_conditions_that_name_many_others_are_each_decided_once() {
        let mut conditions = String::new();
        for level in 0..24 {
            let all = vec![format!("{{Condition: C{}}}", level + 1); 10].join(", ");
            writeln!(conditions, "  C{level}: !And [{all}]").unwrap();
        }
        conditions += "  C24: !Equals [!Ref Key, x]\n";
        assert_eq!((holds(&conditions, "C0", "x"), holds(&conditions, "C0", "y")), (Some(true), Some(false)));
    }

    #[test]
    fn v15_2_2_a_chain_longer_than_any_template_of_use_ends() {
        let mut conditions = String::new();
        for level in 0..5_000 {
            writeln!(conditions, "  C{level}: !Not [{{Condition: C{}}}]", level + 1).unwrap();
        }
        conditions += "  C5000: !Equals [a, a]\n";
        assert_eq!(holds(&conditions, "C0", ""), None);
        assert_eq!(holds(&conditions, "C4990", ""), Some(true));
    }
}
