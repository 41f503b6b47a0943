//! What the stored events of a stack tell of its resources.

use std::collections::{BTreeMap, BTreeSet};

use domain::environment::{Environment, StackEvent};
use domain::id::OperationId;
use domain::operation::Operation;

/// Resources, counted by the events of one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Made by the operation.
    pub(crate) made: u32,
    /// Deleted by the operation, or left alone as its template wants.
    pub(crate) gone: u32,
    /// Those that were there before the operation deleted any.
    pub(crate) known: u32,
}

impl Told {
    pub(crate) fn new(
        environment: &Environment,
        operation: &Operation,
        events: &[(Option<OperationId>, StackEvent)],
    ) -> Self {
        let mut before = BTreeSet::new();
        let mut made = BTreeSet::new();
        let mut gone = BTreeSet::new();
        for (id, event) in events.iter().filter(|(_, event)| !is_stack(environment, event)) {
            let resource = event.logical_id.as_str();
            let own = id.as_ref() == Some(&operation.id);
            match event.status.as_str() {
                "CREATE_COMPLETE" if own => {
                    made.insert(resource);
                }
                "CREATE_COMPLETE" => {
                    before.insert(resource);
                }
                "DELETE_COMPLETE" | "DELETE_SKIPPED" if own => {
                    made.remove(resource);
                    gone.insert(resource);
                }
                "DELETE_COMPLETE" => {
                    before.remove(resource);
                }
                _ => {}
            }
        }
        let known = before.union(&gone).count();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self { made: count(made.len()), gone: count(gone.len()), known: count(known) }
    }
}

/// The resources that are there, by type.
pub(crate) fn living<'a>(
    environment: &Environment,
    events: impl IntoIterator<Item = &'a StackEvent>,
) -> BTreeMap<String, u32> {
    let mut resources: BTreeMap<&str, &str> = BTreeMap::new();
    for event in events.into_iter().filter(|event| !is_stack(environment, event)) {
        match event.status.as_str() {
            // What failed to come up may be there all the same, until its deletion is told.
            status if status.starts_with("CREATE_") => {
                resources.insert(&event.logical_id, &event.resource_type);
            }
            "DELETE_COMPLETE" => {
                resources.remove(event.logical_id.as_str());
            }
            _ => {}
        }
    }
    let mut kinds = BTreeMap::new();
    for kind in resources.into_values() {
        *kinds.entry(kind.to_owned()).or_default() += 1;
    }
    kinds
}

/// Whether the stack is deleted, with all that was its to delete.
pub(crate) fn is_deleted(environment: &Environment, events: &[StackEvent]) -> bool {
    events.iter().rfind(|event| is_stack(environment, event)).is_some_and(|event| event.status == "DELETE_COMPLETE")
}

/// The events since AWS last began to delete the stack, or all where it never did.
pub(crate) fn since_deletion_began<'a>(environment: &Environment, events: &'a [StackEvent]) -> &'a [StackEvent] {
    let begins = |event: &StackEvent| is_stack(environment, event) && event.status == "DELETE_IN_PROGRESS";
    &events[events.iter().rposition(begins).unwrap_or_default()..]
}

/// Whether an event is of the stack itself, which is none of its resources. Service Catalog names its stacks so.
fn is_stack(environment: &Environment, event: &StackEvent) -> bool {
    event.resource_type == "AWS::CloudFormation::Stack"
        && event.logical_id.starts_with(&format!("SC-{}-", environment.account))
}

/// "3 of 7 resources are made": the template may leave some out by its conditions.
pub(crate) fn made_in_words(made: u32, of: Option<u32>) -> Option<String> {
    match (made, of) {
        (0, None) => None,
        (made, Some(of)) if of >= made => Some(format!("{made} of the template's {of} resources are there")),
        (1, _) => Some("1 resource is there".to_owned()),
        (made, _) => Some(format!("{made} resources are there")),
    }
}

pub(crate) fn gone_in_words(gone: u32, of: u32) -> Option<String> {
    (of > 0).then(|| format!("{gone} of {of} resources are gone"))
}
