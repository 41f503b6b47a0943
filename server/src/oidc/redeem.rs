//! The provider's answer, turned into an identity.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::problem::chain;
use domain::text;
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, ConfigurationError, OAuth2TokenResponse as _, PkceCodeVerifier,
    RedirectUrl, RequestTokenError, TokenResponse as _, UserInfoError,
};
use secrecy::ExposeSecret as _;

use super::Oidc;
use super::claims::{Claims, DiscoveredClient, Identity, Metadata, Stated, Tokens, UserInfo};
use super::failure::SignInFailure;
use super::verify;
use crate::sessions::{LOGIN_WITHIN, PendingLogin};

impl Oidc {
    pub(super) fn client(&self, provider: &Metadata) -> Result<DiscoveredClient, SignInFailure> {
        let config = &self.0.client;
        let secret = config.client_secret.as_ref().map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
        let redirect = RedirectUrl::new(self.0.redirect_uri.clone())
            .map_err(|e| SignInFailure::Unreachable(format!("the redirect URI is no URL: {e}")))?;
        let client =
            DiscoveredClient::from_provider_metadata(provider.clone(), ClientId::new(config.client_id.clone()), secret);
        Ok(client.set_redirect_uri(redirect))
    }

    /// Checks the parameters of the authorization response; then redeems the code, and checks all that comes back.
    pub async fn redeem(
        &self,
        login: PendingLogin,
        response: &BTreeMap<String, String>,
    ) -> Result<Identity, SignInFailure> {
        let provider = self.0.discovery.provider().await?;
        let expects_issuer = provider.additional_metadata().authorization_response_iss_parameter_supported;
        verify::response_issuer(response.get("iss").map(String::as_str), provider.issuer().as_str(), expects_issuer)?;
        if let Some(error) = response.get("error") {
            let description = response.get("error_description").cloned().unwrap_or_default();
            return Err(SignInFailure::Refused { error: printable(error), description: printable(&description) });
        }
        if self.0.clock.now() - login.began_at > LOGIN_WITHIN {
            return Err(SignInFailure::TooLate);
        }
        let code = response.get("code").filter(|code| !code.is_empty()).ok_or(SignInFailure::MissingCode)?;
        let client = self.client(&provider)?;
        let tokens = self.exchange(&client, code, login.pkce_verifier).await?;
        let (provider, claims) = self.verified(provider, &tokens, &login.nonce).await?;
        self.identity(&provider, &tokens, &claims).await
    }

    async fn exchange(&self, client: &DiscoveredClient, code: &str, verifier: String) -> Result<Tokens, SignInFailure> {
        client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|e| SignInFailure::Unreachable(format!("the provider names no token endpoint: {e}")))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier))
            .request_async(&self.0.http)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(answer) => SignInFailure::CodeRefused(printable(&answer.to_string())),
                RequestTokenError::Request(error) => SignInFailure::Unreachable(chain(&error)),
                RequestTokenError::Parse(error, _) => {
                    SignInFailure::IdToken(format!("the answer of the token endpoint cannot be read: {error}"))
                }
                RequestTokenError::Other(why) => SignInFailure::CodeRefused(printable(&why)),
            })
    }

    /// The claims of the ID token. A token signed with a key that is not known yet is compared with the provider's present
    /// keys: providers change them.
    async fn verified(
        &self,
        provider: Arc<Metadata>,
        tokens: &Tokens,
        nonce: &str,
    ) -> Result<(Arc<Metadata>, Claims), SignInFailure> {
        let token = tokens.id_token().ok_or(SignInFailure::NoIdToken)?;
        let now = self.0.clock.now();
        let client_id = &self.0.client.client_id;
        let (provider, claims) = match verify::token(token, &provider, client_id, nonce, now) {
            Err(verify::TokenError::UnknownKey) => {
                let newer = self.0.discovery.newer_than(&provider).await?;
                let claims = verify::token(token, &newer, client_id, nonce, now)?;
                (newer, claims)
            }
            other => {
                let claims = other?;
                (provider, claims)
            }
        };
        verify::access_token(&claims, token, tokens.access_token(), provider.jwks())?;
        Ok((provider, claims))
    }

    async fn identity(&self, provider: &Metadata, tokens: &Tokens, claims: &Claims) -> Result<Identity, SignInFailure> {
        let groups_claim = &self.0.client.groups_claim;
        let mut stated = Stated::of_token(claims, groups_claim);
        if !stated.is_complete() && provider.userinfo_endpoint().is_some() {
            let userinfo = self.userinfo(provider, tokens, claims).await?;
            stated = stated.or(Stated::of_userinfo(&userinfo, groups_claim));
        }
        let subject = claims.subject().to_string();
        if text::forbidden(&subject).is_some() {
            return Err(SignInFailure::IdToken("its subject holds a control character".to_owned()));
        }
        let said = |claim: Option<String>| claim.as_deref().map(printable).filter(|text| !text.trim().is_empty());
        let email = said(stated.email);
        let display_name = said(stated.name).or_else(|| email.clone()).unwrap_or_else(|| subject.clone());
        Ok(Identity {
            person: domain::person::PersonKey { issuer: claims.issuer().as_str().to_owned(), subject },
            display_name,
            email,
            // Left out rather than cleaned: a group without its control character is another group.
            groups: stated.groups.map(|groups| groups.into_iter().filter(|g| text::forbidden(g).is_none()).collect()),
            id_token: tokens.id_token().map(ToString::to_string).unwrap_or_default(),
        })
    }

    async fn userinfo(&self, provider: &Metadata, tokens: &Tokens, claims: &Claims) -> Result<UserInfo, SignInFailure> {
        let client = self.client(provider)?;
        let request = client
            // The subject of userinfo has to be the ID token's (OpenID Connect Core 1.0, section 5.3.2).
            .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
            .map_err(|error: ConfigurationError| SignInFailure::Unreachable(chain(&error)))?;
        request.request_async(&self.0.http).await.map_err(|error| match error {
            UserInfoError::ClaimsVerification(error) => SignInFailure::UserInfo(verify::in_words(&error)),
            UserInfoError::Request(error) => SignInFailure::Unreachable(chain(&error)),
            error => SignInFailure::UserInfo(printable(&chain(&error))),
        })
    }
}

/// What somebody else wrote, fit for a page and a log line.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}
