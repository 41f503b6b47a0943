//! Whoever decides in somebody's place is told so, and when that ends.

use domain::audit::{AuditEvent, Outcome};
use domain::lease::last_day;
use domain::notification::{Notice, Topic};

use super::notices::{To, Told};
use crate::{ControlPlane, Result};

impl ControlPlane {
    pub(super) async fn told_of_delegation(&self, event: &AuditEvent) -> Result<Option<Told>> {
        let (Ok(id), Outcome::Succeeded) = (event.resource_id.parse(), event.outcome) else { return Ok(None) };
        let Some(it) = self.store().delegation(&id).await? else { return Ok(None) };
        let names = self.names([], [&it.from, &it.to]).await?;
        let (from, to) = (names.person(&it.from), names.person(&it.to));
        let until = last_day(it.until).format("Until the end of %-d %B %Y");
        let (title, text, of_both, more) = if event.detail.contains_key("ended") {
            let title = format!("You no longer decide in the place of {from}");
            (title, String::new(), format!("{to} no longer decides in the place of {from}"), String::new())
        } else {
            let text = format!("{until}, what waits for them waits for you too. {}", it.reason);
            let title = format!("{from} lets you decide in their place");
            (title, text, format!("{from} lets {to} decide in their place"), format!("{until}."))
        };
        let told = |title: &str, text: &str| {
            Notice::new(Topic::RequestWaiting, title, text, "/approvals/delegations".to_owned())
        };
        // Why somebody is away is for whoever stands in and for auditors, as the form says, and not for a channel.
        let elsewhere = Some(told(&of_both, &more));
        Ok(Some(Told { notice: told(&title, &text), elsewhere, to: vec![To::Person(it.to)], project: None }))
    }
}
