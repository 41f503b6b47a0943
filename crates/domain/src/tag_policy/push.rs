//! The tags that what runs is given, so that they are as if it were launched now.

use std::collections::BTreeMap;

use super::{TagRule, TagSource};

/// What stands against giving something its tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotPushed {
    /// Nobody chose a value that is good.
    Open { key: String },
    /// No value is good, and why.
    Impossible { key: String, why: String },
}

/// All of the tags, as AWS is told them: those that were `sent`, with those that follow from `sources` in their place. Where somebody
/// decides, what was `chosen` now counts before what was sent, and that before what `is` there, as far as each is good.
///
/// # Errors
/// Every key for which there is no value.
pub fn tags_to_push(
    sources: &BTreeMap<String, TagSource>,
    rules: &[&TagRule],
    sent: &BTreeMap<String, String>,
    is: &BTreeMap<String, String>,
    chosen: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Vec<NotPushed>> {
    let mut tags = sent.clone();
    let mut open = Vec::new();
    for (key, source) in sources {
        let takes = |value: &&String| match source {
            TagSource::Choice(values) => values.contains(*value),
            _ => rules.iter().filter(|rule| rule.key == *key).all(|rule| rule.values.accepts(value)),
        };
        let value = match source {
            TagSource::Set(value) | TagSource::Catalog(value) => Some(value),
            TagSource::Choice(_) | TagSource::Typed(_) | TagSource::Impossible(_) => {
                [chosen.get(key), sent.get(key), is.get(key)].into_iter().flatten().find(takes)
            }
        };
        match (value, source) {
            (Some(value), _) => drop(tags.insert(key.clone(), value.clone())),
            (None, TagSource::Impossible(why)) => {
                open.push(NotPushed::Impossible { key: key.clone(), why: why.clone() });
            }
            (None, _) => open.push(NotPushed::Open { key: key.clone() }),
        }
    }
    if open.is_empty() { Ok(tags) } else { Err(open) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{tag_differences, tag_sources};
    use super::*;

    fn rule(key: &str, values: &str) -> TagRule {
        let id = key.parse().unwrap();
        TagRule { id, key: key.into(), stage: None, data_class: None, values: values.parse().unwrap(), version: 1 }
    }

    fn some_tags() -> impl Strategy<Value = BTreeMap<String, String>> {
        proptest::collection::btree_map("[abcd]", "[xyz]{1,2}", 0..4)
    }

    proptest! {
        /// What is pushed differs from nothing any more; and where nothing differs, pushing changes nothing that AWS has.
        #[test]
        fn what_was_pushed_is_as_it_should_be(
            own in some_tags(),
            choices in proptest::collection::btree_map("[abcd]", proptest::collection::vec("[xyz]{1,2}", 1..4), 0..3),
            rules in proptest::collection::vec(("[abcd]", proptest::sample::select(vec!["", "x*", "x\ny", "*z", "y"])), 0..4),
            sent in some_tags(),
            is in some_tags(),
            chosen in some_tags(),
        ) {
            let rules: Vec<TagRule> = rules.iter().map(|(key, values)| rule(key, values)).collect();
            let rules: Vec<&TagRule> = rules.iter().collect();
            let sources = tag_sources(&own, &choices, &rules);
            let pushed = tags_to_push(&sources, &rules, &sent, &is, &chosen);
            if let Ok(tags) = &pushed {
                prop_assert_eq!(tag_differences(&sources, &rules, tags, tags), vec![]);
            }
            if tag_differences(&sources, &rules, &sent, &is).is_empty() {
                let tags = tags_to_push(&sources, &rules, &sent, &is, &BTreeMap::new()).unwrap();
                prop_assert!(tags.iter().all(|(key, value)| is.get(key) == Some(value)), "{:?} {:?}", tags, is);
            }
        }
    }

    #[test]
    fn what_has_no_value_is_named() {
        let rules = [rule("team", "ml-*"), rule("workload", "training\ninference"), rule("k", "a"), rule("k", "b")];
        let rules: Vec<&TagRule> = rules.iter().collect();
        let sources = tag_sources(&BTreeMap::new(), &BTreeMap::new(), &rules);
        let none = BTreeMap::new();
        let open = tags_to_push(&sources, &rules, &none, &none, &none).unwrap_err();
        assert!(matches!(&open[0], NotPushed::Impossible { key, .. } if key == "k"));
        assert_eq!(open[1..], [NotPushed::Open { key: "team".into() }, NotPushed::Open { key: "workload".into() }]);
        let bad = BTreeMap::from([("team".to_owned(), "web".to_owned())]);
        assert_eq!(tags_to_push(&sources, &rules, &none, &none, &bad).unwrap_err().len(), 3);
    }
}
