//! The catalog as a file in the portal: what it would change, looked at before `studiogate catalog apply` brings it in.

use std::collections::{BTreeMap, BTreeSet};

use blueprints::catalog::{read, write};
use blueprints::place::Places;
use domain::action::Action;
use domain::described::{DescribedCatalog, Plan, export};
use domain::draft::MAX_BYTES;
use domain::id::{DraftId, Region, TemplateId};
use domain::view::{CatalogFilesInput, CatalogFilesPage, CatalogPlanView, LONGEST_CATALOG};

use super::files::Mirrored;
use crate::{Caller, ControlPlane, Error, Result};

/// The page, and the form that drafts of it are of.
const PAGE: &str = "/admin/catalog-files";
/// How much of it is kept: JSON has two characters for a line break or a quote.
const MOST: usize = 2 * LONGEST_CATALOG + MAX_BYTES;
const CATALOG: &str = "catalog";
const DELETE: &str = "delete";
const REGION: &str = "region";

impl ControlPlane {
    /// The plan of what was entered. `fill`: where nothing was, the catalog of `region` as it is.
    pub async fn catalog_files(
        &self,
        caller: &Caller,
        region: &str,
        fill: bool,
        draft: Option<&str>,
    ) -> Result<CatalogFilesPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let form = self.form_state(caller, draft).await?;
        let regions = self.settings().regions.clone();
        let wanted = form.value(REGION).unwrap_or(region);
        let region = regions.iter().find(|it| it.as_str() == wanted).or(regions.first()).cloned();
        let region = region.ok_or_else(|| Error::not_found("region"))?;
        let entered = form.value(CATALOG).map(str::to_owned);
        let (mut text, mut left_out, mut planned) = (String::new(), Vec::new(), None);
        if let Some(entered) = entered {
            // Also beside what is wrong with the rest of the form.
            if !entered.trim().is_empty()
                && let Ok(catalog) = read(&entered)
            {
                let delete = form.value(DELETE).is_some_and(|value| !value.is_empty());
                planned = Some(self.plan_of_catalog(&entered, &catalog, &region, delete).await?);
            }
            text = entered;
        } else if fill {
            let exported = self.exported(&self.mirrored(&region).await?).await?;
            text = write(&exported.catalog).map_err(|error| Error::internal("A catalog cannot be written", &error))?;
            left_out = exported.left_out;
            if text.len() > LONGEST_CATALOG {
                left_out.insert(0, too_long(text.len()));
                text = String::new();
            }
        }
        Ok(CatalogFilesPage {
            regions,
            region,
            text,
            left_out,
            plan: planned,
            mirrors: self.store().mirror_states().await?,
            allowed: self.administration_allowed(caller).await?,
            form,
        })
    }

    async fn plan_of_catalog(
        &self,
        text: &str,
        catalog: &DescribedCatalog,
        region: &Region,
        delete: bool,
    ) -> Result<CatalogPlanView> {
        let mirrored = self.mirrored(region).await?;
        let templates = self.templates_named_in(catalog, &mirrored).await?;
        let Plan { changes, portal, stays, notices, mistakes } =
            self.planned(catalog, &templates, &mirrored, region, delete).await?;
        let changes = changes.into_iter().map(|it| (it.change, it.named, it.sets)).collect();
        Ok(CatalogPlanView { changes, portal, stays, notices, mistakes: Places::of(text).told(&mistakes) })
    }

    /// The files that a catalog names: as the catalog is exported they are what its versions are made of; others are templates
    /// that were given to the portal with the name of the file.
    async fn templates_named_in(
        &self,
        catalog: &DescribedCatalog,
        mirrored: &Mirrored,
    ) -> Result<BTreeMap<String, TemplateId>> {
        let mut templates = export(&mirrored.now()).templates;
        let paths = catalog.products.iter().flat_map(|it| &it.versions).map(|it| it.template.as_str());
        let others: BTreeSet<&str> = paths.filter(|path| !templates.contains_key(*path)).collect();
        let given = self.store().newest_templates(others.iter().map(|path| file_name(path))).await?;
        let found = others.into_iter().filter_map(|path| Some((path.to_owned(), given.get(file_name(path))?.clone())));
        templates.extend(found.collect::<Vec<_>>());
        Ok(templates)
    }

    /// Takes a catalog to be looked at; nothing is changed.
    ///
    /// # Errors
    /// [`Error::Invalid`] where it cannot be read, with line and column.
    pub async fn enter_catalog_files(&self, caller: &Caller, input: CatalogFilesInput) -> Result<DraftId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let region = self.region_of(&input.region)?;
        // Browsers send line breaks as CR LF.
        let text = input.catalog.replace("\r\n", "\n");
        if text.trim().is_empty() {
            return Err(Error::field(CATALOG, "Paste a catalog, or begin with the catalog as it is."));
        }
        if text.len() > LONGEST_CATALOG {
            return Err(Error::field(CATALOG, too_long(text.len())));
        }
        if let Err(wrong) = read(&text) {
            return Err(Error::field(CATALOG, wrong.to_string()));
        }
        let mut fields = BTreeMap::from([(CATALOG.to_owned(), text), (REGION.to_owned(), region.to_string())]);
        if !input.delete.is_empty() {
            fields.insert(DELETE.to_owned(), "yes".to_owned());
        }
        self.save_draft_within(MOST, &caller.actor.person, PAGE, fields, Vec::new()).await
    }
}

fn too_long(bytes: usize) -> String {
    format!(
        "catalog.toml has {bytes} bytes, and {LONGEST_CATALOG} can be looked at here: plan it with the command studiogate catalog plan."
    )
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
