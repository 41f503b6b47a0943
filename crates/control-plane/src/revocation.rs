//! Reading revocations: the form that makes one, one of them, and the list.

use std::collections::BTreeMap;

use domain::action::Action;
use domain::id::{AccountId, ProjectId, RevocationId};
use domain::person::PersonKey;
use domain::revocation::{Reach, Revocation, Target};
use domain::view::{
    Listing, ReachChoice, RevocationPage, RevocationRow, RevocationsPage, RevokePage, RevokeQuery, RevokedEnvironment,
};
use store::{EnvironmentFilter, Order, PageRequest, Scope};

use crate::authorize::{Cut, Resource, Ruling};
use crate::revoke::Whom;
use crate::rows::page_after;
use crate::{Caller, ControlPlane, Error, Result};

/// Environments of one person that the form counts.
const COUNTED: u32 = 500;

impl ControlPlane {
    /// The form for cutting somebody off: how far the caller may reach, and what that would meet.
    pub async fn revoke_form(&self, caller: &Caller, query: RevokeQuery) -> Result<RevokePage> {
        let whom = self.whom(&query.environment, &query.person).await?;
        let reaches = self.reaches(caller, &whom).await?;
        if reaches.is_empty() {
            // Says why not, and is written down.
            let reach = match &whom.environment {
                Some(it) => Reach::Project { project: it.project.clone() },
                None => Reach::Everything,
            };
            let cut = Cut { person: whom.person.clone(), reach };
            self.authorize::<Cut>(caller, Action::RevokeAccess, &cut).await?;
        }
        let mut in_force = Vec::new();
        for revocation in self.store().revocations_in_force(&whom.person).await? {
            if self.may(caller, Action::ViewRevocation, &revocation).await? {
                let words = self.reach_in_words(&revocation).await?;
                in_force.push((revocation.id, words));
            }
        }
        let form = self.form_state(caller, Some(&query.draft)).await?;
        Ok(RevokePage {
            person: whom.name,
            person_id: whom.person.studio_user_id(),
            environment: whom.environment.map(|it| (it.id, it.name)),
            reaches,
            in_force,
            form,
        })
    }

    /// The choices that the policies leave the caller.
    pub(crate) async fn reaches(&self, caller: &Caller, whom: &Whom) -> Result<Vec<ReachChoice>> {
        let filter = EnvironmentFilter { live: true, owner: Some(whom.person.clone()), ..EnvironmentFilter::default() };
        let of_person = Scope::Person(whom.person.clone());
        let live = self.store().environments(&of_person, &filter, &PageRequest::newest(COUNTED)).await?.items;
        let mut projects: Vec<ProjectId> = match &whom.environment {
            Some(it) => vec![it.project.clone()],
            None => live.iter().map(|it| it.project.clone()).collect(),
        };
        if whom.environment.is_none()
            && let Some(actor) = self.actor(&whom.person).await?
        {
            projects.extend(actor.projects().into_iter().cloned());
        }
        projects.sort();
        projects.dedup();
        let mut choices = Vec::new();
        if let Some(it) = &whom.environment {
            choices.push((
                Reach::Environment { environment: it.id.clone(), project: it.project.clone() },
                "environment".to_owned(),
                format!("This environment, {}", it.name),
                format!("{} can neither open it nor act from inside it. Everything else stays.", whom.name),
            ));
        }
        for project in projects {
            let number = live.iter().filter(|it| it.project == project).count();
            choices.push((
                Reach::Project { project: project.clone() },
                format!("project:{project}"),
                format!("All of {} in {project}", whom.name),
                format!("{}, and every role in the project.", environments(number)),
            ));
        }
        choices.push((
            Reach::Everything,
            "everything".to_owned(),
            format!("All of {}, everywhere", whom.name),
            format!("{}, every role, and every session at the portal.", environments(live.len())),
        ));
        let mut offered = Vec::new();
        for (reach, value, label, describes) in choices {
            let cut = Cut { person: whom.person.clone(), reach };
            if self.may(caller, Action::RevokeAccess, &cut).await? {
                offered.push(ReachChoice { value, label, describes });
            }
        }
        Ok(offered)
    }

    /// Whether the policies allow it; a refusal is not written down.
    pub(crate) async fn may<T: Resource>(&self, caller: &Caller, action: Action, thing: &T) -> Result<bool> {
        Ok(self.rule(&caller.actor, action, &thing.facts(self).await?, None)? == Ruling::Allowed)
    }

