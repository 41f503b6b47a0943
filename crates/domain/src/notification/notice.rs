//! The words of a notification.

use serde::{Deserialize, Serialize};

use super::Topic;

/// Longer titles are cut: a subject line is read at a glance.
const LONGEST_TITLE: usize = 200;
/// Longer texts are cut: AWS's reasons can be pages, and the page that the link leads to has them whole.
const LONGEST_TEXT: usize = 2_000;

/// What is told: plain text without line breaks in its title, and the page that has the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub topic: Topic,
    pub title: String,
    /// One or several sentences; may be empty.
    pub text: String,
    /// The path of the page in the portal, without a query: opening it changes nothing.
    pub path: String,
}

impl Notice {
    pub fn new(topic: Topic, title: &str, text: &str, path: String) -> Self {
        let one_line: String = title.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { topic, title: cut(&one_line, LONGEST_TITLE), text: cut(text.trim(), LONGEST_TEXT), path }
    }
}

fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(longest - 1).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_line_and_nothing_is_endless() {
        let notice = Notice::new(Topic::HandedOver, "a\r\nBcc: everybody\u{2028}b", &"é".repeat(5_000), "/".into());
        assert_eq!(notice.title, "a Bcc: everybody b");
        assert_eq!(notice.text.chars().count(), 2_000);
        assert!(notice.text.ends_with('…'));
        let long = Notice::new(Topic::HandedOver, &"a".repeat(200), "", "/".into());
        assert_eq!(long.title.len(), 200);
    }
}
