//! Who decides requests besides leads and admins.

use domain::approval::ApproverAssignment;
use domain::id::{ApproverId, ProductId, ProjectId};
use domain::project::Stage;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::{At, into_all};
use crate::run::{all, execute, optional};
use crate::sql::Sql;
use crate::tx::Tx;

const COLUMNS: &str = "id, group_name, who, project_id, product_id, stage";

#[derive(sqlx::FromRow)]
struct ApproverRow {
    id: String,
    group_name: String,
    who: String,
    project_id: Option<String>,
    product_id: Option<String>,
    stage: Option<String>,
}

impl TryFrom<ApproverRow> for ApproverAssignment {
    type Error = Error;
    fn try_from(row: ApproverRow) -> Result<Self> {
        let at = At::new("approver", row.id.as_str());
        Ok(Self {
            id: at.parse("id", &row.id)?,
            group: row.group_name,
            who: at.parse("who", &row.who)?,
            project: at.optional("project_id", row.project_id.as_deref())?,
            product: at.optional("product_id", row.product_id.as_deref())?,
            stage: at.optional("stage", row.stage.as_deref())?,
        })
    }
}

impl Store {
    /// All of them: there are a few per project, and every page needs them.
    pub async fn approvers(&self) -> Result<Vec<ApproverAssignment>> {
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM approver ORDER BY group_name, id"));
        into_all::<ApproverRow, _>(all(self.read(), sql).await?)
    }
}

impl Tx {
    /// [`Error::Duplicate`] where the group decides just that already.
    pub async fn insert_approver(&mut self, approver: &ApproverAssignment) -> Result<()> {
        let columns = vec![
            ("id", approver.id.as_str().into()),
            ("group_name", (&approver.group).into()),
            ("who", approver.who.as_str().into()),
            ("project_id", approver.project.as_ref().map(ProjectId::as_str).into()),
            ("product_id", approver.product.as_ref().map(ProductId::as_str).into()),
            ("stage", approver.stage.map(Stage::as_str).into()),
        ];
        execute(self.on(), Sql::insert("approver", columns)).await.map(|_| ())
    }

    /// Removes an assignment; answers what it was.
    pub async fn delete_approver(&mut self, id: &ApproverId) -> Result<Option<ApproverAssignment>> {
        let sql = Sql::new(format!("DELETE FROM approver WHERE id = $1 RETURNING {COLUMNS}")).bind(id.as_str());
        optional::<ApproverRow>(self.on(), sql).await?.map(TryInto::try_into).transpose()
    }
}
