//! Provisioned products that no environment stands for.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::id::{AccountId, EnvironmentId, ProductId, ProvisionedProductId, ProvisioningArtifactId, RecordId, Region};
use domain::unmanaged::UnmanagedProduct;

use crate::connect::Store;
use crate::dialect;
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, PageRequest};
use crate::row::{At, into_all};
use crate::run::{On, all, execute, number, optional};
use crate::sql::{Columns, Sql};
use crate::tx::Tx;

const COLUMNS: &str = "id, account_id, region, name, product_id, artifact_id, record_id, status, said, made_by, made_at, \
                       found_at, seen_at";
/// Ids that are looked up at once.
const CHUNK: usize = 200;

#[derive(sqlx::FromRow)]
struct UnmanagedRow {
    id: String,
    account_id: String,
    region: String,
    name: String,
    product_id: Option<String>,
    artifact_id: Option<String>,
    record_id: Option<String>,
    status: String,
    said: String,
    made_by: String,
    made_at: Option<i64>,
    found_at: i64,
    seen_at: i64,
}

impl TryFrom<UnmanagedRow> for UnmanagedProduct {
    type Error = Error;
    fn try_from(row: UnmanagedRow) -> Result<Self> {
        let at = At::new("unmanaged_product", row.id.as_str());
        Ok(Self {
            id: at.parse("id", &row.id)?,
            account: at.parse("account_id", &row.account_id)?,
            region: at.parse("region", &row.region)?,
            name: row.name,
            product: at.optional("product_id", row.product_id.as_deref())?,
            artifact: at.optional("artifact_id", row.artifact_id.as_deref())?,
            record: at.optional("record_id", row.record_id.as_deref())?,
            status: at.parse("status", &row.status)?,
            said: row.said,
            made_by: row.made_by,
            made_at: at.optional_time("made_at", row.made_at)?,
            found_at: at.time("found_at", row.found_at)?,
            seen_at: at.time("seen_at", row.seen_at)?,
        })
    }
}

fn columns(it: &UnmanagedProduct) -> Columns {
    vec![
        ("id", it.id.as_str().into()),
        ("account_id", it.account.as_str().into()),
        ("region", it.region.as_str().into()),
        ("name", (&it.name).into()),
        ("product_id", it.product.as_ref().map(ProductId::as_str).into()),
        ("artifact_id", it.artifact.as_ref().map(ProvisioningArtifactId::as_str).into()),
        ("record_id", it.record.as_ref().map(RecordId::as_str).into()),
        ("status", it.status.as_str().into()),
        ("said", (&it.said).into()),
        ("made_by", (&it.made_by).into()),
        ("made_at", it.made_at.into()),
        ("found_at", it.found_at.into()),
        ("seen_at", it.seen_at.into()),
    ]
}

async fn get(on: On<'_>, id: &ProvisionedProductId, suffix: &str) -> Result<Option<UnmanagedProduct>> {
    let sql = Sql::new(format!("SELECT {COLUMNS} FROM unmanaged_product WHERE id = $1{suffix}")).bind(id.as_str());
    optional::<UnmanagedRow>(on, sql).await?.map(TryInto::try_into).transpose()
}

impl Store {
    /// Those of `ids` that an environment stands for, or stood for: a list of AWS's may still have what is terminated.
    pub async fn known_products(&self, ids: &[ProvisionedProductId]) -> Result<BTreeSet<ProvisionedProductId>> {
        let mut known = BTreeSet::new();
        for ids in ids.chunks(CHUNK) {
            let mut sql = Sql::new("SELECT provisioned_product_id FROM environment WHERE provisioned_product_id IN ");
            sql.tuple(ids.iter().map(ProvisionedProductId::as_str));
            let rows: Vec<(String,)> = all(self.read(), sql).await?;
            for (id,) in rows {
                known.insert(At::new("environment", id.as_str()).parse("provisioned_product_id", &id)?);
            }
        }
        Ok(known)
    }

    /// The environment that stands for a provisioned product.
    pub async fn environment_of_product(&self, id: &ProvisionedProductId) -> Result<Option<EnvironmentId>> {
        let sql = Sql::new("SELECT id FROM environment WHERE provisioned_product_id = $1 AND state <> 'terminated'");
        let row: Option<(String,)> = optional(self.read(), sql.bind(id.as_str())).await?;
        row.map(|(id,)| At::new("environment", id.as_str()).parse("id", &id)).transpose()
    }

