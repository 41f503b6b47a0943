use domain::person::PersonKey;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreErrorResponseType,
    CoreGenderClaim, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AdditionalProviderMetadata, Client, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, IdToken, IdTokenClaims, IdTokenFields, ProviderMetadata, StandardErrorResponse, StandardTokenResponse,
    UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

/// What a provider publishes beyond OpenID Connect Discovery 1.0.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Extensions {
    /// OpenID Connect RP-Initiated Logout 1.0.
    pub(super) end_session_endpoint: Option<Url>,
    /// RFC 9207.
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Extensions {}

/// Every claim beyond the standard ones: which of them holds the groups is configured.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct OtherClaims(pub(super) Map<String, Value>);

impl AdditionalClaims for OtherClaims {}

pub(super) type Metadata = ProviderMetadata<
    Extensions,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;
pub(super) type Token =
    IdToken<OtherClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
pub(super) type Claims = IdTokenClaims<OtherClaims, CoreGenderClaim>;
pub(super) type UserInfo = UserInfoClaims<OtherClaims, CoreGenderClaim>;
type Fields = IdTokenFields<
    OtherClaims,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
pub(super) type Tokens = StandardTokenResponse<Fields, CoreTokenType>;
/// A client made of discovered metadata.
pub(super) type DiscoveredClient = Client<
    OtherClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Who signed in, as the provider states it.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    pub person: PersonKey,
    pub display_name: String,
    pub email: Option<String>,
    /// `None`: the provider sent no such claim.
    pub groups: Option<Vec<String>>,
    /// The token itself, for the sign-out.
    pub id_token: String,
}

impl std::fmt::Debug for Identity {
    /// Who it is, and nothing that could be used as them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("person", &self.person).finish_non_exhaustive()
    }
}

/// What is taken from an ID token or from userinfo.
#[derive(Clone, Debug, Default)]
pub(super) struct Stated {
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) groups: Option<Vec<String>>,
}

impl Stated {
    pub(super) fn of_token(claims: &Claims, groups_claim: &str) -> Self {
        Self {
            name: claims
                .name()
                .and_then(|name| name.get(None))
                .map(|name| name.to_string())
                .or_else(|| claims.preferred_username().map(|name| name.to_string())),
            email: claims.email().map(|email| email.to_string()),
            groups: groups(&claims.additional_claims().0, groups_claim),
        }
    }

    pub(super) fn of_userinfo(claims: &UserInfo, groups_claim: &str) -> Self {
        Self {
            name: claims
                .name()
                .and_then(|name| name.get(None))
                .map(|name| name.to_string())
                .or_else(|| claims.preferred_username().map(|name| name.to_string())),
            email: claims.email().map(|email| email.to_string()),
            groups: groups(&claims.additional_claims().0, groups_claim),
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.name.is_some() && self.email.is_some() && self.groups.is_some()
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self { name: self.name.or(other.name), email: self.email.or(other.email), groups: self.groups.or(other.groups) }
    }
}

/// The groups in a claim: an array of texts, or one text. A name with dots leads into objects, where there is no claim of
/// that very name: `realm_access.roles`.
fn groups(claims: &Map<String, Value>, name: &str) -> Option<Vec<String>> {
    let Some(value) = claims.get(name) else {
        let (first, rest) = name.split_once('.')?;
        return groups(claims.get(first)?.as_object()?, rest);
    };
    match value {
        Value::String(group) => Some(vec![group.clone()]),
        Value::Array(items) => Some(items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(claims: &Value, name: &str) -> Option<Vec<String>> {
        groups(claims.as_object().unwrap(), name)
    }

    #[test]
    fn an_identity_never_shows_its_token() {
        let identity = Identity {
            person: PersonKey { issuer: "https://idp.example".into(), subject: "ada".into() },
            display_name: "Ada".into(),
            email: Some("ada@example.com".into()),
            groups: None,
            id_token: "header.payload.signature".into(),
        };
        let shown = format!("{identity:?}");
        assert!(shown.contains("ada") && !shown.contains("payload") && !shown.contains("example.com\""), "{shown}");
    }

    #[test]
    fn groups_are_found_where_providers_put_them() {
        assert_eq!(of(&json!({"groups": ["a", "b"]}), "groups"), Some(vec!["a".into(), "b".into()]));
        assert_eq!(of(&json!({"groups": "a"}), "groups"), Some(vec!["a".into()]));
        assert_eq!(of(&json!({"groups": []}), "groups"), Some(vec![]));
        assert_eq!(of(&json!({"realm_access": {"roles": ["a"]}}), "realm_access.roles"), Some(vec!["a".into()]));
        assert_eq!(
            of(&json!({"https://example.com/groups": ["a"]}), "https://example.com/groups"),
            Some(vec!["a".into()])
        );
        assert_eq!(of(&json!({}), "groups"), None);
        assert_eq!(of(&json!({"groups": null}), "groups"), None);
    }
}
