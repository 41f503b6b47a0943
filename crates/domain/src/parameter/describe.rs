//! TEMPLATE constraints in words.

use super::expression::Expression;
use super::narrow::plain_choice;
use super::rules::{BrokenRules, read};

/// What a TEMPLATE constraint demands, a sentence for each assertion: its `AssertDescription`, and the values that it leaves
/// where it is a plain list of them.
pub fn describe_rules(rules_json: &str) -> Result<Vec<String>, BrokenRules> {
    let mut sentences = Vec::new();
    for rule in read(rules_json)? {
        let when = match rule.condition.as_ref().map(choice) {
            None => String::new(),
            Some(Some(condition)) => format!("Where {condition}: "),
            Some(None) => format!("Under the condition of the rule {}: ", rule.name),
        };
        for assertion in &rule.assertions {
            let demand = match (assertion.description(), choice(&assertion.assert)) {
                (Some(description), Some(choice)) => format!("{} ({choice})", description.trim_end_matches('.')),
                (Some(description), None) => description.trim_end_matches('.').to_owned(),
                (None, Some(choice)) => choice,
                (None, None) => format!("the rule {} has to hold for {}", rule.name, parameters(&assertion.assert)),
            };
            sentences.push(format!("{when}{demand}."));
        }
    }
    Ok(sentences)
}

fn parameters(assert: &Expression) -> String {
    match &assert.parameters()[..] {
        [] => "the request".to_owned(),
        names => names.join(", "),
    }
}

/// "`InstanceType` is one of `ml.t3.medium`, `ml.t3.large`".
fn choice(expression: &Expression) -> Option<String> {
    let (key, values) = plain_choice(expression)?;
    Some(match &values[..] {
        [only] => format!("{key} is {only}"),
        values => format!("{key} is one of {}", values.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_assertion_is_a_sentence() {
        let rules = r#"{"Rules":{
            "Affordable":{"Assertions":[{"Assert":{"Fn::Contains":[["ml.t3.medium","ml.t3.large"],{"Ref":"InstanceType"}]},
                "AssertDescription":"No GPU is offered."}]},
            "Small":{"RuleCondition":{"Fn::Equals":[{"Ref":"Stage"},"dev"]},
                "Assertions":[{"Assert":{"Fn::Equals":[{"Ref":"Size"},"s"]}}]},
            "Own":{"Assertions":[{"Assert":{"Fn::Not":[{"Fn::Equals":[{"Ref":"A"},{"Ref":"B"}]}]}}]}}}"#;
        let mut sentences = describe_rules(rules).unwrap();
        sentences.sort();
        assert_eq!(
            sentences,
            [
                "No GPU is offered (InstanceType is one of ml.t3.medium, ml.t3.large).",
                "Where Stage is dev: Size is s.",
                "the rule Own has to hold for A, B.",
            ]
        );
        assert!(describe_rules("[]").is_err());
    }
}
