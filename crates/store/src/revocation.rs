//! Revocations, and what follows from them on the rows of people and environments.

use domain::id::{EnvironmentId, ProjectId, RevocationId};
use domain::person::PersonKey;
use domain::revocation::{CutOff, Reach, Revocation};

use crate::connect::Store;
use crate::dialect;
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, PageRequest};
use crate::row::{At, into_all, person};
use crate::run::{On, all, execute, optional};
use crate::scope::{Keys, Scope, page_query};
use crate::sql::{Columns, Sql, json, optional_json};
use crate::tx::{Lock, Tx};

const COLUMNS: &str = "id, issuer, subject, reach, environment_id, project_id, reason, by_issuer, by_subject, by_admin, \
                       state, problem, targets, operation_id, created_at, restored_by_issuer, restored_by_subject, \
                       updated_at, version";

const KEYS: Keys =
    Keys { table: "revocation", time: "created_at", project: "project_id", issuer: "issuer", subject: "subject" };

#[derive(sqlx::FromRow)]
struct RevocationRow {
    id: String,
    issuer: String,
    subject: String,
    reach: String,
    environment_id: Option<String>,
    project_id: Option<String>,
    reason: String,
    by_issuer: String,
    by_subject: String,
    by_admin: i64,
    state: String,
    problem: Option<String>,
    targets: String,
    operation_id: String,
    created_at: i64,
    restored_by_issuer: Option<String>,
    restored_by_subject: Option<String>,
    updated_at: i64,
    version: i64,
}

fn reach(at: &At, row: &RevocationRow) -> Result<Reach> {
    let environment = at.optional("environment_id", row.environment_id.as_deref())?;
    let project = at.optional("project_id", row.project_id.as_deref())?;
    match (row.reach.as_str(), environment, project) {
        ("environment", Some(environment), Some(project)) => Ok(Reach::Environment { environment, project }),
        ("project", None, Some(project)) => Ok(Reach::Project { project }),
        ("everything", None, None) => Ok(Reach::Everything),
        (other, ..) => Err(at.corrupt("reach", format!("{other:?} does not fit the row"))),
    }
}

impl TryFrom<RevocationRow> for Revocation {
    type Error = Error;
    fn try_from(row: RevocationRow) -> Result<Self> {
        let at = At::new("revocation", row.id.as_str());
        Ok(Self {
            id: at.parse("id", &row.id)?,
            reach: reach(&at, &row)?,
            person: person(row.issuer, row.subject),
            reason: row.reason,
            by: person(row.by_issuer, row.by_subject),
            by_admin: row.by_admin != 0,
            state: at.parse("state", &row.state)?,
            problem: at.optional_json("problem", row.problem.as_deref())?,
            targets: at.json("targets", &row.targets)?,
            operation: at.parse("operation_id", &row.operation_id)?,
            created_at: at.time("created_at", row.created_at)?,
            restored_by: row
                .restored_by_issuer
                .zip(row.restored_by_subject)
                .map(|(issuer, subject)| person(issuer, subject)),
            updated_at: at.time("updated_at", row.updated_at)?,
            version: row.version,
        })
    }
}

fn columns(it: &Revocation) -> Result<Columns> {
    Ok(vec![
        ("id", it.id.as_str().into()),
        ("issuer", (&it.person.issuer).into()),
        ("subject", (&it.person.subject).into()),
        ("reach", it.reach.as_str().into()),
        ("environment_id", it.reach.environment().map(EnvironmentId::as_str).into()),
        ("project_id", it.reach.project().map(ProjectId::as_str).into()),
        ("reason", (&it.reason).into()),
        ("by_issuer", (&it.by.issuer).into()),
        ("by_subject", (&it.by.subject).into()),
        ("by_admin", i64::from(it.by_admin).into()),
        ("state", it.state.as_str().into()),
        ("problem", optional_json("revocation", "problem", it.problem.as_ref())?),
        ("targets", json("revocation", "targets", &it.targets)?),
        ("operation_id", it.operation.as_str().into()),
        ("created_at", it.created_at.into()),
        ("restored_by_issuer", it.restored_by.as_ref().map(|by| by.issuer.clone()).into()),
        ("restored_by_subject", it.restored_by.as_ref().map(|by| by.subject.clone()).into()),
        ("updated_at", it.updated_at.into()),
        ("version", it.version.into()),
    ])
}

async fn get(on: On<'_>, id: &RevocationId, suffix: &str) -> Result<Option<Revocation>> {
    let sql = Sql::new(format!("SELECT {COLUMNS} FROM revocation WHERE id = $1{suffix}")).bind(id.as_str());
    optional::<RevocationRow>(on, sql).await?.map(TryInto::try_into).transpose()
}

