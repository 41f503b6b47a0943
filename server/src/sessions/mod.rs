//! Browser sessions: a random id in a cookie, its digest in the store, and what the server keeps with it.
//!
//! A session that ended keeps its cookie and, for a day, its person: a form that was filled before the end and sent after
//! it is kept for that person.

mod cookie;
mod data;
mod id;
mod login;

pub use cookie::CookieShape;
pub use data::SessionData;
pub use id::SessionId;
pub use login::{Answered, Logins, PendingLogin};

use chrono::TimeDelta;
use control_plane::{ControlPlane, SessionHandle, SessionRecord};
use domain::person::PersonKey;
use http::{HeaderMap, HeaderValue, header};

/// How long a sign-in may take, from the first redirect to the answer of the provider.
pub const LOGIN_WITHIN: TimeDelta = TimeDelta::hours(1);
/// How often the use of a session is written down.
pub const TOUCH_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A living session.
#[derive(Clone, Debug)]
pub struct LiveSession {
    pub id: SessionId,
    pub data: SessionData,
    pub person: PersonKey,
}

impl LiveSession {
    pub fn handle(&self) -> SessionHandle {
        SessionHandle(self.id.digest())
    }
}

/// What the cookie of a request stands for.
#[derive(Clone, Debug)]
pub enum Presented {
    /// No cookie, or one that names nothing.
    Nothing,
    Live(LiveSession),
    /// It ended; whose it was.
    Ended(PersonKey),
}

/// Makes, finds and ends sessions.
#[derive(Clone, Debug)]
pub struct Sessions {
    control_plane: ControlPlane,
    cookie: CookieShape,
    absolute: TimeDelta,
}

impl Sessions {
    /// `absolute`: how long after the sign-in a session ends, however busy it is.
    pub fn new(control_plane: ControlPlane, cookie: CookieShape, absolute: TimeDelta) -> Self {
        Self { control_plane, cookie, absolute }
    }

    /// What the cookie of a request stands for; notes the use of a living session once a minute.
    pub async fn presented(&self, headers: &HeaderMap) -> control_plane::Result<Presented> {
        let Some(id) = self.cookie.read(headers) else { return Ok(Presented::Nothing) };
        let digest = id.digest();
        let Some(record) = self.control_plane.session_load(&digest).await? else {
            let person = self.control_plane.session_person(&digest).await?;
            return Ok(person.map_or(Presented::Nothing, Presented::Ended));
        };
        if self.control_plane.now() - record.last_seen_at >= TOUCH_EVERY {
            self.control_plane.session_touch(&digest).await?;
        }
        let data = SessionData::parse(&record.data);
        Ok(record.person.map_or(Presented::Nothing, |person| Presented::Live(LiveSession { id, data, person })))
    }

    /// A new session for somebody who signed in.
    pub async fn open(&self, person: PersonKey, user_agent: &str, id_token: &str) -> control_plane::Result<SessionId> {
        let id = SessionId::random(&self.control_plane);
        let data = SessionData { id_token: id.seal(id_token, &self.control_plane) };
        let now = self.control_plane.now();
        let record = SessionRecord {
            id: id.digest(),
            data: data.to_text(),
            person: Some(person),
            user_agent: user_agent.chars().take(300).collect(),
            created_at: now,
            last_seen_at: now,
            expires_at: now + self.absolute,
        };
        self.control_plane.session_create(&record).await?;
        Ok(id)
    }

    pub async fn end(&self, session: &LiveSession) -> control_plane::Result<()> {
        self.control_plane.session_delete(&session.id.digest()).await.map(|_| ())
    }

    /// The header that gives the browser its session.
    pub fn set_cookie(&self, id: &SessionId) -> Option<(header::HeaderName, HeaderValue)> {
        Some((header::SET_COOKIE, HeaderValue::from_str(&self.cookie.write(id)).ok()?))
    }
}
