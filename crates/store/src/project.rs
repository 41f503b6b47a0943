//! Projects.

use domain::id::ProjectId;
use domain::project::Project;

use crate::connect::Store;
use crate::dialect;
use crate::error::{Error, Result};
use crate::row::{At, into_all};
use crate::run::{On, all, execute, optional};
use crate::scope::Scope;
use crate::sql::{Columns, Sql};
use crate::tx::Tx;

const COLUMNS: &str = "id, name, cost_center, data_class, version";

#[derive(sqlx::FromRow)]
struct ProjectRow {
    id: String,
    name: String,
    cost_center: String,
    data_class: String,
    version: i64,
}

impl TryFrom<ProjectRow> for Project {
    type Error = Error;
    fn try_from(row: ProjectRow) -> Result<Self> {
        let at = At::new("project", row.id.as_str());
        Ok(Self {
            id: at.parse("id", &row.id)?,
            name: row.name,
            cost_center: row.cost_center,
            data_class: at.parse("data_class", &row.data_class)?,
            version: row.version,
        })
    }
}

fn columns(project: &Project) -> Columns {
    vec![
        ("id", project.id.as_str().into()),
        ("name", (&project.name).into()),
        ("cost_center", (&project.cost_center).into()),
        ("data_class", project.data_class.as_str().into()),
        ("version", project.version.into()),
    ]
}

async fn get(on: On<'_>, id: &ProjectId, suffix: &str) -> Result<Option<Project>> {
    let sql = Sql::new(format!("SELECT {COLUMNS} FROM project WHERE id = $1{suffix}")).bind(id.as_str());
    optional::<ProjectRow>(on, sql).await?.map(TryInto::try_into).transpose()
}

impl Store {
    pub async fn project(&self, id: &ProjectId) -> Result<Option<Project>> {
        get(self.read(), id, "").await
    }

    /// All of them in scope, by name. A project belongs to nobody, so a person alone sees none.
    pub async fn projects(&self, scope: &Scope) -> Result<Vec<Project>> {
        let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM project"));
        match scope {
            Scope::All => {}
            Scope::Nothing | Scope::Person(_) | Scope::People(_) | Scope::Requests(_) => return Ok(Vec::new()),
            Scope::Projects(projects) | Scope::ProjectsOrOwner { projects, .. } => {
                if projects.is_empty() {
                    return Ok(Vec::new());
                }
                sql.push(" WHERE id IN ").tuple(projects.iter().map(ProjectId::as_str));
            }
        }
        sql.push(" ORDER BY name");
        into_all::<ProjectRow, _>(all(self.read(), sql).await?)
    }
}

impl Tx {
    /// The project, held until the end of the transaction.
    pub async fn project(&mut self, id: &ProjectId) -> Result<Option<Project>> {
        let suffix = dialect::for_update(&self.on());
        get(self.on(), id, suffix).await
    }

    /// [`Error::Duplicate`] where there is one with this id or name.
    pub async fn insert_project(&mut self, project: &Project) -> Result<()> {
        execute(self.on(), Sql::insert("project", columns(project))).await.map(|_| ())
    }

    /// Writes the next version: `project.version` is one more than what the row has, or it is an [`Error::Conflict`].
    pub async fn update_project(&mut self, project: &Project) -> Result<()> {
        let mut sql = Sql::update("project", columns(project));
        sql.push(" WHERE id = ").value(project.id.as_str()).push(" AND version = ").value(project.version - 1);
        match execute(self.on(), sql).await? {
            0 => Err(Error::conflict("project", project.id.as_str())),
            _ => Ok(()),
        }
    }
}
