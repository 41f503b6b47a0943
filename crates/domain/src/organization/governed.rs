//! The actions that the library in `blueprints/scps/` is about, each as a call that some stage must not see succeed.

use super::Chain;
use crate::guardrail::{Context, Forecast, ForeseenCall};
use crate::id::AccountId;
use crate::probe::ProbeCall;

/// A call that is governed, with what makes it the call that it is.
#[derive(Clone, Copy, Debug)]
pub struct GovernedAction {
    /// What a person does, in words.
    pub label: &'static str,
    pub action: &'static str,
    /// What the call says of itself.
    with: &'static [(&'static str, &'static str)],
    /// What it does not say.
    without: &'static [&'static str],
    /// A role of the account that it acts on; most actions are governed for every resource.
    role: Option<&'static str>,
    /// The call that asks AWS the same and does nothing where it is allowed; `None` where there is none.
    pub probe: Option<ProbeCall>,
}

const fn any(label: &'static str, action: &'static str) -> GovernedAction {
    GovernedAction { label, action, with: &[], without: &[], role: None, probe: None }
}

const fn without(label: &'static str, action: &'static str, without: &'static [&'static str]) -> GovernedAction {
    GovernedAction { label, action, with: &[], without, role: None, probe: None }
}

const fn with(
    label: &'static str,
    action: &'static str,
    with: &'static [(&'static str, &'static str)],
) -> GovernedAction {
    GovernedAction { label, action, with, without: &[], role: None, probe: None }
}

/// Services that are in one region of the commercial partition, wherever they are called from (IAM user guide, "AWS global
/// condition context keys", `aws:RequestedRegion`).
const GLOBAL: [&str; 2] = ["iam:", "organizations:"];

/// The region that a call goes to, as `aws:RequestedRegion` has it.
pub fn requested_region<'a>(action: &str, region: &'a str, partition: &str) -> &'a str {
    if partition == "aws" && GLOBAL.iter().any(|service| action.starts_with(service)) { "us-east-1" } else { region }
}

impl GovernedAction {
    const fn probed(mut self, by: ProbeCall) -> Self {
        self.probe = Some(by);
        self
    }
}

/// See the module.
pub const GOVERNED: &[GovernedAction] = &[
    any("Create an endpoint", "sagemaker:CreateEndpoint").probed(ProbeCall::CreateEndpoint),
    any("Create an endpoint configuration", "sagemaker:CreateEndpointConfig").probed(ProbeCall::CreateEndpointConfig),
    any("Change an endpoint", "sagemaker:UpdateEndpoint").probed(ProbeCall::UpdateEndpoint),
    any("List endpoints", "sagemaker:ListEndpoints").probed(ProbeCall::ListEndpoints),
    without("Call an endpoint from outside a VPC", "sagemaker:InvokeEndpoint", &["aws:SourceVpc", "aws:SourceVpce"])
        .probed(ProbeCall::InvokeEndpoint),
    without("Train without subnets", "sagemaker:CreateTrainingJob", &["sagemaker:VpcSubnets"])
        .probed(ProbeCall::TrainWithoutVpc),
    without("Train without security groups", "sagemaker:CreateTrainingJob", &["sagemaker:VpcSecurityGroupIds"])
        .probed(ProbeCall::TrainWithoutVpc),
    without("Process data without subnets", "sagemaker:CreateProcessingJob", &["sagemaker:VpcSubnets"])
        .probed(ProbeCall::ProcessWithoutVpc),
    without(
        "Create a notebook instance without subnets",
        "sagemaker:CreateNotebookInstance",
        &["sagemaker:VpcSubnets"],
    )
    .probed(ProbeCall::NotebookWithoutVpc),
    with(
        "Create a Studio domain on the internet",
        "sagemaker:CreateDomain",
        &[("sagemaker:AppNetworkAccessType", "PublicInternetOnly")],
    )
    .probed(ProbeCall::DomainOnInternet),
    without("Train on volumes without a key of your own", "sagemaker:CreateTrainingJob", &["sagemaker:VolumeKmsKey"])
        .probed(ProbeCall::TrainWithoutKey),
    with(
        "Train with plain traffic between nodes",
        "sagemaker:CreateTrainingJob",
        &[("sagemaker:InterContainerTrafficEncryption", "false")],
    )
    .probed(ProbeCall::TrainInPlain),
    with("Train on a GPU", "sagemaker:CreateTrainingJob", &[("sagemaker:InstanceTypes", "ml.p4d.24xlarge")])
        .probed(ProbeCall::TrainOnGpu),
    without("Train without the tag project", "sagemaker:CreateTrainingJob", &["aws:RequestTag/project"])
        .probed(ProbeCall::TrainWithoutTag),
    any("Peer a VPC", "ec2:CreateVpcPeeringConnection").probed(ProbeCall::PeerVpc),
    any("Attach a transit gateway", "ec2:CreateTransitGatewayVpcAttachment").probed(ProbeCall::AttachTransitGateway),
    any("Create a VPN connection", "ec2:CreateVpnConnection").probed(ProbeCall::CreateVpn),
    any("Accept a shared resource", "ram:AcceptResourceShareInvitation").probed(ProbeCall::AcceptResourceShare),
    GovernedAction {
        label: "Change a governance role",
        action: "iam:PutRolePolicy",
        with: &[],
        without: &[],
        role: Some("StudiogateLauncher"),
        probe: Some(ProbeCall::ChangeGovernanceRole),
    },
    GovernedAction {
        label: "Change an owner's tag",
        action: "sagemaker:AddTags",
        with: &[("aws:TagKeys", "studiouserid")],
        without: &["sagemaker:TaggingAction"],
        role: None,
        probe: Some(ProbeCall::ChangeOwnerTag),
    },
    // Whatever asks for it leaves where it is allowed: there is nothing to probe with.
    any("Leave the organization", "organizations:LeaveOrganization"),
];

impl GovernedAction {
    /// What the policies on the way to the account say to the call; `known` is what every call of the caller has.
    pub fn forecast(&self, chain: &Chain, account: &AccountId, partition: &str, known: &Context) -> Forecast {
        let mut context = known.clone();
        if let [region] = known.get("aws:RequestedRegion") {
            context.set("aws:RequestedRegion", requested_region(self.action, region, partition));
        }
        for (key, value) in self.with {
            context.set(key, *value);
        }
        let resource = self.role.map(|role| format!("arn:{partition}:iam::{account}:role/{role}"));
        let call = ForeseenCall {
            action: self.action,
            resource: resource.as_deref(),
            context: &context,
            absent: self.without,
            present: &[],
        };
        chain.forecast(&call)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_call_of_a_probe_stands_for_a_governed_action_and_one_action_has_none() {
        let probed: BTreeSet<ProbeCall> = GOVERNED.iter().filter_map(|governed| governed.probe).collect();
        assert_eq!(probed, ProbeCall::ALL.into());
        let without: Vec<&str> = GOVERNED.iter().filter(|g| g.probe.is_none()).map(|g| g.action).collect();
        assert_eq!(without, ["organizations:LeaveOrganization"]);
        // One stands in for another: changing an inline policy, for the role that governs.
        let other: Vec<&str> = GOVERNED
            .iter()
            .filter(|g| g.probe.is_some_and(|call| call.action() != g.action))
            .map(|g| g.label)
            .collect();
        assert_eq!(other, ["Change a governance role"]);
    }
}
