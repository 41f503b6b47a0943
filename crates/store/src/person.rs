//! Everybody who ever signed in.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::person::PersonKey;
use domain::revocation::CutOff;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::{At, into_all, person};
use crate::run::{On, all, execute, optional};
use crate::sql::{Sql, contains, optional_json};
use crate::tx::Tx;

pub(crate) const COLUMNS: &str = "person.issuer, person.subject, person.studio_user_id, person.display_name, person.email, \
                       person.groups, person.groups_seen_at, person.first_seen_at, person.cut_off";

/// A person as their last sign-in named them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRecord {
    pub person: PersonKey,
    pub display_name: String,
    pub email: Option<String>,
    /// `None` when the token had no groups claim.
    pub groups: Option<Vec<String>>,
    /// When the provider last stated the groups.
    pub groups_seen_at: DateTime<Utc>,
    pub first_seen_at: DateTime<Utc>,
    /// Follows from the revocations in force; a sign-in changes nothing of it.
    pub cut_off: CutOff,
}

#[derive(sqlx::FromRow)]
pub(crate) struct PersonRow {
    issuer: String,
    subject: String,
    studio_user_id: String,
    display_name: String,
    email: Option<String>,
    groups: Option<String>,
    groups_seen_at: i64,
    first_seen_at: i64,
    cut_off: Option<String>,
}

impl TryFrom<PersonRow> for PersonRecord {
    type Error = Error;
    fn try_from(row: PersonRow) -> Result<Self> {
        let at = At::new("person", row.studio_user_id.as_str());
        let person = person(row.issuer, row.subject);
        if person.studio_user_id().as_str() != row.studio_user_id {
            return Err(at.corrupt("studio_user_id", format!("it is not the name of {person}")));
        }
        Ok(Self {
            person,
            display_name: row.display_name,
            email: row.email,
            groups: at.optional_json("groups", row.groups.as_deref())?,
            groups_seen_at: at.time("groups_seen_at", row.groups_seen_at)?,
            first_seen_at: at.time("first_seen_at", row.first_seen_at)?,
            cut_off: at.optional_json("cut_off", row.cut_off.as_deref())?.unwrap_or_default(),
        })
    }
}

async fn get(on: On<'_>, key: &PersonKey) -> Result<Option<PersonRecord>> {
    let sql = Sql::new(format!("SELECT {COLUMNS} FROM person WHERE issuer = $1 AND subject = $2"));
    let row: Option<PersonRow> = optional(on, sql.bind(&key.issuer).bind(&key.subject)).await?;
    row.map(TryInto::try_into).transpose()
}

impl Store {
    pub async fn person(&self, key: &PersonKey) -> Result<Option<PersonRecord>> {
        get(self.read(), key).await
    }

    /// The person behind a name in AWS.
    pub async fn person_by_studio_user_id(&self, id: &str) -> Result<Option<PersonRecord>> {
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM person WHERE studio_user_id = $1")).bind(id);
        optional::<PersonRow>(self.read(), sql).await?.map(TryInto::try_into).transpose()
    }

    /// The people with this e-mail address, in any case; two at most.
    pub async fn people_by_email(&self, email: &str) -> Result<Vec<PersonRecord>> {
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM person WHERE lower(email) = $1 LIMIT 2"));
        into_all::<PersonRow, _>(all(self.read(), sql.bind(email.to_lowercase())).await?)
    }

    /// People whose name, subject or e-mail address holds `text`, by name.
    pub async fn search_people(&self, text: &str, limit: u32) -> Result<Vec<PersonRecord>> {
        let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM person WHERE display_name >= ''"));
        if !text.trim().is_empty() {
            sql.push(" AND (lower(display_name) LIKE ").value(contains(text)).push(" ESCAPE '\\'");
            sql.push(" OR lower(subject) LIKE ").value(contains(text)).push(" ESCAPE '\\'");
            sql.push(" OR lower(email) LIKE ").value(contains(text)).push(" ESCAPE '\\')");
        }
        sql.push(&format!(" ORDER BY display_name, studio_user_id LIMIT {}", limit.clamp(1, 500)));
        into_all::<PersonRow, _>(all(self.read(), sql).await?)
    }

