//! A project as its lead looks after it: what waits, what ends, what is in trouble, what runs, and its people.

use chrono::TimeDelta;
use domain::action::Action;
use domain::environment::EnvironmentState;
use domain::id::ProjectId;
use domain::person::{Grant, GroupMapping, ProjectRole};
use domain::problem::FieldError;
use domain::request::RequestState;
use domain::view::{Counted, Excerpt, FormState, TeamMember, TeamPage, TeamQuery};
use store::{Attention, EnvironmentFilter, PageRequest, RequestFilter, Scope};

use crate::{Caller, ControlPlane, Result};

/// Rows of each part; the list has the rest.
const PART: usize = 5;
/// What is more is not counted.
const COUNTED: u32 = 100;
/// People on the page; whoever is not among them is found by name.
const SHOWN: u32 = 100;

impl ControlPlane {
    /// The team page of one of the projects that the caller leads; for admins and auditors, of any project.
    pub async fn team(&self, caller: &Caller, query: TeamQuery) -> Result<TeamPage> {
        self.authorize_portal(caller, Action::ViewTeam).await?;
        let projects = self.store().projects(&Self::scope(&caller.actor, Action::ViewTeam)).await?;
        let projects: Vec<ProjectId> = projects.into_iter().map(|project| project.id).collect();
        let wanted = query.project.trim();
        let project = projects.iter().find(|id| wanted.is_empty() || id.as_str() == wanted).cloned();
        let Some(project) = project else {
            let mistake = FieldError::new("project", "There is no such project that you lead.");
            let errors = if wanted.is_empty() { Vec::new() } else { vec![mistake] };
            return Ok(TeamPage {
                projects,
                form: FormState { errors, ..FormState::default() },
                ..TeamPage::default()
            });
        };
        let live = EnvironmentFilter { live: true, project: Some(project.clone()), ..EnvironmentFilter::default() };
        let by = self.now() + TimeDelta::days(TeamPage::ENDS_WITHIN_DAYS.into());
        let ending = EnvironmentFilter { ends_by: Some(by), ..live.clone() };
        let troubled = EnvironmentFilter { attention: Some(Attention::Troubled), ..live.clone() };
        let left = EnvironmentFilter { attention: Some(Attention::OwnerLeft), ..live.clone() };
        let running = EnvironmentFilter { running: Some(true), ..live.clone() };
        let resting =
            EnvironmentFilter { running: Some(false), state: Some(EnvironmentState::Available), live: false, ..live };
        let (people, more) = self.members(&project, &query.q).await?;
        Ok(TeamPage {
            waiting: self.waiting_in(&project).await?,
            ending: self.excerpt(caller, &project, &ending).await?,
            troubled: self.excerpt(caller, &project, &troubled).await?,
            left: self.excerpt(caller, &project, &left).await?,
            running: self.excerpt(caller, &project, &running).await?,
            resting: self.excerpt(caller, &project, &resting).await?,
            project: Some(project),
            projects,
            form: FormState::default(),
            people,
            more,
            q: query.q,
        })
    }

    async fn waiting_in(&self, project: &ProjectId) -> Result<Counted> {
        let filter = RequestFilter { state: Some(RequestState::Submitted), ..RequestFilter::default() };
        let found = self.store().count_requests(&Scope::Projects(vec![project.clone()]), &filter).await?;
        Ok(Counted { number: u32::try_from(found).unwrap_or(COUNTED).min(COUNTED), up_to: COUNTED })
    }

    /// Those whose lease ends first, and how many there are.
    async fn excerpt(&self, caller: &Caller, project: &ProjectId, filter: &EnvironmentFilter) -> Result<Excerpt> {
        let scope = Scope::Projects(vec![project.clone()]);
        let mut found = self.store().environments(&scope, filter, &PageRequest::newest(COUNTED)).await?.items;
        found.sort_by_key(|it| it.lease_ends_at);
        let all = Counted { number: u32::try_from(found.len()).unwrap_or(COUNTED), up_to: COUNTED };
        found.truncate(PART);
        Ok(Excerpt { rows: self.environment_rows(caller, &found).await?, all })
    }

    /// The people of the project's groups, by name, and whether there are more than are shown.
    async fn members(&self, project: &ProjectId, name: &str) -> Result<(Vec<TeamMember>, bool)> {
        let mappings = self.store().group_mappings().await?;
        let of_project =
            |mapping: &&GroupMapping| matches!(&mapping.grant, Grant::Project { project: of, .. } if of == project);
        let groups: Vec<String> = mappings.iter().filter(of_project).map(|mapping| mapping.group.clone()).collect();
        let mut found = self.store().people_of_groups(&groups, name, SHOWN + 1).await?;
        let more = found.len() > SHOWN as usize;
        found.truncate(SHOWN as usize);
        let has = self.store().live_environments_by_owner(project).await?;
        let people = found.into_iter().map(|record| {
            let signed_in_at = record.groups_seen_at;
            let cut_off = record.cut_off.everything || record.cut_off.projects.contains(project);
            let actor = self.actor_of(record, &mappings);
            let role = match (cut_off, actor.has_project_role(project, ProjectRole::Lead)) {
                (true, _) => "Access is revoked",
                (false, true) => "Team lead",
                (false, false) => "Data scientist",
            };
            TeamMember {
                environments: has.get(&actor.person).copied().unwrap_or_default(),
                role: role.to_owned(),
                display_name: actor.display_name,
                subject: actor.person.subject,
                signed_in_at,
            }
        });
        Ok((people.collect(), more))
    }
}
