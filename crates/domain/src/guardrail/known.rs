//! The actions that AWS has, for whoever writes a policy: a misspelt one is legal, and holds for no call.
//!
//! The list is that of cfn-lint, which takes it from the Service Authorization Reference; `cargo xtask test templates` says
//! when it is no longer so, and `cargo xtask aws-names` writes it anew.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::text::nearest;

/// A service in a line, and its actions after it; all in lower case.
const LIST: &str = include_str!("known-actions.txt");

static SERVICES: LazyLock<HashMap<&str, HashSet<&str>>> = LazyLock::new(|| {
    let service = |line: &'static str| {
        let mut words = line.split(' ');
        Some((words.next()?, words.collect()))
    };
    LIST.lines().filter_map(service).collect()
});

/// How alike two names have to be for one to be taken for the other misspelt.
pub(super) const ALIKE: f64 = 0.93;

/// Prefixes of condition keys that are no service's: the global ones, and what a federated sign-in fills in ("IAM and AWS STS
/// condition context keys", AWS Identity and Access Management User Guide). Identity providers are named by their host.
const OF_NO_SERVICE: [&str; 2] = ["aws", "saml"];

/// Why no call is named by the pattern of an action, as far as is known. Of one with wildcards in its name only the service is
/// looked at.
pub(super) fn unknown(pattern: &str) -> Option<String> {
    let (service, name) = pattern.split_once(':')?;
    let has_wildcard = |text: &str| text.contains(['*', '?']);
    if has_wildcard(service) {
        return None;
    }
    let Some(actions) = SERVICES.get(service.to_ascii_lowercase().as_str()) else { return Some(no_service(service)) };
    let lower = name.to_ascii_lowercase();
    if has_wildcard(name) || actions.contains(lower.as_str()) {
        return None;
    }
    let near = meant(nearest(&lower, actions.iter().copied(), ALIKE));
    Some(format!("{service} has no action {name:?} that is known here: this may hold for no call{near}"))
}

/// Why no call has the condition key of a service, as far as is known: of the key itself, only its prefix is.
pub(super) fn unknown_prefix(key: &str) -> Option<String> {
    let (service, _) = key.split_once(':')?;
    let lower = service.to_ascii_lowercase();
    let is_known =
        SERVICES.contains_key(lower.as_str()) || OF_NO_SERVICE.contains(&lower.as_str()) || lower.contains('.');
    (!is_known).then(|| format!("{key}: {}", no_service(service)))
}

fn no_service(service: &str) -> String {
    let near = meant(nearest(&service.to_ascii_lowercase(), SERVICES.keys().copied(), ALIKE));
    format!("AWS has no service {service:?} that is known here: this may hold for no call{near}")
}

/// What may have been meant, as the end of a sentence. Case does not matter to AWS.
pub(super) fn meant(near: Option<&str>) -> String {
    near.map(|near| format!(". Is {near:?} meant?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_misspelt_is_told() {
        for known in ["*", "s3:GetObject", "s3:getobject", "s3:get*", "*:get*", "organizations:leaveorganization"] {
            assert_eq!(unknown(known), None, "{known}");
        }
        let told = unknown("organisations:leave*").unwrap();
        assert!(
            told.contains("no service \"organisations\"") && told.ends_with("Is \"organizations\" meant?"),
            "{told}"
        );
        let told = unknown("organizations:Leave").unwrap();
        assert!(told.contains("organizations has no action \"Leave\"") && told.ends_with("no call"), "{told}");
        let told = unknown("sagemaker:CreatePresignedDomainUrls").unwrap();
        assert!(told.ends_with("Is \"createpresigneddomainurl\" meant?"), "{told}");
    }

    #[test]
    fn a_condition_key_is_of_a_service_or_of_a_federated_sign_in() {
        for known in
            ["sagemaker:InstanceTypes", "S3:prefix", "aws:SourceIp", "saml:aud", "accounts.google.com:aud", "no prefix"]
        {
            assert_eq!(unknown_prefix(known), None, "{known}");
        }
        let told = unknown_prefix("sagemakr:InstanceTypes").unwrap();
        assert!(
            told.starts_with("sagemakr:InstanceTypes: AWS has no service") && told.contains("\"sagemaker\""),
            "{told}"
        );
    }
}
