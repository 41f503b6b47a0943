use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use store::Limits;

use super::value::number;
use super::{ConfigError, secret};

/// Where everything is kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite:PATH?mode=rwc` or `postgres://USER:PASSWORD@HOST/NAME`.
    url: Option<SecretString>,
    url_file: Option<PathBuf>,
    /// Connections that this process opens at most (Postgres): 2 to 1000.
    #[serde(deserialize_with = "number")]
    max_connections: u32,
    /// Seconds after which the server gives a statement up (Postgres): 1 to 3600.
    #[serde(deserialize_with = "number")]
    statement_timeout: u32,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: None, url_file: None, max_connections: 20, statement_timeout: 30 }
    }
}

impl Database {
    /// The URL; a SQLite file in the working folder when none is set.
    pub fn url(&self) -> Result<SecretString, ConfigError> {
        Ok(secret::read("database.url", self.url.as_ref(), self.url_file.as_ref())?
            .unwrap_or_else(|| SecretString::from("sqlite:studiogate.db?mode=rwc")))
    }

    /// Whether it is a server, which other processes use too.
    pub fn is_server(&self) -> Result<bool, ConfigError> {
        Ok(!self.url()?.expose_secret().starts_with("sqlite:"))
    }

    /// How much of a server this process may use.
    pub fn limits(&self) -> Result<Limits, ConfigError> {
        let limited = |name: &str, value: u32, range: RangeInclusive<u32>| {
            if range.contains(&value) {
                return Ok(value);
            }
            Err(ConfigError(format!("database.{name} is {} to {}, not {value}", range.start(), range.end())))
        };
        Ok(Limits {
            max_connections: limited("max_connections", self.max_connections, 2..=1_000)?,
            statement_timeout: Duration::from_secs(
                limited("statement_timeout", self.statement_timeout, 1..=3_600)?.into(),
            ),
        })
    }
}
