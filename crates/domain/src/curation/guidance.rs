use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::catalog::ProvisioningArtifact;
use crate::project::UnknownName;

/// What people who have a version are told of it (`ProvisioningArtifactGuidance`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guidance {
    Default,
    /// Environments keep it, and nobody may request it.
    Deprecated,
}

impl Guidance {
    pub const ALL: [Self; 2] = [Self::Default, Self::Deprecated];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Deprecated => "deprecated",
        }
    }

    /// Of a version as the mirror has it.
    pub fn of(version: &ProvisioningArtifact) -> Self {
        if version.deprecated { Self::Deprecated } else { Self::Default }
    }
}

impl fmt::Display for Guidance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Guidance {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|it| it.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}
