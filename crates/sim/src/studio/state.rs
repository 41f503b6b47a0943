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

/// Kept apart from the rest of the state, as a journal: every launch changes it.
#[derive(Clone, Debug, Default)]
pub struct State {
    presigned: BTreeMap<String, Presigned>,
    sessions: BTreeMap<String, OpenSession>,
    /// What the journal does not hold yet.
    fresh: Vec<Entry>,
    /// URLs issued since those long over were forgotten.
    since_forgetting: u32,
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entry {
    Issued(String, Box<Presigned>),
    Opened(String, Box<OpenSession>),
    Closed(String),
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

/// How many URLs are issued before the old ones are looked through.
const FORGET_EVERY: u32 = 256;

impl State {
    /// What the journal says, without what is long over.
    pub fn replay(entries: impl IntoIterator<Item = Entry>, now: DateTime<Utc>) -> Self {
        let mut state = Self::default();
        for entry in entries {
            state.apply(entry);
        }
        state.forget(now);
        state
    }

    /// The whole state as a journal.
    pub fn entries(&self) -> Vec<Entry> {
        let issued = self.presigned.iter().map(|(token, p)| Entry::Issued(token.clone(), Box::new(p.clone())));
        let opened = self.sessions.iter().map(|(id, s)| Entry::Opened(id.clone(), Box::new(s.clone())));
        issued.chain(opened).collect()
    }

    /// What has to be added to the journal; it is handed over once.
    pub fn take_fresh(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.fresh)
    }

    fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Issued(token, presigned) => {
                self.presigned.insert(token, *presigned);
            }
            Entry::Opened(id, session) => {
                self.sessions.insert(id, *session);
            }
            Entry::Closed(id) => {
                self.sessions.remove(&id);
            }
        }
    }

    fn record(&mut self, entry: Entry) {
        self.fresh.push(entry.clone());
        self.apply(entry);
    }

    fn forget(&mut self, now: DateTime<Utc>) {
        self.presigned.retain(|_, old| old.expires + REMEMBERED > now);
        self.sessions.retain(|_, session| session.ends + REMEMBERED > now);
    }

    /// Remembers a URL by its token.
    pub fn issue(&mut self, token: String, presigned: Presigned) {
        self.since_forgetting += 1;
        if self.since_forgetting >= FORGET_EVERY {
            self.since_forgetting = 0;
            self.forget(presigned.issued);
        }
        self.record(Entry::Issued(token, Box::new(presigned)));
    }

    /// Opens a session under `id` for the holder of `token`.
    pub fn open(&mut self, token: &str, id: String, now: DateTime<Utc>) -> Result<OpenSession, Closed> {
        let by = self.presigned.get(token).ok_or(Closed::Unknown)?;
        if by.expires <= now {
            return Err(Closed::Expired);
        }
        let session = OpenSession { by: by.clone(), opened: now, ends: now + TimeDelta::seconds(by.session_seconds) };
        self.record(Entry::Opened(id, Box::new(session.clone())));
        Ok(session)
    }

    /// The session, while it lasts.
    pub fn session(&self, id: &str, now: DateTime<Utc>) -> Result<&OpenSession, Closed> {
        let session = self.sessions.get(id).ok_or(Closed::Unknown)?;
        if session.ends <= now { Err(Closed::Expired) } else { Ok(session) }
    }

    pub fn close(&mut self, id: &str) {
        self.record(Entry::Closed(id.to_owned()));
    }
}
