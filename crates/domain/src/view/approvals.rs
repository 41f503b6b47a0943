use serde::{Deserialize, Serialize};

use super::{Listing, RequestRow};

/// What waits for this person, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalsPage {
    pub waiting: Listing<RequestRow>,
    /// Of all pages.
    pub waiting_count: u32,
    /// Decided lately, newest first, at most ten.
    pub decided: Vec<RequestRow>,
}
