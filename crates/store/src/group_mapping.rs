//! From OIDC groups to roles.

use domain::id::GroupMappingId;
use domain::person::{Grant, GroupMapping};

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::{At, into_all, word};
use crate::run::{On, all, execute, optional};
use crate::sql::Sql;
use crate::tx::Tx;

const COLUMNS: &str = "id, group_name, role, project_id";

#[derive(sqlx::FromRow)]
struct GroupMappingRow {
    id: String,
    group_name: String,
    role: String,
    project_id: Option<String>,
}

impl TryFrom<GroupMappingRow> for GroupMapping {
    type Error = Error;
    fn try_from(row: GroupMappingRow) -> Result<Self> {
        let at = At::new("group_mapping", row.id.as_str());
        let grant = match at.optional("project_id", row.project_id.as_deref())? {
            None => Grant::Platform { role: at.word("role", &row.role)? },
            Some(project) => Grant::Project { project, role: at.word("role", &row.role)? },
        };
        Ok(Self { id: at.parse("id", &row.id)?, group: row.group_name, grant })
    }
}

async fn list(on: On<'_>) -> Result<Vec<GroupMapping>> {
    let sql = Sql::new(format!("SELECT {COLUMNS} FROM group_mapping ORDER BY group_name, id"));
    into_all::<GroupMappingRow, _>(all(on, sql).await?)
}

impl Store {
    /// All of them: there are a few per project, and every request needs them.
    pub async fn group_mappings(&self) -> Result<Vec<GroupMapping>> {
        list(self.read()).await
    }
}

impl Tx {
    pub async fn group_mappings(&mut self) -> Result<Vec<GroupMapping>> {
        list(self.on()).await
    }

    /// [`Error::Duplicate`] where the group has the role already.
    pub async fn insert_group_mapping(&mut self, mapping: &GroupMapping) -> Result<()> {
        let (role, project) = match &mapping.grant {
            Grant::Platform { role } => (word(role), None),
            Grant::Project { project, role } => (word(role), Some(project.as_str())),
        };
        let columns = vec![
            ("id", mapping.id.as_str().into()),
            ("group_name", (&mapping.group).into()),
            ("role", role.into()),
            ("project_id", project.into()),
        ];
        execute(self.on(), Sql::insert("group_mapping", columns)).await.map(|_| ())
    }

    /// Removes a mapping; answers what it was.
    pub async fn delete_group_mapping(&mut self, id: &GroupMappingId) -> Result<Option<GroupMapping>> {
        let sql = Sql::new(format!("DELETE FROM group_mapping WHERE id = $1 RETURNING {COLUMNS}")).bind(id.as_str());
        optional::<GroupMappingRow>(self.on(), sql).await?.map(TryInto::try_into).transpose()
    }
}
