//! TEMPLATE constraints: rules that several values must satisfy together (Service Catalog administrator guide, "Template
//! constraint rules"; the functions are CloudFormation's rule-specific intrinsic functions).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::expression::{Expression, Truth};

/// An assertion that the values do not satisfy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleViolation {
    /// The rule's name in the constraint.
    pub rule: String,
    /// `AssertDescription`, or a sentence of our own where there is none.
    pub message: String,
    /// The parameters that the assertion looks at.
    pub parameters: Vec<String>,
}

/// Rules that cannot be read: the constraint itself is broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the template constraint cannot be read: {0}")]
pub struct BrokenRules(pub String);

/// One rule, read.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) condition: Option<Expression>,
    pub(super) assertions: Vec<Assertion>,
}

#[derive(Clone, Debug)]
pub(super) struct Assertion {
    pub(super) assert: Expression,
    description: Option<String>,
}

impl Assertion {
    pub(super) fn description(&self) -> Option<&str> {
        self.description.as_deref().filter(|text| !text.trim().is_empty())
    }
}

/// Checks values, by parameter key, against the `{"Rules": {...}}` of a TEMPLATE constraint (or the map of rules alone, as
/// CloudFormation's `LaunchTemplateConstraint` takes it).
///
/// What cannot be known here is no violation and is left to Service Catalog: `Fn::RefAll`, `Fn::ValueOf` and
/// `Fn::ValueOfAll` ask AWS about things like a VPC's tags; a parameter or pseudo parameter may be missing from `values`.
pub fn check_rules(rules_json: &str, values: &BTreeMap<String, String>) -> Result<Vec<RuleViolation>, BrokenRules> {
    Rules::read(rules_json)?.violations(values)
}

/// Rules that are read once and held against many values.
#[derive(Clone, Debug)]
pub(crate) struct Rules(Vec<Rule>);

impl Rules {
    pub(crate) fn read(rules_json: &str) -> Result<Self, BrokenRules> {
        read(rules_json).map(Self)
    }

    /// See [`check_rules`].
    pub(crate) fn violations(&self, values: &BTreeMap<String, String>) -> Result<Vec<RuleViolation>, BrokenRules> {
        violations(&self.0, values)
    }
}

fn violations(rules: &[Rule], values: &BTreeMap<String, String>) -> Result<Vec<RuleViolation>, BrokenRules> {
    let mut violations = Vec::new();
    for rule in rules {
        let applies = match &rule.condition {
            None => true,
            Some(condition) => condition.truth(values).map_err(|e| broken(&rule.name, &e))? == Truth::Yes,
        };
        if !applies {
            continue;
        }
        for assertion in &rule.assertions {
            if assertion.assert.truth(values).map_err(|e| broken(&rule.name, &e))? == Truth::No {
                violations.push(RuleViolation {
                    rule: rule.name.clone(),
                    message: assertion.description.clone().unwrap_or_else(|| {
                        format!("These values do not satisfy the rule {} of the portfolio.", rule.name)
                    }),
                    parameters: assertion.assert.parameters(),
                });
            }
        }
    }
    Ok(violations)
}

/// The names of rules that these values neither keep to nor break, as far as can be known here.
pub fn undecided_rules(rules_json: &str, values: &BTreeMap<String, String>) -> Result<Vec<String>, BrokenRules> {
    let mut undecided = Vec::new();
    for rule in read(rules_json)? {
        let truth = |expression: &Expression| expression.truth(values).map_err(|e| broken(&rule.name, &e));
        let applies = rule.condition.as_ref().map_or(Ok(Truth::Yes), truth)?;
        let mut is_undecided = applies == Truth::Unknown;
        if applies == Truth::Yes {
            for assertion in &rule.assertions {
                is_undecided |= truth(&assertion.assert)? == Truth::Unknown;
            }
        }
        if is_undecided {
            undecided.push(rule.name);
        }
    }
    Ok(undecided)
}

/// The parameters that rules look at; pseudo parameters, which every template has, are left out.
pub fn parameters_of_rules(rules_json: &str) -> Result<BTreeSet<String>, BrokenRules> {
    let mut named = BTreeSet::new();
    for rule in read(rules_json)? {
        named.extend(rule.condition.iter().flat_map(Expression::parameters));
        named.extend(rule.assertions.iter().flat_map(|assertion| assertion.assert.parameters()));
    }
    named.retain(|name| !name.starts_with("AWS::"));
    Ok(named)
}

fn broken(rule: &str, message: &str) -> BrokenRules {
    BrokenRules(format!("rule {rule:?}: {message}"))
}

pub(super) fn read(rules_json: &str) -> Result<Vec<Rule>, BrokenRules> {
    let document: Value = serde_json::from_str(rules_json).map_err(|e| BrokenRules(e.to_string()))?;
    let map = document.get("Rules").unwrap_or(&document);
    let Some(map) = map.as_object() else { return Err(BrokenRules("Rules is not an object".to_owned())) };
    map.iter().map(|(name, rule)| read_rule(name, rule).map_err(|message| broken(name, &message))).collect()
}

fn read_rule(name: &str, rule: &Value) -> Result<Rule, String> {
    let Some(rule) = rule.as_object() else { return Err("is not an object".to_owned()) };
    if let Some(other) = rule.keys().find(|key| *key != "RuleCondition" && *key != "Assertions") {
        return Err(format!("{other:?} is neither RuleCondition nor Assertions"));
    }
    let condition = rule.get("RuleCondition").map(Expression::read).transpose()?;
    let assertions = match rule.get("Assertions") {
        Some(Value::Array(assertions)) if !assertions.is_empty() => assertions,
        _ => return Err("has no list of Assertions".to_owned()),
    };
    let assertions = assertions
        .iter()
        .map(|assertion| {
            let Some(assert) = assertion.get("Assert") else { return Err("an assertion has no Assert".to_owned()) };
            let description = assertion.get("AssertDescription").and_then(Value::as_str).map(str::to_owned);
            Ok(Assertion { assert: Expression::read(assert)?, description })
        })
        .collect::<Result<_, String>>()?;
    Ok(Rule { name: name.to_owned(), condition, assertions })
}
