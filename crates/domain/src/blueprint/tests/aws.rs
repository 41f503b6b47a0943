//! An organization that is changed as AWS changes one.

use std::collections::BTreeMap;

use super::LIMITS;
use crate::blueprint::{BlueprintPlan, FULL_ACCESS, OrganizationBlueprint, OrganizationStep, Standing, plan};
use crate::organization::{NodeKind, Organization, OrganizationNode, ServiceControlPolicy, TreeNode};
use crate::tag_policy::TagRule;

/// An organization that can be changed, as AWS changes one.
#[derive(Clone, Debug)]
pub(super) struct Aws {
    /// By id: path and what is attached. The root is `r`.
    pub(super) units: BTreeMap<String, (String, Vec<String>)>,
    /// By id: name and the unit that it is in.
    pub(super) accounts: BTreeMap<String, (String, String)>,
    pub(super) policies: BTreeMap<String, ServiceControlPolicy>,
    pub(super) tag_rules: Vec<TagRule>,
    made: usize,
}

pub(super) fn policy(id: &str, name: &str, content: &str) -> ServiceControlPolicy {
    let aws_managed = name == FULL_ACCESS;
    let (id, name, content) = (id.to_owned(), name.to_owned(), content.to_owned());
    ServiceControlPolicy { id, name, content, description: String::new(), aws_managed }
}

impl Aws {
    pub(super) fn new() -> Self {
        let full = "p-FullAWSAccess".to_owned();
        Self {
            units: [("r".to_owned(), (String::new(), vec![full.clone()]))].into(),
            accounts: BTreeMap::new(),
            policies: [(full.clone(), policy(&full, FULL_ACCESS, "{}"))].into(),
            tag_rules: Vec::new(),
            made: 0,
        }
    }

    pub(super) fn id_of(&self, path: &str) -> Option<String> {
        self.units.iter().find(|(_, (of, _))| of == path).map(|(id, _)| id.clone())
    }

    pub(super) fn unit(&mut self, path: &str) -> String {
        self.made += 1;
        let id = format!("ou-{}", self.made);
        self.units.insert(id.clone(), (path.to_owned(), vec!["p-FullAWSAccess".to_owned()]));
        id
    }

    pub(super) fn organization(&self) -> Organization {
        let mut paths: Vec<(&String, &(String, Vec<String>))> = self.units.iter().collect();
        // By path: what is above comes before what is within, and the root first.
        paths.sort_by_key(|(_, (path, _))| path.clone());
        let above = |path: &str| -> Vec<String> {
            let mut all = vec!["r".to_owned()];
            let mut so_far = String::new();
            for name in path.split('/') {
                so_far = if so_far.is_empty() { name.to_owned() } else { format!("{so_far}/{name}") };
                all.extend(self.id_of(&so_far).filter(|_| so_far != path && !path.is_empty()));
            }
            all
        };
        let mut nodes = Vec::new();
        for (id, (path, policies)) in paths {
            let kind = if path.is_empty() { NodeKind::Root } else { NodeKind::Unit };
            let name = path.rsplit('/').next().unwrap_or_default().to_owned();
            let above = if kind == NodeKind::Root { Vec::new() } else { above(path) };
            let below: Vec<String> = above.iter().cloned().chain([id.clone()]).collect();
            let node = OrganizationNode { id: id.clone(), name, policies: policies.clone() };
            nodes.push(TreeNode { node, kind, above, exempt: false });
            for (account, (name, _)) in self.accounts.iter().filter(|(_, (_, unit))| unit == id) {
                let node = OrganizationNode { id: account.clone(), name: name.clone(), policies: Vec::new() };
                nodes.push(TreeNode { node, kind: NodeKind::Account, above: below.clone(), exempt: false });
            }
        }
        Organization { nodes, policies: self.policies.values().cloned().collect() }
    }

