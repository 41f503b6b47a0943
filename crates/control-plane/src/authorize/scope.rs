//! From the policies to the rows of a list. A property test holds that these are exactly the rows that `authorize` allows.

use domain::action::Action;
use domain::person::{Actor, ProjectRole};
use store::Scope;

use crate::ControlPlane;

impl ControlPlane {
    /// The rows that `actor` may see in a list of what `action` is about. Requests have scopes of their own: `seeing_scope`,
    /// `deciding_scope`.
    pub(crate) fn scope(actor: &Actor, action: Action) -> Scope {
        if actor.cut_off.everything {
            return Scope::Nothing;
        }
        let led: Vec<_> = actor.projects_as(ProjectRole::Lead).into_iter().cloned().collect();
        match action {
            Action::ViewEnvironment | Action::ViewRollout => {
                if actor.is_admin() || actor.is_auditor() {
                    Scope::All
                } else if led.is_empty() {
                    Scope::Person(actor.person.clone())
                } else {
                    Scope::ProjectsOrOwner { projects: led, person: actor.person.clone() }
                }
            }
            // The projects to request for.
            Action::SubmitRequest => {
                let projects: Vec<_> = actor.projects().into_iter().cloned().collect();
                if actor.is_auditor() || projects.is_empty() { Scope::Nothing } else { Scope::Projects(projects) }
            }
            Action::ViewRevocation | Action::ViewAudit | Action::ViewTeam if actor.is_admin() || actor.is_auditor() => {
                Scope::All
            }
            Action::ViewRevocation | Action::ViewTeam if !led.is_empty() => Scope::Projects(led),
            _ => Scope::Nothing,
        }
    }
}
