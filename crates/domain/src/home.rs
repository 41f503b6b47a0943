//! Home file systems: SageMaker makes one for each Studio domain, in Amazon EFS. It outlives the domain, with all that people
//! keep in their home directories: a termination deletes it, or keeps it, because somebody chose so.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::project::UnknownName;

/// The home file systems of the domains that an environment's own stack has, or had, and what becomes of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Homes {
    /// What the termination does with the files, once that was asked for.
    pub files: Option<Files>,
    pub all: Vec<Home>,
}

/// What a termination does with the files in a home file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Files {
    Keep,
    Delete,
}

/// One home file system. It is written down before its domain is deleted: afterwards nobody could tell which it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    /// `d-...`
    pub domain: String,
    /// `fs-...`
    pub file_system: String,
    /// The ARN of the key that encrypts it, as EFS says.
    pub kms_key: Option<String>,
    pub standing: HomeStanding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HomeStanding {
    /// As SageMaker made it, with its mount targets.
    Attached,
    /// Its mount targets are gone; the files are there.
    Detached,
    Deleted,
}

impl Homes {
    /// Takes one in that was not known; one that is known keeps its standing.
    pub fn learn(&mut self, home: Home) {
        if !self.all.iter().any(|known| known.file_system == home.file_system) {
            self.all.push(home);
        }
    }

    /// Those whose files are there.
    pub fn kept(&self) -> impl Iterator<Item = &Home> {
        self.all.iter().filter(|home| home.standing != HomeStanding::Deleted)
    }

    /// Whether a termination has something to do about them once the stack is gone.
    pub fn are_open(&self) -> bool {
        self.kept().any(|home| home.standing == HomeStanding::Attached || self.files == Some(Files::Delete))
    }
}

impl Files {
    pub const ALL: [Self; 2] = [Self::Keep, Self::Delete];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Delete => "delete",
        }
    }
}

impl FromStr for Files {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|files| files.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(id: &str, standing: HomeStanding) -> Home {
        Home { domain: "d-1".into(), file_system: id.into(), kms_key: None, standing }
    }

    #[test]
    fn what_is_known_keeps_its_standing_and_what_is_kept_is_not_open() {
        let mut homes = Homes::default();
        assert!(!homes.are_open());
        homes.learn(home("fs-1", HomeStanding::Attached));
        assert!(homes.are_open(), "mount targets go in any case");
        homes.all[0].standing = HomeStanding::Detached;
        homes.learn(home("fs-1", HomeStanding::Attached));
        assert_eq!((homes.all.len(), homes.are_open()), (1, false));
        homes.files = Some(Files::Delete);
        assert!(homes.are_open());
        homes.all[0].standing = HomeStanding::Deleted;
        assert_eq!((homes.kept().count(), homes.are_open()), (0, false));
    }
}