    /// The people of any of these groups whose groups were stated after `seen_since`.
    pub async fn people_in_groups(&self, groups: &[String], seen_since: DateTime<Utc>) -> Result<Vec<PersonRecord>> {
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new(format!(
            "SELECT DISTINCT {COLUMNS} FROM person_group \
             JOIN person ON person.issuer = person_group.issuer AND person.subject = person_group.subject \
             WHERE person_group.group_name IN "
        ));
        sql.tuple(groups).push(" AND person.groups_seen_at > ").value(seen_since);
        sql.push(" ORDER BY person.display_name, person.studio_user_id");
        into_all::<PersonRow, _>(all(self.read(), sql).await?)
    }

    /// Those of `people` who ever signed in.
    pub async fn people<'a>(&self, people: impl IntoIterator<Item = &'a PersonKey>) -> Result<Vec<PersonRecord>> {
        let ids: BTreeSet<String> =
            people.into_iter().map(|person| person.studio_user_id().as_str().to_owned()).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM person WHERE studio_user_id IN "));
        sql.tuple(ids);
        into_all::<PersonRow, _>(all(self.read(), sql).await?)
    }

    /// The names of people, for a list. Who never signed in is missing.
    pub async fn names_of<'a>(
        &self,
        people: impl IntoIterator<Item = &'a PersonKey>,
    ) -> Result<BTreeMap<PersonKey, String>> {
        let ids: BTreeSet<String> =
            people.into_iter().map(|person| person.studio_user_id().as_str().to_owned()).collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Sql::new("SELECT issuer, subject, display_name FROM person WHERE studio_user_id IN ");
        sql.tuple(ids);
        let rows: Vec<(String, String, String)> = all(self.read(), sql).await?;
        Ok(rows.into_iter().map(|(issuer, subject, name)| (person(issuer, subject), name)).collect())
    }
}

impl Tx {
    /// Writes what an ID token says; `first_seen_at` counts only for who was never here.
    pub async fn save_person(&mut self, record: &PersonRecord) -> Result<()> {
        let PersonKey { issuer, subject } = &record.person;
        let columns = vec![
            ("issuer", issuer.into()),
            ("subject", subject.into()),
            ("studio_user_id", record.person.studio_user_id().as_str().into()),
            ("display_name", (&record.display_name).into()),
            ("email", record.email.clone().into()),
            ("groups", optional_json("person", "groups", record.groups.as_ref())?),
            ("groups_seen_at", record.groups_seen_at.into()),
            ("first_seen_at", record.first_seen_at.into()),
        ];
        let mut sql = Sql::insert("person", columns);
        sql.push(
            " ON CONFLICT (issuer, subject) DO UPDATE SET display_name = excluded.display_name, \
             email = excluded.email, groups = excluded.groups, groups_seen_at = excluded.groups_seen_at",
        );
        execute(self.on(), sql).await?;
        let clear = Sql::new("DELETE FROM person_group WHERE issuer = $1 AND subject = $2");
        execute(self.on(), clear.bind(issuer).bind(subject)).await?;
        for groups in record.groups.as_deref().unwrap_or_default().chunks(200) {
            let mut sql = Sql::new("INSERT INTO person_group (group_name, issuer, subject) VALUES ");
            for (i, group) in groups.iter().enumerate() {
                if i > 0 {
                    sql.push(", ");
                }
                sql.tuple([group, issuer, subject]);
            }
            // A provider may state a group twice.
            sql.push(" ON CONFLICT (group_name, issuer, subject) DO NOTHING");
            execute(self.on(), sql).await?;
        }
        Ok(())
    }

    pub async fn person(&mut self, key: &PersonKey) -> Result<Option<PersonRecord>> {
        get(self.on(), key).await
    }
}
