//! The demo OIDC provider, by the protocol.

use std::collections::BTreeMap;

use crate::common::{Harness, location, text};
use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{Request, Response};
use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sim::oidc::{CLIENT_ID, CLIENT_SECRET, Misbehaviour, PERSONAS};
use tower::ServiceExt;

const ISSUER: &str = "http://127.0.0.1:4568";
const CALLBACK: &str = "http://127.0.0.1:3000/auth/callback";
const VERIFIER: &str = "a-verifier-that-is-long-enough-for-the-specification";

async fn send(h: &Harness, request: Request<Body>) -> Response<Body> {
    h.aws.oidc_router().oneshot(request).await.unwrap()
}

async fn get(h: &Harness, uri: &str) -> Response<Body> {
    send(h, Request::get(uri).body(Body::empty()).unwrap()).await
}

async fn post(h: &Harness, uri: &str, fields: &[(&str, &str)], basic: Option<&str>) -> Response<Body> {
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut request = Request::post(uri).header("content-type", "application/x-www-form-urlencoded");
    if let Some(basic) = basic {
        request = request.header("authorization", format!("Basic {}", STANDARD.encode(basic)));
    }
    send(h, request.body(Body::from(form)).unwrap()).await
}

async fn json_of(response: Response<Body>) -> Value {
    serde_json::from_str(&text(response).await).unwrap()
}

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

fn asked<'a>(challenge: &'a str, persona: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("client_id", CLIENT_ID),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid profile email groups"),
        ("state", "st&te"),
        ("nonce", "n0nce"),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
        ("persona", persona),
    ]
}

/// Query of the redirect back to the portal.
async fn decide(h: &Harness, persona: &str) -> BTreeMap<String, String> {
    let response = post(h, "/authorize", &asked(&challenge(), persona), None).await;
    let to = url::Url::parse(&location(&response)).unwrap();
    assert!(to.as_str().starts_with(CALLBACK));
    to.query_pairs().into_owned().collect()
}

async fn redeem(h: &Harness, code: &str) -> Response<Body> {
    let fields =
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
    post(h, "/token", &fields, Some(&format!("{CLIENT_ID}:{CLIENT_SECRET}"))).await
}

fn decode(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// Header, claims, and whether the key set verifies the signature.
async fn read(h: &Harness, token: &str) -> (Value, Value, bool) {
    let parts: Vec<&str> = token.split('.').collect();
    let keys = json_of(get(h, "/jwks").await).await;
    let number =
        |key: &str| BigUint::from_bytes_be(&URL_SAFE_NO_PAD.decode(keys["keys"][0][key].as_str().unwrap()).unwrap());
    let key = RsaPublicKey::new(number("n"), number("e")).unwrap();
    let prefix: [u8; 19] = [48, 49, 48, 13, 6, 9, 96, 134, 72, 1, 101, 3, 4, 2, 1, 5, 0, 4, 32];
    let scheme = Pkcs1v15Sign { hash_len: Some(32), prefix: prefix.into() };
    let hash = Sha256::digest(format!("{}.{}", parts[0], parts[1]));
    let valid = key.verify(scheme, &hash, &URL_SAFE_NO_PAD.decode(parts[2]).unwrap()).is_ok();
    (decode(parts[0]), decode(parts[1]), valid)
}

async fn id_token(h: &Harness) -> (Value, Value, bool) {
    let back = decide(h, "fraud-scientist").await;
    let tokens = json_of(redeem(h, &back["code"]).await).await;
    read(h, tokens["id_token"].as_str().unwrap()).await
}

#[tokio::test]
async fn somebody_signs_in() {
    let h = Harness::new();
    let discovery = json_of(get(&h, "/.well-known/openid-configuration").await).await;
    assert_eq!(discovery["issuer"], ISSUER);
    assert_eq!(discovery["authorization_response_iss_parameter_supported"], true);

    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(asked(&challenge(), "")).finish();
    let page = get(&h, &format!("/authorize?{query}")).await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("form-action 'self' http://127.0.0.1:3000"), "{policy}");
    let html = text(page).await;
    for persona in PERSONAS {
        assert!(html.contains(&format!("<button name=\"persona\" value=\"{}\">", persona.subject)));
    }

    let back = decide(&h, "fraud-scientist").await;
    assert_eq!((back["state"].as_str(), back["iss"].as_str()), ("st&te", ISSUER));
    let response = redeem(&h, &back["code"]).await;
    assert_eq!(response.headers()["cache-control"], "no-store");
    let tokens = json_of(response).await;
    let (header, claims, valid) = read(&h, tokens["id_token"].as_str().unwrap()).await;
    assert!(valid);
    assert_eq!(header["alg"], "RS256");
    assert_eq!(
        (&claims["sub"], &claims["aud"], &claims["nonce"], &claims["groups"]),
        (&json!("fraud-scientist"), &json!(CLIENT_ID), &json!("n0nce"), &json!(["fraud-detection-members"]))
    );
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let who = send(&h, Request::get("/userinfo").header("authorization", bearer).body(Body::empty()).unwrap()).await;
    assert_eq!(json_of(who).await["sub"], "fraud-scientist");
    assert_eq!(get(&h, "/userinfo").await.status(), 401);
}

