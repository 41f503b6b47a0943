//! What may stand in a text that people send, and what was meant by a misspelt word.

/// The first character of `text` that no form field, query or path may hold: a control character other than a tab and the
/// ends of lines, and those that turn the direction of what follows. Nobody types one; the first no page can show and not
/// every database keeps; by the others a text reads otherwise than it is, to whoever decides by it (Unicode UTR 36, 2.5;
/// UAX 9). Scripts that run from right to left need none of them.
pub fn forbidden(text: &str) -> Option<char> {
    text.chars().find(|c| is_forbidden(*c))
}

/// `text` without such characters.
pub fn without_forbidden(text: &str) -> String {
    text.chars().filter(|c| !is_forbidden(*c)).collect()
}

fn is_forbidden(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
}

/// The first character that a name may not hold beside those: it ends the line, or nobody sees it, and two names would read
/// alike (Unicode UTS 39). What joins letters and emoji stays.
pub fn unseen(name: &str) -> Option<char> {
    let is_unseen = |c: &char| {
        matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{2060}'..='\u{2064}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        )
    };
    name.chars().find(|c| c.is_control() || is_forbidden(*c) || is_unseen(c))
}

/// Whether two names read alike: blanks of any kind and number count as one.
pub fn reads_as(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

/// The known word that is most like `word`, if one is as like as `least`, from 0 (nothing in common) to 1 (the same): the
/// likeness of Jaro and Winkler, for which words that begin alike are more alike.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>, least: f64) -> Option<&'a str> {
    let likeness = |candidate: &'a str| (strsim::jaro_winkler(word, candidate), candidate);
    let near = known.into_iter().map(likeness).filter(|(likeness, _)| *likeness >= least);
    near.max_by(|(a, one), (b, other)| a.total_cmp(b).then(other.cmp(one))).map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_no_part_of_a_name() {
        assert_eq!(unseen("Caf\u{e9} \u{1f469}\u{200d}\u{1f52c} \u{645}\u{200c}\u{627}"), None);
        for c in ['\n', '\t', '\u{200b}', '\u{feff}', '\u{2028}', '\u{202e}', '\u{3164}'] {
            assert_eq!(unseen(&format!("a{c}b")), Some(c), "{c:?}");
        }
        assert!(reads_as(" Data\u{a0}work  spaces", "Data work spaces") && !reads_as("Data", "data"));
    }

    #[test]
    fn what_was_meant_by_a_misspelt_word_is_found_and_nothing_else() {
        let known = ["leaveorganization", "listaccounts", "listroots"];
        assert_eq!(nearest("leaveorganisation", known, 0.9), Some("leaveorganization"));
        assert_eq!(nearest("listroot", known, 0.9), Some("listroots"));
        assert_eq!((nearest("closeaccount", known, 0.9), nearest("", known, 0.9)), (None, None));
        assert_eq!(nearest("ab", ["ad", "ac"], 0.5), Some("ac"), "of several the first by name");
    }

    #[test]
    fn lines_and_letters_of_any_script_pass_and_control_characters_do_not() {
        assert_eq!(forbidden("a\tb\r\nc \u{e9} \u{65e5} \u{1f600} \u{5e9}\u{5dc}\u{5d5}\u{5dd}"), None);
        for c in ['\0', '\u{1}', '\u{b}', '\u{1b}', '\u{7f}', '\u{85}', '\u{202e}', '\u{2066}'] {
            let text = format!("a{c}b");
            assert_eq!((forbidden(&text), without_forbidden(&text).as_str()), (Some(c), "ab"), "{c:?}");
        }
    }
}
