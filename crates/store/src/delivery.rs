//! Deliveries: the rows are the jobs, claimed and fenced as operations are.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::id::{DeliveryId, ProjectId, WebhookId};
use domain::notification::{Channel, Delivery, DeliveryState};

use crate::connect::Store;
use crate::dialect;
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, PageRequest};
use crate::row::{At, into_all, person};
use crate::run::{On, all, execute, number, optional};
use crate::sql::{Columns, Sql, json, optional_json};
use crate::tx::Tx;

const COLUMNS: &str = "id, event_id, channel, target, issuer, subject, webhook_id, project_id, notice, happened_at, state, \
                       attempt, next_run_at, problem, created_at, finished_at, version";

#[derive(sqlx::FromRow)]
struct DeliveryRow {
    id: String,
    event_id: String,
    channel: String,
    issuer: Option<String>,
    subject: Option<String>,
    webhook_id: Option<String>,
    project_id: Option<String>,
    notice: String,
    happened_at: i64,
    state: String,
    attempt: i64,
    next_run_at: i64,
    problem: Option<String>,
    created_at: i64,
    finished_at: Option<i64>,
    version: i64,
}

impl TryFrom<DeliveryRow> for Delivery {
    type Error = Error;
    fn try_from(row: DeliveryRow) -> Result<Self> {
        let at = At::new("delivery", row.id.as_str());
        let channel = match (row.channel.as_str(), row.issuer.zip(row.subject), &row.webhook_id) {
            ("email", Some((issuer, subject)), None) => Channel::Email { person: person(issuer, subject) },
            ("webhook", None, Some(webhook)) => Channel::Webhook { webhook: at.parse("webhook_id", webhook)? },
            (channel, ..) => return Err(at.corrupt("channel", format!("{channel:?} does not fit the row"))),
        };
        Ok(Self {
            id: at.parse("id", &row.id)?,
            event: at.parse("event_id", &row.event_id)?,
            channel,
            project: at.optional("project_id", row.project_id.as_deref())?,
            notice: at.json("notice", &row.notice)?,
            happened_at: at.time("happened_at", row.happened_at)?,
            state: at.parse("state", &row.state)?,
            attempt: at.number("attempt", row.attempt)?,
            next_run_at: at.time("next_run_at", row.next_run_at)?,
            problem: at.optional_json("problem", row.problem.as_deref())?,
            created_at: at.time("created_at", row.created_at)?,
            finished_at: at.optional_time("finished_at", row.finished_at)?,
            version: row.version,
        })
    }
}

fn columns(it: &Delivery) -> Result<Columns> {
    let (target, who, webhook) = match &it.channel {
        Channel::Email { person } => (person.studio_user_id().as_str().to_owned(), Some(person), None),
        Channel::Webhook { webhook } => (webhook.as_str().to_owned(), None, Some(webhook.as_str())),
    };
    Ok(vec![
        ("id", it.id.as_str().into()),
        ("event_id", it.event.as_str().into()),
        ("channel", it.channel.as_str().into()),
        ("target", target.into()),
        ("issuer", who.map(|who| who.issuer.as_str()).into()),
        ("subject", who.map(|who| who.subject.as_str()).into()),
        ("webhook_id", webhook.into()),
        ("project_id", it.project.as_ref().map(ProjectId::as_str).into()),
        ("notice", json("delivery", "notice", &it.notice)?),
        ("happened_at", it.happened_at.into()),
        ("state", it.state.as_str().into()),
        ("attempt", it.attempt.into()),
        ("next_run_at", it.next_run_at.into()),
        ("problem", optional_json("delivery", "problem", it.problem.as_ref())?),
        ("created_at", it.created_at.into()),
        ("finished_at", it.finished_at.into()),
        ("version", it.version.into()),
    ])
}

async fn get(on: On<'_>, id: &DeliveryId, suffix: &str) -> Result<Option<Delivery>> {
    let sql = Sql::new(format!("SELECT {COLUMNS} FROM delivery WHERE id = $1{suffix}")).bind(id.as_str());
    optional::<DeliveryRow>(on, sql).await?.map(TryInto::try_into).transpose()
}

/// To be sent, and in nobody's hands.
const CLAIMABLE: &str = "state = 'due' AND next_run_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)";

