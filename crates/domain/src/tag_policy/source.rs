//! Where the value of each tag comes from.

use std::collections::{BTreeMap, BTreeSet};

use super::TagRule;

/// Where the value of a tag comes from when something is launched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagSource {
    /// The portal sets it: from the person, the project, the account; or because the rules leave one value alone.
    Set(String),
    /// Service Catalog sets it by itself, the only value of a TagOption: it is not sent.
    Catalog(String),
    /// Whoever asks chooses one of these.
    Choice(Vec<String>),
    /// Whoever asks types it: something that all these rules take, in words.
    Typed(Vec<String>),
    /// No value is good: the TagOptions of the product have none that the rules take, or the rules contradict each other.
    Impossible(String),
}

impl TagSource {
    /// The value, where nobody has a choice.
    pub fn only(&self) -> Option<&str> {
        match self {
            Self::Set(value) | Self::Catalog(value) => Some(value),
            Self::Choice(_) | Self::Typed(_) | Self::Impossible(_) => None,
        }
    }
}

/// By key. `own` is what the portal sets, `choices` what the TagOptions of the product leave, and `rules` those that hold there.
/// Whether the portal's own values are good is another question: nobody can choose them.
pub fn tag_sources(
    own: &BTreeMap<String, String>,
    choices: &BTreeMap<String, Vec<String>>,
    rules: &[&TagRule],
) -> BTreeMap<String, TagSource> {
    let keys: BTreeSet<&String> = own.keys().chain(choices.keys()).chain(rules.iter().map(|rule| &rule.key)).collect();
    let source = |key: &String| {
        if let Some(value) = own.get(key) {
            return Some(TagSource::Set(value.clone()));
        }
        let of_key: Vec<&TagRule> = rules.iter().copied().filter(|rule| rule.key == *key).collect();
        let takes = |value: &String| of_key.iter().all(|rule| rule.values.accepts(value));
        let offered = choices.get(key);
        // What is offered, or else what one of the rules names.
        let named = match offered {
            Some(values) => Some(values.clone()),
            None => of_key.iter().find_map(|rule| rule.values.named()).map(<[String]>::to_vec),
        };
        let Some(named) = named else {
            return Some(TagSource::Typed(of_key.iter().map(|rule| rule.values.to_string()).collect()));
        };
        // A key without an active value is no choice of anybody.
        if named.is_empty() && of_key.is_empty() {
            return None;
        }
        let (one, mut good) = (named.len() == 1, named);
        good.retain(takes);
        Some(match good.len() {
            0 => TagSource::Impossible(match offered {
                Some(offered) => format!(
                    "the product takes {}, the tag policy {}",
                    if offered.is_empty() { "no value".to_owned() } else { offered.join(", ") },
                    in_words(&of_key)
                ),
                None => format!("the tag policy takes {}, which no value is", in_words(&of_key)),
            }),
            1 if one && offered.is_some() => TagSource::Catalog(good.remove(0)),
            1 => TagSource::Set(good.remove(0)),
            _ => TagSource::Choice(good),
        })
    };
    keys.into_iter().filter_map(|key| Some((key.clone(), source(key)?))).collect()
}

/// What all of the rules take.
pub(super) fn in_words(rules: &[&TagRule]) -> String {
    rules.iter().map(|rule| rule.values.to_string()).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(key: &str, values: &str) -> TagRule {
        let id = format!("{key}-{}", values.len()).parse().unwrap();
        TagRule { id, key: key.into(), stage: None, data_class: None, values: values.parse().unwrap(), version: 1 }
    }

    fn source(own: Option<&str>, choices: Option<&[&str]>, rules: &[&str]) -> Option<TagSource> {
        let rules: Vec<TagRule> = rules.iter().map(|values| rule("k", values)).collect();
        let own = own.map(|value| ("k".to_owned(), value.to_owned())).into_iter().collect();
        let choices = choices.map(|values| ("k".to_owned(), values.iter().map(|v| (*v).to_owned()).collect()));
        tag_sources(&own, &choices.into_iter().collect(), &rules.iter().collect::<Vec<_>>()).remove("k")
    }

    #[test]
    fn a_value_comes_from_the_portal_the_product_the_policy_or_a_person() {
        let set = |value: &str| Some(TagSource::Set(value.into()));
        let choice = |values: &[&str]| Some(TagSource::Choice(values.iter().map(|v| (*v).to_owned()).collect()));
        assert_eq!(
            source(Some("CC-1"), Some(&["CC-2"]), &["CC-3"]),
            set("CC-1"),
            "the portal's own is nobody's choice"
        );
        assert_eq!(source(None, Some(&["a"]), &[]), Some(TagSource::Catalog("a".into())));
        assert_eq!(source(None, Some(&["a", "b"]), &[]), choice(&["a", "b"]));
        assert_eq!(source(None, Some(&[]), &[]), None);
        assert_eq!(source(None, Some(&["a", "b", "c"]), &["a\nb"]), choice(&["a", "b"]));
        assert_eq!(source(None, Some(&["a", "b"]), &["a*"]), set("a"), "AWS would ask for one of two");
        assert_eq!(source(None, None, &["a\nb"]), choice(&["a", "b"]));
        assert_eq!(source(None, None, &["a*", "ab\nb"]), set("ab"), "all rules hold");
        assert_eq!(source(None, None, &["a*", ""]), Some(TagSource::Typed(vec!["a*".into(), "any value".into()])));
    }

    #[test]
    fn what_no_value_is_good_for_says_so() {
        let told = |choices: Option<&[&str]>, rules: &[&str]| match source(None, choices, rules) {
            Some(TagSource::Impossible(why)) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(told(Some(&["a", "b"]), &["x\ny"]), "the product takes a, b, the tag policy one of x, y");
        assert_eq!(told(Some(&[]), &["x"]), "the product takes no value, the tag policy x");
        assert_eq!(told(None, &["a", "b"]), "the tag policy takes a and b, which no value is");
    }
}
