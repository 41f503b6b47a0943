//! What holds for a product in a portfolio, before it is made: what Service Catalog would refuse, and what would hold for
//! nothing.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::text::{no_json, too_long};
use crate::catalog::{Constraint, ConstraintRule, Product};
use crate::id::PortfolioId;
use crate::parameter::parameters_of_rules;
use crate::problem::FieldError;

/// Quota of Service Catalog: constraints of a product in a portfolio.
/// <https://docs.aws.amazon.com/servicecatalog/latest/adminguide/limits.html>
const MOST: usize = 100;
/// `NotificationArns` of a launch.
const MOST_TOPICS: usize = 5;
/// What the portal keeps of rules; a constraint that people can read is far shorter.
const LONGEST_RULES: usize = 20_000;

/// A constraint that is to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewConstraint {
    pub description: String,
    pub rule: ConstraintRule,
}

impl NewConstraint {
    /// Those that hold for a product in a portfolio.
    pub fn of(product: &Product, portfolio: &PortfolioId) -> Vec<Self> {
        constraints_in(product, portfolio).map(Self::like).collect()
    }

    pub fn like(it: &Constraint) -> Self {
        Self { description: it.description.clone(), rule: it.rule.clone() }
    }

    /// Why it would be refused beside the others, by field. `instead`: the id of the one that it takes the place of.
    pub(super) fn mistakes(
        &self,
        product: &Product,
        portfolio: &PortfolioId,
        instead: Option<&str>,
    ) -> Vec<FieldError> {
        let mut mistakes = Vec::new();
        let mut wrong = |field: &str, message: String| mistakes.push(FieldError::new(field, message));
        let others: Vec<&Constraint> =
            constraints_in(product, portfolio).filter(|it| instead != Some(it.id.as_str())).collect();
        if others.len() >= MOST {
            wrong("kind", format!("A product has at most {MOST} constraints in a portfolio."));
        }
        if let Some(other) = others.iter().find(|other| excludes(&self.rule, &other.rule)) {
            let other = kind(&other.rule);
            wrong("kind", format!("The product has a {other} constraint there already: change or delete that one."));
        }
        mistakes.extend(self.of_itself(Some(&product.active_parameters())));
        mistakes
    }

    /// Why it would be refused by itself, by field. `known`: the parameters that versions ask for, where that is known.
    fn of_itself(&self, known: Option<&BTreeSet<&str>>) -> Vec<FieldError> {
        let mut mistakes = Vec::new();
        let mut wrong = |field: &str, message: String| mistakes.push(FieldError::new(field, message));
        match &self.rule {
            ConstraintRule::Launch { role } if !is_role(role) => {
                wrong("launch_role", "The name of a role, or its ARN.".to_owned());
            }
            ConstraintRule::Template { rules } => {
                if let Err(message) = rules_hold(rules, known) {
                    wrong("rules", message);
                }
            }
            ConstraintRule::Notification { topics } => {
                if topics.is_empty() || topics.len() > MOST_TOPICS {
                    wrong("topics", format!("1 to {MOST_TOPICS} topics, one in a line."));
                }
                if let Some(other) = topics.iter().find(|topic| !is_topic(topic)) {
                    wrong("topics", format!("{other} is no ARN of an SNS topic."));
                }
            }
            ConstraintRule::StackSet { parameters } => {
                if let Err(message) = is_stack_set(parameters) {
                    wrong("stack_set", message);
                }
            }
            ConstraintRule::Launch { .. } | ConstraintRule::TagUpdate { .. } => {}
        }
        mistakes.extend(too_long("constraint_description", &self.description));
        mistakes
    }

    /// Why those of them that are not `there` could not hold for a product in a portfolio, each in a line, with the number of the
    /// constraint that it is about. `known`: the parameters that versions ask for, where that is known.
    pub(crate) fn mistakes_of_new(
        all: &[Self],
        there: &[Self],
        known: Option<&BTreeSet<&str>>,
    ) -> Vec<(Option<usize>, String)> {
        let mut mistakes = Vec::new();
        if all.len() > MOST {
            mistakes.push((None, format!("A product has at most {MOST} constraints in a portfolio.")));
        }
        for (at, it) in all.iter().enumerate().filter(|(_, it)| !there.contains(it)) {
            let kind = kind(&it.rule);
            let of_itself = it.of_itself(known).into_iter();
            mistakes.extend(of_itself.map(|wrong| (Some(at), format!("{kind} constraint: {}", wrong.message))));
            let mut others = all[..at].iter().chain(all[at + 1..].iter().filter(|it| there.contains(it)));
            if let Some(other) = others.find(|other| excludes(&it.rule, &other.rule)) {
                let other = self::kind(&other.rule);
                let message =
                    format!("{kind} constraint: there is a {other} constraint already, and one excludes the other.");
                mistakes.push((Some(at), message));
            }
        }
        mistakes
    }
}

