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
        let mut leads = self.eligible_leads_of(|it| it == project).await?.remove(project).unwrap_or_default();
        leads.retain(|lead| &lead.person != requester);
        Ok(leads)
    }

    /// The same leads of all `wanted` projects at once, with whoever asks among them; a project without any is missing.
    pub(crate) async fn eligible_leads_of(
        &self,
        wanted: impl Fn(&ProjectId) -> bool + Send,
    ) -> Result<BTreeMap<ProjectId, Vec<Actor>>> {
        let since = self.now() - self.settings().eligible_lead_max_age;
        let mappings = self.store().group_mappings().await?;
        let leads =
            |grant: &Grant| matches!(grant, Grant::Project { project, role: ProjectRole::Lead } if wanted(project));
        let groups: Vec<String> = mappings.iter().filter(|m| leads(&m.grant)).map(|m| m.group.clone()).collect();
        let mut found: BTreeMap<ProjectId, Vec<Actor>> = BTreeMap::new();
        if groups.is_empty() {
            return Ok(found);
        }
        for record in self.store().people_in_groups(&groups, since).await? {
            let actor = self.actor_of(record, &mappings);
            if actor.is_auditor() {
                continue;
            }
            for project in actor.projects_as(ProjectRole::Lead).into_iter().filter(|project| wanted(project)) {
                found.entry(project.clone()).or_default().push(actor.clone());
            }
        }
        Ok(found)
    }

    /// The requests that `actor` may decide, their own among them: a lead's projects; for an admin also projects without a
    /// lead who can decide, and what the sole such lead of a project asked for.
    pub(crate) async fn deciding_scope(&self, actor: &Actor) -> Result<Scope> {
        let scope = Self::scope(actor, Action::DecideRequest);
        if !actor.is_admin() || scope == Scope::Nothing {
            return Ok(scope);
        }
        let leads = self.eligible_leads_of(|_| true).await?;
        let mut projects: Vec<ProjectId> = actor.projects_as(ProjectRole::Lead).into_iter().cloned().collect();
        let mut persons = Vec::new();
        for project in self.store().projects(&Scope::All).await? {
            if projects.contains(&project.id) {
                continue;
            }
            match leads.get(&project.id).map(Vec::as_slice) {
                None | Some([]) => projects.push(project.id),
                Some([sole]) => persons.push((project.id, sole.person.clone())),
                Some(_) => {}
            }
        }
        Ok(Scope::ProjectsOrPersonIn { projects, persons })
    }
}
