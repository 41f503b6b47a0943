//! What the catalog of a region is to be, and what of it is other.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::described::{CatalogDrift, ExpectedCatalog};
use domain::id::{Region, TemplateId};

use crate::connect::Store;
use crate::dialect;
use crate::error::{Error, Result};
use crate::row::At;
use crate::run::{On, all, execute, optional};
use crate::sql::{Sql, json};
use crate::tx::Tx;

/// What is expected, with the number that is one more after each writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedRow {
    pub catalog: ExpectedCatalog,
    pub version: i64,
}

async fn expected(on: On<'_>, region: &Region, suffix: &str) -> Result<Option<ExpectedRow>> {
    let sql = Sql::new(format!("SELECT body, ids, version FROM expected_catalog WHERE region = $1{suffix}"));
    let row: Option<(String, String, i64)> = optional(on, sql.bind(region.as_str())).await?;
    let at = At::new("expected_catalog", region.as_str());
    row.map(|(body, ids, version)| {
        let catalog = ExpectedCatalog { catalog: at.json("body", &body)?, ids: at.json("ids", &ids)? };
        Ok(ExpectedRow { catalog, version })
    })
    .transpose()
}

impl Store {
    pub async fn expected_catalog(&self, region: &Region) -> Result<Option<ExpectedRow>> {
        expected(self.read(), region, "").await
    }

    /// What was other when it was last compared, and when that was: of each region that has an expected catalog.
    pub async fn catalog_drifts(&self) -> Result<Vec<(Region, CatalogDrift, DateTime<Utc>)>> {
        let sql = Sql::new("SELECT region, body, compared_at FROM catalog_drift WHERE region >= '' ORDER BY region");
        let rows: Vec<(String, String, i64)> = all(self.read(), sql).await?;
        rows.into_iter()
            .map(|(region, drift, compared_at)| {
                let at = At::new("catalog_drift", region.as_str());
                Ok((at.parse("region", &region)?, at.json("body", &drift)?, at.time("compared_at", compared_at)?))
            })
            .collect()
    }

    /// How many things were other then.
    pub async fn count_drifted_things(&self) -> Result<i64> {
        let sql = Sql::new("SELECT things FROM catalog_drift WHERE region >= ''");
        let rows: Vec<(i64,)> = all(self.read(), sql).await?;
        Ok(rows.into_iter().map(|(things,)| things).sum())
    }
}

impl Tx {
    /// What is expected, held until the end of the transaction.
    pub async fn expected_catalog(&mut self, region: &Region) -> Result<Option<ExpectedRow>> {
        let suffix = dialect::for_update(&self.on());
        expected(self.on(), region, suffix).await
    }

    /// Writes what is expected, and keeps the templates that it names. `version`: of what was read, 0 where there was nothing;
    /// where it is another by now, it is an [`Error::Conflict`].
    pub async fn put_expected_catalog(
        &mut self,
        region: &Region,
        it: &ExpectedCatalog,
        drift: &CatalogDrift,
        (version, now): (i64, DateTime<Utc>),
    ) -> Result<()> {
        let columns = vec![
            ("region", region.as_str().into()),
            ("body", json("expected_catalog", "body", &it.catalog)?),
            ("ids", json("expected_catalog", "ids", &it.ids)?),
            ("version", (version + 1).into()),
        ];
        if version == 0 {
            execute(self.on(), Sql::insert("expected_catalog", columns)).await?;
        } else {
            let mut sql = Sql::update("expected_catalog", columns);
            sql.push(" WHERE region = ").value(region.as_str()).push(" AND version = ").value(version);
            if execute(self.on(), sql).await? == 0 {
                return Err(Error::conflict("expected_catalog", region.as_str()));
            }
        }
        self.expect_templates(region, it).await?;
        self.note_drift(region, drift, now).await
    }

    /// Notes what was found, where what is expected is still of this version.
    pub async fn put_catalog_drift(
        &mut self,
        region: &Region,
        drift: &CatalogDrift,
        (version, now): (i64, DateTime<Utc>),
    ) -> Result<()> {
        let suffix = dialect::for_update(&self.on());
        let sql = Sql::new(format!("SELECT version FROM expected_catalog WHERE region = $1{suffix}"));
        let now_there: Option<(i64,)> = optional(self.on(), sql.bind(region.as_str())).await?;
        if now_there == Some((version,)) { self.note_drift(region, drift, now).await } else { Ok(()) }
    }

    async fn note_drift(&mut self, region: &Region, drift: &CatalogDrift, now: DateTime<Utc>) -> Result<()> {
        let columns = vec![
            ("region", region.as_str().into()),
            ("things", i64::try_from(drift.things.len()).unwrap_or(i64::MAX).into()),
            ("compared_at", now.into()),
            ("body", json("catalog_drift", "body", drift)?),
        ];
        execute(self.on(), Sql::upsert("catalog_drift", "region", columns)).await.map(|_| ())
    }

    async fn expect_templates(&mut self, region: &Region, it: &ExpectedCatalog) -> Result<()> {
        let sql = Sql::new("SELECT source_id FROM expected_template WHERE region = $1").bind(region.as_str());
        let rows: Vec<(String,)> = all(self.on(), sql).await?;
        let before: BTreeSet<String> = rows.into_iter().map(|(id,)| id).collect();
        let now: BTreeSet<String> = it.templates().values().map(TemplateId::to_string).collect();
        for id in now.difference(&before) {
            let columns = vec![("region", region.as_str().into()), ("source_id", id.into())];
            execute(self.on(), Sql::insert("expected_template", columns)).await?;
        }
        for id in before.difference(&now) {
            let sql = Sql::new("DELETE FROM expected_template WHERE region = $1 AND source_id = $2");
            execute(self.on(), sql.bind(region.as_str()).bind(id.as_str())).await?;
        }
        Ok(())
    }
}
