//! The live probe of guardrails: calls that tell whether AWS allows something and that do nothing where it does. What AWS
//! says to them is set beside what the evaluation says.

mod agreement;
mod call;
mod keys;
mod seen;

pub use agreement::{Disagreement, disagreement};
pub use call::{ProbeCall, Service};
pub use keys::{Keys, Place};
pub use seen::{Answer, Seen, Sighting};

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::AccountId;
use crate::person::PersonKey;
use crate::problem::Problem;

/// The last probe of an account, and what the calls of all probes found there last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    pub account: AccountId,
    pub asked_by: PersonKey,
    pub asked_at: DateTime<Utc>,
    /// Nobody has carried it out yet.
    pub waiting: bool,
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it told nothing, or not everything.
    pub problem: Option<Problem>,
    /// By the name of the call.
    pub findings: BTreeMap<String, Sighting>,
}

impl Probe {
    /// What a call found last.
    pub fn finding(&self, call: ProbeCall) -> Option<&Sighting> {
        self.findings.get(call.as_str())
    }

    /// Keeps what a call found, in place of what it found before. An answer that tells nothing takes nothing away.
    pub fn found(&mut self, call: ProbeCall, finding: Sighting) {
        if finding.seen == Seen::Untold && self.finding(call).is_some_and(|known| known.seen != Seen::Untold) {
            return;
        }
        self.findings.insert(call.as_str().to_owned(), finding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_tells_nothing_takes_nothing_away() {
        let at = |second: i64| DateTime::from_timestamp(second, 0).unwrap();
        let finding = |seen, second| Sighting { seen, said: String::new(), at: at(second) };
        let mut probe = Probe {
            account: "601000000002".parse().unwrap(),
            asked_by: PersonKey { issuer: "https://id.example".into(), subject: "ada".into() },
            asked_at: at(0),
            waiting: false,
            finished_at: None,
            problem: None,
            findings: BTreeMap::new(),
        };
        let call = ProbeCall::ListEndpoints;
        probe.found(call, finding(Seen::Untold, 1));
        assert_eq!(probe.finding(call).unwrap().seen, Seen::Untold);
        probe.found(call, finding(Seen::Through, 2));
        probe.found(call, finding(Seen::Untold, 3));
        assert_eq!(probe.finding(call), Some(&finding(Seen::Through, 2)));
        probe.found(call, finding(Seen::Denied { by: None }, 4));
        assert_eq!(probe.finding(call).unwrap().at, at(4));
    }
}
