use std::collections::BTreeSet;

use domain::action::Action;
use domain::view::{OrganizationPage, OrganizationQuery, OrganizationRow, PolicyRef};
use store::{Cursor, PageRequest};

use super::reference;
use crate::{Caller, ControlPlane, Error, Result};

/// Nodes on one page.
const SHOWN: u32 = 100;

/// A place in the tree, as the address has it.
pub(super) fn cursor(text: &str) -> Result<Option<Cursor>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Error::field("after", "There is no such page of this list."))
}

impl ControlPlane {
    /// The tree, or the part of it below one node, with the policies on each node.
    pub async fn organization(&self, caller: &Caller, query: OrganizationQuery) -> Result<OrganizationPage> {
        self.authorize_portal(caller, Action::ViewOrganization).await?;
        let within = match query.within.as_str() {
            "" => None,
            id => Some(self.store().organization_node(id).await?.ok_or_else(|| Error::not_found("node with this id"))?),
        };
        let page = PageRequest::oldest(SHOWN).after(cursor(&query.after)?);
        let found = self.store().organization_nodes(within.as_ref().map(|it| it.node.id.as_str()), None, &page).await?;
        let above: BTreeSet<&str> = found.items.iter().flat_map(|it| &it.above).map(String::as_str).collect();
        let above = self.store().organization_nodes_of(above).await?;
        let all = found.items.iter().chain(above.values()).flat_map(|it| &it.node.policies);
        let names = self.store().service_control_policy_names(all).await?;
        let references = |ids: BTreeSet<&String>| -> Vec<PolicyRef> {
            let name = |id: &String| names.get(id).unwrap_or(id).clone();
            ids.into_iter().map(|id| PolicyRef { id: id.clone(), name: name(id) }).collect()
        };
        let standing = self.standing().await?;
        let rows = found
            .items
            .iter()
            .map(|it| {
                let attached: BTreeSet<&String> = it.node.policies.iter().collect();
                let inherited = it.above.iter().filter_map(|id| above.get(id)).flat_map(|up| &up.node.policies);
                OrganizationRow {
                    node: reference(it),
                    depth: it.above.len(),
                    stages: standing.stages(&it.node.id),
                    projects: standing.projects(&it.node.id),
                    inherited: references(inherited.filter(|id| !attached.contains(id)).collect()),
                    attached: references(attached),
                    exempt: it.exempt,
                }
            })
            .collect();
        Ok(OrganizationPage {
            rows,
            next: found.next.map(|cursor| cursor.to_string()),
            within: within.as_ref().map(reference),
            query,
            state: self.store().organization_state().await?,
        })
    }
}
