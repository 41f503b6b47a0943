//! Questions about requests, and their answers.

use std::collections::BTreeMap;

use domain::id::RequestId;
use domain::question::{MessageKind, RequestMessage};

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::{At, into_all, person, word};
use crate::run::{On, all, execute};
use crate::sql::Sql;
use crate::tx::Tx;

#[derive(sqlx::FromRow)]
struct MessageRow {
    request_id: String,
    number: i64,
    kind: String,
    issuer: String,
    subject: String,
    text: String,
    at: i64,
}

impl TryFrom<MessageRow> for RequestMessage {
    type Error = Error;
    fn try_from(row: MessageRow) -> Result<Self> {
        let at = At::new("request_message", row.request_id.as_str());
        Ok(Self {
            request: at.parse("request_id", &row.request_id)?,
            number: at.number("number", row.number)?,
            kind: at.word("kind", &row.kind)?,
            by: person(row.issuer, row.subject),
            text: row.text,
            at: at.time("at", row.at)?,
        })
    }
}

async fn of_request(on: On<'_>, request: &RequestId) -> Result<Vec<RequestMessage>> {
    let sql = Sql::new(
        "SELECT request_id, number, kind, issuer, subject, text, at FROM request_message WHERE request_id = $1 ORDER BY number",
    );
    into_all::<MessageRow, _>(all(on, sql.bind(request.as_str())).await?)
}

impl Store {
    /// What was asked and answered about a request, first to last: [`domain::question::MOST_MESSAGES`] at most.
    pub async fn request_messages(&self, request: &RequestId) -> Result<Vec<RequestMessage>> {
        of_request(self.read(), request).await
    }

    /// The kind of the last message about each of these, where there is any.
    pub async fn last_messages(
        &self,
        requests: impl IntoIterator<Item = &RequestId>,
    ) -> Result<BTreeMap<RequestId, MessageKind>> {
        let requests: Vec<&str> = requests.into_iter().map(RequestId::as_str).collect();
        if requests.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Sql::new("SELECT request_id, kind FROM request_message WHERE request_id IN ");
        sql.tuple(requests);
        sql.push(" AND number = (SELECT MAX(number) FROM request_message AS later");
        sql.push(" WHERE later.request_id = request_message.request_id)");
        let rows: Vec<(String, String)> = all(self.read(), sql).await?;
        rows.into_iter()
            .map(|(id, kind)| {
                let at = At::new("request_message", id.as_str());
                Ok((at.parse("request_id", &id)?, at.word("kind", &kind)?))
            })
            .collect()
    }
}

impl Tx {
    pub async fn request_messages(&mut self, request: &RequestId) -> Result<Vec<RequestMessage>> {
        of_request(self.on(), request).await
    }

    /// [`Error::Duplicate`] where there is one of this number.
    pub async fn insert_request_message(&mut self, message: &RequestMessage) -> Result<()> {
        let columns = vec![
            ("request_id", message.request.as_str().into()),
            ("number", i64::from(message.number).into()),
            ("kind", word(&message.kind).into()),
            ("issuer", (&message.by.issuer).into()),
            ("subject", (&message.by.subject).into()),
            ("text", (&message.text).into()),
            ("at", message.at.into()),
        ];
        execute(self.on(), Sql::insert("request_message", columns)).await.map(|_| ())
    }
}
