use std::collections::{BTreeMap, BTreeSet};

use domain::organization::ServiceControlPolicy;

use crate::connect::Store;
use crate::error::Result;
use crate::run::{all, optional};
use crate::sql::{Columns, Sql};

const COLUMNS: &str = "id, name, content, description, aws_managed";

#[derive(sqlx::FromRow)]
struct PolicyRow {
    id: String,
    name: String,
    content: String,
    description: String,
    aws_managed: i64,
}

impl From<PolicyRow> for ServiceControlPolicy {
    fn from(row: PolicyRow) -> Self {
        let PolicyRow { id, name, content, description, aws_managed } = row;
        Self { id, name, content, description, aws_managed: aws_managed != 0 }
    }
}

pub(crate) fn row(policy: &ServiceControlPolicy) -> Columns {
    vec![
        ("id", (&policy.id).into()),
        ("name", (&policy.name).into()),
        ("content", (&policy.content).into()),
        ("description", (&policy.description).into()),
        ("aws_managed", i64::from(policy.aws_managed).into()),
    ]
}

impl Store {
    /// Policies by id; those that the mirror does not have are missing.
    pub async fn service_control_policies<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a String>,
    ) -> Result<BTreeMap<String, ServiceControlPolicy>> {
        let ids: BTreeSet<&String> = ids.into_iter().collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM service_control_policy WHERE id IN "));
        sql.tuple(ids);
        let rows: Vec<PolicyRow> = all(self.read(), sql).await?;
        Ok(rows.into_iter().map(|row| (row.id.clone(), row.into())).collect())
    }

    /// The names of policies by id, without their documents.
    pub async fn service_control_policy_names<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a String>,
    ) -> Result<BTreeMap<String, String>> {
        let ids: BTreeSet<&String> = ids.into_iter().collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Sql::new("SELECT id, name FROM service_control_policy WHERE id IN ");
        sql.tuple(ids);
        let rows: Vec<(String, String)> = all(self.read(), sql).await?;
        Ok(rows.into_iter().collect())
    }

    /// Policies by name, `limit` at most, from the one after this name on: names are unique in an organization.
    pub async fn service_control_policies_after(&self, name: &str, limit: u32) -> Result<Vec<ServiceControlPolicy>> {
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM service_control_policy WHERE name > $1 ORDER BY name, id LIMIT {limit}"
        ));
        let rows: Vec<PolicyRow> = all(self.read(), sql.bind(name)).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// The policy of this name.
    pub async fn service_control_policy_named(&self, name: &str) -> Result<Option<ServiceControlPolicy>> {
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM service_control_policy WHERE name = $1 ORDER BY name, id"));
        Ok(optional::<PolicyRow>(self.read(), sql.bind(name)).await?.map(Into::into))
    }

    /// Ids of the nodes that a policy is attached to, `limit` at most, from the one after this id on.
    pub async fn nodes_with_policy(&self, policy: &str, after: &str, limit: u32) -> Result<Vec<String>> {
        let sql = Sql::new(format!(
            "SELECT node_id FROM policy_attachment WHERE policy_id = $1 AND node_id > $2 ORDER BY node_id LIMIT {limit}"
        ));
        let rows: Vec<(String,)> = all(self.read(), sql.bind(policy).bind(after)).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// How many nodes each of these policies is attached to; those that are attached nowhere are missing.
    pub async fn count_attachments<'a>(
        &self,
        policies: impl IntoIterator<Item = &'a String>,
    ) -> Result<BTreeMap<String, i64>> {
        let policies: BTreeSet<&String> = policies.into_iter().collect();
        if policies.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Sql::new("SELECT policy_id, COUNT(*) FROM policy_attachment WHERE policy_id IN ");
        sql.tuple(policies).push(" GROUP BY policy_id");
        let rows: Vec<(String, i64)> = all(self.read(), sql).await?;
        Ok(rows.into_iter().collect())
    }
}
