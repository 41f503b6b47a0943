use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use url::{Host, Url};

use super::value::list;
use super::{ConfigError, secret};

/// The OpenID Connect provider that people sign in with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Oidc {
    /// Exactly as the provider writes it in its tokens.
    issuer: Option<String>,
    client_id: Option<String>,
    client_secret: Option<SecretString>,
    client_secret_file: Option<PathBuf>,
    /// The claim with the names of the person's groups: of the ID token, or of userinfo.
    pub groups_claim: String,
    #[serde(deserialize_with = "list")]
    scopes: Vec<String>,
    /// Origins that the provider redirects through before it shows a page: they go into `form-action` of the CSP.
    #[serde(deserialize_with = "list")]
    pub redirect_origins: Vec<String>,
}

impl Default for Oidc {
    fn default() -> Self {
        Self {
            issuer: None,
            client_id: None,
            client_secret: None,
            client_secret_file: None,
            groups_claim: "groups".to_owned(),
            scopes: ["openid", "profile", "email"].map(str::to_owned).to_vec(),
            redirect_origins: Vec::new(),
        }
    }
}

/// What the sign-in needs, checked.
#[derive(Clone, Debug)]
pub struct OidcClient {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Option<SecretString>,
    pub groups_claim: String,
    pub scopes: Vec<String>,
    pub redirect_origins: Vec<String>,
}

impl Oidc {
    /// Issuer and client, which have no default.
    pub fn client(&self) -> Result<OidcClient, ConfigError> {
        let needed = |name: &str, value: &Option<String>| {
            value
                .clone()
                .filter(|value| !value.is_empty())
                .ok_or_else(|| ConfigError(format!("oidc.{name} is not set")))
        };
        let issuer = needed("issuer", &self.issuer)?;
        let url = Url::parse(&issuer).map_err(|e| ConfigError(format!("oidc.issuer {issuer:?} is no URL: {e}")))?;
        if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
            return Err(ConfigError(format!(
                "oidc.issuer {issuer} is not https: only a provider on loopback may be http"
            )));
        }
        let mut scopes = self.scopes.clone();
        if !scopes.iter().any(|scope| scope == "openid") {
            scopes.insert(0, "openid".to_owned());
        }
        Ok(OidcClient {
            issuer,
            client_id: needed("client_id", &self.client_id)?,
            client_secret: secret::read(
                "oidc.client_secret",
                self.client_secret.as_ref(),
                self.client_secret_file.as_ref(),
            )?,
            groups_claim: self.groups_claim.clone(),
            scopes,
            redirect_origins: self.redirect_origins.clone(),
        })
    }
}

/// Whether the URL never leaves this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
