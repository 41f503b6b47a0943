//! The catalog mirror: reads portfolios, products, versions, constraints and TagOptions of one region, whole, and puts them
//! in the place of what was there.

use std::collections::BTreeMap;

use aws::ServiceCatalog;
use aws::service_catalog::TagOptionChoice;
use domain::catalog::{Portfolio, Product, ProvisioningArtifact, TagOption};
use domain::id::{AccountId, ProductId, Region};
use domain::problem::Problem;
use futures::{FutureExt, StreamExt, stream};
use serde_json::Value;
use store::Lock;
use tokio_util::sync::CancellationToken;

use crate::{ControlPlane, Result, session};

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
            Ok(Catalog { portfolios, products, problem }) => {
                let mut tx = self.store().begin().await?;
                if !tx.try_lock(Lock::Mirror).await? {
                    return Ok(false);
                }
                tx.replace_catalog(region, &portfolios, &products, self.now()).await?;
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
        let accounts: Vec<AccountId> = self
            .store()
            .all_project_accounts()
            .await
            .map_err(|e| crate::Error::from(e).problem())?
            .into_iter()
            .filter(|a| &a.region == region)
            .map(|a| a.account)
            .collect();
        let read: Vec<(ProductId, aws::Result<Product>)> = stream::iter(holders)
            .map(|(id, holders)| {
                let read = self.read_product(&curator, region, id.clone(), holders, &accounts);
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
                    failed.push((name, error.problem()));
                }
            }
        }
        products.sort_by(|a, b| a.id.cmp(&b.id));
        failed.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Catalog { portfolios, products, problem: unread(&failed) })
    }

    async fn read_product(
        &self,
        curator: &ServiceCatalog,
        region: &Region,
        id: ProductId,
        holders: Vec<Portfolio>,
        accounts: &[AccountId],
    ) -> aws::Result<Product> {
        let detail = curator.describe_product_as_admin(&id).await?;
        let launching = self.launching(region, &id, accounts).await?;
        let mut artifacts = curator.list_provisioning_artifacts(&id).await?;
        let mut tag_options = detail.tag_options;
        for artifact in artifacts.iter_mut().filter(|a| a.active) {
            // TagOptions of the portfolio count too, and only a launching account is told them with the product's.
            for choice in complete(curator, &id, artifact, launching.as_ref()).await? {
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
        Ok(Product {
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
        })
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
/// as the curator does. Gives the TagOptions that a launch can choose from.
async fn complete(
    curator: &ServiceCatalog,
    product: &ProductId,
    artifact: &mut ProvisioningArtifact,
    launching: Option<&Launching>,
) -> aws::Result<Vec<TagOptionChoice>> {
    let template = curator.describe_provisioning_artifact(product, &artifact.id).await?;
    artifact.resources = template.body.as_deref().map(resources).unwrap_or_default();
    artifact.parameters = template.parameters;
    let Some(Launching { catalog, path }) = launching else { return Ok(Vec::new()) };
    let asked = match catalog.describe_provisioning_parameters(product, &artifact.id, Some(path)).await {
        // A version that was just made can take a moment to be seen there.
        Err(aws::Error::NotFound(_)) => return Ok(Vec::new()),
        asked => asked?,
    };
    artifact.parameters = asked.parameters;
    artifact.usage_instructions = asked.usage_instructions;
    Ok(asked.tag_options)
}

/// What was read of a region, and what of it could not be.
struct Catalog {
    portfolios: Vec<Portfolio>,
    products: Vec<Product>,
    problem: Option<Problem>,
}

/// The products that could not be read, each with its reason.
fn unread(failed: &[(String, Problem)]) -> Option<Problem> {
    let next = failed.first()?.1.next.clone();
    let why: Vec<String> = failed.iter().map(|(name, problem)| format!("{name}: {}", problem.why)).collect();
    Some(Problem::new("Some products could not be read; they are shown as they were last seen.", why.join(" "), next))
}

/// Resource types of a template and how many of each. A template that cannot be read here creates what AWS says it does;
/// the page then shows nothing.
fn resources(template: &str) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    if let Ok(json) = serde_json::from_str::<Value>(template) {
        for resource in json["Resources"].as_object().into_iter().flat_map(serde_json::Map::values) {
            if let Some(kind) = resource["Type"].as_str() {
                *counts.entry(kind.to_owned()).or_default() += 1;
            }
        }
        return counts;
    }
    // YAML: under `Resources:`, two levels deep, `Type: AWS::...`.
    let mut inside = false;
    let mut depth: Option<usize> = None;
    for line in template.lines() {
        let text = line.trim_end();
        let indent = text.len() - text.trim_start().len();
        let content = text.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if indent == 0 {
            inside = content.starts_with("Resources:");
            depth = None;
            continue;
        }
        if !inside {
            continue;
        }
        // The first line inside is a logical id; its members are deeper by one level.
        let top = *depth.get_or_insert(indent);
        let kind = content.strip_prefix("Type:").map(|k| k.trim().trim_matches(['"', '\'']));
        if let Some(kind) = kind
            && indent > top
            && kind.contains("::")
            && !kind.starts_with("Condition")
            && is_member(template, line, indent, top)
        {
            *counts.entry(kind.to_owned()).or_default() += 1;
        }
    }
    counts
}

/// Whether a line is a direct member of a resource, not of something inside it: no line between the logical id and it is
/// less deep.
fn is_member(template: &str, line: &str, indent: usize, top: usize) -> bool {
    let start = line.as_ptr() as usize - template.as_ptr() as usize;
    for before in template.get(..start).unwrap_or_default().lines().rev() {
        let content = before.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let depth = before.len() - content.len();
        if depth < indent {
            return depth == top;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_of_a_yaml_template_are_counted() {
        let template = "\
Parameters:
  Name:
    Type: AWS::SSM::Parameter::Value<String>
Resources:
  # two of them
  One:
    Type: AWS::S3::Bucket
    Properties:
      Other:
        Type: AWS::Not::Counted
  Two:
    Properties:
      A: b
    Type: 'AWS::S3::Bucket'
  Key:
    Type: \"AWS::KMS::Key\"
Outputs:
  Type:
    Type: AWS::Not::This
";
        let expected = BTreeMap::from([("AWS::S3::Bucket".to_owned(), 2), ("AWS::KMS::Key".to_owned(), 1)]);
        assert_eq!(resources(template), expected);
        assert_eq!(resources(r#"{"Resources":{"K":{"Type":"AWS::KMS::Key"}}}"#).len(), 1);
        assert_eq!(resources("not a template"), BTreeMap::new());
    }
}
