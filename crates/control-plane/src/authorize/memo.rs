//! Rulings that were made already. The policies are fixed and a ruling follows from the question alone, so the same question
//! has the same answer: every page asks a dozen of them, most for the hundredth time. The question holds all that the
//! policies are told; a changed role, owner or revocation is another question.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::action::Action;
use domain::id::ProjectId;
use domain::person::{Actor, PersonKey, PlatformRole, ProjectRole};

use super::policies::{Facts, Ruling};

/// How many are kept: some megabytes. When they are more, it begins anew.
const KEPT: usize = 8_192;

/// All that the policies are told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Question {
    person: PersonKey,
    admin: bool,
    auditor: bool,
    cut_off: bool,
    cut_off_in: Vec<ProjectId>,
    groups: Vec<String>,
    member_of: Vec<ProjectId>,
    lead_of: Vec<ProjectId>,
    action: Action,
    facts: Facts,
    project: Option<ProjectId>,
}

impl Question {
    pub(super) fn new(actor: &Actor, action: Action, facts: &Facts, project: Option<&ProjectId>) -> Self {
        let in_order = |role| actor.projects_as(role).into_iter().cloned().collect();
        Self {
            person: actor.person.clone(),
            admin: actor.has_platform_role(PlatformRole::Admin),
            auditor: actor.has_platform_role(PlatformRole::Auditor),
            cut_off: actor.cut_off.everything,
            cut_off_in: actor.cut_off.projects.clone(),
            groups: facts.groups_of(actor).cloned().collect(),
            member_of: in_order(ProjectRole::Member),
            lead_of: in_order(ProjectRole::Lead),
            action,
            facts: facts.clone(),
            project: project.cloned(),
        }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Memo(Mutex<HashMap<Question, Ruling>>);

impl Memo {
    pub(super) fn find(&self, question: &Question) -> Option<Ruling> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(question).cloned()
    }

    pub(super) fn keep(&self, question: Question, ruling: &Ruling) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(question, ruling.clone());
    }
}
