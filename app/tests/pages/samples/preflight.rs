use domain::preflight::{Check, Finding, Preflight, Verdict, Who};

use super::at;

/// One finding of every kind.
pub(crate) fn preflight() -> Preflight {
    let finding = |check, verdict, subject: &str, why: &str, what_to_do: Option<(Who, &str)>| Finding {
        check,
        verdict,
        subject: subject.into(),
        why: why.into(),
        what_to_do: what_to_do.map(|(who, what)| (who, what.to_owned())),
    };
    let findings = vec![
        finding(Check::LaunchPath, Verdict::Fine, "", "The account has a launch path to the product.", None),
        finding(Check::Principal, Verdict::Fine, "StudiogateProvisioner", "It may launch the product.", None),
        finding(
            Check::LaunchRole,
            Verdict::NotAssessed,
            "StudiogateLaunchRole",
            "The portal has not read this role yet.",
            None,
        ),
        finding(
            Check::Policies,
            Verdict::Denied,
            "Endpoint (AWS::SageMaker::Endpoint)",
            "Statement DenyEndpoints of deny-sagemaker-endpoints at Workloads_Dev denies sagemaker:CreateEndpoint.",
            Some((Who::PlatformTeam, "Choose another account, or have the policy except StudiogateLaunchRole.")),
        ),
        finding(
            Check::Policies,
            Verdict::Depends,
            "Domain (AWS::SageMaker::Domain)",
            "Statement Inside of only-from-inside at Root denies sagemaker:CreateDomain where aws:SourceIp is outside \
             \"10.0.0.0/8\", or the call has none.",
            None,
        ),
        finding(
            Check::Constraints,
            Verdict::Denied,
            "InstanceType",
            "Only <b>small</b> ones.",
            Some((Who::Requester, "Choose other values.")),
        ),
    ];
    Preflight {
        findings,
        account_read_at: Some(at(-4)),
        policies_read_at: None,
        contact: "the platform team (platform@example.com)".into(),
    }
}
