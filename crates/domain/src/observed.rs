//! What AWS says of an environment that is at rest: whether it is as the portal left it, and what runs in it.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::environment::{Environment, EnvironmentState};
use crate::id::{EnvironmentId, ProvisioningArtifactId};
use crate::idle::Activity;
use crate::problem::Problem;
use crate::project::UnknownName;
use crate::tag_policy::TagDifference;

/// What a look found; the last one is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    pub environment: EnvironmentId,
    pub drift: Vec<Drift>,
    pub running: Vec<Running>,
    pub spaces: Vec<Space>,
    /// Bytes in its home file systems, as AWS meters them; `None` where it has none, or AWS did not tell.
    #[serde(default)]
    pub home_bytes: Option<u64>,
    /// The tags of what is opened, or of the provisioned product where nothing is.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Which of them are other than they would be if it were launched now.
    #[serde(default)]
    pub tag_differences: Vec<TagDifference>,
    pub read_at: DateTime<Utc>,
    /// Why AWS did not tell everything; what it did not tell is missing above.
    pub problem: Option<Problem>,
}

/// A way in which AWS has an environment other than the portal left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Drift {
    /// Service Catalog has no such provisioned product any more.
    Gone,
    /// Somebody changes it past the portal.
    UnderChange,
    /// The last change past the portal failed; AWS's words.
    Tainted { said: String },
    /// It is in Service Catalog without a running stack; AWS's words.
    Failed { said: String },
    /// Another version was provisioned past the portal.
    Version { artifact: ProvisioningArtifactId },
    /// The user profile or notebook instance that is opened is not there.
    NothingToOpen,
    /// It is tagged with another owner, or none.
    Owner { is: Option<String> },
}

/// An app, or a notebook instance that is not stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    #[serde(flatten)]
    pub item: Item,
    /// Empty where AWS does not say.
    pub instance_type: String,
    /// As SageMaker writes it: `InService`, `Pending`, `Deleting`, ...
    pub status: String,
    /// When it was started, as far as AWS says.
    pub since: Option<DateTime<Utc>>,
    /// What SageMaker says of its use; asked where a rule about what is idle is for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<Activity>,
    /// Why it is tagged at AWS as running a job ([`crate::idle::RUNNING_JOB_TAG`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
}

/// Something that can be stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Item {
    App { domain: String, app_type: String, profile: Option<String>, space: Option<String>, name: String },
    NotebookInstance { name: String },
}

impl Item {
    pub fn name(&self) -> &str {
        match self {
            Self::App { name, .. } | Self::NotebookInstance { name } => name,
        }
    }

    /// What a form posts for it: no two of an environment have the same.
    pub fn key(&self) -> String {
        match self {
            Self::App { domain, app_type, profile, space, name } => {
                let owner = match (space, profile) {
                    (Some(space), _) => format!("space {space}"),
                    (None, profile) => format!("profile {}", profile.as_deref().unwrap_or_default()),
                };
                format!("{domain}/{owner}/{app_type}/{name}")
            }
            Self::NotebookInstance { name } => format!("notebook instance/{name}"),
        }
    }
}

/// A space of the environment: what is kept of an app that is stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Space {
    pub domain: String,
    pub name: String,
    /// `JupyterLab`, `CodeEditor`; empty where AWS does not say.
    pub app_type: String,
    pub status: String,
}

/// Where Service Catalog says that an environment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is no provisioned product of its id.
    Gone,
    There {
        status: ProductStatus,
        said: String,
        artifact: Option<ProvisioningArtifactId>,
    },
}

/// `ProvisionedProductStatus`, as far as it tells apart what the portal does about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    Available,
    UnderChange,
    Tainted,
    Error,
}

impl ProductStatus {
    pub const ALL: [Self; 4] = [Self::Available, Self::UnderChange, Self::Tainted, Self::Error];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::UnderChange => "under_change",
            Self::Tainted => "tainted",
            Self::Error => "error",
        }
    }
}

