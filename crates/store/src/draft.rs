//! Drafts of forms.

use chrono::{DateTime, Utc};
use domain::draft::{Draft, LIFETIME};
use domain::id::DraftId;
use domain::person::PersonKey;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::{At, person};
use crate::run::{execute, number, optional};
use crate::sql::{Sql, json};
use crate::tx::Tx;

#[derive(sqlx::FromRow)]
struct DraftRow {
    id: String,
    issuer: String,
    subject: String,
    form: String,
    fields: String,
    errors: String,
    created_at: i64,
}

impl TryFrom<DraftRow> for Draft {
    type Error = Error;
    fn try_from(row: DraftRow) -> Result<Self> {
        let at = At::new("draft", row.id.as_str());
        Ok(Self {
            id: at.parse("id", &row.id)?,
            owner: person(row.issuer, row.subject),
            form: row.form,
            fields: at.json("fields", &row.fields)?,
            errors: at.json("errors", &row.errors)?,
            created_at: at.time("created_at", row.created_at)?,
        })
    }
}

impl Store {
    pub async fn insert_draft(&self, draft: &Draft) -> Result<()> {
        let columns = vec![
            ("id", draft.id.as_str().into()),
            ("issuer", (&draft.owner.issuer).into()),
            ("subject", (&draft.owner.subject).into()),
            ("form", (&draft.form).into()),
            ("fields", json("draft", "fields", &draft.fields)?),
            ("errors", json("draft", "errors", &draft.errors)?),
            ("created_at", draft.created_at.into()),
        ];
        execute(self.write(), Sql::insert("draft", columns)).await.map(|_| ())
    }

    /// The draft, if it is `owner`'s and not too old.
    pub async fn draft(&self, id: &DraftId, owner: &PersonKey, now: DateTime<Utc>) -> Result<Option<Draft>> {
        let sql = Sql::new(
            "SELECT id, issuer, subject, form, fields, errors, created_at FROM draft \
             WHERE id = $1 AND issuer = $2 AND subject = $3 AND created_at > $4",
        );
        let sql = sql.bind(id.as_str()).bind(&owner.issuer).bind(&owner.subject).bind(now - LIFETIME);
        optional::<DraftRow>(self.read(), sql).await?.map(TryInto::try_into).transpose()
    }

    /// How many drafts `owner` made since then, for the rate limit.
    pub async fn count_drafts(&self, owner: &PersonKey, since: DateTime<Utc>) -> Result<i64> {
        let sql = Sql::new("SELECT COUNT(*) AS n FROM draft WHERE issuer = $1 AND subject = $2 AND created_at > $3");
        number(self.read(), sql.bind(&owner.issuer).bind(&owner.subject).bind(since)).await
    }

    /// Removes drafts that are too old; answers how many.
    pub async fn sweep_drafts(&self, now: DateTime<Utc>) -> Result<u64> {
        execute(self.write(), Sql::new("DELETE FROM draft WHERE created_at <= $1").bind(now - LIFETIME)).await
    }
}

impl Tx {
    /// Removes a draft whose form was accepted.
    pub async fn delete_draft(&mut self, id: &DraftId, owner: &PersonKey) -> Result<bool> {
        let sql = Sql::new("DELETE FROM draft WHERE id = $1 AND issuer = $2 AND subject = $3");
        Ok(execute(self.on(), sql.bind(id.as_str()).bind(&owner.issuer).bind(&owner.subject)).await? > 0)
    }
}
