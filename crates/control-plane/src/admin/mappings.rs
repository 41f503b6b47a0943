use domain::action::Action;
use domain::id::{GroupMappingId, ProjectId};
use domain::person::{Grant, GroupMapping, PlatformRole, ProjectRole};
use domain::problem::FieldError;
use domain::view::{AdminMappingsPage, GroupMappingInput};
use store::{Lock, Scope};

use super::removals::{is_last_admin, of_mapping};
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// All group mappings.
    pub async fn admin_mappings(&self, caller: &Caller, draft: Option<&str>) -> Result<AdminMappingsPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let mappings = self.store().group_mappings().await?;
        let bootstrapped = self.settings().bootstrap_admin_group.is_some();
        Ok(AdminMappingsPage {
            removals: mappings.iter().map(|m| (m.id.to_string(), of_mapping(m, &mappings, bootstrapped))).collect(),
            mappings,
            bootstrap_admin_group: self.settings().bootstrap_admin_group.clone(),
            projects: self.store().projects(&Scope::All).await?,
            allowed: self.administration_allowed(caller).await?,
            form: self.form_state(caller, draft).await?,
        })
    }

    /// Gives a role to the people of a group, from the next page they open.
    pub async fn add_group_mapping(&self, caller: &Caller, input: GroupMappingInput) -> Result<GroupMappingId> {
        self.authorize_portal(caller, Action::ManageGroupMappings).await?;
        let mut errors = Vec::new();
        let group = input.group.trim();
        if group.is_empty() || group.chars().count() > 200 {
            errors.push(FieldError::new("group", "The group as the provider sends it, 1 to 200 characters."));
        }
        let project: Option<ProjectId> = input.project.trim().parse().ok();
        let role = match input.grant.as_str() {
            "lead" => Some(ProjectRole::Lead),
            "member" => Some(ProjectRole::Member),
            _ => None,
        };
        let grant = match (input.grant.as_str(), role, project) {
            ("admin" | "auditor", ..) if !input.project.trim().is_empty() => {
                let why = "This role holds in all projects: choose None, or a role in a project.";
                errors.push(FieldError::new("project", why));
                None
            }
            ("admin", ..) => Some(Grant::Platform { role: PlatformRole::Admin }),
            ("auditor", ..) => Some(Grant::Platform { role: PlatformRole::Auditor }),
            (_, Some(role), Some(project)) if self.store().project(&project).await?.is_some() => {
                Some(Grant::Project { project, role })
            }
            (_, Some(_), _) => {
                errors.push(FieldError::new("project", "Choose the project that the role is in."));
                None
            }
            _ => {
                errors.push(FieldError::new("grant", "Choose one of the roles."));
                None
            }
        };
        let (Some(grant), true) = (grant, errors.is_empty()) else { return Err(Error::Invalid(errors)) };
        let mapping = GroupMapping { id: self.ids().next()?, group: group.to_owned(), grant };
        let mut tx = self.store().begin().await?;
        tx.lock(Lock::Mappings).await?;
        let before = tx.group_mappings().await?;
        let bootstrap = self.settings().bootstrap_admin_group.as_deref();
        if let Some(why) = contradiction(&mapping, &before, bootstrap, &caller.actor.groups) {
            return Err(Error::field("group", why));
        }
        match tx.insert_group_mapping(&mapping).await {
            Err(store::Error::Duplicate { .. }) => {
                tx.rollback().await?;
                return self.mapping_just_added(caller, &mapping).await;
            }
            made => made?,
        }
        self.record(&mut tx, caller, event(&mapping, "added").version(1)).await?;
        tx.commit().await?;
        Ok(mapping.id)
    }

    /// What a mapping that is there already is answered with: done, where the caller themselves added it a moment ago.
    async fn mapping_just_added(&self, caller: &Caller, mapping: &GroupMapping) -> Result<GroupMappingId> {
        let all = self.store().group_mappings().await?;
        if let Some(there) = all.into_iter().find(|m| m.group == mapping.group && m.grant == mapping.grant)
            && self.just_changed(caller, "group_mapping", there.id.as_str()).await?
        {
            return Ok(there.id);
        }
        Err(Error::field("group", "This group has this role already."))
    }

    /// Takes a role from the people of a group, from the next page they open. The last way to an admin stays.
    pub async fn remove_group_mapping(&self, caller: &Caller, id: &GroupMappingId) -> Result<()> {
        self.authorize_portal(caller, Action::ManageGroupMappings).await?;
        let mut tx = self.store().begin().await?;
        // Two that remove the last two at once would each see the other's still there.
        tx.lock(Lock::Mappings).await?;
        let Some(removed) = tx.delete_group_mapping(id).await? else {
            tx.rollback().await?;
            return self.removed_already(caller, "group_mapping", id.as_str(), "group mapping").await;
        };
        let remain = tx.group_mappings().await?;
        if is_last_admin(&removed, &remain, self.settings().bootstrap_admin_group.is_some()) {
            return Err(Error::conflict(
                "This mapping cannot be removed.",
                "It is the last that makes anybody an admin.",
                "Add another admin group first.",
            ));
        }
        // A mapping is never changed: it is added, and removed.
        self.record(&mut tx, caller, event(&removed, "removed").version(2)).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn is(mapping: &GroupMapping, role: PlatformRole) -> bool {
    mapping.grant == Grant::Platform { role }
}

/// Why a new mapping would take the admin role from people: who is an auditor too changes nothing, not even the mappings.
fn contradiction(
    new: &GroupMapping,
    before: &[GroupMapping],
    bootstrap: Option<&str>,
    own_groups: &[String],
) -> Option<&'static str> {
    let group_is = |role| before.iter().any(|m| m.group == new.group && is(m, role));
    if is(new, PlatformRole::Auditor) {
        if bootstrap == Some(new.group.as_str()) || group_is(PlatformRole::Admin) {
            return Some(
                "The people of this group are admins, and auditors may change nothing: nobody could administer any more.",
            );
        }
        if own_groups.contains(&new.group) {
            return Some(
                "You are in this group yourself, and auditors may change nothing: ask an admin who is not in it.",
            );
        }
    }
    (is(new, PlatformRole::Admin) && group_is(PlatformRole::Auditor))
        .then_some("The people of this group are auditors, who may change nothing: remove that mapping first.")
}

fn event<'a>(mapping: &'a GroupMapping, change: &str) -> Event<'a> {
    let event = Event::done(Action::ManageGroupMappings.as_str(), "group_mapping", mapping.id.as_str())
        .with("change", change)
        .with("group", &mapping.group);
    match &mapping.grant {
        Grant::Platform { role: PlatformRole::Admin } => event.with("grant", "admin"),
        Grant::Platform { role: PlatformRole::Auditor } => event.with("grant", "auditor"),
        Grant::Project { project, role } => {
            let role = if *role == ProjectRole::Lead { "lead" } else { "member" };
            event.project(project).with("grant", role)
        }
    }
}
