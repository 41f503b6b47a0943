//! The catalog mirror: reads portfolios, products, versions, constraints and TagOptions of one region, whole, and puts them
//! in the place of what was there.

use std::collections::BTreeMap;

use aws::ServiceCatalog;
use aws::service_catalog::TagOptionChoice;
use domain::catalog::{Portfolio, Product, ProvisioningArtifact, TagOption};
use domain::id::{AccountId, PortfolioId, ProductId, ProvisioningArtifactId, Region};
use domain::problem::Problem;
use domain::resource_actions::properties;
use domain::template::TemplateDigest;
use futures::{FutureExt, StreamExt, stream};
use store::Lock;
use tokio_util::sync::CancellationToken;

use crate::{ControlPlane, Result, session};

/// What is kept of the templates of a product's versions.
type Templates = BTreeMap<ProvisioningArtifactId, TemplateDigest>;

/// Products that are read at once.
const AT_ONCE: usize = 4;

impl ControlPlane {
    /// Reads every region. A region that cannot be read keeps what it had, with the reason; answers whether all were read.
    pub(super) async fn mirror_catalogs(&self, shutdown: &CancellationToken) -> Result<bool> {
        let mut all = true;
        for region in &self.settings().regions {
            let lease = format!("catalog-{region}");
            if let Some(read) = self.under_lease(&lease, shutdown, self.mirror(region).boxed()).await? {
                all &= read;
            }
        }
        Ok(all)
    }

    async fn mirror(&self, region: &Region) -> Result<bool> {
        match self.read_catalog(region).await {
            Ok(Catalog { portfolios, products, templates, problem }) => {
                let mut tx = self.store().begin().await?;
                if !tx.try_lock(Lock::Mirror).await? {
                    return Ok(false);
                }
                tx.replace_catalog(region, &portfolios, &products, self.now()).await?;
                for (product, templates) in &templates {
                    tx.replace_artifact_templates(region, product, templates).await?;
                }
                tx.forget_templates(region).await?;
                if let Some(problem) = &problem {
                    tracing::warn!(%region, why = problem.why, "a part of the catalog could not be read");
                    tx.mirror_failed(region, problem).await?;
                }
                tx.commit().await?;
                Ok(problem.is_none())
            }
            Err(problem) => {
                tracing::warn!(%region, why = problem.why, "the catalog could not be read");
                let mut tx = self.store().begin().await?;
                tx.mirror_failed(region, &problem).await?;
                tx.commit().await?;
                Ok(false)
            }
        }
    }

    /// Reads one product that was just changed, and puts it in the place of what was there. `portfolio`: one that it was put into.
    pub(super) async fn mirror_product(
        &self,
        region: &Region,
        id: &ProductId,
        portfolio: Option<&PortfolioId>,
    ) -> Result<Result<(), Problem>> {
        let before = self.store().product(id).await?;
        let holds = |it: &Portfolio| {
            it.region == *region
                && (portfolio == Some(&it.id)
                    || before.as_ref().is_some_and(|before| before.portfolios.contains(&it.id)))
        };
        let holders: Vec<Portfolio> = self.store().portfolios().await?.into_iter().filter(holds).collect();
        let accounts = self.accounts_in(region).await?;
        let read = async {
            let curator = session::curator(self, region).await?.service_catalog();
            self.read_product(&curator, region, id.clone(), holders, &accounts).await
        };
        let (product, templates) = match read.await {
            Ok(read) => read,
            Err(error) => return Ok(Err(error.problem())),
        };
        let mut tx = self.store().begin().await?;
        // Not beside a reading of the whole region, which puts all of its products anew.
        tx.lock(Lock::Mirror).await?;
        tx.put_product(&product).await?;
        tx.replace_artifact_templates(region, &product.id, &templates).await?;
        tx.commit().await?;
        // A reading that was under way meanwhile may have the product as it was.
        self.signals().catalog.notify_one();
        Ok(Ok(()))
    }

    /// The accounts of projects in a region.
    async fn accounts_in(&self, region: &Region) -> Result<Vec<AccountId>> {
        let all = self.store().all_project_accounts().await?;
        Ok(all.into_iter().filter(|a| &a.region == region).map(|a| a.account).collect())
    }

