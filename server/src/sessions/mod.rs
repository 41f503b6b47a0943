//! Browser sessions: a random id in a cookie, its digest in the store, and what the server keeps with it.
//!
//! A session that ended keeps its cookie and, for a day, its person: a form that was filled before the end and sent after
//! it is kept for that person.

mod cookie;
mod data;
mod id;

pub use cookie::CookieShape;
pub use data::{PendingLogin, SessionData};
pub use id::SessionId;

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
    pub person: Option<PersonKey>,
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
        Ok(Presented::Live(LiveSession { id, data: SessionData::parse(&record.data), person: record.person }))
    }

    /// A session before the sign-in: it holds what the provider's answer is compared with.
    pub async fn open_anonymous(&self, data: SessionData, user_agent: &str) -> control_plane::Result<SessionId> {
        self.create(data, None, LOGIN_WITHIN, user_agent).await
    }

    /// A new session for somebody who signed in.
    pub async fn open(&self, person: PersonKey, user_agent: &str, id_token: &str) -> control_plane::Result<SessionId> {
        let id = SessionId::random(&self.control_plane);
        let data = SessionData { id_token: id.seal(id_token, &self.control_plane), ..SessionData::default() };
        self.insert(id, data, Some(person), self.absolute, user_agent).await
    }

    async fn create(
        &self,
        data: SessionData,
        person: Option<PersonKey>,
        life: TimeDelta,
        user_agent: &str,
    ) -> control_plane::Result<SessionId> {
        self.insert(SessionId::random(&self.control_plane), data, person, life, user_agent).await
    }

    async fn insert(
        &self,
        id: SessionId,
        data: SessionData,
        person: Option<PersonKey>,
        life: TimeDelta,
        user_agent: &str,
    ) -> control_plane::Result<SessionId> {
        let now = self.control_plane.now();
        let record = SessionRecord {
            id: id.digest(),
            data: data.to_text(),
            person,
            user_agent: user_agent.chars().take(300).collect(),
            created_at: now,
            last_seen_at: now,
            expires_at: now + life,
        };
        self.control_plane.session_create(&record).await?;
        Ok(id)
    }

    /// Writes what a session holds; `false`: it ended meanwhile, and stays so.
    pub async fn save(&self, session: &LiveSession) -> control_plane::Result<bool> {
        self.control_plane.session_save(&session.id.digest(), &session.data.to_text(), session.person.as_ref()).await
    }

    pub async fn end(&self, session: &LiveSession) -> control_plane::Result<()> {
        self.control_plane.session_delete(&session.id.digest()).await.map(|_| ())
    }

    /// The header that gives the browser its session.
    pub fn set_cookie(&self, id: &SessionId) -> Option<(header::HeaderName, HeaderValue)> {
        Some((header::SET_COOKIE, HeaderValue::from_str(&self.cookie.write(id)).ok()?))
    }
}
