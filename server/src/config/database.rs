use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use super::{ConfigError, secret};

/// Where everything is kept.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite:PATH?mode=rwc` or `postgres://USER:PASSWORD@HOST/NAME`.
    url: Option<SecretString>,
    url_file: Option<PathBuf>,
}

impl Database {
    /// The URL; a SQLite file in the working folder when none is set.
    pub fn url(&self) -> Result<SecretString, ConfigError> {
        Ok(secret::read("database.url", self.url.as_ref(), self.url_file.as_ref())?
            .unwrap_or_else(|| SecretString::from("sqlite:studiogate.db?mode=rwc")))
    }
}
