//! Choices, narrowed by TEMPLATE constraints: what a rule will refuse is better not offered.

use super::expression::Expression;
use super::rules::read;
use crate::catalog::{Constraint, ConstraintRule, Parameter};

/// The parameters with their allowed values narrowed by every unconditional assertion that is a plain list of texts for
/// one parameter (`{"Fn::Contains": [["a", "b"], {"Ref": "P"}]}`, `{"Fn::Equals": [{"Ref": "P"}, "a"]}`). For forms and for
/// [`crate::binding::resolve`]; other rules are left to [`super::check_rules`], and broken ones change nothing here.
pub fn narrow(parameters: &[Parameter], constraints: &[Constraint]) -> Vec<Parameter> {
    let mut parameters = parameters.to_vec();
    for constraint in constraints {
        let ConstraintRule::Template { rules } = &constraint.rule else { continue };
        for rule in read(rules).unwrap_or_default() {
            if rule.condition.is_some() {
                continue;
            }
            for assertion in &rule.assertions {
                let Some((key, values)) = plain_choice(&assertion.assert) else { continue };
                if let Some(parameter) = parameters.iter_mut().find(|p| p.key == key) {
                    restrict(parameter, &values);
                }
            }
        }
    }
    parameters
}

/// The parameter and the values of an assertion that is a plain list of them.
pub(super) fn plain_choice(assert: &Expression) -> Option<(&str, Vec<String>)> {
    match assert {
        Expression::Contains(operands) => match &**operands {
            [Expression::List(items), Expression::Ref(key)] => {
                let values: Option<Vec<String>> = items
                    .iter()
                    .map(|item| if let Expression::Text(text) = item { Some(text.clone()) } else { None })
                    .collect();
                Some((key, values?))
            }
            _ => None,
        },
        Expression::Equals(operands) => match &**operands {
            [Expression::Ref(key), Expression::Text(text)] | [Expression::Text(text), Expression::Ref(key)] => {
                Some((key, vec![text.clone()]))
            }
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn restrict(parameter: &mut Parameter, values: &[String]) {
    parameter.allowed_values = if parameter.allowed_values.is_empty() {
        values.to_vec()
    } else {
        let both: Vec<String> = parameter.allowed_values.iter().filter(|v| values.contains(v)).cloned().collect();
        // Nothing fits: keep the portfolio's values, so that the form says what is wrong and nothing is allowed freely.
        if both.is_empty() { values.to_vec() } else { both }
    };
    match &parameter.allowed_values[..] {
        [only] => parameter.default = Some(only.clone()),
        values if parameter.default.as_ref().is_some_and(|default| !values.contains(default)) => {
            parameter.default = None;
        }
        _ => {}
    }
}
