//! A rule that allows some values of one parameter: what most TEMPLATE constraints are, and what a form can ask for.

use serde_json::json;

use super::narrow::plain_choice;
use super::rules::read;

/// Values of a parameter that are allowed, and what is said to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedValues {
    pub parameter: String,
    pub values: Vec<String>,
    /// Empty: none was written.
    pub message: String,
}

impl AllowedValues {
    /// From the rules of a TEMPLATE constraint that say this, and nothing else.
    pub fn of(rules_json: &str) -> Option<Self> {
        let rules = read(rules_json).ok()?;
        let [rule] = rules.as_slice() else { return None };
        let [assertion] = rule.assertions.as_slice() else { return None };
        if rule.condition.is_some() {
            return None;
        }
        let (parameter, values) = plain_choice(&assertion.assert)?;
        let message = assertion.description().unwrap_or_default().to_owned();
        Some(Self { parameter: parameter.to_owned(), values, message })
    }

    /// As the rules of a TEMPLATE constraint.
    pub fn rules(&self) -> String {
        let Self { parameter, values, message } = self;
        let assert = json!({ "Fn::Contains": [values, { "Ref": parameter }] });
        let rule = json!({ "Assertions": [{ "Assert": assert, "AssertDescription": message }] });
        json!({ "Rules": { format!("Allowed{parameter}"): rule } }).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_makes_is_read_back_and_nothing_else_is_taken_for_it() {
        let it = AllowedValues {
            parameter: "Size".into(),
            values: vec!["s".into(), "m".into()],
            message: "Choose a small one.".into(),
        };
        assert_eq!(AllowedValues::of(&it.rules()), Some(it.clone()));
        let assertion = |assert: &str| format!(r#"{{"Assertions":[{{"Assert":{assert}}}]}}"#);
        let one = assertion(r#"{"Fn::Equals":[{"Ref":"Size"},"s"]}"#);
        let read = AllowedValues::of(&format!(r#"{{"Rules":{{"R":{one}}}}}"#)).unwrap();
        assert_eq!((read.values, read.message), (vec!["s".to_owned()], String::new()));
        let other = assertion(r#"{"Fn::Not":[{"Fn::Equals":[{"Ref":"Size"},"s"]}]}"#);
        let conditional = r#"{"RuleCondition":{"Fn::Equals":[{"Ref":"A"},"a"]},"Assertions":[{"Assert":{"Fn::Equals":[{"Ref":"Size"},"s"]}}]}"#;
        for rules in [other.clone(), format!(r#"{one},"S":{one}"#), conditional.to_owned()] {
            assert_eq!(AllowedValues::of(&format!(r#"{{"Rules":{{"R":{rules}}}}}"#)), None, "{rules}");
        }
        assert_eq!(AllowedValues::of("{"), None);
    }
}
