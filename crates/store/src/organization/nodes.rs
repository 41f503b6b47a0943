use std::collections::{BTreeMap, BTreeSet};

use domain::id::AccountId;
use domain::organization::{AccountPath, NodeKind, OrganizationNode, TreeNode};

use crate::connect::Store;
use crate::error::Result;
use crate::page::{Cursor, Page, PageRequest};
use crate::row::At;
use crate::run::{all, optional};
use crate::sql::{Columns, Sql, json};

const COLUMNS: &str = "id, position, last, kind, name, above, exempt";

#[derive(sqlx::FromRow)]
struct NodeRow {
    id: String,
    position: i64,
    last: i64,
    kind: String,
    name: String,
    above: String,
    exempt: i64,
}

/// The nodes as rows; they come depth first.
pub(super) fn rows(nodes: &[TreeNode]) -> impl Iterator<Item = Result<Columns>> + '_ {
    (0_i64..).zip(nodes.iter().enumerate()).map(move |(position, (index, it))| {
        let depth = it.above.len();
        let below = nodes[index + 1..].iter().take_while(|other| other.above.len() > depth).count();
        Ok(vec![
            ("id", (&it.node.id).into()),
            ("position", position.into()),
            ("last", (position + i64::try_from(below).unwrap_or(i64::MAX - position)).into()),
            ("kind", it.kind.as_str().into()),
            ("name", (&it.node.name).into()),
            ("above", json("organization_node", "above", &it.above)?),
            ("exempt", i64::from(it.exempt).into()),
        ])
    })
}

impl Store {
    /// A page of the tree, depth first; of the part below and with `within`, and of one kind, where that is said. A node that
    /// is not there has nothing within.
    pub async fn organization_nodes(
        &self,
        within: Option<&str>,
        kind: Option<NodeKind>,
        page: &PageRequest,
    ) -> Result<Page<TreeNode>> {
        let range = match within {
            None => Some((0, i64::MAX)),
            Some(id) => self.node_row(id).await?.map(|row| (row.position, row.last)),
        };
        let Some((first, last)) = range else { return Ok(Page::default()) };
        let first = page.after.as_ref().map_or(first, |after| first.max(after.at.saturating_add(1)));
        let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM organization_node WHERE "));
        if let Some(kind) = kind {
            sql.push("kind = ").value(kind.as_str()).push(" AND ");
        }
        sql.push("position >= ").value(first).push(" AND position <= ").value(last);
        sql.push(&format!(" ORDER BY position LIMIT {}", page.limit() + 1));
        let rows: Vec<NodeRow> = all(self.read(), sql).await?;
        let rows = page.page(rows, |row| Cursor { at: row.position, id: row.id.clone() });
        Ok(Page { items: self.with_attachments(rows.items).await?, next: rows.next })
    }

    /// All of the tree, depth first: as many nodes as an organization can have, which is 10,000 accounts and 1,000 units without an
    /// exception by AWS. For what compares the whole with something; pages read pages.
    pub async fn whole_organization(&self) -> Result<Vec<TreeNode>> {
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM organization_node ORDER BY position"));
        let rows: Vec<NodeRow> = all(self.read(), sql).await?;
        let sql = Sql::new("SELECT node_id, policy_id FROM policy_attachment ORDER BY node_id, policy_id");
        let attached: Vec<(String, String)> = all(self.read(), sql).await?;
        with(rows, attached)
    }

    pub async fn organization_node(&self, id: &str) -> Result<Option<TreeNode>> {
        let Some(row) = self.node_row(id).await? else { return Ok(None) };
        Ok(self.with_attachments(vec![row]).await?.pop())
    }

    /// Nodes by id; those that the mirror does not have are missing.
    pub async fn organization_nodes_of<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a str>,
    ) -> Result<BTreeMap<String, TreeNode>> {
        let ids: BTreeSet<&str> = ids.into_iter().collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM organization_node WHERE id IN "));
        sql.tuple(ids);
        let nodes = self.with_attachments(all(self.read(), sql).await?).await?;
        Ok(nodes.into_iter().map(|it| (it.node.id.clone(), it)).collect())
    }

    /// The ways from the root to accounts; those that the mirror does not have are missing.
    pub async fn account_paths<'a>(
        &self,
        accounts: impl IntoIterator<Item = &'a AccountId>,
    ) -> Result<BTreeMap<AccountId, AccountPath>> {
        let mut known = self.organization_nodes_of(accounts.into_iter().map(AccountId::as_str)).await?;
        known.retain(|_, it| it.kind == NodeKind::Account);
        let above = self.organization_nodes_of(known.values().flat_map(|it| &it.above).map(String::as_str)).await?;
        known
            .into_values()
            .map(|it| {
                let account: AccountId = At::new("organization_node", it.node.id.as_str()).parse("id", &it.node.id)?;
                let mut nodes: Vec<OrganizationNode> =
                    it.above.iter().filter_map(|id| Some(above.get(id)?.node.clone())).collect();
                nodes.push(it.node);
                Ok((account.clone(), AccountPath { account, nodes, exempt: it.exempt }))
            })
            .collect()
    }

    async fn node_row(&self, id: &str) -> Result<Option<NodeRow>> {
        optional(self.read(), Sql::new(format!("SELECT {COLUMNS} FROM organization_node WHERE id = $1")).bind(id)).await
    }

    async fn with_attachments(&self, rows: Vec<NodeRow>) -> Result<Vec<TreeNode>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new("SELECT node_id, policy_id FROM policy_attachment WHERE node_id IN ");
        sql.tuple(rows.iter().map(|row| &row.id)).push(" ORDER BY node_id, policy_id");
        with(rows, all(self.read(), sql).await?)
    }
}

fn with(rows: Vec<NodeRow>, attached: Vec<(String, String)>) -> Result<Vec<TreeNode>> {
    let mut policies: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (node, policy) in attached {
        policies.entry(node).or_default().push(policy);
    }
    rows.into_iter()
        .map(|row| {
            let at = At::new("organization_node", row.id.as_str());
            Ok(TreeNode {
                kind: at.parse("kind", &row.kind)?,
                above: at.json("above", &row.above)?,
                exempt: row.exempt != 0,
                node: OrganizationNode {
                    policies: policies.remove(&row.id).unwrap_or_default(),
                    id: row.id,
                    name: row.name,
                },
            })
        })
        .collect()
}
