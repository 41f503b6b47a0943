//! Changes of service control policies that were decided upon, and what follows from them for the mirror.

use domain::id::PolicyChangeId;
use domain::organization::{AppliedChange, PolicyChange, ServiceControlPolicy};

use crate::connect::Store;
use crate::dialect;
use crate::error::{Error, Result};
use crate::organization::policy_row;
use crate::page::{Cursor, Page, PageRequest};
use crate::row::{At, into_all, person};
use crate::run::{On, all, execute, optional};
use crate::sql::{Columns, Sql, json, optional_json};
use crate::tx::Tx;

const COLUMNS: &str = "id, change, basis, policy_before, policy_name, node_name, made, by_issuer, by_subject, state, problem, \
                       operation_id, created_at, updated_at, version";

#[derive(sqlx::FromRow)]
struct ChangeRow {
    id: String,
    change: String,
    basis: String,
    policy_before: Option<String>,
    policy_name: String,
    node_name: Option<String>,
    made: Option<String>,
    by_issuer: String,
    by_subject: String,
    state: String,
    problem: Option<String>,
    operation_id: String,
    created_at: i64,
    updated_at: i64,
    version: i64,
}

impl TryFrom<ChangeRow> for AppliedChange {
    type Error = Error;
    fn try_from(row: ChangeRow) -> Result<Self> {
        let at = At::new("policy_change", row.id.as_str());
        Ok(Self {
            id: at.parse("id", &row.id)?,
            change: at.json("change", &row.change)?,
            basis: at.json("basis", &row.basis)?,
            before: at.optional_json("policy_before", row.policy_before.as_deref())?,
            policy_name: row.policy_name,
            node_name: row.node_name,
            made: row.made,
            by: person(row.by_issuer, row.by_subject),
            state: at.parse("state", &row.state)?,
            problem: at.optional_json("problem", row.problem.as_deref())?,
            operation: at.parse("operation_id", &row.operation_id)?,
            created_at: at.time("created_at", row.created_at)?,
            updated_at: at.time("updated_at", row.updated_at)?,
            version: row.version,
        })
    }
}

fn columns(it: &AppliedChange) -> Result<Columns> {
    Ok(vec![
        ("id", it.id.as_str().into()),
        ("change", json("policy_change", "change", &it.change)?),
        ("basis", json("policy_change", "basis", &it.basis)?),
        ("policy_before", optional_json("policy_change", "policy_before", it.before.as_ref())?),
        ("policy_name", (&it.policy_name).into()),
        ("node_name", it.node_name.clone().into()),
        ("made", it.made.clone().into()),
        ("by_issuer", (&it.by.issuer).into()),
        ("by_subject", (&it.by.subject).into()),
        ("state", it.state.as_str().into()),
        ("problem", optional_json("policy_change", "problem", it.problem.as_ref())?),
        ("operation_id", it.operation.as_str().into()),
        ("created_at", it.created_at.into()),
        ("updated_at", it.updated_at.into()),
        ("version", it.version.into()),
    ])
}

async fn get(on: On<'_>, id: &str, suffix: &str) -> Result<Option<AppliedChange>> {
    let sql = Sql::new(format!("SELECT {COLUMNS} FROM policy_change WHERE id = $1{suffix}")).bind(id);
    optional::<ChangeRow>(on, sql).await?.map(TryInto::try_into).transpose()
}

impl Store {
    pub async fn policy_change(&self, id: &PolicyChangeId) -> Result<Option<AppliedChange>> {
        get(self.read(), id.as_str(), "").await
    }

    /// The one that is being applied, if any is.
    pub async fn policy_change_under_way(&self) -> Result<Option<AppliedChange>> {
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM policy_change WHERE state = 'applying'"));
        optional::<ChangeRow>(self.read(), sql).await?.map(TryInto::try_into).transpose()
    }

    /// By the time at which they were decided upon.
    pub async fn policy_changes(&self, page: &PageRequest) -> Result<Page<AppliedChange>> {
        let (start, direction) = (page.start(), page.order.direction());
        let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM policy_change WHERE (created_at, id) "));
        sql.push(page.order.comparison()).push(" (").value(start.at).push(", ").value(start.id.as_str());
        sql.push(&format!(") ORDER BY created_at {direction}, id {direction} LIMIT {}", page.limit() + 1));
        let items: Vec<AppliedChange> = into_all::<ChangeRow, _>(all(self.read(), sql).await?)?;
        Ok(page.page(items, |it| Cursor { at: it.created_at.timestamp_millis(), id: it.id.as_str().to_owned() }))
    }
}

impl Tx {
    /// The change, held until the end of the transaction.
    pub async fn policy_change(&mut self, id: &PolicyChangeId) -> Result<Option<AppliedChange>> {
        let suffix = dialect::for_update(&self.on());
        get(self.on(), id.as_str(), suffix).await
    }

    /// [`Error::Duplicate`] where another is being applied, or this one was taken already.
    pub async fn insert_policy_change(&mut self, it: &AppliedChange) -> Result<()> {
        execute(self.on(), Sql::insert("policy_change", columns(it)?)).await.map(|_| ())
    }

    /// Writes the next version: `it.version` is one more than what the row has, or it is an [`Error::Conflict`].
    /// [`Error::Duplicate`] where it is to be applied again and another one is.
    pub async fn update_policy_change(&mut self, it: &AppliedChange) -> Result<()> {
        let mut sql = Sql::update("policy_change", columns(it)?);
        sql.push(" WHERE id = ").value(it.id.as_str()).push(" AND version = ").value(it.version - 1);
        match execute(self.on(), sql).await? {
            0 => Err(Error::conflict("policy_change", it.id.as_str())),
            _ => Ok(()),
        }
    }

    /// Brings the mirror of the organization in line with a change that was made, until it is read again.
    pub async fn mirror_policy_change(&mut self, it: &AppliedChange) -> Result<()> {
        let Some(policy) = it.policy() else { return Ok(()) };
        self.count_organization_change().await?;
        match &it.change {
            PolicyChange::Create { name, description, content }
            | PolicyChange::Edit { name, description, content, .. } => {
                let written = ServiceControlPolicy {
                    id: policy.to_owned(),
                    name: name.clone(),
                    description: description.clone(),
                    content: content.clone(),
                    aws_managed: false,
                };
                execute(self.on(), Sql::upsert("service_control_policy", "id", policy_row(&written))).await?;
            }
            PolicyChange::Attach { node, .. } => {
                self.unattach(policy, node).await?;
                let columns: Columns = vec![("node_id", node.into()), ("policy_id", policy.into())];
                execute(self.on(), Sql::insert("policy_attachment", columns)).await?;
            }
            PolicyChange::Detach { node, .. } => self.unattach(policy, node).await?,
            PolicyChange::Delete { .. } => {
                let sql = Sql::new("DELETE FROM service_control_policy WHERE id = $1").bind(policy);
                execute(self.on(), sql).await?;
            }
        }
        Ok(())
    }

    async fn unattach(&mut self, policy: &str, node: &str) -> Result<()> {
        let sql = Sql::new("DELETE FROM policy_attachment WHERE policy_id = $1 AND node_id = $2");
        execute(self.on(), sql.bind(policy).bind(node)).await.map(|_| ())
    }
}
