//! The actions that AWS has, for whoever writes a policy: a misspelt one is legal, and holds for no call.
//!
//! The list is that of cfn-lint, which takes it from the Service Authorization Reference; `cargo xtask test templates` says
//! when it is no longer so, and `cargo xtask aws-names` writes it anew.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// A service in a line, and its actions after it; all in lower case.
const LIST: &str = include_str!("known-actions.txt");

static SERVICES: LazyLock<HashMap<&str, HashSet<&str>>> = LazyLock::new(|| {
    let service = |line: &'static str| {
        let mut words = line.split(' ');
        Some((words.next()?, words.collect()))
    };
    LIST.lines().filter_map(service).collect()
});

/// Why no call is named by the pattern of an action, as far as is known. Of one with wildcards in its name only the service is
/// looked at.
pub(super) fn unknown(pattern: &str) -> Option<String> {
    let (service, name) = pattern.split_once(':')?;
    let has_wildcard = |text: &str| text.contains(['*', '?']);
    if has_wildcard(service) {
        return None;
    }
    let Some(actions) = SERVICES.get(service.to_ascii_lowercase().as_str()) else {
        return Some(format!("AWS has no service {service:?} that is known here: this may hold for no call"));
    };
    if has_wildcard(name) || actions.contains(name.to_ascii_lowercase().as_str()) {
        return None;
    }
    Some(format!("{service} has no action {name:?} that is known here: this may hold for no call"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_misspelt_is_told() {
        for known in ["*", "s3:GetObject", "s3:getobject", "s3:get*", "*:get*", "organizations:leaveorganization"] {
            assert_eq!(unknown(known), None, "{known}");
        }
        assert!(unknown("organisations:leave*").unwrap().contains("no service \"organisations\""));
        assert!(unknown("organizations:Leave").unwrap().contains("organizations has no action \"Leave\""));
    }
}
