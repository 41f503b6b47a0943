use serde::{Deserialize, Serialize};

use super::{EnvironmentRow, ProductCard, RequestRow};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomePage {
    /// The person's own, newest first, at most ten, terminated ones left out.
    pub environments: Vec<EnvironmentRow>,
    /// What waits for the person's decision, oldest first, at most ten.
    pub waiting_for_me: Vec<RequestRow>,
    /// The person's own undecided requests.
    pub my_requests: Vec<RequestRow>,
    /// Up to four products to start from.
    pub products: Vec<ProductCard>,
    /// Whether the person may request anything.
    pub may_request: bool,
}
