use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::ProjectId;
use crate::person::{GroupMapping, Membership, PersonKey, PlatformGrant, StudioUserId};

/// Who the portal thinks this person is, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfilePage {
    pub person: PersonKey,
    pub display_name: String,
    pub email: Option<String>,
    pub studio_user_id: StudioUserId,
    pub groups: Vec<String>,
    pub groups_claim_present: bool,
    pub platform: Vec<PlatformGrant>,
    pub memberships: Vec<Membership>,
    /// Where access is revoked.
    pub cut_off_from: Vec<ProjectId>,
    /// For someone with no role: the groups that would give one, and whom to ask.
    pub mappings_hint: Vec<GroupMapping>,
    pub sessions: Vec<SessionRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRow {
    /// A digest; the session id itself never leaves the cookie.
    pub handle: String,
    pub current: bool,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub user_agent: String,
}
