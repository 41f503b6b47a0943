//! The catalog mirror: reads portfolios, products, versions, constraints and TagOptions of one region, whole, and puts them
//! in the place of what was there.

use std::collections::BTreeMap;

use aws::ServiceCatalog;
use domain::catalog::{CatalogTagOption, Portfolio, Product};
use domain::id::{ProductId, Region};
use domain::problem::Problem;
use futures::{FutureExt, StreamExt, stream};
use store::Lock;
use tokio_util::sync::CancellationToken;

use super::catalog_product::{KEPT, Reader, Templates};
use crate::{ControlPlane, Result};

/// Products, or portfolios, that are read at once.
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
        let generation = self.store().mirror_generation(region).await?;
        match self.read_catalog(region, generation).await {
            Ok(Catalog { portfolios, products, tag_options, problem }) => {
                let mut tx = self.store().begin().await?;
                tx.lock(Lock::Mirror).await?;
                if tx.mirror_generation(region).await? != generation {
                    // Something was changed while this was read, and the mirror has it already: this may not.
                    tx.rollback().await?;
                    self.signals().catalog.notify_one();
                    return Ok(true);
                }
                tx.replace_catalog(region, &portfolios, &products, self.now()).await?;
                for product in &products {
                    tx.keep_templates(region, &product.id, product.artifacts.iter().map(|it| &it.id)).await?;
                }
                tx.forget_templates(region).await?;
                tx.replace_tag_options(region, &tag_options).await?;
                if let Some(problem) = &problem {
                    tracing::warn!(%region, why = problem.why, "a part of the catalog could not be read");
                    tx.mirror_failed(region, problem).await?;
                }
                tx.commit().await?;
                self.compare_catalog(region, problem.is_none()).await?;
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

    async fn read_catalog(&self, region: &Region, generation: i64) -> Result<Catalog, Problem> {
        let problem = |error: aws::Error| error.problem();
        let reader = self.reader(region).await.map_err(|error| error.problem())?;
        let curator = &reader.curator;
        let portfolios = portfolios(curator).await.map_err(problem)?;
        self.keep_new_portfolios(region, generation, &portfolios).await.map_err(|error| error.problem())?;
        let mut holders: BTreeMap<ProductId, Vec<Portfolio>> = BTreeMap::new();
        // Those that are in no portfolio too.
        for product in curator.list_products(None).await.map_err(problem)? {
            holders.entry(product.id).or_default();
        }
        for portfolio in &portfolios {
            for product in curator.list_products(Some(&portfolio.id)).await.map_err(problem)? {
                holders.entry(product.id).or_default().push(portfolio.clone());
            }
        }
        let reader = &reader;
        let read: Vec<(ProductId, Result<Product, Problem>)> = stream::iter(holders)
            .map(|(id, holders)| {
                let read = self.read_and_keep(reader, (region, generation), id.clone(), holders);
                async move { (id, read.await) }.boxed()
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let (mut products, mut failed) = (Vec::new(), Vec::new());
        for (id, read) in read {
            match read {
                Ok(product) => products.push(product),
                // The others are read all the same; this one stays as it was last seen.
                Err(error) => {
                    let kept = self.store().product(&id).await.map_err(|e| crate::Error::from(e).problem())?;
                    let name = kept.as_ref().map_or_else(|| id.to_string(), |p| p.name.clone());
                    products.extend(kept);
                    failed.push((name, error));
                }
            }
        }
        products.sort_by(|a, b| a.id.cmp(&b.id));
        failed.sort_by(|a, b| a.0.cmp(&b.0));
        let tag_options = curator.tag_options().await.map_err(problem)?;
        Ok(Catalog { portfolios, products, tag_options, problem: unread(&failed) })
    }

    /// Reads a product, and keeps the templates that are new: thousands of them are never held at once. A product that the
    /// mirror never had is kept as well: the first reading of a large catalog takes an hour, and goes on where it ended.
    async fn read_and_keep(
        &self,
        reader: &Reader,
        (region, generation): (&Region, i64),
        id: ProductId,
        holders: Vec<Portfolio>,
    ) -> Result<Product, Problem> {
        let known = self.known(region, &id).await.map_err(|error| error.problem())?;
        let read = async {
            let detail = reader.curator.describe_product_as_admin(&id).await?;
            self.read_product(reader, region, detail, holders, &known).await
        };
        let (product, templates) = read.await.map_err(|error| error.problem())?;
        let new = known.product.is_none().then_some(&product);
        if new.is_some() || !templates.is_empty() {
            let kept = self.keep_read((region, generation), &product.id, new, &templates).await;
            kept.map_err(|error| error.problem())?;
        }
        Ok(product)
    }

    async fn keep_read(
        &self,
        (region, generation): (&Region, i64),
        id: &ProductId,
        new: Option<&Product>,
        templates: &Templates,
    ) -> Result<()> {
        let mut tx = self.store().begin().await?;
        for (artifact, (digest, text)) in templates {
            tx.put_artifact_template(region, id, artifact, (digest, text, &KEPT)).await?;
        }
        if let Some(product) = new {
            tx.lock(Lock::Mirror).await?;
            // What was changed meanwhile is in the mirror already, newer than this.
            if tx.mirror_generation(region).await? == generation {
                tx.put_product(product).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// The portfolios that the mirror never had, before the products that they hold.
    async fn keep_new_portfolios(&self, region: &Region, generation: i64, read: &[Portfolio]) -> Result<()> {
        let known = self.store().portfolios().await?;
        let had = |it: &&Portfolio| known.iter().any(|had| had.region == *region && had.id == it.id);
        let new: Vec<&Portfolio> = read.iter().filter(|it| !had(it)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let mut tx = self.store().begin().await?;
        tx.lock(Lock::Mirror).await?;
        if tx.mirror_generation(region).await? == generation {
            for portfolio in new {
                tx.put_portfolio(portfolio).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }
}

/// The portfolios with their tags; one that is deleted meanwhile is left out.
async fn portfolios(curator: &ServiceCatalog) -> aws::Result<Vec<Portfolio>> {
    let listed = curator.list_portfolios().await?;
    let read: Vec<aws::Result<Portfolio>> = stream::iter(listed)
        .map(|portfolio| async move { curator.describe_portfolio(&portfolio.id).await }.boxed())
        .buffered(AT_ONCE)
        .collect()
        .await;
    let there = read.into_iter().filter(|read| !matches!(read, Err(aws::Error::NotFound(_))));
    there.collect()
}

/// What was read of a region, and what of it could not be.
struct Catalog {
    portfolios: Vec<Portfolio>,
    products: Vec<Product>,
    tag_options: Vec<CatalogTagOption>,
    problem: Option<Problem>,
}

/// The products that could not be read, each with its reason.
fn unread(failed: &[(String, Problem)]) -> Option<Problem> {
    let next = failed.first()?.1.next.clone();
    let why: Vec<String> = failed.iter().map(|(name, problem)| format!("{name}: {}", problem.why)).collect();
    Some(Problem::new("Some products could not be read; they are shown as they were last seen.", why.join(" "), next))
}
