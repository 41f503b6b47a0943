//! Tags that something carries against those that it should.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::source::in_words;
use super::{OWNER_TAG, TagRule, TagSource};

/// A tag that is not as it should be. What a change of TagOptions, of the tag policy or of the project leaves behind AWS never mends by
/// itself: tags are given when something is launched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TagDifference {
    pub key: String,
    /// What it is at AWS; `None`: it is not there.
    pub is: Option<String>,
    /// What it would be now; `None` where somebody has to choose or nothing is good.
    pub value: Option<String>,
    /// Which values are good, in words.
    pub wanted: String,
}

/// What of `is`, the tags that AWS has, is other than it would be if it were launched now. `sent` is what the portal sent: whatever
/// somebody else changed of it is a difference too. The owner's tag is not looked at: the observer tells of it apart.
pub fn tag_differences(
    sources: &BTreeMap<String, TagSource>,
    rules: &[&TagRule],
    sent: &BTreeMap<String, String>,
    is: &BTreeMap<String, String>,
) -> Vec<TagDifference> {
    let keys: BTreeSet<&String> = sources.keys().chain(sent.keys()).collect();
    keys.into_iter()
        .filter(|key| *key != OWNER_TAG)
        .filter_map(|key| difference(key, sources, rules, sent, is))
        .collect()
}

fn difference(
    key: &str,
    sources: &BTreeMap<String, TagSource>,
    rules: &[&TagRule],
    sent: &BTreeMap<String, String>,
    is: &BTreeMap<String, String>,
) -> Option<TagDifference> {
    let (is, sent) = (is.get(key), sent.get(key));
    let of_key: Vec<&TagRule> = rules.iter().copied().filter(|rule| rule.key == key).collect();
    let takes = |value: &String| of_key.iter().all(|rule| rule.values.accepts(value));
    let of = |value: Option<&String>, wanted: String| {
        Some(TagDifference { key: key.to_owned(), is: is.cloned(), value: value.cloned(), wanted })
    };
    match sources.get(key) {
        Some(TagSource::Set(value) | TagSource::Catalog(value)) if is == Some(value) => None,
        Some(TagSource::Set(value) | TagSource::Catalog(value)) => of(Some(value), value.clone()),
        Some(TagSource::Choice(values)) => {
            let good = |value: &&String| values.contains(*value);
            // What was chosen and is good still is what it should be.
            match (is, sent.filter(good)) {
                (Some(is), Some(sent)) if is == sent => None,
                (_, Some(sent)) => of(Some(sent), sent.clone()),
                (Some(is), None) if good(&is) => None,
                _ => of(None, format!("one of {}", values.join(", "))),
            }
        }
        Some(source @ (TagSource::Typed(_) | TagSource::Impossible(_))) => {
            match (is, sent.filter(|sent| takes(sent))) {
                (Some(is), Some(sent)) if is == sent => None,
                (_, Some(sent)) => of(Some(sent), sent.clone()),
                (Some(is), None) if takes(is) => None,
                _ => match source {
                    TagSource::Impossible(why) => of(None, why.clone()),
                    _ => of(None, in_words(&of_key)),
                },
            }
        }
        // Nothing asks for it any more; it is as it was sent, or somebody changed it.
        None if is == sent => None,
        None => of(sent, sent.cloned().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tag_sources;
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    fn rule(key: &str, values: &str) -> TagRule {
        let id = key.parse().unwrap();
        TagRule { id, key: key.into(), stage: None, data_class: None, values: values.parse().unwrap(), version: 1 }
    }

    #[test]
    fn what_is_other_than_it_would_be_is_told_with_what_it_would_be() {
        let rules = [rule("team", "ml-*"), rule("workload", "training\ninference"), rule("review", "yes")];
        let rules: Vec<&TagRule> = rules.iter().collect();
        let own = map(&[("cost-center", "CC-2"), ("project", "fraud"), (OWNER_TAG, "u-1")]);
        let sources = tag_sources(&own, &BTreeMap::new(), &rules);
        let good = map(&[
            ("cost-center", "CC-2"),
            ("project", "fraud"),
            ("team", "ml-a"),
            ("workload", "training"),
            ("review", "yes"),
        ]);
        assert_eq!(tag_differences(&sources, &rules, &good, &good), []);

        let is = map(&[("cost-center", "CC-1"), ("team", "web"), ("project", "fraud"), ("old", "changed")]);
        let sent = map(&[("cost-center", "CC-1"), ("team", "web"), ("project", "fraud"), ("old", "kept")]);
        let found = tag_differences(&sources, &rules, &sent, &is);
        let told: Vec<(&str, Option<&str>, Option<&str>, &str)> = found
            .iter()
            .map(|it| (it.key.as_str(), it.is.as_deref(), it.value.as_deref(), it.wanted.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("cost-center", Some("CC-1"), Some("CC-2"), "CC-2"),
                ("old", Some("changed"), Some("kept"), "kept"),
                ("review", None, Some("yes"), "yes"),
                ("team", Some("web"), None, "ml-*"),
                ("workload", None, None, "one of training, inference"),
            ]
        );
    }

    #[test]
    fn what_was_chosen_and_is_good_is_put_back() {
        let rules = [rule("workload", "training\ninference"), rule("team", "ml-*")];
        let rules: Vec<&TagRule> = rules.iter().collect();
        let sources = tag_sources(&BTreeMap::new(), &BTreeMap::new(), &rules);
        let sent = map(&[("workload", "training"), ("team", "ml-a")]);
        // Good by itself, and not what was chosen.
        let found = tag_differences(&sources, &rules, &sent, &map(&[("workload", "inference"), ("team", "ml-b")]));
        assert_eq!(found.iter().map(|it| it.value.as_deref()).collect::<Vec<_>>(), [Some("ml-a"), Some("training")]);
        // Nobody chose here: what is there and good stays.
        let is = map(&[("workload", "inference"), ("team", "ml-b")]);
        assert_eq!(tag_differences(&sources, &rules, &BTreeMap::new(), &is), []);
    }
}
