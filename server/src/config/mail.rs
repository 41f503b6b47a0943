use std::path::PathBuf;

use deliver::{MailSettings, Mailer, Tls};
use secrecy::SecretString;
use serde::Deserialize;

use super::value::number;
use super::{ConfigError, secret};

/// How mail leaves the portal. Without a host none does, and people read what they are told in the portal.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    host: Option<String>,
    /// By default 587, with `tls = "implicit"` 465.
    #[serde(deserialize_with = "number")]
    port: u32,
    /// `starttls`, `implicit`, or `none` on loopback.
    tls: String,
    username: Option<String>,
    password: Option<SecretString>,
    password_file: Option<PathBuf>,
    /// `Studiogate <studiogate@example.com>`.
    from: Option<String>,
    /// Certificates, as PEM, of authorities that are trusted besides the system's.
    ca_file: Option<PathBuf>,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            host: None,
            port: 0,
            tls: "starttls".to_owned(),
            username: None,
            password: None,
            password_file: None,
            from: None,
            ca_file: None,
        }
    }
}

impl Mail {
    /// What sends it; `None` where no host is set.
    pub fn mailer(&self) -> Result<Option<Mailer>, ConfigError> {
        let password = secret::read("mail.password", self.password.as_ref(), self.password_file.as_ref())?;
        let Some(host) = self.host.clone().filter(|host| !host.trim().is_empty()) else {
            let set = [
                ("from", self.from.is_some()),
                ("username", self.username.is_some()),
                ("password", password.is_some()),
            ];
            return match set.iter().find(|(_, set)| *set) {
                Some((name, _)) => Err(ConfigError(format!("mail.{name} is set, and mail.host is not"))),
                None => Ok(None),
            };
        };
        let tls = match self.tls.as_str() {
            "starttls" => Tls::StartTls,
            "implicit" => Tls::Implicit,
            "none" => Tls::Plain,
            other => return Err(ConfigError(format!("mail.tls is starttls, implicit or none, not {other:?}"))),
        };
        let port = match self.port {
            0 => None,
            port => Some(u16::try_from(port).map_err(|_| ConfigError(format!("mail.port is no port: {port}")))?),
        };
        let credentials = match (self.username.clone(), password) {
            (Some(username), Some(password)) => Some((username, password)),
            (None, None) => None,
            (Some(_), None) => return Err(ConfigError("mail.username is set, and mail.password is not".to_owned())),
            (None, Some(_)) => return Err(ConfigError("mail.password is set, and mail.username is not".to_owned())),
        };
        let from = self.from.clone().ok_or_else(|| {
            ConfigError("mail.from is not set: the sender, as in Studiogate <studiogate@example.com>".to_owned())
        })?;
        let authorities = read_authorities("mail.ca_file", self.ca_file.as_ref())?;
        let settings = MailSettings { host, port, tls, credentials, from, authorities };
        Mailer::new(&settings).map(Some).map_err(|e| ConfigError(format!("mail: {e}")))
    }
}

/// The certificates in a file.
pub(super) fn read_authorities(name: &str, file: Option<&PathBuf>) -> Result<Option<Vec<u8>>, ConfigError> {
    let Some(file) = file else { return Ok(None) };
    let read = std::fs::read(file);
    read.map(Some).map_err(|e| ConfigError(format!("{name}: {} cannot be read: {e}", file.display())))
}
