//! The mirror of Service Catalog.

use chrono::{DateTime, Utc};
use domain::catalog::{MirrorState, Portfolio, Product};
use domain::id::{PortfolioId, ProductId, Region};
use domain::problem::Problem;
use serde::de::DeserializeOwned;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::product_list::TABLES;
use crate::row::{At, into_all};
use crate::run::{On, all, execute, optional};
use crate::sql::{Sql, Value, json};
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

async fn generation(on: On<'_>, region: &Region) -> Result<i64> {
    let sql = Sql::new("SELECT generation FROM mirror_state WHERE region = $1").bind(region.as_str());
    Ok(optional::<(i64,)>(on, sql).await?.map_or(0, |(generation,)| generation))
}

impl Store {
    /// All products by name.
    pub async fn products(&self) -> Result<Vec<Product>> {
        let sql = Sql::new("SELECT id, body FROM product WHERE name >= '' ORDER BY name, id");
        let rows: Vec<Body> = all(self.read(), sql).await?;
        rows.iter().map(|row| parsed("product", row)).collect()
    }

    /// These, by name. What left the catalog is missing.
    pub async fn products_of(&self, ids: &[ProductId]) -> Result<Vec<Product>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new("SELECT id, body FROM product WHERE id IN ");
        sql.tuple(ids.iter().map(ProductId::as_str)).push(" ORDER BY name, id");
        let rows: Vec<Body> = all(self.read(), sql).await?;
        rows.iter().map(|row| parsed("product", row)).collect()
    }

    pub async fn product(&self, id: &ProductId) -> Result<Option<Product>> {
        product(self.read(), id).await
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
        for table in TABLES.map(|(table, _)| table).into_iter().chain(["portfolio"]) {
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
        for (table, key) in TABLES {
            let sql = Sql::new(format!("DELETE FROM {table} WHERE region = $1 AND {key} = $2"));
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
        let columns = vec![
            ("region", product.region.as_str().into()),
            ("id", product.id.as_str().into()),
            ("name", (&product.name).into()),
            ("body", json("product", "body", product)?),
        ];
        execute(self.on(), Sql::insert("product", columns)).await?;
        self.insert_in_lists(product).await
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
