//! Whoever decides in somebody's place is told so, and when that ends.

use domain::audit::{AuditEvent, Outcome};
use domain::notification::{Notice, Topic};

use super::notices::{To, Told};
use crate::{ControlPlane, Result};

impl ControlPlane {
    pub(super) async fn told_of_delegation(&self, event: &AuditEvent) -> Result<Option<Told>> {
        let (Ok(id), Outcome::Succeeded) = (event.resource_id.parse(), event.outcome) else { return Ok(None) };
        let Some(it) = self.store().delegation(&id).await? else { return Ok(None) };
        let from = self.names([], [&it.from]).await?.person(&it.from);
        let (title, text) = if event.detail.contains_key("ended") {
            (format!("You no longer decide in the place of {from}"), String::new())
        } else {
            let until = it.until.format("%-d %B %Y at %H:%M UTC");
            let text = format!("Until {until}, what waits for them waits for you too. {}", it.reason);
            (format!("{from} lets you decide in their place"), text)
        };
        let notice = Notice::new(Topic::RequestWaiting, &title, &text, "/approvals/delegations".to_owned());
        Ok(Some(Told { notice, elsewhere: None, to: vec![To::Person(it.to)], project: None }))
    }
}
