//! The leads of a project who can be counted on to decide, and so what is left to admins.

use std::collections::BTreeMap;

use domain::action::Action;
use domain::id::ProjectId;
use domain::person::{Actor, Grant, PersonKey, ProjectRole};
use store::Scope;

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

    /// The requests that `actor` may decide, their own among them: a lead's projects; for an admin also projects without a
    /// lead who can decide, and what the sole such lead of a project asked for.
    pub(crate) async fn deciding_scope(&self, actor: &Actor) -> Result<Scope> {
        let scope = Self::scope(actor, Action::DecideRequest);
        if !actor.is_admin() || scope == Scope::Nothing {
            return Ok(scope);
        }
        let leads = self.all_eligible_leads().await?;
        let mut projects: Vec<ProjectId> = actor.projects_as(ProjectRole::Lead).into_iter().cloned().collect();
        let mut persons = Vec::new();
        for project in self.store().projects(&Scope::All).await? {
            if projects.contains(&project.id) {
                continue;
            }
            match leads.get(&project.id).map(Vec::as_slice) {
                None | Some([]) => projects.push(project.id),
                Some([sole]) => persons.push((project.id, sole.clone())),
                Some(_) => {}
            }
        }
        Ok(Scope::ProjectsOrPersonIn { projects, persons })
    }

    /// The same leads, of all projects at once.
    async fn all_eligible_leads(&self) -> Result<BTreeMap<ProjectId, Vec<PersonKey>>> {
        let since = self.now() - self.settings().eligible_lead_max_age;
        let mappings = self.store().group_mappings().await?;
        let groups: Vec<String> = mappings
            .iter()
            .filter(|m| matches!(m.grant, Grant::Project { role: ProjectRole::Lead, .. }))
            .map(|m| m.group.clone())
            .collect();
        let mut leads: BTreeMap<ProjectId, Vec<PersonKey>> = BTreeMap::new();
        for record in self.store().people_in_groups(&groups, since).await? {
            let actor = self.actor_of(record, &mappings);
            for project in actor.projects_as(ProjectRole::Lead).into_iter().filter(|_| !actor.is_auditor()) {
                leads.entry(project.clone()).or_default().push(actor.person.clone());
            }
        }
        Ok(leads)
    }
}
