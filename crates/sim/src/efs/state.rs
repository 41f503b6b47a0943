//! What Amazon EFS keeps.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The file systems of one account in one region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// By `fs-...`.
    pub file_systems: BTreeMap<String, FileSystem>,
    /// By `fsmt-...`.
    pub mount_targets: BTreeMap<String, MountTarget>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FileSystem {
    pub creation_token: String,
    pub created: DateTime<Utc>,
    /// The ARN of the key that encrypts it.
    pub kms_key: Option<String>,
    /// Bytes, as metered.
    pub size: u64,
    pub tags: BTreeMap<String, String>,
    /// It is `deleting`, and gone by then.
    pub gone_at: Option<DateTime<Utc>>,
}

/// Where a file system can be reached: a network interface in a subnet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MountTarget {
    pub file_system: String,
    pub vpc: String,
    pub subnet: String,
    pub ip: String,
    pub network_interface: String,
    pub security_groups: Vec<String>,
    /// It is `deleting`, and gone by then.
    pub gone_at: Option<DateTime<Utc>>,
}

impl State {
    pub(super) fn settle(&mut self, now: DateTime<Utc>) {
        self.mount_targets.retain(|_, target| target.gone_at.is_none_or(|at| at > now));
        self.file_systems.retain(|_, system| system.gone_at.is_none_or(|at| at > now));
    }

    /// The mount targets of a file system, with those that are going.
    pub fn targets_of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = (&'a String, &'a MountTarget)> {
        self.mount_targets.iter().filter(move |(_, target)| target.file_system == id)
    }
}