    /// One revocation.
    pub async fn revocation(&self, caller: &Caller, id: &RevocationId) -> Result<RevocationPage> {
        let it: Revocation = self.authorize(caller, Action::ViewRevocation, id).await?.into_thing();
        let operation = self.store().operation(&it.operation).await?;
        let at_work = operation.as_ref().is_some_and(|o| o.finished_at.is_none());
        let people = [&it.person, &it.by].into_iter().chain(&it.restored_by);
        let names = self.names([], people).await?;
        let accounts = self.account_names(&it.targets).await?;
        let allowed = self.allowed_actions(caller, &it, &[Action::RevokeAccess, Action::RestoreAccess]).await?;
        Ok(RevocationPage {
            person: names.person(&it.person),
            reach: self.reach_in_words(&it).await?,
            by: names.person(&it.by),
            by_admin: it.by_admin,
            state: it.state,
            trouble: operation.and_then(|o| o.trouble.map(|trouble| (trouble, o.next_run_at))),
            targets: it.targets.iter().map(|target| row(target, &accounts)).collect(),
            created_at: it.created_at,
            restored_by: it.restored_by.as_ref().map(|by| names.person(by)),
            updated_at: it.updated_at,
            as_of: self.now(),
            version: it.version,
            can_retry: it.problem.is_some() && !at_work,
            reason: it.reason,
            problem: it.problem,
            id: it.id,
            allowed,
        })
    }

    /// What was ever revoked, of what the caller may see, newest first.
    pub async fn revocations(&self, caller: &Caller, after: &str) -> Result<RevocationsPage> {
        let scope = Self::scope(&caller.actor, Action::ViewRevocation);
        if scope == Scope::Nothing {
            return Err(self.not_for(caller, Action::ViewRevocation).await?);
        }
        let page = self.store().revocations(&scope, &page_after(after, Order::NewestFirst)?).await?;
        let people = page.items.iter().flat_map(|it| [&it.person, &it.by]);
        let names = self.names([], people).await?;
        let mut items = Vec::with_capacity(page.items.len());
        for it in &page.items {
            let reach = match it.targets.first() {
                Some(target) => reach_with(&it.reach, Some(&target.name)),
                // Nothing was looked for yet.
                None => self.reach_in_words(it).await?,
            };
            items.push(RevocationRow {
                id: it.id.clone(),
                person: names.person(&it.person),
                reach,
                by: names.person(&it.by),
                state: it.state,
                has_problem: it.problem.is_some(),
                created_at: it.created_at,
            });
        }
        Ok(RevocationsPage { rows: Listing { items, next: page.next.map(|c| c.to_string()), filtered: false } })
    }

    /// The refusal of somebody who has no revocation to see.
    async fn not_for(&self, caller: &Caller, action: Action) -> Result<Error> {
        let nobody = Cut { person: caller.actor.person.clone(), reach: Reach::Everything };
        match self.authorize::<Cut>(caller, action, &nobody).await {
            Err(error) => Ok(error),
            Ok(_) => Ok(Error::not_found("revocation")),
        }
    }

    async fn reach_in_words(&self, it: &Revocation) -> Result<String> {
        let name = match it.reach.environment() {
            Some(id) => self.store().environment(id).await?.map(|environment| environment.name),
            None => None,
        };
        Ok(reach_with(&it.reach, name.as_deref()))
    }

    async fn account_names(&self, targets: &[Target]) -> Result<BTreeMap<AccountId, String>> {
        let mut projects: Vec<&ProjectId> = targets.iter().map(|target| &target.project).collect();
        projects.sort();
        projects.dedup();
        let mut names = BTreeMap::new();
        for project in projects {
            let accounts = self.store().project_accounts(project).await?;
            names.extend(accounts.into_iter().map(|account| (account.account, account.name)));
        }
        Ok(names)
    }

    /// What the page of an environment says of revocations: none; or, of those in force, the ones that the caller may see.
    pub(crate) async fn revoked_by(
        &self,
        caller: &Caller,
        owner: &PersonKey,
        meets: impl Fn(&Reach) -> bool,
    ) -> Result<Vec<RevocationId>> {
        let mut seen = Vec::new();
        for revocation in self.store().revocations_in_force(owner).await? {
            if meets(&revocation.reach) && self.may(caller, Action::ViewRevocation, &revocation).await? {
                seen.push(revocation.id);
            }
        }
        Ok(seen)
    }
}

fn environments(number: usize) -> String {
    match number {
        0 => "No environment that is up".to_owned(),
        1 => "1 environment".to_owned(),
        n => format!("{n} environments"),
    }
}

fn reach_with(reach: &Reach, environment: Option<&str>) -> String {
    match reach {
        Reach::Environment { .. } => format!("the environment {}", environment.unwrap_or("that was terminated")),
        Reach::Project { project } => format!("everything in {project}"),
        Reach::Everything => "everything".to_owned(),
    }
}

fn row(target: &Target, accounts: &BTreeMap<AccountId, String>) -> RevokedEnvironment {
    RevokedEnvironment {
        id: target.environment.clone(),
        name: target.name.clone(),
        account_name: accounts.get(&target.account).cloned().unwrap_or_else(|| target.account.to_string()),
        launcher: target.launcher.clone(),
        execution: target.execution.clone(),
        running: target.running.clone(),
    }
}
