//! What is legal in a policy and most likely not meant.

use serde::{Deserialize, Serialize};

use super::json::{Member, Node, Position, Value};
use super::known::{self, ALIKE};
use super::operator::{Operator, SetOperator, TestKind};
use super::template::Template;
use super::verdict::Effect;
use crate::text::nearest;

/// Something to look at; the document is valid all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

    /// Actions that AWS does not have.
    pub(super) fn actions(&mut self, named: &Node) {
        let items = if let Value::Array(items) = &named.value { items.as_slice() } else { std::slice::from_ref(named) };
        for item in items {
            if let Value::String(text) = &item.value
                && let Some(why) = known::unknown(text)
            {
                self.push(Finding::at(item.at, why));
            }
        }
    }

    pub(super) fn condition_key(&mut self, at: Position, key: &str, operator: Operator) {
        let lower = key.to_ascii_lowercase();
        if lower.starts_with("aws:") && !is_known(&lower) {
            let known = GLOBAL_KEYS.iter().map(|it| it.trim_end_matches('/'));
            let near = nearest(&lower["aws:".len()..], known, ALIKE).map(|near| format!("aws:{near}"));
            let near = known::meant(near.as_deref());
            self.push(Finding::at(at, format!("{key} is not a global condition key: no call has it{near}")));
        } else if !is_known(&lower) {
            self.push(Finding::at(at, format!("{key} has no service prefix: no call has it")));
        } else if let Some(why) = known::unknown_prefix(key) {
            self.push(Finding::at(at, why));
        }
        if operator.set.is_none() && operator.test != TestKind::Null && MULTI_VALUED.contains(&lower.as_str()) {
            self.push(Finding::at(
                at,
                format!("{key} can have several values: say ForAllValues or ForAnyValue before the operator"),
            ));
        }
    }

    /// A variable that no call fills in: a placeholder of an example, most often.
    pub(super) fn variables(&mut self, at: Position, template: &Template) {
        for key in template.variables() {
            let key = key.as_str();
            if !is_known(key) {
                self.push(Finding::at(
                    at,
                    format!("${{{key}}} is not a key of any call: as a policy variable it never has a value"),
                ));
            }
        }
    }

    /// What one operator says of several keys, or of absent ones, other than it reads.
    pub(super) fn condition_block(
        &mut self,
        effect: Effect,
        operator: Operator,
        keys: &[Member],
        all_operators: &[Member],
    ) {
        let asks_for_absence =
            |member: &Member| matches!(&member.value.value, Value::String(text) if text.eq_ignore_ascii_case("true"));
        if effect == Effect::Deny
            && operator.test == TestKind::Null
            && keys.len() > 1
            && keys.iter().all(asks_for_absence)
        {
            self.push(Finding::at(
                keys[1].at,
                "the keys of one Null block are joined by AND, so this denies only where all of them are absent; to \
                 require each key, give it a statement of its own",
            ));
        }
        if effect == Effect::Allow && operator.set == Some(SetOperator::ForAllValues) {
            for key in keys {
                let guarded = all_operators.iter().filter(|member| member.key == "Null").any(|member| {
                    matches!(&member.value.value, Value::Object(nulls)
                        if nulls.iter().any(|null| null.key.eq_ignore_ascii_case(&key.key)))
                });
                if !guarded {
                    self.push(Finding::at(
                        key.at,
                        format!(
                            "ForAllValues is also met where the call does not have {0}: add \"Null\": {{\"{0}\": \
                             \"false\"}} if it must",
                            key.key
                        ),
                    ));
                }
            }
        }
    }
}

/// Whether some call may have the key: every service may have keys of its own, the global ones are listed.
fn is_known(lower: &str) -> bool {
    match lower.strip_prefix("aws:") {
        Some(global) => GLOBAL_KEYS
            .iter()
            .any(|k| if k.ends_with('/') { global.len() > k.len() && global.starts_with(k) } else { global == *k }),
        None => lower.contains(':'),
    }
}
