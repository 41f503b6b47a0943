//! Reading changes of the catalog: one, and all of them.

use std::collections::BTreeSet;

use domain::action::Action;
use domain::curation::{AppliedCatalogChange, CatalogChange, NewConstraint};
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
        let taken_back = self.store().takings_back(page.items.iter().map(|it| &it.id)).await?;
        let row = |it: AppliedCatalogChange| CatalogChangeRow {
            by: names.person(&it.by),
            was: it.was(),
            takes_back: it.takes_back.is_some(),
            taken_back: taken_back.contains_key(&it.id),
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
        let taken_back_by = self.store().takings_back([&it.id]).await?.remove(&it.id);
        let (undo, no_way_back) = match taken_back_by {
            Some(_) => (None, None),
            None => match self.way_back(&it).await? {
                Ok(undo) => (undo.filter(|_| manages), None),
                Err(why) => (None, Some(why)),
            },
        };
        Ok(CatalogChangePage {
            template,
            undo,
            no_way_back,
            taken_back_by,
            takes_back: it.takes_back.clone(),
            was: it.was(),
            deletes: deleted(&it),
            asks: self.asked_by_new_version(&it).await?,
            obstacles: self.obstacles_by(&it).await?,
            follows: it.rest.iter().flatten().map(|it| (it.change.clone(), it.named.clone())).collect(),
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

    /// What takes a change back, if it was made; or why nothing does.
    async fn way_back(&self, it: &AppliedCatalogChange) -> Result<std::result::Result<Option<CatalogChange>, String>> {
        if it.state != ChangeState::Applied {
            return Ok(Ok(None));
        }
        let Some(undo) = it.undo() else {
            let why = match it.change {
                CatalogChange::AddProduct { .. } => {
                    "Nothing takes it back, for the product may be in use: its versions can be deactivated, and it can be deleted, on its page."
                }
                CatalogChange::DeleteProduct { .. } | CatalogChange::DeleteVersion { .. } => {
                    "Nothing takes it back: what would be made anew is another one for AWS."
                }
                _ => "Nothing takes it back: what was there before is not known.",
            };
            return Ok(Err(why.to_owned()));
        };
        if self.changed_since(it).await? {
            return Ok(Err("It was changed again since: to take this back would overwrite that.".to_owned()));
        }
        let mistakes = undo.mistakes(&self.around_catalog_change(&undo, &it.region).await?);
        Ok(match mistakes.into_iter().next() {
            Some(mistake) => Err(format!("It cannot be taken back as things are. {}", mistake.message)),
            None => Ok(Some(undo)),
        })
    }

    /// What the version that was made asks people for, and no other that can be requested does.
    async fn asked_by_new_version(&self, it: &AppliedCatalogChange) -> Result<Vec<String>> {
        let (CatalogChange::AddVersion { product, .. }, Some(made)) = (&it.change, &it.made.artifact) else {
            return Ok(Vec::new());
        };
        let Some(product) = self.store().product(product).await? else { return Ok(Vec::new()) };
        let Some(version) = product.artifact(made).filter(|version| version.active) else { return Ok(Vec::new()) };
        let bindings = self.store().parameter_bindings(&product.id).await?;
        let known: BTreeSet<&str> = product
            .artifacts
            .iter()
            .filter(|other| other.id != *made && other.active)
            .flat_map(|version| version.parameters.iter().map(|it| it.key.as_str()))
            .chain(bindings.iter().map(|it| it.parameter.as_str()))
            .collect();
        let new = version.parameters.iter().filter(|it| !known.contains(it.key.as_str()));
        Ok(new.map(|it| it.key.clone()).collect())
    }
}

/// The constraint that a change deletes, as it was.
fn deleted(it: &AppliedCatalogChange) -> Option<NewConstraint> {
    let CatalogChange::DeleteConstraint { constraint, .. } = &it.change else { return None };
    let before = it.before.product.as_ref()?.constraints.iter().find(|there| there.id == *constraint)?;
    Some(NewConstraint::like(before))
}
