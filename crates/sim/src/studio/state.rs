//! Presigned URLs and the sessions they opened.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::context::Caller;

/// What a presigned URL opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    Studio { domain: String, profile: String, profile_arn: String, space: Option<String> },
    NotebookInstance { name: String, arn: String },
}

/// A presigned URL that was given out. As at AWS it opens for as long as it lives, not only once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presigned {
    /// Who asked for it, with session tags and session policies: Studio checks this identity on every request.
    pub caller: Caller,
    pub region: String,
    pub target: Target,
    pub landing: Option<String>,
    pub issued: DateTime<Utc>,
    pub expires: DateTime<Utc>,
    pub session_seconds: i64,
}

/// A browser that came in by a presigned URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSession {
    pub by: Presigned,
    pub opened: DateTime<Utc>,
    pub ends: DateTime<Utc>,
}

/// Kept apart from the rest of the state.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct State {
    presigned: BTreeMap<String, Presigned>,
    sessions: BTreeMap<String, OpenSession>,
    /// Goes up with every change.
    #[serde(skip)]
    pub revision: u64,
}

/// Why a URL does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Nobody gave this token out.
    Unknown,
    Expired,
}

/// How long an expired URL is remembered, to tell "expired" from "unknown".
const REMEMBERED: TimeDelta = TimeDelta::hours(1);

impl State {
    /// Remembers a URL by its token.
    pub fn issue(&mut self, token: String, presigned: Presigned) {
        let now = presigned.issued;
        self.presigned.retain(|_, old| old.expires + REMEMBERED > now);
        self.sessions.retain(|_, session| session.ends + REMEMBERED > now);
        self.presigned.insert(token, presigned);
        self.revision += 1;
    }

    /// Opens a session under `id` for the holder of `token`.
    pub fn open(&mut self, token: &str, id: String, now: DateTime<Utc>) -> Result<OpenSession, Closed> {
        let by = self.presigned.get(token).ok_or(Closed::Unknown)?;
        if by.expires <= now {
            return Err(Closed::Expired);
        }
        let session = OpenSession { by: by.clone(), opened: now, ends: now + TimeDelta::seconds(by.session_seconds) };
        self.sessions.insert(id, session.clone());
        self.revision += 1;
        Ok(session)
    }

    /// The session, while it lasts.
    pub fn session(&self, id: &str, now: DateTime<Utc>) -> Result<&OpenSession, Closed> {
        let session = self.sessions.get(id).ok_or(Closed::Unknown)?;
        if session.ends <= now { Err(Closed::Expired) } else { Ok(session) }
    }

    pub fn close(&mut self, id: &str) {
        self.sessions.remove(id);
        self.revision += 1;
    }
}
