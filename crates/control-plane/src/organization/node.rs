use std::collections::BTreeMap;

use domain::action::Action;
use domain::organization::{OrganizationNode, ServiceControlPolicy, TreeNode, effective_policy};
use domain::view::{NodePage, PolicyRef};

use super::{CHOICES, reference};
use crate::{Caller, ControlPlane, Error, Result};

/// A node with everything on its way.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) it: TreeNode,
    /// The nodes above it, root first.
    pub(super) above: Vec<TreeNode>,
    pub(super) policies: BTreeMap<String, ServiceControlPolicy>,
}

impl Way {
    /// The root first, the node itself last; empty where no policy reaches it.
    pub(super) fn nodes(&self) -> Vec<OrganizationNode> {
        if self.it.exempt {
            return Vec::new();
        }
        self.above.iter().chain([&self.it]).map(|it| it.node.clone()).collect()
    }

    fn named(&self, ids: &[String]) -> Vec<PolicyRef> {
        let name = |id: &String| self.policies.get(id).map_or_else(|| id.clone(), |policy| policy.name.clone());
        let mut policies: Vec<PolicyRef> = ids.iter().map(|id| PolicyRef { id: id.clone(), name: name(id) }).collect();
        policies.sort_by(|a, b| a.name.cmp(&b.name));
        policies
    }
}

impl ControlPlane {
    /// One node: what is attached and inherited, and what that comes to.
    pub async fn organization_node(&self, caller: &Caller, id: &str, draft: Option<&str>) -> Result<NodePage> {
        self.authorize_portal(caller, Action::ViewOrganization).await?;
        let way = self.way_to(id).await?.ok_or_else(|| Error::not_found("node of the organization with this id"))?;
        let allowed = self.organization_allowed(caller).await?;
        let attachable = if allowed.has(Action::ManageOrganization) {
            let all = self.store().service_control_policies_after("", CHOICES).await?;
            let attached = &way.it.node.policies;
            let free = all.into_iter().filter(|policy| !attached.contains(&policy.id));
            free.map(|policy| PolicyRef { id: policy.id, name: policy.name }).collect()
        } else {
            Vec::new()
        };
        let standing = self.standing().await?;
        Ok(NodePage {
            node: reference(&way.it),
            above: way.above.iter().map(reference).collect(),
            stages: standing.stages(id),
            projects: standing.projects(id),
            exempt: way.it.exempt,
            attached: way.named(&way.it.node.policies),
            inherited: way.above.iter().map(|up| (reference(up), way.named(&up.node.policies))).collect(),
            effective: effective_policy(&way.nodes(), &way.policies),
            attachable,
            limits: self.settings().scp_limits,
            state: self.store().organization_state().await?,
            allowed,
            form: self.form_state(caller, draft).await?,
        })
    }

    /// The node and what is above it, with their policies; `None` for one that the mirror does not have.
    pub(super) async fn way_to(&self, id: &str) -> Result<Option<Way>> {
        let Some(it) = self.store().organization_node(id).await? else { return Ok(None) };
        let mut known = self.store().organization_nodes_of(it.above.iter().map(String::as_str)).await?;
        let above: Vec<TreeNode> = it.above.iter().filter_map(|id| known.remove(id)).collect();
        let ids = above.iter().chain([&it]).flat_map(|it| &it.node.policies);
        let policies = self.store().service_control_policies(ids).await?;
        Ok(Some(Way { it, above, policies }))
    }
}
