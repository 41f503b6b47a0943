//! Temporary credentials. The session travels inside its token, sealed with the world's seed, as it does at AWS: nothing
//! is kept for it here.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};

use crate::context::{Caller, RoleSession};
use crate::error::AwsError;
use crate::signature::{Request, Signed, mac};
use crate::world::World;

/// What `AssumeRole` hands out.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub access_key: String,
    pub secret_key: String,
    pub token: String,
    pub expires: DateTime<Utc>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}

/// Makes credentials for a session.
pub fn credentials(world: &mut World, session: &RoleSession) -> Result<Credentials, AwsError> {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bytes = world.token_bytes("access key");
    let suffix: String = bytes.iter().take(16).map(|b| char::from(ALPHABET[usize::from(*b) % 32])).collect();
    let access_key = format!("ASIA{suffix}");
    let payload = serde_json::to_vec(session).map_err(|e| AwsError::internal(e.to_string()))?;
    let seal = seal(world, &access_key, &payload)?;
    Ok(Credentials {
        secret_key: secret(world, &access_key)?,
        token: format!("{}.{}", URL_SAFE_NO_PAD.encode(payload), URL_SAFE_NO_PAD.encode(seal)),
        expires: session.expires,
        access_key,
    })
}

fn seal(world: &World, access_key: &str, payload: &[u8]) -> Result<Vec<u8>, AwsError> {
    mac(world.seed.as_bytes(), &[b"token:", access_key.as_bytes(), b":", payload].concat())
}

fn secret(world: &World, access_key: &str) -> Result<String, AwsError> {
    let mut secret = STANDARD.encode(mac(world.seed.as_bytes(), format!("secret:{access_key}").as_bytes())?);
    secret.truncate(40);
    Ok(secret)
}

/// Who signed this request. An access key id of twelve digits is that account's administrator, whose secret nobody keeps
/// and whose signature is not checked; every other must come from `AssumeRole`, with its token and a right signature.
pub fn identify(world: &World, signed: &Signed, request: &Request<'_>, now: DateTime<Utc>) -> Result<Caller, AwsError> {
    if signed.access_key.len() == 12 && signed.access_key.bytes().all(|b| b.is_ascii_digit()) {
        let account = signed.access_key.parse().map_err(|_| AwsError::invalid_client_token())?;
        world.account(&account)?;
        return Ok(Caller::Administrator(account));
    }
    let token = request
        .headers
        .get("x-amz-security-token")
        .and_then(|value| value.to_str().ok())
        .ok_or_else(AwsError::invalid_client_token)?;
    let (payload, given) = token.split_once('.').ok_or_else(AwsError::invalid_client_token)?;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| AwsError::invalid_client_token());
    let payload = decode(payload)?;
    // Compared as MACs of what was given and what is right, so that the time taken says nothing.
    let right = mac(world.seed.as_bytes(), &seal(world, &signed.access_key, &payload)?)?;
    if mac(world.seed.as_bytes(), &decode(given)?)? != right {
        return Err(AwsError::invalid_client_token());
    }
    let session: RoleSession = serde_json::from_slice(&payload).map_err(|_| AwsError::invalid_client_token())?;
    if session.expires <= now {
        return Err(AwsError::expired_token());
    }
    if world.role(&session.role_arn).is_none_or(|role| role.id != session.role_id) {
        return Err(AwsError::invalid_client_token());
    }
    signed.verify(request, &secret(world, &signed.access_key)?)?;
    Ok(Caller::Role(Box::new(session)))
}
