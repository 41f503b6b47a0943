//! What an answer of AWS tells of the policies: denied, and by which kind, or through, because what came back comes after
//! the permission.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{ProbeCall, Service};
use crate::guardrail::Refusal;

/// What AWS answered to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    Done,
    Error { code: &'a str, message: &'a str },
}

/// What an answer tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "seen", rename_all = "snake_case")]
pub enum Seen {
    /// Nothing denied it: AWS answered, or looked for what the call names and did not find it.
    Through,
    /// By this kind of policy; `None` where AWS does not say.
    Denied { by: Option<Refusal> },
    /// The answer says nothing of the policies.
    Untold,
    /// AWS did what it was asked for, which no call of a probe is meant to end in.
    CarriedOut,
}

/// What a call found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    #[serde(flatten)]
    pub seen: Seen,
    /// AWS's own words; empty where there were none.
    pub said: String,
    pub at: DateTime<Utc>,
}

/// Characters of AWS's words that are kept.
const WORDS: usize = 600;

impl Sighting {
    pub fn new(call: ProbeCall, answer: Answer<'_>, at: DateTime<Utc>) -> Self {
        let said = match answer {
            Answer::Done => String::new(),
            Answer::Error { code, message } => {
                // EC2 appends a text for machines, as long as the rest.
                let words = message.split(" Encoded authorization failure message:").next().unwrap_or_default();
                format!("{code}: {words}").chars().take(WORDS).collect()
            }
        };
        Self { seen: Seen::read(call, answer), said, at }
    }
}

impl Seen {
    /// Reads the answer to a call.
    pub fn read(call: ProbeCall, answer: Answer<'_>) -> Self {
        let (code, message) = match answer {
            Answer::Done if call.reads() => return Self::Through,
            Answer::Done => return Self::CarriedOut,
            Answer::Error { code, message } => (code, message),
        };
        if matches!(code, "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation") {
            // A call can need more than its own action: what is said of another says nothing of this one.
            return match refused_action(message) {
                Some(action) if !action.eq_ignore_ascii_case(call.action()) => Self::Untold,
                _ => Self::Denied { by: Refusal::read(message) },
            };
        }
        if comes_after_permission(call.service(), code, message) { Self::Through } else { Self::Untold }
    }
}

/// Whether a service says this only to whom it allows the call. What it says of the form of a request it says to anybody.
fn comes_after_permission(service: Service, code: &str, message: &str) -> bool {
    match service {
        Service::SageMaker => match code {
            "ValidationException" => !message.contains("validation error detected"),
            _ => matches!(code, "ResourceNotFound" | "ResourceInUse" | "ResourceLimitExceeded" | "ConflictException"),
        },
        Service::SageMakerRuntime => code == "ValidationError" && !message.contains("validation error detected"),
        Service::Iam => code == "NoSuchEntity",
        // EC2 may look for what a call names before it asks the policies; this alone says that it has asked them.
        Service::Ec2 => code == "DryRunOperation",
        Service::Ram => code == "ResourceShareInvitationArnNotFoundException",
    }
}

/// "... is not authorized to perform: iam:PassRole on resource: ...".
fn refused_action(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("is not authorized to perform: ")?;
    rest.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guardrail::Layer;

    fn denied(action: &str, end: &str) -> String {
        format!(
            "User: arn:aws:sts::601000000002:assumed-role/StudiogateProbe/x is not authorized to perform: {action} on \
             resource: * {end}"
        )
    }

    fn read(call: ProbeCall, code: &str, message: &str) -> Seen {
        Seen::read(call, Answer::Error { code, message })
    }

    #[test]
    fn a_denial_tells_which_kind_of_policy_it_was() {
        let call = ProbeCall::CreateEndpoint;
        let by = |layer, explicit| Seen::Denied { by: Some(Refusal { layer: Some(layer), explicit }) };
        for (end, expected) in [
            ("with an explicit deny in a service control policy", by(Layer::Scp, true)),
            (
                "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-1/p-1",
                by(Layer::Scp, true),
            ),
            ("because no service control policy allows the sagemaker:CreateEndpoint action", by(Layer::Scp, false)),
            ("because no identity-based policy allows the sagemaker:CreateEndpoint action", by(Layer::Identity, false)),
            ("with an explicit deny in a permissions boundary", by(Layer::Boundary, true)),
            ("because no session policy allows the sagemaker:CreateEndpoint action", by(Layer::Session, false)),
            ("", Seen::Denied { by: None }),
        ] {
            assert_eq!(read(call, "AccessDeniedException", &denied(call.action(), end)), expected, "{end}");
        }
        let ec2 = denied("ec2:CreateVpcPeeringConnection", "with an explicit deny in a service control policy");
        let ec2 = format!(
            "You are not authorized to perform this operation. {ec2}. Encoded authorization failure message: QUJD"
        );
        let found = Sighting::new(
            ProbeCall::PeerVpc,
            Answer::Error { code: "UnauthorizedOperation", message: &ec2 },
            DateTime::UNIX_EPOCH,
        );
        assert_eq!(found.seen, by(Layer::Scp, true));
        assert!(found.said.ends_with("service control policy."), "{}", found.said);
    }

    #[test]
    fn a_denial_of_something_else_that_the_call_needs_says_nothing_of_the_call() {
        let end = "with an explicit deny in a service control policy";
        for action in ["iam:PassRole", "sagemaker:AddTags"] {
            let seen = read(ProbeCall::TrainOnGpu, "AccessDeniedException", &denied(action, end));
            assert_eq!(seen, Seen::Untold, "{action}");
        }
    }

    #[test]
    fn what_comes_after_the_permission_got_through_and_what_comes_before_tells_nothing() {
        use ProbeCall::*;
        for (call, code, message, expected) in [
            (CreateEndpoint, "ValidationException", "Could not find endpoint configuration \"x\".", Seen::Through),
            (TrainOnGpu, "ResourceLimitExceeded", "The account-level service limit is 0 Instances", Seen::Through),
            (
                CreateEndpoint,
                "ValidationException",
                "1 validation error detected: Value '' at 'endpointName' failed to satisfy constraint",
                Seen::Untold,
            ),
            (InvokeEndpoint, "ValidationError", "Endpoint x of account 601000000002 not found.", Seen::Through),
            (
                ChangeGovernanceRole,
                "NoSuchEntity",
                "The role with name StudiogateNoSuchRole cannot be found.",
                Seen::Through,
            ),
            (PeerVpc, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.", Seen::Through),
            (PeerVpc, "InvalidVpcID.NotFound", "The vpc ID 'vpc-0' does not exist", Seen::Untold),
            (AcceptResourceShare, "ResourceShareInvitationArnNotFoundException", "not found", Seen::Through),
            (AcceptResourceShare, "MalformedArnException", "not an ARN", Seen::Untold),
            (ListEndpoints, "UnrecognizedClientException", "The security token is invalid.", Seen::Untold),
            (ListEndpoints, "ThrottlingException", "Rate exceeded", Seen::Untold),
        ] {
            assert_eq!(read(call, code, message), expected, "{code}: {message}");
        }
        assert_eq!(Seen::read(ListEndpoints, Answer::Done), Seen::Through);
        assert_eq!(Seen::read(CreateEndpoint, Answer::Done), Seen::CarriedOut);
    }
}