impl FromStr for ProductStatus {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

impl Drift {
    /// How an environment, which no operation is at work on, differs from how the portal left it by Service Catalog alone.
    pub fn of(it: &Environment, standing: &Standing) -> Vec<Self> {
        let Standing::There { status, said, artifact } = standing else { return vec![Self::Gone] };
        let mut drift = Vec::new();
        match status {
            ProductStatus::UnderChange => drift.push(Self::UnderChange),
            ProductStatus::Tainted => drift.push(Self::Tainted { said: said.clone() }),
            // What could not be brought up is in error there as well.
            ProductStatus::Error if it.state != EnvironmentState::Error => {
                drift.push(Self::Failed { said: said.clone() });
            }
            ProductStatus::Available | ProductStatus::Error => {}
        }
        if let Some(artifact) = artifact.as_ref().filter(|artifact| **artifact != it.artifact) {
            drift.push(Self::Version { artifact: artifact.clone() });
        }
        drift
    }

    /// Where an environment stands by this, and why: what can no longer be opened, or runs as before a change that failed, is
    /// not called available. `None`: it stands where it stood.
    pub fn verdict(&self) -> Option<(EnvironmentState, Problem)> {
        let words = |said: &str| if said.is_empty() { "AWS gave no reason.".to_owned() } else { said.to_owned() };
        Some(match self {
            Self::Gone => (
                EnvironmentState::Error,
                Problem::new(
                    "This environment is gone at AWS.",
                    "Service Catalog has no such provisioned product any more: it was terminated outside the portal.",
                    "Try again to bring it up anew, empty, under the same name; or terminate it, after which its record alone \
                     is left.",
                ),
            ),
            Self::Tainted { said } => (
                EnvironmentState::Tainted,
                Problem::new(
                    "A change that was made outside the portal failed; the environment runs as before it.",
                    words(said),
                    "It can be used as before. Whoever made the change can mend it in AWS: the portal takes it as available by \
                     itself once AWS does. Terminate it where it is no longer needed.",
                ),
            ),
            Self::Failed { said } => (
                EnvironmentState::Error,
                Problem::new(
                    "AWS has this environment in error, after a change that was made outside the portal.",
                    words(said),
                    "Try again to have it removed and brought up anew; what is in it is lost. Or ask the platform team to mend \
                     its stack in AWS first.",
                ),
            ),
            Self::UnderChange | Self::Version { .. } | Self::NothingToOpen | Self::Owner { .. } => return None,
        })
    }
}

impl Running {
    /// Whether it costs by the hour.
    pub fn is_billed(&self) -> bool {
        matches!(self.status.as_str(), "InService" | "Pending" | "Updating")
    }

    /// Whether it is on its way to a stop.
    pub fn is_stopping(&self) -> bool {
        matches!(self.status.as_str(), "Deleting" | "Stopping")
    }

    /// Whether it can be started: a notebook instance, with all that is on its disk.
    pub fn is_startable(&self) -> bool {
        matches!(self.item, Item::NotebookInstance { .. }) && self.status == "Stopped"
    }
}

impl Observed {
    /// Before anything was found.
    pub fn nothing(environment: EnvironmentId, read_at: DateTime<Utc>) -> Self {
        Self {
            environment,
            drift: Vec::new(),
            running: Vec::new(),
            spaces: Vec::new(),
            home_bytes: None,
            tags: BTreeMap::new(),
            tag_differences: Vec::new(),
            read_at,
            problem: None,
        }
    }

    /// Whether AWS told everything, and has it as something that runs well.
    pub fn is_well(&self) -> bool {
        let stands_well = |drift: &Drift| drift.verdict().is_none() && *drift != Drift::UnderChange;
        self.problem.is_none() && self.drift.iter().all(stands_well)
    }

    /// What is paid for by the hour.
    pub fn billed(&self) -> impl Iterator<Item = &Running> {
        self.running.iter().filter(|it| it.is_billed())
    }
}
