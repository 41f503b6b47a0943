//! What AWS's reason for a failure means in plain words, and what to do: a table of known causes. AWS's own words are always
//! shown beside it; a reason that is in no row is shown alone.

use crate::problem::Problem;

/// What was being done when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum While {
    BringingUp,
    Updating,
    TakingDown,
}

/// Why a stack could not be brought up or taken down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A stack imports what no stack of the account exports.
    MissingExport,
    /// Something of the name is there already.
    NameTaken,
    /// The launch role is missing, or Service Catalog may not assume it.
    LaunchRole,
    /// The account sees no launch path to the product.
    LaunchPath,
    /// A service control policy denies a call.
    ServiceControlPolicy,
    /// A policy of the account or of a role denies a call.
    Denied,
    /// A quota is used up.
    Quota,
    /// A subnet, VPC endpoint or security group is not there.
    Network,
    /// Apps or spaces are still there.
    RunningApps,
    /// The file system, or a mount target of it, is still in use.
    FileSystem,
    /// A bucket is not empty.
    Bucket,
    /// Credentials ran out before the end.
    Expired,
    /// AWS was too busy, or had no capacity.
    Busy,
    /// Something else that the product builds on is not there.
    Missing,
}

/// A row: what AWS's reason has in it, all of one of these, in lower case.
struct Row {
    cause: Cause,
    any_of: &'static [&'static [&'static str]],
}

/// In the order in which they are tried: the particular before the general.
const TABLE: &[Row] = &[
    Row { cause: Cause::MissingExport, any_of: &[&["no export named"]] },
    Row { cause: Cause::ServiceControlPolicy, any_of: &[&["service control policy"]] },
    Row {
        cause: Cause::LaunchRole,
        any_of: &[
            &["cannot be assumed", "role"],
            &["not authorized to perform: sts:assumerole"],
            &["is invalid or cannot be assumed"],
            &["could not assume", "role"],
            &["access denied while assuming the role"],
        ],
    },
    Row { cause: Cause::LaunchPath, any_of: &[&["no launch paths found"], &["launch path", "not found"]] },
    Row {
        cause: Cause::Expired,
        any_of: &[&["expiredtoken"], &["security token", "expired"], &["token", "is expired"]],
    },
    Row {
        cause: Cause::Quota,
        any_of: &[
            &["limit exceeded"],
            &["limitexceeded"],
            &["service limit"],
            &["quota"],
            &["maximum number of"],
            &["exceeds the limit"],
        ],
    },
    Row {
        cause: Cause::RunningApps,
        any_of: &[
            &["associated app"],
            &["unable to delete", "app"],
            &["has", "active app"],
            &["has associated", "space"],
        ],
    },
    Row {
        cause: Cause::FileSystem,
        any_of: &[
            &["filesystem", "in use"],
            &["file system", "in use"],
            &["mount target"],
            &["subnet", "has dependencies"],
            &["vpc", "has dependencies"],
        ],
    },
    Row { cause: Cause::Bucket, any_of: &[&["bucket", "not empty"]] },
    Row {
        cause: Cause::Network,
        any_of: &[
            &["subnet", "does not exist"],
            &["subnet", "not found"],
            &["vpc", "does not exist"],
            &["security group", "does not exist"],
            &["invalidsubnetid"],
            &["invalidgroup"],
            &["insufficientfreeaddresses"],
            &["vpc endpoint"],
        ],
    },
    Row { cause: Cause::NameTaken, any_of: &[&["already exists"], &["already in use"], &["duplicate"]] },
    Row {
        cause: Cause::Denied,
        any_of: &[&["not authorized"], &["accessdenied"], &["access denied"], &["explicit deny"]],
    },
    Row {
        cause: Cause::Busy,
        any_of: &[&["rate exceeded"], &["throttl"], &["insufficientinstancecapacity"], &["insufficient capacity"]],
    },
    Row { cause: Cause::Missing, any_of: &[&["does not exist"], &["not found"], &["resourcenotfound"]] },
];

impl Cause {
    /// The first row that fits AWS's reason.
    pub fn of(reason: &str) -> Option<Self> {
        let low = reason.to_lowercase();
        let fits = |row: &&Row| row.any_of.iter().any(|all| all.iter().all(|part| low.contains(part)));
        TABLE.iter().find(fits).map(|row| row.cause)
    }

