//! TagOptions: as whoever curates them sees them, and changes of them as forms ask for them.

use std::collections::BTreeMap;

use domain::action::Action;
use domain::catalog::CatalogTagOption;
use domain::curation::CatalogChange;
use domain::id::{CatalogChangeId, TagOptionId};
use domain::view::{TagOptionRow, TagOptionsPage, TaggedBy};

use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// The TagOptions of the catalog by key, with what they are on.
    pub async fn tag_options(&self, caller: &Caller, draft: &str) -> Result<TagOptionsPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let several = self.settings().regions.len() > 1;
        let mut names: BTreeMap<String, TaggedBy> = BTreeMap::new();
        let mut add = |id: String, name: String, region: &str, is_portfolio: bool| {
            let name = if several { format!("{name} ({region})") } else { name };
            names.insert(id.clone(), TaggedBy { id, name, is_portfolio });
        };
        for it in self.store().portfolios().await? {
            add(it.id.to_string(), it.name, it.region.as_str(), true);
        }
        for (region, id, name) in self.store().all_product_names().await? {
            add(id.to_string(), name, region.as_str(), false);
        }
        let row = |it: CatalogTagOption| TagOptionRow {
            on: it.resources.iter().filter_map(|id| names.get(id).cloned()).collect(),
            unknown: it.resources.iter().filter(|id| !names.contains_key(*id)).count() as u64,
            id: it.id,
            region: it.region,
            key: it.key,
            value: it.value,
            active: it.active,
        };
        let options = self.store().tag_options().await?.into_iter().map(row).collect();
        let mut things: Vec<TaggedBy> = names.into_values().collect();
        things.sort_by(|a, b| (!a.is_portfolio, &a.name, &a.id).cmp(&(!b.is_portfolio, &b.name, &b.id)));
        Ok(TagOptionsPage {
            options,
            things,
            regions: self.settings().regions.clone(),
            mirrors: self.store().mirror_states().await?,
            allowed: self.administration_allowed(caller).await?,
            form: self.form_state(caller, Some(draft)).await?,
        })
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
