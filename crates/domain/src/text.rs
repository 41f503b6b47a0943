//! What may stand in a text that people send.

/// The first character of `text` that no form field, query or path may hold: a control character other than a tab and the
/// ends of lines. Nobody types one, no page can show one, and not every database keeps one.
pub fn forbidden(text: &str) -> Option<char> {
    text.chars().find(|c| is_forbidden(*c))
}

/// `text` without such characters.
pub fn without_forbidden(text: &str) -> String {
    text.chars().filter(|c| !is_forbidden(*c)).collect()
}

fn is_forbidden(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_letters_of_any_script_pass_and_control_characters_do_not() {
        assert_eq!(forbidden("a\tb\r\nc \u{e9} \u{65e5} \u{1f600}"), None);
        for c in ['\0', '\u{1}', '\u{b}', '\u{1b}', '\u{7f}', '\u{85}'] {
            let text = format!("a{c}b");
            assert_eq!((forbidden(&text), without_forbidden(&text).as_str()), (Some(c), "ab"), "{c:?}");
        }
    }
}
