use std::net::Ipv6Addr;
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

/// A name, a name after `*.`, or an IPv6 address in brackets; no port.
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let name = host.strip_prefix("*.").unwrap_or(host);
    name.split('.').all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
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
            if !is_host(&host) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_without_scheme_port_or_path() {
        for host in ["hooks.slack.com", "*.example.com", "localhost", "127.0.0.1", "[::1]"] {
            assert!(is_host(host), "{host}");
        }
        for wrong in
            ["", "*", "*.", "https://hooks.slack.com", "hooks.slack.com:443", "hooks.slack.com/x", "a..b", "[x]"]
        {
            assert!(!is_host(wrong), "{wrong}");
        }
    }
}
