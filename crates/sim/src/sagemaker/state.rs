//! What SageMaker keeps.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::error::AwsError;
use crate::value::epoch;

/// The resources of one account in one region. Keys are lower case: SageMaker's names are case-insensitive.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// By domain id.
    pub domains: BTreeMap<String, Resource>,
    /// By `domain/name`.
    pub user_profiles: BTreeMap<String, Resource>,
    /// By `domain/name`.
    pub spaces: BTreeMap<String, Resource>,
    /// By `domain/profile or space/type/name`.
    pub apps: BTreeMap<String, Resource>,
    /// By name.
    pub notebook_instances: BTreeMap<String, Resource>,
    /// By name.
    pub lifecycle_configs: BTreeMap<String, Resource>,
    pub quotas: Quotas,
    /// Whether health checks move `LastUserActivityTimestamp` of apps, as AWS's documentation says that they may. Off, an app
    /// says when somebody used it last.
    pub health_checks_count_as_use: bool,
}

/// Service quotas of one account in one region, adjustable at AWS too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Quotas {
    pub domains: usize,
    pub user_profiles: usize,
    pub spaces: usize,
    pub running_apps: usize,
    pub notebook_instances: usize,
}

impl Default for Quotas {
    fn default() -> Self {
        Self { domains: 100, user_profiles: 1000, spaces: 2000, running_apps: 1000, notebook_instances: 1000 }
    }
}

impl Quotas {
    pub(crate) const DOMAINS: Quota = Quota { code: "L-B683BCB0", name: "Total domains" };
    pub(crate) const USER_PROFILES: Quota =
        Quota { code: "L-AC46C40F", name: "Maximum number of Studio user profiles allowed per account" };
    pub(crate) const SPACES: Quota =
        Quota { code: "L-8E5333B4", name: "Maximum number of Studio spaces allowed per account" };
    pub(crate) const NOTEBOOK_INSTANCES: Quota =
        Quota { code: "L-04CE2E67", name: "Total number of notebook instances" };

    /// Those that Service Quotas answers for, with their values.
    pub(crate) fn answered(&self) -> [(Quota, usize); 4] {
        [
            (Self::DOMAINS, self.domains),
            (Self::USER_PROFILES, self.user_profiles),
            (Self::SPACES, self.spaces),
            (Self::NOTEBOOK_INSTANCES, self.notebook_instances),
        ]
    }
}

/// A quota as Service Quotas names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quota {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
}

/// A resource, with what `Describe` answers about it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Resource {
    pub arn: String,
    /// The members of the Describe output, without status, times and failure reason.
    pub attributes: Map<String, Value>,
    pub tags: BTreeMap<String, String>,
    pub status: String,
    pub failure: Option<String>,
    pub created: DateTime<Utc>,
    pub modified: DateTime<Utc>,
    /// What happens next, if anything.
    pub due: Option<Due>,
}

/// A change of status that is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    pub at: DateTime<Utc>,
    /// `None`: the resource is gone.
    pub status: Option<String>,
}

impl Resource {
    /// A resource that is `Pending` and comes into service at `ready`.
    pub fn pending(arn: String, attributes: Map<String, Value>, now: DateTime<Utc>, ready: DateTime<Utc>) -> Self {
        Self {
            arn,
            attributes,
            tags: BTreeMap::new(),
            status: "Pending".into(),
            failure: None,
            created: now,
            modified: now,
            due: Some(Due { at: ready, status: Some("InService".into()) }),
        }
    }

    #[must_use]
    pub fn tagged(mut self, tags: BTreeMap<String, String>) -> Self {
        self.tags = tags;
        self
    }

