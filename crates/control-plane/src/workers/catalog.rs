//! The catalog mirror: reads portfolios, products, versions, constraints and TagOptions of one region, whole, and puts them
//! in the place of what was there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use aws::ServiceCatalog;
use aws::service_catalog::{ProductDetail, TagOptionChoice};
use domain::catalog::{CatalogTagOption, Portfolio, Product, ProvisioningArtifact, TagOption};
use domain::id::{AccountId, PortfolioId, ProductId, ProvisioningArtifactId, Region};
use domain::problem::Problem;
use domain::resource_actions::{kept_properties, properties};
use domain::template::TemplateDigest;
use futures::{FutureExt, StreamExt, stream};
use store::Lock;
use tokio_util::sync::CancellationToken;

use crate::{ControlPlane, Result, session};

/// Templates of a product's versions that were read now: what is kept of them, and their text.
pub(super) type Templates = BTreeMap<ProvisioningArtifactId, (TemplateDigest, String)>;

/// Digests of templates that were made when other properties were kept are made anew.
pub(super) static KEPT: LazyLock<String> = LazyLock::new(kept_properties);

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

    /// The accounts of projects in a region.
    pub(super) async fn accounts_in(&self, region: &Region) -> Result<Vec<AccountId>> {
        let all = self.store().all_project_accounts().await?;
        Ok(all.into_iter().filter(|a| &a.region == region).map(|a| a.account).collect())
    }

    async fn read_catalog(&self, region: &Region, generation: i64) -> Result<Catalog, Problem> {
        let problem = |error: aws::Error| error.problem();
        let curator = session::curator(self, region).await.map_err(problem)?.service_catalog();
        let portfolios = portfolios(&curator).await.map_err(problem)?;
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
        let accounts = self.accounts_in(region).await.map_err(|e| e.problem())?;
        let (curator, accounts) = (&curator, &accounts);
        let read: Vec<(ProductId, Result<Product, Problem>)> = stream::iter(holders)
            .map(|(id, holders)| {
                let read = self.read_and_keep(curator, (region, generation), id.clone(), holders, accounts);
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
        curator: &ServiceCatalog,
        (region, generation): (&Region, i64),
        id: ProductId,
        holders: Vec<Portfolio>,
        accounts: &[AccountId],
    ) -> Result<Product, Problem> {
        let known = self.known(region, &id).await.map_err(|error| error.problem())?;
        let read = async {
            let detail = curator.describe_product_as_admin(&id).await?;
            self.read_product(curator, region, detail, holders, accounts, &known).await
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
        let mut new =
            read.iter().filter(|it| !known.iter().any(|had| had.region == *region && had.id == it.id)).peekable();
        if new.peek().is_none() {
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

    /// What the mirror has of a product.
    pub(super) async fn known(&self, region: &Region, id: &ProductId) -> Result<Known> {
        let product = self.store().product(id).await?;
        Ok(Known { product, templates: self.store().read_templates(region, id, &KEPT).await? })
    }

    pub(super) async fn read_product(
        &self,
        curator: &ServiceCatalog,
        region: &Region,
        detail: ProductDetail,
        holders: Vec<Portfolio>,
        accounts: &[AccountId],
        known: &Known,
    ) -> aws::Result<(Product, Templates)> {
        let id = detail.summary.id;
        let launching = self.launching(region, &id, accounts).await?;
        let mut artifacts = curator.list_provisioning_artifacts(&id).await?;
        artifacts.sort_by_key(|a| std::cmp::Reverse(a.created_at));
        let mut constraints = Vec::new();
        for portfolio in &holders {
            for found in curator.list_constraints(&portfolio.id, Some(&id)).await? {
                constraints.push(curator.describe_constraint(&found.id).await?);
            }
        }
        let held: Vec<PortfolioId> = holders.into_iter().map(|it| it.id).collect();
        // A version's template never changes; what a launching account is told of it depends on what else holds for the product.
        let holders = |all: &[PortfolioId]| all.iter().cloned().collect::<BTreeSet<_>>();
        let same = known
            .product
            .as_ref()
            .is_some_and(|it| it.constraints == constraints && holders(&it.portfolios) == holders(&held));
        let mut tag_options = detail.tag_options;
        let mut templates = Templates::new();
        let (mut told, mut unseen) = (false, false);
        for artifact in &mut artifacts {
            let launching = launching.as_ref().filter(|_| artifact.active);
            let is_known = known.keep(artifact, launching.is_some(), same);
            if !is_known {
                let read = described(curator, &id, artifact, known, launching.is_some()).await?;
                templates.extend(read.map(|it| (artifact.id.clone(), it)));
            }
            // The TagOptions of the portfolio count too. A launching account is told them with any version.
            let Some(launching) = launching.filter(|_| !is_known || !told) else { continue };
            let Some(choices) = asked(&id, artifact, launching).await? else {
                unseen = true;
                continue;
            };
            for choice in choices {
                let option = |value| TagOption { key: choice.key.clone(), value, active: true };
                tag_options.extend(choice.values.into_iter().map(option));
            }
            told = true;
        }
        // No version is seen there for a moment: what was told before.
        if let Some(before) = known.product.as_ref().filter(|_| same && unseen && !told) {
            tag_options.extend(before.tag_options.iter().cloned());
        }
        tag_options.sort_by(|a, b| (&a.key, &a.value).cmp(&(&b.key, &b.value)));
        tag_options.dedup();
        let product = Product {
            id,
            region: region.clone(),
            portfolios: held,
            name: detail.summary.name,
            description: detail.summary.description,
            owner: detail.summary.owner,
            support: detail.summary.support,
            tags: detail.tags,
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

/// An account that sees a product, by one of its launch paths.
struct Launching {
    catalog: ServiceCatalog,
    path: String,
}

/// What the mirror has of a product: versions whose templates it has are not asked for again.
pub(super) struct Known {
    pub(super) product: Option<Product>,
    templates: BTreeSet<ProvisioningArtifactId>,
}

impl Known {
    fn before(&self, artifact: &ProvisioningArtifact) -> Option<&ProvisioningArtifact> {
        let before = self.product.as_ref().and_then(|product| product.artifact(&artifact.id));
        before.filter(|before| self.templates.contains(&before.id))
    }

    /// Takes what was read of a version before, if that is all there is to read of it; answers whether.
    fn keep(&self, artifact: &mut ProvisioningArtifact, launched: bool, same: bool) -> bool {
        let Some(before) = self.before(artifact).filter(|it| it.as_launched == launched && (!launched || same)) else {
            return false;
        };
        artifact.resources.clone_from(&before.resources);
        artifact.parameters.clone_from(&before.parameters);
        artifact.usage_instructions.clone_from(&before.usage_instructions);
        artifact.as_launched = launched;
        true
    }
}

/// What a version creates and asks for, from its template: its digest and text are given where they are new.
async fn described(
    curator: &ServiceCatalog,
    product: &ProductId,
    artifact: &mut ProvisioningArtifact,
    known: &Known,
    launched: bool,
) -> aws::Result<Option<(TemplateDigest, String)>> {
    let before = known.before(artifact);
    if let Some(before) = before {
        artifact.resources.clone_from(&before.resources);
        artifact.parameters.clone_from(&before.parameters);
        artifact.usage_instructions.clone_from(&before.usage_instructions);
        // The rest is told to whoever launches it.
        if launched {
            return Ok(None);
        }
    }
    let template = curator.describe_provisioning_artifact(product, &artifact.id).await?;
    artifact.parameters = template.parameters;
    artifact.usage_instructions.clear();
    if before.is_some() {
        return Ok(None);
    }
    let Some(text) = template.body else { return Ok(None) };
    let digest = TemplateDigest::read(&text, properties);
    artifact.resources = digest.counts();
    Ok(Some((digest, text)))
}

/// What a version asks for as a launching account sees it. Gives the TagOptions that a launch can choose
/// from; nothing of a version that was just made and is not seen there yet.
async fn asked(
    product: &ProductId,
    artifact: &mut ProvisioningArtifact,
    Launching { catalog, path }: &Launching,
) -> aws::Result<Option<Vec<TagOptionChoice>>> {
    let asked = match catalog.describe_provisioning_parameters(product, &artifact.id, Some(path)).await {
        Err(aws::Error::NotFound(_)) => return Ok(None),
        asked => asked?,
    };
    artifact.parameters = asked.parameters;
    artifact.usage_instructions = asked.usage_instructions;
    artifact.as_launched = true;
    Ok(Some(asked.tag_options))
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
