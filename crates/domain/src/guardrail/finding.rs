//! What is legal in a policy and most likely not meant.

use super::json::Position;
use super::operator::{Operator, TestKind};

/// Something to look at; the document is valid all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    pub message: String,
}

impl Finding {
    pub(super) fn at(at: Position, message: impl Into<String>) -> Self {
        Self { line: at.line, column: at.column, message: message.into() }
    }
}

/// Collects findings while a document is read.
#[derive(Debug, Default)]
pub(super) struct Findings(pub(super) Vec<Finding>);

/// Global condition keys (IAM user guide, "AWS global condition context keys"), in lower case, without `aws:`. One that ends
/// with `/` is followed by a tag key.
const GLOBAL_KEYS: &[&str] = &[
    "assumedroot",
    "calledvia",
    "calledviafirst",
    "calledvialast",
    "chatbotsourcearn",
    "currenttime",
    "ec2instancesourceprivateipv4",
    "ec2instancesourcevpc",
    "epochtime",
    "federatedprovider",
    "multifactorauthage",
    "multifactorauthpresent",
    "principalaccount",
    "principalarn",
    "principalisawsservice",
    "principalorgid",
    "principalorgpaths",
    "principalservicename",
    "principalservicenameslist",
    "principaltag/",
    "principaltype",
    "referer",
    "requestedregion",
    "requesttag/",
    "resourceaccount",
    "resourceorgid",
    "resourceorgpaths",
    "resourcetag/",
    "securetransport",
    "signinsessionarn",
    "sourceaccount",
    "sourcearn",
    "sourceidentity",
    "sourceip",
    "sourceorgid",
    "sourceorgpaths",
    "sourceowner",
    "sourcevpc",
    "sourcevpcarn",
    "sourcevpce",
    "tagkeys",
    "tokenissuetime",
    "useragent",
    "userid",
    "username",
    "viaawsservice",
    "vpceaccount",
    "vpceorgid",
    "vpceorgpaths",
    "vpcsourceip",
];

/// Keys with several values in one call, in lower case (the services' own pages in the Service Authorization Reference,
/// type `ArrayOf...`).
const MULTI_VALUED: &[&str] = &[
    "aws:calledvia",
    "aws:principalorgpaths",
    "aws:principalservicenameslist",
    "aws:resourceorgpaths",
    "aws:sourceorgpaths",
    "aws:tagkeys",
    "aws:vpceorgpaths",
    "sagemaker:imagearns",
    "sagemaker:instancetypes",
    "sagemaker:vpcsecuritygroupids",
    "sagemaker:vpcsubnets",
    "sts:transitivetagkeys",
];

impl Findings {
    pub(super) fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    pub(super) fn condition_key(&mut self, at: Position, key: &str, operator: Operator) {
        let lower = key.to_ascii_lowercase();
        if let Some(global) = lower.strip_prefix("aws:") {
            let known = GLOBAL_KEYS
                .iter()
                .any(|k| if k.ends_with('/') { global.len() > k.len() && global.starts_with(k) } else { global == *k });
            if !known {
                self.push(Finding::at(at, format!("{key} is not a global condition key: no call has it")));
            }
        } else if !lower.contains(':') {
            self.push(Finding::at(at, format!("{key} has no service prefix: no call has it")));
        }
        if operator.set.is_none() && operator.test != TestKind::Null && MULTI_VALUED.contains(&lower.as_str()) {
            self.push(Finding::at(
                at,
                format!("{key} can have several values: say ForAllValues or ForAnyValue before the operator"),
            ));
        }
    }
}
