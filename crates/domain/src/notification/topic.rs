//! What there is to be told of.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::project::UnknownName;

/// A kind of event that people choose by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Something waits for a decision of whoever is told.
    RequestWaiting,
    /// What somebody asked for was decided, or expired.
    RequestDecided,
    /// Somebody asked something about a request, or answered.
    RequestQuestion,
    /// An environment came up, or is in its new version.
    EnvironmentReady,
    /// A change of an environment failed, or AWS has it otherwise than it was left.
    EnvironmentFailed,
    /// A lease ends within a week, a day, an hour.
    LeaseEnding,
    /// Something in an environment was stopped because nobody used it.
    IdleStopped,
    /// An environment is being taken down, or is gone.
    EnvironmentEnded,
    /// An environment waits for the platform team.
    HandedOver,
    /// Somebody who has environments or requests in a project left it.
    PersonLeft,
    /// Updates of several environments that somebody began stopped, or are finished.
    RolloutEnded,
    /// Somebody's access was revoked or restored: whoever is told.
    AccessChanged,
    /// What an admin tries a webhook by: no event, and nothing that anybody chooses.
    Test,
}

impl Topic {
    /// Those that people and webhooks choose from.
    pub const ALL: [Self; 12] = [
        Self::RequestWaiting,
        Self::RequestDecided,
        Self::RequestQuestion,
        Self::EnvironmentReady,
        Self::EnvironmentFailed,
        Self::LeaseEnding,
        Self::IdleStopped,
        Self::EnvironmentEnded,
        Self::HandedOver,
        Self::PersonLeft,
        Self::RolloutEnded,
        Self::AccessChanged,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::RequestWaiting => "request_waiting",
            Self::RequestDecided => "request_decided",
            Self::RequestQuestion => "request_question",
            Self::EnvironmentReady => "environment_ready",
            Self::EnvironmentFailed => "environment_failed",
            Self::LeaseEnding => "lease_ending",
            Self::IdleStopped => "idle_stopped",
            Self::EnvironmentEnded => "environment_ended",
            Self::HandedOver => "handed_over",
            Self::PersonLeft => "person_left",
            Self::RolloutEnded => "rollout_ended",
            Self::AccessChanged => "access_changed",
            Self::Test => "test",
        }
    }

    /// What a person reads who chooses.
    pub fn label(self) -> &'static str {
        match self {
            Self::RequestWaiting => "A request waits for my decision",
            Self::RequestDecided => "A request of mine is decided or expires",
            Self::RequestQuestion => "Somebody asks about a request of mine, or answers what I asked",
            Self::EnvironmentReady => "An environment of mine is ready, or updated",
            Self::EnvironmentFailed => "A change of an environment of mine fails, or AWS has it otherwise",
            Self::LeaseEnding => "A lease of mine ends: a week, a day and an hour before",
            Self::IdleStopped => "Something of mine is stopped because nobody used it",
            Self::EnvironmentEnded => "An environment of mine is taken down",
            Self::HandedOver => "An environment is handed over to the platform team I am in",
            Self::PersonLeft => "Somebody leaves a project that I lead, and environments or requests in it",
            Self::RolloutEnded => "A rollout that I began stops, or is finished",
            Self::AccessChanged => "My access is revoked or restored",
            Self::Test => "A test",
        }
    }

    /// Whether it comes by e-mail to whoever never chose: what waits for a person does, and what goes on without them does
    /// not.
    pub fn by_email_unless_chosen(self) -> bool {
        !matches!(self, Self::EnvironmentReady | Self::EnvironmentEnded)
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Topic {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|topic| topic.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_one_name_everywhere() {
        for topic in Topic::ALL {
            assert_eq!(topic.as_str().parse::<Topic>().unwrap(), topic);
            assert_eq!(serde_json::to_value(topic).unwrap(), topic.as_str());
        }
        assert!("ready".parse::<Topic>().is_err() && "test".parse::<Topic>().is_err());
        assert_eq!(serde_json::to_value(Topic::Test).unwrap(), Topic::Test.as_str());
    }
}
