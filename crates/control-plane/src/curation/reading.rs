//! Reading changes of the catalog: one, and all of them.

use domain::action::Action;
use domain::curation::AppliedCatalogChange;
use domain::id::CatalogChangeId;
use domain::organization::ChangeState;
use domain::view::{CatalogChangePage, CatalogChangeRow, CatalogChangesPage, Listing};
use store::Order;

use crate::rows::page_after;
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// Every change that was asked for, newest first.
    pub async fn catalog_changes(&self, caller: &Caller, after: &str) -> Result<CatalogChangesPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let page = self.store().catalog_changes(&page_after(after, Order::NewestFirst)?).await?;
        let names = self.names([], page.items.iter().map(|it| &it.by)).await?;
        let next = page.next.map(|cursor| cursor.to_string());
        let row = |it: AppliedCatalogChange| CatalogChangeRow {
            by: names.person(&it.by),
            id: it.id,
            change: it.change,
            named: it.named,
            state: it.state,
            created_at: it.created_at,
        };
        let items = page.items.into_iter().map(row).collect();
        Ok(CatalogChangesPage { rows: Listing { items, next, filtered: false } })
    }

    /// One change with how far it is.
    pub async fn catalog_change(&self, caller: &Caller, id: &CatalogChangeId) -> Result<CatalogChangePage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let it = self.store().catalog_change(id).await?.ok_or_else(|| Error::not_found("change with this id"))?;
        let operation = match self.store().operation(&it.operation).await? {
            Some(operation) => Some(self.steps_of(&operation).await?),
            None => None,
        };
        let manages = self.administration_allowed(caller).await?.has(Action::ManageCatalog);
        // The mirror has what is new only once it was read again, and not what is deleted.
        let product = match it.change.product().or(it.made.product.as_ref()) {
            Some(id) => self.store().product(id).await?.map(|product| product.id),
            None => None,
        };
        let portfolio = match it.change.portfolio().or(it.made.portfolio.as_ref()) {
            Some(id) => self.store().portfolio(&it.region, id).await?.map(|portfolio| portfolio.id),
            None => None,
        };
        let template = match it.change.template() {
            Some(id) => self.store().template(id).await?.map(|template| template.id),
            None => None,
        };
        let changed_since = it.state == ChangeState::Applied && self.changed_since(&it).await?;
        let undo = match it.undo().filter(|_| manages && !changed_since) {
            // What was taken back already is not there to be taken back.
            Some(undo) if undo.mistakes(&self.around_catalog_change(&undo, &it.region).await?).is_empty() => Some(undo),
            _ => None,
        };
        Ok(CatalogChangePage {
            template,
            undo,
            changed_since,
            can_retry: manages && it.state == ChangeState::Failed,
            by: self.names([], [&it.by]).await?.person(&it.by),
            product,
            portfolio,
            operation,
            id: it.id,
            change: it.change,
            named: it.named,
            state: it.state,
            problem: it.problem,
            created_at: it.created_at,
            updated_at: it.updated_at,
            as_of: self.now(),
        })
    }
}
