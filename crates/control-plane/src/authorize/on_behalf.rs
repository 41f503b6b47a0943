//! A worker acts later and has no session: it asks the policies again, for the person, by their stored groups.

use domain::action::Action;
use domain::blueprint::{AppliedBlueprint, OrganizationStep};
use domain::catalog::Product;
use domain::curation::AppliedCatalogChange;
use domain::environment::{Environment, Leaves};
use domain::id::{ProductId, ProjectId};
use domain::operation::{Operation, OperationKind, Step};
use domain::organization::AppliedChange;
use domain::person::{Actor, PersonKey};
use domain::problem::Problem;
use domain::request::{Request, RequestKind};
use domain::revocation::Revocation;

use super::resource::{Portal, Resource, environment_facts, revocation_facts};
use super::{Authorized, Facts, Ruling};
use crate::{ControlPlane, Error, Result};

/// Why a worker may not act for a person now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hindrance {
    /// The policies refuse it.
    Refused(Problem),
    /// What is stored of the person's groups is too old to go by; a sign-in mends it.
    TooOld(Problem),
}

impl ControlPlane {
    /// Whether the operation may still be carried out for the person it is for, on their environment. What it gives is the
    /// key to a session in AWS.
    pub(crate) async fn authorize_operation(
        &self,
        operation: &Operation,
        environment: &Environment,
    ) -> Result<Result<Authorized<Environment>, Hindrance>> {
        let person = &operation.on_behalf_of;
        let actor = match self.stored_actor(person).await? {
            Ok(actor) => actor,
            Err(hindrance) => return Ok(Err(hindrance)),
        };
        let (action, facts) = match operation.kind {
            OperationKind::Terminate => (Action::TerminateEnvironment, environment_facts(self, environment)),
            // What a rollout begins is an update.
            OperationKind::Update | OperationKind::Rollout => {
                (Action::UpdateEnvironment, environment_facts(self, environment))
            }
            OperationKind::Tag => (Action::TagEnvironment, environment_facts(self, environment)),
            OperationKind::Transfer => (Action::TransferEnvironment, environment_facts(self, environment)),
            // Somebody else's retry: they must be allowed to ask, and the owner must still be allowed to have it.
            OperationKind::Provision if person != &environment.owner => {
                (Action::RetryEnvironment, environment_facts(self, environment))
            }
            OperationKind::Stop if matches!(operation.step, Step::Stop { idle: Some(_), .. }) => {
                (Action::StopIdle, environment_facts(self, environment))
            }
            OperationKind::Stop => (Action::StopEnvironment, environment_facts(self, environment)),
            OperationKind::Start => (Action::StartEnvironment, environment_facts(self, environment)),
            OperationKind::Provision => (Action::SubmitRequest, self.product_facts(&environment.product).await?),
            OperationKind::Revoke
            | OperationKind::Restore
            | OperationKind::ChangePolicy
            | OperationKind::ApplyBlueprint
            | OperationKind::ChangeCatalog => {
                return Err(Error::internal("An operation does not fit what it is about", &operation.kind.as_str()));
            }
        };
        if let Err(refused) = self.still_allowed(&actor, action, &facts, Some(&environment.project))? {
            return Ok(Err(refused));
        }
        if operation.kind == OperationKind::Terminate && environment.leaves != Leaves::Nothing {
            let (action, facts) = (Action::LeaveResources, environment_facts(self, environment));
            if let Err(refused) = self.still_allowed(&actor, action, &facts, Some(&environment.project))? {
                return Ok(Err(refused));
            }
        }
        if action == Action::RetryEnvironment {
            let owner = match self.stored_actor(&environment.owner).await? {
                Ok(owner) => owner,
                Err(hindrance) => return Ok(Err(hindrance)),
            };
            let facts = self.product_facts(&environment.product).await?;
            if let Err(refused) =
                self.still_allowed(&owner, Action::SubmitRequest, &facts, Some(&environment.project))?
            {
                return Ok(Err(refused));
            }
        }
        Ok(Ok(Authorized { thing: environment.clone(), action, by: person.clone() }))
    }

    /// The same, of a revocation.
    pub(crate) async fn authorize_revocation(
        &self,
        operation: &Operation,
        revocation: &Revocation,
    ) -> Result<Result<Authorized<Revocation>, Hindrance>> {
        let person = &operation.on_behalf_of;
        let actor = match self.stored_actor(person).await? {
            Ok(actor) => actor,
            Err(hindrance) => return Ok(Err(hindrance)),
        };
        let action =
            if operation.kind == OperationKind::Restore { Action::RestoreAccess } else { Action::RevokeAccess };
        if let Err(refused) = self.still_allowed(&actor, action, &revocation_facts(revocation), None)? {
            return Ok(Err(refused));
        }
        Ok(Ok(Authorized { thing: revocation.clone(), action, by: person.clone() }))
    }

    /// The same, of a change of service control policies.
    pub(crate) async fn authorize_policy_change(
        &self,
        operation: &Operation,
        change: &AppliedChange,
    ) -> Result<Result<Authorized<AppliedChange>, Hindrance>> {
        self.authorize_on_portal(&operation.on_behalf_of, Action::ManageOrganization, change.clone()).await
    }

