//! Which project may use which product in which stage.

use domain::access::ProductAccess;
use domain::id::{ProductAccessId, ProductId, ProjectId};
use domain::project::Stage;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::{At, into_all};
use crate::run::{On, all, execute, optional};
use crate::sql::Sql;
use crate::tx::Tx;

const COLUMNS: &str = "id, product_id, project_id, stage, approval, max_lease_days, instances, version";

#[derive(sqlx::FromRow)]
struct ProductAccessRow {
    id: String,
    product_id: String,
    project_id: String,
    stage: String,
    approval: String,
    max_lease_days: i64,
    instances: String,
    version: i64,
}

impl TryFrom<ProductAccessRow> for ProductAccess {
    type Error = Error;
    fn try_from(row: ProductAccessRow) -> Result<Self> {
        let at = At::new("product_access", row.id.as_str());
        Ok(Self {
            id: at.parse("id", &row.id)?,
            product: at.parse("product_id", &row.product_id)?,
            project: at.parse("project_id", &row.project_id)?,
            stage: at.parse("stage", &row.stage)?,
            approval: at.parse("approval", &row.approval)?,
            max_lease_days: at.number("max_lease_days", row.max_lease_days)?,
            instances: at.parse("instances", &row.instances)?,
            version: row.version,
        })
    }
}

async fn rule(on: On<'_>, product: &ProductId, project: &ProjectId, stage: Stage) -> Result<Option<ProductAccess>> {
    let sql = Sql::new(format!(
        "SELECT {COLUMNS} FROM product_access WHERE product_id = $1 AND project_id = $2 AND stage = $3"
    ));
    let sql = sql.bind(product.as_str()).bind(project.as_str()).bind(stage.as_str());
    optional::<ProductAccessRow>(on, sql).await?.map(TryInto::try_into).transpose()
}

impl Store {
    /// All rules.
    pub async fn all_product_access(&self) -> Result<Vec<ProductAccess>> {
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM product_access ORDER BY product_id, project_id, stage"));
        into_all::<ProductAccessRow, _>(all(self.read(), sql).await?)
    }

    pub async fn product_access_of_product(&self, product: &ProductId) -> Result<Vec<ProductAccess>> {
        let sql =
            Sql::new(format!("SELECT {COLUMNS} FROM product_access WHERE product_id = $1 ORDER BY project_id, stage"));
        into_all::<ProductAccessRow, _>(all(self.read(), sql.bind(product.as_str())).await?)
    }

    pub async fn product_access_of_projects(&self, projects: &[ProjectId]) -> Result<Vec<ProductAccess>> {
        if projects.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM product_access WHERE project_id IN "));
        sql.tuple(projects.iter().map(ProjectId::as_str)).push(" ORDER BY product_id, project_id, stage");
        into_all::<ProductAccessRow, _>(all(self.read(), sql).await?)
    }

    /// The rule for a product in a stage of a project.
    pub async fn product_access(
        &self,
        product: &ProductId,
        project: &ProjectId,
        stage: Stage,
    ) -> Result<Option<ProductAccess>> {
        rule(self.read(), product, project, stage).await
    }
}

impl Tx {
    pub async fn product_access(
        &mut self,
        product: &ProductId,
        project: &ProjectId,
        stage: Stage,
    ) -> Result<Option<ProductAccess>> {
        rule(self.on(), product, project, stage).await
    }

    /// [`Error::Duplicate`] where the project has a rule for the product in the stage.
    pub async fn insert_product_access(&mut self, access: &ProductAccess) -> Result<()> {
        let columns = vec![
            ("id", access.id.as_str().into()),
            ("product_id", access.product.as_str().into()),
            ("project_id", access.project.as_str().into()),
            ("stage", access.stage.as_str().into()),
            ("approval", access.approval.to_string().into()),
            ("max_lease_days", access.max_lease_days.into()),
            ("instances", access.instances.as_text().into()),
            ("version", access.version.into()),
        ];
        execute(self.on(), Sql::insert("product_access", columns)).await.map(|_| ())
    }

    /// Writes the next version of a rule's terms: `access.version` is one more than what the row has, or it is an
    /// [`Error::Conflict`].
    pub async fn update_product_access(&mut self, access: &ProductAccess) -> Result<()> {
        let columns = vec![
            ("approval", access.approval.to_string().into()),
            ("max_lease_days", access.max_lease_days.into()),
            ("instances", access.instances.as_text().into()),
            ("version", access.version.into()),
        ];
        let mut sql = Sql::update("product_access", columns);
        sql.push(" WHERE id = ").value(access.id.as_str()).push(" AND version = ").value(access.version - 1);
        match execute(self.on(), sql).await? {
            0 => Err(Error::conflict("access rule", access.id.as_str())),
            _ => Ok(()),
        }
    }

    /// Removes a rule; answers what it was.
    pub async fn delete_product_access(&mut self, id: &ProductAccessId) -> Result<Option<ProductAccess>> {
        let sql = Sql::new(format!("DELETE FROM product_access WHERE id = $1 RETURNING {COLUMNS}")).bind(id.as_str());
        optional::<ProductAccessRow>(self.on(), sql).await?.map(TryInto::try_into).transpose()
    }
}
