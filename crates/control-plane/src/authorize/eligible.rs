//! The leads of a project who can be counted on to decide.

use domain::id::ProjectId;
use domain::person::{Actor, PersonKey, ProjectRole};

use crate::{ControlPlane, Result};

impl ControlPlane {
    /// The leads of `project` who are not `requester`, are no auditors (who decide nothing), and signed in lately.
    pub(crate) async fn eligible_leads(&self, project: &ProjectId, requester: &PersonKey) -> Result<Vec<Actor>> {
        let since = self.now() - self.settings().eligible_lead_max_age;
        let mappings = self.store().group_mappings().await?;
        let groups: Vec<String> = mappings
            .iter()
            .filter(|m| {
                matches!(&m.grant, domain::person::Grant::Project { project: p, role: ProjectRole::Lead } if p == project)
            })
            .map(|m| m.group.clone())
            .collect();
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        let people = self.store().people_in_groups(&groups, since).await?;
        Ok(people
            .into_iter()
            .map(|record| self.actor_of(record, &mappings))
            .filter(|a| a.has_project_role(project, ProjectRole::Lead) && !a.is_auditor() && &a.person != requester)
            .collect())
    }
}
