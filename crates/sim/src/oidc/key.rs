//! The key that signs ID tokens: RSA with 2,048 bits, made when it is first needed and kept beside the state.

use std::fmt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use rsa::rand_core::{CryptoRng, Error, RngCore};
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A signing key with its id.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) id: String,
    key: RsaPrivateKey,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What went wrong with a key.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeyError {
    #[error("the signing key: {0}")]
    Rsa(#[from] rsa::Error),
    #[error("the signing key's file: {0}")]
    Format(#[from] rsa::pkcs8::Error),
    #[error("the signing key's file: {0}")]
    Io(#[from] std::io::Error),
    #[error("the signing key's file: {0}")]
    Persist(#[from] crate::persist::PersistError),
}

const BITS: usize = 2048;
/// ASN.1 of "SHA-256 digest" (RFC 8017, section 9.2, note 1).
const SHA256_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

impl Key {
    fn of(key: RsaPrivateKey) -> Self {
        let id = hex::encode(&Sha256::digest(key.n().to_bytes_be())[..8]);
        Self { id, key }
    }

    /// A key that follows from `entropy` alone.
    pub(super) fn from_entropy(entropy: &[u8]) -> Result<Self, KeyError> {
        let mut stream = Stream::new(entropy);
        Ok(Self::of(RsaPrivateKey::new(&mut stream, BITS)?))
    }

    /// The key kept at `path`, or a new one that is kept there.
    pub(super) fn kept(path: &Path, entropy: &[u8]) -> Result<Self, KeyError> {
        match std::fs::read_to_string(path) {
            Ok(pem) => return Ok(Self::of(RsaPrivateKey::from_pkcs8_pem(&pem)?)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(e.into()),
        }
        let made = Self::from_entropy(entropy)?;
        let pem = made.key.to_pkcs8_pem(LineEnding::LF)?;
        crate::persist::replace(path, pem.as_bytes())?;
        Ok(made)
    }

    /// RS256 over `text`.
    pub(super) fn sign(&self, text: &[u8]) -> Result<Vec<u8>, KeyError> {
        let scheme = Pkcs1v15Sign { hash_len: Some(32), prefix: SHA256_INFO.into() };
        Ok(self.key.sign(scheme, &Sha256::digest(text))?)
    }

    /// The public half as a JSON Web Key (RFC 7517).
    pub(super) fn jwk(&self) -> Value {
        json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.id,
            "n": URL_SAFE_NO_PAD.encode(self.key.n().to_bytes_be()),
            "e": URL_SAFE_NO_PAD.encode(self.key.e().to_bytes_be()),
        })
    }
}

/// Random bytes that follow from a seed: SHA-256 in counter mode.
struct Stream {
    seed: [u8; 32],
    counter: u64,
    left: Vec<u8>,
}

impl Stream {
    fn new(entropy: &[u8]) -> Self {
        Self { seed: Sha256::digest(entropy).into(), counter: 0, left: Vec::new() }
    }
}

impl RngCore for Stream {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, target: &mut [u8]) {
        for byte in target {
            if self.left.is_empty() {
                let block = Sha256::new().chain_update(self.seed).chain_update(self.counter.to_be_bytes());
                self.left = block.finalize().to_vec();
                self.counter += 1;
            }
            *byte = self.left.pop().unwrap_or_default();
        }
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(target);
        Ok(())
    }
}

impl CryptoRng for Stream {}
