//! Which requests a person may see and decide, as the condition of a list. A property test holds that these are exactly the
//! requests that `authorize` allows.

use std::collections::BTreeMap;

use domain::approval::{Approver, ApproverAssignment};
use domain::id::ProjectId;
use domain::person::{Actor, PersonKey, ProjectRole};
use domain::request::ESCALATION_TIME;
use store::{Part, Scope, WaitingPlace};

use super::eligible::Where;
use crate::{ControlPlane, Result};

/// Above this many projects, one condition over all of them is better than one for each.
const MANY: usize = 50;

impl ControlPlane {
    /// The requests that `actor` may see.
    pub(crate) async fn seeing_scope(&self, actor: &Actor) -> Result<Scope> {
        if actor.cut_off.everything {
            return Ok(Scope::Nothing);
        }
        if actor.is_admin() || actor.is_auditor() {
            return Ok(Scope::All);
        }
        let not_in = &actor.cut_off.projects;
        let assigned = self.store().approvers().await?;
        let assigned = assigned.iter().filter(|it| actor.groups.contains(&it.group));
        let assigned = assigned.map(|it| Part { not_in: not_in.clone(), ..at(it) });
        let own = Part { requester: Some(actor.person.clone()), ..Part::default() };
        let decided = Part { decided_by: Some(actor.person.clone()), not_in: not_in.clone(), ..Part::default() };
        let delegated = self.delegated_to(actor).await?;
        Ok(Scope::Requests(led(actor).chain(assigned).chain([own, decided]).chain(delegated).collect()))
    }

    /// The requests whose open step `actor` may decide, in their own right or in somebody's place; of those that are decided
    /// already, where it was their step last.
    pub(crate) async fn deciding_scope(&self, actor: &Actor) -> Result<Scope> {
        if actor.cut_off.everything || actor.is_auditor() {
            return Ok(Scope::Nothing);
        }
        let mut parts = self.decided_by(actor).await?;
        parts.extend(self.delegated_to(actor).await?);
        Ok(if parts.is_empty() { Scope::Nothing } else { Scope::Requests(parts) })
    }

    /// The same, in their own right alone.
    pub(crate) async fn own_deciding_scope(&self, actor: &Actor) -> Result<Scope> {
        if actor.cut_off.everything || actor.is_auditor() {
            return Ok(Scope::Nothing);
        }
        let parts = self.decided_by(actor).await?;
        Ok(if parts.is_empty() { Scope::Nothing } else { Scope::Requests(parts) })
    }

    /// What `actor` decides in their own right.
    async fn decided_by(&self, actor: &Actor) -> Result<Vec<Part>> {
        let assigned = self.store().approvers().await?;
        let assigned = assigned.iter().filter(|it| actor.groups.contains(&it.group));
        let assigned = assigned.map(|it| Part { who: Some(it.who), ..at(it) });
        let leading = led(actor).map(|part| Part { who: Some(Approver::Lead), ..part });
        let mut parts: Vec<Part> = leading.chain(assigned).collect();
        if actor.is_admin() {
            parts.push(Part { who: Some(Approver::Admin), ..Part::default() });
            parts.extend(self.standing_in().await?);
            let submitted_until = Some(self.now() - ESCALATION_TIME);
            let escalated = [Approver::Lead, Approver::DataOwner];
            parts.extend(escalated.map(|who| Part { who: Some(who), submitted_until, ..Part::default() }));
        }
        for part in &mut parts {
            part.free.push(actor.person.clone());
            part.not_in.clone_from(&actor.cut_off.projects);
        }
        Ok(parts)
    }

    /// What `actor` decides in the place of others.
    async fn delegated_to(&self, actor: &Actor) -> Result<Vec<Part>> {
        let delegations = self.store().delegations_to(&actor.person, self.now()).await?;
        if delegations.is_empty() {
            return Ok(Vec::new());
        }
        let deciders = self.deciders(|_| true).await?;
        let mut parts = Vec::new();
        for from in delegations.iter().filter_map(|it| deciders.person(&it.from)) {
            for mut part in self.decided_by(from).await? {
                part.free.push(actor.person.clone());
                part.not_in.extend(actor.cut_off.projects.iter().cloned());
                parts.push(part);
            }
        }
        Ok(parts)
    }

    /// The requests, decided or not, that `actor` leads, administers or had a part in.
    pub(crate) fn deciders_scope(actor: &Actor) -> Scope {
        if actor.cut_off.everything || actor.is_auditor() {
            return Scope::Nothing;
        }
        if actor.is_admin() {
            return Scope::All;
        }
        let not_in = actor.cut_off.projects.clone();
        let own = Part { decided_by: Some(actor.person.clone()), not_in, ..Part::default() };
        Scope::Requests(led(actor).chain([own]).collect())
    }

    /// Where nobody whom the open step names is left to decide it.
    async fn standing_in(&self) -> Result<Vec<Part>> {
        let deciders = self.deciders(|_| true).await?;
        let mut by_project: BTreeMap<(Approver, ProjectId), Vec<Waiting>> = BTreeMap::new();
        for place in self.store().waiting_places().await? {
            let there = Where { project: &place.project, product: &place.product, stage: place.stage };
            let people = deciders.of(place.who, there).map(|actor| actor.person.clone()).collect();
            by_project.entry((place.who, place.project.clone())).or_default().push((place, people));
        }
        let mut parts = Vec::new();
        let mut without_any: BTreeMap<Approver, Vec<ProjectId>> = BTreeMap::new();
        for ((who, project), places) in by_project {
            let alike = places.windows(2).all(|two| two[0].1 == two[1].1);
            let kept = if alike { 1 } else { places.len() };
            let most = places.iter().map(|(place, _)| place.deciders).max().unwrap_or_default();
            for (place, people) in places.into_iter().take(kept) {
                // More than the requester and those who had a part before: somebody is left.
                if people.len() > most + 1 {
                    continue;
                }
                if alike && people.is_empty() {
                    without_any.entry(who).or_default().push(project.clone());
                    continue;
                }
                let (product, stage) = if alike { (None, None) } else { (Some(place.product), Some(place.stage)) };
                let projects = vec![project.clone()];
                parts.push(Part { who: Some(who), projects, product, stage, spent: people, ..Part::default() });
            }
        }
        let without_any = without_any.into_iter();
        parts.extend(without_any.map(|(who, projects)| Part { who: Some(who), projects, ..Part::default() }));
        Ok(parts)
    }
}

/// Where requests wait, and who decides them there.
type Waiting = (WaitingPlace, Vec<PersonKey>);

/// The projects that the actor leads.
fn led(actor: &Actor) -> impl Iterator<Item = Part> {
    let led: Vec<ProjectId> = actor.projects_as(ProjectRole::Lead).into_iter().cloned().collect();
    let size = if led.len() > MANY { led.len() } else { 1 };
    let parts: Vec<Part> =
        led.chunks(size).map(|projects| Part { projects: projects.to_vec(), ..Part::default() }).collect();
    parts.into_iter()
}

/// What an assignment is about.
fn at(it: &ApproverAssignment) -> Part {
    let projects = it.project.iter().cloned().collect();
    Part { projects, product: it.product.clone(), stage: it.stage, ..Part::default() }
}
