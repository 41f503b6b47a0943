//! Where the values of parameters come from.

use domain::binding::ParameterBinding;
use domain::id::{ParameterBindingId, ProductId};

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::{At, into_all};
use crate::run::{On, all, execute, optional};
use crate::sql::{Sql, json};
use crate::tx::Tx;

const COLUMNS: &str = "id, product_id, account_id, parameter, source, version";

#[derive(sqlx::FromRow)]
struct ParameterBindingRow {
    id: String,
    product_id: String,
    account_id: String,
    parameter: String,
    source: String,
    version: i64,
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
            version: row.version,
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
    /// All rules of all products.
    pub async fn all_parameter_bindings(&self) -> Result<Vec<ParameterBinding>> {
        let sql =
            Sql::new(format!("SELECT {COLUMNS} FROM parameter_binding ORDER BY product_id, account_id, parameter"));
        into_all::<ParameterBindingRow, _>(all(self.read(), sql).await?)
    }

    /// All rules of a product, those for all accounts first.
    pub async fn parameter_bindings(&self, product: &ProductId) -> Result<Vec<ParameterBinding>> {
        list(self.read(), product).await
    }
}

impl Tx {
    pub async fn parameter_bindings(&mut self, product: &ProductId) -> Result<Vec<ParameterBinding>> {
        list(self.on(), product).await
    }

    /// [`Error::Duplicate`] where the parameter is bound in the account, or for all accounts, already.
    pub async fn insert_parameter_binding(&mut self, binding: &ParameterBinding) -> Result<()> {
        let columns = vec![
            ("id", binding.id.as_str().into()),
            ("product_id", binding.product.as_str().into()),
            ("account_id", binding.account.as_ref().map_or("", |account| account.as_str()).into()),
            ("parameter", (&binding.parameter).into()),
            ("source", json("parameter_binding", "source", &binding.source)?),
            ("version", binding.version.into()),
        ];
        execute(self.on(), Sql::insert("parameter_binding", columns)).await.map(|_| ())
    }

    /// Writes the next version of where the value comes from: `binding.version` is one more than what the row has, or it is an
    /// [`Error::Conflict`].
    pub async fn update_parameter_binding(&mut self, binding: &ParameterBinding) -> Result<()> {
        let source = json("parameter_binding", "source", &binding.source)?;
        let mut sql = Sql::update("parameter_binding", vec![("source", source), ("version", binding.version.into())]);
        sql.push(" WHERE id = ").value(binding.id.as_str()).push(" AND version = ").value(binding.version - 1);
        match execute(self.on(), sql).await? {
            0 => Err(Error::conflict("binding", binding.id.as_str())),
            _ => Ok(()),
        }
    }

    /// Removes a rule; answers what it was.
    pub async fn delete_parameter_binding(&mut self, id: &ParameterBindingId) -> Result<Option<ParameterBinding>> {
        let sql =
            Sql::new(format!("DELETE FROM parameter_binding WHERE id = $1 RETURNING {COLUMNS}")).bind(id.as_str());
        optional::<ParameterBindingRow>(self.on(), sql).await?.map(TryInto::try_into).transpose()
    }
}
