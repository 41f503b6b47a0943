//! What is known before a launch: how accounts stand to products, and their quotas.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{AccountId, ProductId, Region};
use domain::preflight::{AccountQuotas, LaunchStanding};

use crate::connect::Store;
use crate::error::Result;
use crate::row::At;
use crate::run::{all, execute, optional};
use crate::sql::{Sql, json};
use crate::tx::Tx;

impl Store {
    /// How an account stands to a product; nothing where that was never read.
    pub async fn launch_standing(
        &self,
        account: &AccountId,
        region: &Region,
        product: &ProductId,
    ) -> Result<Option<LaunchStanding>> {
        let sql = Sql::new("SELECT body FROM launch_standing WHERE account = $1 AND region = $2 AND product_id = $3");
        let sql = sql.bind(account.as_str()).bind(region.as_str()).bind(product.as_str());
        let body: Option<(String,)> = optional(self.read(), sql).await?;
        body.map(|(body,)| At::new("launch_standing", product.as_str()).json("body", &body)).transpose()
    }

    /// How accounts stand to a product; those that were never read are missing.
    pub async fn launch_standings<'a>(
        &self,
        accounts: impl IntoIterator<Item = &'a AccountId>,
        region: &Region,
        product: &ProductId,
    ) -> Result<BTreeMap<AccountId, LaunchStanding>> {
        let accounts: BTreeSet<&str> = accounts.into_iter().map(AccountId::as_str).collect();
        if accounts.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Sql::new("SELECT body FROM launch_standing WHERE region = ");
        sql.value(region.as_str()).push(" AND product_id = ").value(product.as_str());
        sql.push(" AND account IN ").tuple(accounts);
        let rows: Vec<(String,)> = all(self.read(), sql).await?;
        let at = At::new("launch_standing", product.as_str());
        let read = |(body,): (String,)| at.json("body", &body).map(|it: LaunchStanding| (it.account.clone(), it));
        rows.into_iter().map(read).collect()
    }

    /// The quotas of an account in a region; nothing where they were never read.
    pub async fn account_quotas(&self, account: &AccountId, region: &Region) -> Result<Option<AccountQuotas>> {
        let sql = Sql::new("SELECT body FROM account_quotas WHERE account = $1 AND region = $2");
        let body: Option<(String,)> = optional(self.read(), sql.bind(account.as_str()).bind(region.as_str())).await?;
        body.map(|(body,)| At::new("account_quotas", account.as_str()).json("body", &body)).transpose()
    }
}

impl Tx {
    /// Puts what was read of a product in an account in the place of what was read before it.
    pub async fn put_launch_standing(&mut self, standing: &LaunchStanding) -> Result<()> {
        let columns = vec![
            ("account", standing.account.as_str().into()),
            ("region", standing.region.as_str().into()),
            ("product_id", standing.product.as_str().into()),
            ("body", json("launch_standing", "body", standing)?),
            ("read_at", standing.read_at.into()),
        ];
        let mut sql = Sql::upsert("launch_standing", "account, region, product_id", columns);
        sql.push(" WHERE launch_standing.read_at <= excluded.read_at");
        execute(self.on(), sql).await.map(|_| ())
    }

    /// Puts what was read of an account's quotas in the place of what was read before it.
    pub async fn put_account_quotas(&mut self, quotas: &AccountQuotas) -> Result<()> {
        let columns = vec![
            ("account", quotas.account.as_str().into()),
            ("region", quotas.region.as_str().into()),
            ("body", json("account_quotas", "body", quotas)?),
            ("read_at", quotas.read_at.into()),
        ];
        let mut sql = Sql::upsert("account_quotas", "account, region", columns);
        sql.push(" WHERE account_quotas.read_at <= excluded.read_at");
        execute(self.on(), sql).await.map(|_| ())
    }
}
