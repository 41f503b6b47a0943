//! What requests are decided by at least.

use domain::approval::ApprovalFloor;
use domain::id::ApprovalFloorId;
use domain::project::{DataClass, Stage};

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::{At, into_all};
use crate::run::{all, execute, optional};
use crate::sql::Sql;
use crate::tx::Tx;

const COLUMNS: &str = "id, stage, data_class, approval, version";

#[derive(sqlx::FromRow)]
struct FloorRow {
    id: String,
    stage: String,
    data_class: String,
    approval: String,
    version: i64,
}

impl TryFrom<FloorRow> for ApprovalFloor {
    type Error = Error;
    fn try_from(row: FloorRow) -> Result<Self> {
        let at = At::new("approval_floor", row.id.as_str());
        let some = |text: String| (!text.is_empty()).then_some(text);
        Ok(Self {
            id: at.parse("id", &row.id)?,
            stage: at.optional("stage", some(row.stage).as_deref())?,
            data_class: at.optional("data_class", some(row.data_class).as_deref())?,
            rule: at.parse("approval", &row.approval)?,
            version: row.version,
        })
    }
}

fn place(stage: Option<Stage>, class: Option<DataClass>) -> (&'static str, &'static str) {
    (stage.map_or("", Stage::as_str), class.map_or("", DataClass::as_str))
}

impl Store {
    /// All of them: at most one for each stage and class.
    pub async fn approval_floors(&self) -> Result<Vec<ApprovalFloor>> {
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM approval_floor ORDER BY stage, data_class"));
        into_all::<FloorRow, _>(all(self.read(), sql).await?)
    }
}

impl Tx {
    pub async fn approval_floor(
        &mut self,
        stage: Option<Stage>,
        class: Option<DataClass>,
    ) -> Result<Option<ApprovalFloor>> {
        let (stage, class) = place(stage, class);
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM approval_floor WHERE stage = $1 AND data_class = $2"));
        optional::<FloorRow>(self.on(), sql.bind(stage).bind(class)).await?.map(TryInto::try_into).transpose()
    }

    /// [`Error::Duplicate`] where there is one for the stage and class.
    pub async fn insert_approval_floor(&mut self, floor: &ApprovalFloor) -> Result<()> {
        let (stage, class) = place(floor.stage, floor.data_class);
        let columns = vec![
            ("id", floor.id.as_str().into()),
            ("stage", stage.into()),
            ("data_class", class.into()),
            ("approval", floor.rule.to_string().into()),
            ("version", floor.version.into()),
        ];
        execute(self.on(), Sql::insert("approval_floor", columns)).await.map(|_| ())
    }

    /// Writes the next version of a floor's rule: `floor.version` is one more than what the row has, or it is an
    /// [`Error::Conflict`].
    pub async fn update_approval_floor(&mut self, floor: &ApprovalFloor) -> Result<()> {
        let columns = vec![("approval", floor.rule.to_string().into()), ("version", floor.version.into())];
        let mut sql = Sql::update("approval_floor", columns);
        sql.push(" WHERE id = ").value(floor.id.as_str()).push(" AND version = ").value(floor.version - 1);
        match execute(self.on(), sql).await? {
            0 => Err(Error::conflict("rule of approval", floor.id.as_str())),
            _ => Ok(()),
        }
    }

    /// Removes a floor; answers what it was.
    pub async fn delete_approval_floor(&mut self, id: &ApprovalFloorId) -> Result<Option<ApprovalFloor>> {
        let sql = Sql::new(format!("DELETE FROM approval_floor WHERE id = $1 RETURNING {COLUMNS}")).bind(id.as_str());
        optional::<FloorRow>(self.on(), sql).await?.map(TryInto::try_into).transpose()
    }
}
