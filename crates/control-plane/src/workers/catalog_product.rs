//! One product of the catalog, as its curator and a launching account see it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use aws::service_catalog::{ProductDetail, TagOptionChoice};
use aws::{Patience, ServiceCatalog};
use domain::catalog::{Portfolio, Product, ProvisioningArtifact, TagOption};
use domain::id::{AccountId, PortfolioId, ProductId, ProvisioningArtifactId, Region};
use domain::resource_actions::{kept_properties, properties};
use domain::template::TemplateDigest;

use crate::{ControlPlane, Result, session};

/// Templates of a product's versions that were read now: what is kept of them, and their text.
pub(super) type Templates = BTreeMap<ProvisioningArtifactId, (TemplateDigest, String)>;

/// Digests of templates that were made when other properties were kept are made anew.
pub(super) static KEPT: LazyLock<String> = LazyLock::new(kept_properties);

/// Whoever reads a region: thousands of calls, which wait where AWS throttles them.
pub(super) struct Reader {
    pub(super) curator: ServiceCatalog,
    /// Those of projects, in the region.
    accounts: Vec<AccountId>,
    patience: Patience,
}

impl ControlPlane {
    pub(super) async fn reader(&self, region: &Region) -> Result<Reader> {
        let patience = self.aws().patience();
        let curator = session::curator(self, region).await?.service_catalog().patient(&patience);
        let all = self.store().all_project_accounts().await?;
        let accounts = all.into_iter().filter(|it| it.region == *region).map(|it| it.account).collect();
        Ok(Reader { curator, accounts, patience })
    }

    /// What the mirror has of a product.
    pub(super) async fn known(&self, region: &Region, id: &ProductId) -> Result<Known> {
        let product = self.store().product(id).await?;
        Ok(Known { product, templates: self.store().read_templates(region, id, &KEPT).await? })
    }

    pub(super) async fn read_product(
        &self,
        reader: &Reader,
        region: &Region,
        detail: ProductDetail,
        holders: Vec<Portfolio>,
        known: &Known,
    ) -> aws::Result<(Product, Templates)> {
        let id = detail.summary.id;
        let curator = &reader.curator;
        let launching = self.launching(reader, region, &id).await?;
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
    async fn launching(&self, reader: &Reader, region: &Region, product: &ProductId) -> aws::Result<Option<Launching>> {
        for account in &reader.accounts {
            let look = async {
                let session = session::catalog_reader(self, account, region).await?;
                let catalog = session.service_catalog().patient(&reader.patience);
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
