//! Changes of the catalog that somebody asked for.

use std::collections::{BTreeMap, BTreeSet};

use domain::curation::{AppliedCatalogChange, Named};
use domain::id::{CatalogChangeId, Region};

use crate::connect::Store;
use crate::dialect;
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, PageRequest};
use crate::row::{At, into_all, person};
use crate::run::{On, all, execute, optional};
use crate::sql::{Columns, Sql, json, optional_json};
use crate::tx::Tx;

const COLUMNS: &str = "id, region, subject, change, was, portfolio_name, product_name, version_name, tag_option_name, \
                       share_name, made, rest, takes_back, by_issuer, by_subject, state, problem, operation_id, created_at, updated_at, version";

/// The id, and what people call the things that it is about.
type NamedRow = (String, String, String, String, String, String);

#[derive(sqlx::FromRow)]
struct ChangeRow {
    id: String,
    region: String,
    subject: String,
    change: String,
    was: Option<String>,
    portfolio_name: String,
    product_name: String,
    version_name: String,
    tag_option_name: String,
    share_name: String,
    made: Option<String>,
    rest: Option<String>,
    takes_back: Option<String>,
    by_issuer: String,
    by_subject: String,
    state: String,
    problem: Option<String>,
    operation_id: String,
    created_at: i64,
    updated_at: i64,
    version: i64,
}

impl TryFrom<ChangeRow> for AppliedCatalogChange {
    type Error = Error;
    fn try_from(row: ChangeRow) -> Result<Self> {
        let at = At::new("catalog_change", row.id.as_str());
        Ok(Self {
            id: at.parse("id", &row.id)?,
            region: at.parse("region", &row.region)?,
            subject: row.subject,
            change: at.json("change", &row.change)?,
            before: at.optional_json("was", row.was.as_deref())?.unwrap_or_default(),
            named: Named {
                portfolio: row.portfolio_name,
                product: row.product_name,
                version: row.version_name,
                tag_option: row.tag_option_name,
                share: row.share_name,
            },
            made: at.optional_json("made", row.made.as_deref())?.unwrap_or_default(),
            rest: at.optional_json("rest", row.rest.as_deref())?,
            takes_back: row.takes_back.as_deref().map(|id| at.parse("takes_back", id)).transpose()?,
            by: person(row.by_issuer, row.by_subject),
            state: at.parse("state", &row.state)?,
            problem: at.optional_json("problem", row.problem.as_deref())?,
            operation: at.parse("operation_id", &row.operation_id)?,
            created_at: at.time("created_at", row.created_at)?,
            updated_at: at.time("updated_at", row.updated_at)?,
            version: row.version,
        })
    }
}

fn columns(it: &AppliedCatalogChange) -> Result<Columns> {
    const TABLE: &str = "catalog_change";
    Ok(vec![
        ("id", it.id.as_str().into()),
        ("region", it.region.as_str().into()),
        ("subject", (&it.subject).into()),
        ("change", json(TABLE, "change", &it.change)?),
        ("was", json(TABLE, "was", &it.before)?),
        ("portfolio_name", (&it.named.portfolio).into()),
        ("product_name", (&it.named.product).into()),
        ("version_name", (&it.named.version).into()),
        ("tag_option_name", (&it.named.tag_option).into()),
        ("share_name", (&it.named.share).into()),
        ("made", json(TABLE, "made", &it.made)?),
        ("rest", optional_json(TABLE, "rest", it.rest.as_ref())?),
        ("takes_back", it.takes_back.as_ref().map(CatalogChangeId::as_str).into()),
        ("by_issuer", (&it.by.issuer).into()),
        ("by_subject", (&it.by.subject).into()),
        ("state", it.state.as_str().into()),
        ("problem", optional_json(TABLE, "problem", it.problem.as_ref())?),
        ("operation_id", it.operation.as_str().into()),
        ("created_at", it.created_at.into()),
        ("updated_at", it.updated_at.into()),
        ("version", it.version.into()),
    ])
}

async fn get(on: On<'_>, id: &str, suffix: &str) -> Result<Option<AppliedCatalogChange>> {
    let sql = Sql::new(format!("SELECT {COLUMNS} FROM catalog_change WHERE id = $1{suffix}")).bind(id);
    optional::<ChangeRow>(on, sql).await?.map(TryInto::try_into).transpose()
}