    /// The same, of a blueprint.
    pub(crate) async fn authorize_blueprint(
        &self,
        operation: &Operation,
        it: &AppliedBlueprint,
    ) -> Result<Result<Authorized<AppliedBlueprint>, Hindrance>> {
        if it.steps.iter().any(OrganizationStep::is_of_the_portal)
            && let Err(hindrance) =
                self.authorize_on_portal(&operation.on_behalf_of, Action::ManageCatalog, Portal).await?
        {
            return Ok(Err(hindrance));
        }
        self.authorize_on_portal(&operation.on_behalf_of, Action::ManageOrganization, it.clone()).await
    }

    /// The same, of a change of the catalog.
    pub(crate) async fn authorize_catalog_change(
        &self,
        operation: &Operation,
        change: &AppliedCatalogChange,
    ) -> Result<Result<Authorized<AppliedCatalogChange>, Hindrance>> {
        self.authorize_on_portal(&operation.on_behalf_of, Action::ManageCatalog, change.clone()).await
    }

    /// The same, of a probe of guardrails.
    pub(crate) async fn authorize_probe(&self, person: &PersonKey) -> Result<Result<Authorized<Portal>, Hindrance>> {
        self.authorize_on_portal(person, Action::ProbeGuardrails, Portal).await
    }

    /// Of what belongs to no project: who may do it is asked of the portal as a whole.
    async fn authorize_on_portal<T>(
        &self,
        person: &PersonKey,
        action: Action,
        thing: T,
    ) -> Result<Result<Authorized<T>, Hindrance>> {
        let actor = match self.stored_actor(person).await? {
            Ok(actor) => actor,
            Err(hindrance) => return Ok(Err(hindrance)),
        };
        if let Err(refused) = self.still_allowed(&actor, action, &Portal.facts(self).await?, None)? {
            return Ok(Err(refused));
        }
        Ok(Ok(Authorized { thing, action, by: person.clone() }))
    }

    fn still_allowed(
        &self,
        actor: &Actor,
        action: Action,
        facts: &Facts,
        project: Option<&ProjectId>,
    ) -> Result<Result<(), Hindrance>> {
        Ok(match self.rule(actor, action, facts, project)? {
            Ruling::Allowed => Ok(()),
            Ruling::Refused { rule, says, ask } => Err(Hindrance::Refused(Problem::new(
                format!("{} may no longer {}.", actor.display_name, super::in_words(action)),
                format!("{says} (The rule \u{201c}{rule}\u{201d}.)"),
                ask,
            ))),
        })
    }

    /// Why whoever asked may no longer ask for it. Groups that were stated long ago count: the worker waits for a sign-in.
    pub(crate) async fn requester_hindrance(&self, request: &Request) -> Result<Option<Problem>> {
        let Some(actor) = self.actor(&request.requester).await? else { return Ok(None) };
        let environment = match &request.environment {
            Some(id) if request.kind != RequestKind::Provision => self.store().environment(id).await?,
            _ => None,
        };
        let (action, facts) = match (request.kind, &environment) {
            (RequestKind::Provision, _) => (Action::SubmitRequest, self.product_facts(&request.product).await?),
            (RequestKind::Update, Some(it)) => (Action::UpdateEnvironment, environment_facts(self, it)),
            (RequestKind::Extension, Some(it)) => (Action::ExtendLease, environment_facts(self, it)),
            // That it is gone is said elsewhere.
            (_, None) => return Ok(None),
        };
        Ok(match self.still_allowed(&actor, action, &facts, Some(&request.project))? {
            Ok(()) => None,
            Err(Hindrance::Refused(problem) | Hindrance::TooOld(problem)) => Some(problem),
        })
    }

    async fn product_facts(&self, id: &ProductId) -> Result<Facts> {
        match Product::load(self, id).await? {
            Some(product) => product.facts(self).await,
            // A product that left the catalog may be used by nobody.
            None => Ok(Facts::Product { id: id.to_string(), projects: Vec::new() }),
        }
    }

    async fn stored_actor(&self, person: &PersonKey) -> Result<Result<Actor, Hindrance>> {
        if person.is_portal() {
            return Ok(Ok(Actor::portal()));
        }
        let limit = self.settings().stored_membership_max_age;
        let Some(record) = self.store().person(person).await? else {
            return Ok(Err(Hindrance::Refused(Problem::new(
                "The person this is for is not known here.",
                format!("Nobody signed in as {person} yet."),
                "They have to sign in once.",
            ))));
        };
        let age = self.now() - record.groups_seen_at;
        if age > limit {
            return Ok(Err(Hindrance::TooOld(Problem::new(
                format!("Waiting for {} to sign in.", record.display_name),
                format!(
                    "Their groups were last confirmed {} hours ago; the portal acts for a person only within {} hours.",
                    age.num_hours(),
                    limit.num_hours()
                ),
                "It goes on by itself after their next sign-in.",
            ))));
        }
        let mappings = self.store().group_mappings().await?;
        Ok(Ok(self.actor_of(record, &mappings)))
    }
}
