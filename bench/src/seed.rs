//! Fills the portal as people would: the same things in the same order each time.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::browser::Browser;
use crate::form::link;

/// A full page of a list.
pub(crate) const ROWS: usize = 20;
const DENIED: usize = 3;
/// Approved by its rule, so it comes up at once.
pub(crate) const RUNNING: &str = "Sandbox Studio";
/// A lead decides.
pub(crate) const ASKED_FOR: &str = "Studio environment";
const UP_WITHIN: Duration = Duration::from_mins(3);

/// The people whose pages are measured, and what they look at.
#[derive(Debug)]
pub(crate) struct Seeded {
    pub(crate) scientist: Browser,
    pub(crate) lead: Browser,
    pub(crate) admin: Browser,
    pub(crate) auditor: Browser,
    /// Paths.
    pub(crate) product: String,
    pub(crate) request_form: String,
    pub(crate) request: String,
    pub(crate) environment: String,
    pub(crate) admin_product: String,
}

/// Twenty environments that are available, twenty requests that wait, three that were denied.
pub(crate) async fn fill(portal: SocketAddr) -> Result<Seeded> {
    let mut scientist = Browser::sign_in(portal, "fraud-scientist").await?;
    let mut lead = Browser::sign_in(portal, "fraud-lead").await?;
    let catalog = scientist.page("/catalog").await?;
    let product = link(&catalog, RUNNING).with_context(|| format!("{RUNNING} is not in the catalog"))?;
    let asked_for = link(&catalog, ASKED_FOR).with_context(|| format!("{ASKED_FOR} is not in the catalog"))?;
    for number in 1..=ROWS {
        submit(&mut scientist, &product, &format!("env-{number:02}")).await?;
    }
    for number in 1..=DENIED {
        let request = submit(&mut scientist, &asked_for, &format!("denied-{number:02}")).await?;
        let decision = [("decision", "deny"), ("comment", "Not before the next quarter")];
        lead.fill(&request, "/api/decide_request", &decision).await?;
    }
    let mut request = String::new();
    for number in 1..=ROWS {
        request = submit(&mut scientist, &asked_for, &format!("ask-{number:02}")).await?;
    }
    wait_until_available(&scientist).await?;
    let environments = scientist.page("/environments").await?;
    let id = asked_for.trim_start_matches("/catalog/").to_owned();
    Ok(Seeded {
        environment: link(&environments, "env-20").context("env-20 is not in the list")?,
        request_form: format!("{asked_for}/request"),
        admin_product: format!("/admin/products/{id}"),
        admin: Browser::sign_in(portal, "admin").await?,
        auditor: Browser::sign_in(portal, "auditor").await?,
        scientist,
        lead,
        product,
        request,
    })
}

/// Answers the path of the request.
async fn submit(scientist: &mut Browser, product: &str, name: &str) -> Result<String> {
    let why = "Scoring card payments for the spring campaign";
    let values = [("name", name), ("justification", why)];
    let request = scientist.fill(&format!("{product}/request"), "/api/submit_request", &values).await?;
    if !request.starts_with("/requests/") {
        bail!("the request {name} was not accepted: {request}");
    }
    Ok(request)
}

async fn wait_until_available(scientist: &Browser) -> Result<()> {
    let start = Instant::now();
    loop {
        let failed = scientist.page("/environments?state=error").await?.matches("row row-env").count();
        if failed > 0 {
            bail!("{failed} environments did not come up");
        }
        let available = scientist.page("/environments?state=available").await?.matches("row row-env").count();
        if available == ROWS {
            return Ok(());
        }
        if start.elapsed() > UP_WITHIN {
            bail!("{available} of {ROWS} environments came up within {} s", UP_WITHIN.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}
