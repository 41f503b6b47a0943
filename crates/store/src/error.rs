//! What can go wrong with the store.

use crate::dialect;

/// See the module.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database cannot be reached, is shutting down, or is too busy. Trying again later is right.
    #[error("the database cannot be reached")]
    Unavailable(#[source] sqlx::Error),
    /// The row is not, or no longer, at the version (or in the hands of the lease owner) that the change was made from.
    #[error("the {entity} {id} was changed meanwhile")]
    Conflict { entity: &'static str, id: String },
    /// There is one already that must be the only one.
    #[error("there is one already with the same {what}")]
    Duplicate { what: &'static str },
    /// It refers to something that does not exist, or something refers to it.
    #[error("the {table} refers to something that does not exist, or something still refers to it")]
    Reference { table: &'static str },
    /// The row cannot be read as what it should be.
    #[error("{table} {id}: the column {column} holds something that it cannot hold: {reason}")]
    Corrupt { table: &'static str, column: &'static str, id: String, reason: String },
    /// The configured address names neither database.
    #[error("{0}")]
    Address(String),
    /// The schema could not be brought up to date.
    #[error("the database's schema could not be brought up to date")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// The database refused a statement: a mistake in this crate, or a database without the migrations.
    #[error("the database refused a statement")]
    Refused(#[source] sqlx::Error),
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn conflict(entity: &'static str, id: impl Into<String>) -> Self {
        Self::Conflict { entity, id: id.into() }
    }

    /// Whether the same call may work later.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if dialect::is_unavailable(&error) {
            return Self::Unavailable(error);
        }
        if let Some(database) = error.as_database_error() {
            if database.is_unique_violation() {
                return Self::Duplicate { what: dialect::duplicate_of(database) };
            }
            if database.is_foreign_key_violation() {
                return Self::Reference { table: database.table().map_or("row", dialect::table_name) };
            }
        }
        Self::Refused(error)
    }
}

impl From<sqlx::migrate::MigrateError> for Error {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::Execute(error) if dialect::is_unavailable(&error) => Self::Unavailable(error),
            error => Self::Migration(error),
        }
    }
}
