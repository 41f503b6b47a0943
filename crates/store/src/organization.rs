//! The mirror of the organization: where the projects' accounts stand in it, and the service control policies there.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::id::AccountId;
use domain::organization::{AccountPath, OrganizationState, ServiceControlPolicy};
use domain::problem::Problem;

use crate::connect::Store;
use crate::error::Result;
use crate::row::At;
use crate::run::{all, execute, optional};
use crate::sql::{Sql, Value, json};
use crate::tx::Tx;

/// The one row of `organization_state`.
const ORGANIZATION: &str = "organization";

#[derive(sqlx::FromRow)]
struct Body {
    account_id: String,
    body: String,
}

#[derive(sqlx::FromRow)]
struct StateRow {
    refreshed_at: Option<i64>,
    problem: Option<String>,
}

impl Store {
    /// How fresh the mirror is; nothing before it was first tried.
    pub async fn organization_state(&self) -> Result<OrganizationState> {
        let sql = Sql::new("SELECT refreshed_at, problem FROM organization_state WHERE name = $1").bind(ORGANIZATION);
        let Some(row) = optional::<StateRow>(self.read(), sql).await? else { return Ok(OrganizationState::default()) };
        let at = At::new("organization_state", ORGANIZATION);
        Ok(OrganizationState {
            refreshed_at: at.optional_time("refreshed_at", row.refreshed_at)?,
            problem: at.optional_json("problem", row.problem.as_deref())?,
        })
    }

    /// The paths of accounts; those that the mirror does not have are missing.
    pub async fn account_paths<'a>(
        &self,
        accounts: impl IntoIterator<Item = &'a AccountId>,
    ) -> Result<BTreeMap<AccountId, AccountPath>> {
        let mut accounts = accounts.into_iter().map(AccountId::as_str).peekable();
        if accounts.peek().is_none() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Sql::new("SELECT account_id, body FROM account_path WHERE account_id IN ");
        sql.tuple(accounts);
        let rows: Vec<Body> = all(self.read(), sql).await?;
        rows.into_iter()
            .map(|row| {
                let path: AccountPath = At::new("account_path", row.account_id).json("body", &row.body)?;
                Ok((path.account.clone(), path))
            })
            .collect()
    }

    /// Policies by id; those that the mirror does not have are missing.
    pub async fn service_control_policies<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a String>,
    ) -> Result<BTreeMap<String, ServiceControlPolicy>> {
        let mut ids = ids.into_iter().peekable();
        if ids.peek().is_none() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Sql::new("SELECT id, name, content FROM service_control_policy WHERE id IN ");
        sql.tuple(ids);
        let rows: Vec<(String, String, String)> = all(self.read(), sql).await?;
        let policy =
            |(id, name, content): (String, String, String)| (id.clone(), ServiceControlPolicy { id, name, content });
        Ok(rows.into_iter().map(policy).collect())
    }
}

impl Tx {
    /// Puts what was just read, whole, in the place of what was there.
    pub async fn replace_organization(
        &mut self,
        paths: &[AccountPath],
        policies: &[ServiceControlPolicy],
        refreshed_at: DateTime<Utc>,
    ) -> Result<()> {
        for table in ["account_path", "service_control_policy"] {
            execute(self.on(), Sql::new(format!("DELETE FROM {table}"))).await?;
        }
        for path in paths {
            let body = json("account_path", "body", path)?;
            let columns = vec![("account_id", path.account.as_str().into()), ("body", body)];
            execute(self.on(), Sql::insert("account_path", columns)).await?;
        }
        for policy in policies {
            let columns = vec![
                ("id", (&policy.id).into()),
                ("name", (&policy.name).into()),
                ("content", (&policy.content).into()),
            ];
            execute(self.on(), Sql::insert("service_control_policy", columns)).await?;
        }
        let columns =
            vec![("name", ORGANIZATION.into()), ("refreshed_at", refreshed_at.into()), ("problem", Value::Text(None))];
        execute(self.on(), Sql::upsert("organization_state", "name", columns)).await.map(|_| ())
    }

    /// Notes why the organization could not be read; what was there stays, with its age.
    pub async fn organization_failed(&mut self, problem: &Problem) -> Result<()> {
        let columns = vec![("name", ORGANIZATION.into()), ("problem", json("organization_state", "problem", problem)?)];
        execute(self.on(), Sql::upsert("organization_state", "name", columns)).await.map(|_| ())
    }
}
