//! TagOptions: as whoever curates them sees them, and changes of them as forms ask for them.

use std::collections::{BTreeMap, BTreeSet};

use domain::action::Action;
use domain::catalog::{CatalogTagOption, Portfolio};
use domain::curation::CatalogChange;
use domain::id::{CatalogChangeId, ProductId, TagOptionId};
use domain::view::{FORMS_OF_A_SHEET, Sheet, TagOptionPage, TagOptionRow, TagOptionsPage, TaggedBy};

use crate::{Caller, ControlPlane, Error, Result};

/// Things that one is on which the list of all names; its own page has the others.
const FIRST: usize = 5;

impl ControlPlane {
    /// The TagOptions of the catalog by key, with what they are on. `page`: which [`Sheet`] of them.
    pub async fn tag_options(&self, caller: &Caller, draft: &str, page: &str) -> Result<TagOptionsPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let sheet = Sheet::named(page);
        let read = self.store().tag_option_list(sheet.offset(FORMS_OF_A_SHEET), FORMS_OF_A_SHEET + 1).await?;
        let (sheet, shown) = sheet.filled(FORMS_OF_A_SHEET, read);
        let names = self.names_of_tagged(&shown).await?;
        let options = shown.into_iter().map(|it| {
            let mut row = row_of(it, &names);
            row.more = row.on.len().saturating_sub(FIRST) as u64;
            row.on.truncate(FIRST);
            row
        });
        Ok(TagOptionsPage {
            options: options.collect(),
            sheet,
            regions: self.settings().regions.clone(),
            mirrors: self.store().mirror_states().await?,
            allowed: self.administration_allowed(caller).await?,
            form: self.form_state(caller, Some(draft)).await?,
        })
    }

    /// One TagOption with everything that it is on, and what it can be put on. `page`: which [`Sheet`] of what it is on.
    pub async fn tag_option(
        &self,
        caller: &Caller,
        id: &TagOptionId,
        draft: &str,
        page: &str,
    ) -> Result<TagOptionPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let option = self.store().tag_option(&self.settings().regions, id).await?;
        let option = option.ok_or_else(|| Error::not_found("TagOption with this id"))?;
        let names = self.names_of_tagged(std::slice::from_ref(&option)).await?;
        let portfolios = self.store().portfolios().await?.into_iter().filter(|it| it.region == option.region);
        let products = self.store().all_product_names().await?.into_iter().filter(|(at, _, _)| *at == option.region);
        let others = portfolios.map(portfolio).chain(products.map(|(_, id, name)| product(&id, name)));
        let others = by_name(others.filter(|it| !option.resources.contains(&it.id)).collect());
        let row = row_of(option, &names);
        let (sheet, on) = Sheet::cut(page, FORMS_OF_A_SHEET, row.on);
        Ok(TagOptionPage {
            option: TagOptionRow { on, ..row },
            sheet,
            others,
            allowed: self.administration_allowed(caller).await?,
            form: self.form_state(caller, Some(draft)).await?,
        })
    }

    /// What these are on, by id, as far as the mirror has it.
    async fn names_of_tagged(&self, options: &[CatalogTagOption]) -> Result<BTreeMap<String, TaggedBy>> {
        let on: BTreeSet<&String> = options.iter().flat_map(|it| &it.resources).collect();
        let ids: Vec<ProductId> = on.iter().filter_map(|id| id.parse().ok()).collect();
        let products = self.store().product_names(&ids).await?.into_iter().map(|(id, name)| product(&id, name));
        let portfolios = self.store().portfolios().await?.into_iter().map(portfolio).filter(|it| on.contains(&it.id));
        Ok(portfolios.chain(products).map(|it| (it.id.clone(), it)).collect())
    }

    /// Makes a value of a key that can be put on products and portfolios.
    pub async fn add_tag_option(
        &self,
        caller: &Caller,
        region: &str,
        key: &str,
        value: &str,
    ) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let region = self.region_of(region)?;
        let change = CatalogChange::AddTagOption {
            region: region.clone(),
            key: key.trim().to_owned(),
            value: value.trim().to_owned(),
        };
        self.begin_catalog_change(caller, &region, change).await
    }

    /// Says whether it can be chosen.
    pub async fn set_tag_option(&self, caller: &Caller, option: &TagOptionId, active: bool) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let change = CatalogChange::SetTagOption { tag_option: option.clone(), active };
        self.begin_catalog_change(caller, &self.home_region(), change).await
    }

    /// Deletes one that is on nothing.
    pub async fn delete_tag_option(&self, caller: &Caller, option: &TagOptionId) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let change = CatalogChange::DeleteTagOption { tag_option: option.clone() };
        self.begin_catalog_change(caller, &self.home_region(), change).await
    }

    /// Puts one on a product or portfolio.
    pub async fn associate_tag_option(&self, caller: &Caller, option: &str, on: &str) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let option = option.parse().map_err(|_| Error::field("tag_option", "Choose a TagOption."))?;
        let change = CatalogChange::AssociateTagOption { tag_option: option, on: on.to_owned() };
        self.begin_catalog_change(caller, &self.home_region(), change).await
    }

    /// Takes one off a product or portfolio.
    pub async fn disassociate_tag_option(
        &self,
        caller: &Caller,
        option: &TagOptionId,
        on: &str,
    ) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let change = CatalogChange::DisassociateTagOption { tag_option: option.clone(), on: on.to_owned() };
        self.begin_catalog_change(caller, &self.home_region(), change).await
    }
}

/// With everything that it is on.
fn row_of(it: CatalogTagOption, names: &BTreeMap<String, TaggedBy>) -> TagOptionRow {
    TagOptionRow {
        on: by_name(it.resources.iter().filter_map(|id| names.get(id).cloned()).collect()),
        more: 0,
        unknown: it.resources.iter().filter(|id| !names.contains_key(*id)).count() as u64,
        id: it.id,
        region: it.region,
        key: it.key,
        value: it.value,
        active: it.active,
    }
}

fn portfolio(it: Portfolio) -> TaggedBy {
    TaggedBy { id: it.id.to_string(), name: it.name, is_portfolio: true }
}

fn product(id: &ProductId, name: String) -> TaggedBy {
    TaggedBy { id: id.to_string(), name, is_portfolio: false }
}

/// Portfolios, then products.
fn by_name(mut things: Vec<TaggedBy>) -> Vec<TaggedBy> {
    things.sort_by(|a, b| (!a.is_portfolio, &a.name, &a.id).cmp(&(!b.is_portfolio, &b.name, &b.id)));
    things
}
