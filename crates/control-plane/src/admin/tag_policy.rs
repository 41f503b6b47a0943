//! The portal's tag policy.

use domain::action::Action;
use domain::id::TagRuleId;
use domain::problem::FieldError;
use domain::project::{DataClass, Stage};
use domain::tag_policy::{TagRule, TagValues, mistake_in_key};
use domain::view::{TagPolicyPage, TagRuleInput};

use super::version::{There, or_taken};
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

/// What a form posts for every stage, and for every data class.
const ANY: &str = "any";

impl ControlPlane {
    /// All rules, and the form.
    pub async fn tag_policy(&self, caller: &Caller, draft: Option<&str>) -> Result<TagPolicyPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let mut rules = self.store().tag_rules().await?;
        rules.sort_by(|a, b| (&a.key, a.stage, a.data_class).cmp(&(&b.key, b.stage, b.data_class)));
        let options = self.store().tag_options().await?;
        let at_odds = |rule: &&TagRule| {
            let mut given = options.iter().filter(|it| it.active && it.key == rule.key).peekable();
            given.peek().is_some() && !given.any(|it| rule.values.accepts(&it.value))
        };
        Ok(TagPolicyPage {
            at_odds: rules.iter().filter(at_odds).map(|it| it.id.clone()).collect(),
            rules,
            differ: self.tags_differ().await?,
            allowed: self.administration_allowed(caller).await?,
            form: self.form_state(caller, draft).await?,
        })
    }

    /// Makes a rule, or changes the values that it takes. It holds for what is asked for from now on, and for what was asked for and is
    /// not launched yet; what runs is told apart by the next look at it.
    pub async fn save_tag_rule(&self, caller: &Caller, input: TagRuleInput) -> Result<TagRuleId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let (key, stage, data_class, values) = read(&input)?;
        let mut tx = self.store().begin().await?;
        let before = tx.tag_rule_for(&key, stage, data_class).await?;
        let id = before.as_ref().map_or_else(|| self.ids().next(), |before| Ok(before.id.clone()))?;
        let mut rule = TagRule { id, key, stage, data_class, values, version: 1 };
        let there = before.map(|before| There {
            version: before.version,
            is_same: before == TagRule { version: before.version, ..rule.clone() },
        });
        let taken = || Error::field("tag_key", "There is a rule about it already: change it in the list.");
        let named = ("tag_rule", rule.id.as_str());
        let Some(version) = self.next_version(caller, named, &input.version, there, "tag rule", taken()).await? else {
            return Ok(rule.id);
        };
        rule.version = version;
        if version == 1 {
            or_taken(tx.insert_tag_rule(&rule).await, taken())?;
        } else {
            tx.update_tag_rule(&rule).await?;
        }
        self.record(&mut tx, caller, event(&rule, if version == 1 { "made" } else { "changed" })).await?;
        tx.commit().await?;
        Ok(rule.id)
    }

    /// Takes a rule away.
    pub async fn remove_tag_rule(&self, caller: &Caller, id: &TagRuleId) -> Result<()> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let mut tx = self.store().begin().await?;
        let Some(removed) = tx.delete_tag_rule(id).await? else {
            tx.rollback().await?;
            return self.removed_already(caller, "tag_rule", id.as_str(), "tag rule").await;
        };
        let removed = TagRule { version: removed.version + 1, ..removed };
        self.record(&mut tx, caller, event(&removed, "removed")).await?;
        tx.commit().await?;
        Ok(())
    }
}

type Read = (String, Option<Stage>, Option<DataClass>, TagValues);

fn read(input: &TagRuleInput) -> Result<Read> {
    let mut errors = Vec::new();
    let key = input.tag_key.trim().to_owned();
    errors.extend(mistake_in_key(&key).map(|message| FieldError::new("tag_key", message)));
    let stage: Option<Option<Stage>> = match input.stage.trim() {
        ANY => Some(None),
        text => text.parse().ok().map(Some),
    };
    if stage.is_none() {
        errors.push(FieldError::new("stage", "Choose a stage, or every one."));
    }
    let data_class: Option<Option<DataClass>> = match input.data_class.trim() {
        ANY => Some(None),
        text => text.parse().ok().map(Some),
    };
    if data_class.is_none() {
        errors.push(FieldError::new("data_class", "Choose a data class, or every one."));
    }
    let values = match input.tag_values.parse::<TagValues>() {
        Ok(values) => Some(values),
        Err(wrong) => {
            errors.push(FieldError::new("tag_values", wrong.0));
            None
        }
    };
    match (stage, data_class, values) {
        (Some(stage), Some(data_class), Some(values)) if errors.is_empty() => Ok((key, stage, data_class, values)),
        _ => Err(Error::Invalid(errors)),
    }
}

fn event<'a>(rule: &'a TagRule, change: &str) -> Event<'a> {
    Event::done("manage_tag_policy", "tag_rule", rule.id.as_str())
        .version(rule.version)
        .with("change", change)
        .with("key", &rule.key)
        .with("stage", rule.stage.map_or(ANY, Stage::as_str))
        .with("data_class", rule.data_class.map_or(ANY, DataClass::as_str))
        .with("values", rule.values.to_string())
}
