//! What is known before a launch: templates of versions, how accounts stand to products, and their quotas.

use domain::id::{AccountId, ProductId, ProvisioningArtifactId, Region};
use domain::preflight::{AccountQuotas, LaunchStanding};
use domain::template::TemplateDigest;

use crate::connect::Store;
use crate::error::Result;
use crate::row::At;
use crate::run::{execute, optional};
use crate::sql::{Sql, json};
use crate::tx::Tx;

impl Store {
    /// What is kept of the template of a version; nothing for one that was never read.
    pub async fn artifact_template(
        &self,
        region: &Region,
        product: &ProductId,
        artifact: &ProvisioningArtifactId,
    ) -> Result<Option<TemplateDigest>> {
        let sql =
            Sql::new("SELECT body FROM artifact_template WHERE region = $1 AND product_id = $2 AND artifact_id = $3");
        let sql = sql.bind(region.as_str()).bind(product.as_str()).bind(artifact.as_str());
        let body: Option<(String,)> = optional(self.read(), sql).await?;
        body.map(|(body,)| At::new("artifact_template", artifact.as_str()).json("body", &body)).transpose()
    }

    /// How an account stands to a product; nothing where that was never read.
    pub async fn launch_standing(
        &self,
        account: &AccountId,
        region: &Region,
        product: &ProductId,
    ) -> Result<Option<LaunchStanding>> {
        let sql = Sql::new("SELECT body FROM launch_standing WHERE account = $1 AND region = $2 AND product_id = $3");
        let sql = sql.bind(account.as_str()).bind(region.as_str()).bind(product.as_str());
        let body: Option<(String,)> = optional(self.read(), sql).await?;
        body.map(|(body,)| At::new("launch_standing", product.as_str()).json("body", &body)).transpose()
    }

    /// The quotas of an account in a region; nothing where they were never read.
    pub async fn account_quotas(&self, account: &AccountId, region: &Region) -> Result<Option<AccountQuotas>> {
        let sql = Sql::new("SELECT body FROM account_quotas WHERE account = $1 AND region = $2");
        let body: Option<(String,)> = optional(self.read(), sql.bind(account.as_str()).bind(region.as_str())).await?;
        body.map(|(body,)| At::new("account_quotas", account.as_str()).json("body", &body)).transpose()
    }
}

impl Tx {
    /// Puts the templates of a product's versions in the place of those that were there.
    pub async fn replace_artifact_templates<'a>(
        &mut self,
        region: &Region,
        product: &ProductId,
        templates: impl IntoIterator<Item = (&'a ProvisioningArtifactId, &'a TemplateDigest)>,
    ) -> Result<()> {
        let sql = Sql::new("DELETE FROM artifact_template WHERE region = $1 AND product_id = $2");
        execute(self.on(), sql.bind(region.as_str()).bind(product.as_str())).await?;
        for (artifact, template) in templates {
            let columns = vec![
                ("region", region.as_str().into()),
                ("product_id", product.as_str().into()),
                ("artifact_id", artifact.as_str().into()),
                ("body", json("artifact_template", "body", template)?),
            ];
            execute(self.on(), Sql::insert("artifact_template", columns)).await?;
        }
        Ok(())
    }

    /// Forgets the templates of products that left the catalog of a region.
    pub async fn forget_templates(&mut self, region: &Region) -> Result<()> {
        let sql = Sql::new(
            "DELETE FROM artifact_template WHERE region = $1 AND product_id NOT IN (SELECT id FROM product WHERE region = $2)",
        );
        execute(self.on(), sql.bind(region.as_str()).bind(region.as_str())).await.map(|_| ())
    }

    /// Puts what was read of a product in an account in the place of what was read before it.
    pub async fn put_launch_standing(&mut self, standing: &LaunchStanding) -> Result<()> {
        let columns = vec![
            ("account", standing.account.as_str().into()),
            ("region", standing.region.as_str().into()),
            ("product_id", standing.product.as_str().into()),
            ("body", json("launch_standing", "body", standing)?),
            ("read_at", standing.read_at.into()),
        ];
        let mut sql = Sql::upsert("launch_standing", "account, region, product_id", columns);
        sql.push(" WHERE launch_standing.read_at <= excluded.read_at");
        execute(self.on(), sql).await.map(|_| ())
    }

    /// Puts what was read of an account's quotas in the place of what was read before it.
    pub async fn put_account_quotas(&mut self, quotas: &AccountQuotas) -> Result<()> {
        let columns = vec![
            ("account", quotas.account.as_str().into()),
            ("region", quotas.region.as_str().into()),
            ("body", json("account_quotas", "body", quotas)?),
            ("read_at", quotas.read_at.into()),
        ];
        let mut sql = Sql::upsert("account_quotas", "account, region", columns);
        sql.push(" WHERE account_quotas.read_at <= excluded.read_at");
        execute(self.on(), sql).await.map(|_| ())
    }
}
