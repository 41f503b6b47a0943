//! The actions that the library in `blueprints/scps/` is about, each as a call that some stage must not see succeed.

use super::Chain;
use crate::guardrail::{Context, Forecast, ForeseenCall};
use crate::id::AccountId;

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
}

const fn any(label: &'static str, action: &'static str) -> GovernedAction {
    GovernedAction { label, action, with: &[], without: &[], role: None }
}

const fn without(label: &'static str, action: &'static str, without: &'static [&'static str]) -> GovernedAction {
    GovernedAction { label, action, with: &[], without, role: None }
}

const fn with(
    label: &'static str,
    action: &'static str,
    with: &'static [(&'static str, &'static str)],
) -> GovernedAction {
    GovernedAction { label, action, with, without: &[], role: None }
}

/// See the module.
pub const GOVERNED: &[GovernedAction] = &[
    any("Create an endpoint", "sagemaker:CreateEndpoint"),
    any("Create an endpoint configuration", "sagemaker:CreateEndpointConfig"),
    any("Change an endpoint", "sagemaker:UpdateEndpoint"),
    any("List endpoints", "sagemaker:ListEndpoints"),
    without("Call an endpoint from outside a VPC", "sagemaker:InvokeEndpoint", &["aws:SourceVpc", "aws:SourceVpce"]),
    without("Train without subnets", "sagemaker:CreateTrainingJob", &["sagemaker:VpcSubnets"]),
    without("Train without security groups", "sagemaker:CreateTrainingJob", &["sagemaker:VpcSecurityGroupIds"]),
    without("Process data without subnets", "sagemaker:CreateProcessingJob", &["sagemaker:VpcSubnets"]),
    without(
        "Create a notebook instance without subnets",
        "sagemaker:CreateNotebookInstance",
        &["sagemaker:VpcSubnets"],
    ),
    with(
        "Create a Studio domain on the internet",
        "sagemaker:CreateDomain",
        &[("sagemaker:AppNetworkAccessType", "PublicInternetOnly")],
    ),
    without("Train on volumes without a key of your own", "sagemaker:CreateTrainingJob", &["sagemaker:VolumeKmsKey"]),
    with(
        "Train with plain traffic between nodes",
        "sagemaker:CreateTrainingJob",
        &[("sagemaker:InterContainerTrafficEncryption", "false")],
    ),
    with("Train on a GPU", "sagemaker:CreateTrainingJob", &[("sagemaker:InstanceTypes", "ml.p4d.24xlarge")]),
    without("Train without the tag project", "sagemaker:CreateTrainingJob", &["aws:RequestTag/project"]),
    any("Peer a VPC", "ec2:CreateVpcPeeringConnection"),
    any("Attach a transit gateway", "ec2:CreateTransitGatewayVpcAttachment"),
    any("Create a VPN connection", "ec2:CreateVpnConnection"),
    any("Accept a shared resource", "ram:AcceptResourceShareInvitation"),
    GovernedAction {
        label: "Change a governance role",
        action: "iam:PutRolePolicy",
        with: &[],
        without: &[],
        role: Some("StudiogateLauncher"),
    },
    GovernedAction {
        label: "Change an owner's tag",
        action: "sagemaker:AddTags",
        with: &[("aws:TagKeys", "studiouserid")],
        without: &["sagemaker:TaggingAction"],
        role: None,
    },
    any("Leave the organization", "organizations:LeaveOrganization"),
];

impl GovernedAction {
    /// What the policies on the way to the account say to the call; `known` is what every call of the caller has.
    pub fn forecast(&self, chain: &Chain, account: &AccountId, partition: &str, known: &Context) -> Forecast {
        let mut context = known.clone();
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
