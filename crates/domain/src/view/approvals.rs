use serde::{Deserialize, Serialize};

use super::{Listing, RequestRow};

/// What waits for this person, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalsPage {
    pub waiting: Listing<RequestRow>,
    /// Decided lately, newest first, at most ten.
    pub decided: Vec<RequestRow>,
}
