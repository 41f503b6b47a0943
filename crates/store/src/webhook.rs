//! Where the platform team has events sent.

use domain::id::{ProjectId, WebhookId};
use domain::notification::Webhook;

use crate::connect::Store;
use crate::dialect;
use crate::error::{Error, Result};
use crate::row::{At, into_all};
use crate::run::{On, all, execute, optional};
use crate::sql::{Columns, Sql, json};
use crate::tx::Tx;

const COLUMNS: &str = "id, name, kind, host, topics, project_id, active, created_at, version";

#[derive(sqlx::FromRow)]
struct WebhookRow {
    id: String,
    name: String,
    kind: String,
    host: String,
    topics: String,
    project_id: Option<String>,
    active: i64,
    created_at: i64,
    version: i64,
}

impl TryFrom<WebhookRow> for Webhook {
    type Error = Error;
    fn try_from(row: WebhookRow) -> Result<Self> {
        let at = At::new("webhook", row.id.as_str());
        Ok(Self {
            id: at.parse("id", &row.id)?,
            name: row.name,
            kind: at.parse("kind", &row.kind)?,
            host: row.host,
            topics: at.json("topics", &row.topics)?,
            project: at.optional("project_id", row.project_id.as_deref())?,
            active: row.active != 0,
            created_at: at.time("created_at", row.created_at)?,
            version: row.version,
        })
    }
}

fn columns(it: &Webhook, sealed: Option<Vec<u8>>) -> Result<Columns> {
    let mut columns = vec![
        ("id", it.id.as_str().into()),
        ("name", (&it.name).into()),
        ("kind", it.kind.as_str().into()),
        ("host", (&it.host).into()),
        ("topics", json("webhook", "topics", &it.topics)?),
        ("project_id", it.project.as_ref().map(ProjectId::as_str).into()),
        ("active", i64::from(it.active).into()),
        ("created_at", it.created_at.into()),
        ("version", it.version.into()),
    ];
    if sealed.is_some() {
        columns.push(("sealed", sealed.into()));
    }
    Ok(columns)
}

async fn get(on: On<'_>, id: &WebhookId, suffix: &str) -> Result<Option<Webhook>> {
    let sql = Sql::new(format!("SELECT {COLUMNS} FROM webhook WHERE id = $1{suffix}")).bind(id.as_str());
    optional::<WebhookRow>(on, sql).await?.map(TryInto::try_into).transpose()
}

impl Store {
    /// All webhooks, by name: a handful.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>> {
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM webhook ORDER BY name LIMIT 500"));
        into_all::<WebhookRow, _>(all(self.read(), sql).await?)
    }

    pub async fn webhook(&self, id: &WebhookId) -> Result<Option<Webhook>> {
        get(self.read(), id, "").await
    }

    /// A webhook with its sealed secrets.
    pub async fn webhook_to_send(&self, id: &WebhookId) -> Result<Option<(Webhook, Vec<u8>)>> {
        let Some(it) = self.webhook(id).await? else { return Ok(None) };
        let sql = Sql::new("SELECT sealed FROM webhook WHERE id = $1").bind(id.as_str());
        let row: Option<(Vec<u8>,)> = optional(self.read(), sql).await?;
        Ok(row.map(|(sealed,)| (it, sealed)))
    }
}

impl Tx {
    /// The webhook, held until the end of the transaction.
    pub async fn webhook(&mut self, id: &WebhookId) -> Result<Option<Webhook>> {
        let suffix = dialect::for_update(&self.on());
        get(self.on(), id, suffix).await
    }

    /// [`Error::Duplicate`] where another has its name.
    pub async fn insert_webhook(&mut self, it: &Webhook, sealed: Vec<u8>) -> Result<()> {
        execute(self.on(), Sql::insert("webhook", columns(it, Some(sealed))?)).await.map(|_| ())
    }

    /// Writes a webhook whose version is one more than what was read; without new secrets it keeps those it has.
    pub async fn update_webhook(&mut self, it: &Webhook, sealed: Option<Vec<u8>>) -> Result<()> {
        let mut sql = Sql::update("webhook", columns(it, sealed)?);
        sql.push(" WHERE id = ").value(it.id.as_str()).push(" AND version = ").value(it.version - 1);
        match execute(self.on(), sql).await? {
            0 => Err(Error::conflict("webhook", it.id.as_str())),
            _ => Ok(()),
        }
    }

    /// Removes a webhook and what waits for it.
    pub async fn delete_webhook(&mut self, id: &WebhookId) -> Result<bool> {
        Ok(execute(self.on(), Sql::new("DELETE FROM webhook WHERE id = $1").bind(id.as_str())).await? > 0)
    }
}
