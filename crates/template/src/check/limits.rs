//! CloudFormation's quotas of a template.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>

use serde_json::{Map, Value};

use super::Found;

/// Resources of a template at most.
pub const MOST_RESOURCES: usize = 500;

/// Entries of a section at most.
const ENTRIES: [(&str, usize); 4] =
    [("Parameters", 200), ("Mappings", 200), ("Resources", MOST_RESOURCES), ("Outputs", 200)];

/// Characters of a logical name at most.
const NAME: usize = 255;

/// Bytes of the template's description at most.
const DESCRIPTION: usize = 1024;

/// Entries of one map of the section Mappings at most.
const ATTRIBUTES: usize = 200;

/// Bytes of the values of a parameter at most.
const VALUE: usize = 4096;

pub(super) fn check(document: &Map<String, Value>, text: &str, found: &mut Found<'_>) {
    if text.len() > domain::template::MAX_TEMPLATE_BYTES {
        let most = domain::template::MAX_TEMPLATE_BYTES;
        found.mistake("limit", "", format!("A template has {most} bytes at most."), "Split it into several products.");
    }
    for (name, most) in ENTRIES {
        let Some(entries) = document.get(name).and_then(Value::as_object) else { continue };
        if entries.len() > most {
            let message = format!("{name} has {} entries; CloudFormation takes {most}.", entries.len());
            found.mistake("limit", &format!("/{name}"), message, "Split it into several products.");
        }
        for key in entries.keys().filter(|key| !key.starts_with("Fn::")) {
            let path = format!("/{name}/{key}");
            if key.is_empty() || !key.bytes().all(|b| b.is_ascii_alphanumeric()) {
                let fix = "Use letters and digits only.";
                found.mistake("name", &path, format!("The name {key:?} is not alphanumeric."), fix);
            } else if key.len() > NAME {
                let message = format!("A name has {NAME} characters at most; this one has {}.", key.len());
                found.mistake("limit", &path, message, "Shorten the name.");
            }
        }
    }
    if document.get("Description").and_then(Value::as_str).is_some_and(|text| text.len() > DESCRIPTION) {
        let message = format!("The description has more than {DESCRIPTION} bytes.");
        found.mistake("limit", "/Description", message, "Shorten it.");
    }
    for (name, map) in document.get("Mappings").and_then(Value::as_object).into_iter().flatten() {
        if map.as_object().is_some_and(|map| map.len() > ATTRIBUTES) {
            let message = format!("A mapping has {ATTRIBUTES} keys at most.");
            found.mistake("limit", &format!("/Mappings/{name}"), message, "Split the mapping.");
        }
    }
    for (name, body) in document.get("Parameters").and_then(Value::as_object).into_iter().flatten() {
        if body.get("Default").and_then(Value::as_str).is_some_and(|value| value.len() > VALUE) {
            let message = format!("A value has {VALUE} bytes at most.");
            found.mistake("limit", &format!("/Parameters/{name}/Default"), message, "Shorten it.");
        }
    }
}
