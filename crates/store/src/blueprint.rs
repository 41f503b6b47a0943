//! Blueprints of the organization that somebody had applied.

use domain::blueprint::AppliedBlueprint;
use domain::id::BlueprintId;
use domain::organization::ChangeState;

use crate::connect::Store;
use crate::dialect;
use crate::error::{Error, Result};
use crate::row::{At, person};
use crate::run::{On, execute, optional};
use crate::sql::{Columns, Sql, json, optional_json};
use crate::tx::Tx;

const COLUMNS: &str =
    "id, text, steps, made, by_issuer, by_subject, state, problem, operation_id, created_at, updated_at, version";

#[derive(sqlx::FromRow)]
struct BlueprintRow {
    id: String,
    text: String,
    steps: String,
    made: String,
    by_issuer: String,
    by_subject: String,
    state: String,
    problem: Option<String>,
    operation_id: String,
    created_at: i64,
    updated_at: i64,
    version: i64,
}

impl TryFrom<BlueprintRow> for AppliedBlueprint {
    type Error = Error;
    fn try_from(row: BlueprintRow) -> Result<Self> {
        let at = At::new("blueprint", row.id.as_str());
        Ok(Self {
            id: at.parse("id", &row.id)?,
            steps: at.json("steps", &row.steps)?,
            made: at.json("made", &row.made)?,
            by: person(row.by_issuer, row.by_subject),
            state: at.parse("state", &row.state)?,
            problem: at.optional_json("problem", row.problem.as_deref())?,
            operation: at.parse("operation_id", &row.operation_id)?,
            created_at: at.time("created_at", row.created_at)?,
            updated_at: at.time("updated_at", row.updated_at)?,
            version: row.version,
            text: row.text,
        })
    }
}

fn columns(it: &AppliedBlueprint) -> Result<Columns> {
    Ok(vec![
        ("id", it.id.as_str().into()),
        ("text", it.text.as_str().into()),
        ("steps", json("blueprint", "steps", &it.steps)?),
        ("made", json("blueprint", "made", &it.made)?),
        ("by_issuer", (&it.by.issuer).into()),
        ("by_subject", (&it.by.subject).into()),
        ("state", it.state.as_str().into()),
        ("problem", optional_json("blueprint", "problem", it.problem.as_ref())?),
        ("operation_id", it.operation.as_str().into()),
        ("created_at", it.created_at.into()),
        ("updated_at", it.updated_at.into()),
        ("version", it.version.into()),
    ])
}

async fn one(on: On<'_>, sql: Sql) -> Result<Option<AppliedBlueprint>> {
    optional::<BlueprintRow>(on, sql).await?.map(TryInto::try_into).transpose()
}

impl Store {
    pub async fn blueprint(&self, id: &BlueprintId) -> Result<Option<AppliedBlueprint>> {
        one(self.read(), Sql::new(format!("SELECT {COLUMNS} FROM blueprint WHERE id = $1")).bind(id.as_str())).await
    }

    /// The last one that somebody had applied, whatever became of it.
    pub async fn last_blueprint(&self) -> Result<Option<AppliedBlueprint>> {
        let sql = format!("SELECT {COLUMNS} FROM blueprint ORDER BY created_at DESC, id DESC LIMIT 1");
        one(self.read(), Sql::new(sql)).await
    }
}

impl Tx {
    /// [`Error::Duplicate`] where another is being applied.
    pub async fn insert_blueprint(&mut self, it: &AppliedBlueprint) -> Result<()> {
        execute(self.on(), Sql::insert("blueprint", columns(it)?)).await.map(|_| ())
    }

    /// The one that is being applied, held until the end of the transaction.
    pub async fn blueprint_under_way(&mut self) -> Result<Option<AppliedBlueprint>> {
        let suffix = dialect::for_update(&self.on());
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM blueprint WHERE state = $1{suffix}"));
        one(self.on(), sql.bind(ChangeState::Applying.as_str())).await
    }

    /// Writes the next version: `it.version` is one more than what the row has, or it is an [`Error::Conflict`].
    pub async fn update_blueprint(&mut self, it: &AppliedBlueprint) -> Result<()> {
        let mut sql = Sql::update("blueprint", columns(it)?);
        sql.push(" WHERE id = ").value(it.id.as_str()).push(" AND version = ").value(it.version - 1);
        match execute(self.on(), sql).await? {
            0 => Err(Error::conflict("blueprint", it.id.as_str())),
            _ => Ok(()),
        }
    }
}
