//! What admins let pass in templates.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::curation::Waiver;
use domain::id::TemplateId;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::{At, into_all, person};
use crate::run::{all, execute, optional};
use crate::sql::Sql;
use crate::tx::Tx;

const COLUMNS: &str = "template_id, rule, findings, reason, until_at, issuer, subject";

#[derive(sqlx::FromRow)]
struct WaiverRow {
    template_id: String,
    rule: String,
    findings: i64,
    reason: String,
    until_at: i64,
    issuer: String,
    subject: String,
}

impl TryFrom<WaiverRow> for Waiver {
    type Error = Error;
    fn try_from(row: WaiverRow) -> Result<Self> {
        let at = At::new("template_waiver", row.template_id.as_str());
        Ok(Self {
            template: at.parse("template_id", &row.template_id)?,
            until: at.time("until_at", row.until_at)?,
            rule: row.rule,
            findings: count(row.findings),
            reason: row.reason,
            by: person(row.issuer, row.subject),
        })
    }
}

impl Store {
    /// The waivers of a template, also those that have ended.
    pub async fn template_waivers(&self, template: &TemplateId) -> Result<Vec<Waiver>> {
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM template_waiver WHERE template_id = $1 ORDER BY rule"));
        into_all::<WaiverRow, _>(all(self.read(), sql.bind(template.as_str())).await?)
    }

    /// How many findings are let pass at that time, in those of these templates where any are.
    pub async fn waived_findings<'a>(
        &self,
        templates: impl IntoIterator<Item = &'a TemplateId>,
        now: DateTime<Utc>,
    ) -> Result<BTreeMap<TemplateId, u32>> {
        let ids: BTreeSet<&str> = templates.into_iter().map(TemplateId::as_str).collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Sql::new("SELECT template_id, findings FROM template_waiver WHERE template_id IN ");
        sql.tuple(ids).push(" AND until_at > ").value(now);
        let mut waived = BTreeMap::new();
        for (id, findings) in all::<(String, i64)>(self.read(), sql).await? {
            let template = At::new("template_waiver", id.as_str()).parse("template_id", &id)?;
            *waived.entry(template).or_default() += count(findings);
        }
        Ok(waived)
    }

    /// Forgets those that ended before; answers how many.
    pub async fn sweep_template_waivers(&self, before: DateTime<Utc>) -> Result<u64> {
        execute(self.write(), Sql::new("DELETE FROM template_waiver WHERE until_at < $1").bind(before)).await
    }
}

impl Tx {
    /// Lets it pass, in place of what was said of it before.
    pub async fn put_template_waiver(&mut self, it: &Waiver) -> Result<()> {
        let columns = vec![
            ("template_id", it.template.as_str().into()),
            ("rule", (&it.rule).into()),
            ("findings", it.findings.into()),
            ("reason", (&it.reason).into()),
            ("until_at", it.until.into()),
            ("issuer", (&it.by.issuer).into()),
            ("subject", (&it.by.subject).into()),
        ];
        execute(self.on(), Sql::upsert("template_waiver", "template_id, rule", columns)).await.map(|_| ())
    }

    /// Lets it pass no more; answers what it was.
    pub async fn delete_template_waiver(&mut self, template: &TemplateId, rule: &str) -> Result<Option<Waiver>> {
        let sql = format!("DELETE FROM template_waiver WHERE template_id = $1 AND rule = $2 RETURNING {COLUMNS}");
        let sql = Sql::new(sql).bind(template.as_str()).bind(rule);
        optional::<WaiverRow>(self.on(), sql).await?.map(TryInto::try_into).transpose()
    }
}

fn count(findings: i64) -> u32 {
    u32::try_from(findings).unwrap_or(u32::MAX)
}
