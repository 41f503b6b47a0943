//! What of a blueprint cannot be meant as it is written.

use std::collections::BTreeSet;

use super::plan::{Tree, parent};
use super::{DEEPEST, DescribedTagRule, FULL_ACCESS, OrganizationBlueprint, Standing};
use crate::mistake::{Entry, Mistake};
use crate::project::DataClass;
use crate::tag_policy::{TagValues, mistake_in_key};

/// `CreateOrganizationalUnit` and `CreatePolicy` of the API.
const LONGEST_NAME: usize = 128;
const LONGEST_DESCRIPTION: usize = 512;

pub(super) fn mistakes(blueprint: &OrganizationBlueprint, standing: &Standing<'_>, tree: &Tree<'_>) -> Vec<Mistake> {
    let mut mistakes = in_units(blueprint, tree);
    mistakes.extend(in_policies(blueprint, standing, tree));
    mistakes.extend(in_attachments(blueprint, standing, tree));
    mistakes.extend(in_accounts(blueprint, tree));
    mistakes.extend(in_tag_rules(&blueprint.tag_rules));
    mistakes
}

fn is_described(path: &str, blueprint: &OrganizationBlueprint) -> bool {
    blueprint.units.iter().any(|it| it.path == path)
}

fn in_units(blueprint: &OrganizationBlueprint, tree: &Tree<'_>) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut paths = BTreeSet::new();
    for (n, unit) in blueprint.units.iter().enumerate() {
        let mut wrong = |message: String| mistakes.push(Mistake::new([("unit", n), ("path", 0)], message));
        let path = unit.path.as_str();
        if !paths.insert(path) {
            wrong(format!("The unit {path} is described twice."));
        }
        let names: Vec<&str> = path.split('/').collect();
        if names.iter().any(|name| name.trim() != *name || name.is_empty() || name.chars().count() > LONGEST_NAME) {
            wrong(format!(
                "{path:?} is no path of units: names of 1 to {LONGEST_NAME} characters with / between them."
            ));
            continue;
        }
        if names.len() > DEEPEST {
            wrong(format!("The unit {path} is nested deeper than {DEEPEST} levels, which AWS does not allow."));
        }
        let above = parent(path);
        if !above.is_empty() && !is_described(above, blueprint) && !tree.nodes.contains_key(above) {
            wrong(format!("The unit {path} is within {above}, which is not there and not described."));
        }
    }
    mistakes
}

fn in_policies(blueprint: &OrganizationBlueprint, standing: &Standing<'_>, tree: &Tree<'_>) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut names = BTreeSet::new();
    for (n, policy) in blueprint.policies.iter().enumerate() {
        let mut wrong = |field: &'static str, message: String| {
            mistakes.push(Mistake::new([("policy", n), (field, 0)], message));
        };
        let name = policy.name.as_str();
        if !names.insert(name) {
            wrong("name", format!("The policy {name} is described twice."));
        }
        if name.trim().is_empty() || name.chars().count() > LONGEST_NAME {
            wrong("name", format!("{name:?} is no name of a policy: 1 to {LONGEST_NAME} characters."));
        }
        if policy.description.chars().count() > LONGEST_DESCRIPTION {
            let message = format!("The description of {name} has more than {LONGEST_DESCRIPTION} characters.");
            wrong("description", message);
        }
        if tree.policies.get(name).is_some_and(|it| it.aws_managed) {
            wrong("name", format!("The policy {name} is AWS's own: it can be attached, and nobody can change it."));
        } else if let Err(error) = standing.limits.read(name, &policy.document) {
            // Also of a document that is a file of its own, whose lines these are.
            let (line, column) = (error.line, error.column);
            wrong("name", format!("The policy {name}, line {line}, column {column}: {}.", error.message));
        }
    }
    mistakes
}

fn in_attachments(blueprint: &OrganizationBlueprint, standing: &Standing<'_>, tree: &Tree<'_>) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let root = blueprint.root.iter().map(|it| (("root", 0), "", &it.policies));
    let units = blueprint.units.iter().enumerate().map(|(n, it)| (("unit", n), it.path.as_str(), &it.policies));
    for (at, path, attached) in root.chain(units) {
        let place = tree.place(path);
        let mut here = BTreeSet::new();
        for (n, name) in attached.iter().enumerate() {
            let mut wrong = |message: String| mistakes.push(Mistake::new([at, ("policies", n)], message));
            if !here.insert(name) {
                wrong(format!("{name} is attached to {place} twice."));
            }
            let described = blueprint.policies.iter().any(|it| it.name == *name);
            if !described && !tree.policies.contains_key(name.as_str()) {
                wrong(format!("{name} is to be attached to {place}, and there is no such policy."));
            }
        }
        let most = standing.limits.per_node;
        let number = here.len() + usize::from(here.iter().all(|name| *name != FULL_ACCESS));
        if number > most {
            let message = format!("{place} would have {number} policies with {FULL_ACCESS}, and AWS allows {most}.");
            mistakes.push(Mistake::new([at], message));
        }
    }
    mistakes
}

fn in_accounts(blueprint: &OrganizationBlueprint, tree: &Tree<'_>) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut accounts = BTreeSet::new();
    for (n, it) in blueprint.accounts.iter().enumerate() {
        let at: Entry = ("account", n);
        let mut wrong = |field: &'static str, message: String| mistakes.push(Mistake::new([at, (field, 0)], message));
        match tree.named(&it.account).as_slice() {
            [] => wrong("account", format!("There is no account {} in the organization.", it.account)),
            [one] if !accounts.insert(&one.node.id) => {
                wrong("account", format!("The account {} is described twice.", it.account));
            }
            [_] => {}
            _ => wrong("account", format!("Several accounts are called {}: name it by its id.", it.account)),
        }
        if !it.unit.is_empty() && !is_described(&it.unit, blueprint) && !tree.nodes.contains_key(&it.unit) {
            let message =
                format!("The account {} is in {}, which is not there and not described.", it.account, it.unit);
            wrong("unit", message);
        }
    }
    mistakes
}

fn in_tag_rules(described: &[DescribedTagRule]) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut rules = BTreeSet::new();
    for (n, it) in described.iter().enumerate() {
        let mut wrong = |field: &'static str, message: String| {
            mistakes.push(Mistake::new([("tag_rule", n), (field, 0)], message));
        };
        if let Some(message) = mistake_in_key(&it.key) {
            wrong("key", format!("A tag rule: {message}"));
        }
        if let Err(error) = it.values.join("\n").parse::<TagValues>() {
            wrong("values", format!("The tag rule {}: {error}", it.key));
        }
        if !rules.insert((&it.key, it.stage, it.data_class.map(DataClass::as_str))) {
            wrong("key", format!("The tag rule {} is described twice for the same.", it.key));
        }
    }
    mistakes
}
