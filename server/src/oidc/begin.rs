//! Sending somebody to the provider.

use openidconnect::core::CoreAuthenticationFlow;
use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge, PkceCodeVerifier, Scope};
use url::Url;

use super::Oidc;
use super::failure::SignInFailure;
use crate::sessions::PendingLogin;

/// What makes one sign-in differ from every other; drawn at random.
#[derive(Clone)]
pub struct Secrets {
    pub state: String,
    pub nonce: String,
    /// 43 to 128 characters of `[A-Za-z0-9._~-]` (RFC 7636, section 4.1).
    pub pkce_verifier: String,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(redacted)")
    }
}

impl Oidc {
    /// Where the browser goes, and what its answer will be compared with.
    pub async fn begin(&self, secrets: Secrets, return_to: String) -> Result<(Url, PendingLogin), SignInFailure> {
        let provider = self.0.discovery.provider().await?;
        let challenge =
            PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(secrets.pkce_verifier.clone()));
        let client = self.client(&provider)?;
        let (state, nonce) = (secrets.state.clone(), secrets.nonce.clone());
        let mut request = client.authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(state),
            move || Nonce::new(nonce),
        );
        for scope in self.0.client.scopes.iter().filter(|scope| *scope != "openid") {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        let (url, _, _) = request.set_pkce_challenge(challenge).url();
        let login = PendingLogin {
            state: secrets.state,
            nonce: secrets.nonce,
            pkce_verifier: secrets.pkce_verifier,
            return_to,
            began_at: self.0.clock.now(),
        };
        Ok((url, login))
    }
}
