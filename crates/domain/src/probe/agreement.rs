//! Whether AWS does what the evaluation says.

use serde::{Deserialize, Serialize};

use super::Seen;
use crate::guardrail::{Layer, Outlook};

/// How AWS and the evaluation of the very same call differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disagreement {
    /// The policies that were read let it pass, and a service control policy denies it.
    DeniedAtAws,
    /// The policies that were read deny it, and it got through: the guardrail does not hold.
    ThroughAtAws,
}

/// What is the matter between what was foreseen of a call and what was seen of it. Where the forecast depends, or somebody
/// else than the organization denied it, there is nothing to compare.
pub fn disagreement(foreseen: Outlook, seen: Seen) -> Option<Disagreement> {
    match (foreseen, seen) {
        (Outlook::Passes, Seen::Denied { by: Some(by) }) if by.layer == Some(Layer::Scp) => {
            Some(Disagreement::DeniedAtAws)
        }
        (Outlook::Denied, Seen::Through | Seen::CarriedOut) => Some(Disagreement::ThroughAtAws),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guardrail::Refusal;

    #[test]
    fn only_what_can_be_compared_disagrees() {
        let denied = |layer| Seen::Denied { by: Some(Refusal { layer, explicit: true }) };
        let scp = denied(Some(Layer::Scp));
        assert_eq!(disagreement(Outlook::Passes, scp), Some(Disagreement::DeniedAtAws));
        assert_eq!(disagreement(Outlook::Denied, Seen::Through), Some(Disagreement::ThroughAtAws));
        assert_eq!(disagreement(Outlook::Denied, Seen::CarriedOut), Some(Disagreement::ThroughAtAws));
        for seen in
            [denied(Some(Layer::Identity)), denied(None), Seen::Denied { by: None }, Seen::Untold, Seen::Through]
        {
            assert_eq!(disagreement(Outlook::Passes, seen), None, "{seen:?}");
        }
        for seen in [scp, Seen::Through, Seen::Untold] {
            assert_eq!(disagreement(Outlook::Depends, seen), None, "{seen:?}");
        }
        assert_eq!(disagreement(Outlook::Denied, scp), None);
    }
}