    async fn read_catalog(&self, region: &Region) -> Result<Catalog, Problem> {
        let problem = |error: aws::Error| error.problem();
        let curator = session::curator(self, region).await.map_err(problem)?.service_catalog();
        let portfolios = curator.list_portfolios().await.map_err(problem)?;
        let mut holders: BTreeMap<ProductId, Vec<Portfolio>> = BTreeMap::new();
        for portfolio in &portfolios {
            for product in curator.list_products(&portfolio.id).await.map_err(problem)? {
                holders.entry(product.id).or_default().push(portfolio.clone());
            }
        }
        let accounts = self.accounts_in(region).await.map_err(|e| e.problem())?;
        let read: Vec<(ProductId, aws::Result<(Product, Templates)>)> = stream::iter(holders)
            .map(|(id, holders)| {
                let read = self.read_product(&curator, region, id.clone(), holders, &accounts);
                async move { (id, read.await) }.boxed()
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let (mut products, mut templates, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for (id, read) in read {
            match read {
                Ok((product, of_product)) => {
                    templates.push((product.id.clone(), of_product));
                    products.push(product);
                }
                // The others are read all the same; this one stays as it was last seen.
                Err(error) => {
                    let kept = self.store().product(&id).await.map_err(|e| crate::Error::from(e).problem())?;
                    let name = kept.as_ref().map_or_else(|| id.to_string(), |p| p.name.clone());
                    products.extend(kept);
                    failed.push((name, error.problem()));
                }
            }
        }
        products.sort_by(|a, b| a.id.cmp(&b.id));
        failed.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Catalog { portfolios, products, templates, problem: unread(&failed) })
    }

    async fn read_product(
        &self,
        curator: &ServiceCatalog,
        region: &Region,
        id: ProductId,
        holders: Vec<Portfolio>,
        accounts: &[AccountId],
    ) -> aws::Result<(Product, Templates)> {
        let detail = curator.describe_product_as_admin(&id).await?;
        let launching = self.launching(region, &id, accounts).await?;
        let mut artifacts = curator.list_provisioning_artifacts(&id).await?;
        let mut tag_options = detail.tag_options;
        let mut templates = Templates::new();
        for artifact in artifacts.iter_mut().filter(|a| a.active) {
            // TagOptions of the portfolio count too, and only a launching account is told them with the product's.
            let (template, choices) = complete(curator, &id, artifact, launching.as_ref()).await?;
            templates.extend(template.map(|template| (artifact.id.clone(), template)));
            for choice in choices {
                let option = |value| TagOption { key: choice.key.clone(), value, active: true };
                tag_options.extend(choice.values.into_iter().map(option));
            }
        }
        artifacts.sort_by_key(|a| std::cmp::Reverse(a.created_at));
        let mut constraints = Vec::new();
        for portfolio in &holders {
            for found in curator.list_constraints(&portfolio.id, Some(&id)).await? {
                constraints.push(curator.describe_constraint(&found.id).await?);
            }
        }
        tag_options.sort_by(|a, b| (&a.key, &a.value).cmp(&(&b.key, &b.value)));
        tag_options.dedup();
        let product = Product {
            id,
            region: region.clone(),
            portfolios: holders.into_iter().map(|p| p.id).collect(),
            name: detail.summary.name,
            description: detail.summary.description,
            owner: detail.summary.owner,
            support: detail.summary.support,
            artifacts,
            constraints,
            tag_options,
        };
        Ok((product, templates))
    }

    /// The first account that can launch the product; all its versions are seen from there.
    async fn launching(
        &self,
        region: &Region,
        product: &ProductId,
        accounts: &[AccountId],
    ) -> aws::Result<Option<Launching>> {
        for account in accounts {
            let look = async {
                let catalog = session::catalog_reader(self, account, region).await?.service_catalog();
                let paths = catalog.list_launch_paths(product).await?;
                Ok::<_, aws::Error>(paths.into_iter().next().map(|path| Launching { catalog, path: path.id }))
            };
            match look.await {
                Ok(Some(launching)) => return Ok(Some(launching)),
                Err(error) if error.is_retryable() => return Err(error),
                // Not shared to this account, or the account cannot be reached: the next may do.
                Ok(None) => {}
                Err(error) => tracing::debug!(%error, %account, %product, "an account does not see the product"),
            }
        }
        Ok(None)
    }
}

/// An account that sees a product, by one of its launch paths.
struct Launching {
    catalog: ServiceCatalog,
    path: String,
}

/// What a version creates, from its template, and what it asks for: as a launching account sees it where there is one, else
/// as the curator does. Gives what is kept of the template, and the TagOptions that a launch can choose from.
async fn complete(
    curator: &ServiceCatalog,
    product: &ProductId,
    artifact: &mut ProvisioningArtifact,
    launching: Option<&Launching>,
) -> aws::Result<(Option<TemplateDigest>, Vec<TagOptionChoice>)> {
    let template = curator.describe_provisioning_artifact(product, &artifact.id).await?;
    let digest = template.body.as_deref().map(|text| TemplateDigest::read(text, properties));
    artifact.resources = digest.as_ref().map(TemplateDigest::counts).unwrap_or_default();
    artifact.parameters = template.parameters;
    let Some(Launching { catalog, path }) = launching else { return Ok((digest, Vec::new())) };
    let asked = match catalog.describe_provisioning_parameters(product, &artifact.id, Some(path)).await {
        // A version that was just made can take a moment to be seen there.
        Err(aws::Error::NotFound(_)) => return Ok((digest, Vec::new())),
        asked => asked?,
    };
    artifact.parameters = asked.parameters;
    artifact.usage_instructions = asked.usage_instructions;
    Ok((digest, asked.tag_options))
}

/// What was read of a region, and what of it could not be.
struct Catalog {
    portfolios: Vec<Portfolio>,
    products: Vec<Product>,
    /// Of those that were read now.
    templates: Vec<(ProductId, Templates)>,
    problem: Option<Problem>,
}

/// The products that could not be read, each with its reason.
fn unread(failed: &[(String, Problem)]) -> Option<Problem> {
    let next = failed.first()?.1.next.clone();
    let why: Vec<String> = failed.iter().map(|(name, problem)| format!("{name}: {}", problem.why)).collect();
    Some(Problem::new("Some products could not be read; they are shown as they were last seen.", why.join(" "), next))
}
