use std::path::PathBuf;

use deliver::Webhooks as Sender;
use serde::Deserialize;

use super::ConfigError;
use super::mail::read_authorities;
use super::value::list;

/// Where admins may have events sent. Without hosts there are no webhooks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Webhooks {
    /// `hooks.slack.com`, or `*.example.com` for all names below.
    #[serde(deserialize_with = "list")]
    hosts: Vec<String>,
    /// Certificates, as PEM, of authorities that are trusted besides those of the public web.
    ca_file: Option<PathBuf>,
}

impl Webhooks {
    /// What sends them; `None` where no host is allowed.
    pub fn sender(&self) -> Result<Option<Sender>, ConfigError> {
        if self.hosts.is_empty() {
            return Ok(None);
        }
        let mut hosts = Vec::new();
        for host in &self.hosts {
            let host = host.trim().to_ascii_lowercase();
            let name = host.strip_prefix("*.").unwrap_or(&host);
            let good = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b));
            if !good || name.starts_with('.') || host.contains("//") {
                return Err(ConfigError(format!(
                    "webhooks.hosts: {host:?} is no host, as hooks.slack.com is one, or *.example.com"
                )));
            }
            hosts.push(host);
        }
        let authorities = read_authorities("webhooks.ca_file", self.ca_file.as_ref())?;
        Sender::new(hosts, authorities.as_deref()).map(Some).map_err(|e| ConfigError(format!("webhooks: {e}")))
    }
}
