//! Warns of the end of leases: a week, a day and an hour before, each once for each end.

use chrono::TimeDelta;
use domain::environment::Environment;
use domain::lease::WARNINGS;

use crate::trail::{By, Event};
use crate::{ControlPlane, Result};

/// Environments that are warned of in one round, for each warning.
const AT_ONCE: u32 = 100;

impl ControlPlane {
    /// Answers how many warnings were given. Where the portal, or the clock, was away for a while, only the last that is due
    /// is given.
    pub(super) async fn warn_of_lease_ends(&self) -> Result<u64> {
        let mut given = 0;
        for (warnings, before) in [1_u16, 2, 3].into_iter().zip(WARNINGS).rev() {
            for it in self.store().environments_to_warn(warnings, before, self.now(), AT_ONCE).await? {
                if self.warn_of_lease_end(&it, warnings).await? {
                    given += 1;
                }
            }
        }
        Ok(given)
    }

    async fn warn_of_lease_end(&self, it: &Environment, warnings: u16) -> Result<bool> {
        let mut tx = self.store().begin().await?;
        // Extended, or warned of by another replica, in this moment.
        if !tx.warned_of_lease_end(it, warnings).await? {
            return Ok(false);
        }
        let event = Event::done("warn_of_lease_end", "environment", it.id.as_str())
            .project(&it.project)
            .with("name", &it.name)
            .with("lease_ends", it.lease_ends_at.to_rfc3339())
            .with("left", in_words(it.lease_ends_at - self.now()));
        self.record(&mut tx, By::System { correlation: "leases" }, event).await?;
        tx.commit().await?;
        self.signals().sealer.notify_one();
        Ok(true)
    }
}

/// "7 days", "1 day", "23 hours", "40 minutes".
fn in_words(left: TimeDelta) -> String {
    let of = |number: i64, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    // A round comes up to a minute late.
    let left = left + TimeDelta::minutes(2);
    if left >= TimeDelta::days(1) {
        of(left.num_days(), "day")
    } else if left >= TimeDelta::hours(1) {
        of(left.num_hours(), "hour")
    } else {
        of(left.num_minutes().max(1), "minute")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_reads_as_people_say_it() {
        let minutes =
            [(7 * 24 * 60 - 1, "7 days"), (24 * 60, "1 day"), (59, "1 hour"), (57, "59 minutes"), (180, "3 hours")];
        for (left, words) in minutes {
            assert_eq!(in_words(TimeDelta::minutes(left)), words);
        }
    }
}
