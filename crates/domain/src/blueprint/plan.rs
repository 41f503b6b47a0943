//! What has to be done so that an organization is as a blueprint describes it.

use std::collections::{BTreeMap, BTreeSet};

use super::mistakes::mistakes;
use super::{FULL_ACCESS, OrganizationBlueprint, OrganizationStep, Place};
use crate::id::AccountId;
use crate::mistake::Mistake;
use crate::organization::{NodeKind, Organization, ScpLimits, ServiceControlPolicy, TreeNode};
use crate::project::Stage;
use crate::tag_policy::{TagRule, TagValues};

/// What there is.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    pub organization: &'a Organization,
    pub tag_rules: &'a [TagRule],
    /// The stages of the projects' accounts in the portal.
    pub stages: &'a BTreeMap<AccountId, Stage>,
    pub limits: ScpLimits,
}

/// See [`plan`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlueprintPlan {
    /// In an order in which they can be made: whatever forbids something is there before an account comes under it, and goes after.
    pub steps: Vec<OrganizationStep>,
    /// Why it cannot be meant as it is written: nothing is done then.
    pub mistakes: Vec<Mistake>,
    /// What there is and the blueprint does not describe: it stays.
    pub stays: Vec<String>,
    /// What the portal does not do by itself, and somebody should look at.
    pub notices: Vec<String>,
}

impl BlueprintPlan {
    /// The same plan has the same one.
    pub fn fingerprint(&self) -> String {
        let keys: Vec<String> = self.steps.iter().map(OrganizationStep::key).collect();
        crate::organization::fingerprint(&keys.join("\n"))
    }
}

/// Compares; nothing that is not described is ever changed but for what is attached to a described node.
pub fn plan(blueprint: &OrganizationBlueprint, standing: &Standing<'_>) -> BlueprintPlan {
    let tree = Tree::of(standing.organization);
    let mut plan = BlueprintPlan { mistakes: mistakes(blueprint, standing, &tree), ..BlueprintPlan::default() };
    if !plan.mistakes.is_empty() {
        return plan;
    }
    policies(blueprint, &tree, &mut plan);
    units(blueprint, &tree, &mut plan);
    let (attach, detach) = attachments(blueprint, &tree, standing.limits);
    plan.steps.extend(attach);
    accounts(blueprint, &tree, &mut plan);
    plan.steps.extend(detach);
    tag_rules(blueprint, standing.tag_rules, &mut plan);
    stages(blueprint, standing, &tree, &mut plan);
    stays(blueprint, &tree, &mut plan);
    plan
}

/// The organization by names.
pub(super) struct Tree<'a> {
    /// Units and the root by path; the root has the empty one.
    pub(super) nodes: BTreeMap<String, &'a TreeNode>,
    accounts: Vec<&'a TreeNode>,
    pub(super) policies: BTreeMap<&'a str, &'a ServiceControlPolicy>,
    /// Paths by id.
    paths: BTreeMap<&'a str, String>,
}

impl<'a> Tree<'a> {
    fn of(organization: &'a Organization) -> Self {
        let mut paths: BTreeMap<&str, String> = BTreeMap::new();
        let mut nodes = BTreeMap::new();
        // Depth first: what is above comes before.
        for it in organization.nodes.iter().filter(|it| it.kind != NodeKind::Account) {
            let above = it.above.last().and_then(|id| paths.get(id.as_str()));
            let path = match (it.kind, above) {
                (NodeKind::Root, _) => String::new(),
                (_, Some(above)) if !above.is_empty() => format!("{above}/{}", it.node.name),
                _ => it.node.name.clone(),
            };
            nodes.insert(path.clone(), it);
            paths.insert(it.node.id.as_str(), path);
        }
        Self {
            nodes,
            paths,
            accounts: organization.nodes.iter().filter(|it| it.kind == NodeKind::Account).collect(),
            policies: organization.policies.iter().map(|it| (it.name.as_str(), it)).collect(),
        }
    }

    pub(super) fn place(&self, path: &str) -> Place {
        Place { path: path.to_owned(), id: self.nodes.get(path).map(|it| it.node.id.clone()) }
    }

    /// The account of an id, or else those of a name.
    pub(super) fn named(&self, name: &str) -> Vec<&'a TreeNode> {
        let of_id = self.accounts.iter().filter(|it| it.node.id == name).copied().collect::<Vec<_>>();
        if of_id.is_empty() { self.accounts.iter().filter(|it| it.node.name == name).copied().collect() } else { of_id }
    }

    fn path_of(&self, account: &TreeNode) -> String {
        account.above.last().and_then(|id| self.paths.get(id.as_str()).cloned()).unwrap_or_default()
    }

    fn policy_name(&self, id: &str) -> String {
        let found = self.policies.values().find(|it| it.id == id);
        found.map_or_else(|| id.to_owned(), |it| it.name.clone())
    }
}

/// The nodes that are described, with all that is to be attached there.
fn described(blueprint: &OrganizationBlueprint) -> impl Iterator<Item = (&str, &[String])> {
    let root = blueprint.root.iter().map(|it| ("", it.policies.as_slice()));
    root.chain(blueprint.units.iter().map(|it| (it.path.as_str(), it.policies.as_slice())))
}

pub(super) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(above, _)| above)
}

fn policies(blueprint: &OrganizationBlueprint, tree: &Tree<'_>, plan: &mut BlueprintPlan) {
    for it in &blueprint.policies {
        let (name, description, document) = (it.name.clone(), it.description.clone(), it.document.clone());
        match tree.policies.get(it.name.as_str()) {
            None => plan.steps.push(OrganizationStep::CreatePolicy { name, description, document }),
            Some(there) if (&there.description, &there.content) == (&description, &document) => {}
            Some(there) => {
                let policy = there.id.clone();
                plan.steps.push(OrganizationStep::EditPolicy { policy, name, description, document });
            }
        }
    }
}

