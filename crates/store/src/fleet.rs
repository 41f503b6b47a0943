//! Numbers over many environments, and the people of a project.

use std::collections::BTreeMap;

use domain::environment::EnvironmentState;
use domain::id::{AccountId, ProductId, ProjectId, ProvisioningArtifactId};
use domain::person::PersonKey;
use domain::project::Stage;

use crate::connect::Store;
use crate::error::Result;
use crate::person::{COLUMNS, PersonRecord, PersonRow};
use crate::row::{At, into_all, person};
use crate::run::all;
use crate::sql::{Sql, contains};

/// How many environments stand alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FleetGroup {
    pub state: EnvironmentState,
    pub stage: Stage,
    pub account: AccountId,
    pub version: ProvisioningArtifactId,
    pub environments: i64,
}

impl Store {
    /// All environments that are not terminated, by state, stage, account and version.
    pub async fn fleet(&self) -> Result<Vec<FleetGroup>> {
        let sql = Sql::new(
            "SELECT state, stage, account_id, artifact_id, COUNT(*) AS n FROM environment WHERE state <> 'terminated' \
             GROUP BY state, stage, account_id, artifact_id",
        );
        let rows: Vec<(String, String, String, String, i64)> = all(self.read(), sql).await?;
        rows.into_iter()
            .map(|(state, stage, account, version, environments)| {
                let at = At::new("environment", "(several)");
                Ok(FleetGroup {
                    state: at.parse("state", &state)?,
                    stage: at.parse("stage", &stage)?,
                    account: at.parse("account_id", &account)?,
                    version: at.parse("artifact_id", &version)?,
                    environments,
                })
            })
            .collect()
    }

    /// How many environments have each version of a product, terminated ones left out.
    pub async fn environments_by_version(&self, product: &ProductId) -> Result<BTreeMap<ProvisioningArtifactId, u64>> {
        let sql = Sql::new(
            "SELECT artifact_id, COUNT(*) AS n FROM environment \
             WHERE product_id = $1 AND state <> 'terminated' GROUP BY artifact_id",
        );
        let rows: Vec<(String, i64)> = all(self.read(), sql.bind(product.as_str())).await?;
        let at = At::new("environment", "(several)");
        rows.into_iter()
            .map(|(version, n)| Ok((at.parse("artifact_id", &version)?, u64::try_from(n).unwrap_or_default())))
            .collect()
    }

    /// The same of each of several products.
    pub async fn environments_of_products(
        &self,
        products: &[ProductId],
    ) -> Result<BTreeMap<(ProductId, ProvisioningArtifactId), u64>> {
        if products.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Sql::new("SELECT product_id, artifact_id, COUNT(*) AS n FROM environment WHERE product_id IN ");
        sql.tuple(products.iter().map(ProductId::as_str));
        sql.push(" AND state <> 'terminated' GROUP BY product_id, artifact_id");
        let rows: Vec<(String, String, i64)> = all(self.read(), sql).await?;
        let at = At::new("environment", "(several)");
        let read = |(product, version, n): (String, String, i64)| {
            let which = (at.parse("product_id", &product)?, at.parse("artifact_id", &version)?);
            Ok((which, u64::try_from(n).unwrap_or_default()))
        };
        rows.into_iter().map(read).collect()
    }

    /// How many environments of a project that are not terminated each person has.
    pub async fn live_environments_by_owner(&self, project: &ProjectId) -> Result<BTreeMap<PersonKey, i64>> {
        let sql = Sql::new(
            "SELECT owner_issuer, owner_subject, COUNT(*) AS n FROM environment \
             WHERE project_id = $1 AND state <> 'terminated' GROUP BY owner_issuer, owner_subject",
        );
        let rows: Vec<(String, String, i64)> = all(self.read(), sql.bind(project.as_str())).await?;
        Ok(rows.into_iter().map(|(issuer, subject, n)| (person(issuer, subject), n)).collect())
    }

    /// People of any of these groups with `text` in their name, by name; `limit` at most.
    pub async fn people_of_groups(&self, groups: &[String], text: &str, limit: u32) -> Result<Vec<PersonRecord>> {
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new(format!(
            "SELECT DISTINCT {COLUMNS} FROM person_group \
             JOIN person ON person.issuer = person_group.issuer AND person.subject = person_group.subject \
             WHERE person_group.group_name IN "
        ));
        sql.tuple(groups);
        if !text.trim().is_empty() {
            sql.push(" AND lower(person.display_name) LIKE ").value(contains(text)).push(" ESCAPE '\\'");
        }
        sql.push(&format!(" ORDER BY person.display_name, person.studio_user_id LIMIT {}", limit.clamp(1, 500)));
        into_all::<PersonRow, _>(all(self.read(), sql).await?)
    }
}
