//! The portal's tag policy.

use domain::id::TagRuleId;
use domain::project::{DataClass, Stage};
use domain::tag_policy::TagRule;

use crate::connect::Store;
use crate::dialect;
use crate::error::{Error, Result};
use crate::row::{At, into_all};
use crate::run::{On, all, execute, optional};
use crate::sql::{Columns, Sql};
use crate::tx::Tx;

const COLUMNS: &str = "id, tag_key, stage, data_class, tag_values, version";
/// More rules than this are nothing that people oversee.
const MOST: u32 = 500;

#[derive(sqlx::FromRow)]
struct TagRuleRow {
    id: String,
    tag_key: String,
    stage: String,
    data_class: String,
    tag_values: String,
    version: i64,
}

impl TryFrom<TagRuleRow> for TagRule {
    type Error = Error;
    fn try_from(row: TagRuleRow) -> Result<Self> {
        let at = At::new("tag_rule", row.id.as_str());
        let some = |text: &'_ str| (!text.is_empty()).then(|| text.to_owned());
        Ok(Self {
            id: at.parse("id", &row.id)?,
            stage: at.optional("stage", some(&row.stage).as_deref())?,
            data_class: at.optional("data_class", some(&row.data_class).as_deref())?,
            values: at.parse("tag_values", &row.tag_values)?,
            key: row.tag_key,
            version: row.version,
        })
    }
}

fn columns(it: &TagRule) -> Columns {
    vec![
        ("id", it.id.as_str().into()),
        ("tag_key", it.key.as_str().into()),
        ("stage", it.stage.map_or("", Stage::as_str).into()),
        ("data_class", it.data_class.map_or("", DataClass::as_str).into()),
        ("tag_values", it.values.as_text().into()),
        ("version", it.version.into()),
    ]
}

async fn rules(on: On<'_>) -> Result<Vec<TagRule>> {
    let sql = Sql::new(format!("SELECT {COLUMNS} FROM tag_rule ORDER BY tag_key, stage, data_class LIMIT {MOST}"));
    into_all::<TagRuleRow, _>(all(on, sql).await?)
}

impl Store {
    /// All rules: a handful.
    pub async fn tag_rules(&self) -> Result<Vec<TagRule>> {
        rules(self.read()).await
    }
}

impl Tx {
    /// The rule about a key in a stage for a data class, or in every one, held until the end of the transaction.
    pub async fn tag_rule_for(
        &mut self,
        key: &str,
        stage: Option<Stage>,
        data_class: Option<DataClass>,
    ) -> Result<Option<TagRule>> {
        let suffix = dialect::for_update(&self.on());
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM tag_rule WHERE tag_key = $1 AND stage = $2 AND data_class = $3{suffix}"
        ));
        let sql = sql.bind(key).bind(stage.map_or("", Stage::as_str)).bind(data_class.map_or("", DataClass::as_str));
        optional::<TagRuleRow>(self.on(), sql).await?.map(TryInto::try_into).transpose()
    }

    /// [`Error::Duplicate`] where there is one for the same.
    pub async fn insert_tag_rule(&mut self, it: &TagRule) -> Result<()> {
        execute(self.on(), Sql::insert("tag_rule", columns(it))).await.map(|_| ())
    }

    /// Writes a rule whose version is one more than what was read.
    pub async fn update_tag_rule(&mut self, it: &TagRule) -> Result<()> {
        let mut sql = Sql::update("tag_rule", columns(it));
        sql.push(" WHERE id = ").value(it.id.as_str()).push(" AND version = ").value(it.version - 1);
        match execute(self.on(), sql).await? {
            0 => Err(Error::conflict("tag rule", it.id.as_str())),
            _ => Ok(()),
        }
    }

    /// Removes a rule; answers what it was.
    pub async fn delete_tag_rule(&mut self, id: &TagRuleId) -> Result<Option<TagRule>> {
        let sql = Sql::new(format!("DELETE FROM tag_rule WHERE id = $1 RETURNING {COLUMNS}")).bind(id.as_str());
        optional::<TagRuleRow>(self.on(), sql).await?.map(TryInto::try_into).transpose()
    }
}
