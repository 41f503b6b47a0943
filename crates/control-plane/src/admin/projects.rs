use domain::action::Action;
use domain::id::ProjectId;
use domain::person::Grant;
use domain::problem::FieldError;
use domain::project::{DataClass, Project};
use domain::view::{AdminProjectPage, AdminProjectsPage, ProjectInput, account_key};
use store::Scope;

use super::removals;
use super::version::There;
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// All projects.
    pub async fn admin_projects(&self, caller: &Caller, draft: Option<&str>) -> Result<AdminProjectsPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        Ok(AdminProjectsPage {
            projects: self.store().projects(&Scope::All).await?,
            allowed: self.administration_allowed(caller).await?,
            form: self.form_state(caller, draft).await?,
        })
    }

    /// One project: its accounts, who belongs to it, what it may use.
    pub async fn admin_project(
        &self,
        caller: &Caller,
        id: &ProjectId,
        draft: Option<&str>,
    ) -> Result<AdminProjectPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let project = self.store().project(id).await?.ok_or_else(|| Error::not_found("project"))?;
        let mut mappings = self.store().group_mappings().await?;
        mappings.retain(|m| matches!(&m.grant, Grant::Project { project, .. } if project == id));
        let access = self.store().product_access_of_projects(std::slice::from_ref(id)).await?;
        let names = self.names(access.iter().map(|a| &a.product), []).await?;
        let accounts = self.store().project_accounts(id).await?;
        let living = self.store().live_environments_by_account(id).await?;
        let removals = accounts.iter().map(|account| {
            let environments = living.get(&(account.account.clone(), account.region.clone())).copied().unwrap_or(0);
            (account_key(account), removals::of_account(&account.name, environments))
        });
        Ok(AdminProjectPage {
            removals: removals.collect(),
            accounts,
            mappings,
            access: access.into_iter().map(|a| (a.clone(), names.product(&a.product))).collect(),
            allowed: self.administration_allowed(caller).await?,
            form: self.form_state(caller, draft).await?,
            project,
        })
    }

    /// Makes a project (no version posted) or changes it.
    pub async fn save_project(&self, caller: &Caller, input: ProjectInput) -> Result<ProjectId> {
        self.authorize_portal(caller, Action::ManageProjects).await?;
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: &str| errors.push(FieldError::new(field, message));
        let short = input.id.trim();
        let good_id = (2..=40).contains(&short.len())
            && short.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !short.starts_with('-')
            && !short.ends_with('-');
        let id = short.parse::<ProjectId>().ok().filter(|_| good_id);
        if id.is_none() {
            wrong("id", "2 to 40 lower-case letters, digits and hyphens: it is the value of the tag `project`.");
        }
        let name = input.name.trim();
        if name.is_empty() || name.chars().count() > 100 {
            wrong("name", "A name of 1 to 100 characters.");
        }
        let cost_center = input.cost_center.trim();
        let taggable = |text: &str| text.chars().all(|c| c.is_alphanumeric() || " _.:/=+-@".contains(c));
        if cost_center.is_empty() || cost_center.chars().count() > 100 || !taggable(cost_center) {
            wrong("cost_center", "1 to 100 letters, digits and _ . : / = + - @, as it becomes a tag.");
        }
        let data_class: Option<DataClass> = input.data_class.parse().ok();
        if data_class.is_none() {
            wrong("data_class", "Choose one of public, internal, confidential and restricted.");
        }
        let (Some(id), Some(data_class), true) = (id, data_class, errors.is_empty()) else {
            return Err(Error::Invalid(errors));
        };
        let mut project = Project {
            id: id.clone(),
            name: name.to_owned(),
            cost_center: cost_center.to_owned(),
            data_class,
            version: 1,
        };
        let mut tx = self.store().begin().await?;
        let there = tx.project(&id).await?.map(|there| There {
            version: there.version,
            is_same: there == Project { version: there.version, ..project.clone() },
        });
        let taken = Error::field("id", "Another project has this short name.");
        let named = ("project", id.as_str());
        let Some(version) = self.next_version(caller, named, &input.version, there, "project", taken).await? else {
            return Ok(id);
        };
        project.version = version;
        let written = if version == 1 { tx.insert_project(&project).await } else { tx.update_project(&project).await };
        match written {
            Err(store::Error::Duplicate { what }) if what.contains("name") => {
                return Err(Error::field("name", "Another project has this name."));
            }
            written => written?,
        }
        let event = Event::done(Action::ManageProjects.as_str(), "project", id.as_str())
            .project(&id)
            .version(project.version)
            .with("name", &project.name)
            .with("cost_center", &project.cost_center)
            .with("data_class", project.data_class.as_str());
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        Ok(id)
    }
}
