//! Reading changes of service control policies: one that was decided upon, and all of them.

use domain::action::Action;
use domain::id::PolicyChangeId;
use domain::organization::{AppliedChange, ChangeState, PolicyChange, diff};
use domain::view::{AppliedChangePage, Listing, PolicyChangeRow, PolicyChangeView, PolicyChangesPage, PolicyRef};
use store::Order;

use super::reference;
use crate::rows::page_after;
use crate::{Caller, ControlPlane, Result};

impl ControlPlane {
    /// A change that was decided upon, or the caller's own that is still to be looked at.
    pub async fn policy_change(&self, caller: &Caller, id: &str) -> Result<PolicyChangeView> {
        self.authorize_portal(caller, Action::ViewOrganization).await?;
        if let Ok(applied) = id.parse::<PolicyChangeId>()
            && let Some(it) = self.store().policy_change(&applied).await?
        {
            return Ok(PolicyChangeView::Applied(Box::new(self.applied_change(caller, it).await?)));
        }
        Ok(PolicyChangeView::Preview(Box::new(self.policy_change_preview(caller, id).await?)))
    }

    /// Every change that was decided upon, newest first.
    pub async fn policy_changes(&self, caller: &Caller, after: &str) -> Result<PolicyChangesPage> {
        self.authorize_portal(caller, Action::ViewOrganization).await?;
        let page = self.store().policy_changes(&page_after(after, Order::NewestFirst)?).await?;
        let names = self.names([], page.items.iter().map(|it| &it.by)).await?;
        let next = page.next.map(|cursor| cursor.to_string());
        let row = |it: AppliedChange| PolicyChangeRow {
            by: names.person(&it.by),
            id: it.id,
            change: it.change,
            policy_name: it.policy_name,
            node_name: it.node_name,
            state: it.state,
            created_at: it.created_at,
        };
        let items = page.items.into_iter().map(row).collect();
        Ok(PolicyChangesPage { rows: Listing { items, next, filtered: false } })
    }

    async fn applied_change(&self, caller: &Caller, it: AppliedChange) -> Result<AppliedChangePage> {
        let operation = match self.store().operation(&it.operation).await? {
            Some(operation) => Some(self.steps_of(&operation).await?),
            None => None,
        };
        let names = self.names([], [&it.by]).await?;
        let node = match it.change.node() {
            Some(id) => self.store().organization_node(id).await?.as_ref().map(reference),
            None => None,
        };
        // One that is gone has no page.
        let policy = match it.policy().map(str::to_owned) {
            Some(id) => self.store().service_control_policy_names([&id]).await?.remove(&id).map(|name| (id, name)),
            None => None,
        };
        let allowed = self.organization_allowed(caller).await?;
        let manages = allowed.has(Action::ManageOrganization);
        let before = it.before.as_ref().map(|policy| policy.content.as_str()).unwrap_or_default();
        Ok(AppliedChangePage {
            diff: match &it.change {
                PolicyChange::Delete { .. } => diff(before, ""),
                change => change.document().map(|(_, content)| diff(before, content)).unwrap_or_default(),
            },
            undo: it.undo().filter(|_| manages).map(Into::into),
            can_retry: manages && it.state == ChangeState::Failed,
            by: names.person(&it.by),
            policy: policy.map(|(id, name)| PolicyRef { id, name }),
            operation,
            node,
            id: it.id,
            change: it.change,
            policy_name: it.policy_name,
            node_name: it.node_name,
            state: it.state,
            problem: it.problem,
            created_at: it.created_at,
            updated_at: it.updated_at,
            as_of: self.now(),
        })
    }
}
