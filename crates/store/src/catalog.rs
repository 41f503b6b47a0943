//! The mirror of Service Catalog.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::catalog::{MirrorState, Portfolio, Product};
use domain::id::{PortfolioId, ProductId, ProvisioningArtifactId, Region};
use domain::problem::Problem;
use domain::product_summary::ProductSummary;
use serde::de::DeserializeOwned;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::{At, into_all};
use crate::run::{On, all, execute, optional};
use crate::sql::{Sql, Value, contains, json};
use crate::tx::Tx;

#[derive(sqlx::FromRow)]
struct Body {
    id: String,
    body: String,
}

fn parsed<T: DeserializeOwned>(table: &'static str, row: &Body) -> Result<T> {
    At::new(table, row.id.as_str()).json("body", &row.body)
}

#[derive(sqlx::FromRow)]
struct MirrorStateRow {
    region: String,
    refreshed_at: Option<i64>,
    problem: Option<String>,
}

impl TryFrom<MirrorStateRow> for MirrorState {
    type Error = Error;
    fn try_from(row: MirrorStateRow) -> Result<Self> {
        let at = At::new("mirror_state", row.region.as_str());
        Ok(Self {
            region: at.parse("region", &row.region)?,
            refreshed_at: at.optional_time("refreshed_at", row.refreshed_at)?,
            problem: at.optional_json("problem", row.problem.as_deref())?,
        })
    }
}

async fn product(on: On<'_>, id: &ProductId) -> Result<Option<Product>> {
    let sql = Sql::new("SELECT id, body FROM product WHERE id = $1 ORDER BY region LIMIT 1").bind(id.as_str());
    optional::<Body>(on, sql).await?.map(|row| parsed("product", &row)).transpose()
}

/// Of `product` or `product_summary`: all by name, with `text` in name, description or owner.
async fn searched<T: DeserializeOwned>(on: On<'_>, table: &'static str, text: &str) -> Result<Vec<T>> {
    let mut sql = Sql::new(format!("SELECT id, body FROM {table} WHERE name >= ''"));
    if !text.trim().is_empty() {
        sql.push(" AND search LIKE ").value(contains(text)).push(" ESCAPE '\\'");
    }
    sql.push(" ORDER BY name, id");
    let rows: Vec<Body> = all(on, sql).await?;
    rows.iter().map(|row| parsed(table, row)).collect()
}

/// Of the same: the first by name, of these or of all.
async fn first<T: DeserializeOwned>(
    on: On<'_>,
    table: &'static str,
    of: Option<&[ProductId]>,
    limit: u32,
) -> Result<Vec<T>> {
    let mut sql = Sql::new(format!("SELECT id, body FROM {table} WHERE name >= ''"));
    match of {
        Some([]) => return Ok(Vec::new()),
        Some(ids) => {
            sql.push(" AND id IN ").tuple(ids.iter().map(ProductId::as_str));
        }
        None => {}
    }
    sql.push(&format!(" ORDER BY name, id LIMIT {limit}"));
    let rows: Vec<Body> = all(on, sql).await?;
    rows.iter().map(|row| parsed(table, row)).collect()
}

async fn generation(on: On<'_>, region: &Region) -> Result<i64> {
    let sql = Sql::new("SELECT generation FROM mirror_state WHERE region = $1").bind(region.as_str());
    Ok(optional::<(i64,)>(on, sql).await?.map_or(0, |(generation,)| generation))
}

impl Store {
    /// All products by name, with `text` in name, description or owner.
    pub async fn products(&self, text: &str) -> Result<Vec<Product>> {
        searched(self.read(), "product", text).await
    }

    /// The first products by name, of these or of all.
    pub async fn products_by_name(&self, of: Option<&[ProductId]>, limit: u32) -> Result<Vec<Product>> {
        first(self.read(), "product", of, limit).await
    }

    pub async fn product(&self, id: &ProductId) -> Result<Option<Product>> {
        product(self.read(), id).await
    }

    /// What lists say of all products by name, with `text` in name, description or owner.
    pub async fn product_summaries(&self, text: &str) -> Result<Vec<ProductSummary>> {
        searched(self.read(), "product_summary", text).await
    }

