//! What was just changed, read again and put into the mirror by itself: a reading of the whole takes minutes.

use domain::catalog::Portfolio;
use domain::id::{PortfolioId, ProductId, Region};
use domain::problem::Problem;
use store::{Lock, Tx};

use super::super::catalog_product::KEPT;
use crate::{ControlPlane, Result, session};

impl ControlPlane {
    /// Reads one product, and puts it in the place of what was there; one that is gone leaves the mirror. `into` and `out_of`:
    /// the portfolio that it was put into, or taken out of.
    pub(super) async fn mirror_product(
        &self,
        region: &Region,
        id: &ProductId,
        into: Option<&PortfolioId>,
        out_of: Option<&PortfolioId>,
    ) -> Result<Result<(), Problem>> {
        let known = self.known(region, id).await?;
        let held = |it: &Portfolio| known.product.as_ref().is_some_and(|before| before.portfolios.contains(&it.id));
        let holds =
            |it: &Portfolio| it.region == *region && out_of != Some(&it.id) && (into == Some(&it.id) || held(it));
        let holders: Vec<Portfolio> = self.store().portfolios().await?.into_iter().filter(holds).collect();
        let reader = match self.reader(region).await {
            Ok(reader) => reader,
            Err(error) => return Ok(Err(error.problem())),
        };
        let read = async {
            let detail = match reader.curator.describe_product_as_admin(id).await {
                // Of nothing else that is not found does it follow that the product is gone.
                Err(aws::Error::NotFound(_)) => return Ok(None),
                detail => detail?,
            };
            self.read_product(&reader, region, detail, holders, &known).await.map(Some)
        };
        let read = match read.await {
            Ok(read) => read,
            Err(error) => return Ok(Err(error.problem())),
        };
        let mut tx = self.begin_mirroring(region).await?;
        if let Some((product, templates)) = read {
            tx.put_product(&product).await?;
            for (artifact, (digest, text)) in &templates {
                tx.put_artifact_template(region, id, artifact, (digest, text, &KEPT)).await?;
            }
            tx.keep_templates(region, id, product.artifacts.iter().map(|it| &it.id)).await?;
        } else {
            tx.delete_product(region, id).await?;
            tx.forget_templates(region).await?;
        }
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// The same of a portfolio.
    pub(super) async fn mirror_portfolio(&self, region: &Region, id: &PortfolioId) -> Result<Result<(), Problem>> {
        let read = async {
            let curator = session::curator(self, region).await?.service_catalog();
            curator.describe_portfolio(id).await
        };
        let read = match read.await {
            Ok(read) => Some(read),
            Err(aws::Error::NotFound(_)) => None,
            Err(error) => return Ok(Err(error.problem())),
        };
        let mut tx = self.begin_mirroring(region).await?;
        match read {
            Some(portfolio) => tx.put_portfolio(&portfolio).await?,
            None => tx.delete_portfolio(region, id).await?,
        }
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// The same of the TagOptions; products of a portfolio that one is on follow with the next reading.
    pub(super) async fn mirror_tag_options(&self, region: &Region) -> Result<Result<(), Problem>> {
        let read = async { session::curator(self, region).await?.service_catalog().tag_options().await };
        let options = match read.await {
            Ok(options) => options,
            Err(error) => return Ok(Err(error.problem())),
        };
        let mut tx = self.begin_mirroring(region).await?;
        tx.replace_tag_options(region, &options).await?;
        tx.commit().await?;
        self.signals().catalog.notify_one();
        Ok(Ok(()))
    }

    /// Not beside a reading of the whole region, which puts all of it anew; and one that began before this is old.
    async fn begin_mirroring(&self, region: &Region) -> Result<Tx> {
        let mut tx = self.store().begin().await?;
        tx.lock(Lock::Mirror).await?;
        tx.begin_mirror_generation(region).await?;
        Ok(tx)
    }
}
