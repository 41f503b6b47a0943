//! Template parameters: whether a value fits, by CloudFormation's rules and by a portfolio's TEMPLATE constraints.

mod rules;
mod validate;

pub use rules::{BrokenRules, RuleViolation, check_rules, narrow};
pub use validate::validate;
