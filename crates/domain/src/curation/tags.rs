//! Tags as people type them, one in a line: `key = value`.

use std::collections::BTreeMap;

use crate::problem::FieldError;
use crate::tag_policy::TAGS_OF_THE_PORTAL;

/// Quota of Service Catalog: tags of a portfolio, and of a product.
/// <https://docs.aws.amazon.com/servicecatalog/latest/adminguide/limits.html>
pub const MOST_TAGS: usize = 20;
/// `TagKey` and `TagValue` of the API.
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// The tags of a text; a line that is none is a mistake of `field`.
pub fn tags_of(field: &str, text: &str) -> Result<BTreeMap<String, String>, FieldError> {
    let (mut tags, mut wrong) = (BTreeMap::new(), Vec::new());
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let mut say = |what: &str| wrong.push(format!("Line {}: {what}", number + 1));
        match line.split_once('=').map(|(key, value)| (key.trim(), value.trim())) {
            None => say("write key = value."),
            Some(("", _)) => say("the key is missing."),
            Some((key, value)) => {
                if tags.insert(key.to_owned(), value.to_owned()).is_some() {
                    say(&format!("{key} stands there twice."));
                }
            }
        }
    }
    if wrong.is_empty() { Ok(tags) } else { Err(FieldError::new(field, wrong.join(" "))) }
}

/// As [`tags_of`] reads them.
pub fn tags_as_text(tags: &BTreeMap<String, String>) -> String {
    tags.iter().fold(String::new(), |text, (key, value)| text + key + " = " + value + "\n")
}

/// What AWS would refuse, and what would stand against the tags that the portal sets.
pub(super) fn mistakes(field: &str, tags: &BTreeMap<String, String>) -> Option<FieldError> {
    let mut wrong: Vec<String> = Vec::new();
    if tags.len() > MOST_TAGS {
        wrong.push(format!("At most {MOST_TAGS} tags."));
    }
    for (key, value) in tags {
        let of_the_portal = TAGS_OF_THE_PORTAL.contains(&key.to_ascii_lowercase().as_str());
        let of_the_portal = of_the_portal.then(|| format!("{key} is set by the portal, for each environment."));
        wrong.extend(mistake_in(key, value).or(of_the_portal));
    }
    (!wrong.is_empty()).then(|| FieldError::new(field, wrong.join(" ")))
}

/// What AWS would refuse of a tag.
pub fn mistake_in(key: &str, value: &str) -> Option<String> {
    if key.chars().count() > LONGEST_KEY {
        return Some(format!("A key has at most {LONGEST_KEY} characters."));
    }
    if value.chars().count() > LONGEST_VALUE {
        return Some(format!("{key}: at most {LONGEST_VALUE} characters in a value."));
    }
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Some(format!("{key}: keys that begin with aws: are AWS's own."));
    }
    let odd = |text: &str| text.chars().find(|c| !(c.is_alphanumeric() || *c == ' ' || "_.:/=+-%@".contains(*c)));
    odd(key).or_else(|| odd(value)).map(|odd| format!("{key}: AWS takes no {odd:?} in a tag."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_as_they_are_written() {
        let text = "team = ML platform\nticket=https://tracker/browse?id=1\n\n empty = \n";
        let tags = tags_of("tags", text).unwrap();
        assert_eq!(tags["ticket"], "https://tracker/browse?id=1");
        assert_eq!((tags["team"].as_str(), tags["empty"].as_str(), tags.len()), ("ML platform", "", 3));
        assert_eq!(tags_of("tags", &tags_as_text(&tags)).unwrap(), tags);
    }

    #[test]
    fn what_is_no_tag_is_told_with_its_line() {
        let wrong = |text: &str| tags_of("tags", text).unwrap_err().message;
        assert_eq!(wrong("a = 1\n\nb"), "Line 3: write key = value.");
        assert_eq!(wrong("= 1"), "Line 1: the key is missing.");
        assert_eq!(wrong("a = 1\na = 2"), "Line 2: a stands there twice.");
        assert_eq!(wrong("b\na = 1\na = 2"), "Line 1: write key = value. Line 3: a stands there twice.");
        let refused = |text: &str| mistakes("tags", &tags_of("tags", text).unwrap()).map(|wrong| wrong.message);
        assert_eq!(refused("team = ML platform"), None);
        assert!(refused("AWS:team = 1").unwrap().contains("AWS's own"));
        assert!(refused("Stage = dev").unwrap().contains("set by the portal"));
        let both = refused("aws:team = 1\nstage = dev").unwrap();
        assert!(both.contains("AWS's own") && both.contains("set by the portal"), "{both}");
        assert!(refused("a = <b>").unwrap().contains("takes no '<'"));
        assert!(refused(&format!("{} = 1", "k".repeat(129))).unwrap().contains("128"));
        assert!(refused(&format!("k = {}", "v".repeat(257))).unwrap().contains("256"));
        let many = (0..21).map(|n| format!("k{n} = v")).collect::<Vec<_>>().join("\n");
        assert_eq!(refused(&many).unwrap(), "At most 20 tags.");
    }
}
