//! The effective policy of a node: what is denied after all levels, and what each level lets through.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Chain, OrganizationNode, ServiceControlPolicy};
use crate::guardrail::{Clause, Effect, Policy};

/// A statement that reaches the node, with the policy and the level that it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectiveStatement {
    pub policy_id: String,
    pub policy: String,
    pub node_id: String,
    /// The name of the node that the policy is attached to.
    pub node: String,
    /// 0 is the root.
    pub level: usize,
    pub statement: String,
    pub effect: Effect,
    pub actions: Vec<String>,
    pub all_but: bool,
    /// Empty: every resource.
    pub resources: Vec<String>,
    pub all_resources_but: bool,
    /// In words; it holds where all of them are met.
    pub conditions: Vec<String>,
}

impl EffectiveStatement {
    fn new(clause: Clause, policy: &Policy, name: &str, node: &OrganizationNode, level: usize) -> Self {
        Self {
            policy_id: policy.name().to_owned(),
            policy: name.to_owned(),
            node_id: node.id.clone(),
            node: node.name.clone(),
            level,
            statement: clause.statement.to_string(),
            effect: clause.effect,
            actions: clause.actions,
            all_but: clause.all_but,
            resources: clause.resources,
            all_resources_but: clause.all_resources_but,
            conditions: clause.conditions_in_words,
        }
    }

    /// Whether the other says the same, wherever either is attached.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        (&self.policy_id, &self.statement, self.effect) == (&other.policy_id, &other.statement, other.effect)
            && self.actions == other.actions
    }
}

/// What one level lets through. A call has to be let through by every level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectiveLevel {
    pub node_id: String,
    pub node: String,
    /// Some statement allows every action on every resource, under no condition.
    pub everything: bool,
    /// What is allowed where not everything is.
    pub allowed: Vec<EffectiveStatement>,
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectivePolicy {
    pub denied: Vec<EffectiveStatement>,
    /// Root first.
    pub levels: Vec<EffectiveLevel>,
    /// Policies that cannot be evaluated here, and why: what they say is not among the above.
    pub unreadable: Vec<String>,
}

/// What reaches the last node of `nodes`, which are the way to it, root first.
pub fn effective_policy(
    nodes: &[OrganizationNode],
    policies: &BTreeMap<String, ServiceControlPolicy>,
) -> EffectivePolicy {
    let chain = Chain::read(nodes, policies);
    let mut found = EffectivePolicy { unreadable: chain.unreadable.clone(), ..EffectivePolicy::default() };
    for (level, (node, attached)) in chain.nodes.iter().zip(&chain.levels).enumerate() {
        let (mut everything, mut allowed) = (false, Vec::new());
        for policy in attached {
            let name = policies.get(policy.name()).map_or_else(|| policy.name(), |policy| policy.name.as_str());
            for clause in policy.clauses() {
                everything |= clause.effect == Effect::Allow && clause.is_everything();
                let list = if clause.effect == Effect::Deny { &mut found.denied } else { &mut allowed };
                list.push(EffectiveStatement::new(clause, policy, name, node, level));
            }
        }
        if everything {
            allowed.clear();
        }
        let (node_id, node) = (node.id.clone(), node.name.clone());
        found.levels.push(EffectiveLevel { node_id, node, everything, allowed });
    }
    found
}

/// The statements of one policy, for its own page; no level.
pub fn statements_of(policy: &ServiceControlPolicy, parsed: &Policy) -> Vec<EffectiveStatement> {
    let nowhere = OrganizationNode { id: String::new(), name: String::new(), policies: Vec::new() };
    parsed
        .clauses()
        .map(|clause| {
            let statement = EffectiveStatement::new(clause, parsed, &policy.name, &nowhere, 0);
            EffectiveStatement { policy_id: policy.id.clone(), ..statement }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: &str, policies: &[&str]) -> OrganizationNode {
        OrganizationNode {
            id: id.into(),
            name: id.to_uppercase(),
            policies: policies.iter().map(|p| (*p).into()).collect(),
        }
    }

    fn policies() -> BTreeMap<String, ServiceControlPolicy> {
        let policy = |id: &str, statement: &str| {
            let content = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
            let name = format!("name of {id}");
            (id.to_owned(), ServiceControlPolicy { id: id.into(), name, content, ..Default::default() })
        };
        [
            policy("full", r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#),
            policy("few", r#"{"Sid":"Few","Effect":"Allow","Action":["s3:*","sagemaker:*"],"Resource":"*"}"#),
            policy("no", r#"{"Sid":"No","Effect":"Deny","Action":"sagemaker:CreateEndpoint","Resource":"*"}"#),
            (
                "bad".into(),
                ServiceControlPolicy {
                    id: "bad".into(),
                    name: "bad".into(),
                    content: "{".into(),
                    ..Default::default()
                },
            ),
        ]
        .into()
    }

    #[test]
    fn denials_of_every_level_reach_the_node_and_every_level_says_what_it_lets_through() {
        let nodes = [node("r", &["full"]), node("ou", &["few", "no"]), node("acc", &["full", "no"])];
        let found = effective_policy(&nodes, &policies());
        let denied: Vec<_> = found.denied.iter().map(|d| (d.policy.as_str(), d.node.as_str(), d.level)).collect();
        assert_eq!(denied, [("name of no", "OU", 1), ("name of no", "ACC", 2)]);
        let everything: Vec<bool> = found.levels.iter().map(|level| level.everything).collect();
        assert_eq!(everything, [true, false, true]);
        assert_eq!(found.levels[1].allowed[0].actions, ["s3:*", "sagemaker:*"]);
        assert!(found.levels[0].allowed.is_empty() && found.unreadable.is_empty());
        assert!(found.denied[0].says_the_same_as(&found.denied[1]));
    }

    #[test]
    fn what_cannot_be_read_is_named_and_a_level_without_policies_lets_nothing_through() {
        let found = effective_policy(&[node("r", &["full", "bad", "gone"]), node("ou", &[])], &policies());
        assert_eq!(found.unreadable.len(), 2);
        assert!(found.unreadable[0].starts_with("bad at R: line 1"), "{found:?}");
        assert!(!found.levels[1].everything && found.levels[1].allowed.is_empty());
    }
}
