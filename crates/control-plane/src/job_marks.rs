//! Saying that something runs a job: it is not stopped for being idle until the end of that.

use chrono::TimeDelta;
use domain::action::Action;
use domain::environment::{Environment, EnvironmentState};
use domain::id::EnvironmentId;
use domain::idle::{JobMark, LONGEST_MARK};
use domain::problem::FieldError;
use domain::view::JobMarkInput;

use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

/// Characters of a reason.
const LONGEST_REASON: usize = 500;
/// A second mark that ends this near to the first is a second click.
const SAME: TimeDelta = TimeDelta::minutes(1);

impl ControlPlane {
    /// Marks what runs, as it stood on the page. A mark takes the place of the one before.
    pub async fn mark_running_job(&self, caller: &Caller, id: &EnvironmentId, input: JobMarkInput) -> Result<()> {
        let seen: Environment = self.authorize(caller, Action::MarkRunningJob, id).await?.into_thing();
        let (reason, time) = read(&input)?;
        let item = self.listed(&seen, &input.what).await?;
        let mark = JobMark {
            environment: id.clone(),
            item: item.key(),
            reason,
            until: self.now() + time,
            by: caller.actor.person.clone(),
        };
        let mut tx = self.store().begin().await?;
        let it = tx.environment(id).await?.ok_or_else(|| Error::not_found("environment"))?;
        if matches!(it.state, EnvironmentState::Terminating | EnvironmentState::Terminated) {
            return Err(Error::conflict(
                "It is too late for this.",
                "The environment is being terminated, or is terminated: what runs in it ends first.",
                "Save what the job made elsewhere.",
            ));
        }
        let again = |it: &JobMark| {
            it.item == mark.item && it.by == mark.by && it.reason == mark.reason && (mark.until - it.until).abs() < SAME
        };
        if tx.job_marks(id).await?.iter().any(again) {
            return Ok(());
        }
        tx.put_job_mark(&mark).await?;
        let event = event(&it, &mark.item)
            .with("change", "marked")
            .with("reason", &mark.reason)
            .with("until", mark.until.to_rfc3339());
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.changed(id);
        Ok(())
    }

    /// Takes a mark of the portal away; a tag at AWS is not touched.
    pub async fn unmark_running_job(&self, caller: &Caller, id: &EnvironmentId, what: &str) -> Result<()> {
        let it: Environment = self.authorize(caller, Action::MarkRunningJob, id).await?.into_thing();
        let mut tx = self.store().begin().await?;
        // A second click, or its time has ended.
        if tx.delete_job_mark(id, what).await?.is_none() {
            return Ok(());
        }
        self.record(&mut tx, caller, event(&it, what).with("change", "unmarked")).await?;
        tx.commit().await?;
        self.changed(id);
        Ok(())
    }
}

fn event<'a>(it: &'a Environment, what: &str) -> Event<'a> {
    Event::done(Action::MarkRunningJob.as_str(), "environment", it.id.as_str())
        .project(&it.project)
        .with("name", &it.name)
        .with("what", what)
}

fn read(input: &JobMarkInput) -> Result<(String, TimeDelta)> {
    let mut errors = Vec::new();
    let reason = input.job_reason.trim().to_owned();
    if reason.is_empty() {
        errors.push(FieldError::new("job_reason", "Say what runs: whoever pays for it reads this."));
    } else if reason.chars().count() > LONGEST_REASON {
        errors.push(FieldError::new("job_reason", format!("At most {LONGEST_REASON} characters.")));
    }
    let most = LONGEST_MARK.num_hours();
    let hours: Option<i64> = input.job_hours.trim().parse().ok().filter(|hours| (1..=most).contains(hours));
    if hours.is_none() {
        errors.push(FieldError::new("job_hours", format!("A whole number of hours from 1 to {most}.")));
    }
    match hours {
        Some(hours) if errors.is_empty() => Ok((reason, TimeDelta::hours(hours))),
        _ => Err(Error::Invalid(errors)),
    }
}
