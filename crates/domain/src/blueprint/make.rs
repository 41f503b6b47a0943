//! What an organization will be once a step is made.

use super::{FULL_ACCESS, OrganizationStep, Place};
use crate::organization::{NodeKind, Organization, OrganizationNode, ServiceControlPolicy, TreeNode};

impl OrganizationStep {
    /// Makes the step in what was read. What is new has its path or name in the place of the id that AWS will give it.
    pub fn make(&self, it: &mut Organization) {
        match self {
            Self::CreatePolicy { name, description, document } => it.policies.push(ServiceControlPolicy {
                id: name.clone(),
                name: name.clone(),
                description: description.clone(),
                content: document.clone(),
                aws_managed: false,
            }),
            Self::EditPolicy { policy, description, document, .. } => {
                if let Some(there) = it.policies.iter_mut().find(|there| there.id == *policy) {
                    there.description.clone_from(description);
                    there.content.clone_from(document);
                }
            }
            Self::CreateUnit { within, name, path } => {
                let Some(at) = position(it, within) else { return };
                let parent = &it.nodes[at];
                let above = parent.way().cloned().collect();
                let full = it.policies.iter().find(|policy| policy.name == FULL_ACCESS);
                let policies = full.map(|policy| policy.id.clone()).into_iter().collect();
                let node = OrganizationNode { id: path.clone(), name: name.clone(), policies };
                let exempt = parent.exempt;
                it.nodes.insert(at + 1, TreeNode { node, kind: NodeKind::Unit, above, exempt });
            }
            Self::Attach { name, policy, node } => {
                let policy = policy.clone().unwrap_or_else(|| name.clone());
                if let Some(at) = position(it, node) {
                    it.nodes[at].node.policies.push(policy);
                }
            }
            Self::Detach { policy, node, .. } => {
                if let Some(at) = position(it, node) {
                    it.nodes[at].node.policies.retain(|there| there != policy);
                }
            }
            Self::MoveAccount { account, to, .. } => {
                let from = it.nodes.iter().position(|node| node.node.id == account.as_str());
                let Some(mut moved) = from.map(|at| it.nodes.remove(at)) else { return };
                if let Some(at) = position(it, to) {
                    moved.above = it.nodes[at].way().cloned().collect();
                    it.nodes.insert(at + 1, moved);
                }
            }
            Self::SetTagRule { .. } => {}
        }
    }
}

fn position(it: &Organization, place: &Place) -> Option<usize> {
    let id = place.id.as_ref().unwrap_or(&place.path);
    it.nodes.iter().position(|node| node.kind != NodeKind::Account && node.node.id == *id)
}
