//! Accounts that projects work in.

use domain::id::{AccountId, ProjectId, Region};
use domain::project::ProjectAccount;

use crate::connect::Store;
use crate::dialect;
use crate::error::{Error, Result};
use crate::row::{At, into_all};
use crate::run::{On, all, execute, optional};
use crate::sql::{Columns, Sql, json};
use crate::tx::Tx;

const COLUMNS: &str = "project_id, account_id, region, stage, name, vpc_id, subnet_ids, security_group_ids, kms_key_arn, \
                       studio_domain_id, version";

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
    version: i64,
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
            version: row.version,
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

    /// The accounts of some projects.
    pub async fn accounts_of_projects(&self, projects: &[ProjectId]) -> Result<Vec<ProjectAccount>> {
        if projects.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM project_account WHERE project_id IN "));
        sql.tuple(projects.iter().map(ProjectId::as_str)).push(" ORDER BY project_id, account_id, region");
        into_all::<ProjectAccountRow, _>(all(self.read(), sql).await?)
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

    /// Makes `project` the owner of an account that belongs to none; answers whom it belongs to. Nobody else can change that
    /// until the end of the transaction.
    pub async fn claim_account(&mut self, account: &AccountId, project: &ProjectId) -> Result<ProjectId> {
        let columns = vec![("account_id", account.as_str().into()), ("project_id", project.as_str().into())];
        let mut sql = Sql::insert("account_owner", columns);
        // Writing what is there holds the row.
        sql.push(" ON CONFLICT (account_id) DO UPDATE SET project_id = account_owner.project_id RETURNING project_id");
        let row: Option<(String,)> = optional(self.on(), sql).await?;
        let owner = row.map_or_else(|| project.as_str().to_owned(), |(owner,)| owner);
        At::new("account_owner", account.as_str()).parse("project_id", &owner)
    }

    /// Adds an account to the project that owns it, see [`Self::claim_account`]; [`Error::Duplicate`] where it is there in the
    /// region.
    pub async fn insert_project_account(&mut self, account: &ProjectAccount) -> Result<()> {
        let mut columns = vec![
            ("project_id", account.project.as_str().into()),
            ("account_id", account.account.as_str().into()),
            ("region", account.region.as_str().into()),
        ];
        columns.extend(values(account)?);
        execute(self.on(), Sql::insert("project_account", columns)).await.map(|_| ())
    }

    /// Writes the next version: `account.version` is one more than what the row has, or it is an [`Error::Conflict`].
    pub async fn update_project_account(&mut self, account: &ProjectAccount) -> Result<()> {
        let mut sql = Sql::update("project_account", values(account)?);
        sql.push(" WHERE project_id = ").value(account.project.as_str());
        sql.push(" AND account_id = ").value(account.account.as_str());
        sql.push(" AND region = ").value(account.region.as_str());
        sql.push(" AND version = ").value(account.version - 1);
        match execute(self.on(), sql).await? {
            0 => Err(Error::conflict("account", format!("{} {}", account.account, account.region))),
            _ => Ok(()),
        }
    }

    /// Takes an account from a project; answers what it was. With its last region, the account belongs to nobody.
    pub async fn delete_project_account(
        &mut self,
        project: &ProjectId,
        account: &AccountId,
        region: &Region,
    ) -> Result<Option<ProjectAccount>> {
        let suffix = dialect::for_update(&self.on());
        let held = Sql::new(format!("SELECT project_id FROM account_owner WHERE account_id = $1{suffix}"));
        let _: Option<(String,)> = optional(self.on(), held.bind(account.as_str())).await?;
        let sql = Sql::new(format!(
            "DELETE FROM project_account WHERE project_id = $1 AND account_id = $2 AND region = $3 RETURNING {COLUMNS}"
        ));
        let sql = sql.bind(project.as_str()).bind(account.as_str()).bind(region.as_str());
        let removed: Option<ProjectAccountRow> = optional(self.on(), sql).await?;
        let owner = Sql::new(
            "DELETE FROM account_owner WHERE account_id = $1 \
             AND NOT EXISTS (SELECT 1 FROM project_account WHERE project_account.account_id = account_owner.account_id)",
        );
        execute(self.on(), owner.bind(account.as_str())).await?;
        removed.map(TryInto::try_into).transpose()
    }
}

/// What an account gives.
fn values(account: &ProjectAccount) -> Result<Columns> {
    Ok(vec![
        ("stage", account.stage.as_str().into()),
        ("name", (&account.name).into()),
        ("vpc_id", account.vpc_id.clone().into()),
        ("subnet_ids", json("project_account", "subnet_ids", &account.subnet_ids)?),
        ("security_group_ids", json("project_account", "security_group_ids", &account.security_group_ids)?),
        ("kms_key_arn", account.kms_key_arn.clone().into()),
        ("studio_domain_id", account.studio_domain_id.clone().into()),
        ("version", account.version.into()),
    ])
}
