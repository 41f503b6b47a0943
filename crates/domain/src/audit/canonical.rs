//! The bytes of an event that are hashed.

use super::{AuditActor, AuditEvent};

/// First in every event's bytes; changes with the layout, so that two layouts can never give the same bytes.
const LAYOUT: &str = "studiogate audit event 1";

/// The bytes of an event, the same for the same event for ever: each text as its length in bytes (64 bits, big-endian) and
/// its UTF-8, each number as 64 bits big-endian, an absent value as one zero byte and a present one after a one byte.
/// Times count in whole milliseconds since the epoch, as the store keeps them.
pub fn canonical_bytes(event: &AuditEvent) -> Vec<u8> {
    // Taken apart without `..`, so that a new field cannot be forgotten here.
    let AuditEvent {
        id,
        at,
        actor,
        action,
        resource_kind,
        resource_id,
        project,
        outcome,
        correlation,
        entity_version,
        detail,
    } = event;
    let mut bytes = Bytes::default();
    bytes.text(LAYOUT);
    bytes.text(id.as_str());
    bytes.number(at.timestamp_millis());
    match actor {
        AuditActor::Person { person, display_name } => {
            bytes.text("person");
            bytes.text(&person.issuer);
            bytes.text(&person.subject);
            bytes.text(display_name);
        }
        AuditActor::SystemFor { person } => {
            bytes.text("system_for");
            bytes.text(&person.issuer);
            bytes.text(&person.subject);
        }
        AuditActor::System => bytes.text("system"),
    }
    bytes.text(action);
    bytes.text(resource_kind);
    bytes.text(resource_id);
    bytes.optional(project.as_ref(), |bytes, project| bytes.text(project.as_str()));
    bytes.text(outcome.as_str());
    bytes.text(correlation);
    bytes.optional(*entity_version, Bytes::number);
    bytes.length(detail.len());
    for (key, value) in detail {
        bytes.text(key);
        bytes.text(value);
    }
    bytes.0
}

/// Collects fields so that no two lists of fields give the same bytes.
#[derive(Debug, Default)]
pub(super) struct Bytes(pub(super) Vec<u8>);

impl Bytes {
    pub(super) fn number(&mut self, number: i64) {
        self.0.extend(number.to_be_bytes());
    }

    pub(super) fn length(&mut self, length: usize) {
        self.0.extend((length as u64).to_be_bytes());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.extend(text.as_bytes());
    }

    fn optional<T>(&mut self, value: Option<T>, put: impl FnOnce(&mut Self, T)) {
        match value {
            None => self.0.push(0),
            Some(value) => {
                self.0.push(1);
                put(self, value);
            }
        }
    }
}
