//! Looks after what people left: their leads are told, what nobody may ask for any more is closed, and nobody decides in the
//! place of who decides nothing.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::action::Action;
use domain::delegation::Delegation;
use domain::person::{Actor, PersonKey, ProjectRole};
use domain::request::{Decision, Request, RequestState};
use domain::revocation::CutOff;
use store::{EnvironmentFilter, Leaver, PersonRecord, RequestFilter, Scope};

use crate::trail::{By, Event};
use crate::{ControlPlane, Error, Result};

/// How long a request waits for whoever asked to be back: a group that was taken away by mistake costs nobody a request.
const GRACE: TimeDelta = TimeDelta::days(1);
/// People and requests that are looked after in one round.
const AT_ONCE: u32 = 100;
/// What is more is not counted.
const COUNTED: u32 = 100;

const BY: By<'static> = By::System { correlation: "leavers" };

impl ControlPlane {
    /// Answers how many things changed.
    pub(super) async fn look_after_what_leavers_left(&self) -> Result<u64> {
        let seen_since = self.now() - self.settings().eligible_lead_max_age;
        let mut done = self.store().forget_leavers(seen_since).await?;
        for leaver in self.store().unnoticed_leavers(seen_since, AT_ONCE).await? {
            done += u64::from(self.notice_leaver(&leaver).await?);
        }
        for request in self.store().requests_of_leavers(self.now() - GRACE, AT_ONCE).await? {
            done += u64::from(self.lapse(&request).await?);
        }
        Ok(done + self.end_what_nobody_delegates().await?)
    }

    async fn notice_leaver(&self, leaver: &Leaver) -> Result<bool> {
        let Leaver { project, person } = leaver;
        let scope = Scope::Projects(vec![project.clone()]);
        let owned = EnvironmentFilter { live: true, owner: Some(person.clone()), ..EnvironmentFilter::default() };
        let environments = self.store().count_environments_up_to(&scope, &owned, COUNTED).await?;
        let waiting = RequestFilter {
            state: Some(RequestState::Submitted),
            requester: Some(person.clone()),
            ..RequestFilter::default()
        };
        let requests = self.store().count_requests(&scope, &waiting).await?;
        let left = match (environments, u32::try_from(requests).unwrap_or(COUNTED)) {
            // Terminated or decided in this moment.
            (0, 0) => return Ok(false),
            (environments, 0) => count(environments, "environment"),
            (0, requests) => count(requests, "undecided request"),
            (environments, requests) => {
                format!("{} and {}", count(environments, "environment"), count(requests, "undecided request"))
            }
        };
        let why = self.why_left(leaver).await?.unwrap_or_default();
        let id = person.studio_user_id();
        let names = self.names([], [person]).await?;
        let mut tx = self.store().begin().await?;
        if !tx.notice_leaver(leaver, self.now()).await? {
            return Ok(false);
        }
        let event = Event::done("notice_leaver", "person", id.as_str())
            .project(project)
            .with("who", names.person(person))
            .with("left", left)
            .with("why", why);
        self.record(&mut tx, BY, event).await?;
        tx.commit().await?;
        self.signals().sealer.notify_one();
        Ok(true)
    }

    /// Closes what its requester may no longer ask for.
    async fn lapse(&self, seen: &Request) -> Result<bool> {
        if self.requester_hindrance(seen).await?.is_none() {
            return Ok(false);
        }
        let mut tx = self.store().begin().await?;
        // Decided by somebody, or closed by another replica, in this moment.
        let Some(request) = tx.request(&seen.id).await?.filter(|request| !request.state.is_final()) else {
            return Ok(false);
        };
        match self.apply_decision(&mut tx, BY, request, Decision::Lapse).await {
            Ok(_) => {
                tx.commit().await?;
                Ok(true)
            }
            Err(Error::Stale { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Ends the delegations of who decides nothing any more, and to who may decide nothing.
    async fn end_what_nobody_delegates(&self) -> Result<u64> {
        let delegations = self.store().delegations(self.now()).await?;
        if delegations.is_empty() {
            return Ok(0);
        }
        let mappings = self.store().group_mappings().await?;
        let assignments = self.store().approvers().await?;
        let people = self.store().people(delegations.iter().flat_map(|it| [&it.from, &it.to])).await?;
        // As if nobody had revoked their access: that is given back as it was.
        let known = people.into_iter().map(|record| PersonRecord { cut_off: CutOff::default(), ..record });
        let actors: BTreeMap<PersonKey, Actor> =
            known.map(|record| (record.person.clone(), self.actor_of(record, &mappings))).collect();
        let decides = |actor: &Actor| {
            let assigned = assignments.iter().any(|it| actor.groups.contains(&it.group));
            !actor.is_auditor() && (assigned || actor.is_admin() || !actor.projects_as(ProjectRole::Lead).is_empty())
        };
        let mut ended = 0;
        for it in &delegations {
            let because = if !actors.get(&it.from).is_some_and(decides) {
                "who was away decides nothing any more"
            } else if actors.get(&it.to).is_none_or(Actor::is_auditor) {
                "who stood in may decide nothing"
            } else {
                continue;
            };
            ended += u64::from(self.end_because(it, because).await?);
        }
        Ok(ended)
    }

    async fn end_because(&self, it: &Delegation, because: &str) -> Result<bool> {
        let mut tx = self.store().begin().await?;
        if !tx.end_delegation(&it.id, self.now()).await? {
            return Ok(false);
        }
        let event = Event::done(Action::DelegateDecisions.as_str(), "delegation", it.id.as_str())
            .version(2)
            .with("to", it.to.studio_user_id().as_str())
            .with("ended", "yes")
            .with("because", because);
        self.record(&mut tx, BY, event).await?;
        tx.commit().await?;
        self.signals().sealer.notify_one();
        Ok(true)
    }
}

fn count(number: u32, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    let more = if number >= COUNTED { "at least " } else { "" };
    format!("{more}{number} {what}{plural}")
}
