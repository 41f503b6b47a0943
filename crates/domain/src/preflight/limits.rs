//! Quotas: those that AWS documents as fixed are counted; those that differ from account to account are said to be unknown.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Finding, Verdict, Who};
use crate::template::TemplateDigest;

/// "Tags per provisioned product" (Service Catalog administrator guide, "AWS Service Catalog default service quotas").
const MOST_TAGS: usize = 50;
/// Characters of a parameter's value (Service Catalog API, `ProvisioningParameter`).
const LONGEST_VALUE: usize = 4_096;
/// Characters of a tag's value (Service Catalog API, `Tag`).
const LONGEST_TAG: usize = 256;

/// Resource types whose number an account can have a quota on that is not the same everywhere.
const COUNTED: [&str; 5] = [
    "AWS::SageMaker::Domain",
    "AWS::SageMaker::UserProfile",
    "AWS::SageMaker::Space",
    "AWS::SageMaker::App",
    "AWS::SageMaker::NotebookInstance",
];

/// `tags` are all that the launch ends up with.
pub fn limits(
    values: &BTreeMap<String, String>,
    tags: &BTreeMap<String, String>,
    template: Option<&TemplateDigest>,
) -> Vec<Finding> {
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
    let kinds: BTreeSet<&str> = template.into_iter().flat_map(|t| &t.resources).map(|r| r.kind.as_str()).collect();
    let counted: Vec<&str> = COUNTED.into_iter().filter(|kind| kinds.contains(kind)).collect();
    if !counted.is_empty() {
        let why =
            "How many of them the account may have is its own quota, and the portal does not read AWS Service Quotas.";
        findings.push(Finding::new(Check::Quotas, Verdict::NotAssessed, counted.join(", "), why));
    }
    findings
}
