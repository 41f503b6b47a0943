//! Seals secrets: XChaCha20-Poly1305 under a key that lives outside the database, each bound to what it belongs to.

use std::collections::BTreeMap;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use domain::id::{RequestId, WebhookId};
use domain::notification::WebhookTarget;

use crate::deps::Random;
use crate::settings::SealingKey;
use crate::{Error, Result};

/// First byte of everything sealed; changes with the layout (version, 24 bytes of nonce, ciphertext with its tag).
const LAYOUT: u8 = 1;
const NONCE: usize = 24;

/// Seals the `NoEcho` values of a request so that they open for it alone.
pub(crate) fn seal(
    key: &SealingKey,
    random: &Random,
    request: &RequestId,
    values: &BTreeMap<String, String>,
) -> Result<Vec<u8>> {
    seal_for(key, random, request.as_str(), values)
}

/// Opens what [`seal`] made for the same request.
pub(crate) fn open(key: &SealingKey, request: &RequestId, sealed: &[u8]) -> Result<BTreeMap<String, String>> {
    open_for(key, request.as_str(), sealed)
}

/// Seals the address and the signing secret of a webhook.
pub(crate) fn seal_target(
    key: &SealingKey,
    random: &Random,
    webhook: &WebhookId,
    target: &WebhookTarget,
) -> Result<Vec<u8>> {
    let mut values = BTreeMap::from([("url".to_owned(), target.url.clone())]);
    values.extend(target.secret.clone().map(|secret| ("secret".to_owned(), secret)));
    seal_for(key, random, &bound_to(webhook), &values)
}

/// Opens what [`seal_target`] made for the same webhook.
pub(crate) fn open_target(key: &SealingKey, webhook: &WebhookId, sealed: &[u8]) -> Result<WebhookTarget> {
    let mut values = open_for(key, &bound_to(webhook), sealed)?;
    let url = values.remove("url").unwrap_or_default();
    Ok(WebhookTarget { url, secret: values.remove("secret") })
}

/// No request has such a name.
fn bound_to(webhook: &WebhookId) -> String {
    format!("webhook/{webhook}")
}

fn seal_for(key: &SealingKey, random: &Random, bound: &str, values: &BTreeMap<String, String>) -> Result<Vec<u8>> {
    let failed = |e: &dyn std::fmt::Display| Error::internal("The values could not be sealed", e);
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(values).map_err(|e| failed(&e))?);
    let nonce = random.bytes::<NONCE>();
    let sealed = XChaCha20Poly1305::new(key.0.as_ref().into())
        .encrypt(XNonce::from_slice(&nonce), Payload { msg: &plain, aad: bound.as_bytes() })
        .map_err(|e| failed(&e))?;
    Ok([&[LAYOUT], nonce.as_slice(), &sealed].concat())
}

fn open_for(key: &SealingKey, bound: &str, sealed: &[u8]) -> Result<BTreeMap<String, String>> {
    let failed = |e: &dyn std::fmt::Display| Error::internal("What is sealed cannot be opened", e);
    let (layout, rest) = sealed.split_first().ok_or_else(|| failed(&"nothing is sealed"))?;
    if *layout != LAYOUT || rest.len() < NONCE {
        return Err(failed(&"the layout is not known"));
    }
    let (nonce, body) = rest.split_at(NONCE);
    let plain = XChaCha20Poly1305::new(key.0.as_ref().into())
        .decrypt(XNonce::from_slice(nonce), Payload { msg: body, aad: bound.as_bytes() })
        .map_err(|e| failed(&e))?;
    serde_json::from_slice(&zeroize::Zeroizing::new(plain)).map_err(|e| failed(&e))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> BTreeMap<String, String> {
        BTreeMap::from([("MasterPassword".to_owned(), "correct horse".to_owned())])
    }

    #[test]
    fn v11_3_2_sealed_values_open_for_their_request_alone() {
        let (key, random) = (SealingKey::new([7; 32]), Random::from_seed(1));
        let [one, other]: [RequestId; 2] = ["one".parse().unwrap(), "other".parse().unwrap()];
        let sealed = seal(&key, &random, &one, &values()).unwrap();
        assert_eq!(open(&key, &one, &sealed).unwrap(), values());
        assert!(open(&key, &other, &sealed).is_err());
        assert!(open(&SealingKey::new([8; 32]), &one, &sealed).is_err());
        assert!(!String::from_utf8_lossy(&sealed).contains("horse"));
    }

    #[test]
    fn v11_3_3_a_changed_byte_is_noticed() {
        let (key, random) = (SealingKey::new([7; 32]), Random::from_seed(1));
        let one = "one".parse().unwrap();
        let sealed = seal(&key, &random, &one, &values()).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&key, &one, &changed).is_err(), "byte {at}");
        }
        assert!(open(&key, &one, &[]).is_err());
    }

    #[test]
    fn v11_3_2_a_webhooks_secrets_open_for_it_alone() {
        let (key, random) = (SealingKey::new([7; 32]), Random::from_seed(1));
        let (one, other): (WebhookId, WebhookId) = ("one".parse().unwrap(), "other".parse().unwrap());
        let target = WebhookTarget { url: "https://hooks.example.com/secret".into(), secret: Some("whsec_x".into()) };
        let sealed = seal_target(&key, &random, &one, &target).unwrap();
        assert_eq!(open_target(&key, &one, &sealed).unwrap(), target);
        assert!(open_target(&key, &other, &sealed).is_err());
        assert!(open(&key, &"one".parse().unwrap(), &sealed).is_err(), "nor as a request's values");
    }
}
