//! Accounts that projects work in.

use domain::id::{AccountId, ProjectId, Region};
use domain::project::ProjectAccount;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::{At, into_all};
use crate::run::{On, all, execute, optional};
use crate::sql::{Sql, json};
use crate::tx::Tx;

const COLUMNS: &str = "project_id, account_id, region, stage, name, vpc_id, subnet_ids, security_group_ids, kms_key_arn, \
                       studio_domain_id";

#[derive(sqlx::FromRow)]
struct ProjectAccountRow {
    project_id: String,
    account_id: String,
    region: String,
    stage: String,
    name: String,
    vpc_id: Option<String>,
    subnet_ids: String,
    security_group_ids: String,
    kms_key_arn: Option<String>,
    studio_domain_id: Option<String>,
}

impl TryFrom<ProjectAccountRow> for ProjectAccount {
    type Error = Error;
    fn try_from(row: ProjectAccountRow) -> Result<Self> {
        let at = At::new("project_account", format!("{} {} {}", row.project_id, row.account_id, row.region));
        Ok(Self {
            project: at.parse("project_id", &row.project_id)?,
            account: at.parse("account_id", &row.account_id)?,
            region: at.parse("region", &row.region)?,
            stage: at.parse("stage", &row.stage)?,
            name: row.name,
            vpc_id: row.vpc_id,
            subnet_ids: at.json("subnet_ids", &row.subnet_ids)?,
            security_group_ids: at.json("security_group_ids", &row.security_group_ids)?,
            kms_key_arn: row.kms_key_arn,
            studio_domain_id: row.studio_domain_id,
        })
    }
}

async fn get(on: On<'_>, project: &ProjectId, account: &AccountId, region: &Region) -> Result<Option<ProjectAccount>> {
    let sql = Sql::new(format!(
        "SELECT {COLUMNS} FROM project_account WHERE project_id = $1 AND account_id = $2 AND region = $3"
    ));
    let sql = sql.bind(project.as_str()).bind(account.as_str()).bind(region.as_str());
    optional::<ProjectAccountRow>(on, sql).await?.map(TryInto::try_into).transpose()
}

impl Store {
    pub async fn project_account(
        &self,
        project: &ProjectId,
        account: &AccountId,
        region: &Region,
    ) -> Result<Option<ProjectAccount>> {
        get(self.read(), project, account, region).await
    }

    /// The accounts of one project, by name.
    pub async fn project_accounts(&self, project: &ProjectId) -> Result<Vec<ProjectAccount>> {
        let sql =
            Sql::new(format!("SELECT {COLUMNS} FROM project_account WHERE project_id = $1 ORDER BY name, account_id"));
        into_all::<ProjectAccountRow, _>(all(self.read(), sql.bind(project.as_str())).await?)
    }

    /// The accounts of all projects.
    pub async fn all_project_accounts(&self) -> Result<Vec<ProjectAccount>> {
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM project_account ORDER BY project_id, account_id, region"));
        into_all::<ProjectAccountRow, _>(all(self.read(), sql).await?)
    }
}

impl Tx {
    pub async fn project_account(
        &mut self,
        project: &ProjectId,
        account: &AccountId,
        region: &Region,
    ) -> Result<Option<ProjectAccount>> {
        get(self.on(), project, account, region).await
    }

    /// Adds an account to a project, or writes it anew.
    pub async fn save_project_account(&mut self, account: &ProjectAccount) -> Result<()> {
        let columns = vec![
            ("project_id", account.project.as_str().into()),
            ("account_id", account.account.as_str().into()),
            ("region", account.region.as_str().into()),
            ("stage", account.stage.as_str().into()),
            ("name", (&account.name).into()),
            ("vpc_id", account.vpc_id.clone().into()),
            ("subnet_ids", json("project_account", "subnet_ids", &account.subnet_ids)?),
            ("security_group_ids", json("project_account", "security_group_ids", &account.security_group_ids)?),
            ("kms_key_arn", account.kms_key_arn.clone().into()),
            ("studio_domain_id", account.studio_domain_id.clone().into()),
        ];
        let sql = Sql::upsert("project_account", "project_id, account_id, region", columns);
        execute(self.on(), sql).await.map(|_| ())
    }

    /// Takes an account from a project; `false` when it was not there.
    pub async fn delete_project_account(
        &mut self,
        project: &ProjectId,
        account: &AccountId,
        region: &Region,
    ) -> Result<bool> {
        let sql = Sql::new("DELETE FROM project_account WHERE project_id = $1 AND account_id = $2 AND region = $3");
        let sql = sql.bind(project.as_str()).bind(account.as_str()).bind(region.as_str());
        Ok(execute(self.on(), sql).await? > 0)
    }
}
