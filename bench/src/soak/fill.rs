//! A store as it is after years: entered row by row through `crates/store`, as the portal would.

use anyhow::{Context as _, Result};
use chrono::TimeDelta;
use domain::audit::{AuditActor, AuditEvent, Outcome};
use domain::environment::{Environment, EnvironmentState};
use domain::request::Request;
use store::{EnvironmentFilter, PageRequest, Scope, Store};

/// Rows in one transaction.
const BATCH: usize = 5_000;
/// One in so many is alive.
const ALIVE: usize = 50;

/// What to look for.
#[derive(Debug)]
pub(crate) struct Filled {
    /// Events that wait for the sealer.
    pub(crate) events: usize,
    /// The name of the newest environment.
    pub(crate) newest: String,
    /// The path of a page far down the list of environments.
    pub(crate) deep: String,
}

/// Copies the environment that is there, and its request, into the past.
pub(crate) async fn fill(store: &Store, environments: usize, events: usize) -> Result<Filled> {
    let found = store.environments(&Scope::All, &EnvironmentFilter::default(), &PageRequest::newest(1)).await?;
    let pattern = found.items.into_iter().next().context("there is no environment to copy")?;
    let request = store.request(&pattern.request).await?.context("its request is gone")?;
    for start in (0..environments).step_by(BATCH) {
        let mut tx = store.begin().await?;
        for number in start..environments.min(start + BATCH) {
            let (request, environment) = copy(&request, &pattern, number)?;
            tx.insert_request(&request).await?;
            tx.insert_environment(&environment).await?;
        }
        tx.commit().await?;
    }
    for start in (0..events).step_by(BATCH) {
        let mut tx = store.begin().await?;
        for number in start..events.min(start + BATCH) {
            tx.append_audit(&event(&pattern, number, environments)?).await?;
        }
        tx.commit().await?;
    }
    let page = store.environments(&Scope::All, &EnvironmentFilter::default(), &PageRequest::newest(1)).await?;
    let middle = copy(&request, &pattern, environments / 2)?.1;
    Ok(Filled {
        events,
        newest: page.items.into_iter().next().context("nothing was entered")?.name,
        deep: format!("/environments?after={:x}~{}", middle.created_at.timestamp_millis(), middle.id),
    })
}

/// Of the last two years, one every ten minutes.
fn copy(request: &Request, pattern: &Environment, number: usize) -> Result<(Request, Environment)> {
    let back = TimeDelta::minutes(10 * i64::try_from(number + 1)?);
    let name = format!("filled-{number:06}");
    let mut request = request.clone();
    request.id = format!("filled-request-{number:06}").parse()?;
    request.name.clone_from(&name);
    request.submitted_at -= back;
    request.decided_at = request.decided_at.map(|at| at - back);
    request.environment = None;
    let mut it = pattern.clone();
    it.id = format!("filled-environment-{number:06}").parse()?;
    it.request = request.id.clone();
    it.name = name;
    it.created_at -= back;
    it.updated_at -= back;
    if !number.is_multiple_of(ALIVE) {
        it.state = EnvironmentState::Terminated;
    }
    it.provisioned_product = Some(format!("pp-filled{number:06}").parse()?);
    it.operation = None;
    Ok((request, it))
}

fn event(pattern: &Environment, number: usize, environments: usize) -> Result<AuditEvent> {
    let at = pattern.created_at - TimeDelta::minutes(1) - TimeDelta::seconds(60 * i64::try_from(number)?);
    let detail = [("name", format!("filled-{:06}", number % environments.max(1)))];
    Ok(AuditEvent {
        id: format!("filled-event-{number:07}").parse()?,
        at,
        actor: AuditActor::Person { person: pattern.owner.clone(), display_name: "Somebody".to_owned() },
        action: "launch_environment".to_owned(),
        resource_kind: "environment".to_owned(),
        resource_id: format!("filled-environment-{:06}", number % environments.max(1)),
        project: Some(pattern.project.clone()),
        outcome: Outcome::Succeeded,
        correlation: format!("filled-{number:07}"),
        entity_version: None,
        detail: detail.map(|(key, value)| (key.to_owned(), value)).into(),
    })
}
