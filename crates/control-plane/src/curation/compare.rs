//! Two versions of a product side by side.

use domain::action::Action;
use domain::catalog::Product;
use domain::id::{ProductId, ProvisioningArtifactId};
use domain::problem::Problem;
use domain::view::{TemplateComparison, VersionsPage};
use template::compare::compare;

use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// What a version has otherwise than another. Without a choice the version that is offered first is held against the one
    /// before it.
    pub async fn compare_versions(
        &self,
        caller: &Caller,
        id: &ProductId,
        before: &str,
        after: &str,
    ) -> Result<VersionsPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let product = self.store().product(id).await?.ok_or_else(|| Error::not_found("product"))?;
        let chosen = |text: &str| product.artifacts.iter().find(|it| it.id.as_str() == text).map(|it| it.id.clone());
        let after = chosen(after).or_else(|| newest(&product)).ok_or_else(|| Error::not_found("version"))?;
        let before = chosen(before).unwrap_or_else(|| older(&product, &after));
        Ok(VersionsPage {
            comparison: self.comparison(&product, &before, &after).await?,
            versions: product.artifacts.iter().map(|it| (it.id.clone(), it.name.clone())).collect(),
            before,
            after,
            product: product.id,
            name: product.name,
        })
    }

    async fn comparison(
        &self,
        product: &Product,
        before: &ProvisioningArtifactId,
        after: &ProvisioningArtifactId,
    ) -> Result<Result<TemplateComparison, Problem>> {
        let mut texts = Vec::new();
        for version in [before, after] {
            match self.store().template_source(&product.region, &product.id, version).await? {
                Some(text) => texts.push(text),
                None => return Ok(Err(not_read())),
            }
        }
        let compared = tokio::task::spawn_blocking(move || compare(&texts[0], &texts[1]));
        let compared =
            compared.await.map_err(|error| Error::internal("Two templates could not be compared", &error))?;
        Ok(compared.map_err(|wrong| {
            Problem::new(
                "One of the two is no template that can be read here.",
                format!("Line {}: {}", wrong.line, wrong.message),
                "Look at it in Service Catalog.",
            )
        }))
    }
}

fn newest(product: &Product) -> Option<ProvisioningArtifactId> {
    product.preferred_artifact().or(product.artifacts.first()).map(|it| it.id.clone())
}

/// The one that was there before it; of the first one that after it, and of the only one itself.
fn older(product: &Product, version: &ProvisioningArtifactId) -> ProvisioningArtifactId {
    // Newest first.
    let mut from = product.artifacts.iter().skip_while(|it| it.id != *version);
    let after = || product.artifacts.iter().rev().find(|it| it.id != *version);
    from.nth(1).or_else(after).map_or_else(|| version.clone(), |it| it.id.clone())
}

fn not_read() -> Problem {
    Problem::new(
        "The template of one of the two was not read yet.",
        "The portal reads the templates of versions with the catalog, in the background.",
        "Load this page again in a minute; if it stays, look at what the last reading of the catalog said.",
    )
}