pub(crate) fn in_force(who: &PersonKey) -> Sql {
    let sql = Sql::new(format!(
        "SELECT {COLUMNS} FROM revocation WHERE issuer = $1 AND subject = $2 AND state <> 'restored' \
         ORDER BY created_at DESC, id DESC"
    ));
    sql.bind(&who.issuer).bind(&who.subject)
}

pub(crate) fn list(scope: &Scope, page: &PageRequest) -> Option<Sql> {
    page_query(KEYS, COLUMNS, scope, page, |_| {})
}

impl Store {
    pub async fn revocation(&self, id: &RevocationId) -> Result<Option<Revocation>> {
        get(self.read(), id, "").await
    }

    /// By the time at which they were made.
    pub async fn revocations(&self, scope: &Scope, page: &PageRequest) -> Result<Page<Revocation>> {
        let Some(sql) = list(scope, page) else { return Ok(Page::default()) };
        let items: Vec<Revocation> = into_all::<RevocationRow, _>(all(self.read(), sql).await?)?;
        Ok(page.page(items, |r| Cursor { at: r.created_at.timestamp_millis(), id: r.id.as_str().to_owned() }))
    }

    /// What holds of a person now, the newest first.
    pub async fn revocations_in_force(&self, who: &PersonKey) -> Result<Vec<Revocation>> {
        into_all::<RevocationRow, _>(all(self.read(), in_force(who)).await?)
    }
}

impl Tx {
    /// The revocation, held until the end of the transaction.
    pub async fn revocation(&mut self, id: &RevocationId) -> Result<Option<Revocation>> {
        let suffix = dialect::for_update(&self.on());
        get(self.on(), id, suffix).await
    }

    /// What holds of a person now.
    pub async fn revocations_in_force(&mut self, who: &PersonKey) -> Result<Vec<Revocation>> {
        into_all::<RevocationRow, _>(all(self.on(), in_force(who)).await?)
    }

    /// Writes a new revocation, and what follows from it.
    pub async fn insert_revocation(&mut self, it: &Revocation) -> Result<()> {
        execute(self.on(), Sql::insert("revocation", columns(it)?)).await?;
        self.follow_revocations(&it.person).await
    }

    /// Writes the next version, and what follows from it: `it.version` is one more than what the row has, or it is an
    /// [`Error::Conflict`].
    pub async fn update_revocation(&mut self, it: &Revocation) -> Result<()> {
        let mut sql = Sql::update("revocation", columns(it)?);
        sql.push(" WHERE id = ").value(it.id.as_str()).push(" AND version = ").value(it.version - 1);
        match execute(self.on(), sql).await? {
            0 => Err(Error::conflict("revocation", it.id.as_str())),
            _ => self.follow_revocations(&it.person).await,
        }
    }

    /// Keeps revocations as they are until the end of the transaction; before any row of an environment is written.
    pub async fn hold_revocations(&mut self) -> Result<()> {
        self.lock(Lock::Revocations).await
    }

    /// Brings the rows of the person and of their environments in line with the revocations in force.
    pub async fn follow_revocations(&mut self, who: &PersonKey) -> Result<()> {
        // Two at once would each follow from what there was without the other.
        self.lock(Lock::Revocations).await?;
        let mut cut_off = CutOff::default();
        for revocation in self.revocations_in_force(who).await? {
            match revocation.reach {
                Reach::Everything => cut_off.everything = true,
                Reach::Project { project } if !cut_off.projects.contains(&project) => cut_off.projects.push(project),
                Reach::Project { .. } | Reach::Environment { .. } => {}
            }
        }
        cut_off.projects.sort();
        let none = cut_off == CutOff::default();
        let sql = Sql::new("UPDATE person SET cut_off = $1 WHERE issuer = $2 AND subject = $3");
        let sql = Sql { values: vec![optional_json("person", "cut_off", (!none).then_some(&cut_off))?], ..sql };
        execute(self.on(), sql.bind(&who.issuer).bind(&who.subject)).await?;
        let sql = Sql::new(
            "UPDATE environment SET revoked = CASE WHEN EXISTS (\
               SELECT 1 FROM revocation WHERE revocation.issuer = $1 AND revocation.subject = $2 \
               AND revocation.state <> 'restored' \
               AND (revocation.environment_id IS NULL OR revocation.environment_id = environment.id) \
               AND (revocation.project_id IS NULL OR revocation.project_id = environment.project_id)\
             ) THEN 1 ELSE 0 END WHERE owner_issuer = $1 AND owner_subject = $2",
        );
        execute(self.on(), sql.bind(&who.issuer).bind(&who.subject)).await.map(|_| ())
    }
}
