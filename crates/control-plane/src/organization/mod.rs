//! The organization and its service control policies: shown from the mirror, changed by operations.

mod apply;
mod around;
mod blueprint;
mod changes;
mod compare;
mod effects;
mod matrix;
mod node;
mod policies;
mod preview;
mod probes;
mod standing;
mod tree;

use domain::action::Action;
use domain::organization::{NodeKind, TreeNode};
use domain::view::{Allowed, NodeRef};
use store::PageRequest;

use crate::authorize::Portal;
use crate::{Caller, ControlPlane, Result};

/// Nodes and policies that a form lets choose from.
const CHOICES: u32 = 300;

const ON_ORGANIZATION: [Action; 4] =
    [Action::ViewOrganization, Action::ProbeGuardrails, Action::ManageOrganization, Action::RefreshCatalog];

impl ControlPlane {
    async fn organization_allowed(&self, caller: &Caller) -> Result<Allowed> {
        self.allowed_actions(caller, &Portal, &ON_ORGANIZATION).await
    }

    /// The root and the units, to choose from.
    async fn units(&self) -> Result<Vec<NodeRef>> {
        let page = PageRequest::oldest(CHOICES);
        let mut units = self.store().organization_nodes(None, Some(NodeKind::Root), &page).await?.items;
        units.extend(self.store().organization_nodes(None, Some(NodeKind::Unit), &page).await?.items);
        Ok(units.iter().map(reference).collect())
    }
}

fn reference(it: &TreeNode) -> NodeRef {
    NodeRef { id: it.node.id.clone(), name: it.node.name.clone(), kind: it.kind }
}
