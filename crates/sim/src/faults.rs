//! The fault switch: what goes wrong on the way to AWS and back, on demand; and a count of the calls.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::AwsError;

/// One thing that is to go wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// `servicecatalog:ProvisionProduct`, `sagemaker:*` or `*`. What a stack asks for is struck by
    /// `stack:create:AWS::SageMaker::Domain`, and so for `update` and `delete`; `*` is not about those.
    pub operation: String,
    #[serde(flatten)]
    pub kind: FaultKind,
    /// How many calls it hits; absent: all, until it is taken back.
    #[serde(default)]
    pub count: Option<u32>,
    /// How many matching calls pass unharmed first.
    #[serde(default)]
    pub after: u32,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// `ThrottlingException`, before the act.
    Throttle,
    /// An error of one's choice, before the act.
    Error {
        code: String,
        #[serde(default = "server_error")]
        status: u16,
        #[serde(default)]
        message: String,
    },
    /// The act, and its answer this much later.
    Latency { milliseconds: u64 },
    /// No act and no answer, for as long as the client waits.
    Timeout,
    /// The act, and a connection closed in place of the answer.
    ResponseLost,
}

fn server_error() -> u16 {
    500
}

/// What the wire layer does about one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    None,
    Refuse(AwsError),
    Delay(Duration),
    Hang,
    LoseResponse,
}

/// A handle on the faults and the counter of one local AWS. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    faults: Vec<Fault>,
    calls: BTreeMap<String, u64>,
}

impl Faults {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a fault; an earlier one that matches the same call wins.
    pub fn add(&self, fault: Fault) {
        self.inner().faults.push(fault);
    }

    /// `kind` on the next `count` calls of `operation`.
    pub fn next(&self, operation: &str, kind: FaultKind, count: u32) {
        self.add(Fault { operation: operation.to_owned(), kind, count: Some(count), after: 0 });
    }

    /// Takes all faults back.
    pub fn clear(&self) {
        self.inner().faults.clear();
    }

    /// The faults that can still strike.
    pub fn list(&self) -> Vec<Fault> {
        self.inner().faults.clone()
    }

    /// How often an operation (`servicecatalog:ProvisionProduct`) was called, faults included.
    pub fn calls(&self, operation: &str) -> u64 {
        self.inner().calls.get(operation).copied().unwrap_or_default()
    }

    /// Every operation that was called, and how often.
    pub fn all_calls(&self) -> BTreeMap<String, u64> {
        self.inner().calls.clone()
    }

    /// Starts counting anew.
    pub fn reset_calls(&self) {
        self.inner().calls.clear();
    }

    /// Counts the call and says what happens to it.
    pub(crate) fn strike(&self, operation: &str) -> Effect {
        *self.inner().calls.entry(operation.to_owned()).or_default() += 1;
        self.effect_on(operation, |pattern| matches(pattern, operation))
    }

    /// What a stack's call for a resource of this type is refused with. Such a call is not counted: nobody sends it.
    pub(crate) fn strike_stack(&self, verb: &str, kind: &str) -> Option<AwsError> {
        let operation = format!("stack:{verb}:{kind}");
        let about_stacks = |pattern: &str| pattern.starts_with("stack:") && matches(pattern, &operation);
        match self.effect_on(&operation, about_stacks) {
            Effect::Refuse(error) => Some(error),
            Effect::None | Effect::Delay(_) | Effect::Hang | Effect::LoseResponse => None,
        }
    }

    fn effect_on(&self, operation: &str, is_hit: impl Fn(&str) -> bool) -> Effect {
        let mut inner = self.inner();
        let Some(at) = inner.faults.iter_mut().position(|fault| {
            let hit = is_hit(&fault.operation);
            if hit && fault.after > 0 {
                fault.after -= 1;
                return false;
            }
            hit
        }) else {
            return Effect::None;
        };
        let kind = inner.faults[at].kind.clone();
        if let Some(count) = &mut inner.faults[at].count {
            *count = count.saturating_sub(1);
            if *count == 0 {
                inner.faults.remove(at);
            }
        }
        match kind {
            FaultKind::Throttle => Effect::Refuse(AwsError::throttled(operation)),
            FaultKind::Error { code, status, message } => Effect::Refuse(AwsError::with_status(status, &code, message)),
            FaultKind::Latency { milliseconds } => Effect::Delay(Duration::from_millis(milliseconds)),
            FaultKind::Timeout => Effect::Hang,
            FaultKind::ResponseLost => Effect::LoseResponse,
        }
    }
}

fn matches(pattern: &str, operation: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => operation.starts_with(start),
        None => pattern == operation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_as_often_as_it_is_told_after_the_calls_it_lets_pass() {
        let faults = Faults::default();
        faults.add(Fault { operation: "sts:*".into(), kind: FaultKind::Throttle, count: Some(2), after: 1 });
        let struck: Vec<bool> = (0..4).map(|_| faults.strike("sts:AssumeRole") != Effect::None).collect();
        assert_eq!(struck, [false, true, true, false]);
        assert_eq!(faults.strike("sagemaker:CreateApp"), Effect::None);
        faults.next("organizations:*", FaultKind::Throttle, 1);
        let struck = faults.strike("organizations:ListRoots");
        assert!(matches!(struck, Effect::Refuse(error) if error.code == "TooManyRequestsException"));
        assert_eq!(faults.calls("sts:AssumeRole"), 4);
    }

    #[test]
    fn what_a_stack_asks_for_is_struck_by_its_type_alone() {
        let faults = Faults::default();
        faults.next("*", FaultKind::Throttle, 1);
        assert_eq!(faults.strike_stack("create", "AWS::S3::Bucket"), None);
        faults.clear();
        faults.next("stack:create:AWS::SageMaker::*", FaultKind::Throttle, 1);
        assert_eq!(faults.strike_stack("delete", "AWS::SageMaker::Domain"), None);
        assert!(faults.strike_stack("create", "AWS::SageMaker::Domain").is_some());
        assert_eq!(faults.strike_stack("create", "AWS::SageMaker::Domain"), None);
        assert!(faults.all_calls().is_empty());
    }

    #[test]
    fn faults_are_written_flat() {
        let text =
            r#"{"operation":"servicecatalog:ProvisionProduct","kind":"error","code":"InternalFailure","count":1}"#;
        let fault: Fault = serde_json::from_str(text).unwrap();
        assert_eq!(fault.count, Some(1));
        assert!(matches!(fault.kind, FaultKind::Error { status: 500, .. }));
    }
}
