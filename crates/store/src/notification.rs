//! The inboxes, what people chose, and how far the audit log was told of.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::id::NotificationId;
use domain::notification::{Notification, Topic};
use domain::person::PersonKey;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, PageRequest};
use crate::row::{At, into_all, person};
use crate::run::{all, execute, number};
use crate::sql::{Sql, json};
use crate::tx::Tx;

const COLUMNS: &str = "id, issuer, subject, notice, at, read_at, event_id";

#[derive(sqlx::FromRow)]
struct NotificationRow {
    id: String,
    issuer: String,
    subject: String,
    notice: String,
    at: i64,
    read_at: Option<i64>,
    event_id: String,
}

impl TryFrom<NotificationRow> for Notification {
    type Error = Error;
    fn try_from(row: NotificationRow) -> Result<Self> {
        let at = At::new("notification", row.id.as_str());
        Ok(Self {
            id: at.parse("id", &row.id)?,
            person: person(row.issuer, row.subject),
            event: at.parse("event_id", &row.event_id)?,
            notice: at.json("notice", &row.notice)?,
            at: at.time("at", row.at)?,
            read_at: at.optional_time("read_at", row.read_at)?,
        })
    }
}

impl Store {
    /// What a person was told, newest first.
    pub async fn notifications(&self, whose: &PersonKey, page: &PageRequest) -> Result<Page<Notification>> {
        let start = page.start();
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM notification WHERE issuer = $1 AND subject = $2 AND (at, id) < ($3, $4) \
             ORDER BY at DESC, id DESC LIMIT {}",
            page.limit() + 1
        ));
        let sql = sql.bind(&whose.issuer).bind(&whose.subject).bind(start.at).bind(start.id);
        let items: Vec<Notification> = into_all::<NotificationRow, _>(all(self.read(), sql).await?)?;
        Ok(page.page(items, |it| Cursor { at: it.at.timestamp_millis(), id: it.id.as_str().to_owned() }))
    }

    /// How many of a person's notifications are not read, counted up to `most`.
    pub async fn count_unread(&self, whose: &PersonKey, most: u32) -> Result<i64> {
        let sql = Sql::new(format!(
            "SELECT COUNT(*) AS n FROM (SELECT id FROM notification WHERE issuer = $1 AND subject = $2 \
             AND read_at IS NULL LIMIT {most}) AS branch_0"
        ));
        number(self.read(), sql.bind(&whose.issuer).bind(&whose.subject)).await
    }

    /// Marks those of a person's notifications as read that are as old as `until` or older, or the one alone; answers how
    /// many were not before.
    pub async fn read_notifications(
        &self,
        whose: &PersonKey,
        only: Option<&NotificationId>,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64> {
        let mut sql = Sql::new("UPDATE notification SET read_at = ");
        sql.value(now).push(" WHERE read_at IS NULL AND issuer = ").value(&whose.issuer);
        sql.push(" AND subject = ").value(&whose.subject).push(" AND at <= ").value(until);
        if let Some(id) = only {
            sql.push(" AND id = ").value(id.as_str());
        }
        execute(self.write(), sql).await
    }

    /// Removes notifications that are older; answers how many.
    pub async fn sweep_notifications(&self, before: DateTime<Utc>) -> Result<u64> {
        execute(self.write(), Sql::new("DELETE FROM notification WHERE at <= $1").bind(before)).await
    }

    /// What a person chose of what comes by e-mail.
    pub async fn notification_choices(&self, whose: &PersonKey) -> Result<BTreeMap<Topic, bool>> {
        let sql = Sql::new("SELECT topic, email FROM notification_choice WHERE issuer = $1 AND subject = $2");
        let rows: Vec<(String, i64)> = all(self.read(), sql.bind(&whose.issuer).bind(&whose.subject)).await?;
        // A topic of another version of the portal is nothing that can be chosen here.
        Ok(rows.into_iter().filter_map(|(topic, email)| Some((topic.parse().ok()?, email != 0))).collect())
    }

    /// How far the audit log was told of: a position.
    pub async fn notification_cursor(&self) -> Result<i64> {
        let sql = Sql::new("SELECT position AS n FROM notification_cursor WHERE name = 'audit'");
        number(self.read(), sql).await
    }
}

impl Tx {
    /// Moves the cursor; [`Error::Conflict`] where somebody else did.
    pub async fn move_notification_cursor(&mut self, from: i64, to: i64) -> Result<()> {
        let sql = Sql::new("UPDATE notification_cursor SET position = $1 WHERE name = 'audit' AND position = $2");
        match execute(self.on(), sql.bind(to).bind(from)).await? {
            0 => Err(Error::conflict("notification_cursor", "audit")),
            _ => Ok(()),
        }
    }

    pub async fn insert_notification(&mut self, it: &Notification) -> Result<()> {
        let columns = vec![
            ("id", it.id.as_str().into()),
            ("issuer", (&it.person.issuer).into()),
            ("subject", (&it.person.subject).into()),
            ("notice", json("notification", "notice", &it.notice)?),
            ("at", it.at.into()),
            ("read_at", it.read_at.into()),
            ("event_id", it.event.as_str().into()),
        ];
        execute(self.on(), Sql::insert("notification", columns)).await.map(|_| ())
    }

    /// Keeps what a person chose; what is as by default is not kept.
    pub async fn save_notification_choices(
        &mut self,
        whose: &PersonKey,
        choices: &BTreeMap<Topic, bool>,
    ) -> Result<()> {
        let clear = Sql::new("DELETE FROM notification_choice WHERE issuer = $1 AND subject = $2");
        execute(self.on(), clear.bind(&whose.issuer).bind(&whose.subject)).await?;
        for (topic, email) in choices.iter().filter(|(topic, email)| topic.by_email_unless_chosen() != **email) {
            let columns = vec![
                ("issuer", (&whose.issuer).into()),
                ("subject", (&whose.subject).into()),
                ("topic", topic.as_str().into()),
                ("email", i64::from(*email).into()),
            ];
            execute(self.on(), Sql::insert("notification_choice", columns)).await?;
        }
        Ok(())
    }

    /// Those of `people` who get an e-mail of this topic, and have an address.
    pub async fn mailed(&mut self, people: &[PersonKey], topic: Topic) -> Result<Vec<PersonKey>> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new(
            "SELECT person.issuer, person.subject FROM person LEFT JOIN notification_choice AS choice \
             ON choice.issuer = person.issuer AND choice.subject = person.subject AND choice.topic = ",
        );
        sql.value(topic.as_str()).push(" WHERE person.email IS NOT NULL AND COALESCE(choice.email, ");
        sql.value(i64::from(topic.by_email_unless_chosen())).push(") <> 0 AND person.studio_user_id IN ");
        sql.tuple(people.iter().map(|whose| whose.studio_user_id().as_str().to_owned()));
        let rows: Vec<(String, String)> = all(self.on(), sql).await?;
        Ok(rows.into_iter().map(|(issuer, subject)| person(issuer, subject)).collect())
    }
}
