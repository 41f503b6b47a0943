//! Amazon EFS: the home file systems that SageMaker makes for its domains, and taking them away.

use std::collections::BTreeMap;

use aws_sdk_efs::Client;
use aws_sdk_efs::config::{Builder, Config};
use aws_sdk_efs::types::{FileSystemDescription, LifeCycleState};
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;

use crate::Result;
use crate::answer::required;
use crate::call::{call, collect};

/// Calls EFS; see the module.
#[derive(Clone, Debug)]
pub struct Efs(Client);

/// A file system, and what EFS says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSystem {
    pub id: String,
    /// Bytes, as last metered; about, for what is being written.
    pub size: u64,
    /// The ARN of the key that encrypts it, where it is not AWS's own.
    pub kms_key: Option<String>,
    pub tags: BTreeMap<String, String>,
    /// Its deletion was asked for.
    pub is_deleting: bool,
}

/// Where a file system can be reached from: a network interface in a subnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountTarget {
    pub id: String,
    /// Its deletion was asked for.
    pub is_deleting: bool,
}

impl Efs {
    pub(crate) fn new(sdk: &SdkConfig) -> Self {
        Self(Client::new(sdk))
    }

    /// [`crate::Error::NotFound`] where there is none of this id any more.
    pub async fn describe_file_system(&self, id: &str) -> Result<FileSystem> {
        const OPERATION: &str = "elasticfilesystem:DescribeFileSystems";
        let answer = call(OPERATION, self.0.describe_file_systems().file_system_id(id).send()).await?;
        let found = answer.file_systems.and_then(|all| all.into_iter().next());
        required(OPERATION, "FileSystems", found.map(file_system))
    }

    /// Those of the account in the region that have this value in this tag.
    pub async fn file_systems_tagged(&self, key: &str, value: &str) -> Result<Vec<FileSystem>> {
        const OPERATION: &str = "elasticfilesystem:DescribeFileSystems";
        let stream = self.0.describe_file_systems().into_paginator().send();
        let all = collect(OPERATION, stream, |page| page.file_systems, |found| Ok(file_system(found))).await?;
        Ok(all.into_iter().filter(|found| found.tags.get(key).is_some_and(|tag| tag == value)).collect())
    }

    /// All mount targets of a file system; one for each availability zone at most (EFS quotas).
    pub async fn mount_targets(&self, file_system: &str) -> Result<Vec<MountTarget>> {
        const OPERATION: &str = "elasticfilesystem:DescribeMountTargets";
        let mut all = Vec::new();
        let mut marker = None;
        loop {
            let request = self.0.describe_mount_targets().file_system_id(file_system).set_marker(marker);
            let answer = call(OPERATION, request.send()).await?;
            all.extend(answer.mount_targets.unwrap_or_default().into_iter().map(|target| MountTarget {
                is_deleting: matches!(target.life_cycle_state, LifeCycleState::Deleting | LifeCycleState::Deleted),
                id: target.mount_target_id,
            }));
            marker = answer.next_marker;
            if marker.is_none() || all.len() > MOST_TARGETS {
                return Ok(all);
            }
        }
    }

    /// Starts the deletion of a mount target, which deletes its network interface; the file system keeps what is in it.
    pub async fn delete_mount_target(&self, id: &str) -> Result<()> {
        let request = self.0.delete_mount_target().mount_target_id(id);
        call("elasticfilesystem:DeleteMountTarget", request.customize().config_override(once()).send()).await.map(drop)
    }

    /// Starts the deletion of a file system with everything in it. [`crate::Error::Conflict`] while it has mount targets.
    pub async fn delete_file_system(&self, id: &str) -> Result<()> {
        let request = self.0.delete_file_system().file_system_id(id);
        call("elasticfilesystem:DeleteFileSystem", request.customize().config_override(once()).send()).await.map(drop)
    }
}

fn file_system(found: FileSystemDescription) -> FileSystem {
    FileSystem {
        size: found.size_in_bytes.and_then(|size| u64::try_from(size.value).ok()).unwrap_or_default(),
        kms_key: found.kms_key_id,
        tags: found.tags.into_iter().map(|tag| (tag.key, tag.value)).collect(),
        is_deleting: found.life_cycle_state == LifeCycleState::Deleting,
        id: found.file_system_id,
    }
}

/// EFS allows 1,400 mount targets to a VPC, and one of a file system to a zone: a list beyond this is none of one file system.
const MOST_TARGETS: usize = 1_400;

/// An act is sent once: its repetition is the workflow's, which looks first.
fn once() -> Builder {
    Config::builder().retry_config(RetryConfig::disabled())
}
