//! Sessions that a termination acts with: for what is in the way of a deletion, and for what SageMaker leaves of a domain.

use std::collections::BTreeSet;

use aws::Session;
use domain::action::Action;
use domain::environment::Environment;
use domain::home::{Files, Home};
use domain::session::{RoleName, SessionTags};

use super::{Grant, not_sent, open, open_as, sagemaker_arn, tags_of};
use crate::ControlPlane;
use crate::authorize::Authorized;

/// A session of `StudiogateProvisioner` that deletes the apps and spaces which block a deletion, in these domains alone.
pub(crate) async fn clearer(
    plane: &ControlPlane,
    environment: &Authorized<Environment>,
    domains: &BTreeSet<String>,
) -> aws::Result<Session> {
    if environment.action() != Action::TerminateEnvironment {
        return Err(not_sent("it was something else that was allowed"));
    }
    let it = environment.thing();
    let all_in =
        |kind: &str, domain: &String| sagemaker_arn(plane, &it.account, &it.region, &format!("{kind}/{domain}/*"));
    let all_of = |kind: &str| domains.iter().map(|domain| all_in(kind, domain)).collect::<Vec<_>>();
    let (in_apps, in_spaces, anything) = (all_of("app"), all_of("space"), ["*".to_owned()]);
    // Lists have no resource in IAM.
    let grants: [Grant<'_>; 3] = [
        (&["sagemaker:ListApps", "sagemaker:ListSpaces"], &anything),
        (&["sagemaker:DeleteApp"], &in_apps),
        (&["sagemaker:DeleteSpace"], &in_spaces),
    ];
    open(plane, environment, RoleName::StudiogateProvisioner, &grants).await
}

/// A session of `StudiogateProvisioner` that deletes whatever is in this one domain, which goes with the environment's stack.
pub(crate) async fn domain_clearer(
    plane: &ControlPlane,
    environment: &Authorized<Environment>,
    domain: &str,
) -> aws::Result<Session> {
    if environment.action() != Action::TerminateEnvironment {
        return Err(not_sent("it was something else that was allowed"));
    }
    let it = environment.thing();
    let all_of = |kind: &str| [sagemaker_arn(plane, &it.account, &it.region, &format!("{kind}/{domain}/*"))];
    let (in_apps, in_spaces, in_profiles) = (all_of("app"), all_of("space"), all_of("user-profile"));
    // Lists have no resource in IAM.
    let grants: [Grant<'_>; 4] = [
        (&["sagemaker:ListApps", "sagemaker:ListSpaces", "sagemaker:ListUserProfiles"], &["*".to_owned()]),
        (&["sagemaker:DeleteApp"], &in_apps),
        (&["sagemaker:DeleteSpace"], &in_spaces),
        (&["sagemaker:DeleteUserProfile"], &in_profiles),
    ];
    open_for_domain(plane, environment, domain, &grants).await
}

/// A session of `StudiogateProvisioner` that takes away what SageMaker left of this one domain: mount targets and security groups,
/// and the file system itself where somebody chose so.
pub(crate) async fn remover(
    plane: &ControlPlane,
    environment: &Authorized<Environment>,
    home: &Home,
) -> aws::Result<Session> {
    if environment.action() != Action::TerminateEnvironment {
        return Err(not_sent("it was something else that was allowed"));
    }
    let it = environment.thing();
    let partition = &plane.aws().config().partition;
    let (region, account) = (&it.region, &it.account);
    let file_system =
        [format!("arn:{partition}:elasticfilesystem:{region}:{account}:file-system/{}", home.file_system)];
    let ec2 = |kind: &str| format!("arn:{partition}:ec2:{region}:{account}:{kind}/*");
    let on_file_system = [
        "elasticfilesystem:DescribeFileSystems",
        "elasticfilesystem:DescribeMountTargets",
        "elasticfilesystem:DeleteMountTarget",
        "elasticfilesystem:DeleteFileSystem",
    ];
    let deletes = it.homes.files == Some(Files::Delete);
    let on_file_system = if deletes { &on_file_system[..] } else { &on_file_system[..3] };
    let grants: [Grant<'_>; 6] = [
        (&["sagemaker:DescribeDomain"], &[arn_of_domain(plane, it, &home.domain)]),
        (on_file_system, &file_system),
        // Descriptions of groups have no resource in IAM; which groups these are their tags say, in the role's policy.
        (&["ec2:DescribeSecurityGroups", "ec2:DescribeSecurityGroupRules"], &["*".to_owned()]),
        (
            &["ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress"],
            &[ec2("security-group"), ec2("security-group-rule")],
        ),
        (&["ec2:DeleteSecurityGroup"], &[ec2("security-group")]),
        // EFS deletes the interfaces of mount targets in the session's name.
        (&["ec2:DeleteNetworkInterface"], &[ec2("network-interface")]),
    ];
    open_for_domain(plane, environment, &home.domain, &grants).await
}

/// The ARN of a Studio domain where an environment is.
pub(crate) fn arn_of_domain(plane: &ControlPlane, it: &Environment, domain: &str) -> String {
    sagemaker_arn(plane, &it.account, &it.region, &format!("domain/{domain}"))
}

/// A session of `StudiogateProvisioner` that says which domain it is for.
async fn open_for_domain(
    plane: &ControlPlane,
    environment: &Authorized<Environment>,
    domain: &str,
    grants: &[Grant<'_>],
) -> aws::Result<Session> {
    let it = environment.thing();
    let whose = SessionTags { studiodomain: Some(domain.to_owned()), ..tags_of(it) };
    let at = (it.account.clone(), it.region.clone());
    open_as(plane, environment.by(), whose, at, RoleName::StudiogateProvisioner, grants).await
}
