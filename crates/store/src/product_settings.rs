//! What the platform team says of products.

use std::collections::BTreeMap;

use domain::access::ProductSettings;
use domain::id::ProductId;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::At;
use crate::run::{all, execute, optional};
use crate::sql::Sql;
use crate::tx::Tx;

const COLUMNS: &str = "product_id, typical_minutes, version";

#[derive(sqlx::FromRow)]
struct ProductSettingsRow {
    product_id: String,
    typical_minutes: Option<i64>,
    version: i64,
}

impl TryFrom<ProductSettingsRow> for ProductSettings {
    type Error = Error;
    fn try_from(row: ProductSettingsRow) -> Result<Self> {
        let at = At::new("product_settings", row.product_id.as_str());
        Ok(Self {
            product: at.parse("product_id", &row.product_id)?,
            typical_minutes: row.typical_minutes.map(|minutes| at.number("typical_minutes", minutes)).transpose()?,
            version: row.version,
        })
    }
}

impl Store {
    /// What is said of a product; nothing, at version 0, where nobody said anything.
    pub async fn product_settings(&self, product: &ProductId) -> Result<ProductSettings> {
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM product_settings WHERE product_id = $1"));
        let row: Option<ProductSettingsRow> = optional(self.read(), sql.bind(product.as_str())).await?;
        match row {
            Some(row) => row.try_into(),
            None => Ok(ProductSettings { product: product.clone(), typical_minutes: None, version: 0 }),
        }
    }

    /// The same of several products; those of which nothing is said are missing.
    pub async fn product_settings_of(&self, products: &[ProductId]) -> Result<BTreeMap<ProductId, ProductSettings>> {
        if products.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM product_settings WHERE product_id IN "));
        sql.tuple(products.iter().map(ProductId::as_str));
        let rows: Vec<ProductSettingsRow> = all(self.read(), sql).await?;
        rows.into_iter()
            .map(|row| {
                let settings = ProductSettings::try_from(row)?;
                Ok((settings.product.clone(), settings))
            })
            .collect()
    }
}

impl Tx {
    /// Writes the next version: `settings.version` is one more than what is there (0 for nothing), or it is an
    /// [`Error::Conflict`].
    pub async fn save_product_settings(&mut self, settings: &ProductSettings) -> Result<()> {
        let columns = vec![
            ("product_id", settings.product.as_str().into()),
            ("typical_minutes", settings.typical_minutes.map(i64::from).into()),
            ("version", settings.version.into()),
        ];
        let mut sql = Sql::upsert("product_settings", "product_id", columns);
        sql.push(" WHERE product_settings.version = ").value(settings.version - 1);
        match execute(self.on(), sql).await? {
            0 => Err(Error::conflict("product", settings.product.as_str())),
            _ => Ok(()),
        }
    }
}