    pub fn text(&self, key: &str) -> &str {
        self.attributes.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// Moves to `status` now, and to `then` at `at` (`None`: gone).
    pub fn turn(&mut self, status: &str, now: DateTime<Utc>, at: DateTime<Utc>, then: Option<&str>) {
        status.clone_into(&mut self.status);
        self.modified = now;
        self.due = Some(Due { at, status: then.map(str::to_owned) });
    }

    /// The Describe output; `status` is the name of its status member.
    pub fn described(&self, status: &str) -> Value {
        let mut out = self.attributes.clone();
        out.insert(status.to_owned(), json!(self.status));
        out.insert("CreationTime".into(), epoch(self.created));
        out.insert("LastModifiedTime".into(), epoch(self.modified));
        if let Some(reason) = &self.failure {
            out.insert("FailureReason".into(), json!(reason));
        }
        Value::Object(out)
    }

    /// `keys` of the Describe output: one row of a List output.
    pub fn row(&self, status: &str, keys: &[&str]) -> Value {
        let full = self.described(status);
        let wanted = keys.iter().chain([&status, &"CreationTime", &"LastModifiedTime"]);
        wanted.filter_map(|key| full.get(*key).map(|value| ((*key).to_owned(), value.clone()))).collect()
    }
}

/// How long a deleted app is still listed, as at AWS.
const DELETED_APPS_STAY: TimeDelta = TimeDelta::hours(24);

impl State {
    pub(super) fn settle(&mut self, now: DateTime<Utc>) {
        for resources in
            [&mut self.domains, &mut self.user_profiles, &mut self.spaces, &mut self.apps, &mut self.notebook_instances]
        {
            resources.retain(|_, resource| {
                let Some(due) = resource.due.take_if(|due| due.at <= now) else { return true };
                let Some(status) = due.status else { return false };
                resource.modified = due.at;
                if status == "Deleted" {
                    resource.due = Some(Due { at: due.at + DELETED_APPS_STAY, status: None });
                }
                resource.status = status;
                true
            });
        }
    }

    pub fn domain(&self, id: &str) -> Result<&Resource, AwsError> {
        self.domains.get(id).ok_or_else(|| not_found(format!("Domain [{id}] does not exist.")))
    }

    pub fn user_profile(&self, domain: &str, name: &str) -> Result<&Resource, AwsError> {
        self.user_profiles
            .get(&key(&[domain, name]))
            .ok_or_else(|| not_found(format!("UserProfile [{domain}/{name}] does not exist.")))
    }

    pub fn space(&self, domain: &str, name: &str) -> Result<&Resource, AwsError> {
        self.spaces
            .get(&key(&[domain, name]))
            .ok_or_else(|| not_found(format!("Space [{domain}/{name}] does not exist.")))
    }

    /// The resource with this ARN, of any kind.
    pub fn by_arn_mut(&mut self, arn: &str) -> Option<&mut Resource> {
        [
            &mut self.domains,
            &mut self.user_profiles,
            &mut self.spaces,
            &mut self.apps,
            &mut self.notebook_instances,
            &mut self.lifecycle_configs,
        ]
        .into_iter()
        .flat_map(BTreeMap::values_mut)
        .find(|resource| resource.arn == arn)
    }
}

/// The key of a resource: its names, lower case.
pub(super) fn key(parts: &[&str]) -> String {
    parts.join("/").to_ascii_lowercase()
}

pub(super) fn not_found(message: String) -> AwsError {
    AwsError::new("ResourceNotFound", message)
}

pub(super) fn in_use(message: String) -> AwsError {
    AwsError::new("ResourceInUse", message)
}

pub(super) fn limit_exceeded(what: &str, limit: usize) -> AwsError {
    AwsError::new(
        "ResourceLimitExceeded",
        format!(
            "The account-level service limit '{what}' is {limit}, with current utilization of {limit} and a request delta of 1. Please use AWS Service Quotas to request an increase for this quota."
        ),
    )
}

/// The members of `body` named in `keys`, as attributes of a new resource.
pub(super) fn attributes(body: &Value, keys: &[&str]) -> Map<String, Value> {
    keys.iter()
        .filter_map(|key| body.get(*key).filter(|v| !v.is_null()).map(|v| ((*key).to_owned(), v.clone())))
        .collect()
}