    /// The same of the first by name, of these or of all.
    pub async fn product_summaries_by_name(&self, of: Option<&[ProductId]>, limit: u32) -> Result<Vec<ProductSummary>> {
        first(self.read(), "product_summary", of, limit).await
    }

    /// The names of all products, by name.
    pub async fn all_product_names(&self) -> Result<Vec<(Region, ProductId, String)>> {
        let sql = Sql::new("SELECT region, id, name FROM product_summary WHERE name >= '' ORDER BY name, id");
        let rows: Vec<(String, String, String)> = all(self.read(), sql).await?;
        let read = |(region, id, name): (String, String, String)| {
            let at = At::new("product_summary", id.as_str());
            Ok((at.parse("region", &region)?, at.parse("id", &id)?, name))
        };
        rows.into_iter().map(read).collect()
    }

    /// The versions that nobody would update from, of all products.
    pub async fn current_versions(&self) -> Result<Vec<ProvisioningArtifactId>> {
        let sql = Sql::new("SELECT id, current FROM product_summary WHERE name >= ''");
        let rows: Vec<(String, String)> = all(self.read(), sql).await?;
        let mut versions = Vec::new();
        for (id, current) in rows {
            let of: Vec<ProvisioningArtifactId> = At::new("product_summary", id.as_str()).json("current", &current)?;
            versions.extend(of);
        }
        Ok(versions)
    }

    /// The names of products, for a list. What left the catalog is missing.
    pub async fn product_names<'a>(
        &self,
        products: impl IntoIterator<Item = &'a ProductId>,
    ) -> Result<BTreeMap<ProductId, String>> {
        let ids: BTreeSet<&str> = products.into_iter().map(ProductId::as_str).collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Sql::new("SELECT id, name FROM product WHERE id IN ");
        sql.tuple(ids);
        let rows: Vec<(String, String)> = all(self.read(), sql).await?;
        rows.into_iter().map(|(id, name)| Ok((At::new("product", id.as_str()).parse("id", &id)?, name))).collect()
    }

    pub async fn portfolios(&self) -> Result<Vec<Portfolio>> {
        let rows: Vec<Body> = all(self.read(), Sql::new("SELECT id, body FROM portfolio ORDER BY region, id")).await?;
        rows.iter().map(|row| parsed("portfolio", row)).collect()
    }

    pub async fn portfolio(&self, region: &Region, id: &PortfolioId) -> Result<Option<Portfolio>> {
        let sql = Sql::new("SELECT id, body FROM portfolio WHERE region = $1 AND id = $2");
        let row: Option<Body> = optional(self.read(), sql.bind(region.as_str()).bind(id.as_str())).await?;
        row.map(|row| parsed("portfolio", &row)).transpose()
    }

    /// Another number after each part of the region's mirror that was put anew beside a reading of the whole.
    pub async fn mirror_generation(&self, region: &Region) -> Result<i64> {
        generation(self.read(), region).await
    }

    /// How fresh each region is; a region that was never tried is missing.
    pub async fn mirror_states(&self) -> Result<Vec<MirrorState>> {
        let sql = Sql::new("SELECT region, refreshed_at, problem FROM mirror_state ORDER BY region");
        into_all::<MirrorStateRow, _>(all(self.read(), sql).await?)
    }
}

impl Tx {
    pub async fn product(&mut self, id: &ProductId) -> Result<Option<Product>> {
        product(self.on(), id).await
    }

    /// Puts what was just read, whole, in the place of what was there for the region. Every portfolio and product must be
    /// of that region.
    pub async fn replace_catalog(
        &mut self,
        region: &Region,
        portfolios: &[Portfolio],
        products: &[Product],
        refreshed_at: DateTime<Utc>,
    ) -> Result<()> {
        for table in ["portfolio", "product", "product_summary"] {
            let sql = Sql::new(format!("DELETE FROM {table} WHERE region = $1")).bind(region.as_str());
            execute(self.on(), sql).await?;
        }
        for portfolio in portfolios {
            self.insert_portfolio(portfolio).await?;
        }
        for product in products {
            self.insert_product(product).await?;
        }
        let columns = vec![
            ("region", region.as_str().into()),
            ("refreshed_at", refreshed_at.into()),
            ("problem", Value::Text(None)),
        ];
        execute(self.on(), Sql::upsert("mirror_state", "region", columns)).await.map(|_| ())
    }

