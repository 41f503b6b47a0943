//! The people who can be counted on to decide the steps of requests.

use chrono::{DateTime, Utc};
use domain::approval::{ApprovalRule, Approver, ApproverAssignment, missing};
use domain::delegation::Delegation;
use domain::id::{ProductId, ProjectId};
use domain::person::{Actor, Grant, PersonKey, PlatformRole, ProjectRole};
use domain::project::Stage;
use domain::request::Request;

use crate::{ControlPlane, Result};

/// What a request is for, as far as who decides it depends on that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Where<'a> {
    pub(crate) project: &'a ProjectId,
    pub(crate) product: &'a ProductId,
    pub(crate) stage: Stage,
}

impl<'a> Where<'a> {
    pub(crate) fn of(request: &'a Request) -> Self {
        Self { project: &request.project, product: &request.product, stage: request.stage }
    }

    pub(crate) fn is_of(self, assignment: &ApproverAssignment) -> bool {
        assignment.is_about(self.project, self.product, self.stage)
    }
}

/// Everybody who decides anything, and signed in lately: no auditors, who decide nothing, and nobody who is cut off.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deciders {
    people: Vec<Actor>,
    pub(crate) assignments: Vec<ApproverAssignment>,
    delegations: Vec<Delegation>,
}

impl Deciders {
    /// Who decides steps of `who` there, by name.
    pub(crate) fn of<'a>(&'a self, who: Approver, there: Where<'a>) -> impl Iterator<Item = &'a Actor> {
        self.people.iter().filter(move |actor| self.decides(actor, who, there))
    }

    fn decides(&self, actor: &Actor, who: Approver, there: Where<'_>) -> bool {
        let by_role = match who {
            Approver::Lead => actor.has_project_role(there.project, ProjectRole::Lead),
            Approver::Admin => actor.is_admin(),
            Approver::DataOwner => false,
        };
        let assigned = |it: &ApproverAssignment| it.who == who && there.is_of(it) && actor.groups.contains(&it.group);
        !actor.cut_off.projects.contains(there.project) && (by_role || self.assignments.iter().any(assigned))
    }

    /// The leads of a project, and nobody who decides in their place.
    pub(crate) fn leads<'a>(&'a self, project: &'a ProjectId) -> impl Iterator<Item = &'a Actor> {
        self.people.iter().filter(|actor| actor.has_project_role(project, ProjectRole::Lead))
    }

    pub(crate) fn admins(&self) -> impl Iterator<Item = &Actor> {
        self.people.iter().filter(|actor| actor.is_admin())
    }

    pub(crate) fn person(&self, key: &PersonKey) -> Option<&Actor> {
        self.people.iter().find(|actor| &actor.person == key)
    }

    /// Who is asked to decide what a request waits at: those who may, and those who stand in their place.
    pub(crate) fn asked(&self, request: &Request, now: DateTime<Utc>) -> Vec<PersonKey> {
        let Some(open) = request.open_step() else { return Vec::new() };
        let may = self.may_decide(request, open.step.who, now).into_iter().map(|actor| actor.person.clone());
        may.chain(self.delegated(request, open.step.who, now).into_iter().map(|it| it.to.clone())).collect()
    }

    /// Whether admins decide a step of `who` in place of those whom it names: none of them is left, or none decided for long.
    pub(crate) fn admins_stand_in(&self, request: &Request, who: Approver, now: DateTime<Utc>) -> bool {
        request.is_escalated(now) || self.left(request, who).next().is_none()
    }

    /// Who may decide the step of `who` that a request waits at, in their own right.
    fn may_decide<'a>(&'a self, request: &'a Request, who: Approver, now: DateTime<Utc>) -> Vec<&'a Actor> {
        let mut may: Vec<&Actor> = self.left(request, who).collect();
        if self.admins_stand_in(request, who, now) {
            may.extend(self.left(request, Approver::Admin));
        }
        may
    }

    /// The delegations of those who may decide it, to people who had no part in it.
    pub(crate) fn delegated<'a>(
        &'a self,
        request: &'a Request,
        who: Approver,
        now: DateTime<Utc>,
    ) -> Vec<&'a Delegation> {
        let may = self.may_decide(request, who, now);
        let stands = |it: &&Delegation| {
            may.iter().any(|actor| actor.person == it.from)
                && it.to != request.requester
                && !request.was_decided_by(&it.to)
        };
        self.delegations.iter().filter(stands).collect()
    }

    /// In whose place `actor` decides the step that a request waits at; `None`: in their own right.
    pub(crate) fn stands_for(&self, request: &Request, actor: &Actor, now: DateTime<Utc>) -> Option<PersonKey> {
        let who = request.open_step()?.step.who;
        let itself = self.decides(actor, who, Where::of(request))
            || (actor.is_admin() && self.admins_stand_in(request, who, now));
        let mut delegations = self.delegated(request, who, now).into_iter();
        if itself { None } else { delegations.find(|it| it.to == actor.person).map(|it| it.from.clone()) }
    }

    /// Who is left to decide the step that a request waits at.
    pub(crate) fn left<'a>(&'a self, request: &'a Request, who: Approver) -> impl Iterator<Item = &'a Actor> {
        self.of(who, Where::of(request))
            .filter(|actor| actor.person != request.requester && !request.was_decided_by(&actor.person))
    }

    /// How many people are missing at each step of `rule`, for what `requester` asks for there: admins stand in where those
    /// whom a step names do not suffice, and one person counts once.
    pub(crate) fn missing(&self, rule: &ApprovalRule, there: Where<'_>, requester: &PersonKey) -> Vec<u8> {
        let can = |who: Approver| self.of(who, there).map(|actor| &actor.person).filter(|person| *person != requester);
        let steps: Vec<(u8, Vec<&PersonKey>)> = rule
            .steps()
            .iter()
            .map(|step| (step.people, can(step.who).chain(can(Approver::Admin)).collect()))
            .collect();
        missing(&steps)
    }
}

impl ControlPlane {
    /// Those of all `wanted` projects, and of the platform.
    pub(crate) async fn deciders(&self, wanted: impl Fn(&ProjectId) -> bool + Send) -> Result<Deciders> {
        let since = self.now() - self.settings().eligible_lead_max_age;
        let mappings = self.store().group_mappings().await?;
        let assignments = self.store().approvers().await?;
        let decides = |grant: &Grant| match grant {
            Grant::Project { project, role: ProjectRole::Lead } => wanted(project),
            Grant::Platform { role: PlatformRole::Admin } => true,
            _ => false,
        };
        let mapped = mappings.iter().filter(|m| decides(&m.grant)).map(|m| m.group.clone());
        let assigned = assignments.iter().filter(|a| a.project.as_ref().is_none_or(&wanted)).map(|a| a.group.clone());
        let mut groups: Vec<String> =
            mapped.chain(assigned).chain(self.settings().bootstrap_admin_group.clone()).collect();
        groups.sort();
        groups.dedup();
        let records = self.store().people_in_groups(&groups, since).await?;
        let people = records.into_iter().map(|record| self.actor_of(record, &mappings));
        let people = people.filter(|actor| !actor.is_auditor() && !actor.cut_off.everything).collect();
        let delegations = self.store().delegations(self.now()).await?;
        Ok(Deciders { people, assignments, delegations })
    }

    /// Those of one project.
    pub(crate) async fn deciders_in(&self, project: &ProjectId) -> Result<Deciders> {
        self.deciders(|it| it == project).await
    }
}
