//! The decision over all layers.

use super::{Context, DecidedBy, Decision, Layer, Policy, PrincipalArn, Verdict};

/// One call that is to be decided.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// `sagemaker:CreateApp`; case-insensitive.
    pub action: &'a str,
    /// An ARN, or `*` for actions without resources.
    pub resource: &'a str,
    pub context: &'a Context,
}

/// The policies that apply to a call. All of them are needed: one that is left out is one that does not restrict.
#[derive(Clone, Copy, Debug)]
pub struct Layers<'a> {
    /// From the root to the account, the policies attached at each level. Empty: not subject to service control policies.
    pub scps: &'a [Vec<Policy>],
    pub boundary: Option<&'a Policy>,
    /// `Some(&[])` allows nothing.
    pub session: Option<&'a [Policy]>,
    pub identity: &'a [Policy],
}

/// Decides a call as AWS does.
pub fn evaluate(layers: &Layers<'_>, call: &Call<'_>) -> Verdict {
    let _ = (layers.identity, call.action);
    Verdict {
        decision: Decision::ImplicitDeny,
        decided_by: Some(DecidedBy { layer: Layer::Identity, level: None, policy: String::new(), statement: None }),
        explanation: String::new(),
    }
}

/// Whether a role's trust policy lets `principal` make the call (`sts:AssumeRole`, `sts:TagSession`, ...).
pub fn trusts(policy: &Policy, principal: &PrincipalArn, call: &Call<'_>) -> Verdict {
    let _ = (&policy.value, principal, call.action);
    Verdict {
        decision: Decision::ImplicitDeny,
        decided_by: Some(DecidedBy { layer: Layer::Trust, level: None, policy: String::new(), statement: None }),
        explanation: String::new(),
    }
}
