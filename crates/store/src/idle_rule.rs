//! After which time what nobody uses is stopped.

use domain::id::IdleRuleId;
use domain::idle::{IdleLimit, IdleRule, Instances};
use domain::project::Stage;

use crate::connect::Store;
use crate::dialect;
use crate::error::{Error, Result};
use crate::row::{At, into_all};
use crate::run::{On, all, execute, optional};
use crate::sql::{Columns, Sql};
use crate::tx::Tx;

const COLUMNS: &str = "id, stage, instances, minutes, version";
/// More rules than this are nothing that people oversee.
const MOST: u32 = 500;

#[derive(sqlx::FromRow)]
struct IdleRuleRow {
    id: String,
    stage: String,
    instances: String,
    minutes: Option<i64>,
    version: i64,
}

impl TryFrom<IdleRuleRow> for IdleRule {
    type Error = Error;
    fn try_from(row: IdleRuleRow) -> Result<Self> {
        let at = At::new("idle_rule", row.id.as_str());
        let limit = match row.minutes {
            Some(minutes) => IdleLimit::After { minutes: at.number("minutes", minutes)? },
            None => IdleLimit::Never,
        };
        Ok(Self {
            id: at.parse("id", &row.id)?,
            stage: at.optional("stage", Some(row.stage.as_str()).filter(|stage| !stage.is_empty()))?,
            instances: at.parse("instances", &row.instances)?,
            limit,
            version: row.version,
        })
    }
}

fn columns(it: &IdleRule) -> Columns {
    let minutes = match it.limit {
        IdleLimit::After { minutes } => Some(i64::from(minutes)),
        IdleLimit::Never => None,
    };
    vec![
        ("id", it.id.as_str().into()),
        ("stage", it.stage.map_or("", Stage::as_str).into()),
        ("instances", it.instances.to_string().into()),
        ("minutes", minutes.into()),
        ("version", it.version.into()),
    ]
}

async fn rules(on: On<'_>) -> Result<Vec<IdleRule>> {
    let sql = Sql::new(format!("SELECT {COLUMNS} FROM idle_rule ORDER BY stage, instances LIMIT {MOST}"));
    into_all::<IdleRuleRow, _>(all(on, sql).await?)
}

impl Store {
    /// All rules: a handful.
    pub async fn idle_rules(&self) -> Result<Vec<IdleRule>> {
        rules(self.read()).await
    }
}

impl Tx {
    pub async fn idle_rules(&mut self) -> Result<Vec<IdleRule>> {
        rules(self.on()).await
    }

    /// The rule of a stage, or of every one, and instance types, held until the end of the transaction.
    pub async fn idle_rule_for(&mut self, stage: Option<Stage>, instances: &Instances) -> Result<Option<IdleRule>> {
        let suffix = dialect::for_update(&self.on());
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM idle_rule WHERE stage = $1 AND instances = $2{suffix}"));
        let sql = sql.bind(stage.map_or("", Stage::as_str)).bind(instances.to_string());
        optional::<IdleRuleRow>(self.on(), sql).await?.map(TryInto::try_into).transpose()
    }

    /// [`Error::Duplicate`] where there is one for the same.
    pub async fn insert_idle_rule(&mut self, it: &IdleRule) -> Result<()> {
        execute(self.on(), Sql::insert("idle_rule", columns(it))).await.map(|_| ())
    }

    /// Writes a rule whose version is one more than what was read.
    pub async fn update_idle_rule(&mut self, it: &IdleRule) -> Result<()> {
        let mut sql = Sql::update("idle_rule", columns(it));
        sql.push(" WHERE id = ").value(it.id.as_str()).push(" AND version = ").value(it.version - 1);
        match execute(self.on(), sql).await? {
            0 => Err(Error::conflict("idle rule", it.id.as_str())),
            _ => Ok(()),
        }
    }

    /// Removes a rule; answers what it was.
    pub async fn delete_idle_rule(&mut self, id: &IdleRuleId) -> Result<Option<IdleRule>> {
        let sql = Sql::new(format!("DELETE FROM idle_rule WHERE id = $1 RETURNING {COLUMNS}")).bind(id.as_str());
        optional::<IdleRuleRow>(self.on(), sql).await?.map(TryInto::try_into).transpose()
    }
}
