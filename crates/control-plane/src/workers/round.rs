//! One round over the parts of a revocation: what came of each, and what the operation goes on with.

use domain::operation::Observation;
use domain::problem::Problem;
use domain::revocation::{Part, Target};

use super::outcome::Outcome;

/// What came of trying one part.
pub(super) enum Tried {
    Done(String),
    /// A step nearer; the next can be taken at once.
    Nearer,
    /// AWS is at work on it.
    Waiting,
    /// It cannot be done without harm to others.
    Refused(Problem),
}

/// What came of one round over all parts.
#[derive(Default)]
pub(super) struct Round {
    nearer: bool,
    waiting: u32,
    trouble: Option<Problem>,
    did: Vec<String>,
}

impl Round {
    pub(super) fn note(&mut self, part: &mut Part, what: &str, target: &str, tried: aws::Result<Tried>) {
        match tried {
            Ok(Tried::Done(note)) => {
                self.did.push(format!("{what} of {target}"));
                *part = Part::Done { note };
            }
            Ok(Tried::Nearer) => self.nearer = true,
            Ok(Tried::Waiting) => self.waiting += 1,
            Ok(Tried::Refused(problem)) => *part = Part::Failed { problem },
            Err(error) if error.is_retryable() => self.trouble = Some(error.problem()),
            Err(error) => *part = Part::Failed { problem: error.problem() },
        }
    }

    /// What the operation goes on with.
    pub(super) fn outcome(self, targets: Vec<Target>, what: &str) -> Outcome {
        let failures: Vec<&Problem> = targets.iter().flat_map(Target::parts).filter_map(Part::problem).collect();
        let observation = if let Some(problem) = self.trouble {
            Observation::Trouble { problem }
        } else if self.nearer {
            Observation::Onward
        } else if self.waiting > 0 {
            Observation::AppsRemain { count: self.waiting }
        } else if failures.is_empty() {
            Observation::Done
        } else {
            Observation::Refused { problem: in_one(&failures, what) }
        };
        let mut outcome = Outcome::new(observation);
        if !self.did.is_empty() {
            outcome = outcome.acted("did", self.did.join(", "));
        }
        outcome.changes.targets = Some(targets);
        outcome
    }
}

/// Several failures as one, without saying the same twice.
fn in_one(failures: &[&Problem], what: &str) -> Problem {
    let mut why: Vec<&str> = failures.iter().map(|problem| problem.why.as_str()).collect();
    why.sort_unstable();
    why.dedup();
    Problem::new(
        what,
        why.join(" "),
        "What is left stands below with its reason. Mend that and try again: what is done stays done.",
    )
}
