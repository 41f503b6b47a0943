use control_plane::StudioSessionCaps;
use domain::studio::{PresignedUrlTtl, StudioSessionDuration};
use serde::Deserialize;

use super::ConfigError;
use super::value::{list, number};

/// The limits of opening Studio.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Studio {
    /// Seconds that the link lives: 5 to 300. AWS does not let it be set for notebook instances.
    #[serde(deserialize_with = "number")]
    presigned_url_ttl: u32,
    /// The longest session per stage, in seconds: 1800 to 43200.
    #[serde(deserialize_with = "number")]
    session_sandbox: u32,
    #[serde(deserialize_with = "number")]
    session_dev: u32,
    #[serde(deserialize_with = "number")]
    session_preprod: u32,
    #[serde(deserialize_with = "number")]
    session_prod: u32,
    /// Origins that launches lead to, beyond AWS's own for the configured regions.
    #[serde(deserialize_with = "list")]
    pub origins: Vec<String>,
}

impl Default for Studio {
    fn default() -> Self {
        Self {
            presigned_url_ttl: 30,
            session_sandbox: 43_200,
            session_dev: 43_200,
            session_preprod: 14_400,
            session_prod: 3_600,
            origins: Vec::new(),
        }
    }
}

impl Studio {
    pub fn presigned_url_ttl(&self) -> Result<PresignedUrlTtl, ConfigError> {
        PresignedUrlTtl::try_from(self.presigned_url_ttl)
            .map_err(|e| ConfigError(format!("studio.presigned_url_ttl: {e}")))
    }

    pub fn session_caps(&self) -> Result<StudioSessionCaps, ConfigError> {
        let cap = |name: &str, seconds: u32| {
            StudioSessionDuration::try_from(seconds).map_err(|e| ConfigError(format!("studio.session_{name}: {e}")))
        };
        Ok(StudioSessionCaps {
            sandbox: cap("sandbox", self.session_sandbox)?,
            dev: cap("dev", self.session_dev)?,
            pre_prod: cap("preprod", self.session_preprod)?,
            prod: cap("prod", self.session_prod)?,
        })
    }
}
