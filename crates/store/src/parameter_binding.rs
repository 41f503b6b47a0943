//! Where the values of parameters come from.

use domain::binding::ParameterBinding;
use domain::id::{ParameterBindingId, ProductId};

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::{At, into_all};
use crate::run::{On, all, optional};
use crate::sql::{Sql, json};
use crate::tx::Tx;

const COLUMNS: &str = "id, product_id, account_id, parameter, source";

#[derive(sqlx::FromRow)]
struct ParameterBindingRow {
    id: String,
    product_id: String,
    account_id: String,
    parameter: String,
    source: String,
}

impl TryFrom<ParameterBindingRow> for ParameterBinding {
    type Error = Error;
    fn try_from(row: ParameterBindingRow) -> Result<Self> {
        let at = At::new("parameter_binding", row.id.as_str());
        let account = Some(row.account_id.as_str()).filter(|account| !account.is_empty());
        Ok(Self {
            id: at.parse("id", &row.id)?,
            product: at.parse("product_id", &row.product_id)?,
            account: at.optional("account_id", account)?,
            parameter: row.parameter,
            source: at.json("source", &row.source)?,
        })
    }
}

async fn list(on: On<'_>, product: &ProductId) -> Result<Vec<ParameterBinding>> {
    let sql = Sql::new(format!(
        "SELECT {COLUMNS} FROM parameter_binding WHERE product_id = $1 ORDER BY account_id, parameter"
    ));
    into_all::<ParameterBindingRow, _>(all(on, sql.bind(product.as_str())).await?)
}

impl Store {
    /// All rules of a product, those for all accounts first.
    pub async fn parameter_bindings(&self, product: &ProductId) -> Result<Vec<ParameterBinding>> {
        list(self.read(), product).await
    }
}

impl Tx {
    pub async fn parameter_bindings(&mut self, product: &ProductId) -> Result<Vec<ParameterBinding>> {
        list(self.on(), product).await
    }

    /// Adds a rule, or writes the one of the same product, account and parameter anew; answers its id, which stays what it
    /// was.
    pub async fn save_parameter_binding(&mut self, binding: &ParameterBinding) -> Result<ParameterBindingId> {
        let columns = vec![
            ("id", binding.id.as_str().into()),
            ("product_id", binding.product.as_str().into()),
            ("account_id", binding.account.as_ref().map_or("", |account| account.as_str()).into()),
            ("parameter", (&binding.parameter).into()),
            ("source", json("parameter_binding", "source", &binding.source)?),
        ];
        let mut sql = Sql::insert("parameter_binding", columns);
        sql.push(
            " ON CONFLICT (product_id, account_id, parameter) DO UPDATE SET source = excluded.source RETURNING id",
        );
        let row: Option<(String,)> = optional(self.on(), sql).await?;
        let id = row.map_or_else(|| binding.id.as_str().to_owned(), |(id,)| id);
        At::new("parameter_binding", id.as_str()).parse("id", &id)
    }

    /// Removes a rule; answers what it was.
    pub async fn delete_parameter_binding(&mut self, id: &ParameterBindingId) -> Result<Option<ParameterBinding>> {
        let sql =
            Sql::new(format!("DELETE FROM parameter_binding WHERE id = $1 RETURNING {COLUMNS}")).bind(id.as_str());
        optional::<ParameterBindingRow>(self.on(), sql).await?.map(TryInto::try_into).transpose()
    }
}
