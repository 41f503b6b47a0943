//! Reminds of requests that nobody decides: each reminder once, and of several that are due the last alone.

use domain::request::{REMINDERS, Request};

use crate::trail::{By, Event};
use crate::{ControlPlane, Result};

/// Requests that are reminded of in one round, for each reminder.
const AT_ONCE: u32 = 100;

impl ControlPlane {
    /// Answers how many reminders were given.
    pub(super) async fn remind_of_requests(&self) -> Result<u64> {
        let mut given = 0;
        for (number, after) in [1_u16, 2, 3].into_iter().zip(REMINDERS).rev() {
            for request in self.store().requests_to_remind_of(number, self.now() - after, AT_ONCE).await? {
                if self.remind_of_request(&request, number).await? {
                    given += 1;
                }
            }
        }
        Ok(given)
    }

    async fn remind_of_request(&self, request: &Request, number: u16) -> Result<bool> {
        let mut tx = self.store().begin().await?;
        // Decided, or reminded of by another replica, in this moment.
        if !tx.reminded_of_request(&request.id, number).await? {
            return Ok(false);
        }
        let days = (self.now() - request.submitted_at).num_days();
        let mut event = Event::done("remind_of_request", "request", request.id.as_str())
            .project(&request.project)
            .with("name", &request.name)
            .with("number", number.to_string())
            .with("waits", format!("{days} days"));
        if request.is_escalated(self.now()) {
            event = event.with("open_to", "admins too");
        }
        self.record(&mut tx, By::System { correlation: "reminders" }, event).await?;
        tx.commit().await?;
        self.signals().sealer.notify_one();
        Ok(true)
    }
}
