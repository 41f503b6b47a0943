//! The mirror of TagOptions.

use domain::catalog::CatalogTagOption;
use domain::id::Region;

use crate::connect::Store;
use crate::error::Result;
use crate::row::At;
use crate::run::{all, execute};
use crate::sql::{Sql, json};
use crate::tx::Tx;

impl Store {
    /// By key and value.
    pub async fn tag_options(&self) -> Result<Vec<CatalogTagOption>> {
        let sql = Sql::new("SELECT id, body FROM tag_option WHERE key >= '' ORDER BY key, value, id");
        let rows: Vec<(String, String)> = all(self.read(), sql).await?;
        rows.into_iter().map(|(id, body)| At::new("tag_option", id.as_str()).json("body", &body)).collect()
    }
}

impl Tx {
    /// Puts what was just read in the place of what was there for the region.
    pub async fn replace_tag_options(&mut self, region: &Region, options: &[CatalogTagOption]) -> Result<()> {
        execute(self.on(), Sql::new("DELETE FROM tag_option WHERE region = $1").bind(region.as_str())).await?;
        for option in options {
            let columns = vec![
                ("region", region.as_str().into()),
                ("id", option.id.as_str().into()),
                ("key", (&option.key).into()),
                ("value", (&option.value).into()),
                ("body", json("tag_option", "body", option)?),
            ];
            execute(self.on(), Sql::insert("tag_option", columns)).await?;
        }
        Ok(())
    }
}
