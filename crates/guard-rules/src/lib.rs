//! Governance rules for templates, in the language of AWS CloudFormation Guard
//! (<https://docs.aws.amazon.com/cfn-guard/latest/ug/what-is-guard.html>).
//!
//! A rule sees the resources whose types it names, as they would be made: once for each way that the template's conditions can
//! turn out. Anything but PASS is a finding. What a rule cannot decide is one too: a rule that skips what it names would else
//! pass by its own mistake.

mod conditions;
mod evaluate;
mod rule;
mod written_out;

#[cfg(test)]
mod tests;

pub use rule::{Rule, RuleError, built_in};

use serde_json::Value;
use template::check::{Checked, MOST_RESOURCES};

/// Holds a template against rules, and adds what they find. One with more resources than CloudFormation takes is held against
/// none: the check of its form refuses it, and nobody can let that pass.
pub fn check(rules: &[Rule], checked: &mut Checked) {
    let resources = checked.document.get("Resources").and_then(Value::as_object);
    if resources.is_some_and(|it| it.len() > MOST_RESOURCES) {
        return;
    }
    let found: Vec<_> = rules.iter().flat_map(|rule| evaluate::findings(rule, checked)).collect();
    checked.add(found);
}