impl Store {
    /// Takes up to `limit` deliveries that are due into the hands of `owner` until `lease_until`, each in its new version. A
    /// row that cannot be read holds nobody up.
    pub async fn claim_deliveries(
        &self,
        now: DateTime<Utc>,
        owner: &str,
        lease_until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Delivery>> {
        let on = self.write();
        let suffix = dialect::skip_locked(&on);
        let sql = Sql::new(format!(
            "WITH due AS MATERIALIZED (\
               SELECT id FROM delivery WHERE {CLAIMABLE} ORDER BY next_run_at, id LIMIT {limit}{suffix}\
             ) UPDATE delivery SET lease_owner = $2, lease_until = $3, version = version + 1 \
             WHERE id IN (SELECT id FROM due) AND {CLAIMABLE} RETURNING {COLUMNS}"
        ));
        let rows: Vec<DeliveryRow> = all(on, sql.bind(now).bind(owner).bind(lease_until)).await?;
        let read = rows.into_iter().map(Delivery::try_from).filter_map(|read| {
            read.inspect_err(|error| tracing::error!(%error, "a delivery cannot be read and is passed over")).ok()
        });
        Ok(read.collect())
    }

    /// Writes a claimed delivery back and lets go of it; `it.version` is one more than what was claimed. [`Error::Conflict`]
    /// when it is no longer in the hands of `owner`.
    pub async fn save_delivery(&self, it: &Delivery, owner: &str) -> Result<()> {
        let mut columns = columns(it)?;
        columns.extend([("lease_owner", Option::<String>::None.into()), ("lease_until", Option::<i64>::None.into())]);
        let mut sql = Sql::update("delivery", columns);
        sql.push(" WHERE id = ").value(it.id.as_str()).push(" AND version = ").value(it.version - 1);
        sql.push(" AND lease_owner = ").value(owner);
        match execute(self.write(), sql).await? {
            0 => Err(Error::conflict("delivery", it.id.as_str())),
            _ => Ok(()),
        }
    }

    /// Deliveries that were given up, newest first.
    pub async fn dead_deliveries(&self, page: &PageRequest) -> Result<Page<Delivery>> {
        let start = page.start();
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM delivery WHERE state = 'dead' AND (created_at, id) < ($1, $2) \
             ORDER BY created_at DESC, id DESC LIMIT {}",
            page.limit() + 1
        ));
        let items: Vec<Delivery> =
            into_all::<DeliveryRow, _>(all(self.read(), sql.bind(start.at).bind(start.id)).await?)?;
        Ok(page.page(items, |it| Cursor { at: it.created_at.timestamp_millis(), id: it.id.as_str().to_owned() }))
    }

    /// The last delivery to each webhook, sent or not.
    pub async fn last_deliveries(&self) -> Result<BTreeMap<WebhookId, Delivery>> {
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM delivery WHERE id IN (SELECT (SELECT last.id FROM delivery AS last \
             WHERE last.webhook_id = webhook.id ORDER BY last.created_at DESC, last.id DESC LIMIT 1) FROM webhook)"
        ));
        let all: Vec<Delivery> = into_all::<DeliveryRow, _>(all(self.read(), sql).await?)?;
        Ok(all
            .into_iter()
            .filter_map(|it| match &it.channel {
                Channel::Webhook { webhook } => Some((webhook.clone(), it)),
                Channel::Email { .. } => None,
            })
            .collect())
    }

    /// How many wait to be sent, and how many were given up.
    pub async fn count_deliveries(&self) -> Result<(i64, i64)> {
        let of = |state| Sql::new(format!("SELECT COUNT(*) AS n FROM delivery WHERE state = '{state}'"));
        Ok((number(self.read(), of("due")).await?, number(self.read(), of("dead")).await?))
    }

    /// When the next delivery is due; `None` when none waits.
    pub async fn next_delivery_due(&self) -> Result<Option<DateTime<Utc>>> {
        let sql = Sql::new("SELECT id, next_run_at FROM delivery WHERE state = 'due' ORDER BY next_run_at, id LIMIT 1");
        let row: Option<(String, i64)> = optional(self.read(), sql).await?;
        row.map(|(id, at)| At::new("delivery", id).time("next_run_at", at)).transpose()
    }

    /// Gives back all that `owner` holds; answers how many those were.
    pub async fn release_deliveries_of(&self, owner: &str) -> Result<u64> {
        let sql = Sql::new(
            "UPDATE delivery SET lease_owner = NULL, lease_until = NULL WHERE state = 'due' AND lease_owner = $1",
        );
        execute(self.write(), sql.bind(owner)).await
    }

    /// Removes deliveries that ended before then; answers how many.
    pub async fn sweep_deliveries(&self, before: DateTime<Utc>) -> Result<u64> {
        execute(self.write(), Sql::new("DELETE FROM delivery WHERE finished_at <= $1").bind(before)).await
    }
}

impl Tx {
    pub async fn insert_delivery(&mut self, it: &Delivery) -> Result<()> {
        execute(self.on(), Sql::insert("delivery", columns(it)?)).await.map(|_| ())
    }

    /// The delivery, held until the end of the transaction.
    pub async fn delivery(&mut self, id: &DeliveryId) -> Result<Option<Delivery>> {
        let suffix = dialect::for_update(&self.on());
        get(self.on(), id, suffix).await
    }

    /// Makes a dead delivery due again, from the first try; `false` where it is not dead.
    pub async fn revive_delivery(&mut self, id: &DeliveryId, now: DateTime<Utc>) -> Result<bool> {
        let mut sql = Sql::update(
            "delivery",
            vec![
                ("state", DeliveryState::Due.as_str().into()),
                ("attempt", 0_i64.into()),
                ("next_run_at", now.into()),
                ("finished_at", Option::<i64>::None.into()),
            ],
        );
        sql.push(", version = version + 1 WHERE state = 'dead' AND id = ").value(id.as_str());
        Ok(execute(self.on(), sql).await? > 0)
    }

    /// Removes a dead delivery; `false` where it is not dead.
    pub async fn discard_delivery(&mut self, id: &DeliveryId) -> Result<bool> {
        let sql = Sql::new("DELETE FROM delivery WHERE state = 'dead' AND id = $1").bind(id.as_str());
        Ok(execute(self.on(), sql).await? > 0)
    }
}
