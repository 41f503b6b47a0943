//! Every action that the portal authorizes. The Cedar policies in `policies/` decide on these and on nothing else.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal, changes: $changes:literal;)*) => {
        /// See the module.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Action { $($(#[$doc])* $name,)* }

        impl Action {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// As written in Cedar (`Action::"view_request"`) and in the audit log.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Whether the action changes anything; an auditor may do none of these.
            pub fn is_change(self) -> bool {
                match self { $(Self::$name => $changes,)* }
            }
        }
    };
}

actions! {
    /// See a product that the person's project may use.
    ViewProduct = "view_product", changes: false;
    /// Ask for a product in a project.
    SubmitRequest = "submit_request", changes: true;
    ViewRequest = "view_request", changes: false;
    WithdrawRequest = "withdraw_request", changes: true;
    /// Approve or deny.
    DecideRequest = "decide_request", changes: true;
    /// Ask whoever made it something, before it is decided.
    QuestionRequest = "question_request", changes: true;
    /// Let somebody decide in one's own place for a while, or no longer.
    DelegateDecisions = "delegate_decisions", changes: true;
    /// Answer what was asked about one's own request.
    AnswerRequest = "answer_request", changes: true;
    ViewEnvironment = "view_environment", changes: false;
    /// Open Studio or a notebook instance: the owner alone.
    LaunchEnvironment = "launch_environment", changes: true;
    TerminateEnvironment = "terminate_environment", changes: true;
    /// Start a failed operation again.
    RetryEnvironment = "retry_environment", changes: true;
    /// Ask for another version of its product, or for other values.
    UpdateEnvironment = "update_environment", changes: true;
    /// Terminate it though AWS cannot delete everything, or without deleting anything.
    LeaveResources = "leave_resources", changes: true;
    /// Ask the platform team to go on with it, or say that it needs nobody any more.
    HandOverEnvironment = "hand_over_environment", changes: true;
    /// Give it to another person of its project.
    TransferEnvironment = "transfer_environment", changes: true;
    /// Give it the tags that it would be launched with now.
    TagEnvironment = "tag_environment", changes: true;
    /// Put off the end of its lease, within the limit of the project's access.
    ExtendLease = "extend_lease", changes: true;
    /// Keep it from being terminated at the end of its lease, or no longer.
    HoldEnvironment = "hold_environment", changes: true;
    /// Have AWS asked now how it is, and what runs in it.
    ObserveEnvironment = "observe_environment", changes: false;
    /// Stop apps and notebook instances.
    StopEnvironment = "stop_environment", changes: true;
    /// Stop what nobody uses, by the rules about what is idle: the portal alone.
    StopIdle = "stop_idle", changes: true;
    /// Say that something runs a job, so that it is not stopped for being idle, or that it no longer does.
    MarkRunningJob = "mark_running_job", changes: true;
    /// Start a notebook instance.
    StartEnvironment = "start_environment", changes: true;
    /// Cut somebody off: from an environment, in a project, or everywhere.
    RevokeAccess = "revoke_access", changes: true;
    ViewRevocation = "view_revocation", changes: false;
    /// Give back what a revocation cut off.
    RestoreAccess = "restore_access", changes: true;
    ViewRollout = "view_rollout", changes: false;
    /// Go on with updates of several environments that stopped, or end them.
    ManageRollout = "manage_rollout", changes: true;
    /// Read the audit log of the whole portal.
    ViewAudit = "view_audit", changes: false;
    /// See the projects that one leads with their people.
    ViewTeam = "view_team", changes: false;
    /// See projects, their accounts, access and bindings.
    ViewAdministration = "view_administration", changes: false;
    /// Create and edit projects and their accounts.
    ManageProjects = "manage_projects", changes: true;
    /// Edit group mappings.
    ManageGroupMappings = "manage_group_mappings", changes: true;
    /// Edit product access and parameter bindings.
    ManageProductAccess = "manage_product_access", changes: true;
    /// Edit what requests are decided by at least, and who decides besides leads and admins.
    ManageApprovals = "manage_approvals", changes: true;
    /// Make an environment of what somebody provisioned past the portal.
    AdoptProduct = "adopt_product", changes: true;
    /// Bring templates to the portal, and make products and versions of them.
    ManageCatalog = "manage_catalog", changes: true;
    /// Ask for a fresh reading of the catalog.
    RefreshCatalog = "refresh_catalog", changes: true;
    /// See one's own profile and sessions.
    ViewOwnProfile = "view_own_profile", changes: false;
    /// End one of one's own sessions.
    EndOwnSession = "end_own_session", changes: true;
    /// Read one's own notifications, and choose how they come.
    ManageOwnNotifications = "manage_own_notifications", changes: false;
    /// Say where events are sent, and what becomes of what could not be.
    ManageNotifications = "manage_notifications", changes: true;
    /// Say after which time what nobody uses is stopped.
    ManageIdleRules = "manage_idle_rules", changes: true;
    /// End any person's sessions.
    EndAnySession = "end_any_session", changes: true;
    /// See the organization's tree and its service control policies.
    ViewOrganization = "view_organization", changes: false;
    /// Ask AWS by calls that do nothing whether guardrails hold.
    ProbeGuardrails = "probe_guardrails", changes: false;
    /// Create, edit, attach and detach service control policies.
    ManageOrganization = "manage_organization", changes: true;
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