    /// The names in an account for which an operation may be making a provisioned product whose id is not kept yet.
    pub async fn names_coming_up(&self, account: &AccountId, region: &Region) -> Result<BTreeSet<String>> {
        let sql = Sql::new(
            "SELECT name FROM environment WHERE account_id = $1 AND region = $2 AND state <> 'terminated' \
             AND (provisioned_product_id IS NULL OR state IN ('provisioning', 'updating', 'terminating'))",
        );
        let rows: Vec<(String,)> = all(self.read(), sql.bind(account.as_str()).bind(region.as_str())).await?;
        Ok(rows.into_iter().map(|(name,)| name).collect())
    }

    pub async fn unmanaged_product(&self, id: &ProvisionedProductId) -> Result<Option<UnmanagedProduct>> {
        get(self.read(), id, "").await
    }

    /// By the time at which they were first seen.
    pub async fn unmanaged_products(&self, page: &PageRequest) -> Result<Page<UnmanagedProduct>> {
        let (start, direction) = (page.start(), page.order.direction());
        let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM unmanaged_product WHERE (found_at, id) "));
        sql.push(page.order.comparison()).push(" (").value(start.at).push(", ").value(start.id.as_str());
        sql.push(&format!(") ORDER BY found_at {direction}, id {direction} LIMIT {}", page.limit() + 1));
        let items: Vec<UnmanagedProduct> = into_all::<UnmanagedRow, _>(all(self.read(), sql).await?)?;
        Ok(page.page(items, |it| Cursor { at: it.found_at.timestamp_millis(), id: it.id.as_str().to_owned() }))
    }

    /// How many there are, counted no further than `limit`.
    pub async fn count_unmanaged_products(&self, limit: u32) -> Result<i64> {
        let sql = format!(
            "SELECT COUNT(*) AS n FROM (SELECT id FROM unmanaged_product ORDER BY found_at, id LIMIT {limit}) AS counted"
        );
        number(self.read(), Sql::new(sql)).await
    }
}

impl Tx {
    /// The product, held until the end of the transaction.
    pub async fn unmanaged_product(&mut self, id: &ProvisionedProductId) -> Result<Option<UnmanagedProduct>> {
        let suffix = dialect::for_update(&self.on());
        get(self.on(), id, suffix).await
    }

    /// Keeps what a look at an account found, and forgets what is no longer there; answers those that are new.
    pub async fn put_unmanaged_products(
        &mut self,
        account: &AccountId,
        region: &Region,
        found: &[UnmanagedProduct],
    ) -> Result<Vec<UnmanagedProduct>> {
        let sql = Sql::new("SELECT id FROM unmanaged_product WHERE account_id = $1 AND region = $2");
        let rows: Vec<(String,)> = all(self.on(), sql.bind(account.as_str()).bind(region.as_str())).await?;
        let before: BTreeSet<String> = rows.into_iter().map(|(id,)| id).collect();
        for gone in before.iter().filter(|id| found.iter().all(|it| it.id.as_str() != *id)) {
            execute(self.on(), Sql::new("DELETE FROM unmanaged_product WHERE id = $1").bind(gone)).await?;
        }
        let mut new = Vec::new();
        for it in found {
            if before.contains(it.id.as_str()) {
                // When it was found first stays.
                let columns = columns(it).into_iter().filter(|(name, _)| *name != "found_at").collect();
                let mut sql = Sql::update("unmanaged_product", columns);
                sql.push(" WHERE id = ").value(it.id.as_str());
                execute(self.on(), sql).await?;
            } else {
                execute(self.on(), Sql::upsert("unmanaged_product", "id", columns(it))).await?;
                new.push(it.clone());
            }
        }
        Ok(new)
    }

    /// Forgets one, for an environment stands for it now.
    pub async fn delete_unmanaged_product(&mut self, id: &ProvisionedProductId) -> Result<()> {
        execute(self.on(), Sql::new("DELETE FROM unmanaged_product WHERE id = $1").bind(id.as_str())).await.map(|_| ())
    }
}

impl Store {
    /// Forgets those that were last seen then or before: their accounts are looked at no more. Answers how many those were.
    pub async fn sweep_unmanaged_products(&self, seen_until: DateTime<Utc>) -> Result<u64> {
        execute(self.write(), Sql::new("DELETE FROM unmanaged_product WHERE seen_at <= $1").bind(seen_until)).await
    }
}
