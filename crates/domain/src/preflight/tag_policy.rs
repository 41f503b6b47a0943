//! The tags of a launch against the portal's tag policy.

use std::collections::BTreeMap;

use super::{Check, Finding, Verdict, Who};
use crate::tag_policy::{TAGS_OF_THE_PORTAL, TagRule, TagSource};

/// `tags` are those that what is launched would carry. `open` are keys that are not filled yet, of which nothing is said.
pub fn tag_policy(
    sources: &BTreeMap<String, TagSource>,
    rules: &[&TagRule],
    tags: &BTreeMap<String, String>,
    open: &[String],
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for rule in rules {
        let key = &rule.key;
        let denied = |why: String| Finding::new(Check::TagPolicy, Verdict::Denied, key, why);
        let told = match (tags.get(key), sources.get(key)) {
            (Some(value), _) if rule.values.accepts(value) => continue,
            (None, Some(TagSource::Typed(_))) if open.contains(key) => continue,
            (_, Some(TagSource::Impossible(why))) => denied(format!("No value is good for it: {why}."))
                .mended_by(Who::PlatformTeam, "Bring the product's TagOptions and the tag policy together."),
            (Some(value), _) if TAGS_OF_THE_PORTAL.contains(&key.as_str()) => {
                denied(format!("The project has {value}, and the tag policy takes {}.", rule.values))
                    .mended_by(Who::PlatformTeam, "Correct it at the project, or change the tag policy.")
            }
            (Some(value), _) => denied(format!("It would be {value}, and the tag policy takes {}.", rule.values))
                .mended_by(Who::Requester, "Request it anew and give it a value that is taken."),
            (None, _) => denied(format!("The tag policy asks for it, with {}, and it has no value.", rule.values))
                .mended_by(Who::Requester, "Request it anew and fill it in."),
        };
        // Two rules for one key would say the same twice.
        if !findings.contains(&told) {
            findings.push(told);
        }
    }
    if findings.is_empty() && !rules.is_empty() {
        let why = "Every tag that is asked for has a value that it takes.";
        findings.push(Finding::new(Check::TagPolicy, Verdict::Fine, "", why));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tag_policy::tag_sources;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn each_tag_that_is_not_as_the_policy_asks_says_who_mends_it() {
        let rule = |key: &str, values: &str| TagRule {
            id: key.parse().unwrap(),
            key: key.into(),
            stage: None,
            data_class: None,
            values: values.parse().unwrap(),
            version: 1,
        };
        let rules = [rule("cost-center", "CC-*"), rule("team", "ml-*"), rule("workload", "training\ninference")];
        let rules: Vec<&TagRule> = rules.iter().collect();
        let options = BTreeMap::from([("workload".to_owned(), vec!["exploration".to_owned()])]);
        let sources = |own: &[(&str, &str)]| tag_sources(&map(own), &BTreeMap::new(), &rules);
        let found = |own: &[(&str, &str)], tags: &[(&str, &str)], open: &[String]| {
            tag_policy(&sources(own), &rules, &map(tags), open)
        };
        let good = [("cost-center", "CC-1"), ("team", "ml-a"), ("workload", "training")];
        let fine = found(&good[..1], &good, &[]);
        assert_eq!(fine.iter().map(|it| it.verdict).collect::<Vec<_>>(), [Verdict::Fine]);

        let denied = found(&[("cost-center", "4711")], &[("cost-center", "4711"), ("team", "web")], &[]);
        let told: Vec<_> = denied.iter().map(|it| (it.subject.as_str(), it.what_to_do.clone().unwrap().0)).collect();
        assert_eq!(told, [("cost-center", Who::PlatformTeam), ("team", Who::Requester), ("workload", Who::Requester)]);
        assert!(denied[2].why.contains("one of training, inference"));

        // What is not typed yet is no mistake, and what is typed wrongly is.
        let open = ["team".to_owned()];
        let unfilled = [("cost-center", "CC-1"), ("workload", "training")];
        assert_eq!(found(&good[..1], &unfilled, &open)[0].verdict, Verdict::Fine);
        let wrong = [("cost-center", "CC-1"), ("workload", "training"), ("team", "web")];
        assert_eq!(found(&good[..1], &wrong, &open)[0].verdict, Verdict::Denied);

        let impossible = tag_sources(&map(&good[..1]), &options, &rules);
        let found = tag_policy(&impossible, &rules, &map(&good[..2]), &[]);
        assert!(found[0].why.contains("the product takes exploration") && found.len() == 1);
        assert_eq!(tag_policy(&BTreeMap::new(), &[], &map(&[]), &[]), []);
    }
}
