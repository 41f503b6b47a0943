//! The only way to a role session. For a person it takes an [`Authorized`] value, and from it come the session tags, the
//! source identity and a session policy for the one act; the portal's own reading has none of these.

use aws::{AssumeGrant, RoleRef, Session};
use domain::action::Action;
use domain::environment::{Environment, LaunchTarget};
use domain::id::{AccountId, Region};
use domain::session::{RoleName, SessionPolicy, SessionTags};

use crate::ControlPlane;
use crate::authorize::Authorized;

/// What a provisioner's session is for; each has its own session policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Look up launch paths and the name, start the provisioning.
    Provision,
    /// Delete the apps and spaces that block a deletion.
    DeleteApps,
    /// Look up the provisioned product, start its termination.
    Terminate,
}

impl Purpose {
    /// `servicecatalog` actions on records and provisioned products have no resource-level ARN in IAM.
    fn actions(self) -> &'static [&'static str] {
        match self {
            Self::Provision => &[
                "servicecatalog:ListLaunchPaths",
                "servicecatalog:DescribeProvisioningParameters",
                "servicecatalog:DescribeProvisionedProduct",
                "servicecatalog:ProvisionProduct",
            ],
            Self::DeleteApps => {
                &["sagemaker:ListApps", "sagemaker:DeleteApp", "sagemaker:ListSpaces", "sagemaker:DeleteSpace"]
            }
            Self::Terminate => {
                &["servicecatalog:DescribeProvisionedProduct", "servicecatalog:TerminateProvisionedProduct"]
            }
        }
    }

    /// Whether what was allowed is what this is for. A provisioning may first have to remove what an earlier try left.
    fn is_covered_by(self, action: Action) -> bool {
        let provisioning = matches!(action, Action::SubmitRequest | Action::RetryEnvironment);
        match self {
            Self::Provision => provisioning,
            Self::Terminate => provisioning || action == Action::TerminateEnvironment,
            Self::DeleteApps => action == Action::TerminateEnvironment,
        }
    }
}

/// A session of `StudiogateLauncher` that can open this one user profile, or notebook instance, and nothing else.
pub(crate) async fn launcher(
    plane: &ControlPlane,
    environment: &Authorized<Environment>,
    target: &LaunchTarget,
) -> aws::Result<Session> {
    if environment.action() != Action::LaunchEnvironment {
        return Err(not_sent("it was not a launch that was allowed"));
    }
    let it = environment.thing();
    let action = match target {
        LaunchTarget::Studio { .. } => "sagemaker:CreatePresignedDomainUrl",
        LaunchTarget::NotebookInstance { .. } => "sagemaker:CreatePresignedNotebookInstanceUrl",
    };
    open(plane, it, RoleName::StudiogateLauncher, &[action], &[arn_of(plane, it, target)]).await
}

/// A session of `StudiogateProvisioner` that can tag this one thing, which the provisioning has made.
pub(crate) async fn tagger(
    plane: &ControlPlane,
    environment: &Authorized<Environment>,
    target: &LaunchTarget,
) -> aws::Result<Session> {
    if !Purpose::Provision.is_covered_by(environment.action()) {
        return Err(not_sent("it was not a provisioning that was allowed"));
    }
    let it = environment.thing();
    let role = RoleName::StudiogateProvisioner;
    open(plane, it, role, &["sagemaker:AddTags"], &[arn_of(plane, it, target)]).await
}

/// The ARN of what is opened. SageMaker writes it in lower case whatever the case of the name.
pub(crate) fn arn_of(plane: &ControlPlane, it: &Environment, target: &LaunchTarget) -> String {
    let resource = match target {
        LaunchTarget::Studio { domain_id, user_profile_name } => {
            format!("user-profile/{domain_id}/{}", user_profile_name.to_lowercase())
        }
        LaunchTarget::NotebookInstance { name } => format!("notebook-instance/{}", name.to_lowercase()),
    };
    format!("arn:{}:sagemaker:{}:{}:{resource}", plane.aws().config().partition, it.region, it.account)
}

/// A session of `StudiogateProvisioner` for one purpose, as the environment's owner.
pub(crate) async fn provisioner(
    plane: &ControlPlane,
    environment: &Authorized<Environment>,
    purpose: Purpose,
) -> aws::Result<Session> {
    if !purpose.is_covered_by(environment.action()) {
        return Err(not_sent("it was something else that was allowed"));
    }
    let role = RoleName::StudiogateProvisioner;
    open(plane, environment.thing(), role, purpose.actions(), &["*".to_owned()]).await
}

/// The portal's own session for reading stacks.
pub(crate) async fn observer(plane: &ControlPlane, account: &AccountId, region: &Region) -> aws::Result<Session> {
    system(plane, account, region, RoleName::StudiogateObserver).await
}

/// The portal's own session for reading portfolios in the shared-services account.
pub(crate) async fn curator(plane: &ControlPlane, region: &Region) -> aws::Result<Session> {
    let role = plane.aws().config().curator(region.clone());
    assume(plane, &role, &AssumeGrant::system("studiogate")).await
}

/// The portal's own session for reading what products ask for, in a project's account. Nothing is provisioned with it:
/// its uses are `workers::catalog` and `doctor`.
pub(crate) async fn catalog_reader(plane: &ControlPlane, account: &AccountId, region: &Region) -> aws::Result<Session> {
    system(plane, account, region, RoleName::StudiogateProvisioner).await
}

/// The portal's own session for reading the organization.
pub(crate) async fn organizer(plane: &ControlPlane) -> aws::Result<Session> {
    assume(plane, &plane.aws().config().organizer(), &AssumeGrant::system("studiogate")).await
}

/// The portal's own session in any role, for `doctor`.
pub(crate) async fn system(
    plane: &ControlPlane,
    account: &AccountId,
    region: &Region,
    role: RoleName,
) -> aws::Result<Session> {
    let role = RoleRef { account: account.clone(), region: region.clone(), role };
    assume(plane, &role, &AssumeGrant::system("studiogate")).await
}

async fn open(
    plane: &ControlPlane,
    environment: &Environment,
    role: RoleName,
    actions: &[&str],
    resources: &[String],
) -> aws::Result<Session> {
    let tags = SessionTags {
        studiouserid: environment.studio_user_id.clone(),
        project: environment.project.clone(),
        stage: environment.stage,
    };
    let policy = SessionPolicy::allow(actions, resources).map_err(|e| not_sent(&e.to_string()))?;
    let role = RoleRef { account: environment.account.clone(), region: environment.region.clone(), role };
    assume(plane, &role, &AssumeGrant::person(tags, policy)).await
}

/// A session that the portal itself does not ask for.
fn not_sent(why: &str) -> aws::Error {
    aws::Error::Invalid(aws::Failure {
        operation: "sts:AssumeRole",
        code: "NotSent".to_owned(),
        message: why.to_owned(),
        request_id: None,
    })
}

#[expect(clippy::disallowed_methods, reason = "the one place that assumes roles")]
async fn assume(plane: &ControlPlane, role: &RoleRef, grant: &AssumeGrant) -> aws::Result<Session> {
    plane.aws().assume(role, grant).await
}