/// What is above is made before what is within.
fn units(blueprint: &OrganizationBlueprint, tree: &Tree<'_>, plan: &mut BlueprintPlan) {
    let mut missing: Vec<&str> =
        blueprint.units.iter().map(|it| it.path.as_str()).filter(|path| !tree.nodes.contains_key(*path)).collect();
    missing.sort_by_key(|path| path.matches('/').count());
    for path in missing {
        let name = path.rsplit('/').next().unwrap_or(path).to_owned();
        let within = tree.place(parent(path));
        plan.steps.push(OrganizationStep::CreateUnit { within, name, path: path.to_owned() });
    }
}

/// What is attached, and what is detached afterwards; before, where there would be too many otherwise.
fn attachments(
    blueprint: &OrganizationBlueprint,
    tree: &Tree<'_>,
    limits: ScpLimits,
) -> (Vec<OrganizationStep>, Vec<OrganizationStep>) {
    let (mut first, mut last) = (Vec::new(), Vec::new());
    for (path, wanted) in described(blueprint) {
        let node = tree.place(path);
        let there: Vec<(String, String)> = match tree.nodes.get(path) {
            Some(it) => it.node.policies.iter().map(|id| (tree.policy_name(id), id.clone())).collect(),
            None => Vec::new(),
        };
        let attach = wanted.iter().filter(|name| !there.iter().any(|(it, _)| it == *name)).map(|name| {
            let policy = tree.policies.get(name.as_str()).map(|it| it.id.clone());
            OrganizationStep::Attach { name: name.clone(), policy, node: node.clone() }
        });
        let detach = there
            .iter()
            .filter(|(name, _)| name != FULL_ACCESS && !wanted.contains(name))
            .map(|(name, id)| OrganizationStep::Detach { name: name.clone(), policy: id.clone(), node: node.clone() });
        let (attach, detach): (Vec<_>, Vec<_>) = (attach.collect(), detach.collect());
        // AWS keeps at least one at every node: one of them stays until another is there.
        if there.len() + attach.len() > limits.per_node && there.len() > detach.len() {
            first.extend(detach);
            first.extend(attach);
        } else {
            first.extend(attach);
            last.extend(detach);
        }
    }
    (first, last)
}

fn accounts(blueprint: &OrganizationBlueprint, tree: &Tree<'_>, plan: &mut BlueprintPlan) {
    for it in &blueprint.accounts {
        let found = tree.named(&it.account);
        let [one] = found.as_slice() else { continue };
        let from = tree.path_of(one);
        let Ok(account) = one.node.id.parse::<AccountId>() else { continue };
        if from != it.unit {
            let (from, to) = (tree.place(&from), tree.place(&it.unit));
            plan.steps.push(OrganizationStep::MoveAccount { account, name: one.node.name.clone(), from, to });
        }
    }
}

fn tag_rules(blueprint: &OrganizationBlueprint, there: &[TagRule], plan: &mut BlueprintPlan) {
    for it in &blueprint.tag_rules {
        let Ok(values) = it.values.join("\n").parse::<TagValues>() else { continue };
        let same = |rule: &&TagRule| (&rule.key, rule.stage, rule.data_class) == (&it.key, it.stage, it.data_class);
        if there.iter().find(same).is_none_or(|rule| rule.values != values) {
            let (key, stage, data_class) = (it.key.clone(), it.stage, it.data_class);
            plan.steps.push(OrganizationStep::SetTagRule { key, stage, data_class, values });
        }
    }
}

/// The stage of a project's account in the portal against that of the unit that the account is in, or will be.
fn stages(blueprint: &OrganizationBlueprint, standing: &Standing<'_>, tree: &Tree<'_>, plan: &mut BlueprintPlan) {
    let of_units: BTreeMap<&str, Stage> =
        blueprint.units.iter().filter_map(|it| Some((it.path.as_str(), it.stage?))).collect();
    for it in &tree.accounts {
        let Ok(account) = it.node.id.parse::<AccountId>() else { continue };
        let Some(stage) = standing.stages.get(&account) else { continue };
        let moved = blueprint
            .accounts
            .iter()
            .find(|described| tree.named(&described.account).iter().any(|found| found.node.id == it.node.id));
        let path = moved.map_or_else(|| tree.path_of(it), |described| described.unit.clone());
        // The unit of the account itself, or the nearest above that has a stage.
        let mut at = path.as_str();
        let unit = loop {
            match of_units.get(at) {
                Some(stage) => break Some((at, *stage)),
                None if at.is_empty() => break None,
                None => at = parent(at),
            }
        };
        if let Some((unit, wanted)) = unit.filter(|(_, wanted)| wanted != stage) {
            plan.notices.push(format!(
                "The account {} is in {unit}, for {}, and the portal has it as {}: change it at its project, or move the account.",
                it.node.name,
                wanted.label(),
                stage.label()
            ));
        }
    }
}

fn stays(blueprint: &OrganizationBlueprint, tree: &Tree<'_>, plan: &mut BlueprintPlan) {
    let described: BTreeSet<&str> = blueprint.units.iter().map(|it| it.path.as_str()).collect();
    let units = tree.nodes.keys().filter(|path| !path.is_empty() && !described.contains(path.as_str()));
    plan.stays.extend(units.map(|path| format!("the organizational unit {path}")));
    let policies = tree.policies.values().filter(|it| !it.aws_managed);
    let policies = policies.filter(|it| blueprint.policies.iter().all(|described| described.name != it.name));
    plan.stays.extend(policies.map(|it| format!("the policy {}", it.name)));
}