/// The constraints of a product in a portfolio.
pub(super) fn constraints_in<'a>(
    product: &'a Product,
    portfolio: &'a PortfolioId,
) -> impl Iterator<Item = &'a Constraint> {
    product.constraints.iter().filter(move |it| it.portfolio.as_ref() == Some(portfolio))
}

/// As in Service Catalog's `Type`.
pub fn kind(rule: &ConstraintRule) -> &'static str {
    match rule {
        ConstraintRule::Launch { .. } => "LAUNCH",
        ConstraintRule::Template { .. } => "TEMPLATE",
        ConstraintRule::TagUpdate { .. } => "RESOURCE_UPDATE",
        ConstraintRule::Notification { .. } => "NOTIFICATION",
        ConstraintRule::StackSet { .. } => "STACKSET",
    }
}

/// Of some there is one at most, and a role that launches and stack sets exclude each other.
fn excludes(one: &ConstraintRule, other: &ConstraintRule) -> bool {
    matches!(
        (kind(one), kind(other)),
        ("LAUNCH" | "STACKSET", "LAUNCH" | "STACKSET") | ("RESOURCE_UPDATE", "RESOURCE_UPDATE")
    )
}

/// A name as IAM takes it, or an ARN of a role.
fn is_role(text: &str) -> bool {
    let name = match text.strip_prefix("arn:") {
        None => text,
        Some(rest) => {
            let parts: Vec<&str> = rest.splitn(5, ':').collect();
            let [_, "iam", "", account, resource] = parts[..] else { return false };
            if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
                return false;
            }
            let Some(path) = resource.strip_prefix("role/") else { return false };
            path.rsplit('/').next().unwrap_or_default()
        }
    };
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
}

fn is_topic(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    matches!(&parts[..], ["arn", _, "sns", region, account, name] if !region.is_empty() && account.len() == 12 && !name.is_empty())
}

/// Rules that can be read, of parameters that the product asks for: others would hold for nothing.
fn rules_hold(rules: &str, known: Option<&BTreeSet<&str>>) -> Result<(), String> {
    if rules.len() > LONGEST_RULES {
        return Err(format!("At most {LONGEST_RULES} bytes."));
    }
    let named = parameters_of_rules(rules).map_err(|broken| format!("They cannot be read: {}.", broken.0))?;
    let document: serde_json::Value = serde_json::from_str(rules).map_err(|error| no_json(&error))?;
    if document.get("Rules").and_then(serde_json::Value::as_object).is_none_or(serde_json::Map::is_empty) {
        return Err(r#"Write {"Rules": {"NameOfTheRule": {"Assertions": [...]}}}."#.to_owned());
    }
    match named.iter().find(|key| known.is_some_and(|known| !known.contains(key.as_str()))) {
        Some(other) => Err(format!("No version that can be requested has a parameter {other}.")),
        None => Ok(()),
    }
}

fn is_stack_set(parameters: &str) -> Result<(), String> {
    let document: serde_json::Value = serde_json::from_str(parameters).map_err(|error| no_json(&error))?;
    for key in ["AccountList", "RegionList", "AdminRole", "ExecutionRole"] {
        let there = match document.pointer(&format!("/Properties/{key}")) {
            Some(serde_json::Value::Array(list)) => !list.is_empty(),
            Some(serde_json::Value::String(text)) => !text.is_empty(),
            _ => false,
        };
        if !there {
            return Err(format!("Properties.{key} is missing."));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_named_or_has_an_arn() {
        for good in ["StudiogateLaunchRole", "a.b@c", "arn:aws:iam::222222222222:role/path/Launch"] {
            assert!(is_role(good), "{good}");
        }
        for bad in [
            "",
            "a b",
            "role/Launch",
            "arn:aws:iam::222:role/Launch",
            "arn:aws:iam::222222222222:user/me",
            &"x".repeat(65),
        ] {
            assert!(!is_role(bad), "{bad}");
        }
    }

    #[test]
    fn a_topic_has_an_arn_and_a_stack_set_its_four_properties() {
        assert!(is_topic("arn:aws:sns:eu-west-1:222222222222:launches") && !is_topic("launches"));
        assert!(!is_topic("arn:aws:sqs:eu-west-1:222222222222:launches"));
        let whole = r#"{"Version":"String","Properties":{"AccountList":["1"],"RegionList":["a"],"AdminRole":"r","ExecutionRole":"e"}}"#;
        assert_eq!(is_stack_set(whole), Ok(()));
        assert!(is_stack_set(&whole.replace("\"1\"", "")).unwrap_err().contains("AccountList"));
        assert!(is_stack_set("[").unwrap_err().contains("no JSON"));
    }
}
