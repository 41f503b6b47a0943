//! Which kind of policy refused a call, from AWS's own words (IAM user guide, "Troubleshoot access denied error messages").

use serde::{Deserialize, Serialize};

use super::verdict::Layer;

/// What a message of AWS says about who refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// `None`: a kind of policy that is none of the layers here, as a resource-based policy or a VPC endpoint's.
    pub layer: Option<Layer>,
    /// A statement denied it; otherwise nothing of that kind allowed it.
    pub explicit: bool,
}

const LAYERS: [Layer; 5] = [Layer::Scp, Layer::Boundary, Layer::Session, Layer::Identity, Layer::Trust];

impl Refusal {
    /// Reads the message of an `AccessDenied`; `None` for one that does not say which policy it was.
    pub fn read(message: &str) -> Option<Self> {
        let message = message.to_ascii_lowercase();
        let layer = |rest: &str| LAYERS.into_iter().find(|layer| rest.starts_with(layer.in_words()));
        if let Some((_, rest)) = message.rsplit_once("with an explicit deny in a") {
            // "a service control policy", "an identity-based policy".
            let rest = rest.strip_prefix('n').unwrap_or(rest).trim_start();
            return Some(Self { layer: layer(rest), explicit: true });
        }
        let (_, rest) = message.rsplit_once("because no ")?;
        let policy = rest.split(" allows the ").next()?;
        Some(Self { layer: layer(policy), explicit: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(end: &str) -> Option<Refusal> {
        Refusal::read(&format!(
            "User: arn:aws:sts::601000000002:assumed-role/StudiogateProbe/studiogate is not authorized to perform: \
             sagemaker:ListEndpoints on resource: * {end}"
        ))
    }

    #[test]
    fn every_documented_ending_names_its_layer() {
        let of = |layer, explicit| Some(Refusal { layer, explicit });
        for (end, expected) in [
            ("with an explicit deny in a service control policy", of(Some(Layer::Scp), true)),
            (
                "because no service control policy allows the sagemaker:ListEndpoints action",
                of(Some(Layer::Scp), false),
            ),
            ("with an explicit deny in an identity-based policy", of(Some(Layer::Identity), true)),
            (
                "because no identity-based policy allows the sagemaker:ListEndpoints action",
                of(Some(Layer::Identity), false),
            ),
            ("with an explicit deny in a permissions boundary", of(Some(Layer::Boundary), true)),
            (
                "because no permissions boundary allows the sagemaker:ListEndpoints action",
                of(Some(Layer::Boundary), false),
            ),
            ("because no session policy allows the sagemaker:ListEndpoints action", of(Some(Layer::Session), false)),
            ("with an explicit deny in a resource-based policy", of(None, true)),
            ("because no VPC endpoint policy allows the sagemaker:ListEndpoints action", of(None, false)),
            ("with an explicit deny in a resource control policy", of(None, true)),
        ] {
            assert_eq!(read(end), expected, "{end}");
        }
        assert_eq!(read(""), None);
        assert_eq!(Refusal::read("You don't have permissions to access this resource."), None);
    }
}