    /// As AWS would, which keeps at least one policy at every node and no more than so many.
    pub(super) fn make(&mut self, step: &OrganizationStep) {
        match step {
            OrganizationStep::CreatePolicy { name, description, document } => {
                self.made += 1;
                let id = format!("p-{}", self.made);
                let made = ServiceControlPolicy { description: description.clone(), ..policy(&id, name, document) };
                assert!(self.policies.values().all(|it| it.name != *name), "{step}");
                self.policies.insert(id, made);
            }
            OrganizationStep::EditPolicy { policy, description, document, .. } => {
                let there = self.policies.get_mut(policy).unwrap();
                assert!(!there.aws_managed, "{step}");
                (there.description, there.content) = (description.clone(), document.clone());
            }
            OrganizationStep::CreateUnit { within, path, .. } => {
                assert!(self.units.contains_key(within.id.as_ref().unwrap()) && self.id_of(path).is_none(), "{step}");
                self.unit(path);
            }
            OrganizationStep::Attach { policy, node, .. } => {
                let (_, attached) = self.units.get_mut(node.id.as_ref().unwrap()).unwrap();
                assert!(!attached.contains(policy.as_ref().unwrap()) && attached.len() < LIMITS.per_node, "{step}");
                attached.push(policy.clone().unwrap());
            }
            OrganizationStep::Detach { policy, node, .. } => {
                let (_, attached) = self.units.get_mut(node.id.as_ref().unwrap()).unwrap();
                assert!(attached.contains(policy) && attached.len() > 1, "{step}");
                attached.retain(|it| it != policy);
            }
            OrganizationStep::MoveAccount { account, from, to, .. } => {
                let (_, unit) = self.accounts.get_mut(account.as_str()).unwrap();
                assert_eq!(Some(&*unit), from.id.as_ref(), "{step}");
                unit.clone_from(to.id.as_ref().unwrap());
            }
            OrganizationStep::SetTagRule { key, stage, data_class, values } => {
                self.tag_rules.retain(|it| (&it.key, it.stage, it.data_class) != (key, *stage, *data_class));
                self.made += 1;
                self.tag_rules.push(TagRule {
                    id: format!("t-{}", self.made).parse().unwrap(),
                    key: key.clone(),
                    stage: *stage,
                    data_class: *data_class,
                    values: values.clone(),
                    version: 1,
                });
            }
        }
    }

    pub(super) fn plan(&self, blueprint: &OrganizationBlueprint) -> BlueprintPlan {
        let (organization, stages) = (self.organization(), BTreeMap::new());
        let standing =
            Standing { organization: &organization, tag_rules: &self.tag_rules, stages: &stages, limits: LIMITS };
        plan(blueprint, &standing)
    }

    /// Makes the first step that is ready and plans anew, until nothing is left; answers what was done.
    pub(super) fn bring(&mut self, blueprint: &OrganizationBlueprint) -> Vec<String> {
        let confirmed: Vec<String> = self.plan(blueprint).steps.iter().map(OrganizationStep::key).collect();
        let mut done = Vec::new();
        loop {
            let plan = self.plan(blueprint);
            assert_eq!(plan.mistakes, Vec::new());
            assert!(
                plan.steps.iter().all(|step| confirmed.contains(&step.key())),
                "nothing comes that was not looked at"
            );
            let Some(next) = plan.steps.iter().find(|step| step.is_ready()) else {
                assert_eq!(plan.steps, [], "nothing is left that waits");
                return done;
            };
            self.make(next);
            done.push(next.to_string());
            assert!(done.len() <= confirmed.len(), "{done:?}");
        }
    }

    pub(super) fn denies_at(&self, account: &str) -> Vec<String> {
        let unit = &self.accounts[account].1;
        let path = self.units[unit].0.clone();
        let on_way = |of: &str| of.is_empty() || path == *of || path.starts_with(&format!("{of}/"));
        let on: Vec<&String> = self.units.values().filter(|(of, _)| on_way(of)).flat_map(|(_, at)| at).collect();
        on.into_iter().map(|id| self.policies[id].name.clone()).filter(|name| name != FULL_ACCESS).collect()
    }
}
