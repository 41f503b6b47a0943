use serde::{Deserialize, Serialize};

use super::Allowed;

/// The frame around every page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shell {
    pub display_name: String,
    /// "Data scientist in fraud-detection", "Admin", ...; empty for a newcomer.
    pub roles: Vec<String>,
    /// Actions without a resource: which parts of the navigation are shown.
    pub allowed: Allowed,
    /// Whether the person is a lead of any project or an admin.
    pub decides: bool,
    /// Whether there can be revocations that they may see.
    pub sees_revocations: bool,
    /// Access to the portal is revoked: there is nothing but a page that says so.
    pub cut_off: bool,
    /// Requests that wait for this person's decision.
    pub waiting_for_me: u32,
    /// Notifications that this person has not read, counted up to 100.
    pub unread: u32,
    /// What the last action did, shown once.
    pub flash: Option<Flash>,
    /// Shown with every failure, and in the log.
    pub request_id: String,
}

/// What the last action did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    pub kind: FlashKind,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlashKind {
    Success,
    Info,
    Failure,
}
