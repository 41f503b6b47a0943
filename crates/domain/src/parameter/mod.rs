//! Template parameters: whether a value fits, by CloudFormation's rules and by a portfolio's TEMPLATE constraints.

mod allowed;
mod describe;
mod expression;
mod instances;
mod kind;
mod narrow;
mod rules;
mod validate;

pub use allowed::AllowedValues;
pub use describe::describe_rules;
pub use instances::{outside_instances, within_instances};
pub(crate) use kind::{Item, Kind};
pub use narrow::narrow;
pub(crate) use rules::Rules;
pub use rules::{BrokenRules, RuleViolation, check_rules, parameters_of_rules, undecided_rules};
pub(crate) use validate::Limits;
pub use validate::{has_unreadable_pattern, validate};
