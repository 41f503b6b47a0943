//! Which environments of a list are wanted.

use chrono::{DateTime, Utc};
use domain::environment::EnvironmentState;
use domain::id::{AccountId, EnvironmentId, ProductId, ProjectId, ProvisioningArtifactId};
use domain::person::PersonKey;
use domain::project::Stage;

use crate::sql::{Sql, contains};

/// See the module. All that is set has to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvironmentFilter {
    /// One of these.
    pub ids: Option<Vec<EnvironmentId>>,
    pub state: Option<EnvironmentState>,
    /// Without those that are terminated.
    pub live: bool,
    pub project: Option<ProjectId>,
    pub owner: Option<PersonKey>,
    /// Of any of these people.
    pub owners: Option<Vec<PersonKey>>,
    pub stage: Option<Stage>,
    pub account: Option<AccountId>,
    pub product: Option<ProductId>,
    pub version: Option<VersionFilter>,
    /// In the name.
    pub text: Option<String>,
    pub attention: Option<Attention>,
    /// Approved then or before.
    pub created_until: Option<DateTime<Utc>>,
    /// The lease ends by then, or has ended.
    pub ends_by: Option<DateTime<Utc>>,
    /// Whether anything that is paid for by the hour ran at the last look. `false`: of those that could run something, and
    /// were looked at.
    pub running: Option<bool>,
}

/// Which version an environment has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionFilter {
    Is(ProvisioningArtifactId),
    /// None of these, which are all that nobody would update.
    NoneOf(Vec<ProvisioningArtifactId>),
}

/// What somebody has to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attention {
    /// The lease ends by then, or has ended.
    EndsBy(DateTime<Utc>),
    /// A lead keeps it.
    Held(DateTime<Utc>),
    /// AWS has it other than the portal left it.
    Drifted,
    /// It carries other tags than it would be launched with now.
    TagsDiffer,
    /// It waits for the platform team.
    HandedOver,
    /// Its last change failed, it does not run, or it waits for the platform team.
    Troubled,
    /// Its owner left the project.
    OwnerLeft,
    /// It is terminated, and its files are left in AWS.
    KeepsFiles,
}

impl EnvironmentFilter {
    /// Appends ` AND ...` for all that is set.
    pub(crate) fn push(&self, sql: &mut Sql) {
        if let Some(ids) = &self.ids {
            match ids.as_slice() {
                [] => sql.push(" AND 1 = 0"),
                ids => sql.push(" AND id IN ").tuple(ids.iter().map(EnvironmentId::as_str)),
            };
        }
        if let Some(state) = self.state {
            sql.push(" AND state = ").value(state.as_str());
        }
        if self.live {
            sql.push(" AND state <> 'terminated'");
        }
        if let Some(project) = &self.project {
            sql.push(" AND project_id = ").value(project.as_str());
        }
        if let Some(owner) = &self.owner {
            owned_by(sql.push(" AND "), owner);
        }
        if let Some(owners) = &self.owners {
            sql.push(" AND (1 = 0");
            for owner in owners {
                owned_by(sql.push(" OR "), owner);
            }
            sql.push(")");
        }
        if let Some(stage) = self.stage {
            sql.push(" AND stage = ").value(stage.as_str());
        }
        if let Some(account) = &self.account {
            sql.push(" AND account_id = ").value(account.as_str());
        }
        self.push_version(sql);
        self.push_times(sql);
        match self.running {
            None => {}
            Some(true) => {
                sql.push(" AND id IN (SELECT environment_id FROM observation WHERE running > 0)");
            }
            // What nobody looked at is not said to run nothing, and what has nothing that could run is not worth a look.
            Some(false) => {
                sql.push(" AND state IN ('available', 'tainted') AND launch_target IS NOT NULL");
                sql.push(" AND EXISTS (SELECT 1 FROM observation WHERE environment_id = environment.id");
                sql.push(" AND read_at IS NOT NULL AND running = 0)");
            }
        }
        if let Some(attention) = self.attention {
            attention.push(sql);
        }
        if let Some(text) = self.text.as_deref().filter(|text| !text.trim().is_empty()) {
            sql.push(" AND lower(name) LIKE ").value(contains(text)).push(" ESCAPE '\\'");
        }
    }

    fn push_version(&self, sql: &mut Sql) {
        if let Some(product) = &self.product {
            sql.push(" AND product_id = ").value(product.as_str());
        }
        match &self.version {
            Some(VersionFilter::Is(artifact)) => {
                sql.push(" AND artifact_id = ").value(artifact.as_str());
            }
            Some(VersionFilter::NoneOf(artifacts)) if !artifacts.is_empty() => {
                sql.push(" AND artifact_id NOT IN ").tuple(artifacts.iter().map(ProvisioningArtifactId::as_str));
            }
            Some(VersionFilter::NoneOf(_)) | None => {}
        }
    }

    fn push_times(&self, sql: &mut Sql) {
        if let Some(until) = self.created_until {
            sql.push(" AND created_at <= ").value(until);
        }
        if let Some(by) = self.ends_by {
            sql.push(" AND lease_ends_at <= ").value(by);
        }
    }
}

impl Attention {
    fn push(self, sql: &mut Sql) {
        match self {
            Self::EndsBy(by) => {
                sql.push(" AND lease_ends_at <= ").value(by);
            }
            Self::Held(now) => {
                sql.push(" AND held_until > ").value(now);
            }
            Self::HandedOver => {
                sql.push(" AND handed_over IS NOT NULL");
            }
            Self::Troubled => {
                sql.push(" AND (state IN ('tainted', 'error') OR handed_over IS NOT NULL)");
            }
            Self::OwnerLeft => {
                sql.push(" AND EXISTS (SELECT 1 FROM leaver WHERE leaver.project_id = environment.project_id");
                sql.push(
                    " AND leaver.issuer = environment.owner_issuer AND leaver.subject = environment.owner_subject)",
                );
            }
            Self::KeepsFiles => {
                sql.push(" AND keeps_files = 1");
            }
            Self::Drifted => {
                sql.push(" AND id IN (SELECT environment_id FROM observation WHERE drifted = 1)");
            }
            Self::TagsDiffer => {
                sql.push(" AND id IN (SELECT environment_id FROM observation WHERE tags_differ = 1)");
            }
        }
    }
}

fn owned_by(sql: &mut Sql, person: &PersonKey) {
    sql.push("(owner_issuer = ").value(&person.issuer);
    sql.push(" AND owner_subject = ").value(&person.subject).push(")");
}
