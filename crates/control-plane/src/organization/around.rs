//! What a change is about, as the mirror has it.

use std::collections::BTreeMap;

use domain::organization::{AroundChange, MOST_NODES, PolicyChange};

use crate::{ControlPlane, Result};

impl ControlPlane {
    pub(super) async fn around(&self, change: &PolicyChange) -> Result<AroundChange> {
        let mut around = AroundChange::default();
        if let Some(id) = change.policy() {
            around.policy = self.store().service_control_policies([&id.to_owned()]).await?.remove(id);
            let nodes = self.store().nodes_with_policy(id, "", MOST_NODES).await?;
            let nodes = self.store().organization_nodes_of(nodes.iter().map(String::as_str)).await?;
            around.attached_to = nodes.into_iter().map(|(id, it)| (id, it.node.name)).collect();
        }
        if let Some(id) = change.node() {
            around.node = self.store().organization_node(id).await?;
            let attached = around.node.as_ref().map(|it| it.node.policies.clone()).unwrap_or_default();
            let mut names = self.store().service_control_policy_names(&attached).await?;
            // One whose document was not read counts all the same.
            let listed = attached.into_iter().map(|id| (names.remove(&id).unwrap_or_else(|| id.clone()), id));
            around.on_node = listed.map(|(name, id)| (id, name)).collect::<BTreeMap<_, _>>();
        }
        if let Some((name, _)) = change.document() {
            let holder = self.store().service_control_policy_named(name).await?;
            around.holder = holder.filter(|holder| change.policy() != Some(holder.id.as_str()));
        }
        Ok(around)
    }
}
