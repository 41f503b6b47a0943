use domain::action::Action;
use domain::approval::{ApprovalFloor, Approver, ApproverAssignment};
use domain::id::{ApprovalFloorId, ApproverId, ProductId, ProjectId};
use domain::problem::FieldError;
use domain::project::{DataClass, Stage};
use domain::view::{AdminApprovalsPage, ApprovalFloorInput, ApproverInput};
use store::Scope;

use super::removals::{of_approver, of_floor};
use super::version::{There, or_taken};
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// What requests are decided by at least, and who decides besides leads and admins.
    pub async fn admin_approvals(&self, caller: &Caller, draft: Option<&str>) -> Result<AdminApprovalsPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let mut floors = self.store().approval_floors().await?;
        floors.sort_by_key(|it| (it.stage, it.data_class));
        let approvers = self.store().approvers().await?;
        let products = self.store().all_product_names().await?;
        let removals = floors.iter().map(|floor| (floor.id.to_string(), of_floor()));
        let of_approvers = approvers.iter().map(|it| (it.id.to_string(), of_approver(it)));
        Ok(AdminApprovalsPage {
            removals: removals.chain(of_approvers).collect(),
            floors,
            approvers,
            projects: self.store().projects(&Scope::All).await?,
            products: products.into_iter().map(|(_, id, name)| (id, name)).collect(),
            allowed: self.administration_allowed(caller).await?,
            form: self.form_state(caller, draft).await?,
        })
    }

    /// Says what requests in a stage, or with data of a class, are decided by at least; those that wait already keep the rule
    /// that they were made under.
    pub async fn save_approval_floor(&self, caller: &Caller, input: ApprovalFloorInput) -> Result<ApprovalFloorId> {
        self.authorize_portal(caller, Action::ManageApprovals).await?;
        let mut errors = Vec::new();
        let stage: Option<Stage> = any_or(&input.stage, "stage", "Choose a stage, or any.", &mut errors);
        let data_class: Option<DataClass> =
            any_or(&input.data_class, "data_class", "Choose a data class, or any.", &mut errors);
        let rule = input.rule.rule().unwrap_or_else(|mistakes| {
            errors.extend(mistakes);
            domain::approval::ApprovalRule::none()
        });
        if errors.is_empty() && rule.asks_nobody() {
            errors.push(FieldError::new("who_1", "Choose who has to agree at least."));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let mut tx = self.store().begin().await?;
        let before = tx.approval_floor(stage, data_class).await?;
        let id = before.as_ref().map_or_else(|| self.ids().next(), |before| Ok(before.id.clone()))?;
        let mut floor = ApprovalFloor { id, stage, data_class, rule, version: 1 };
        let there = before.map(|before| There {
            version: before.version,
            is_same: before == ApprovalFloor { version: before.version, ..floor.clone() },
        });
        let taken = || Error::field("stage", "There is a rule for this stage and data class: change it in the list.");
        let named = ("approval_floor", floor.id.as_str());
        let Some(version) =
            self.next_version(caller, named, &input.version, there, "rule of approval", taken()).await?
        else {
            return Ok(floor.id);
        };
        floor.version = version;
        if version == 1 {
            or_taken(tx.insert_approval_floor(&floor).await, taken())?;
            self.record(&mut tx, caller, floor_event(&floor, "added")).await?;
        } else {
            tx.update_approval_floor(&floor).await?;
            self.record(&mut tx, caller, floor_event(&floor, "changed")).await?;
        }
        tx.commit().await?;
        Ok(floor.id)
    }

    /// Takes a floor away; requests that wait keep the rule that they were made under.
    pub async fn remove_approval_floor(&self, caller: &Caller, id: &ApprovalFloorId) -> Result<()> {
        self.authorize_portal(caller, Action::ManageApprovals).await?;
        let mut tx = self.store().begin().await?;
        let Some(removed) = tx.delete_approval_floor(id).await? else {
            tx.rollback().await?;
            return self.removed_already(caller, "approval_floor", id.as_str(), "rule of approval").await;
        };
        let removed = ApprovalFloor { version: removed.version + 1, ..removed };
        self.record(&mut tx, caller, floor_event(&removed, "removed")).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Lets the people of a group decide steps of requests, from the next page they open.
    pub async fn add_approver(&self, caller: &Caller, input: ApproverInput) -> Result<ApproverId> {
        self.authorize_portal(caller, Action::ManageApprovals).await?;
        let mut errors = Vec::new();
        let group = input.group.trim();
        if group.is_empty() || group.chars().count() > 200 {
            errors.push(FieldError::new("group", "The group as the provider sends it, 1 to 200 characters."));
        }
        let who: Option<Approver> = input.who.parse().ok();
        if who.is_none() {
            errors.push(FieldError::new("who", "Choose whose steps they decide."));
        }
        let stage: Option<Stage> = any_or(&input.stage, "stage", "Choose a stage, or any.", &mut errors);
        let project: Option<ProjectId> = any_or(&input.project, "project", "Choose a project, or any.", &mut errors);
        let product: Option<ProductId> = any_or(&input.product, "product", "Choose a product, or any.", &mut errors);
        if let Some(project) = &project
            && self.store().project(project).await?.is_none()
        {
            errors.push(FieldError::new("project", "Choose a project, or any."));
        }
        if let Some(product) = &product
            && self.store().product(product).await?.is_none()
        {
            errors.push(FieldError::new("product", "Choose a product, or any."));
        }
        let (Some(who), true) = (who, errors.is_empty()) else { return Err(Error::Invalid(errors)) };
        let made = ApproverAssignment { id: self.ids().next()?, group: group.to_owned(), who, project, product, stage };
        let mut tx = self.store().begin().await?;
        match tx.insert_approver(&made).await {
            Err(store::Error::Duplicate { .. }) => {
                tx.rollback().await?;
                return self.approver_just_added(caller, &made).await;
            }
            added => added?,
        }
        self.record(&mut tx, caller, approver_event(&made, "added").version(1)).await?;
        tx.commit().await?;
        Ok(made.id)
    }

    /// What an assignment that is there already is answered with: done, where the caller added it a moment ago.
    async fn approver_just_added(&self, caller: &Caller, made: &ApproverAssignment) -> Result<ApproverId> {
        let all = self.store().approvers().await?;
        let same = |it: &ApproverAssignment| ApproverAssignment { id: made.id.clone(), ..it.clone() } == *made;
        if let Some(there) = all.into_iter().find(same)
            && self.just_changed(caller, "approver", there.id.as_str()).await?
        {
            return Ok(there.id);
        }
        Err(Error::field("group", "This group decides just that already."))
    }

    /// Takes it from the people of a group again; what they decided stays.
    pub async fn remove_approver(&self, caller: &Caller, id: &ApproverId) -> Result<()> {
        self.authorize_portal(caller, Action::ManageApprovals).await?;
        let mut tx = self.store().begin().await?;
        let Some(removed) = tx.delete_approver(id).await? else {
            tx.rollback().await?;
            return self.removed_already(caller, "approver", id.as_str(), "assignment").await;
        };
        // An assignment is never changed: it is added, and removed.
        self.record(&mut tx, caller, approver_event(&removed, "removed").version(2)).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// What was chosen; `None` for any.
fn any_or<T: std::str::FromStr>(text: &str, field: &str, message: &str, errors: &mut Vec<FieldError>) -> Option<T> {
    let text = text.trim();
    let chosen = text.parse().ok();
    if !text.is_empty() && chosen.is_none() {
        errors.push(FieldError::new(field, message));
    }
    chosen.filter(|_| !text.is_empty())
}

fn floor_event<'a>(floor: &'a ApprovalFloor, change: &str) -> Event<'a> {
    Event::done(Action::ManageApprovals.as_str(), "approval_floor", floor.id.as_str())
        .version(floor.version)
        .with("change", change)
        .with("stage", floor.stage.map_or("any", Stage::as_str))
        .with("data_class", floor.data_class.map_or("any", DataClass::as_str))
        .with("approval", floor.rule.to_string())
}

fn approver_event<'a>(it: &'a ApproverAssignment, change: &str) -> Event<'a> {
    let event = Event::done(Action::ManageApprovals.as_str(), "approver", it.id.as_str())
        .with("change", change)
        .with("group", &it.group)
        .with("who", it.who.as_str())
        .with("product", it.product.as_ref().map_or("any", |product| product.as_str()))
        .with("stage", it.stage.map_or("any", Stage::as_str));
    match &it.project {
        Some(project) => event.project(project),
        None => event.with("project", "any"),
    }
}
