//! Which calls there are, and why each is harmless. Three things keep a call from doing anything where it is allowed; each
//! has one at least, and those that would make something have two:
//!
//! - It reads, or asks for the permission alone (`DryRun`).
//! - It names what does not exist: a name with a random part that nobody can have made before ([`super::Place::name`]), a
//!   domain or network with an id that AWS gives to nobody, a role that nobody but an admin of the account can make.
//! - The role `StudiogateProbe` may do nothing else, and the session of a probe no more than the probe.
//!
//! What has no such call is not probed: leaving the organization would leave it.

use serde::{Deserialize, Serialize};

use super::{Keys, Place};
use crate::guardrail::{Context, Forecast, ForeseenCall};
use crate::organization::{Chain, requested_region};

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeCall {
    /// Reads one line of a list.
    ListEndpoints,
    /// From an endpoint configuration that does not exist: there is nothing to make an endpoint of.
    CreateEndpoint,
    /// For a model that does not exist, which SageMaker looks for before it keeps a configuration. A configuration alone
    /// would run nothing and cost nothing.
    CreateEndpointConfig,
    /// Of an endpoint that does not exist.
    UpdateEndpoint,
    /// Of an endpoint that does not exist. Where the portal runs inside a VPC, so does the call.
    InvokeEndpoint,
    /// As a role that does not exist, which SageMaker would have to take before anything starts; the image, network and key
    /// do not exist either.
    TrainWithoutVpc,
    /// As `TrainWithoutVpc`, but for what it lacks.
    TrainWithoutKey,
    /// As `TrainWithoutVpc`, but for what it lacks.
    TrainInPlain,
    /// As `TrainWithoutVpc`, but for the instance type.
    TrainOnGpu,
    /// As `TrainWithoutVpc`, but for what it lacks.
    TrainWithoutTag,
    /// As a role that does not exist, with an image that does not.
    ProcessWithoutVpc,
    /// As a role that does not exist.
    NotebookWithoutVpc,
    /// With a role, a network and subnets that do not exist.
    DomainOnInternet,
    /// `DryRun`, of a network that does not exist.
    PeerVpc,
    /// `DryRun`, of a gateway that does not exist.
    AttachTransitGateway,
    /// `DryRun`, to gateways that do not exist.
    CreateVpn,
    /// Of an invitation that does not exist.
    AcceptResourceShare,
    /// Deletes a policy that does not exist from a role that does not: it stands for all changes of the roles that govern,
    /// which cannot be asked for without making them where they are allowed.
    ChangeGovernanceRole,
    /// On a user profile of a domain with an id that AWS gives to nobody.
    ChangeOwnerTag,
}

/// Who answers a call: where one service cannot be reached, another may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    SageMaker,
    SageMakerRuntime,
    Iam,
    Ec2,
    Ram,
}

impl ProbeCall {
    pub const ALL: [Self; 19] = [
        Self::ListEndpoints,
        Self::CreateEndpoint,
        Self::CreateEndpointConfig,
        Self::UpdateEndpoint,
        Self::InvokeEndpoint,
        Self::TrainWithoutVpc,
        Self::TrainWithoutKey,
        Self::TrainInPlain,
        Self::TrainOnGpu,
        Self::TrainWithoutTag,
        Self::ProcessWithoutVpc,
        Self::NotebookWithoutVpc,
        Self::DomainOnInternet,
        Self::PeerVpc,
        Self::AttachTransitGateway,
        Self::CreateVpn,
        Self::AcceptResourceShare,
        Self::ChangeGovernanceRole,
        Self::ChangeOwnerTag,
    ];

    /// The name under which a finding is kept.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ListEndpoints => "list_endpoints",
            Self::CreateEndpoint => "create_endpoint",
            Self::CreateEndpointConfig => "create_endpoint_config",
            Self::UpdateEndpoint => "update_endpoint",
            Self::InvokeEndpoint => "invoke_endpoint",
            Self::TrainWithoutVpc => "train_without_vpc",
            Self::TrainWithoutKey => "train_without_key",
            Self::TrainInPlain => "train_in_plain",
            Self::TrainOnGpu => "train_on_gpu",
            Self::TrainWithoutTag => "train_without_tag",
            Self::ProcessWithoutVpc => "process_without_vpc",
            Self::NotebookWithoutVpc => "notebook_without_vpc",
            Self::DomainOnInternet => "domain_on_internet",
            Self::PeerVpc => "peer_vpc",
            Self::AttachTransitGateway => "attach_transit_gateway",
            Self::CreateVpn => "create_vpn",
            Self::AcceptResourceShare => "accept_resource_share",
            Self::ChangeGovernanceRole => "change_governance_role",
            Self::ChangeOwnerTag => "change_owner_tag",
        }
    }

    /// What IAM calls it.
    pub fn action(self) -> &'static str {
        match self {
            Self::ListEndpoints => "sagemaker:ListEndpoints",
            Self::CreateEndpoint => "sagemaker:CreateEndpoint",
            Self::CreateEndpointConfig => "sagemaker:CreateEndpointConfig",
            Self::UpdateEndpoint => "sagemaker:UpdateEndpoint",
            Self::InvokeEndpoint => "sagemaker:InvokeEndpoint",
            Self::TrainWithoutVpc
            | Self::TrainWithoutKey
            | Self::TrainInPlain
            | Self::TrainOnGpu
            | Self::TrainWithoutTag => "sagemaker:CreateTrainingJob",
            Self::ProcessWithoutVpc => "sagemaker:CreateProcessingJob",
            Self::NotebookWithoutVpc => "sagemaker:CreateNotebookInstance",
            Self::DomainOnInternet => "sagemaker:CreateDomain",
            Self::PeerVpc => "ec2:CreateVpcPeeringConnection",
            Self::AttachTransitGateway => "ec2:CreateTransitGatewayVpcAttachment",
            Self::CreateVpn => "ec2:CreateVpnConnection",
            Self::AcceptResourceShare => "ram:AcceptResourceShareInvitation",
            Self::ChangeGovernanceRole => "iam:DeleteRolePolicy",
            Self::ChangeOwnerTag => "sagemaker:AddTags",
        }
    }

    pub fn service(self) -> Service {
        match self {
            Self::InvokeEndpoint => Service::SageMakerRuntime,
            Self::ChangeGovernanceRole => Service::Iam,
            Self::PeerVpc | Self::AttachTransitGateway | Self::CreateVpn => Service::Ec2,
            Self::AcceptResourceShare => Service::Ram,
            _ => Service::SageMaker,
        }
    }

    /// Whether an answer without an error is what the call is for. Of every other call it would be news: something was done.
    pub fn reads(self) -> bool {
        self == Self::ListEndpoints
    }

    /// What the policies on the way to the account say to this very call, by the role that makes it. `known` is what every
    /// call of that role has.
    pub fn forecast(self, chain: &Chain, place: &Place<'_>, known: &Context) -> Forecast {
        let keys = Keys::of(self, place);
        let mut context = known.clone();
        let region = requested_region(self.action(), place.region.as_str(), place.partition);
        context.set("aws:RequestedRegion", region);
        for (key, value) in keys.said() {
            context.set(key, value.as_str());
        }
        context.set_many("aws:TagKeys", keys.tags().map(|(key, _)| key.to_owned()));
        let resource = (self == Self::ChangeGovernanceRole).then(|| place.no_role());
        let absent = keys.lacking();
        chain.forecast(&ForeseenCall {
            action: self.action(),
            resource: resource.as_deref(),
            context: &context,
            absent: &absent,
            present: &[],
        })
    }
}
