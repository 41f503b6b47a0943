//! What a use case can answer instead of a result.

use domain::problem::{FieldError, Problem, chain};

/// See the module. Each kind has its own HTTP status and its own words for the page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in, or no longer.
    #[error("nobody is signed in")]
    SignedOut,
    /// The policies refuse it. `rule` is the `@id` of the policy that refused, or that would have to permit it; `says` is
    /// that rule in words, and `ask` whom to ask.
    #[error("{what}: refused by the rule {rule}")]
    Denied { what: String, rule: String, says: String, ask: String },
    #[error("{what} does not exist")]
    NotFound { what: String },
    /// Mistakes in a form, by field.
    #[error("{} mistakes in the form", .0.len())]
    Invalid(Vec<FieldError>),
    /// Somebody else changed it since the form was filled.
    #[error("{what} changed meanwhile")]
    Stale { what: String },
    /// Its state does not allow it.
    #[error("{}: {}", .0.what, .0.why)]
    Conflict(Problem),
    /// More of it than one person may do in a while.
    #[error("{}: {}", .0.what, .0.why)]
    TooMany(Problem),
    /// AWS refused or failed.
    #[error("{}: {}", .0.what, .0.why)]
    Aws(Problem),
    /// The portal itself cannot answer now.
    #[error("{}: {}", .0.what, .0.why)]
    Unavailable(Problem),
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The HTTP status of the answer.
    pub fn status(&self) -> u16 {
        match self {
            Self::SignedOut => 401,
            Self::Denied { .. } => 403,
            Self::NotFound { .. } => 404,
            Self::Invalid(_) => 422,
            Self::Stale { .. } | Self::Conflict(_) => 409,
            Self::TooMany(_) => 429,
            Self::Aws(_) => 502,
            Self::Unavailable(_) => 503,
        }
    }

    /// What the page says.
    pub fn problem(&self) -> Problem {
        match self {
            Self::SignedOut => {
                Problem::new("You are signed out.", "Your session ended.", "Sign in; you come back to where you were.")
            }
            Self::Denied { what, rule, says, ask } => Problem::new(
                format!("You may not {what}."),
                format!("{says} (The rule \u{201c}{rule}\u{201d}.)"),
                ask.clone(),
            ),
            Self::NotFound { what } => Problem::new(
                format!("There is no {what}."),
                "It was deleted, or its address is mistyped.",
                "Open the list that it would be in, and look for it there.",
            ),
            Self::Invalid(errors) => Problem::new(
                "Some fields need another look.",
                errors.iter().map(|e| e.message.as_str()).collect::<Vec<_>>().join(" "),
                "Correct them and send the form again.",
            ),
            Self::Stale { what } => Problem::new(
                format!("The {what} changed while you looked at it."),
                "Somebody else, or the portal, changed it after this page was loaded.",
                "Look at it as it is now, and decide again.",
            ),
            Self::Conflict(problem) | Self::TooMany(problem) | Self::Aws(problem) | Self::Unavailable(problem) => {
                problem.clone()
            }
        }
    }

    /// One mistake in one field.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }

    /// Somebody else changed it since the form was filled.
    pub(crate) fn stale(what: &str) -> Self {
        Self::Stale { what: what.to_owned() }
    }

    pub(crate) fn not_found(what: impl Into<String>) -> Self {
        Self::NotFound { what: what.into() }
    }

    pub(crate) fn conflict(what: &str, why: impl Into<String>, next: &str) -> Self {
        Self::Conflict(Problem::new(what, why, next))
    }

    /// Something in the portal that should never happen; the log has the details, the person does not.
    pub(crate) fn internal(what: &'static str, detail: &dyn std::fmt::Display) -> Self {
        tracing::error!(%detail, "{what}");
        Self::Unavailable(Problem::new(
            "The portal could not do this.",
            format!("{what}."),
            "Try again; if it happens again, tell the platform team the request id on this page.",
        ))
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Unavailable(_) => {
                tracing::warn!(error = chain(&error), "the database cannot be used");
                Self::Unavailable(Problem::new(
                    "The portal cannot reach its database.",
                    "Nothing was changed.",
                    "Try again in a minute.",
                ))
            }
            store::Error::Conflict { entity, .. } => Self::stale(entity),
            store::Error::Duplicate { what } => Self::conflict(
                "There is one already.",
                format!("Another one has the same {what}."),
                "Choose another, or use the one that is there.",
            ),
            store::Error::Reference { table } => Self::conflict(
                "Something else still refers to this, or it refers to something that is gone.",
                format!("The {table} would be left without what it needs."),
                "Remove what refers to it first, and look at the page again.",
            ),
            error => Self::internal("The database could not do what it was asked for", &chain(&error)),
        }
    }
}

impl From<aws::Error> for Error {
    fn from(error: aws::Error) -> Self {
        Self::Aws(error.problem())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v16_5_1_what_went_wrong_inside_is_for_the_log_alone() {
        let error = Error::internal("The draft could not be kept", &"SELECT token FROM session: hunter2");
        assert_eq!(error.status(), 503);
        let shown = format!("{error} {error:?} {:?}", error.problem());
        assert!(shown.contains("The draft could not be kept.") && !shown.contains("hunter2"), "{shown}");
    }
}
