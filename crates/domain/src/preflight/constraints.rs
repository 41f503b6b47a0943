//! Template constraints of the portfolio.

use std::collections::BTreeMap;

use super::{Check, Finding, Verdict, Who};
use crate::catalog::{Constraint, ConstraintRule};
use crate::parameter::{check_rules, undecided_rules};

/// What the rules say to the values, as far as they are known. `is_asked`: whether whoever requests decides a parameter.
pub fn constraints(
    constraints: &[Constraint],
    values: &BTreeMap<String, String>,
    is_asked: impl Fn(&str) -> bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut any = false;
    for constraint in constraints {
        let ConstraintRule::Template { rules } = &constraint.rule else { continue };
        any = true;
        match check_rules(rules, values) {
            Err(error) => {
                let why = format!("Template constraint {} cannot be read: {}", constraint.id, error.0);
                findings.push(
                    Finding::new(Check::Constraints, Verdict::NotAssessed, "", why)
                        .mended_by(Who::PlatformTeam, "Mend the constraint."),
                );
            }
            Ok(violations) => findings.extend(violations.into_iter().map(|violation| {
                let asked = violation.parameters.iter().any(|parameter| is_asked(parameter));
                let (who, what) = if asked {
                    (Who::Requester, "Choose other values.")
                } else {
                    (Who::PlatformTeam, "The platform sets what it refuses: mend the binding, or the constraint.")
                };
                Finding::new(Check::Constraints, Verdict::Denied, violation.parameters.join(", "), violation.message)
                    .mended_by(who, what)
            })),
        }
        findings.extend(undecided_rules(rules, values).unwrap_or_default().into_iter().map(|rule| {
            let why = "Whether the values keep to it shows when all are filled, or only at AWS.";
            Finding::new(Check::Constraints, Verdict::NotAssessed, rule, why)
        }));
    }
    if findings.is_empty() {
        let why = if any { "The values keep to every rule." } else { "The product has none." };
        findings.push(Finding::new(Check::Constraints, Verdict::Fine, "", why));
    }
    findings
}
