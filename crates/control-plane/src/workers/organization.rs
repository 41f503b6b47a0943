//! The mirror of the organization: where the projects' accounts stand in it, and the service control policies on their way,
//! read whole and put in the place of what was there.

use std::collections::{BTreeMap, BTreeSet};

use aws::organizations::{Node, Organizations};
use domain::id::AccountId;
use domain::organization::{AccountPath, OrganizationNode, ServiceControlPolicy};
use domain::problem::Problem;
use futures::FutureExt;
use tokio_util::sync::CancellationToken;

use crate::{ControlPlane, Result, session};

/// The feature set that service control policies need.
const ALL_FEATURES: &str = "ALL";

type Read = (Vec<AccountPath>, Vec<ServiceControlPolicy>);

impl ControlPlane {
    /// Reads the organization. One that cannot be read stays as it was, with the reason; answers whether it was read.
    pub(super) async fn mirror_organization(&self, shutdown: &CancellationToken) -> Result<bool> {
        let mirror = async {
            let read = self.read_organization().await;
            self.keep_organization(&read).await?;
            Ok(read.is_ok())
        };
        Ok(self.under_lease("organization", shutdown, mirror.boxed()).await?.unwrap_or(true))
    }

    async fn keep_organization(&self, read: &Result<Read, Problem>) -> Result<()> {
        let mut tx = self.store().begin().await?;
        match read {
            Ok((paths, policies)) => tx.replace_organization(paths, policies, self.now()).await?,
            Err(problem) => {
                tracing::warn!(why = problem.why, "the organization could not be read");
                tx.organization_failed(problem).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    async fn read_organization(&self) -> Result<Read, Problem> {
        let problem = |error: aws::Error| error.problem();
        let accounts = self.store().all_project_accounts().await.map_err(|e| crate::Error::from(e).problem())?;
        let accounts: BTreeSet<AccountId> = accounts.into_iter().map(|a| a.account).collect();
        let organizations = session::organizer(self).await.map_err(problem)?.organizations();
        let organization = organizations.describe_organization().await.map_err(problem)?;
        let root = organizations.tree().await.map_err(problem)?;
        let mut reading = Reading { organizations, policies: BTreeMap::new(), attached: BTreeMap::new() };
        let mut paths = Vec::new();
        for account in accounts {
            // An account of another organization has no path here.
            let Some(way) = way_to(&root, &account) else { continue };
            let exempt = organization.feature_set != ALL_FEATURES || organization.management_account == account;
            let nodes = if exempt { Vec::new() } else { reading.nodes(&way).await.map_err(problem)? };
            paths.push(AccountPath { account, nodes, exempt });
        }
        Ok((paths, reading.policies.into_values().collect()))
    }
}

/// What was read so far; units and policies are shared by many accounts.
struct Reading {
    organizations: Organizations,
    policies: BTreeMap<String, ServiceControlPolicy>,
    /// Ids of policies by the id of what they are attached to.
    attached: BTreeMap<String, Vec<String>>,
}

impl Reading {
    async fn nodes(&mut self, way: &[(String, String)]) -> aws::Result<Vec<OrganizationNode>> {
        let mut nodes = Vec::with_capacity(way.len());
        for (id, name) in way {
            let policies = self.policies_of(id).await?;
            nodes.push(OrganizationNode { id: id.clone(), name: name.clone(), policies });
        }
        Ok(nodes)
    }

    async fn policies_of(&mut self, target: &str) -> aws::Result<Vec<String>> {
        if let Some(known) = self.attached.get(target) {
            return Ok(known.clone());
        }
        let mut ids = Vec::new();
        for summary in self.organizations.list_policies_for_target(target).await? {
            if !self.policies.contains_key(&summary.id) {
                let policy = self.organizations.describe_policy(&summary.id).await?;
                let policy =
                    ServiceControlPolicy { id: policy.summary.id, name: policy.summary.name, content: policy.content };
                self.policies.insert(policy.id.clone(), policy);
            }
            ids.push(summary.id);
        }
        self.attached.insert(target.to_owned(), ids.clone());
        Ok(ids)
    }
}

/// Ids and names from the root down to the account.
fn way_to(node: &Node, account: &AccountId) -> Option<Vec<(String, String)>> {
    let here = (node.id.clone(), node.name.clone());
    if let Some(found) = node.accounts.iter().find(|a| &a.id == account) {
        return Some(vec![here, (found.id.to_string(), found.name.clone())]);
    }
    let mut way = node.units.iter().find_map(|unit| way_to(unit, account))?;
    way.insert(0, here);
    Some(way)
}