    /// What it means, and what to do.
    fn in_words(self) -> (&'static str, &'static str) {
        match self {
            Self::MissingExport => (
                "The account lacks a stack that this product builds on",
                "Ask the platform team to deploy the stack that exports what AWS names. Then retry.",
            ),
            Self::NameTaken => (
                "The account has something of this name already, perhaps from another environment of yours with the same product",
                "Terminate the other one, or ask the platform team to remove what AWS names. Then retry.",
            ),
            Self::LaunchRole => (
                "The role that makes the resources is missing, or Service Catalog may not take it",
                "Ask the platform team to apply deploy/spoke.yaml in the account. Then retry.",
            ),
            Self::LaunchPath => (
                "The account no longer sees the product",
                "Ask the platform team to share its portfolio and associate StudiogateProvisioner. Then retry.",
            ),
            Self::ServiceControlPolicy => (
                "The organization denies it in this account, by a service control policy",
                "Choose another stage or other values, or show the platform team what AWS says: under Organization stands \
                 which statement it is. Then retry or terminate.",
            ),
            Self::Denied => (
                "A policy of the account or of the launch role refuses it",
                "Show what AWS says to the platform team. Then retry or terminate.",
            ),
            Self::Quota => (
                "A quota of the account is used up",
                "Terminate what is no longer needed, or ask the platform team to have the quota raised that AWS names. Then \
                 retry.",
            ),
            Self::Network => (
                "The network that it is to stand in is not as the product needs it",
                "Ask the platform team to correct the subnets, security groups or endpoints of the account. Then retry.",
            ),
            Self::RunningApps => (
                "Apps or spaces are in the way, which somebody started meanwhile",
                "Retry: the portal stops what runs first.",
            ),
            Self::FileSystem => (
                "Something is still in the network, like the mount targets of the domain's file system",
                "Retry: the portal removes what SageMaker left of the domain. What else is there, AWS shows among the network \
                 interfaces of the subnet: ask the platform team to remove it.",
            ),
            Self::Bucket => (
                "A bucket still has objects, and AWS deletes no bucket with objects in it",
                "Copy what you need and empty the bucket that AWS names, or ask the platform team. Then retry.",
            ),
            Self::Expired => (
                "AWS's own credentials ran out before it was done",
                "Retry: what is there already is taken into account.",
            ),
            Self::Busy => (
                "AWS was too busy, or had no capacity of this kind",
                "Retry in a while, or choose another instance type.",
            ),
            Self::Missing => (
                "The account lacks something that this product builds on",
                "Ask the platform team to add what AWS names. Then retry.",
            ),
        }
    }
}

/// What is told of a failure. `reason`: AWS's own words.
pub fn diagnose(during: While, reason: &str) -> Problem {
    let what = match during {
        While::BringingUp => "AWS could not create this environment.",
        While::Updating => "AWS could not update this environment; it runs as before.",
        While::TakingDown => "AWS could not delete this environment.",
    };
    match (Cause::of(reason), during) {
        (Some(cause), _) => {
            let (means, next) = cause.in_words();
            Problem::new(what, format!("{means}. AWS says: {reason}"), next)
        }
        (None, While::BringingUp) => Problem::new(
            what,
            reason,
            "Retry once the cause is gone, or terminate the environment and request it with other values. The platform team \
             finds all that AWS said below.",
        ),
        (None, While::Updating) => Problem::new(
            what,
            reason,
            "Update it with other values or to another version, or try the update again once the cause is gone. The platform \
             team finds all that AWS said below.",
        ),
        (None, While::TakingDown) => Problem::new(
            what,
            reason,
            "Remove what stands in the way of the deletion, by the stack's events, or have the platform team do it; then \
             retry. What is deleted already stays deleted.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What AWS writes, word for word where its documentation or a stack's events show it.
    const REASONS: &[(&str, Cause)] = &[
        ("No export named network-PrivateSubnet found. Rollback requested by user.", Cause::MissingExport),
        (
            "team-bucket already exists in stack arn:aws:cloudformation:eu-west-1:601000000002:stack/SC-1",
            Cause::NameTaken,
        ),
        ("Domain [studio] already exists.", Cause::NameTaken),
        (
            "User: arn:aws:sts::601000000002:assumed-role/StudiogateLaunchRole/servicecatalog is not authorized to perform: \
             sagemaker:CreateDomain on resource: * with an explicit deny in a service control policy",
            Cause::ServiceControlPolicy,
        ),
        (
            "User: arn:aws:sts::601000000002:assumed-role/StudiogateLaunchRole/servicecatalog is not authorized to perform: \
             kms:CreateKey on resource: * because no identity-based policy allows the kms:CreateKey action",
            Cause::Denied,
        ),
        ("Role arn:aws:iam::601000000002:role/StudiogateLaunchRole is invalid or cannot be assumed", Cause::LaunchRole),
        (
            "Access denied while assuming the role: not authorized to perform: sts:AssumeRole on resource: x",
            Cause::LaunchRole,
        ),
        ("No launch paths found for resource: prod-abc", Cause::LaunchPath),
        (
            "The account-level service limit 'Total domains' is 1, with current utilization of 1 and a request delta of 1. \
             Please use AWS Service Quotas to request an increase for this quota.",
            Cause::Quota,
        ),
        ("The subnet ID 'subnet-1' does not exist (Service: Ec2, Status Code: 400)", Cause::Network),
        ("Unable to delete UserProfile [ada] because it has associated App(s).", Cause::RunningApps),
        ("FileSystem fs-1 is in use by mount targets.", Cause::FileSystem),
        (
            "The subnet 'subnet-1' has dependencies and cannot be deleted. (Service: Ec2, Status Code: 400)",
            Cause::FileSystem,
        ),
        ("The bucket you tried to delete is not empty (Service: S3, Status Code: 409)", Cause::Bucket),
        ("The security token included in the request is expired", Cause::Expired),
        ("Rate exceeded (Service: AmazonSageMaker; Status Code: 400; Error Code: ThrottlingException)", Cause::Busy),
        ("Key 'arn:aws:kms:eu-west-1:601000000002:key/1' does not exist", Cause::Missing),
    ];

    #[test]
    fn every_cause_is_told_by_what_aws_writes() {
        let mut seen = BTreeSet::new();
        for (reason, cause) in REASONS {
            assert_eq!(Cause::of(reason), Some(*cause), "{reason}");
            seen.insert(*cause);
            for during in [While::BringingUp, While::Updating, While::TakingDown] {
                let problem = diagnose(during, reason);
                assert!(problem.why.contains(reason) && !problem.next.is_empty(), "AWS's words are shown: {problem:?}");
            }
        }
        let table: BTreeSet<Cause> = TABLE.iter().map(|row| row.cause).collect();
        assert_eq!(seen, table, "every row is tried");
    }

    #[test]
    fn what_is_in_no_row_is_shown_whole_and_has_a_way_out() {
        let problem = diagnose(While::BringingUp, "Something odd.");
        assert_eq!((problem.why.as_str(), Cause::of("Something odd.")), ("Something odd.", None));
        assert!(problem.next.contains("terminate the environment"));
    }
}