    /// Puts one product, just read, in the place of what was there of it.
    pub async fn put_product(&mut self, product: &Product) -> Result<()> {
        self.delete_product(&product.region, &product.id).await?;
        self.insert_product(product).await
    }

    /// It left Service Catalog.
    pub async fn delete_product(&mut self, region: &Region, id: &ProductId) -> Result<()> {
        for table in ["product", "product_summary"] {
            let sql = Sql::new(format!("DELETE FROM {table} WHERE region = $1 AND id = $2"));
            execute(self.on(), sql.bind(region.as_str()).bind(id.as_str())).await?;
        }
        Ok(())
    }

    /// Puts one portfolio, just read, in the place of what was there of it.
    pub async fn put_portfolio(&mut self, portfolio: &Portfolio) -> Result<()> {
        self.delete_portfolio(&portfolio.region, &portfolio.id).await?;
        self.insert_portfolio(portfolio).await
    }

    /// It left Service Catalog.
    pub async fn delete_portfolio(&mut self, region: &Region, id: &PortfolioId) -> Result<()> {
        let sql = Sql::new("DELETE FROM portfolio WHERE region = $1 AND id = $2");
        execute(self.on(), sql.bind(region.as_str()).bind(id.as_str())).await.map(|_| ())
    }

    async fn insert_portfolio(&mut self, portfolio: &Portfolio) -> Result<()> {
        let columns = vec![
            ("region", portfolio.region.as_str().into()),
            ("id", portfolio.id.as_str().into()),
            ("name", (&portfolio.name).into()),
            ("body", json("portfolio", "body", portfolio)?),
        ];
        execute(self.on(), Sql::insert("portfolio", columns)).await.map(|_| ())
    }

    async fn insert_product(&mut self, product: &Product) -> Result<()> {
        let search = format!("{}\n{}\n{}", product.name, product.description, product.owner).to_ascii_lowercase();
        let columns = vec![
            ("region", product.region.as_str().into()),
            ("id", product.id.as_str().into()),
            ("name", (&product.name).into()),
            ("search", search.as_str().into()),
            ("body", json("product", "body", product)?),
        ];
        execute(self.on(), Sql::insert("product", columns)).await?;
        let current: Vec<&ProvisioningArtifactId> = product.current_artifacts().map(|version| &version.id).collect();
        let columns = vec![
            ("region", product.region.as_str().into()),
            ("id", product.id.as_str().into()),
            ("name", (&product.name).into()),
            ("search", search.as_str().into()),
            ("body", json("product_summary", "body", &ProductSummary::of(product))?),
            ("current", json("product_summary", "current", &current)?),
        ];
        execute(self.on(), Sql::insert("product_summary", columns)).await.map(|_| ())
    }

    /// See [`Store::mirror_generation`].
    pub async fn mirror_generation(&mut self, region: &Region) -> Result<i64> {
        generation(self.on(), region).await
    }

    /// Says that what is read of the region from before now on is old.
    pub async fn begin_mirror_generation(&mut self, region: &Region) -> Result<()> {
        let sql = Sql::new(
            "INSERT INTO mirror_state (region, generation) VALUES ($1, 1) \
             ON CONFLICT (region) DO UPDATE SET generation = mirror_state.generation + 1",
        );
        execute(self.on(), sql.bind(region.as_str())).await.map(|_| ())
    }

    /// Notes why a region could not be read; what was there stays, with its age.
    pub async fn mirror_failed(&mut self, region: &Region, problem: &Problem) -> Result<()> {
        let columns = vec![("region", region.as_str().into()), ("problem", json("mirror_state", "problem", problem)?)];
        execute(self.on(), Sql::upsert("mirror_state", "region", columns)).await.map(|_| ())
    }
}
