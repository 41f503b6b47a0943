//! The values that a rule takes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The most of one rule, and of their text: what fits into a form and is overseen by people.
const MOST: usize = 50;

/// Each a value, or a pattern in which `*` stands for any characters, as in a tag policy of AWS Organizations. None at all takes every
/// value that is not empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TagValues(Vec<String>);

/// Why a text says no values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidTagValues(pub String);

impl TagValues {
    pub fn accepts(&self, value: &str) -> bool {
        !value.is_empty() && (self.0.is_empty() || self.0.iter().any(|pattern| matches(pattern, value)))
    }

    /// The values, where they are all named.
    pub fn named(&self) -> Option<&[String]> {
        let named = !self.0.is_empty() && self.0.iter().all(|value| !value.contains('*'));
        named.then_some(self.0.as_slice())
    }

    pub fn is_any(&self) -> bool {
        self.0.is_empty()
    }

    /// One in a line, as [`FromStr`] reads them.
    pub fn as_text(&self) -> String {
        self.0.join("\n")
    }
}

/// `*` stands for any number of characters, none included.
fn matches(pattern: &str, value: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = value.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

impl FromStr for TagValues {
    type Err = InvalidTagValues;
    fn from_str(text: &str) -> Result<Self, InvalidTagValues> {
        let wrong = |message: String| Err(InvalidTagValues(message));
        let mut values: Vec<String> = Vec::new();
        for value in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(message) = crate::curation::mistake_in_tag("A value", &value.replace('*', "")) {
                return wrong(message);
            }
            if value.chars().all(|c| c == '*') {
                return wrong("Leave the values out where every value is good.".to_owned());
            }
            if values.iter().any(|there| there == value) {
                return wrong(format!("{value} stands there twice."));
            }
            values.push(value.to_owned());
        }
        if values.len() > MOST {
            return wrong(format!("At most {MOST} values: use a pattern."));
        }
        Ok(Self(values))
    }
}

impl TryFrom<String> for TagValues {
    type Error = InvalidTagValues;
    fn try_from(text: String) -> Result<Self, InvalidTagValues> {
        text.parse()
    }
}

impl From<TagValues> for String {
    fn from(it: TagValues) -> Self {
        it.as_text()
    }
}

/// In words: "any value", "CC-*", "one of a, b".
impl fmt::Display for TagValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [] => f.write_str("any value"),
            [one] => f.write_str(one),
            several => write!(f, "one of {}", several.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(text: &str) -> TagValues {
        text.parse().unwrap()
    }

    #[test]
    fn values_and_patterns_are_told_apart() {
        assert!(values("").is_any() && values("").accepts("x") && !values("").accepts(""));
        let named = values("training\n inference \n\n");
        assert_eq!(named.named().unwrap(), ["training", "inference"]);
        assert!(named.accepts("inference") && !named.accepts("Inference") && !named.accepts(""));
        let like = values("CC-*\n*-shared\nA*B*C");
        assert_eq!(like.named(), None);
        for good in ["CC-", "CC-1", "x-shared", "-shared", "ABC", "AxByC", "ABBCC"] {
            assert!(like.accepts(good), "{good}");
        }
        for bad in ["cc-1", "shared", "AB", "ACB", "xCC-1", "A"] {
            assert!(!like.accepts(bad), "{bad}");
        }
        // The end is not what the beginning used up.
        assert!(!values("ab*ba").accepts("aba"));
        assert_eq!(
            (like.to_string().as_str(), values("a").to_string().as_str()),
            ("one of CC-*, *-shared, A*B*C", "a")
        );
        assert_eq!(values("").to_string(), "any value");
        assert_eq!(values(&like.as_text()), like);
    }

    #[test]
    fn what_says_no_values_is_told() {
        let told = |text: &str| text.parse::<TagValues>().unwrap_err().0;
        assert!(told("a\na").contains("a stands there twice"));
        assert!(told("*").contains("Leave the values out") && told("a\n**").contains("Leave the values out"));
        assert!(told("<b>").contains("takes no '<'"));
        assert!(told(&"v".repeat(257)).contains("256"));
        let many: Vec<String> = (0..51).map(|n| format!("v{n}")).collect();
        assert!(told(&many.join("\n")).contains("At most 50"));
    }

    proptest! {
        /// A pattern takes what comes of writing something for each of its stars.
        #[test]
        fn a_pattern_takes_what_it_stands_for(parts in proptest::collection::vec("[ab]{0,3}", 1..5), fill in proptest::collection::vec("[abc]{0,3}", 4)) {
            let pattern = parts.join("*");
            let value = parts.iter().zip(fill.iter().chain(std::iter::repeat(&String::new())))
                .enumerate()
                .map(|(n, (part, fill))| if n + 1 == parts.len() { part.clone() } else { format!("{part}{fill}") })
                .collect::<String>();
            prop_assert!(matches(&pattern, &value), "{pattern} {value}");
        }
    }
}
