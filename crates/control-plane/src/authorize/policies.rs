//! The Cedar engine: the policies of `policies/`, checked against their schema, and one question to them.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use cedar_policy::{
    Authorizer, Context, Decision, Effect, Entities, Entity, EntityId, EntityTypeName, EntityUid, Policy, PolicySet,
    Request, RestrictedExpression, Schema, ValidationMode, Validator,
};
use domain::action::Action;
use domain::approval::Approver;
use domain::id::ProjectId;
use domain::person::{Actor, PersonKey, PlatformRole, ProjectRole};

use super::memo::{Memo, Question};

const POLICIES: &str = include_str!("../../../../policies/portal.cedar");
const SCHEMA: &str = include_str!("../../../../policies/portal.cedarschema");

/// The policies or their schema are broken, or a question does not fit the schema.
#[derive(Clone, Debug, thiserror::Error)]
#[error("authorization policies: {0}")]
pub struct PolicyError(String);

impl PolicyError {
    fn new(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// What the policies know about the thing that is acted on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Facts {
    Product {
        id: String,
        projects: Vec<ProjectId>,
    },
    Request {
        id: String,
        requester: PersonKey,
        project: ProjectId,
        /// Who decides the step that is open, or was last; `None` where the rule asks nobody.
        step: Option<Approver>,
        /// The groups that were assigned to decide that step, and any step, there.
        open_to: Vec<String>,
        shown_to: Vec<String>,
        admins_stand_in: bool,
        decided_by: Vec<PersonKey>,
        /// To whom those who decide the step delegated it.
        delegated_to: Vec<PersonKey>,
    },
    Environment {
        id: String,
        owner: PersonKey,
        project: ProjectId,
        revoked: bool,
        lease_ended: bool,
        lease_over: bool,
        held: bool,
        /// It is being given to somebody else.
        changing_hands: bool,
    },
    Revocation {
        id: String,
        person: PersonKey,
        project: Option<ProjectId>,
        by_admin: bool,
    },
    Rollout {
        id: String,
        by: PersonKey,
        project: Option<ProjectId>,
    },
    Portal,
}

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ruling {
    Allowed,
    /// The rule by its `@id`, what it says in words, and whom to ask.
    Refused {
        rule: String,
        says: String,
        ask: String,
    },
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Policies {
    set: PolicySet,
    schema: Schema,
    authorizer: Authorizer,
    contact: String,
    memo: Memo,
}

impl Policies {
    /// The built-in policies; fails when they do not hold against the schema. `contact` is whom people ask.
    pub(crate) fn load(contact: &str) -> Result<Self, PolicyError> {
        let (schema, _warnings) = Schema::from_cedarschema_str(SCHEMA).map_err(PolicyError::new)?;
        let parsed = PolicySet::from_str(POLICIES).map_err(PolicyError::new)?;
        // Each policy is known by its @id from here on, so that a ruling names it.
        let mut set = PolicySet::new();
        for policy in parsed.policies() {
            let Some(id) = policy.annotation("id") else {
                return Err(PolicyError(format!("a policy has no @id: {policy}")));
            };
            for needed in ["says", "ask"] {
                if policy.annotation(needed).is_none() {
                    return Err(PolicyError(format!("the policy {id} has no @{needed}")));
                }
            }
            let id = cedar_policy::PolicyId::new(id);
            set.add(policy.new_id(id)).map_err(PolicyError::new)?;
        }
        let validation = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
        if !validation.validation_passed() {
            let errors: Vec<String> = validation.validation_errors().map(ToString::to_string).collect();
            return Err(PolicyError(errors.join("; ")));
        }
        Ok(Self { set, schema, authorizer: Authorizer::new(), contact: contact.to_owned(), memo: Memo::default() })
    }

    /// May `actor` do `action` to the thing of `facts`? `project` narrows a request for a product to one project.
    pub(crate) fn decide(
        &self,
        actor: &Actor,
        action: Action,
        facts: &Facts,
        project: Option<&ProjectId>,
    ) -> Result<Ruling, PolicyError> {
        let question = Question::new(actor, action, facts, project);
        if let Some(ruling) = self.memo.find(&question) {
            return Ok(ruling);
        }
        let ruling = self.ask(actor, action, facts, project)?;
        self.memo.keep(question, &ruling);
        Ok(ruling)
    }

    fn ask(
        &self,
        actor: &Actor,
        action: Action,
        facts: &Facts,
        project: Option<&ProjectId>,
    ) -> Result<Ruling, PolicyError> {
        let principal = person_uid(&actor.person)?;
        let action_uid = uid("Action", action.as_str())?;
        let resource = facts.uid()?;
        let context = match project {
            Some(project) if action == Action::SubmitRequest => Context::from_pairs([(
                "project".to_owned(),
                RestrictedExpression::new_entity_uid(uid("Project", project.as_str())?),
            )])
            .map_err(PolicyError::new)?,
            _ => Context::empty(),
        };
        let entities = Entities::from_entities([person_entity(actor, facts)?, facts.entity()?], Some(&self.schema))
            .map_err(PolicyError::new)?;
        let request = Request::new(principal, action_uid.clone(), resource, context, Some(&self.schema))
            .map_err(PolicyError::new)?;
        let response = self.authorizer.is_authorized(&request, &self.set, &entities);
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(PolicyError::new(error));
        }
        if response.decision() == Decision::Allow {
            return Ok(Ruling::Allowed);
        }
        // A refusal is either a `forbid` that matched, or no `permit` that did: then the first that could is named.
        let forbidding =
            response.diagnostics().reason().filter_map(|id| self.set.policy(id)).min_by_key(|p| position(p));
        let rule = forbidding.or_else(|| self.first_permit(&action_uid));
        let Some(rule) = rule else { return Err(PolicyError(format!("no policy speaks of {action}"))) };
        let ask = rule.annotation("ask").unwrap_or_default().replace("{contact}", &self.contact);
        let says = rule.annotation("says").unwrap_or_default().to_owned();
        Ok(Ruling::Refused { rule: rule.id().to_string(), says, ask })
    }

    /// The `permit` policy for an action that stands first in the file.
    fn first_permit(&self, action: &EntityUid) -> Option<&Policy> {
        self.set
            .policies()
            .filter(|p| p.effect() == Effect::Permit)
            .filter(|p| match p.action_constraint() {
                cedar_policy::ActionConstraint::Any => true,
                cedar_policy::ActionConstraint::Eq(uid) => &uid == action,
                cedar_policy::ActionConstraint::In(uids) => uids.contains(action),
            })
            .min_by_key(|p| position(p))
    }
}

/// Where a policy stands in the file: of several that refuse, the first is named, each time the same.
fn position(policy: &Policy) -> usize {
    POLICIES.find(&format!("@id(\"{}\")", policy.id())).unwrap_or(usize::MAX)
}

impl Facts {
    fn uid(&self) -> Result<EntityUid, PolicyError> {
        match self {
            Self::Product { id, .. } => uid("Product", id),
            Self::Request { id, .. } => uid("Request", id),
            Self::Environment { id, .. } => uid("Environment", id),
            Self::Revocation { id, .. } => uid("Revocation", id),
            Self::Rollout { id, .. } => uid("Rollout", id),
            Self::Portal => uid("Portal", "portal"),
        }
    }

