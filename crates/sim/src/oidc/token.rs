//! The token endpoint, and what tokens say.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode, header};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::key::KeyError;
use super::personas::Persona;
use super::provider::{CLIENT_ID, CLIENT_SECRET, Code, Misbehaviour, Provider};
use crate::signature::mac;

/// Seconds that an ID token is valid.
const ID_TOKEN_LIFE: i64 = 600;

fn refuse(status: StatusCode, error: &str, description: &str) -> Response {
    let body = Json(json!({ "error": error, "error_description": description }));
    (status, [(header::CACHE_CONTROL, "no-store")], body).into_response()
}

/// Client id and secret from `Authorization: Basic` or from the form.
fn client(headers: &HeaderMap, fields: &BTreeMap<String, String>) -> Option<(String, String)> {
    let basic = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Basic "));
    if let Some(basic) = basic {
        let text = String::from_utf8(STANDARD.decode(basic).ok()?).ok()?;
        let (id, secret) = text.split_once(':')?;
        // Both are form-encoded first (RFC 6749, section 2.3.1).
        let plain = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        return Some((plain(id), plain(secret)));
    }
    Some((fields.get("client_id")?.clone(), fields.get("client_secret")?.clone()))
}

/// `POST /token`.
pub(super) async fn token(
    State(provider): State<Provider>,
    headers: HeaderMap,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    if client(&headers, &fields) != Some((CLIENT_ID.to_owned(), CLIENT_SECRET.to_owned())) {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client", "client id or secret is wrong");
    }
    let get = |key: &str| fields.get(key).map(String::as_str).unwrap_or_default();
    if get("grant_type") != "authorization_code" {
        return refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type", "only authorization_code is offered");
    }
    let Some(code) = provider.redeem(get("code")) else {
        return refuse(StatusCode::BAD_REQUEST, "invalid_grant", "the code is unknown, used or too old");
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(get("code_verifier")));
    if code.redirect_uri != get("redirect_uri") || code.challenge != challenge {
        return refuse(StatusCode::BAD_REQUEST, "invalid_grant", "the code was asked for by somebody else");
    }
    let access_token = provider.issue_access_token(code.persona);
    let made = {
        let (provider, access_token, code) = (provider.clone(), access_token.clone(), code.clone());
        tokio::task::spawn_blocking(move || id_token(&provider, &code, &access_token)).await
    };
    match made {
        Ok(Ok(id_token)) => {
            let body = json!({
                "access_token": access_token,
                "token_type": "Bearer",
                "expires_in": 3600,
                "id_token": id_token,
                "scope": code.scope,
            });
            ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
        }
        Ok(Err(error)) => refuse(StatusCode::INTERNAL_SERVER_ERROR, "server_error", &error.to_string()),
        Err(_) => refuse(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "no token could be made"),
    }
}

/// The claims about a person, without `sub`.
pub(super) fn person(provider: &Provider, persona: &Persona) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("name".into(), json!(persona.name));
    claims.insert("preferred_username".into(), json!(persona.subject));
    claims.insert("email".into(), json!(persona.email));
    claims.insert("email_verified".into(), json!(true));
    if !provider.misbehaves(Misbehaviour::MissingGroups) {
        claims.insert("groups".into(), json!(persona.groups));
    }
    if provider.misbehaves(Misbehaviour::ControlCharacters) {
        claims.insert("name".into(), json!(format!("{}\0", persona.name)));
        claims.insert("groups".into(), json!([persona.groups, &["platform-\0admins"]].concat()));
    }
    claims
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn id_token(provider: &Provider, code: &Code, access_token: &str) -> Result<String, KeyError> {
    use Misbehaviour as M;
    let bad = |m: M| provider.misbehaves(m);
    let now = provider.now().timestamp();
    let (issued, expires) = if bad(M::Expired) {
        (now - 2 * ID_TOKEN_LIFE, now - ID_TOKEN_LIFE)
    } else if bad(M::IssuedInFuture) {
        (now + 3600, now + 3600 + ID_TOKEN_LIFE)
    } else {
        (now, now + ID_TOKEN_LIFE)
    };
    let mut claims = person(provider, code.persona);
    claims.insert(
        "iss".into(),
        json!(if bad(M::WrongIssuer) { "https://another-issuer.example".into() } else { provider.issuer() }),
    );
    claims.insert("sub".into(), json!(code.persona.subject));
    claims.insert("aud".into(), json!(if bad(M::WrongAudience) { "another-client" } else { CLIENT_ID }));
    if bad(M::WrongAuthorizedParty) {
        claims.insert("aud".into(), json!([CLIENT_ID, "another-client"]));
        claims.insert("azp".into(), json!("another-client"));
    }
    claims.insert("iat".into(), json!(issued));
    claims.insert("auth_time".into(), json!(issued));
    claims.insert("exp".into(), json!(expires));
    let hash = Sha256::digest(access_token);
    claims.insert("at_hash".into(), json!(URL_SAFE_NO_PAD.encode(&hash[..16])));
    if let Some(nonce) = code.nonce.as_deref().filter(|_| !bad(M::MissingNonce)) {
        claims.insert("nonce".into(), json!(if bad(M::WrongNonce) { "another-nonce" } else { nonce }));
    }

    let key = provider.key()?;
    let algorithm = if bad(M::AlgNone) {
        "none"
    } else if bad(M::AlgHs256) {
        "HS256"
    } else {
        "RS256"
    };
    let kind = if bad(M::WrongType) { "at+jwt" } else { "JWT" };
    let id = if bad(M::UnknownKeyId) { "no-such-key" } else { &key.id };
    let signed =
        format!("{}.{}", part(&json!({ "alg": algorithm, "typ": kind, "kid": id })), part(&Value::Object(claims)));
    let signature = if bad(M::AlgNone) {
        Vec::new()
    } else if bad(M::AlgHs256) {
        let modulus = key.jwk()["n"].as_str().unwrap_or_default().to_owned();
        mac(modulus.as_bytes(), signed.as_bytes()).unwrap_or_default()
    } else if bad(M::WrongSignature) {
        key.sign(b"something else")?
    } else if bad(M::WrongKey) {
        provider.foreign_key()?.sign(signed.as_bytes())?
    } else {
        key.sign(signed.as_bytes())?
    };
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}
