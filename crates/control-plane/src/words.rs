//! Small texts that more than one page says.

use domain::binding::{AccountValue, BindingSource, ParameterBinding, PersonValue};
use domain::catalog::{Constraint, ConstraintRule};
use domain::parameter::describe_rules;
use domain::project::ProjectAccount;
use domain::view::ConstraintRow;

/// "Ada", "Ada or Grace", "Ada, Grace or Edsger".
pub(crate) fn any_of(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

/// Where the value of a bound parameter comes from.
pub(crate) fn binding(source: &BindingSource) -> String {
    match source {
        BindingSource::Fixed { value } => format!("always {value:?}"),
        BindingSource::FromAccount { value } => format!("from the account: {}", account_value(*value)),
        BindingSource::FromPerson { value } => match value {
            PersonValue::Project | PersonValue::CostCenter | PersonValue::DataClass => {
                format!("from the project: {}", person_value(*value))
            }
            _ => format!("from the person: {}", person_value(*value)),
        },
        BindingSource::Choice { values } => format!("one of {}", any_of(values)),
        BindingSource::Ask => "asked for".to_owned(),
    }
}

pub(crate) fn account_value(value: AccountValue) -> &'static str {
    match value {
        AccountValue::AccountId => "account number",
        AccountValue::Region => "region",
        AccountValue::Stage => "stage",
        AccountValue::VpcId => "VPC",
        AccountValue::SubnetIds => "subnets",
        AccountValue::SecurityGroupIds => "security groups",
        AccountValue::KmsKeyArn => "KMS key",
        AccountValue::StudioDomainId => "shared Studio domain",
    }
}

pub(crate) fn person_value(value: PersonValue) -> &'static str {
    match value {
        PersonValue::StudioUserId => "Studio user id",
        PersonValue::ShortUserId => "Studio user id, cut short",
        PersonValue::Email => "e-mail address",
        PersonValue::Project => "project",
        PersonValue::CostCenter => "cost center",
        PersonValue::DataClass => "data class",
        PersonValue::EnvironmentName => "environment name",
    }
}

/// The bindings of parameters that nobody is asked for, for all accounts and for the given ones alone; what is bound to a
/// secret is not shown.
pub(crate) fn bound(
    bindings: &[ParameterBinding],
    accounts: &[ProjectAccount],
    is_secret: impl Fn(&str) -> bool,
) -> Vec<(String, String)> {
    let place = |binding: &ParameterBinding| match &binding.account {
        None => Some(String::new()),
        Some(id) => accounts.iter().find(|a| &a.account == id).map(|a| format!(" (in {})", a.name)),
    };
    let mut bound: Vec<(String, String)> = bindings
        .iter()
        .filter(|b| !matches!(b.source, BindingSource::Choice { .. } | BindingSource::Ask))
        .filter_map(|b| {
            let place = place(b)?;
            let source = match &b.source {
                BindingSource::Fixed { .. } if is_secret(&b.parameter) => "a hidden value".to_owned(),
                source => binding(source),
            };
            Some((b.parameter.clone(), format!("{source}{place}")))
        })
        .collect();
    bound.sort();
    bound
}

/// What a constraint demands, for those who curate: with where it is told, of which whoever requests has nothing.
pub(crate) fn constraint_for_curators(it: &Constraint) -> ConstraintRow {
    let mut row = constraint(it);
    if let ConstraintRule::Notification { topics } = &it.rule {
        row.rules.clone_from(topics);
    }
    row
}

/// What a constraint demands.
pub(crate) fn constraint(constraint: &Constraint) -> ConstraintRow {
    let mut rules = Vec::new();
    let rule = match &constraint.rule {
        ConstraintRule::Launch { role } => {
            format!("AWS creates the resources with the role {role}, not with yours.")
        }
        ConstraintRule::Template { rules: written } => match describe_rules(written) {
            Ok(sentences) => {
                rules = sentences;
                "The values that can be chosen are limited.".to_owned()
            }
            Err(broken) => format!("Its rules cannot be read, so nothing can be requested: {}.", broken.0),
        },
        ConstraintRule::TagUpdate { allowed: true } => "Tags can be changed later.".to_owned(),
        ConstraintRule::TagUpdate { allowed: false } => "Tags cannot be changed later.".to_owned(),
        ConstraintRule::Notification { .. } => "The platform team is notified of every change.".to_owned(),
        ConstraintRule::StackSet { .. } => "The resources are created in several accounts.".to_owned(),
    };
    let text = if constraint.description.is_empty() { rule } else { format!("{rule} {}", constraint.description) };
    ConstraintRow { text, rules }
}
