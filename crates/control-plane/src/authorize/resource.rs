//! What can be acted on: how it is loaded, and what the policies know about it.

use std::collections::BTreeSet;

use domain::action::Action;
use domain::approval::Approver;
use domain::catalog::Product;
use domain::environment::{Environment, EnvironmentState};
use domain::id::{EnvironmentId, ProductId, RequestId, RevocationId, RolloutId};
use domain::lease::LeaseStanding;
use domain::person::PersonKey;
use domain::request::{Request, RequestState};
use domain::revocation::{Reach, Revocation, RevocationState};
use domain::rollout::Rollout;

use super::{Facts, Where};
use crate::{ControlPlane, Result};

/// See the module.
pub(crate) trait Resource: Sized + Send + Sync {
    type Id: Sync + ?Sized;

    /// For people and the audit log: `request`.
    const NAME: &'static str;

    /// What a person has to be allowed to be told anything of it.
    const SHOWN_BY: Option<Action> = None;

    fn load(plane: &ControlPlane, id: &Self::Id) -> impl Future<Output = Result<Option<Self>>> + Send;

    fn facts(&self, plane: &ControlPlane) -> impl Future<Output = Result<Facts>> + Send;

    /// Whether the state of the thing lets the action be offered.
    fn state_allows(&self, _action: Action) -> bool {
        true
    }
}

/// The portal itself: what belongs to no project.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Portal;

impl Resource for Portal {
    type Id = ();
    const NAME: &'static str = "portal";

    async fn load(_: &ControlPlane, (): &()) -> Result<Option<Self>> {
        Ok(Some(Self))
    }

    async fn facts(&self, _: &ControlPlane) -> Result<Facts> {
        Ok(Facts::Portal)
    }
}

impl Resource for Product {
    type Id = ProductId;
    const NAME: &'static str = "product";
    const SHOWN_BY: Option<Action> = Some(Action::ViewProduct);

    async fn load(plane: &ControlPlane, id: &ProductId) -> Result<Option<Self>> {
        Ok(plane.store().product(id).await?)
    }

    async fn facts(&self, plane: &ControlPlane) -> Result<Facts> {
        let access = plane.store().product_access_of_product(&self.id).await?;
        let mut projects: Vec<_> = access.into_iter().map(|a| a.project).collect();
        projects.sort();
        projects.dedup();
        Ok(Facts::Product { id: self.id.to_string(), projects })
    }
}

impl Resource for Request {
    type Id = RequestId;
    const NAME: &'static str = "request";
    const SHOWN_BY: Option<Action> = Some(Action::ViewRequest);

    async fn load(plane: &ControlPlane, id: &RequestId) -> Result<Option<Self>> {
        Ok(plane.store().request(id).await?)
    }

    async fn facts(&self, plane: &ControlPlane) -> Result<Facts> {
        let deciders = plane.deciders_in(&self.project).await?;
        // Of decided requests too: who comes too late is told who was quicker.
        let step = self.last_step().map(|open| open.step.who);
        let groups = |who: Option<Approver>| {
            let there = deciders.assignments.iter().filter(|it| Where::of(self).is_of(it));
            let wanted = there.filter(|it| who.is_none_or(|who| it.who == who));
            wanted.map(|it| it.group.clone()).collect::<BTreeSet<_>>().into_iter().collect()
        };
        Ok(Facts::Request {
            id: self.id.to_string(),
            requester: self.requester.clone(),
            project: self.project.clone(),
            step,
            open_to: if step.is_some() { groups(step) } else { Vec::new() },
            shown_to: groups(None),
            admins_stand_in: step.is_some_and(|who| deciders.admins_stand_in(self, who, plane.now())),
            delegated_to: step.map_or_else(Vec::new, |who| {
                let delegations = deciders.delegated(self, who, plane.now());
                delegations.into_iter().map(|it| it.to.clone()).collect::<BTreeSet<_>>().into_iter().collect()
            }),
            decided_by: self.decided_by().cloned().collect(),
        })
    }

    fn state_allows(&self, action: Action) -> bool {
        !action.is_change() || self.state == RequestState::Submitted
    }
}

