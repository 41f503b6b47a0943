//! Sign-in with OpenID Connect: authorization code, PKCE, state and nonce, and every check that the specification asks
//! of a relying party (OpenID Connect Core 1.0, section 3.1.3.7; RFC 9207).

mod begin;
mod claims;
mod discovery;
mod failure;
mod redeem;
mod sign_out;
mod verify;

use std::sync::Arc;
use std::time::Duration;

use domain::clock::Clock;
use openidconnect::reqwest;
use tokio_util::sync::CancellationToken;
use url::Url;

pub use begin::Secrets;
pub use claims::Identity;
pub use failure::SignInFailure;

use crate::config::{ConfigError, OidcClient};
use discovery::Discovery;

/// How long the start waits to hear from the provider.
const WAITED_FOR: Duration = Duration::from_secs(2);
/// How often a provider that was away at the start is asked again.
const ASKED_AGAIN: Duration = Duration::from_secs(15);
/// How long an answer of the provider may take.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// The provider, as the portal sees it. Clones share it.
#[derive(Clone, Debug)]
pub struct Oidc(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: OidcClient,
    redirect_uri: String,
    signed_out_uri: String,
    http: reqwest::Client,
    discovery: Discovery,
    clock: Arc<dyn Clock>,
}

impl Oidc {
    /// `public_url`: where the portal is. Nothing is fetched yet: the portal starts while the provider is down.
    pub fn new(client: OidcClient, public_url: &Url, clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        let http = reqwest::ClientBuilder::new()
            // A redirect of the token endpoint would carry the code to wherever it points.
            .redirect(reqwest::redirect::Policy::none())
            .timeout(ANSWERS_WITHIN)
            .build()
            .map_err(|e| ConfigError(format!("no HTTP client for the OIDC provider: {e}")))?;
        let at =
            |path: &str| public_url.join(path).map(String::from).map_err(|e| ConfigError(format!("public_url: {e}")));
        let discovery = Discovery::new(&client.issuer, http.clone(), Arc::clone(&clock))?;
        Ok(Self(Arc::new(Inner {
            redirect_uri: at("/auth/callback")?,
            signed_out_uri: at("/auth/signed-out")?,
            client,
            http,
            discovery,
            clock,
        })))
    }

    /// Asks the provider about itself before anybody signs in, so that pages name its origins in their policy, and asks again
    /// while it cannot be reached. Waits for a provider that answers at once, and leaves a slow one to itself.
    pub async fn get_to_know(&self, shutdown: CancellationToken) {
        let oidc = self.clone();
        let known = tokio::spawn(async move {
            while !shutdown.is_cancelled() && oidc.0.discovery.provider().await.is_err() {
                tokio::select! {
                    () = tokio::time::sleep(ASKED_AGAIN) => {}
                    () = shutdown.cancelled() => {}
                }
            }
        });
        // Whatever comes of it, the portal serves.
        let _ = tokio::time::timeout(WAITED_FOR, known).await;
    }

    /// The origins that a form of the portal may lead to by way of the provider, for `form-action` of the CSP.
    pub fn form_origins(&self) -> Vec<String> {
        let mut origins = self.0.client.redirect_origins.clone();
        match self.0.discovery.known() {
            Some(provider) => {
                origins.push(provider.authorization_endpoint().url().origin().ascii_serialization());
                if let Some(end) = provider.additional_metadata().end_session_endpoint.as_ref() {
                    origins.push(end.origin().ascii_serialization());
                }
            }
            None => origins.extend(Url::parse(&self.0.client.issuer).map(|url| url.origin().ascii_serialization())),
        }
        origins.sort();
        origins.dedup();
        origins
    }

    /// Whether the provider can be found, for `doctor`: the address of its authorization endpoint.
    pub async fn check(&self) -> Result<String, SignInFailure> {
        Ok(self.0.discovery.provider().await?.authorization_endpoint().to_string())
    }
}
