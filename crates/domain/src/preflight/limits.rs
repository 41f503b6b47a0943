//! What Service Catalog takes of everybody.

use std::collections::BTreeMap;

use super::{Check, Finding, Verdict, Who};

/// "Tags per provisioned product" (Service Catalog administrator guide, "AWS Service Catalog default service quotas").
const MOST_TAGS: usize = 50;
/// Characters of a parameter's value (Service Catalog API, `ProvisioningParameter`).
const LONGEST_VALUE: usize = 4_096;
/// Characters of a tag's value (Service Catalog API, `Tag`).
const LONGEST_TAG: usize = 256;

/// `tags` are all that the launch ends up with.
pub fn limits(values: &BTreeMap<String, String>, tags: &BTreeMap<String, String>) -> Vec<Finding> {
    let denied = |subject: &str, why: String| Finding::new(Check::Quotas, Verdict::Denied, subject, why);
    let mut findings = Vec::new();
    if tags.len() > MOST_TAGS {
        let why = format!("There would be {}; a provisioned product has {MOST_TAGS} at most.", tags.len());
        findings.push(
            denied("Tags", why).mended_by(Who::PlatformTeam, "Take TagOptions off the product or its portfolio."),
        );
    }
    for (key, value) in tags {
        let length = value.chars().count();
        if length > LONGEST_TAG {
            let why = format!("The tag's value has {length} characters; AWS takes {LONGEST_TAG}.");
            findings.push(denied(key, why).mended_by(Who::PlatformTeam, "Shorten the value."));
        }
    }
    for (key, value) in values {
        let length = value.chars().count();
        if length > LONGEST_VALUE {
            let why = format!("The value has {length} characters; Service Catalog takes {LONGEST_VALUE}.");
            findings.push(denied(key, why).mended_by(Who::Requester, "Give a shorter value."));
        }
    }
    if findings.is_empty() {
        let why = "Tags and values are within what Service Catalog takes.";
        findings.push(Finding::new(Check::Quotas, Verdict::Fine, "Service Catalog", why));
    }
    findings
}
