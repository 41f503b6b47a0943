//! The templates of versions, as they were written and what is kept of them. A version's template never changes: each is
//! read once.

use std::collections::{BTreeMap, BTreeSet};

use domain::curation::template_id;
use domain::id::{ProductId, ProvisioningArtifactId, Region, TemplateId};
use domain::template::TemplateDigest;

use crate::connect::Store;
use crate::error::Result;
use crate::row::At;
use crate::run::{all, execute, optional};
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

    /// The template of a version, as it was written.
    pub async fn template_source(
        &self,
        region: &Region,
        product: &ProductId,
        artifact: &ProvisioningArtifactId,
    ) -> Result<Option<String>> {
        let sql = Sql::new(
            "SELECT template_source.text FROM artifact_template \
             JOIN template_source ON template_source.id = artifact_template.source_id \
             WHERE artifact_template.region = $1 AND artifact_template.product_id = $2 \
             AND artifact_template.artifact_id = $3",
        );
        let sql = sql.bind(region.as_str()).bind(product.as_str()).bind(artifact.as_str());
        Ok(optional::<(String,)>(self.read(), sql).await?.map(|(text,)| text))
    }

    /// The templates of a region's versions, by what they are: of one that could not be read it is missing.
    pub async fn template_ids(&self, region: &Region) -> Result<BTreeMap<ProvisioningArtifactId, TemplateId>> {
        let sql =
            Sql::new("SELECT artifact_id, source_id FROM artifact_template WHERE region = $1 AND source_id <> ''");
        let rows: Vec<(String, String)> = all(self.read(), sql.bind(region.as_str())).await?;
        let at = At::new("artifact_template", region.as_str());
        rows.into_iter()
            .map(|(artifact, source)| Ok((at.parse("artifact_id", &artifact)?, at.parse("source_id", &source)?)))
            .collect()
    }

    /// A template that a version was made of, as it was written.
    pub async fn source_text(&self, id: &TemplateId) -> Result<Option<String>> {
        let sql = Sql::new("SELECT text FROM template_source WHERE id = $1").bind(id.as_str());
        Ok(optional::<(String,)>(self.read(), sql).await?.map(|(text,)| text))
    }

    /// The versions of a product whose templates were read, and of which all is kept that `kept` names.
    pub async fn read_templates(
        &self,
        region: &Region,
        product: &ProductId,
        kept: &str,
    ) -> Result<BTreeSet<ProvisioningArtifactId>> {
        let sql = Sql::new(
            "SELECT artifact_id FROM artifact_template WHERE region = $1 AND product_id = $2 AND kept_properties = $3",
        );
        let sql = sql.bind(region.as_str()).bind(product.as_str()).bind(kept);
        let rows: Vec<(String,)> = all(self.read(), sql).await?;
        let at = At::new("artifact_template", product.as_str());
        rows.into_iter().map(|(artifact,)| at.parse("artifact_id", &artifact)).collect()
    }
}

impl Tx {
    /// Keeps the template of a version: its digest, its text, and the name of what the digest keeps.
    pub async fn put_artifact_template(
        &mut self,
        region: &Region,
        product: &ProductId,
        artifact: &ProvisioningArtifactId,
        (digest, text, kept): (&TemplateDigest, &str, &str),
    ) -> Result<()> {
        let at = At::new("template_source", artifact.as_str());
        let source = template_id(text).map_err(|error| at.corrupt("id", error))?;
        let columns = vec![("id", source.as_str().into()), ("text", text.into())];
        execute(self.on(), Sql::upsert("template_source", "id", columns)).await?;
        let columns = vec![
            ("region", region.as_str().into()),
            ("product_id", product.as_str().into()),
            ("artifact_id", artifact.as_str().into()),
            ("body", json("artifact_template", "body", digest)?),
            ("source_id", source.as_str().into()),
            ("kept_properties", kept.into()),
        ];
        execute(self.on(), Sql::upsert("artifact_template", "region, product_id, artifact_id", columns))
            .await
            .map(|_| ())
    }

    /// Forgets the templates of versions that left a product: all but these.
    pub async fn keep_templates<'a>(
        &mut self,
        region: &Region,
        product: &ProductId,
        versions: impl IntoIterator<Item = &'a ProvisioningArtifactId>,
    ) -> Result<()> {
        let mut sql = Sql::new("DELETE FROM artifact_template WHERE region = $1 AND product_id = $2");
        sql = sql.bind(region.as_str()).bind(product.as_str());
        let versions: BTreeSet<&str> = versions.into_iter().map(ProvisioningArtifactId::as_str).collect();
        if !versions.is_empty() {
            sql.push(" AND artifact_id NOT IN ").tuple(versions);
        }
        execute(self.on(), sql).await.map(|_| ())
    }

    /// Forgets the templates of products that left the catalog of a region, and texts that are no version's any more and that
    /// nobody expects.
    pub async fn forget_templates(&mut self, region: &Region) -> Result<()> {
        let sql = Sql::new(
            "DELETE FROM artifact_template WHERE region = $1 AND product_id NOT IN (SELECT id FROM product WHERE region = $2)",
        );
        execute(self.on(), sql.bind(region.as_str()).bind(region.as_str())).await?;
        let sql = Sql::new(
            "DELETE FROM template_source WHERE NOT EXISTS \
             (SELECT 1 FROM artifact_template WHERE artifact_template.source_id = template_source.id) AND NOT EXISTS \
             (SELECT 1 FROM expected_template WHERE expected_template.source_id = template_source.id)",
        );
        execute(self.on(), sql).await.map(|_| ())
    }
}
