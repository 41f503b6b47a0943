//! Products as lists have them: by name, without what grows with their versions.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalog::Product;
use domain::id::{PortfolioId, ProductId, ProvisioningArtifactId, Region};
use domain::product_summary::ProductSummary;

use crate::connect::Store;
use crate::error::Result;
use crate::row::At;
use crate::run::{all, execute, optional};
use crate::sql::{Sql, contains, json};
use crate::tx::Tx;

/// Which products a list is of. All that is set has to hold; nothing set: every product.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProductFilter<'a> {
    /// In name, description or owner, whatever the case. Empty: anything.
    pub text: &'a str,
    /// One of these.
    pub of: Option<&'a [ProductId]>,
    /// In some portfolio: from none nobody can launch.
    pub held: bool,
    /// In this one.
    pub portfolio: Option<(&'a Region, &'a PortfolioId)>,
}

impl ProductFilter<'_> {
    fn narrow(&self, sql: &mut Sql) {
        if !self.text.trim().is_empty() {
            sql.push(" AND summary.search LIKE ").value(contains(self.text)).push(" ESCAPE '\\'");
        }
        if let Some(ids) = self.of {
            sql.push(" AND summary.id IN ").tuple(ids.iter().map(ProductId::as_str));
        }
        if self.held {
            sql.push(
                " AND EXISTS (SELECT 1 FROM portfolio_product held \
                 WHERE held.region = summary.region AND held.product = summary.id)",
            );
        }
    }
}

impl Store {
    /// A part of a list by name: at most `limit` products from the one at `offset` on.
    pub async fn product_list(
        &self,
        filter: &ProductFilter<'_>,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<ProductSummary>> {
        if filter.of.is_some_and(<[ProductId]>::is_empty) {
            return Ok(Vec::new());
        }
        let mut sql = match filter.portfolio {
            Some((region, portfolio)) => Sql::new(
                "SELECT summary.id, summary.body FROM portfolio_product inside JOIN product_summary summary \
                 ON summary.region = inside.region AND summary.id = inside.product \
                 WHERE inside.region = $1 AND inside.portfolio = $2",
            )
            .bind(region.as_str())
            .bind(portfolio.as_str()),
            None => Sql::new("SELECT summary.id, summary.body FROM product_summary summary WHERE summary.name >= ''"),
        };
        filter.narrow(&mut sql);
        sql.push(match filter.portfolio {
            Some(_) => " ORDER BY inside.name, inside.product",
            None => " ORDER BY summary.name, summary.id",
        });
        let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        sql.push(" LIMIT ").value(number(limit)).push(" OFFSET ").value(number(offset));
        let rows: Vec<(String, String)> = all(self.read(), sql).await?;
        rows.iter().map(|(id, body)| At::new("product_summary", id.as_str()).json("body", body)).collect()
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

    /// The names of a region's products that a portfolio does not hold, by name.
    pub async fn product_names_outside(
        &self,
        region: &Region,
        portfolio: &PortfolioId,
    ) -> Result<Vec<(ProductId, String)>> {
        let sql = Sql::new(
            "SELECT id, name FROM product_summary WHERE name >= '' AND region = $1 AND NOT EXISTS \
             (SELECT 1 FROM portfolio_product inside WHERE inside.region = product_summary.region \
             AND inside.product = product_summary.id AND inside.portfolio = $2) ORDER BY name, id",
        );
        let rows: Vec<(String, String)> = all(self.read(), sql.bind(region.as_str()).bind(portfolio.as_str())).await?;
        rows.into_iter()
            .map(|(id, name)| Ok((At::new("product_summary", id.as_str()).parse("id", &id)?, name)))
            .collect()
    }

    /// The first product by name that this portfolio holds and no other.
    pub async fn product_only_in(&self, region: &Region, portfolio: &PortfolioId) -> Result<Option<ProductId>> {
        let sql = Sql::new(
            "SELECT product FROM portfolio_product inside WHERE region = $1 AND portfolio = $2 AND NOT EXISTS \
             (SELECT 1 FROM portfolio_product other WHERE other.region = inside.region \
             AND other.product = inside.product AND other.portfolio <> inside.portfolio) \
             ORDER BY name, product LIMIT 1",
        );
        let row: Option<(String,)> = optional(self.read(), sql.bind(region.as_str()).bind(portfolio.as_str())).await?;
        row.map(|(id,)| At::new("portfolio_product", id.as_str()).parse("product", &id)).transpose()
    }

    /// How many products each portfolio holds; one that holds none is missing.
    pub async fn count_products_inside(&self) -> Result<BTreeMap<(Region, PortfolioId), u64>> {
        let sql = Sql::new(
            "SELECT region, portfolio, COUNT(*) FROM portfolio_product WHERE region >= '' GROUP BY region, portfolio",
        );
        let rows: Vec<(String, String, i64)> = all(self.read(), sql).await?;
        let read = |(region, portfolio, count): (String, String, i64)| {
            let at = At::new("portfolio_product", portfolio.as_str());
            let whose = (at.parse("region", &region)?, at.parse("portfolio", &portfolio)?);
            Ok((whose, u64::try_from(count).unwrap_or_default()))
        };
        rows.into_iter().map(read).collect()
    }

    /// The same of one.
    pub async fn count_products_in(&self, region: &Region, portfolio: &PortfolioId) -> Result<u64> {
        let sql = Sql::new("SELECT COUNT(*) FROM portfolio_product WHERE region = $1 AND portfolio = $2");
        let row: Option<(i64,)> = optional(self.read(), sql.bind(region.as_str()).bind(portfolio.as_str())).await?;
        Ok(row.map_or(0, |(count,)| u64::try_from(count).unwrap_or_default()))
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
}

/// Where the mirror has products, with the column that says which.
pub(crate) const TABLES: [(&str, &str); 3] =
    [("product", "id"), ("product_summary", "id"), ("portfolio_product", "product")];

impl Tx {
    /// Where lists find it.
    pub(crate) async fn insert_in_lists(&mut self, product: &Product) -> Result<()> {
        let search = format!("{}\n{}\n{}", product.name, product.description, product.owner).to_ascii_lowercase();
        let current: Vec<&ProvisioningArtifactId> = product.current_artifacts().map(|version| &version.id).collect();
        let columns = vec![
            ("region", product.region.as_str().into()),
            ("id", product.id.as_str().into()),
            ("name", (&product.name).into()),
            ("search", search.into()),
            ("body", json("product_summary", "body", &ProductSummary::of(product))?),
            ("current", json("product_summary", "current", &current)?),
        ];
        execute(self.on(), Sql::insert("product_summary", columns)).await?;
        for portfolio in product.portfolios.iter().collect::<BTreeSet<_>>() {
            let columns = vec![
                ("region", product.region.as_str().into()),
                ("product", product.id.as_str().into()),
                ("portfolio", portfolio.as_str().into()),
                ("name", (&product.name).into()),
            ];
            execute(self.on(), Sql::insert("portfolio_product", columns)).await?;
        }
        Ok(())
    }
}
