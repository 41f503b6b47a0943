//! The catalog of a region as files, and files brought into the catalog: one change after the other, each planned anew.

use std::collections::{BTreeMap, BTreeSet};

use domain::action::Action;
use domain::catalog::{CatalogTagOption, Portfolio, Product};
use domain::curation::{CatalogChange, template_id};
use domain::described::{
    CatalogNow, DescribedCatalog, Exported, InUse, Plan, Undescribed, describe_portal, export, mistakes_in_constraints,
    plan, plan_portal,
};
use domain::id::{CatalogChangeId, ProductId, ProvisioningArtifactId, Region, TemplateId};
use domain::view::TemplateInput;

use super::templates::looked_at;
use crate::{Caller, ControlPlane, Error, Result};

/// Of so many things it is told that are to be mended in a template of a plan.
const MENDED: usize = 5;

/// `catalog.toml`, and the templates that it names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogFiles {
    pub catalog: DescribedCatalog,
    /// By path, from the folder of `catalog.toml`.
    pub templates: BTreeMap<String, String>,
}

impl CatalogFiles {
    fn ids(&self) -> Result<BTreeMap<String, TemplateId>> {
        let id = |(path, text): (&String, &String)| {
            let id = template_id(text).map_err(|error| Error::internal("A template got no id", &error))?;
            Ok((path.clone(), id))
        };
        self.templates.iter().map(id).collect()
    }
}

/// What the mirror has of a region.
#[derive(Debug)]
pub(crate) struct Mirrored {
    portfolios: Vec<Portfolio>,
    products: Vec<Product>,
    tag_options: Vec<CatalogTagOption>,
    templates: BTreeMap<ProvisioningArtifactId, TemplateId>,
}

impl Mirrored {
    pub(super) fn now(&self) -> CatalogNow<'_> {
        CatalogNow {
            portfolios: &self.portfolios,
            products: &self.products,
            tag_options: &self.tag_options,
            templates: &self.templates,
        }
    }
}

impl ControlPlane {
    /// The catalog of a region as files, with what they could not hold.
    pub async fn export_catalog(&self, caller: &Caller, region: &Region) -> Result<(CatalogFiles, Vec<String>)> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let mirrored = self.mirrored(region).await?;
        let Exported { catalog, templates, left_out } = self.exported(&mirrored).await?;
        let mut texts = BTreeMap::new();
        for (path, id) in templates {
            let text = self.store().source_text(&id).await?;
            texts.insert(path, text.ok_or_else(|| Error::not_found("template"))?);
        }
        Ok((CatalogFiles { catalog, templates: texts }, left_out))
    }

    /// What has to be done so that the catalog of a region is as the files say. `delete`: also what they do not describe goes.
    pub async fn plan_catalog(
        &self,
        caller: &Caller,
        region: &Region,
        files: &CatalogFiles,
        delete: bool,
    ) -> Result<Plan> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let mirrored = self.mirrored(region).await?;
        self.planned(&files.catalog, &files.ids()?, &mirrored, region, delete).await
    }

    /// What is to be mended in the templates of a plan before anything is made of them, each in a line: the first things of each.
    pub async fn to_mend(&self, caller: &Caller, files: &CatalogFiles, plan: &Plan) -> Result<Vec<String>> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let used: BTreeSet<&TemplateId> = plan.changes.iter().filter_map(|it| it.change.template()).collect();
        let mut lines = Vec::new();
        for (path, id) in files.ids()?.iter().filter(|(_, id)| used.contains(id)) {
            let Some(text) = files.templates.get(path) else { continue };
            let findings = self.with_waivers(id, looked_at(text.clone()).await?.findings).await?;
            let open = findings.into_iter().filter(|it| it.waived.is_none());
            lines.extend(
                open.take(MENDED)
                    .map(|it| format!("{path}:{}:{}: {}: {} {}", it.line, it.column, it.rule, it.message, it.fix)),
            );
        }
        Ok(lines)
    }

    /// The catalog with what the portal itself holds of its products.
    pub(super) async fn exported(&self, mirrored: &Mirrored) -> Result<Exported> {
        let mut exported = export(&mirrored.now());
        let held = self.held(&mirrored.products).await?;
        describe_portal(&mut exported.catalog, &mirrored.products, &held.now());
        Ok(exported)
    }

    pub(super) async fn planned(
        &self,
        wanted: &DescribedCatalog,
        templates: &BTreeMap<String, TemplateId>,
        mirrored: &Mirrored,
        region: &Region,
        delete: bool,
    ) -> Result<Plan> {
        let held = self.held(&mirrored.products).await?;
        // What an environment has is not deleted, whatever the files say: it stays until that is terminated.
        let known: Vec<ProductId> = mirrored.products.iter().filter(|_| delete).map(|it| it.id.clone()).collect();
        let in_use = self.in_use(&known).await?;
        let undescribed = if delete { Undescribed::Goes(&in_use) } else { Undescribed::Stays };
        let mut planned = plan(wanted, templates, &mirrored.now(), region, undescribed);
        let mut mistakes = std::mem::take(&mut planned.mistakes);
        mistakes.extend(mistakes_in_constraints(wanted, &mirrored.products));
        match plan_portal(wanted, &mirrored.products, &held.now()) {
            Ok(steps) => {
                planned.portal = steps;
                planned.notices = held.notices(wanted, &planned, &mirrored.products);
            }
            Err(also) => mistakes.extend(also),
        }
        Ok(if mistakes.is_empty() { planned } else { Plan { mistakes, ..Plan::default() } })
    }

    /// Of these, what environments have.
    pub(super) async fn in_use(&self, products: &[ProductId]) -> Result<InUse> {
        Ok(self.store().environments_of_products(products).await?.into_keys().collect())
    }

    /// Asks for one change of a plan.
    ///
    /// # Errors
    /// [`Error::Invalid`] where it would be refused, also for what is to be mended in its template.
    pub async fn begin_planned_change(
        &self,
        caller: &Caller,
        region: &Region,
        files: &CatalogFiles,
        change: CatalogChange,
    ) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        if let Some(id) = change.template() {
            let ids = files.ids()?;
            let path = ids.iter().find(|(_, it)| *it == id).map(|(path, _)| path);
            // One that was given before keeps the name that people know it by.
            let kept = self.store().template(id).await?.is_some();
            if let Some((path, text)) = path.and_then(|path| files.templates.get_key_value(path)).filter(|_| !kept) {
                let input =
                    TemplateInput { template: text.clone(), file_name: path.clone(), ..TemplateInput::default() };
                self.check_template(caller, input).await?;
            }
        }
        self.begin_catalog_change(caller, region, change).await
    }

    pub(crate) async fn mirrored(&self, region: &Region) -> Result<Mirrored> {
        let mut portfolios = self.store().portfolios().await?;
        portfolios.retain(|it| it.region == *region);
        let mut products = self.store().products().await?;
        products.retain(|it| it.region == *region);
        let mut tag_options = self.store().tag_options().await?;
        tag_options.retain(|it| it.region == *region);
        Ok(Mirrored { portfolios, products, tag_options, templates: self.store().template_ids(region).await? })
    }
}
