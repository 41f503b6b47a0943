//! What an admin lets pass in a template although a rule does not hold, with a reason and an end.

use chrono::TimeDelta;
use domain::action::Action;
use domain::curation::{LONGEST_WAIVER_DAYS, LONGEST_WAIVER_REASON, UploadedTemplate, Waiver};
use domain::id::TemplateId;
use domain::problem::FieldError;
use domain::view::{TemplateFinding, WaiveFindingInput, WaivedFinding};

use super::templates::looked_at;
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// Lets what a rule found in a template pass until a day.
    ///
    /// # Errors
    /// [`Error::Invalid`] at the field where it is not one that can be let pass, or has no reason or no end.
    pub async fn waive_finding(&self, caller: &Caller, input: WaiveFindingInput) -> Result<TemplateId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let id: TemplateId = input.template.parse().map_err(|_| Error::not_found("template"))?;
        let template = self.store().template(&id).await?.ok_or_else(|| Error::not_found("template"))?;
        let (reason, days) = (input.waiver_reason.trim().to_owned(), input.waiver_days.trim().parse::<u32>().ok());
        let days = days.filter(|days| (1..=LONGEST_WAIVER_DAYS).contains(days));
        let mut wrong = Vec::new();
        let found = looked_at(template.text.clone()).await?.findings;
        let count = found.iter().filter(|it| it.rule == input.rule && it.waivable).count();
        if count == 0 {
            wrong.push(FieldError::new("rule", "It cannot be let pass: mend it in the template."));
        }
        if reason.is_empty() {
            wrong.push(FieldError::new("waiver_reason", "Say why it may pass: auditors read this."));
        } else if reason.chars().count() > LONGEST_WAIVER_REASON {
            wrong.push(FieldError::new("waiver_reason", format!("At most {LONGEST_WAIVER_REASON} characters.")));
        }
        let Some(days) = days.filter(|_| wrong.is_empty()) else {
            if days.is_none() {
                wrong
                    .push(FieldError::new("waiver_days", format!("A number of days from 1 to {LONGEST_WAIVER_DAYS}.")));
            }
            return Err(Error::Invalid(wrong));
        };
        let waiver = Waiver {
            template: id.clone(),
            rule: input.rule,
            findings: u32::try_from(count).unwrap_or(u32::MAX),
            reason,
            until: self.now() + TimeDelta::days(i64::from(days)),
            by: caller.actor.person.clone(),
        };
        let mut tx = self.store().begin().await?;
        tx.put_template_waiver(&waiver).await?;
        let event = Event::done("waive_finding", "template", id.as_str())
            .with("name", &template.file_name)
            .with("rule", &waiver.rule)
            .with("reason", &waiver.reason)
            .with("until", waiver.until.to_rfc3339());
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Lets it pass no more: nothing further is made of the template.
    pub async fn end_waiver(&self, caller: &Caller, template: &TemplateId, rule: &str) -> Result<()> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let mut tx = self.store().begin().await?;
        if tx.delete_template_waiver(template, rule).await?.is_none() {
            tx.rollback().await?;
            return self.removed_already(caller, "template", template.as_str(), "waiver").await;
        }
        let event = Event::done("end_waiver", "template", template.as_str()).with("rule", rule);
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Says of each finding whether it is let pass now.
    pub(super) async fn with_waivers(
        &self,
        template: &TemplateId,
        mut findings: Vec<TemplateFinding>,
    ) -> Result<Vec<TemplateFinding>> {
        if !findings.iter().any(|it| it.waivable) {
            return Ok(findings);
        }
        let mut waivers = self.store().template_waivers(template).await?;
        waivers.retain(|it| it.holds(self.now()));
        let names = self.names([], waivers.iter().map(|it| &it.by)).await?;
        for finding in findings.iter_mut().filter(|it| it.waivable) {
            let waiver = waivers.iter().find(|it| it.rule == finding.rule);
            finding.waived =
                waiver.map(|it| WaivedFinding { by: names.person(&it.by), reason: it.reason.clone(), until: it.until });
        }
        Ok(findings)
    }

    /// How many things are to be mended in a template: what is let pass is not.
    pub(crate) async fn findings_in(&self, template: UploadedTemplate) -> Result<u32> {
        let findings = looked_at(template.text).await?.findings;
        let findings = self.with_waivers(&template.id, findings).await?;
        let open = findings.iter().filter(|it| it.waived.is_none()).count();
        Ok(u32::try_from(open).unwrap_or(u32::MAX))
    }
}
