use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::Aead as _;
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use control_plane::ControlPlane;
use sha2::{Digest as _, Sha256};

const NONCE: usize = 24;

/// What a cookie holds: 256 random bits. Whoever has a session's is signed in, so it is shown nowhere, and the store has its
/// digest alone. A sign-in under way is bound to its browser by one too.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionId([u8; 32]);

impl SessionId {
    pub(super) fn random(control_plane: &ControlPlane) -> Self {
        Self(control_plane.random().bytes())
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(Self(URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?))
    }

    pub(super) fn expose(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What names the session everywhere but in the cookie.
    pub fn digest(&self) -> String {
        hex::encode(Sha256::digest(self.0))
    }

    /// Seals `text` so that it opens with the cookie alone: the store by itself gives nothing away.
    pub(super) fn seal(&self, text: &str, control_plane: &ControlPlane) -> Option<String> {
        let nonce = control_plane.random().bytes::<NONCE>();
        let sealed = self.cipher().encrypt(XNonce::from_slice(&nonce), text.as_bytes()).ok()?;
        Some(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what [`SessionId::seal`] made.
    pub fn open(&self, sealed: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        String::from_utf8(self.cipher().decrypt(XNonce::from_slice(nonce), sealed).ok()?).ok()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        // Another hash than the one in the store, so that the store's is no key.
        let key = Sha256::new_with_prefix(b"studiogate session data 1").chain_update(self.0).finalize();
        XChaCha20Poly1305::new(&key)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(redacted)")
    }
}
