//! After which time what nobody uses is stopped.

use domain::action::Action;
use domain::id::IdleRuleId;
use domain::idle::{IdleLimit, IdleRule, Instances, MINUTES};
use domain::problem::FieldError;
use domain::project::Stage;
use domain::view::{AdminIdlePage, IdleRuleInput};

use super::version::{There, or_taken};
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

/// What a form posts for every stage, and for never.
const ANY: &str = "any";
const NEVER: &str = "never";

impl ControlPlane {
    /// All rules, and the form.
    pub async fn admin_idle(&self, caller: &Caller, draft: Option<&str>) -> Result<AdminIdlePage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let mut rules = self.store().idle_rules().await?;
        // On the way to production, as people think of stages; those of a stage stay in the order that they have.
        rules.sort_by_key(|it| it.stage);
        Ok(AdminIdlePage {
            rules,
            allowed: self.administration_allowed(caller).await?,
            form: self.form_state(caller, draft).await?,
        })
    }

    /// Makes a rule, or changes its time. It holds from the next look at what runs.
    pub async fn save_idle_rule(&self, caller: &Caller, input: IdleRuleInput) -> Result<IdleRuleId> {
        self.authorize_portal(caller, Action::ManageIdleRules).await?;
        let (stage, instances, limit) = read(&input)?;
        let mut tx = self.store().begin().await?;
        let before = tx.idle_rule_for(stage, &instances).await?;
        let id = before.as_ref().map_or_else(|| self.ids().next(), |before| Ok(before.id.clone()))?;
        let mut rule = IdleRule { id, stage, instances, limit, version: 1 };
        let there = before.map(|before| There {
            version: before.version,
            is_same: before == IdleRule { version: before.version, ..rule.clone() },
        });
        let taken = || Error::field("instances", "There is a rule for these in this stage: change it in the list.");
        let named = ("idle_rule", rule.id.as_str());
        let Some(version) = self.next_version(caller, named, &input.version, there, "idle rule", taken()).await? else {
            return Ok(rule.id);
        };
        rule.version = version;
        if version == 1 {
            or_taken(tx.insert_idle_rule(&rule).await, taken())?;
        } else {
            tx.update_idle_rule(&rule).await?;
        }
        self.record(&mut tx, caller, event(&rule, if version == 1 { "made" } else { "changed" })).await?;
        tx.commit().await?;
        Ok(rule.id)
    }

    /// Takes a rule away: the next one that is for the same holds, if any does.
    pub async fn remove_idle_rule(&self, caller: &Caller, id: &IdleRuleId) -> Result<()> {
        self.authorize_portal(caller, Action::ManageIdleRules).await?;
        let mut tx = self.store().begin().await?;
        let Some(removed) = tx.delete_idle_rule(id).await? else {
            tx.rollback().await?;
            return self.removed_already(caller, "idle_rule", id.as_str(), "idle rule").await;
        };
        let removed = IdleRule { version: removed.version + 1, ..removed };
        self.record(&mut tx, caller, event(&removed, "removed")).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn read(input: &IdleRuleInput) -> Result<(Option<Stage>, Instances, IdleLimit)> {
    let mut errors = Vec::new();
    let stage = match input.stage.trim() {
        ANY => Some(None),
        text => text.parse().ok().map(Some),
    };
    if stage.is_none() {
        errors.push(FieldError::new("stage", "Choose a stage, or every one."));
    }
    let instances: Option<Instances> = input.instances.trim().parse().ok();
    if instances.is_none() {
        let why = "A type (ml.g5.xlarge), a family (ml.g5), system, or nothing for every type.";
        errors.push(FieldError::new("instances", why));
    }
    let (least, most) = (MINUTES.start(), MINUTES.end());
    let minutes: Option<u32> = input.minutes.trim().parse().ok().filter(|minutes| MINUTES.contains(minutes));
    let limit = match (input.limit.as_str(), minutes) {
        (NEVER, _) => Some(IdleLimit::Never),
        ("after", Some(minutes)) => Some(IdleLimit::After { minutes }),
        ("after", None) => {
            let why = format!("A whole number of minutes from {least} to {most}, as SageMaker has it too.");
            errors.push(FieldError::new("minutes", why));
            None
        }
        _ => {
            errors.push(FieldError::new("limit", "Choose whether it is stopped."));
            None
        }
    };
    match (stage, instances, limit) {
        (Some(stage), Some(instances), Some(limit)) => Ok((stage, instances, limit)),
        _ => Err(Error::Invalid(errors)),
    }
}

fn event<'a>(rule: &'a IdleRule, change: &str) -> Event<'a> {
    Event::done(Action::ManageIdleRules.as_str(), "idle_rule", rule.id.as_str())
        .version(rule.version)
        .with("change", change)
        .with("stage", rule.stage.map_or(ANY, Stage::as_str))
        .with("instances", rule.instances.to_string())
        .with("limit", rule.limit.to_string())
}
