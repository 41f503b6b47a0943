//! What it means to remove something, said before the button is pressed.

use domain::access::ProductAccess;
use domain::approval::ApproverAssignment;
use domain::binding::{BindingSource, ParameterBinding, never_asked};
use domain::catalog::Parameter;
use domain::person::{Grant, GroupMapping, PlatformRole, ProjectRole};
use domain::view::Removal;

fn removal(consequence: impl Into<String>) -> Removal {
    Removal { consequence: consequence.into(), blocked: false }
}

/// "1 environment lives in it."
pub(super) fn living(number: i64) -> String {
    if number == 1 { "1 environment lives in it.".to_owned() } else { format!("{number} environments live in it.") }
}

pub(super) fn of_account(name: &str, environments: i64) -> Removal {
    if environments > 0 {
        let consequence = format!("{} Terminate them first: the portal could not reach them.", living(environments));
        return Removal { consequence, blocked: true };
    }
    removal(format!(
        "Nothing can be requested into {name} any more, and what was approved for it fails. Nothing changes in AWS."
    ))
}

pub(super) fn of_floor() -> Removal {
    removal(
        "Requests that are made from now on are decided by the rule of their product. Those that wait keep their steps.",
    )
}

pub(super) fn of_approver(it: &ApproverAssignment) -> Removal {
    removal(format!(
        "At once, people of {} no longer decide there as {}. Where nobody else can, an admin decides; what they decided stays.",
        it.group,
        it.who.plural()
    ))
}

pub(super) fn of_access(access: &ProductAccess) -> Removal {
    removal(format!(
        "Nobody in {} can request it in {} any more, and a request that waits there cannot be provisioned. What runs \
         goes on.",
        access.project,
        access.stage.label()
    ))
}

pub(super) fn of_binding(binding: &ParameterBinding, all: &[ParameterBinding], parameters: &[Parameter]) -> Removal {
    let key = &binding.parameter;
    let others = |b: &&ParameterBinding| b.parameter == *key && b.account.is_none() && b.id != binding.id;
    if binding.account.is_some() && all.iter().any(|b| others(&b)) {
        return removal("The binding for all accounts then holds in this account too.");
    }
    let Some(parameter) = parameters.iter().find(|p| p.key == *key) else {
        return removal(format!("No version that can be requested has the parameter {key}: nothing changes."));
    };
    removal(if !never_asked(parameter) {
        let asked = matches!(binding.source, BindingSource::Ask);
        if asked {
            "People are still asked for it.".to_owned()
        } else {
            "People are asked for it from then on.".to_owned()
        }
    } else if parameter.default.is_some() {
        "Nobody may choose it: the template's default holds from then on.".to_owned()
    } else {
        "Nobody may choose it, and the template has no default: requests are refused until it is bound again."
            .to_owned()
    })
}

/// Whether nobody would be an admin any more without the mapping.
pub(super) fn is_last_admin(mapping: &GroupMapping, others: &[GroupMapping], bootstrapped: bool) -> bool {
    let admin = |m: &GroupMapping| m.grant == Grant::Platform { role: PlatformRole::Admin };
    admin(mapping) && !bootstrapped && !others.iter().any(|m| m.id != mapping.id && admin(m))
}

pub(super) fn of_mapping(mapping: &GroupMapping, all: &[GroupMapping], bootstrapped: bool) -> Removal {
    if is_last_admin(mapping, all, bootstrapped) {
        let consequence = "It is the last that makes anybody an admin. Add another admin group first.".to_owned();
        return Removal { consequence, blocked: true };
    }
    let what = match &mapping.grant {
        Grant::Platform { role: PlatformRole::Admin } => "are no longer admins".to_owned(),
        Grant::Platform { role: PlatformRole::Auditor } => "are no longer auditors".to_owned(),
        Grant::Project { project, role: ProjectRole::Lead } => format!("no longer decide requests of {project}"),
        Grant::Project { project, role: ProjectRole::Member } => {
            format!("can no longer request anything for {project}, nor open what they have there")
        }
    };
    removal(format!(
        "At once, people of {} {what}, unless another group gives them the role. What runs goes on.",
        mapping.group
    ))
}
