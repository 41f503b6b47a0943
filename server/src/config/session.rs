use chrono::TimeDelta;
use serde::Deserialize;

use super::ConfigError;
use super::value::number;

/// How long people stay signed in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Session {
    /// Seconds without any request: 60 to 86400.
    #[serde(deserialize_with = "number")]
    idle: u32,
    /// Seconds after the sign-in, however busy: 300 to 86400.
    #[serde(deserialize_with = "number")]
    absolute: u32,
}

impl Default for Session {
    fn default() -> Self {
        Self { idle: 3_600, absolute: 43_200 }
    }
}

impl Session {
    pub fn idle(&self) -> Result<TimeDelta, ConfigError> {
        if self.idle > self.absolute {
            return Err(ConfigError(format!(
                "session.idle ({} seconds) is longer than session.absolute ({}): it would never be reached",
                self.idle, self.absolute
            )));
        }
        limited("session.idle", self.idle, 60)
    }

    pub fn absolute(&self) -> Result<TimeDelta, ConfigError> {
        limited("session.absolute", self.absolute, 300)
    }
}

fn limited(name: &str, seconds: u32, least: u32) -> Result<TimeDelta, ConfigError> {
    if (least..=86_400).contains(&seconds) {
        Ok(TimeDelta::seconds(seconds.into()))
    } else {
        Err(ConfigError(format!("{name} is {least} to 86400 seconds, not {seconds}")))
    }
}
