use domain::action::Action;
use domain::id::{AccountId, ProjectId, Region};
use domain::problem::FieldError;
use domain::project::{ProjectAccount, Stage};
use domain::view::ProjectAccountInput;

use super::version::There;
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// Adds an account to a project (no version posted) or changes it.
    pub async fn save_project_account(&self, caller: &Caller, input: ProjectAccountInput) -> Result<()> {
        self.authorize_portal(caller, Action::ManageProjects).await?;
        let mut account = self.read_account(&input)?;
        if self.store().project(&account.project).await?.is_none() {
            return Err(Error::not_found("project"));
        }
        let id = format!("{}/{}", account.account, account.region);
        let mut tx = self.store().begin().await?;
        // An account belongs to one project: its environments are told apart by nothing else.
        let owner = tx.claim_account(&account.account, &account.project).await?;
        if owner != account.project {
            return Err(Error::field("account", format!("This account belongs to the project {owner}.")));
        }
        let there = tx.project_account(&account.project, &account.account, &account.region).await?;
        let there = there.map(|there| There {
            version: there.version,
            is_same: there == ProjectAccount { version: there.version, ..account.clone() },
        });
        let taken = Error::field("account", "The project has this account in the region: change it in the list.");
        let named = ("project_account", id.as_str());
        let Some(version) = self.next_version(caller, named, &input.version, there, "account", taken).await? else {
            return Ok(());
        };
        account.version = version;
        if version == 1 {
            tx.insert_project_account(&account).await?;
        } else {
            tx.update_project_account(&account).await?;
        }
        let event = Event::done(Action::ManageProjects.as_str(), "project_account", &id)
            .project(&account.project)
            .version(version)
            .with("change", if version == 1 { "added" } else { "changed" })
            .with("name", &account.name)
            .with("stage", account.stage.as_str())
            .with("vpc", account.vpc_id.clone().unwrap_or_default())
            .with("subnets", account.subnet_ids.join(","))
            .with("security_groups", account.security_group_ids.join(","))
            .with("kms_key", account.kms_key_arn.clone().unwrap_or_default())
            .with("studio_domain", account.studio_domain_id.clone().unwrap_or_default());
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.signals().catalog.notify_one();
        Ok(())
    }

    /// Takes an account from a project; refused while environments live in it.
    pub async fn remove_project_account(
        &self,
        caller: &Caller,
        project: &ProjectId,
        account: &AccountId,
        region: &Region,
    ) -> Result<()> {
        self.authorize_portal(caller, Action::ManageProjects).await?;
        let mut tx = self.store().begin().await?;
        let living = tx.count_live_environments(project, account, region).await?;
        if living > 0 {
            return Err(Error::conflict(
                "The account cannot be removed yet.",
                super::removals::living(living),
                "Terminate them first: without the account the portal could not reach them.",
            ));
        }
        let id = format!("{account}/{region}");
        let Some(removed) = tx.delete_project_account(project, account, region).await? else {
            tx.rollback().await?;
            return self.removed_already(caller, "project_account", &id, "account of this project").await;
        };
        let event = Event::done(Action::ManageProjects.as_str(), "project_account", &id)
            .project(project)
            .version(removed.version + 1)
            .with("change", "removed");
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        Ok(())
    }

    fn read_account(&self, input: &ProjectAccountInput) -> Result<ProjectAccount> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: &str| errors.push(FieldError::new(field, message));
        let project: Option<ProjectId> = input.project.trim().parse().ok();
        let twelve_digits = |t: &str| t.len() == 12 && t.bytes().all(|b| b.is_ascii_digit());
        let account: Option<AccountId> =
            input.account.trim().parse().ok().filter(|_| twelve_digits(input.account.trim()));
        if account.is_none() {
            wrong("account", "The twelve digits of an AWS account.");
        }
        let region: Option<Region> = input.region.trim().parse().ok();
        let known = region.as_ref().is_some_and(|r| self.settings().regions.contains(r));
        if !known {
            let regions: Vec<&str> = self.settings().regions.iter().map(Region::as_str).collect();
            wrong("region", &format!("One of the portal's regions: {}.", regions.join(", ")));
        }
        let stage: Option<Stage> = input.stage.parse().ok();
        if stage.is_none() {
            wrong("stage", "Choose one of sandbox, dev, pre_prod and prod.");
        }
        let name = input.name.trim();
        if name.is_empty() || name.chars().count() > 100 {
            wrong("name", "A name of 1 to 100 characters.");
        }
        let optional = |text: &str| Some(text.trim().to_owned()).filter(|t| !t.is_empty());
        let list = |text: &str| -> Vec<String> {
            text.split([',', '\n', ' ']).map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect()
        };
        let begins = |field: &str, values: &[String], prefix: &str, wrong: &mut dyn FnMut(&str, &str)| {
            if values.iter().any(|v| !v.starts_with(prefix)) {
                wrong(field, &format!("Begins with {prefix}"));
            }
        };
        let (vpc_id, kms_key_arn) = (optional(&input.vpc_id), optional(&input.kms_key_arn));
        let studio_domain_id = optional(&input.studio_domain_id);
        let (subnet_ids, security_group_ids) = (list(&input.subnet_ids), list(&input.security_group_ids));
        begins("vpc_id", vpc_id.as_slice(), "vpc-", &mut wrong);
        begins("subnet_ids", &subnet_ids, "subnet-", &mut wrong);
        begins("security_group_ids", &security_group_ids, "sg-", &mut wrong);
        begins("kms_key_arn", kms_key_arn.as_slice(), "arn:", &mut wrong);
        begins("studio_domain_id", studio_domain_id.as_slice(), "d-", &mut wrong);
        match (project, account, region, stage, errors.is_empty()) {
            (Some(project), Some(account), Some(region), Some(stage), true) => Ok(ProjectAccount {
                project,
                account,
                region,
                stage,
                name: name.to_owned(),
                vpc_id,
                subnet_ids,
                security_group_ids,
                kms_key_arn,
                studio_domain_id,
                version: 1,
            }),
            _ => Err(Error::Invalid(errors)),
        }
    }
}
