//! Sign-ins under way: a row and a cookie each, so that any number of tabs can sign in at once. The row is found by the
//! state, and belongs to the browser that has the cookie.

use chrono::{DateTime, Utc};
use control_plane::{ControlPlane, PendingLoginRecord};
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::SessionId;
use super::cookie::{CookieShape, pairs};

/// Sign-ins that one browser can have under way; the oldest give way.
const AT_ONCE: usize = 8;
/// How long the cookie stays: an answer that comes too late still finds the page that was asked for.
const KEPT_SECONDS: u32 = 86_400;
/// How much of the state's digest tells the cookies of one browser apart.
const NAME_DIGITS: usize = 12;

/// A sign-in that waits for the provider's answer (OpenID Connect Core 1.0, section 3.1.2.1; RFC 7636).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingLogin {
    pub state: String,
    pub nonce: String,
    pub pkce_verifier: String,
    /// Path and query to come back to.
    pub return_to: String,
    pub began_at: DateTime<Utc>,
}

impl std::fmt::Debug for PendingLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingLogin").field("began_at", &self.began_at).finish_non_exhaustive()
    }
}

/// What a state that came back belongs to.
#[derive(Debug)]
pub enum Answered {
    /// The sign-in, and the header that takes its cookie away.
    Login(PendingLogin, Option<HeaderValue>),
    /// This browser has no cookie of the portal at all.
    NoCookie,
    /// Never begun in this browser, or used before.
    Unknown,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Logins {
    control_plane: ControlPlane,
    cookie: CookieShape,
}

impl Logins {
    pub fn new(control_plane: ControlPlane, cookie: CookieShape) -> Self {
        Self { control_plane, cookie }
    }

    /// Keeps a sign-in; answers the `Set-Cookie` headers that bind it to this browser.
    pub async fn remember(&self, login: &PendingLogin, headers: &HeaderMap) -> control_plane::Result<Vec<HeaderValue>> {
        let secret = SessionId::random(&self.control_plane);
        let state = digest(&login.state);
        let text = serde_json::to_string(login).unwrap_or_default();
        let record = PendingLoginRecord {
            browser: secret.digest(),
            sealed: secret.seal(&text, &self.control_plane).unwrap_or_default(),
            began_at: login.began_at,
            state,
        };
        self.control_plane.login_begin(&record).await?;
        let name = self.name(&record.state);
        // The first that a browser sends are the oldest (RFC 6265, section 5.4).
        let before: Vec<&str> = pairs(headers).map(|(name, _)| name).filter(|n| n.starts_with(self.prefix())).collect();
        let surplus = (before.len() + 1).saturating_sub(AT_ONCE);
        let mut cookies: Vec<_> = before[..surplus].iter().filter_map(|name| self.remove(name)).collect();
        let attributes = self.cookie.attributes();
        cookies
            .extend(HeaderValue::from_str(&format!("{name}={}; Max-Age={KEPT_SECONDS}{attributes}", secret.expose())));
        Ok(cookies)
    }

    /// Takes the sign-in that a state belongs to: it can be answered once.
    pub async fn take(&self, state: &str, headers: &HeaderMap) -> control_plane::Result<Answered> {
        let state = digest(state);
        let name = self.name(&state);
        let mut ours = pairs(headers).filter(|(found, _)| *found == name);
        // With two of the name, none is believed.
        let secret = match (ours.next(), ours.next()) {
            (Some((_, value)), None) => SessionId::parse(value),
            _ => None,
        };
        let Some(secret) = secret else {
            let any = pairs(headers).any(|(name, _)| name.starts_with(self.cookie.name()));
            return Ok(if any { Answered::Unknown } else { Answered::NoCookie });
        };
        let sealed = self.control_plane.login_take(&state, &secret.digest()).await?;
        let login = sealed.and_then(|sealed| serde_json::from_str(&secret.open(&sealed)?).ok());
        Ok(login.map_or(Answered::Unknown, |login| Answered::Login(login, self.remove(&name))))
    }

    fn prefix(&self) -> &'static str {
        self.cookie.login_prefix()
    }

    fn name(&self, state_digest: &str) -> String {
        format!("{}{}", self.prefix(), state_digest.get(..NAME_DIGITS).unwrap_or(state_digest))
    }

    fn remove(&self, name: &str) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("{name}=; Max-Age=0{}", self.cookie.attributes())).ok()
    }
}

fn digest(state: &str) -> String {
    hex::encode(Sha256::digest(state.as_bytes()))
}
