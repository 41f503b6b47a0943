//! The only way to a role session. For a person it takes an [`Authorized`] value, and from it come the session tags, the
//! source identity and a session policy for the one act; the portal's own reading has none of these.

mod teardown;
mod transfer;

use std::collections::BTreeSet;

use aws::{AssumeGrant, RoleRef, Session};
use domain::action::Action;
use domain::blueprint::AppliedBlueprint;
use domain::curation::AppliedCatalogChange;
use domain::environment::{Environment, LaunchTarget};
use domain::id::{AccountId, Region};
use domain::organization::AppliedChange;
use domain::person::PersonKey;
use domain::probe::{Place, ProbeCall, Service};
use domain::revocation::{Revocation, Target};
use domain::session::{RoleName, SessionPolicy, SessionTags};

pub(crate) use self::teardown::{arn_of_domain, clearer, domain_clearer, remover};
pub(crate) use self::transfer::{giver, owner_tagger};
use crate::ControlPlane;
use crate::authorize::{Authorized, Portal};

/// What a provisioner's session is for; each has its own session policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Look up launch paths and the name, start the provisioning.
    Provision,
    /// Look up launch paths and the provisioned product, start its update.
    Update,
    /// Look up the provisioned product, start its termination.
    Terminate,
}

impl Purpose {
    /// Whether what was allowed is what this is for. A provisioning may first have to remove what an earlier try left.
    fn is_covered_by(self, action: Action) -> bool {
        let provisioning = matches!(action, Action::SubmitRequest | Action::RetryEnvironment);
        match self {
            Self::Provision => provisioning,
            Self::Update => matches!(action, Action::UpdateEnvironment | Action::TagEnvironment),
            Self::Terminate => provisioning || action == Action::TerminateEnvironment,
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
    open(plane, environment, RoleName::StudiogateLauncher, &[(&[action], &[arn_of(plane, it, target)])]).await
}

/// A session of `StudiogateProvisioner` that can tag this one thing, which the provisioning has made.
pub(crate) async fn tagger(
    plane: &ControlPlane,
    environment: &Authorized<Environment>,
    target: &LaunchTarget,
) -> aws::Result<Session> {
    if !Purpose::Provision.is_covered_by(environment.action()) && !Purpose::Update.is_covered_by(environment.action()) {
        return Err(not_sent("it was not a provisioning that was allowed"));
    }
    let it = environment.thing();
    let role = RoleName::StudiogateProvisioner;
    open(plane, environment, role, &[(&["sagemaker:AddTags"], &[arn_of(plane, it, target)])]).await
}

/// The ARN of what is opened.
pub(crate) fn arn_of(plane: &ControlPlane, it: &Environment, target: &LaunchTarget) -> String {
    arn_in(plane, &it.account, &it.region, target)
}

/// The same, in an account and region. SageMaker writes it in lower case whatever the case of the name.
pub(crate) fn arn_in(plane: &ControlPlane, account: &AccountId, region: &Region, target: &LaunchTarget) -> String {
    let resource = match target {
        LaunchTarget::Studio { domain_id, user_profile_name } => {
            format!("user-profile/{domain_id}/{}", user_profile_name.to_lowercase())
        }
        LaunchTarget::NotebookInstance { name } => format!("notebook-instance/{}", name.to_lowercase()),
    };
    sagemaker_arn(plane, account, region, &resource)
}

/// The ARN of a resource of SageMaker where a revocation acts.
pub(crate) fn arn_of_kind(plane: &ControlPlane, target: &Target, resource: &str) -> String {
    sagemaker_arn(plane, &target.account, &target.region, resource)
}

fn sagemaker_arn(plane: &ControlPlane, account: &AccountId, region: &Region, resource: &str) -> String {
    format!("arn:{}:sagemaker:{region}:{account}:{resource}", plane.aws().config().partition)
}

/// The ARN of a role without a path.
pub(crate) fn role_arn(plane: &ControlPlane, account: &AccountId, role: &str) -> String {
    format!("arn:{}:iam::{account}:role/{role}", plane.aws().config().partition)
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
    // Actions on records and provisioned products have no resource-level ARN in IAM; those on products have.
    let all = ["*".to_owned()];
    match purpose {
        Purpose::Provision => {
            let it = environment.thing();
            let partition = &plane.aws().config().partition;
            let product = [format!("arn:{partition}:catalog:{}:*:product/{}", it.region, it.product)];
            let on_product = [
                "servicecatalog:ListLaunchPaths",
                "servicecatalog:DescribeProvisioningParameters",
                "servicecatalog:ProvisionProduct",
            ];
            let grants: [Grant<'_>; 2] =
                [(&on_product, &product), (&["servicecatalog:DescribeProvisionedProduct"], &all)];
            open(plane, environment, role, &grants).await
        }
        Purpose::Update => {
            let it = environment.thing();
            let partition = &plane.aws().config().partition;
            let product = [format!("arn:{partition}:catalog:{}:*:product/{}", it.region, it.product)];
            let on_all = ["servicecatalog:DescribeProvisionedProduct", "servicecatalog:UpdateProvisionedProduct"];
            open(plane, environment, role, &[(&["servicecatalog:ListLaunchPaths"], &product), (&on_all, &all)]).await
        }
        Purpose::Terminate => {
            let actions = ["servicecatalog:DescribeProvisionedProduct", "servicecatalog:TerminateProvisionedProduct"];
            open(plane, environment, role, &[(&actions, &all)]).await
        }
    }
}

/// Whom and what a session about an environment is for.
fn tags_of(it: &Environment) -> SessionTags {
    SessionTags {
        studiouserid: it.studio_user_id.clone(),
        project: it.project.clone(),
        stage: it.stage,
        studiodomain: None,
        studioprofile: it.named_after.as_ref().map(|name| name.as_str().to_owned()),
        studionextowner: None,
    }
}

/// A session of `StudiogateProvisioner` that stops what runs in what an environment opens, and starts a notebook instance.
pub(crate) async fn switcher(
    plane: &ControlPlane,
    environment: &Authorized<Environment>,
    target: &LaunchTarget,
) -> aws::Result<Session> {
    if !matches!(
        environment.action(),
        Action::StopEnvironment | Action::StopIdle | Action::StartEnvironment | Action::TransferEnvironment
    ) {
        return Err(not_sent("it was something else that was allowed"));
    }
    let it = environment.thing();
    let grant: (Vec<&str>, Vec<String>) = match target {
        // The names of apps and of the spaces they are in are not known here; whose they are the role's policy says.
        LaunchTarget::Studio { domain_id, .. } => {
            let apps = sagemaker_arn(plane, &it.account, &it.region, &format!("app/{domain_id}/*"));
            (vec!["sagemaker:DeleteApp"], vec![apps])
        }
        LaunchTarget::NotebookInstance { .. } => {
            (vec!["sagemaker:StartNotebookInstance", "sagemaker:StopNotebookInstance"], vec![arn_of(plane, it, target)])
        }
    };
    open(plane, environment, RoleName::StudiogateProvisioner, &[(&grant.0, &grant.1)]).await
}

/// A session of `StudiogateRevoker` for one environment of a revocation.
pub(crate) async fn revoker(
    plane: &ControlPlane,
    revocation: &Authorized<Revocation>,
    target: &Target,
    grants: &[Grant<'_>],
) -> aws::Result<Session> {
    if !matches!(revocation.action(), Action::RevokeAccess | Action::RestoreAccess) {
        return Err(not_sent("it was something else that was allowed"));
    }
    let whose = SessionTags {
        studiouserid: revocation.thing().person.studio_user_id(),
        project: target.project.clone(),
        stage: target.stage,
        studiodomain: None,
        studioprofile: None,
        studionextowner: None,
    };
    let at = (target.account.clone(), target.region.clone());
    open_as(plane, revocation.by(), whose, at, RoleName::StudiogateRevoker, grants).await
}

/// A session of `StudiogateRevoker` that takes deny policies off a role which goes with the environment's stack.
pub(crate) async fn freer(
    plane: &ControlPlane,
    environment: &Authorized<Environment>,
    role_arn: &str,
) -> aws::Result<Session> {
    if !Purpose::Terminate.is_covered_by(environment.action()) {
        return Err(not_sent("it was something else that was allowed"));
    }
    let grant: Grant<'_> = (&["iam:DeleteRolePolicy", "iam:GetRole"], &[role_arn.to_owned()]);
    open(plane, environment, RoleName::StudiogateRevoker, &[grant]).await
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

/// The portal's own session for reading the organization.
pub(crate) async fn organizer(plane: &ControlPlane) -> aws::Result<Session> {
    assume(plane, &plane.aws().config().organizer(), &AssumeGrant::system("studiogate")).await
}

/// A session of `StudiogateOrganizer` for one change of the service control policies.
pub(crate) async fn policy_changer(
    plane: &ControlPlane,
    change: &Authorized<AppliedChange>,
    grants: &[Grant<'_>],
) -> aws::Result<Session> {
    if change.action() != Action::ManageOrganization {
        return Err(not_sent("it was something else that was allowed"));
    }
    let policy = SessionPolicy::allow_each(grants).map_err(|e| not_sent(&e.to_string()))?;
    let grant = AssumeGrant::acting(change.by().studio_user_id().into(), policy);
    assume(plane, &plane.aws().config().organizer(), &grant).await
}

/// A session of `StudiogateOrganizer` for one step of a blueprint.
pub(crate) async fn blueprint_applier(
    plane: &ControlPlane,
    blueprint: &Authorized<AppliedBlueprint>,
    action: &str,
    on: &[String],
) -> aws::Result<Session> {
    if blueprint.action() != Action::ManageOrganization {
        return Err(not_sent("it was something else that was allowed"));
    }
    let policy = SessionPolicy::allow_each(&[(&[action], on)]).map_err(|e| not_sent(&e.to_string()))?;
    let grant = AssumeGrant::acting(blueprint.by().studio_user_id().into(), policy);
    assume(plane, &plane.aws().config().organizer(), &grant).await
}

/// A session of `StudiogateCurator` for one change of the catalog.
pub(crate) async fn catalog_changer(
    plane: &ControlPlane,
    change: &Authorized<AppliedCatalogChange>,
    region: &Region,
    grants: &[Grant<'_>],
) -> aws::Result<Session> {
    if change.action() != Action::ManageCatalog {
        return Err(not_sent("it was something else that was allowed"));
    }
    let policy = SessionPolicy::allow_each(grants).map_err(|e| not_sent(&e.to_string()))?;
    let grant = AssumeGrant::acting(change.by().studio_user_id().into(), policy);
    assume(plane, &plane.aws().config().curator(region.clone()), &grant).await
}

/// A session of `StudiogateImporter` in an account that a portfolio is shared to, for one change of the catalog.
pub(crate) async fn importer(
    plane: &ControlPlane,
    change: &Authorized<AppliedCatalogChange>,
    account: &AccountId,
    grants: &[Grant<'_>],
) -> aws::Result<Session> {
    if change.action() != Action::ManageCatalog || change.thing().change.account() != Some(account) {
        return Err(not_sent("it was something else that was allowed"));
    }
    let policy = SessionPolicy::allow_each(grants).map_err(|e| not_sent(&e.to_string()))?;
    let region = change.thing().region.clone();
    let role = RoleRef { account: account.clone(), region, role: RoleName::StudiogateImporter };
    assume(plane, &role, &AssumeGrant::acting(change.by().studio_user_id().into(), policy)).await
}

/// A session of `StudiogateProbe` for one probe, which can ask for what the probe names and for nothing else.
pub(crate) async fn prober(plane: &ControlPlane, portal: &Authorized<Portal>, at: &Place<'_>) -> aws::Result<Session> {
    if portal.action() != Action::ProbeGuardrails {
        return Err(not_sent("it was something else that was allowed"));
    }
    let Place { partition, account, region, name } = *at;
    let actions = |service: Service| -> BTreeSet<&str> {
        let calls = ProbeCall::ALL.into_iter().filter(|call| call.service() == service && !call.reads());
        calls.map(ProbeCall::action).collect()
    };
    let (mut sagemaker, ec2) = (actions(Service::SageMaker), actions(Service::Ec2));
    sagemaker.extend(actions(Service::SageMakerRuntime));
    let (sagemaker, ec2): (Vec<_>, Vec<_>) = (sagemaker.into_iter().collect(), ec2.into_iter().collect());
    let within = format!("arn:{partition}:sagemaker:{region}:{account}");
    // A domain has no name in its ARN.
    let named = [format!("{within}:*/{name}"), format!("{within}:domain/*")];
    let grants: [Grant<'_>; 5] = [
        // Lists have no resource in IAM.
        (&[ProbeCall::ListEndpoints.action()], &["*".to_owned()]),
        (&sagemaker, &named),
        (&["iam:PassRole", ProbeCall::ChangeGovernanceRole.action()], &[at.no_role()]),
        (&ec2, &[format!("arn:{partition}:ec2:{region}:{account}:*")]),
        (&[ProbeCall::AcceptResourceShare.action()], &[at.no_invitation()]),
    ];
    let policy = SessionPolicy::allow_each(&grants).map_err(|e| not_sent(&e.to_string()))?;
    let role = RoleRef { account: account.clone(), region: region.clone(), role: RoleName::StudiogateProbe };
    assume(plane, &role, &AssumeGrant::acting(portal.by().studio_user_id().into(), policy)).await
}

/// The portal's own session for reading what products ask for and which launch paths there are, in a project's account.
/// Nothing is provisioned with it: its uses are `workers::catalog`, preflight and `doctor`.
pub(crate) async fn catalog_reader(plane: &ControlPlane, account: &AccountId, region: &Region) -> aws::Result<Session> {
    system(plane, account, region, RoleName::StudiogateProvisioner).await
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

/// Actions, and what they are allowed on.
pub(crate) type Grant<'a> = (&'a [&'a str], &'a [String]);

async fn open(
    plane: &ControlPlane,
    authorized: &Authorized<Environment>,
    role: RoleName,
    grants: &[Grant<'_>],
) -> aws::Result<Session> {
    let it = authorized.thing();
    let at = (it.account.clone(), it.region.clone());
    open_as(plane, authorized.by(), tags_of(it), at, role, grants).await
}

async fn open_as(
    plane: &ControlPlane,
    by: &PersonKey,
    tags: SessionTags,
    (account, region): (AccountId, Region),
    role: RoleName,
    grants: &[Grant<'_>],
) -> aws::Result<Session> {
    let policy = SessionPolicy::allow_each(grants).map_err(|e| not_sent(&e.to_string()))?;
    // The tags say whom it is for; the source identity, in CloudTrail, who acts.
    let acting = by.studio_user_id().into();
    assume(plane, &RoleRef { account, region, role }, &AssumeGrant::person(acting, tags, policy)).await
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
