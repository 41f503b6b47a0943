//! Where the accounts of projects stand in the organization: what gives a node its stages and projects.

use domain::project::{ProjectAccount, Stage};

use crate::{ControlPlane, Result};

/// The accounts of projects with their ways from the root.
#[derive(Debug)]
pub(super) struct Standing(Vec<(ProjectAccount, Vec<String>)>);

impl ControlPlane {
    pub(super) async fn standing(&self) -> Result<Standing> {
        let accounts = self.store().all_project_accounts().await?;
        let nodes = self.store().organization_nodes_of(accounts.iter().map(|a| a.account.as_str())).await?;
        let way = |account: &ProjectAccount| {
            nodes.get(account.account.as_str()).map(|it| it.way().cloned().collect()).unwrap_or_default()
        };
        Ok(Standing(
            accounts.into_iter().map(|account| (way(&account), account)).map(|(way, account)| (account, way)).collect(),
        ))
    }
}

impl Standing {
    fn at<'a>(&'a self, node: &'a str) -> impl Iterator<Item = &'a ProjectAccount> {
        self.0.iter().filter(move |(_, way)| way.iter().any(|id| id == node)).map(|(account, _)| account)
    }

    /// The stages of the accounts at a node or below it.
    pub(super) fn stages(&self, node: &str) -> Vec<Stage> {
        let mut stages: Vec<Stage> = self.at(node).map(|account| account.stage).collect();
        stages.sort_unstable();
        stages.dedup();
        stages
    }

    /// The projects of the accounts at a node or below it.
    pub(super) fn projects(&self, node: &str) -> Vec<String> {
        let mut projects: Vec<String> = self.at(node).map(|account| account.project.to_string()).collect();
        projects.sort_unstable();
        projects.dedup();
        projects
    }
}
