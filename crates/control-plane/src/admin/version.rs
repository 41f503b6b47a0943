//! Optimistic locking of what admins edit: a form says which version it was filled against, and an empty one that it makes
//! something new.

use crate::{Caller, ControlPlane, Error, Result};

/// What is there already.
pub(super) struct There {
    pub(super) version: i64,
    /// But for the version it is what was posted.
    pub(super) is_same: bool,
}

/// What is told of something new that another admin entered in the same moment.
pub(super) fn or_taken(written: store::Result<()>, taken: Error) -> Result<()> {
    match written {
        Err(store::Error::Duplicate { .. }) => Err(taken),
        written => Ok(written?),
    }
}

impl ControlPlane {
    /// The version that a post makes: 1 is something new. `None` where the caller made it so a moment ago. `kind` and `id`
    /// are those of the audit log, `what` names the thing for people, and `taken` says that what would be new is there.
    pub(super) async fn next_version(
        &self,
        caller: &Caller,
        (kind, id): (&str, &str),
        seen: &str,
        there: Option<There>,
        what: &str,
        taken: Error,
    ) -> Result<Option<i64>> {
        let seen = seen.trim();
        let Some(there) = there else {
            return if seen.is_empty() { Ok(Some(1)) } else { Err(Error::not_found(what)) };
        };
        let number: Option<i64> = seen.parse().ok();
        if number == Some(there.version) {
            return Ok(Some(there.version + 1));
        }
        let by_this_form = there.is_same && (seen.is_empty() || number == Some(there.version - 1));
        if by_this_form && self.just_changed(caller, kind, id).await? {
            return Ok(None);
        }
        Err(if seen.is_empty() { taken } else { Error::stale(what) })
    }
}