impl Store {
    pub async fn catalog_change(&self, id: &CatalogChangeId) -> Result<Option<AppliedCatalogChange>> {
        get(self.read(), id.as_str(), "").await
    }

    /// By the time at which they were asked for.
    pub async fn catalog_changes(&self, page: &PageRequest) -> Result<Page<AppliedCatalogChange>> {
        let (start, direction) = (page.start(), page.order.direction());
        let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM catalog_change WHERE (created_at, id) "));
        sql.push(page.order.comparison()).push(" (").value(start.at).push(", ").value(start.id.as_str());
        sql.push(&format!(") ORDER BY created_at {direction}, id {direction} LIMIT {}", page.limit() + 1));
        let items: Vec<AppliedCatalogChange> = into_all::<ChangeRow, _>(all(self.read(), sql).await?)?;
        Ok(page.page(items, |it| Cursor { at: it.created_at.timestamp_millis(), id: it.id.as_str().to_owned() }))
    }

    /// What takes these back, or is about to; what failed to is left out.
    pub async fn takings_back<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a CatalogChangeId>,
    ) -> Result<BTreeMap<CatalogChangeId, CatalogChangeId>> {
        let ids: BTreeSet<&str> = ids.into_iter().map(CatalogChangeId::as_str).collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Sql::new("SELECT takes_back, id FROM catalog_change WHERE state <> 'failed' AND takes_back IN ");
        sql.tuple(ids);
        let rows: Vec<(String, String)> = all(self.read(), sql).await?;
        rows.into_iter()
            .map(|(of, id)| {
                let at = At::new("catalog_change", id.as_str());
                Ok((at.parse("takes_back", &of)?, at.parse("id", &id)?))
            })
            .collect()
    }

    /// The one that is being applied to this subject, if any is.
    pub async fn catalog_change_under_way(
        &self,
        region: &Region,
        subject: &str,
    ) -> Result<Option<AppliedCatalogChange>> {
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM catalog_change WHERE region = $1 AND subject = $2 AND state = 'applying'"
        ));
        let sql = sql.bind(region.as_str()).bind(subject);
        optional::<ChangeRow>(self.read(), sql).await?.map(TryInto::try_into).transpose()
    }

    /// What the changes that are being applied in a region are about, as people call it: those that workers have in hand, or will.
    pub async fn catalog_changes_under_way(&self, region: &Region) -> Result<Vec<(CatalogChangeId, Named)>> {
        let sql = Sql::new(
            "SELECT id, portfolio_name, product_name, version_name, tag_option_name, share_name FROM catalog_change \
             WHERE region = $1 AND state = 'applying'",
        );
        let rows: Vec<NamedRow> = all(self.read(), sql.bind(region.as_str())).await?;
        let read = |(id, portfolio, product, version, tag_option, share): NamedRow| {
            let named = Named { portfolio, product, version, tag_option, share };
            Ok((At::new("catalog_change", id.as_str()).parse("id", &id)?, named))
        };
        rows.into_iter().map(read).collect()
    }
}

impl Tx {
    /// The change, held until the end of the transaction.
    pub async fn catalog_change(&mut self, id: &CatalogChangeId) -> Result<Option<AppliedCatalogChange>> {
        let suffix = dialect::for_update(&self.on());
        get(self.on(), id.as_str(), suffix).await
    }

    /// [`Error::Duplicate`] where another of the same subject is being applied.
    pub async fn insert_catalog_change(&mut self, it: &AppliedCatalogChange) -> Result<()> {
        execute(self.on(), Sql::insert("catalog_change", columns(it)?)).await.map(|_| ())
    }

    /// Writes the next version: `it.version` is one more than what the row has, or it is an [`Error::Conflict`].
    pub async fn update_catalog_change(&mut self, it: &AppliedCatalogChange) -> Result<()> {
        let mut sql = Sql::update("catalog_change", columns(it)?);
        sql.push(" WHERE id = ").value(it.id.as_str()).push(" AND version = ").value(it.version - 1);
        match execute(self.on(), sql).await? {
            0 => Err(Error::conflict("catalog_change", it.id.as_str())),
            _ => Ok(()),
        }
    }
}
