use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{EnvironmentRow, FormState, UpdatePreview};
use crate::environment::EnvironmentState;
use crate::id::{AccountId, ProjectId};
use crate::project::{Stage, UnknownName};

/// A number that is not counted any further than `up_to`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    pub number: u32,
    pub up_to: u32,
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plus = if self.number >= self.up_to { "+" } else { "" };
        write!(f, "{}{plus}", self.number)
    }
}

/// A few environments of a list, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    pub rows: Vec<EnvironmentRow>,
    pub all: Counted,
}

/// What is asked of the team page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TeamQuery {
    pub project: String,
    /// In the name of one of its people.
    pub q: String,
}

/// A project as its lead looks after it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamPage {
    /// The one that is shown; `None` where there is none, or none is chosen.
    pub project: Option<ProjectId>,
    /// All that can be chosen.
    pub projects: Vec<ProjectId>,
    /// What is wrong with the choice.
    pub form: FormState,
    /// Undecided requests of the project.
    pub waiting: Counted,
    /// Whose lease ends within [`TeamPage::ENDS_WITHIN_DAYS`].
    pub ending: Excerpt,
    pub troubled: Excerpt,
    /// Whose owner left the project.
    pub left: Excerpt,
    pub running: Excerpt,
    pub resting: Excerpt,
    pub people: Vec<TeamMember>,
    /// There are more people than these.
    pub more: bool,
    pub q: String,
}

impl TeamPage {
    pub const ENDS_WITHIN_DAYS: u16 = 14;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamMember {
    pub display_name: String,
    /// For the list of what they have.
    pub subject: String,
    /// "Team lead", "Data scientist".
    pub role: String,
    pub signed_in_at: DateTime<Utc>,
    pub environments: i64,
}

/// All environments that are not terminated, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetPage {
    pub all: i64,
    pub states: Vec<(EnvironmentState, i64)>,
    pub stages: Vec<(Stage, i64)>,
    /// With their names, those with the most first.
    pub accounts: Vec<(AccountId, String, i64)>,
    /// There are more accounts than these.
    pub more_accounts: bool,
    pub outdated: i64,
    pub drifted: Counted,
    /// Carrying other tags than they would be launched with now.
    pub tags_differ: Counted,
    pub handed_over: Counted,
    /// Whose owner left the project.
    pub owner_left: Counted,
    /// Provisioned products that no environment stands for.
    pub unmanaged: Counted,
    pub held: Counted,
    pub running: Counted,
    pub ending: Counted,
    /// By how many days old they are at least.
    pub older: Vec<(u16, Counted)>,
}

/// What is done with several environments at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Together {
    /// Stop everything that runs.
    Stop,
    /// Put off the end of the lease.
    Extend,
    /// Keep it from being terminated at the end of its lease.
    Hold,
    Terminate,
    /// Bring each to the version that its product offers first, one after the other.
    Update,
    /// Give each the tags that it would be launched with now.
    Tag,
}

impl Together {
    pub const ALL: [Self; 6] = [Self::Stop, Self::Extend, Self::Hold, Self::Update, Self::Tag, Self::Terminate];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Extend => "extend",
            Self::Hold => "hold",
            Self::Terminate => "terminate",
            Self::Update => "update",
            Self::Tag => "tag",
        }
    }
}

impl FromStr for Together {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|act| act.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

/// What would be done with the environments that were chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TogetherPage {
    /// `None` where nobody said.
    pub act: Option<Together>,
    pub can: Vec<TogetherRow>,
    pub cannot: Vec<TogetherRow>,
    /// Some have home directories: whether these are kept has to be chosen.
    pub has_homes: bool,
    /// How many more were chosen than can be done together.
    pub left_out: usize,
    pub most: usize,
    pub form_token: String,
    pub form: FormState,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TogetherRow {
    pub environment: EnvironmentRow,
    /// As [`TogetherInput::chosen`] has it.
    pub chosen: String,
    /// What will happen, or why it cannot.
    pub says: Vec<String>,
    /// What an update does.
    pub preview: Option<UpdatePreview>,
}

/// What is to be done with several environments, as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TogetherInput {
    pub act: String,
    /// `id:version:end of the lease in milliseconds`, with commas between them.
    pub chosen: String,
    pub together_reason: String,
    /// For a hold: a day, `2026-12-31`, which counts whole.
    pub hold_until: String,
    /// For a termination: as [`crate::home::Files`] is written.
    pub files: String,
    /// For a termination: how many are terminated, typed to confirm.
    pub together_count: String,
    pub form_token: String,
}

/// What became of each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TogetherDonePage {
    pub act: Together,
    pub reason: String,
    pub at: DateTime<Utc>,
    pub done: Vec<EnvironmentRow>,
    /// With what was said.
    pub refused: Vec<(EnvironmentRow, String)>,
    /// Those that can no longer be seen.
    pub hidden: usize,
}