impl Resource for Environment {
    type Id = EnvironmentId;
    const NAME: &'static str = "environment";
    const SHOWN_BY: Option<Action> = Some(Action::ViewEnvironment);

    async fn load(plane: &ControlPlane, id: &EnvironmentId) -> Result<Option<Self>> {
        Ok(plane.store().environment(id).await?)
    }

    async fn facts(&self, plane: &ControlPlane) -> Result<Facts> {
        Ok(environment_facts(plane, self))
    }

    fn state_allows(&self, action: Action) -> bool {
        use EnvironmentState::{Available, Error, Provisioning, Tainted};
        match action {
            Action::LaunchEnvironment => matches!(self.state, Available | Tainted) && self.launch_target.is_some(),
            Action::TerminateEnvironment => matches!(self.state, Provisioning | Available | Tainted | Error),
            Action::LeaveResources => self.is_at_rest(),
            Action::RetryEnvironment => {
                self.state == Error || (self.state == Tainted && self.update.is_some() && self.transfer.is_none())
            }
            Action::TransferEnvironment => self.is_transferable(),
            Action::UpdateEnvironment | Action::TagEnvironment => self.is_updatable(),
            Action::ExtendLease | Action::HoldEnvironment => {
                matches!(self.state, Provisioning | Available | Tainted | Error)
            }
            _ => true,
        }
    }
}

pub(crate) fn environment_facts(plane: &ControlPlane, environment: &Environment) -> Facts {
    let lease = plane.lease_standing(environment);
    Facts::Environment {
        id: environment.id.to_string(),
        owner: environment.owner.clone(),
        project: environment.project.clone(),
        revoked: environment.revoked,
        lease_ended: lease.has_ended(),
        lease_over: lease == LeaseStanding::Over,
        held: environment.hold.as_ref().is_some_and(|hold| hold.holds(plane.now())),
        changing_hands: environment.transfer.is_some(),
    }
}

impl Resource for Revocation {
    type Id = RevocationId;
    const NAME: &'static str = "revocation";
    const SHOWN_BY: Option<Action> = Some(Action::ViewRevocation);

    async fn load(plane: &ControlPlane, id: &RevocationId) -> Result<Option<Self>> {
        Ok(plane.store().revocation(id).await?)
    }

    async fn facts(&self, _: &ControlPlane) -> Result<Facts> {
        Ok(revocation_facts(self))
    }

    fn state_allows(&self, action: Action) -> bool {
        match action {
            Action::RestoreAccess => self.state.is_in_force() && self.state != RevocationState::Restoring,
            _ => true,
        }
    }
}

pub(crate) fn revocation_facts(it: &Revocation) -> Facts {
    Facts::Revocation {
        id: it.id.to_string(),
        person: it.person.clone(),
        project: it.reach.project().cloned(),
        by_admin: it.by_admin,
    }
}

impl Resource for Rollout {
    type Id = RolloutId;
    const NAME: &'static str = "rollout";
    const SHOWN_BY: Option<Action> = Some(Action::ViewRollout);

    async fn load(plane: &ControlPlane, id: &RolloutId) -> Result<Option<Self>> {
        Ok(plane.store().rollout(id).await?)
    }

    async fn facts(&self, _: &ControlPlane) -> Result<Facts> {
        Ok(Facts::Rollout { id: self.id.to_string(), by: self.by.clone(), project: self.project.clone() })
    }

    fn state_allows(&self, action: Action) -> bool {
        !action.is_change() || (self.state.is_open() && self.ended_by.is_none())
    }
}

/// What is about to be cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) person: PersonKey,
    pub(crate) reach: Reach,
}

impl Resource for Cut {
    type Id = Self;
    const NAME: &'static str = "person";

    async fn load(_: &ControlPlane, cut: &Self) -> Result<Option<Self>> {
        Ok(Some(cut.clone()))
    }

    async fn facts(&self, _: &ControlPlane) -> Result<Facts> {
        Ok(Facts::Revocation {
            id: self.person.studio_user_id().to_string(),
            person: self.person.clone(),
            project: self.reach.project().cloned(),
            by_admin: false,
        })
    }
}
