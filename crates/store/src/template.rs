//! Templates that were given to the portal.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::curation::UploadedTemplate;
use domain::id::TemplateId;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, PageRequest};
use crate::row::{At, into_all, person};
use crate::run::{all, execute, optional};
use crate::sql::Sql;
use crate::tx::Tx;

#[derive(sqlx::FromRow)]
struct TemplateRow {
    id: String,
    file_name: String,
    body: String,
    findings: i64,
    issuer: String,
    subject: String,
    at: i64,
}

impl TryFrom<TemplateRow> for UploadedTemplate {
    type Error = Error;
    fn try_from(row: TemplateRow) -> Result<Self> {
        let at = At::new("template", row.id.as_str());
        Ok(Self {
            id: at.parse("id", &row.id)?,
            file_name: row.file_name,
            text: row.body,
            findings: u32::try_from(row.findings).unwrap_or(u32::MAX),
            by: person(row.issuer, row.subject),
            at: at.time("at", row.at)?,
        })
    }
}

impl Store {
    pub async fn template(&self, id: &TemplateId) -> Result<Option<UploadedTemplate>> {
        let sql = Sql::new("SELECT id, file_name, body, findings, issuer, subject, at FROM template WHERE id = $1");
        optional::<TemplateRow>(self.read(), sql.bind(id.as_str())).await?.map(TryInto::try_into).transpose()
    }

    /// By the time at which they were given last, without their text.
    pub async fn templates(&self, page: &PageRequest) -> Result<Page<UploadedTemplate>> {
        let (start, direction) = (page.start(), page.order.direction());
        let mut sql =
            Sql::new("SELECT id, file_name, '' AS body, findings, issuer, subject, at FROM template WHERE (at, id) ");
        sql.push(page.order.comparison()).push(" (").value(start.at).push(", ").value(start.id.as_str());
        sql.push(&format!(") ORDER BY at {direction}, id {direction} LIMIT {}", page.limit() + 1));
        let items: Vec<UploadedTemplate> = into_all::<TemplateRow, _>(all(self.read(), sql).await?)?;
        Ok(page.page(items, |it| Cursor { at: it.at.timestamp_millis(), id: it.id.as_str().to_owned() }))
    }

    /// The template that was given last of each of these file names.
    pub async fn newest_templates<'a>(
        &self,
        file_names: impl IntoIterator<Item = &'a str>,
    ) -> Result<BTreeMap<String, TemplateId>> {
        let names: BTreeSet<&str> = file_names.into_iter().collect();
        let mut newest: BTreeMap<String, (i64, TemplateId)> = BTreeMap::new();
        if names.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Sql::new("SELECT file_name, at, id FROM template WHERE file_name IN ");
        sql.tuple(names);
        for (name, at, id) in all::<(String, i64, String)>(self.read(), sql).await? {
            let parsed = At::new("template", id.as_str()).parse("id", &id)?;
            if newest.get(&name).is_none_or(|(before, _)| *before < at) {
                newest.insert(name, (at, parsed));
            }
        }
        Ok(newest.into_iter().map(|(name, (_, id))| (name, id)).collect())
    }

    /// Forgets those that were given before `until`; answers how many.
    pub async fn sweep_templates(&self, until: DateTime<Utc>) -> Result<u64> {
        execute(self.write(), Sql::new("DELETE FROM template WHERE at < $1").bind(until)).await
    }
}

impl Tx {
    /// The same text once more is the same template, with the name and the time at which it came last.
    pub async fn put_template(&mut self, it: &UploadedTemplate) -> Result<()> {
        let columns = vec![
            ("id", it.id.as_str().into()),
            ("file_name", (&it.file_name).into()),
            ("body", (&it.text).into()),
            ("findings", it.findings.into()),
            ("issuer", (&it.by.issuer).into()),
            ("subject", (&it.by.subject).into()),
            ("at", it.at.into()),
        ];
        execute(self.on(), Sql::upsert("template", "id", columns)).await.map(|_| ())
    }
}
