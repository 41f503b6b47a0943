use domain::access::{InstanceList, InvalidInstanceList, ProductAccess};
use domain::action::Action;
use domain::id::{ProductAccessId, ProductId, ProjectId};
use domain::problem::FieldError;
use domain::project::Stage;
use domain::view::ProductAccessInput;

use super::version::There;
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// Lets a project use a product in a stage, or changes on what terms.
    pub async fn save_product_access(&self, caller: &Caller, input: ProductAccessInput) -> Result<ProductAccessId> {
        self.authorize_portal(caller, Action::ManageProductAccess).await?;
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: &str| errors.push(FieldError::new(field, message));
        let product: Option<ProductId> = input.product.trim().parse().ok();
        let project: Option<ProjectId> = input.project.trim().parse().ok();
        let stage: Option<Stage> = input.stage.parse().ok();
        let days: Option<u16> = input.max_lease_days.trim().parse().ok().filter(|d| (1..=365).contains(d));
        if product.is_none() {
            wrong("product", "Choose a product.");
        }
        if project.is_none() {
            wrong("project", "Choose a project.");
        }
        if stage.is_none() {
            wrong("stage", "Choose a stage.");
        }
        if days.is_none() {
            wrong("max_lease_days", "A whole number of days from 1 to 365.");
        }
        let instances: Option<InstanceList> = match input.instances.parse() {
            Ok(instances) => Some(instances),
            Err(InvalidInstanceList(message)) => {
                wrong("instances", &message);
                None
            }
        };
        let approval = input.rule.rule().map_err(|mistakes| errors.extend(mistakes)).ok();
        let (Some(product), Some(project), Some(stage), Some(approval)) = (product, project, stage, approval) else {
            return Err(Error::Invalid(errors));
        };
        let (Some(max_lease_days), Some(instances)) = (days, instances) else {
            return Err(Error::Invalid(errors));
        };
        if self.store().product(&product).await?.is_none() {
            return Err(Error::not_found("product"));
        }
        if self.store().project(&project).await?.is_none() {
            return Err(Error::field("project", "Choose a project."));
        }
        let mut tx = self.store().begin().await?;
        let before = tx.product_access(&product, &project, stage).await?;
        let id = before.as_ref().map_or_else(|| self.ids().next(), |before| Ok(before.id.clone()))?;
        let mut access = ProductAccess { id, product, project, stage, approval, max_lease_days, instances, version: 1 };
        let there = before.map(|before| There {
            version: before.version,
            is_same: before == ProductAccess { version: before.version, ..access.clone() },
        });
        let taken = Error::field("stage", "The project may use the product in this stage: change it in the list.");
        let named = ("product_access", access.id.as_str());
        let Some(version) = self.next_version(caller, named, &input.version, there, "access rule", taken).await? else {
            return Ok(access.id);
        };
        access.version = version;
        if version == 1 {
            tx.insert_product_access(&access).await?;
            self.record(&mut tx, caller, event(&access, "given")).await?;
        } else {
            tx.update_product_access(&access).await?;
            self.record(&mut tx, caller, event(&access, "changed")).await?;
        }
        tx.commit().await?;
        Ok(access.id)
    }

    /// Ends a project's use of a product in a stage; what runs goes on.
    pub async fn remove_product_access(&self, caller: &Caller, id: &ProductAccessId) -> Result<()> {
        self.authorize_portal(caller, Action::ManageProductAccess).await?;
        let mut tx = self.store().begin().await?;
        let Some(removed) = tx.delete_product_access(id).await? else {
            tx.rollback().await?;
            return self.removed_already(caller, "product_access", id.as_str(), "access rule").await;
        };
        let removed = ProductAccess { version: removed.version + 1, ..removed };
        self.record(&mut tx, caller, event(&removed, "removed")).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn event<'a>(access: &'a ProductAccess, change: &str) -> Event<'a> {
    Event::done(Action::ManageProductAccess.as_str(), "product_access", access.id.as_str())
        .project(&access.project)
        .version(access.version)
        .with("change", change)
        .with("product", access.product.as_str())
        .with("stage", access.stage.as_str())
        .with("approval", access.approval.to_string())
        .with("max_lease_days", access.max_lease_days.to_string())
        .with("instances", access.instances.to_string())
}
