//! Changes of products and their versions, as forms ask for them.

use domain::action::Action;
use domain::catalog::{ConstraintRule, Product};
use domain::curation::{CatalogChange, NewConstraint, ProductText, seen, tags_of};
use domain::id::{CatalogChangeId, PortfolioId, ProductId, ProvisioningArtifactId, TemplateId};
use domain::view::{AddProductInput, AddVersionInput, ProductTextInput, SetVersionInput};

use super::templates::looked_at;
use crate::doctor::LAUNCH_ROLE;
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// Makes a product of a template that was given to the portal; answers the change that does it.
    ///
    /// # Errors
    /// [`Error::Invalid`] where a field is wrong, [`Error::Conflict`] where another change is under way.
    pub async fn add_product(&self, caller: &Caller, input: AddProductInput) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let text = |text: &str| text.trim().to_owned();
        let change = CatalogChange::AddProduct {
            template: input.template.parse().map_err(|_| Error::not_found("template"))?,
            portfolio: Some(input.portfolio.parse().map_err(|_| Error::field("portfolio", "Choose a portfolio."))?),
            name: text(&input.product_name),
            description: text(&input.product_description),
            owner: text(&input.product_owner),
            support: text(&input.support),
            version: text(&input.version_name),
            note: text(&input.version_note),
        };
        self.begin_catalog_change(caller, &self.home_region(), change).await
    }

    /// Changes what people read of a product, and its tags.
    ///
    /// # Errors
    /// [`Error::Stale`] where it was changed since the form was drawn.
    pub async fn set_product(&self, caller: &Caller, input: ProductTextInput) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let product = self.curated(&input.product).await?;
        let text = |text: &str| text.trim().to_owned();
        let before = ProductText::of(&product);
        let without = ProductText {
            name: text(&input.product_name),
            description: text(&input.product_description),
            owner: text(&input.product_owner),
            support: text(&input.support),
            ..ProductText::default()
        };
        let text = match tags_of("product_tags", &input.product_tags) {
            Ok(tags) => ProductText { tags, ..without },
            Err(wrong) => return Err(Error::Invalid([without.mistakes(Some(&before), &[]), vec![wrong]].concat())),
        };
        if seen(&before) != input.seen {
            return Err(Error::stale("product"));
        }
        let change = CatalogChange::SetProduct { product: product.id, text };
        self.begin_catalog_change(caller, &product.region, change).await
    }

    /// Makes another product with the versions that can be requested of this one.
    pub async fn copy_product(&self, caller: &Caller, product: &str, name: &str) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let product = self.curated(product).await?;
        let change = CatalogChange::CopyProduct { product: product.id, name: name.trim().to_owned() };
        self.begin_catalog_change(caller, &product.region, change).await
    }

    /// Deletes a product that is in no portfolio and that no environment has.
    pub async fn delete_product(&self, caller: &Caller, product: &ProductId) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let change = CatalogChange::DeleteProduct { product: product.clone() };
        self.begin_catalog_change(caller, &self.home_region(), change).await
    }

    /// Puts a product into a portfolio. What holds for it in the first portfolio that it is in holds there too; a product that
    /// is in none is launched by the usual role.
    pub async fn associate_product(&self, caller: &Caller, product: &str, portfolio: &str) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let product: ProductId =
            product.parse().map_err(|_| Error::field("product", "Choose a product of the catalog."))?;
        let portfolio: PortfolioId = portfolio.parse().map_err(|_| Error::field("portfolio", "Choose a portfolio."))?;
        let there = self.store().product(&product).await?;
        let constraints = there.map(|it| constraints_elsewhere(&it)).unwrap_or_default();
        let change = CatalogChange::AssociateProduct { product, portfolio, constraints };
        self.begin_catalog_change(caller, &self.home_region(), change).await
    }

    /// Takes a product out of a portfolio, with what holds for it there.
    pub async fn disassociate_product(
        &self,
        caller: &Caller,
        product: &ProductId,
        portfolio: &PortfolioId,
    ) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let change = CatalogChange::DisassociateProduct { product: product.clone(), portfolio: portfolio.clone() };
        self.begin_catalog_change(caller, &self.home_region(), change).await
    }

    /// Makes a template a version of a product. One that has nothing in common with the product is asked about first.
    pub async fn add_version(&self, caller: &Caller, input: AddVersionInput) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let product = input.product.parse().map_err(|_| Error::field("product", "Choose a product of the catalog."))?;
        let template = input.template.parse().map_err(|_| Error::not_found("template"))?;
        if input.unlike != "yes" && self.is_unlike(&product, &template).await? {
            return Err(Error::field(
                "unlike",
                "The template has neither a parameter nor a kind of resource in common with any version of the product, and whoever may request the product could request it at once. Choose another product, or tick that it is meant.",
            ));
        }
        let change = CatalogChange::AddVersion {
            product,
            template,
            version: input.version_name.trim().to_owned(),
            note: input.version_note.trim().to_owned(),
        };
        self.begin_catalog_change(caller, &self.home_region(), change).await
    }

    /// Says whether a version can be requested, and what is said of it.
    pub async fn set_version(&self, caller: &Caller, input: SetVersionInput) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let change = CatalogChange::SetVersion {
            product: input.product.parse().map_err(|_| Error::not_found("product"))?,
            artifact: input.artifact.parse().map_err(|_| Error::not_found("version"))?,
            active: input.active == "yes",
            guidance: input.guidance.parse().map_err(|_| Error::field("guidance", "Choose what is said of it."))?,
        };
        self.begin_catalog_change(caller, &self.home_region(), change).await
    }

    /// Deletes a version that no environment has.
    pub async fn delete_version(
        &self,
        caller: &Caller,
        product: &ProductId,
        artifact: &ProvisioningArtifactId,
    ) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let change = CatalogChange::DeleteVersion { product: product.clone(), artifact: artifact.clone() };
        self.begin_catalog_change(caller, &self.home_region(), change).await
    }

    async fn is_unlike(&self, product: &ProductId, template: &TemplateId) -> Result<bool> {
        let (product, template) = (self.store().product(product).await?, self.store().template(template).await?);
        let (Some(product), Some(template)) = (product, template) else { return Ok(false) };
        let Some(outline) = looked_at(template.text).await?.outline else { return Ok(false) };
        let types = outline.resources.iter().map(|it| it.kind.as_str()).collect();
        Ok(product.is_unlike(&outline.parameters, &types))
    }

    async fn curated(&self, id: &str) -> Result<Product> {
        let missing = || Error::not_found("product");
        let id: ProductId = id.parse().map_err(|_| missing())?;
        self.store().product(&id).await?.ok_or_else(missing)
    }
}

/// What holds for it in the first portfolio that it is in.
fn constraints_elsewhere(product: &Product) -> Vec<NewConstraint> {
    let mut there = product.portfolios.iter().map(|portfolio| NewConstraint::of(product, portfolio));
    there.find(|constraints| !constraints.is_empty()).unwrap_or_else(|| {
        let rule = ConstraintRule::Launch { role: LAUNCH_ROLE.to_owned() };
        vec![NewConstraint { description: String::new(), rule }]
    })
}
