//! The mirror of the organization: its tree, its service control policies and what is attached where, read whole and put in
//! the place of what was there.

use std::collections::BTreeMap;

use aws::organizations::{Node, Organizations};
use domain::id::AccountId;
use domain::organization::{NodeKind, Organization, OrganizationNode, ServiceControlPolicy, TreeNode};
use domain::problem::Problem;
use futures::FutureExt;
use tokio_util::sync::CancellationToken;

use crate::{ControlPlane, Result, session};

/// The feature set that service control policies need.
const ALL_FEATURES: &str = "ALL";

/// How often it is read anew at once because the portal changed something meanwhile.
const READINGS: usize = 3;

impl ControlPlane {
    /// Reads the organization. One that cannot be read stays as it was, with the reason; answers whether it was read.
    pub(super) async fn mirror_organization(&self, shutdown: &CancellationToken) -> Result<bool> {
        let mirror = async {
            for _ in 0..READINGS {
                let before = self.organization_changes().await?;
                let read = self.read_organization().await.map_err(|error| error.problem());
                if self.keep_organization(&read, before).await? {
                    return Ok(read.is_ok());
                }
            }
            // It was changed all the time; the mirror was brought in line with each change.
            Ok(true)
        };
        Ok(self.under_lease("organization", shutdown, mirror.boxed()).await?.unwrap_or(true))
    }

    pub(super) async fn organization_changes(&self) -> Result<i64> {
        let mut tx = self.store().begin().await?;
        let changes = tx.organization_changes().await?;
        tx.rollback().await?;
        Ok(changes)
    }

    /// Answers whether it was kept: what was read while the portal changed something may lack the change.
    pub(super) async fn keep_organization(&self, read: &Result<Organization, Problem>, before: i64) -> Result<bool> {
        let mut tx = self.store().begin().await?;
        if tx.organization_changes().await? != before {
            tx.rollback().await?;
            return Ok(false);
        }
        match read {
            Ok(organization) => tx.replace_organization(organization, self.now()).await?,
            Err(problem) => {
                tracing::warn!(why = problem.why, "the organization could not be read");
                tx.organization_failed(problem).await?;
            }
        }
        tx.commit().await?;
        Ok(true)
    }

    pub(super) async fn read_organization(&self) -> aws::Result<Organization> {
        let organizations = session::organizer(self).await?.organizations();
        let described = organizations.describe_organization().await?;
        let root = organizations.tree().await?;
        let with_policies = described.feature_set == ALL_FEATURES;
        let (policies, attached) =
            if with_policies { policies(&organizations).await? } else { (Vec::new(), BTreeMap::new()) };
        let exempt = |account: &AccountId| !with_policies || described.management_account == *account;
        let mut tree = Tree { nodes: Vec::new(), attached, exempt };
        tree.add(root, NodeKind::Root, &[]);
        Ok(Organization { nodes: tree.nodes, policies })
    }
}

/// Every policy with its document, and the ids of policies by what they are attached to. Asked policy by policy: there are
/// far fewer of them than accounts.
async fn policies(
    organizations: &Organizations,
) -> aws::Result<(Vec<ServiceControlPolicy>, BTreeMap<String, Vec<String>>)> {
    let mut policies = Vec::new();
    let mut attached: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for summary in organizations.list_policies().await? {
        let read = organizations.describe_policy(&summary.id).await?;
        for target in organizations.list_targets_for_policy(&summary.id).await? {
            attached.entry(target).or_default().push(summary.id.clone());
        }
        policies.push(ServiceControlPolicy {
            id: read.summary.id,
            name: read.summary.name,
            content: read.content,
            description: read.summary.description,
            aws_managed: read.summary.aws_managed,
        });
    }
    Ok((policies, attached))
}

/// The tree as a list, depth first.
struct Tree<E> {
    nodes: Vec<TreeNode>,
    attached: BTreeMap<String, Vec<String>>,
    exempt: E,
}

impl<E: Fn(&AccountId) -> bool> Tree<E> {
    fn add(&mut self, node: Node, kind: NodeKind, above: &[String]) {
        let Node { id, name, units, accounts, .. } = node;
        let below: Vec<String> = above.iter().cloned().chain([id.clone()]).collect();
        self.push(id, name, kind, above, false);
        for account in accounts {
            let exempt = (self.exempt)(&account.id);
            self.push(account.id.to_string(), account.name, NodeKind::Account, &below, exempt);
        }
        for unit in units {
            self.add(unit, NodeKind::Unit, &below);
        }
    }

    fn push(&mut self, id: String, name: String, kind: NodeKind, above: &[String], exempt: bool) {
        let mut policies = self.attached.remove(&id).unwrap_or_default();
        policies.sort();
        self.nodes.push(TreeNode {
            node: OrganizationNode { id, name, policies },
            kind,
            above: above.to_vec(),
            exempt,
        });
    }
}
