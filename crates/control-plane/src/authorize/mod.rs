//! Who may do what. [`ControlPlane::authorize`] loads one thing and decides in one call; what it gives,
//! [`Authorized`], can be made nowhere else. [`ControlPlane::scope`] gives the rows of a list that the same policies allow.

#[cfg(test)]
mod cases;
mod deciding;
mod eligible;
#[cfg(test)]
mod golden;
mod memo;
mod on_behalf;
mod policies;
mod refusals;
mod resource;
mod scope;

use domain::action::Action;
use domain::environment::Environment;
use domain::id::ProjectId;
use domain::person::{Actor, PersonKey};
use domain::view::Allowed;

pub(crate) use eligible::{Deciders, Where};
pub(crate) use on_behalf::Hindrance;
pub use policies::PolicyError;
pub(crate) use policies::{Facts, Policies, Ruling};
pub(crate) use refusals::{Admitted, Refusals};
pub(crate) use resource::{Cut, Portal, Resource, environment_facts};

use crate::{Caller, ControlPlane, Error, Result};

/// A thing that somebody may act on, and how. The fields are private to this module: holding one proves that the
/// policies allowed the action.
#[derive(Clone, Debug)]
pub(crate) struct Authorized<T> {
    thing: T,
    action: Action,
    by: PersonKey,
}

impl<T> Authorized<T> {
    pub(crate) fn thing(&self) -> &T {
        &self.thing
    }

    pub(crate) fn into_thing(self) -> T {
        self.thing
    }

    /// Who acts.
    pub(crate) fn by(&self) -> &PersonKey {
        &self.by
    }

    /// What was allowed.
    pub(crate) fn action(&self) -> Action {
        self.action
    }
}

impl Authorized<Environment> {
    /// The same environment as its transfer makes it, for what is done in the next owner's name.
    pub(crate) fn in_next_hands(&self) -> Self {
        let mut given = self.clone();
        given.thing.change_hands();
        given
    }
}

impl ControlPlane {
    /// Loads the thing and decides. A refusal names the rule and whom to ask, and is audited.
    pub(crate) async fn authorize<T: Resource>(
        &self,
        caller: &Caller,
        action: Action,
        id: &T::Id,
    ) -> Result<Authorized<T>> {
        self.authorize_in(caller, action, id, None).await
    }

    /// The same, for a request in one project.
    pub(crate) async fn authorize_in<T: Resource>(
        &self,
        caller: &Caller,
        action: Action,
        id: &T::Id,
        project: Option<&ProjectId>,
    ) -> Result<Authorized<T>> {
        let thing = T::load(self, id).await?.ok_or_else(|| Error::not_found(format!("{} with this id", T::NAME)))?;
        let facts = thing.facts(self).await?;
        match self.rule(&caller.actor, action, &facts, project)? {
            Ruling::Allowed => Ok(Authorized { thing, action, by: caller.actor.person.clone() }),
            Ruling::Refused { rule, says, ask } => {
                self.audit_refusal(caller, action, T::NAME, &facts, &rule).await;
                // Whoever may not even see it is told that, and nothing of how it is; what is said of themselves they may know.
                if !rule.starts_with("who-is-cut-off")
                    && let Some(shown) = T::SHOWN_BY
                    && let Ruling::Refused { rule, says, ask } = self.rule(&caller.actor, shown, &facts, None)?
                {
                    return Err(Error::Denied { what: in_words(action).to_owned(), rule, says, ask });
                }
                Err(Error::Denied { what: in_words(action).to_owned(), rule, says, ask })
            }
        }
    }

    /// What belongs to no project.
    pub(crate) async fn authorize_portal(&self, caller: &Caller, action: Action) -> Result<Authorized<Portal>> {
        self.authorize(caller, action, &()).await
    }

    /// Which of `actions` the policies allow on this thing. Says nothing of the thing's state.
    pub(crate) async fn allowed_actions<T: Resource>(
        &self,
        caller: &Caller,
        thing: &T,
        actions: &[Action],
    ) -> Result<Allowed> {
        let facts = thing.facts(self).await?;
        let mut allowed = Vec::new();
        for action in actions {
            if self.rule(&caller.actor, *action, &facts, None)? == Ruling::Allowed && thing.state_allows(*action) {
                allowed.push(*action);
            }
        }
        Ok(Allowed(allowed))
    }

    /// Asks the policies; their own failure refuses everything.
    pub(crate) fn rule(
        &self,
        actor: &Actor,
        action: Action,
        facts: &Facts,
        project: Option<&ProjectId>,
    ) -> Result<Ruling> {
        self.policies()
            .decide(actor, action, facts, project)
            .map_err(|e| Error::internal("The portal could not decide whether this is allowed", &e))
    }
}

/// What a refusal says that the person may not do.
fn in_words(action: Action) -> &'static str {
    match action {
        Action::ViewProduct => "see this product",
        Action::SubmitRequest => "request this product",
        Action::ViewRequest => "see this request",
        Action::WithdrawRequest => "withdraw this request",
        Action::DecideRequest => "decide this request",
        Action::QuestionRequest => "ask about this request",
        Action::DelegateDecisions => "let somebody decide in your place",
        Action::AnswerRequest => "answer for this request",
        Action::ViewEnvironment => "see this environment",
        Action::LaunchEnvironment => "open this environment",
        Action::TerminateEnvironment => "terminate this environment",
        Action::RetryEnvironment => "retry this environment",
        Action::UpdateEnvironment => "update this environment",
        Action::LeaveResources => "leave resources of this environment in AWS",
        Action::HandOverEnvironment => "hand this environment over to the platform team",
        Action::TransferEnvironment => "transfer this environment",
        Action::TagEnvironment => "change the tags of this environment",
        Action::ExtendLease => "extend the lease of this environment",
        Action::HoldEnvironment => "hold this environment",
        Action::ObserveEnvironment => "have AWS asked how this environment is",
        Action::StopEnvironment => "stop what runs in this environment",
        Action::StartEnvironment => "start this environment",
        Action::StopIdle => "stop what nobody uses in this environment",
        Action::MarkRunningJob => "say what runs a job in this environment",
        Action::RevokeAccess => "revoke this access",
        Action::ViewRevocation => "see this revocation",
        Action::RestoreAccess => "restore this access",
        Action::ViewRollout => "see this rollout",
        Action::ManageRollout => "go on with this rollout, or end it",
        Action::ViewAudit => "read the audit log",
        Action::ViewTeam => "see the team page",
        Action::ViewAdministration => "see the administration",
        Action::ManageProjects => "change projects",
        Action::ManageGroupMappings => "change group mappings",
        Action::ManageProductAccess => "change product access",
        Action::ManageApprovals => "change rules of approval",
        Action::AdoptProduct => "make environments of what was provisioned past the portal",
        Action::RefreshCatalog => "refresh the catalog",
        Action::ViewOwnProfile => "see this profile",
        Action::EndOwnSession => "end this session",
        Action::EndAnySession => "end other people's sessions",
        Action::ManageOwnNotifications => "read these notifications",
        Action::ManageCatalog => "change what the catalog offers",
        Action::ManageIdleRules => "change the rules about what is idle",
        Action::ManageNotifications => "change webhooks",
        Action::ViewOrganization => "see the organization",
        Action::ProbeGuardrails => "probe the guardrails of an account",
        Action::ManageOrganization => "change service control policies",
    }
}
