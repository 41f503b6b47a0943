//! What a person carries into AWS: session tags, source identity and a session policy as narrow as the one call.

use serde::{Deserialize, Serialize};

use crate::id::ProjectId;
use crate::person::StudioUserId;
use crate::project::Stage;

/// Session tags of a role session (IAM user guide, "Pass session tags in AWS STS"): what ABAC policies compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionTags {
    pub studiouserid: StudioUserId,
    pub project: ProjectId,
    pub stage: Stage,
    /// The Studio domain, of the environment's own stack, in which everything is deleted whosever it is; and with it what
    /// SageMaker made for it. Its id: `d-...`.
    pub studiodomain: Option<String>,
    /// The user profile that is the person's though it has another name: it was transferred to them.
    pub studioprofile: Option<String>,
    /// Whom the person's environment is given to.
    pub studionextowner: Option<StudioUserId>,
}

impl SessionTags {
    /// Key and value pairs as sent to `AssumeRole`.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let own = [
            ("studiouserid", self.studiouserid.as_str()),
            ("project", self.project.as_str()),
            ("stage", self.stage.as_str()),
        ];
        let more = [
            ("studiodomain", self.studiodomain.as_deref()),
            ("studioprofile", self.studioprofile.as_deref()),
            ("studionextowner", self.studionextowner.as_ref().map(StudioUserId::as_str)),
        ];
        own.into_iter().chain(more.into_iter().filter_map(|(key, value)| Some((key, value?)))).collect()
    }
}

/// `SourceIdentity` of a role session: who acts, kept through role chaining and written to CloudTrail. 2 to 64
/// characters of `[\w+=,.@-]`, which every [`StudioUserId`] is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceIdentity(StudioUserId);

impl From<StudioUserId> for SourceIdentity {
    fn from(id: StudioUserId) -> Self {
        Self(id)
    }
}

impl SourceIdentity {
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// An inline session policy (at most 2,048 characters): the session may do what it and the role's own policies allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionPolicy(String);

/// A session policy beyond AWS's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a session policy holds at most 2,048 characters, this one has {0}")]
pub struct SessionPolicyTooLong(usize);

impl SessionPolicy {
    /// Allows `actions` on `resources` and nothing else.
    pub fn allow(actions: &[&str], resources: &[String]) -> Result<Self, SessionPolicyTooLong> {
        Self::allow_each(&[(actions, resources)])
    }

    /// Allows each list of actions on its resources, and nothing else.
    pub fn allow_each(grants: &[(&[&str], &[String])]) -> Result<Self, SessionPolicyTooLong> {
        let statements: Vec<_> = grants
            .iter()
            .map(|(actions, resources)| serde_json::json!({ "Effect": "Allow", "Action": actions, "Resource": resources }))
            .collect();
        let text = serde_json::json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        if text.chars().count() > 2048 { Err(SessionPolicyTooLong(text.chars().count())) } else { Ok(Self(text)) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The roles of `docs/roles.md` that the portal assumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RoleName {
    StudiogateProvisioner,
    StudiogateLauncher,
    StudiogateObserver,
    StudiogateRevoker,
    StudiogateProbe,
    StudiogateImporter,
    StudiogateCurator,
    StudiogateOrganizer,
}

impl RoleName {
    /// Those that `deploy/spoke.yaml` makes in every account of a project.
    pub const IN_PROJECT_ACCOUNTS: [Self; 6] = [
        Self::StudiogateProvisioner,
        Self::StudiogateLauncher,
        Self::StudiogateObserver,
        Self::StudiogateRevoker,
        Self::StudiogateProbe,
        Self::StudiogateImporter,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::StudiogateProvisioner => "StudiogateProvisioner",
            Self::StudiogateLauncher => "StudiogateLauncher",
            Self::StudiogateObserver => "StudiogateObserver",
            Self::StudiogateRevoker => "StudiogateRevoker",
            Self::StudiogateProbe => "StudiogateProbe",
            Self::StudiogateImporter => "StudiogateImporter",
            Self::StudiogateCurator => "StudiogateCurator",
            Self::StudiogateOrganizer => "StudiogateOrganizer",
        }
    }
}