    /// The person's OIDC groups that anything here speaks of.
    pub(super) fn groups_of<'a>(&'a self, actor: &'a Actor) -> impl Iterator<Item = &'a String> {
        let (open_to, shown_to): (&[String], &[String]) = match self {
            Self::Request { open_to, shown_to, .. } => (open_to, shown_to),
            _ => (&[], &[]),
        };
        actor.groups.iter().filter(|group| open_to.contains(group) || shown_to.contains(group))
    }

    fn entity(&self) -> Result<Entity, PolicyError> {
        let attributes = match self {
            Self::Product { projects, .. } => vec![("projects", project_set(projects)?)],
            Self::Request {
                requester,
                project,
                step,
                open_to,
                shown_to,
                admins_stand_in,
                decided_by,
                delegated_to,
                ..
            } => vec![
                ("requester", RestrictedExpression::new_entity_uid(person_uid(requester)?)),
                ("project", RestrictedExpression::new_entity_uid(uid("Project", project.as_str())?)),
                ("openStep", RestrictedExpression::new_string(step.map_or("none", Approver::as_str).to_owned())),
                ("openTo", text_set(open_to)),
                ("shownTo", text_set(shown_to)),
                ("adminsStandIn", RestrictedExpression::new_bool(*admins_stand_in)),
                ("decidedBy", person_set(decided_by)?),
                ("delegatedTo", person_set(delegated_to)?),
            ],
            Self::Environment { owner, project, revoked, lease_ended, lease_over, held, changing_hands, .. } => vec![
                ("owner", RestrictedExpression::new_entity_uid(person_uid(owner)?)),
                ("project", RestrictedExpression::new_entity_uid(uid("Project", project.as_str())?)),
                ("revoked", RestrictedExpression::new_bool(*revoked)),
                ("leaseEnded", RestrictedExpression::new_bool(*lease_ended)),
                ("leaseOver", RestrictedExpression::new_bool(*lease_over)),
                ("held", RestrictedExpression::new_bool(*held)),
                ("changingHands", RestrictedExpression::new_bool(*changing_hands)),
            ],
            Self::Revocation { person, project, by_admin, .. } => {
                let mut attributes = vec![
                    ("person", RestrictedExpression::new_entity_uid(person_uid(person)?)),
                    ("byAdmin", RestrictedExpression::new_bool(*by_admin)),
                ];
                if let Some(project) = project {
                    let project = RestrictedExpression::new_entity_uid(uid("Project", project.as_str())?);
                    attributes.push(("project", project));
                }
                attributes
            }
            Self::Rollout { by, project, .. } => {
                let mut attributes = vec![("by", RestrictedExpression::new_entity_uid(person_uid(by)?))];
                if let Some(project) = project {
                    let project = RestrictedExpression::new_entity_uid(uid("Project", project.as_str())?);
                    attributes.push(("project", project));
                }
                attributes
            }
            Self::Portal => Vec::new(),
        };
        entity(self.uid()?, attributes)
    }
}

fn person_entity(actor: &Actor, facts: &Facts) -> Result<Entity, PolicyError> {
    entity(
        person_uid(&actor.person)?,
        vec![
            ("admin", RestrictedExpression::new_bool(actor.has_platform_role(PlatformRole::Admin))),
            ("auditor", RestrictedExpression::new_bool(actor.has_platform_role(PlatformRole::Auditor))),
            ("memberOf", project_set(actor.projects_as(ProjectRole::Member))?),
            ("leadOf", project_set(actor.projects_as(ProjectRole::Lead))?),
            ("groups", text_set(facts.groups_of(actor))),
            ("cutOffIn", project_set(&actor.cut_off.projects)?),
            ("portal", RestrictedExpression::new_bool(actor.person.is_portal())),
            ("cutOff", RestrictedExpression::new_bool(actor.cut_off.everything)),
        ],
    )
}

fn entity(uid: EntityUid, attributes: Vec<(&str, RestrictedExpression)>) -> Result<Entity, PolicyError> {
    let attributes: HashMap<String, RestrictedExpression> =
        attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Entity::new(uid, attributes, HashSet::new()).map_err(PolicyError::new)
}

fn project_set<'a>(projects: impl IntoIterator<Item = &'a ProjectId>) -> Result<RestrictedExpression, PolicyError> {
    let members: Result<Vec<_>, _> =
        projects.into_iter().map(|p| uid("Project", p.as_str()).map(RestrictedExpression::new_entity_uid)).collect();
    Ok(RestrictedExpression::new_set(members?))
}

fn person_set(people: &[PersonKey]) -> Result<RestrictedExpression, PolicyError> {
    let members: Result<Vec<_>, _> =
        people.iter().map(|person| person_uid(person).map(RestrictedExpression::new_entity_uid)).collect();
    Ok(RestrictedExpression::new_set(members?))
}

fn text_set<'a>(texts: impl IntoIterator<Item = &'a String>) -> RestrictedExpression {
    RestrictedExpression::new_set(texts.into_iter().map(|text| RestrictedExpression::new_string(text.clone())))
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, PolicyError> {
    let kind = EntityTypeName::from_str(kind).map_err(PolicyError::new)?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

/// Issuer and subject as one text that no other pair gives.
fn person_uid(person: &PersonKey) -> Result<EntityUid, PolicyError> {
    uid("Person", &serde_json::json!([person.issuer, person.subject]).to_string())
}
