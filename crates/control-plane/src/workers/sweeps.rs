//! What ends by time alone: undecided requests, leases, drafts, sessions, flashes, form tokens, sign-ins under way, what was
//! told; and what people left.

use chrono::TimeDelta;
use domain::request::{DECISION_TIME, Decision};

use crate::trail::By;
use crate::{ControlPlane, Error, Result};

/// A form posted a second time later than this is a new form.
const FORM_TOKENS: TimeDelta = TimeDelta::days(2);
/// An answer of the provider that comes later than this does not even find the page that was asked for.
const PENDING_LOGINS: TimeDelta = TimeDelta::hours(24);
/// What an inbox keeps.
const NOTIFICATIONS: TimeDelta = TimeDelta::days(180);
/// What was sent, and what was given up and nobody took care of.
const DELIVERIES: TimeDelta = TimeDelta::days(30);

/// Marks of jobs are kept this long after their end: a clock that jumped forth and back loses none.
const JOB_MARKS: TimeDelta = TimeDelta::days(30);

/// Templates that were given: what became a version, Service Catalog has.
const TEMPLATES: TimeDelta = TimeDelta::days(30);

impl ControlPlane {
    /// Answers how many things ended.
    pub(super) async fn sweep(&self) -> Result<u64> {
        let now = self.now();
        let mut ended = self.expire_requests().await?;
        ended += self.remind_of_requests().await?;
        ended += self.warn_of_lease_ends().await?;
        ended += self.end_leases().await?;
        ended += self.look_after_what_leavers_left().await?;
        ended += self.store().sweep_drafts(now).await?;
        ended += self.store().sweep_sessions(now, self.settings().session_idle).await?;
        ended += self.store().sweep_flashes(now).await?;
        ended += self.store().sweep_form_tokens(now - FORM_TOKENS).await?;
        ended += self.store().sweep_pending_logins(now - PENDING_LOGINS).await?;
        ended += self.store().sweep_notifications(now - NOTIFICATIONS).await?;
        ended += self.store().sweep_deliveries(now - DELIVERIES).await?;
        ended += self.store().sweep_job_marks(now - JOB_MARKS).await?;
        ended += self.store().sweep_templates(now - TEMPLATES).await?;
        ended += self.store().sweep_template_waivers(now - TEMPLATES).await?;
        Ok(ended)
    }

    async fn expire_requests(&self) -> Result<u64> {
        let mut expired = 0;
        for seen in self.store().undecided_requests(self.now() - DECISION_TIME, 100).await? {
            let mut tx = self.store().begin().await?;
            let Some(request) = tx.request(&seen.id).await? else { continue };
            // Decided by somebody, or expired by another replica, in this moment.
            if request.state.is_final() {
                continue;
            }
            match self.apply_decision(&mut tx, By::System { correlation: "expiry" }, request, Decision::Expire).await {
                Ok(_) => {
                    tx.commit().await?;
                    expired += 1;
                }
                Err(Error::Stale { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(expired)
    }
}
