use domain::organization::ScpLimits;
use serde::Deserialize;

use super::ConfigError;
use super::value::number;

/// What AWS Organizations allows this organization. AWS can raise both quotas.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Organization {
    /// Characters of a service control policy, white space included.
    #[serde(deserialize_with = "number")]
    scp_characters: u32,
    /// Service control policies attached to one root, organizational unit or account.
    #[serde(deserialize_with = "number")]
    scp_per_node: u32,
}

impl Default for Organization {
    fn default() -> Self {
        Self { scp_characters: 10_240, scp_per_node: 10 }
    }
}

impl Organization {
    pub fn scp_limits(&self) -> Result<ScpLimits, ConfigError> {
        let limited = |name: &str, value: u32, least: u32, most: u32| {
            if !(least..=most).contains(&value) {
                return Err(ConfigError(format!("organization.{name} is {least} to {most}, not {value}")));
            }
            usize::try_from(value).map_err(|_| ConfigError(format!("organization.{name} is too large")))
        };
        Ok(ScpLimits {
            // A draft holds the document before and after.
            characters: limited("scp_characters", self.scp_characters, 1_000, 20_480)?,
            per_node: limited("scp_per_node", self.scp_per_node, 1, 100)?,
        })
    }
}
