//! The checks of OpenID Connect Core 1.0, section 3.1.3.7, and those that the library leaves to its caller.

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use openidconnect::{
    AccessToken, AccessTokenHash, ClaimsVerificationError, ClientId, IdTokenVerifier, Nonce, SignatureVerificationError,
};

use super::claims::{Claims, Metadata, Token};
use super::failure::SignInFailure;

/// How far the provider's clock may be ahead.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// Signatures that only the provider can make: neither `none` nor those with a shared secret.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What is wrong with an ID token.
#[derive(Debug)]
pub(super) enum TokenError {
    /// Signed with a key that is not among those known: they may have changed.
    UnknownKey,
    Wrong(String),
}

impl From<TokenError> for SignInFailure {
    fn from(error: TokenError) -> Self {
        Self::IdToken(match error {
            TokenError::UnknownKey => "it is signed with a key that is not the provider's".to_owned(),
            TokenError::Wrong(why) => why,
        })
    }
}

/// RFC 9207: the response names the provider it comes from.
pub(super) fn response_issuer(found: Option<&str>, issuer: &str, required: bool) -> Result<(), SignInFailure> {
    match found {
        Some(found) if found == issuer => Ok(()),
        Some(found) => {
            Err(SignInFailure::ResponseIssuer(Some(found.chars().filter(|c| !c.is_control()).take(200).collect())))
        }
        None if required => Err(SignInFailure::ResponseIssuer(None)),
        None => Ok(()),
    }
}

/// Signature, type, issuer, audience, authorized party, nonce and times.
pub(super) fn token(
    token: &Token,
    provider: &Metadata,
    client_id: &str,
    nonce: &str,
    now: DateTime<Utc>,
) -> Result<Claims, TokenError> {
    let verifier: IdTokenVerifier<'_, CoreJsonWebKey> = IdTokenVerifier::new_public_client(
        ClientId::new(client_id.to_owned()),
        provider.issuer().clone(),
        provider.jwks().clone(),
    )
    .set_allowed_algs(ALGORITHMS)
    .set_time_fn(move || now)
    // Whether a further audience is acceptable is `azp`'s to say, below.
    .set_other_audience_verifier_fn(|_| true);
    let claims = token.claims(&verifier, &Nonce::new(nonce.to_owned())).map_err(|error| match &error {
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
            TokenError::UnknownKey
        }
        error => TokenError::Wrong(in_words(error)),
    })?;
    authorized_party(claims, client_id)?;
    if claims.issue_time() > now + LEEWAY {
        return Err(TokenError::Wrong("it was issued in the future".to_owned()));
    }
    if claims.subject().is_empty() || claims.subject().chars().count() > 255 {
        return Err(TokenError::Wrong("its subject is not 1 to 255 characters".to_owned()));
    }
    Ok(claims.clone())
}

/// `azp`: there when there is more than one audience, and this client whenever it is there.
fn authorized_party(claims: &Claims, client_id: &str) -> Result<(), TokenError> {
    match claims.authorized_party() {
        Some(party) if party.as_str() == client_id => Ok(()),
        Some(party) => Err(TokenError::Wrong(format!("it was made for the client {:?}", party.as_str()))),
        None if claims.audiences().len() > 1 => {
            Err(TokenError::Wrong("it has several audiences and does not say which client it was made for".to_owned()))
        }
        None => Ok(()),
    }
}

/// `at_hash`: the access token belongs to the ID token.
pub(super) fn access_token(
    claims: &Claims,
    token: &Token,
    access_token: &AccessToken,
    keys: &CoreJsonWebKeySet,
) -> Result<(), SignInFailure> {
    let Some(expected) = claims.access_token_hash() else { return Ok(()) };
    let wrong = |why: String| SignInFailure::IdToken(why);
    let verifier: IdTokenVerifier<'_, CoreJsonWebKey> =
        IdTokenVerifier::new_public_client(ClientId::new(String::new()), claims.issuer().clone(), keys.clone());
    let algorithm = token.signing_alg().map_err(|e| wrong(e.to_string()))?;
    let key = token.signing_key(&verifier).map_err(|e| wrong(e.to_string()))?;
    let found = AccessTokenHash::from_token(access_token, algorithm, key).map_err(|e| wrong(e.to_string()))?;
    if &found == expected { Ok(()) } else { Err(wrong("the access token is another one than it names".to_owned())) }
}

/// The library's finding, for a person.
pub(super) fn in_words(error: &ClaimsVerificationError) -> String {
    match error {
        ClaimsVerificationError::Expired(_) => "it has expired".to_owned(),
        ClaimsVerificationError::InvalidAudience(_) => "it was made for another client".to_owned(),
        ClaimsVerificationError::InvalidIssuer(_) => "it comes from another issuer".to_owned(),
        ClaimsVerificationError::InvalidNonce(_) => "it belongs to another sign-in".to_owned(),
        ClaimsVerificationError::InvalidSubject(_) => "it speaks of another person".to_owned(),
        ClaimsVerificationError::SignatureVerification(error) => match error {
            SignatureVerificationError::DisallowedAlg(_)
            | SignatureVerificationError::UnsupportedAlg(_)
            | SignatureVerificationError::NoSignature => "it is signed in a way that is not accepted".to_owned(),
            _ => "its signature is wrong".to_owned(),
        },
        ClaimsVerificationError::Unsupported(_) => "it is a kind of token that is not accepted".to_owned(),
        other => other.to_string().chars().filter(|c| !c.is_control()).take(200).collect(),
    }
}
