//! The mirror of TagOptions.

use domain::catalog::CatalogTagOption;
use domain::id::{Region, TagOptionId};

use crate::connect::Store;
use crate::error::Result;
use crate::row::At;
use crate::run::{all, execute, optional};
use crate::sql::{Sql, json};
use crate::tx::Tx;

impl Store {
    /// By key and value.
    pub async fn tag_options(&self) -> Result<Vec<CatalogTagOption>> {
        let sql = Sql::new("SELECT id, body FROM tag_option WHERE key >= '' ORDER BY key, value, id");
        let rows: Vec<(String, String)> = all(self.read(), sql).await?;
        rows.into_iter().map(read).collect()
    }

    /// At most `limit` of them, from the place `offset` in the same order on.
    pub async fn tag_option_list(&self, offset: usize, limit: usize) -> Result<Vec<CatalogTagOption>> {
        let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let sql = "SELECT id, body FROM tag_option WHERE key >= '' ORDER BY key, value, id LIMIT $1 OFFSET $2";
        let sql = Sql::new(sql).bind(number(limit)).bind(number(offset));
        let rows: Vec<(String, String)> = all(self.read(), sql).await?;
        rows.into_iter().map(read).collect()
    }

    /// One, of whichever of these regions.
    pub async fn tag_option(&self, regions: &[Region], id: &TagOptionId) -> Result<Option<CatalogTagOption>> {
        if regions.is_empty() {
            return Ok(None);
        }
        let mut sql = Sql::new("SELECT id, body FROM tag_option WHERE region IN ");
        sql.tuple(regions.iter().map(Region::as_str));
        sql.push(" AND id = ").value(id.as_str());
        let row: Option<(String, String)> = optional(self.read(), sql).await?;
        row.map(read).transpose()
    }
}

fn read((id, body): (String, String)) -> Result<CatalogTagOption> {
    At::new("tag_option", id.as_str()).json("body", &body)
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
