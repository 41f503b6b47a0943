//! The tags of a launch against the TagOptions of product and portfolio.

use std::collections::BTreeMap;

use super::{Check, Finding, TagChoices, Verdict, Who};
use crate::tag_policy::TagSource;

/// Of an update, which sends no tags: Service Catalog holds only tags that are sent against the TagOptions.
pub fn tags_stay() -> Finding {
    Finding::new(Check::TagOptions, Verdict::Fine, "", "An update leaves the tags as they are.")
}

/// `sent` goes with the launch; what has one value alone AWS sets by itself. Of a tag that no value is good for, by `sources`, the
/// tag policy says so ([`super::tag_policy()`]): nobody could have chosen one.
pub fn tag_options(
    choices: &TagChoices,
    sent: &BTreeMap<String, String>,
    sources: &BTreeMap<String, TagSource>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_impossible = |key: &String| matches!(sources.get(key), Some(TagSource::Impossible(_)));
    for (key, values) in choices.iter().filter(|(key, _)| !is_impossible(key)) {
        let denied = |why: String| Finding::new(Check::TagOptions, Verdict::Denied, key, why);
        match (sent.get(key), values.as_slice()) {
            (Some(value), []) => findings.push(
                denied(format!("It would be sent as {value}, and product and portfolio have no value in common."))
                    .mended_by(Who::PlatformTeam, "Give product and portfolio a TagOption in common."),
            ),
            (Some(value), values) if !values.contains(value) => findings.push(
                denied(format!("It would be sent as {value}; the product takes {}.", values.join(", ")))
                    .mended_by(Who::PlatformTeam, "Add the value to the TagOptions, or correct it at the project."),
            ),
            (None, [_, _, ..]) => findings.push(
                denied(format!("It has to be one of {}, and none was chosen.", values.join(", ")))
                    .mended_by(Who::Requester, "Request it anew and choose the tag."),
            ),
            _ => {}
        }
    }
    if findings.is_empty() && !choices.keys().any(is_impossible) {
        let why = if choices.is_empty() { "The product has none." } else { "Every tag has a value that it takes." };
        findings.push(Finding::new(Check::TagOptions, Verdict::Fine, "", why));
    }
    findings
}
