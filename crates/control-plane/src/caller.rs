//! Who calls a use case.

use domain::person::Actor;

/// A digest of a session id: names a session without being able to take it over.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SessionHandle(pub String);

/// Who calls, with the roles that hold at this moment, and in which HTTP request.
#[derive(Clone, Debug)]
pub struct Caller {
    pub actor: Actor,
    /// Shown with every failure; the correlation of the audit events.
    pub request_id: String,
    /// The session of the browser; `None` for tools.
    pub session: Option<SessionHandle>,
}

impl Caller {
    pub fn new(actor: Actor, request_id: impl Into<String>) -> Self {
        Self { actor, request_id: request_id.into(), session: None }
    }
}
