//! The provider's state: codes and access tokens in memory, one signing key.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Clock;
use sha2::{Digest, Sha256};

use super::key::{Key, KeyError};
use super::personas::Persona;
use crate::local::SimOptions;

/// The one client.
pub const CLIENT_ID: &str = "studiogate";
/// Its secret. It guards nothing: the provider asks nobody for a password.
pub const CLIENT_SECRET: &str = "studiogate-demo-secret";

/// How long a code can be redeemed.
const CODE_LIFE: TimeDelta = TimeDelta::seconds(60);
const ACCESS_TOKEN_LIFE: TimeDelta = TimeDelta::hours(1);

/// What the provider gets wrong on purpose, until told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misbehaviour {
    /// `iss` of the ID token names another issuer.
    WrongIssuer,
    WrongAudience,
    /// The audience names another client too, and `azp` that client.
    WrongAuthorizedParty,
    WrongNonce,
    MissingNonce,
    /// The signature is of other bytes.
    WrongSignature,
    /// `alg: none` and no signature.
    AlgNone,
    /// HS256 with the public key's modulus as the secret: the classic confusion.
    AlgHs256,
    /// Signed with a key that is in nobody's key set, under the id of the right one.
    WrongKey,
    UnknownKeyId,
    Expired,
    IssuedInFuture,
    /// `typ: at+jwt`: some other kind of token.
    WrongType,
    /// No groups claim at all.
    MissingGroups,
    /// A NUL in the name, and in a group that would be the admins' without it.
    ControlCharacters,
    /// Userinfo speaks of another subject.
    WrongUserinfoSubject,
    /// No `iss` in the authorization response (RFC 9207).
    MissingResponseIssuer,
    WrongResponseIssuer,
    /// Every answer is 503.
    Outage,
}

/// The demo OIDC provider. Clones share it.
#[derive(Clone, Debug)]
pub struct Provider(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Arc<dyn Clock>,
    entropy: [u8; 32],
    key_file: Option<PathBuf>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    issuer: String,
    portal_origin: String,
    counter: u64,
    keys: Vec<Key>,
    codes: BTreeMap<String, Code>,
    access_tokens: BTreeMap<String, (&'static Persona, DateTime<Utc>)>,
    misbehaviour: Option<Misbehaviour>,
}

/// What a code stands for.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) persona: &'static Persona,
    pub(super) redirect_uri: String,
    pub(super) nonce: Option<String>,
    pub(super) challenge: String,
    pub(super) scope: String,
    pub(super) issued: DateTime<Utc>,
}

impl Provider {
    pub(crate) fn new(options: &SimOptions) -> Self {
        let key_file = options.data_dir.as_ref().map(|dir| dir.join("oidc-key.pem"));
        Self(Arc::new(Inner {
            clock: Arc::clone(&options.clock),
            entropy: options.entropy,
            key_file,
            state: Mutex::new(State {
                issuer: "http://127.0.0.1:4568".into(),
                portal_origin: options.portal_origin.trim_end_matches('/').to_owned(),
                counter: 0,
                keys: Vec::new(),
                codes: BTreeMap::new(),
                access_tokens: BTreeMap::new(),
                misbehaviour: None,
            }),
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn issuer(&self) -> String {
        self.state().issuer.clone()
    }

    /// Sets the issuer: the URL that the provider is reached at, without a slash at the end.
    pub fn set_issuer(&self, issuer: &str) {
        issuer.trim_end_matches('/').clone_into(&mut self.state().issuer);
    }

    pub fn portal_origin(&self) -> String {
        self.state().portal_origin.clone()
    }

    /// Sets where people are sent back to: `<origin>/auth/callback`, and anywhere on it after signing out.
    pub fn set_portal_origin(&self, origin: &str) {
        origin.trim_end_matches('/').clone_into(&mut self.state().portal_origin);
    }

    /// Starts or, with `None`, ends a misbehaviour.
    pub fn misbehave(&self, misbehaviour: Option<Misbehaviour>) {
        self.state().misbehaviour = misbehaviour;
    }

    pub(super) fn misbehaves(&self, misbehaviour: Misbehaviour) -> bool {
        self.state().misbehaviour == Some(misbehaviour)
    }

    /// Signs with a new key from now on; the old one leaves the key set.
    pub fn rotate_key(&self) {
        let extra = self.draw("rotated key");
        match Key::from_entropy(extra.as_bytes()) {
            Ok(key) => self.state().keys = vec![key],
            Err(error) => tracing::error!(%error, "no new signing key"),
        }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// A token that nobody can guess: 64 hexadecimal characters.
    pub(super) fn draw(&self, purpose: &str) -> String {
        let mut state = self.state();
        state.counter += 1;
        let hash = Sha256::new()
            .chain_update(self.0.entropy)
            .chain_update(self.0.clock.now().timestamp_micros().to_be_bytes())
            .chain_update(state.counter.to_be_bytes())
            .chain_update(purpose.as_bytes());
        hex::encode(hash.finalize())
    }

    /// The key that signs; made when it is first asked for, which takes a moment.
    pub(super) fn key(&self) -> Result<Key, KeyError> {
        let mut state = self.state();
        if let Some(key) = state.keys.last() {
            return Ok(key.clone());
        }
        let seed = [self.0.entropy.as_slice(), b"oidc key"].concat();
        let key = match &self.0.key_file {
            Some(path) => Key::kept(path, &seed)?,
            None => Key::from_entropy(&seed)?,
        };
        state.keys.push(key.clone());
        Ok(key)
    }

    /// A key that is in no key set.
    pub(super) fn foreign_key(&self) -> Result<Key, KeyError> {
        Key::from_entropy(&[self.0.entropy.as_slice(), b"foreign key"].concat())
    }

    pub(super) fn issue_code(&self, code: Code) -> String {
        let text = self.draw("code");
        let now = self.now();
        let mut state = self.state();
        state.codes.retain(|_, old| old.issued + CODE_LIFE > now);
        state.codes.insert(text.clone(), code);
        text
    }

    /// Takes a code; it works once and for a minute.
    pub(super) fn redeem(&self, code: &str) -> Option<Code> {
        let now = self.now();
        self.state().codes.remove(code).filter(|code| code.issued + CODE_LIFE > now)
    }

    pub(super) fn issue_access_token(&self, persona: &'static Persona) -> String {
        let text = self.draw("access token");
        let now = self.now();
        let mut state = self.state();
        state.access_tokens.retain(|_, (_, until)| *until > now);
        state.access_tokens.insert(text.clone(), (persona, now + ACCESS_TOKEN_LIFE));
        text
    }

    pub(super) fn bearer(&self, token: &str) -> Option<&'static Persona> {
        let now = self.now();
        self.state().access_tokens.get(token).filter(|(_, until)| *until > now).map(|(persona, _)| *persona)
    }
}
