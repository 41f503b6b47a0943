//! The mirror of the organization: its tree, its service control policies, and what is attached where.

mod nodes;
mod policies;

pub(crate) use policies::row as policy_row;

use chrono::{DateTime, Utc};
use domain::organization::{Organization, OrganizationState};
use domain::problem::Problem;

use crate::connect::Store;
use crate::dialect;
use crate::error::Result;
use crate::row::At;
use crate::run::{execute, optional};
use crate::sql::{Columns, Sql, Value, json};
use crate::tx::Tx;

/// The one row of `organization_state`.
const ORGANIZATION: &str = "organization";

/// Rows that one statement writes.
const AT_ONCE: usize = 200;

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
}

impl Tx {
    /// How many changes of policies the mirror was brought in line with so far; held until the end of the transaction. What was
    /// read of AWS while this number grew may lack a change, and must not take its place.
    pub async fn organization_changes(&mut self) -> Result<i64> {
        let lock = dialect::for_update(&self.on());
        let sql = format!("SELECT changes FROM organization_state WHERE name = $1{lock}");
        let row: Option<(i64,)> = optional(self.on(), Sql::new(sql).bind(ORGANIZATION)).await?;
        Ok(row.map_or(0, |(changes,)| changes))
    }

    /// Counts a change that the mirror is brought in line with.
    pub(crate) async fn count_organization_change(&mut self) -> Result<()> {
        let sql = Sql::new(
            "INSERT INTO organization_state (name, changes) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET changes = \
             organization_state.changes + 1",
        );
        execute(self.on(), sql.bind(ORGANIZATION)).await.map(|_| ())
    }

    /// Puts what was just read, whole, in the place of what was there.
    pub async fn replace_organization(
        &mut self,
        organization: &Organization,
        refreshed_at: DateTime<Utc>,
    ) -> Result<()> {
        for table in ["organization_node", "policy_attachment", "service_control_policy"] {
            execute(self.on(), Sql::new(format!("DELETE FROM {table}"))).await?;
        }
        let nodes = nodes::rows(&organization.nodes).collect::<Result<Vec<_>>>()?;
        self.insert_all("organization_node", nodes).await?;
        let mut attachments: Vec<Columns> = Vec::new();
        for it in &organization.nodes {
            let attached = it.node.policies.iter();
            attachments.extend(attached.map(|id| vec![("node_id", (&it.node.id).into()), ("policy_id", id.into())]));
        }
        self.insert_all("policy_attachment", attachments).await?;
        self.insert_all("service_control_policy", organization.policies.iter().map(policies::row).collect()).await?;
        let gone = Sql::new("DELETE FROM probe WHERE account NOT IN (SELECT id FROM organization_node)");
        execute(self.on(), gone).await?;
        let columns =
            vec![("name", ORGANIZATION.into()), ("refreshed_at", refreshed_at.into()), ("problem", Value::Text(None))];
        execute(self.on(), Sql::upsert("organization_state", "name", columns)).await.map(|_| ())
    }

    /// Notes why the organization could not be read; what was there stays, with its age.
    pub async fn organization_failed(&mut self, problem: &Problem) -> Result<()> {
        let columns = vec![("name", ORGANIZATION.into()), ("problem", json("organization_state", "problem", problem)?)];
        execute(self.on(), Sql::upsert("organization_state", "name", columns)).await.map(|_| ())
    }

    async fn insert_all(&mut self, table: &'static str, rows: Vec<Columns>) -> Result<()> {
        let mut rows = rows.into_iter();
        while let Some(first) = rows.next() {
            let mut sql = Sql::insert(table, first);
            for row in rows.by_ref().take(AT_ONCE - 1) {
                sql.push(", ").tuple(row.into_iter().map(|(_, value)| value));
            }
            execute(self.on(), sql).await?;
        }
        Ok(())
    }
}
