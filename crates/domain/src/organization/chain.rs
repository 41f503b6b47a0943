//! The way from the root to a node, with its policies read: what every question about the node is asked of.

use std::collections::BTreeMap;

use super::{OrganizationNode, ServiceControlPolicy};
use crate::guardrail::{Forecast, ForeseenCall, Policy, PolicyKind, SizeLimit, forecast};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    /// From the root to the node, by level.
    pub(super) nodes: Vec<OrganizationNode>,
    /// By level, those that could be read, in the order of the node's own list.
    pub(super) levels: Vec<Vec<Policy>>,
    /// Policies that cannot be evaluated, and why.
    pub unreadable: Vec<String>,
}

impl Chain {
    pub fn read(nodes: &[OrganizationNode], policies: &BTreeMap<String, ServiceControlPolicy>) -> Self {
        let mut chain = Self { nodes: nodes.to_vec(), levels: Vec::with_capacity(nodes.len()), unreadable: Vec::new() };
        for node in nodes {
            let mut level = Vec::with_capacity(node.policies.len());
            for id in &node.policies {
                let Some(policy) = policies.get(id) else {
                    chain.unreadable.push(format!("{id} at {}: it was not read", node.name));
                    continue;
                };
                // Verdicts name a policy by its id here: two policies of an organization never share one.
                match Policy::parse_within(SizeLimit::NONE, PolicyKind::ServiceControl, id, &policy.content) {
                    Ok(parsed) => level.push(parsed),
                    Err(error) => chain.unreadable.push(format!("{} at {}: {error}", policy.name, node.name)),
                }
            }
            chain.levels.push(level);
        }
        chain
    }

    /// What the policies will say to a call; in the answer a policy is named by its id.
    pub fn forecast(&self, call: &ForeseenCall<'_>) -> Forecast {
        forecast(&self.levels, call)
    }

    /// The node at a level of the way.
    pub fn node(&self, level: Option<usize>) -> Option<&OrganizationNode> {
        level.and_then(|level| self.nodes.get(level))
    }
}
