//! OpenID Connect RP-Initiated Logout 1.0.

use url::Url;

use super::Oidc;

impl Oidc {
    /// Where the browser goes to sign out at the provider too; `None` when the provider offers no such thing.
    pub async fn end_session_url(&self, id_token: Option<&str>) -> Option<Url> {
        let provider = self.0.discovery.provider().await.ok()?;
        let mut url = provider.additional_metadata().end_session_endpoint.clone()?;
        {
            let mut query = url.query_pairs_mut();
            if let Some(token) = id_token {
                query.append_pair("id_token_hint", token);
            }
            query.append_pair("client_id", &self.0.client.client_id);
            query.append_pair("post_logout_redirect_uri", &self.0.signed_out_uri);
        }
        Some(url)
    }

    /// Where the provider sends the browser back to.
    pub fn signed_out_uri(&self) -> &str {
        &self.0.signed_out_uri
    }
}
