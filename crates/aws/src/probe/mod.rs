//! The calls of `domain::probe`: each sent as [`Keys`] say of it, each ending in what AWS answered.

mod sagemaker;

use std::sync::Arc;

use aws_types::SdkConfig;
use chrono::{DateTime, Utc};
use domain::probe::{Answer, Keys, Place, ProbeCall, Sighting};

use crate::Result;
use crate::call::ask;
use crate::signed::{Body, Request, Signed};

/// Asks; see the module.
#[derive(Clone, Debug)]
pub struct Probing {
    sagemaker: aws_sdk_sagemaker::Client,
    iam: aws_sdk_iam::Client,
    others: Signed,
}

impl Probing {
    pub(crate) fn new(sdk: &Arc<SdkConfig>) -> Self {
        Self {
            sagemaker: aws_sdk_sagemaker::Client::new(sdk),
            iam: aws_sdk_iam::Client::new(sdk),
            others: Signed::new(Arc::clone(sdk)),
        }
    }

    /// Makes one call, and gives what the answer tells of the policies. An error is trouble on the way: throttled, no answer,
    /// credentials that are not taken.
    pub async fn ask(&self, call: ProbeCall, place: &Place<'_>, at: DateTime<Utc>) -> Result<Sighting> {
        let answer = match self.send(call, place).await {
            Ok(()) => return Ok(Sighting::new(call, Answer::Done, at)),
            Err(error) => error,
        };
        let failure = answer.failure();
        let trouble = answer.is_retryable() || failure.code == "NotSent" || keys_are_refused(&failure.code);
        if trouble {
            return Err(answer);
        }
        Ok(Sighting::new(call, Answer::Error { code: &failure.code, message: &failure.message }, at))
    }

    async fn send(&self, call: ProbeCall, place: &Place<'_>) -> Result<()> {
        let action = call.action();
        let request = match call {
            ProbeCall::ChangeGovernanceRole => {
                let request = self.iam.delete_role_policy().role_name("StudiogateNoSuchRole").policy_name(place.name);
                return ask(action, request.send()).await;
            }
            ProbeCall::InvokeEndpoint => Request {
                service: "sagemaker",
                host: "runtime.sagemaker",
                service_id: "SageMaker Runtime",
                path: format!("/endpoints/{}/invocations", place.name),
                body: Body::Json("{}".to_owned()),
            },
            ProbeCall::PeerVpc => ec2(action, &[("VpcId", place.nothing("vpc")), ("PeerVpcId", place.nothing("vpc"))]),
            ProbeCall::AttachTransitGateway => ec2(
                action,
                &[
                    ("TransitGatewayId", place.nothing("tgw")),
                    ("VpcId", place.nothing("vpc")),
                    ("SubnetIds.1", place.nothing("subnet")),
                ],
            ),
            ProbeCall::CreateVpn => ec2(
                action,
                &[
                    ("CustomerGatewayId", place.nothing("cgw")),
                    ("VpnGatewayId", place.nothing("vgw")),
                    ("Type", "ipsec.1".to_owned()),
                ],
            ),
            ProbeCall::AcceptResourceShare => Request {
                service: "ram",
                host: "ram",
                service_id: "RAM",
                path: "/acceptresourceshareinvitation".to_owned(),
                body: Body::Json(
                    serde_json::json!({ "resourceShareInvitationArn": place.no_invitation() }).to_string(),
                ),
            },
            _ => return sagemaker::send(&self.sagemaker, call, place, &Keys::of(call, place)).await,
        };
        self.others.ask(action, place.partition, request).await
    }
}

/// A call that asks for the permission alone.
fn ec2(action: &str, fields: &[(&str, String)]) -> Request {
    let name = action.split_once(':').map_or(action, |(_, name)| name);
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("Action", name).append_pair("Version", "2016-11-15").append_pair("DryRun", "true");
    form.extend_pairs(fields);
    Request { service: "ec2", host: "ec2", service_id: "EC2", path: "/".to_owned(), body: Body::Form(form.finish()) }
}

/// Whether the session, not what it asks for, was refused: the rest would be refused alike.
fn keys_are_refused(code: &str) -> bool {
    matches!(
        code,
        "AuthFailure"
            | "IncompleteSignature"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "MissingAuthenticationToken"
            | "OptInRequired"
            | "SignatureDoesNotMatch"
            | "SubscriptionRequiredException"
            | "UnrecognizedClientException"
    )
}
