use serde::{Deserialize, Serialize};

use super::Listing;
use crate::audit::AuditEvent;

/// Filters of the audit log, as they stand in the URL; dates as `YYYY-MM-DD`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    pub actor: String,
    pub action: String,
    pub resource: String,
    pub project: String,
    pub outcome: String,
    /// The id of a request to the portal, or of an operation.
    pub correlation: String,
    pub from: String,
    pub to: String,
    pub after: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    pub rows: Listing<AuditRow>,
    pub query: AuditQuery,
    pub actions: Vec<String>,
    pub projects: Vec<crate::id::ProjectId>,
    /// The last sealed position and when, and what is not sealed yet.
    pub sealed: String,
    pub errors: Vec<crate::problem::FieldError>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    pub event: AuditEvent,
    pub who: String,
    /// `None` until sealed.
    pub position: Option<i64>,
}
