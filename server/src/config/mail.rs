use std::path::PathBuf;

use deliver::{MailSettings, Mailer, Tls};
use secrecy::SecretString;
use serde::Deserialize;

use super::{ConfigError, secret};

/// How mail leaves the portal. Without a server none does, and people read what they are told in the portal.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// `smtp.example.com` or `smtp.example.com:2525`; by default port 587, with `tls = "implicit"` 465. One setting: as a
    /// variable, `..._MAIL_PORT` is what Kubernetes sets for a service of that name.
    server: Option<String>,
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
            server: None,
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
    /// What sends it; `None` where no server is set.
    pub fn mailer(&self) -> Result<Option<Mailer>, ConfigError> {
        let password = secret::read("mail.password", self.password.as_ref(), self.password_file.as_ref())?;
        let Some(server) = self.server.as_deref().map(str::trim).filter(|server| !server.is_empty()) else {
            let set = [
                ("from", self.from.is_some()),
                ("username", self.username.is_some()),
                ("password", password.is_some()),
            ];
            return match set.iter().find(|(_, set)| *set) {
                Some((name, _)) => Err(ConfigError(format!("mail.{name} is set, and mail.server is not"))),
                None => Ok(None),
            };
        };
        let tls = match self.tls.as_str() {
            "starttls" => Tls::StartTls,
            "implicit" => Tls::Implicit,
            "none" => Tls::Plain,
            other => return Err(ConfigError(format!("mail.tls is starttls, implicit or none, not {other:?}"))),
        };
        let (host, port) = host_and_port(server)?;
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

/// An IPv6 address with a port stands in brackets.
fn host_and_port(server: &str) -> Result<(String, Option<u16>), ConfigError> {
    let wrong = || {
        ConfigError(format!("mail.server is a host, or a host and a port as in smtp.example.com:2525, not {server:?}"))
    };
    let (host, port) = match server.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, rest)) => (host, rest.strip_prefix(':')),
        None if server.matches(':').count() > 1 => (server, None),
        None => server.split_once(':').map_or((server, None), |(host, port)| (host, Some(port))),
    };
    if host.is_empty() || host.contains(['/', '@']) || host.contains(char::is_whitespace) {
        return Err(wrong());
    }
    let port = port.map(str::parse).transpose().map_err(|_| wrong())?;
    Ok((host.to_owned(), port))
}

/// The certificates in a file.
pub(super) fn read_authorities(name: &str, file: Option<&PathBuf>) -> Result<Option<Vec<u8>>, ConfigError> {
    let Some(file) = file else { return Ok(None) };
    let read = std::fs::read(file);
    read.map(Some).map_err(|e| ConfigError(format!("{name}: {} cannot be read: {e}", file.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_host_or_a_host_and_a_port() {
        let read = |text: &str| host_and_port(text).ok();
        assert_eq!(read("smtp.example.com"), Some(("smtp.example.com".into(), None)));
        assert_eq!(read("smtp.example.com:2525"), Some(("smtp.example.com".into(), Some(2525))));
        assert_eq!(read("[::1]:25"), Some(("::1".into(), Some(25))));
        assert_eq!(read("::1"), Some(("::1".into(), None)));
        for wrong in [":25", "smtp.example.com:", "smtp.example.com:99999", "smtp://smtp.example.com", "a b", "me@smtp"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
