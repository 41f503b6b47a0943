use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use ed25519_dalek::{SigningKey, VerifyingKey};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::value::list;
use super::{ConfigError, KeptKeys, secret};

/// How the audit log is sealed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// The Ed25519 key that signs: 32 bytes as base64 or hexadecimal, or PKCS#8 as PEM.
    key: Option<SecretString>,
    key_file: Option<PathBuf>,
    /// Public keys of keys that signed before it: 32 bytes as base64 or hexadecimal, or PEM. What they signed stays
    /// verifiable.
    #[serde(deserialize_with = "list")]
    verifying_keys: Vec<String>,
    /// Where the sealed head is written too; kept elsewhere, it proves that nothing was cut off.
    pub head_file: Option<PathBuf>,
}

impl Audit {
    pub(super) fn is_set(&self) -> bool {
        self.key.is_some() || self.key_file.is_some()
    }

    /// The public keys of former keys.
    pub fn verifying_keys(&self) -> Result<Vec<VerifyingKey>, ConfigError> {
        self.verifying_keys.iter().map(|text| verifying_key(text)).collect()
    }

    /// Every public key that there is to verify with, the present key's last. Without the present key those of former keys
    /// are enough.
    pub fn public_keys(&self) -> Result<Vec<VerifyingKey>, ConfigError> {
        let mut keys = self.verifying_keys()?;
        match self.key(KeptKeys::Find) {
            Ok(key) => keys.push(key.verifying_key()),
            Err(error) if keys.is_empty() || self.is_set() => return Err(error),
            Err(_) => {}
        }
        Ok(keys)
    }

    /// The key; without one, a key that is kept in the working folder.
    pub fn key(&self, kept: KeptKeys) -> Result<SigningKey, ConfigError> {
        let Some(text) = secret::read("audit.key", self.key.as_ref(), self.key_file.as_ref())? else {
            return Ok(SigningKey::from_bytes(&*secret::kept_key("audit.key", "studiogate-audit.key", kept)?));
        };
        if text.expose_secret().trim_start().starts_with("-----BEGIN") {
            return SigningKey::from_pkcs8_pem(text.expose_secret())
                .map_err(|e| ConfigError(format!("audit.key is no Ed25519 key in PKCS#8: {e}")));
        }
        Ok(SigningKey::from_bytes(&*secret::key("audit.key", &text)?))
    }
}

/// How a public key is written where people copy it: in the setting, and in what `audit verify` prints.
pub fn public_key_text(key: &VerifyingKey) -> String {
    STANDARD.encode(key.as_bytes())
}

fn verifying_key(text: &str) -> Result<VerifyingKey, ConfigError> {
    let text = text.trim();
    let key = if text.starts_with("-----BEGIN") {
        VerifyingKey::from_public_key_pem(text).ok()
    } else {
        let bytes = if text.len() == 64 { hex::decode(text).ok() } else { STANDARD.decode(text).ok() };
        bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes.try_into().ok()?).ok())
    };
    key.ok_or_else(|| {
        ConfigError(format!(
            "audit.verifying_keys: {text:?} is no Ed25519 public key: 32 bytes as base64 or hexadecimal, or PEM"
        ))
    })
}