#[tokio::test]
async fn a_code_works_once_soon_and_for_who_asked() {
    let h = Harness::new();
    let back = decide(&h, "admin").await;
    assert_eq!(redeem(&h, &back["code"]).await.status(), 200);
    assert_eq!(json_of(redeem(&h, &back["code"]).await).await["error"], "invalid_grant");
    let back = decide(&h, "admin").await;
    h.pass(61);
    assert_eq!(json_of(redeem(&h, &back["code"]).await).await["error"], "invalid_grant");
    let back = decide(&h, "admin").await;
    let other = [
        ("grant_type", "authorization_code"),
        ("code", back["code"].as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", "another-verifier"),
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
    ];
    assert_eq!(json_of(post(&h, "/token", &other, None).await).await["error"], "invalid_grant");
    let stranger = post(&h, "/token", &other, Some("studiogate:guess")).await;
    assert_eq!(stranger.status(), 401);
}

#[tokio::test]
async fn wrong_requests_are_refused_where_they_should_be() {
    let h = Harness::new();
    let with = |key: &'static str, value: &'static str| {
        let mut fields: Vec<(String, String)> =
            asked(&challenge(), "admin").into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        fields.iter_mut().filter(|(k, _)| k == key).for_each(|(_, v)| value.clone_into(v));
        fields
    };
    for (key, value) in
        [("client_id", "other"), ("redirect_uri", "https://evil.example/auth/callback"), ("persona", "root")]
    {
        let fields = with(key, value);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(post(&h, "/authorize", &fields, None).await.status(), 400, "{key}");
    }
    for (key, value, error) in [
        ("code_challenge_method", "plain", "invalid_request"),
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "profile", "invalid_scope"),
    ] {
        let fields = with(key, value);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let to = location(&post(&h, "/authorize", &fields, None).await);
        assert!(to.starts_with(CALLBACK) && to.contains(&format!("error={error}")), "{to}");
    }
}

#[tokio::test]
async fn it_misbehaves_as_told() {
    use Misbehaviour as M;
    let h = Harness::new();
    let now = h.now().timestamp();
    for m in [
        M::WrongIssuer,
        M::WrongAudience,
        M::WrongAuthorizedParty,
        M::WrongNonce,
        M::MissingNonce,
        M::WrongSignature,
        M::AlgNone,
        M::AlgHs256,
        M::WrongKey,
        M::UnknownKeyId,
        M::Expired,
        M::IssuedInFuture,
        M::WrongType,
        M::MissingGroups,
        M::ControlCharacters,
    ] {
        h.aws.oidc().misbehave(Some(m));
        let (header, claims, valid) = id_token(&h).await;
        let shows = match m {
            M::WrongIssuer => claims["iss"] != ISSUER,
            M::WrongAudience => claims["aud"] != CLIENT_ID,
            M::WrongAuthorizedParty => claims["azp"] != CLIENT_ID && claims["azp"].is_string(),
            M::WrongNonce => claims["nonce"] != "n0nce" && claims["nonce"].is_string(),
            M::MissingNonce => claims["nonce"].is_null(),
            M::WrongSignature | M::WrongKey => !valid,
            M::AlgNone => header["alg"] == "none",
            M::AlgHs256 => header["alg"] == "HS256",
            M::UnknownKeyId => header["kid"] == "no-such-key",
            M::Expired => claims["exp"].as_i64().unwrap() < now,
            M::IssuedInFuture => claims["iat"].as_i64().unwrap() > now,
            M::WrongType => header["typ"] == "at+jwt",
            M::MissingGroups => claims["groups"].is_null(),
            M::ControlCharacters => claims["name"].as_str().unwrap().ends_with('\0'),
            _ => false,
        };
        assert!(shows, "{m:?}: {header} {claims}");
    }
    h.aws.oidc().misbehave(Some(M::MissingResponseIssuer));
    assert!(!decide(&h, "admin").await.contains_key("iss"));
    h.aws.oidc().misbehave(Some(M::Outage));
    assert_eq!(get(&h, "/jwks").await.status(), 503);
    h.aws.oidc().misbehave(None);
    let before = json_of(get(&h, "/jwks").await).await;
    h.aws.oidc().rotate_key();
    assert_ne!(before["keys"][0]["kid"], json_of(get(&h, "/jwks").await).await["keys"][0]["kid"]);
}

#[tokio::test]
async fn signing_out_leads_back_to_the_portal_and_nowhere_else() {
    let h = Harness::new();
    let out = |to: &str| format!("/logout?client_id={CLIENT_ID}&state=s&post_logout_redirect_uri={to}");
    let home = get(&h, &out("http%3A%2F%2F127.0.0.1%3A3000%2F")).await;
    assert_eq!(location(&home), "http://127.0.0.1:3000/?state=s");
    let away = get(&h, &out("https%3A%2F%2Fevil.example%2F")).await;
    assert_eq!(away.status(), 200);
}
