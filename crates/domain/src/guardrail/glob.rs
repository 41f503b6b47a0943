//! Text with `*` and `?`, compiled so that most patterns are refused by comparing three words.

use std::cell::OnceCell;

/// One compiled pattern. `*` stands for any number of characters and `?` for one, over every boundary (IAM user guide, "IAM
/// JSON policy elements: Resource": a `*` at the end of a segment "can expand to match beyond the colon boundaries").
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glob {
    sieve: Sieve,
    pairs: Pairs,
    parts: Box<[Part]>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text(Box<str>),
    One,
    Many,
}

/// Bytes that a matching text must begin and end with: the first eight, the second eight, the last eight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sieve {
    first: (u64, u64),
    second: (u64, u64),
    last: (u64, u64),
}

/// Which pairs of neighbouring bytes a text has, 256 kinds of them: a text can only match a pattern whose pairs it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Pairs([u64; 4]);

impl Pairs {
    fn add(&mut self, text: &[u8]) {
        for pair in text.windows(2) {
            let kind = (u32::from(pair[0]) * 31 + u32::from(pair[1]) * 7) % 256;
            self.0[(kind / 64) as usize] |= 1 << (kind % 64);
        }
    }

    fn has_all(&self, wanted: &Self) -> bool {
        self.0.iter().zip(wanted.0).fold(0, |missing, (has, wanted)| missing | (wanted & !has)) == 0
    }
}

/// A text that is matched against many patterns.
#[derive(Clone, Debug)]
pub(super) struct Subject<'a> {
    text: &'a str,
    first: u64,
    second: u64,
    last: u64,
    /// Made when the first pattern gets past the sieve.
    pairs: OnceCell<Pairs>,
}

fn word(bytes: impl Iterator<Item = u8>) -> u64 {
    let mut word = [0; 8];
    for (slot, byte) in word.iter_mut().zip(bytes) {
        *slot = byte;
    }
    u64::from_le_bytes(word)
}

/// The word, and a mask over the bytes that are given.
fn masked(bytes: &[u8]) -> (u64, u64) {
    (word(bytes.iter().copied()), word(bytes.iter().map(|_| 0xff)))
}

impl<'a> Subject<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        Self {
            text,
            first: word(bytes.iter().copied()),
            second: word(bytes.iter().copied().skip(8)),
            last: word(bytes.iter().rev().copied()),
            pairs: OnceCell::new(),
        }
    }
}

impl Glob {
    /// From parts; neighbouring texts are joined and repeated `*` count once.
    pub(super) fn new(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut joined: Vec<Part> = Vec::new();
        for part in parts {
            match (joined.last_mut(), part) {
                (_, Part::Text(text)) if text.is_empty() => {}
                (Some(Part::Text(before)), Part::Text(text)) => {
                    let mut both = std::mem::take(before).into_string();
                    both.push_str(&text);
                    *before = both.into();
                }
                (Some(Part::Many), Part::Many) => {}
                (_, part) => joined.push(part),
            }
        }
        let mut sieve = Sieve::default();
        if let Some(Part::Text(text)) = joined.first() {
            let (first, second) = text.as_bytes().split_at(text.len().min(8));
            sieve.first = masked(first);
            sieve.second = masked(&second[..second.len().min(8)]);
        }
        if let Some(Part::Text(text)) = joined.last() {
            let last: Vec<u8> = text.bytes().rev().take(8).collect();
            sieve.last = masked(&last);
        }
        let mut pairs = Pairs::default();
        for part in &joined {
            if let Part::Text(text) = part {
                pairs.add(text.as_bytes());
            }
        }
        Self { sieve, pairs, parts: joined.into() }
    }

    /// From a pattern as written.
    pub(super) fn parse(pattern: &str) -> Self {
        Self::new(Part::of(pattern))
    }

    /// Whether everything matches.
    pub(super) fn is_any(&self) -> bool {
        *self.parts == [Part::Many]
    }

    pub(super) fn matches(&self, subject: &Subject<'_>) -> bool {
        let Sieve { first, second, last } = &self.sieve;
        ((subject.first & first.1) ^ first.0)
            | ((subject.second & second.1) ^ second.0)
            | ((subject.last & last.1) ^ last.0)
            == 0
            && match &*self.parts {
                [Part::Many] => true,
                [Part::Text(text)] => **text == *subject.text,
                [Part::Text(text), Part::Many] => subject.text.starts_with(&**text),
                _ => {
                    let pairs = subject.pairs.get_or_init(|| {
                        let mut pairs = Pairs::default();
                        pairs.add(subject.text.as_bytes());
                        pairs
                    });
                    pairs.has_all(&self.pairs) && self.matches_slowly(subject.text)
                }
            }
    }

    /// Like [`Glob::matches`], for a text that is looked at once.
    pub(super) fn matches_once(&self, text: &str) -> bool {
        match &*self.parts {
            [Part::Many] => true,
            [Part::Text(literal)] => **literal == *text,
            [Part::Text(literal), Part::Many] => text.starts_with(&**literal),
            [] => text.is_empty(),
            [Part::Text(literal), ..] if !text.starts_with(&**literal) => false,
            [.., Part::Text(literal)] if !text.ends_with(&**literal) => false,
            _ => self.matches_slowly(text),
        }
    }

    /// Goes through the text once, and back to the last `*` on a mismatch.
    fn matches_slowly(&self, text: &str) -> bool {
        let (mut part, mut at) = (0, 0);
        let mut last_many: Option<(usize, usize)> = None;
        loop {
            let rest = &text[at..];
            let advanced = match self.parts.get(part) {
                None if rest.is_empty() => return true,
                None => None,
                Some(Part::Many) if part + 1 == self.parts.len() => return true,
                Some(Part::Many) => {
                    last_many = Some((part + 1, at));
                    Some(0)
                }
                Some(Part::One) => rest.chars().next().map(char::len_utf8),
                Some(Part::Text(literal)) => rest.starts_with(&**literal).then_some(literal.len()),
            };
            if let Some(length) = advanced {
                part += 1;
                at += length;
                continue;
            }
            let Some((after, from)) = last_many else { return false };
            let Some(next) = text[from..].chars().next() else { return false };
            last_many = Some((after, from + next.len_utf8()));
            part = after;
            at = from + next.len_utf8();
        }
    }
}

impl Part {
    /// The parts of a text in which `*` and `?` are wildcards.
    pub(super) fn of(pattern: &str) -> Vec<Self> {
        let mut parts = Vec::new();
        for piece in pattern.split_inclusive(['*', '?']) {
            let (text, wildcard) = match piece.as_bytes().last() {
                Some(b'*') => (&piece[..piece.len() - 1], Some(Self::Many)),
                Some(b'?') => (&piece[..piece.len() - 1], Some(Self::One)),
                _ => (piece, None),
            };
            parts.push(Self::Text(text.into()));
            parts.extend(wildcard);
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, written as plainly as possible.
    fn plainly(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', rest @ ..], _) => plainly(rest, text) || (!text.is_empty() && plainly(pattern, &text[1..])),
            (['?', rest @ ..], [_, after @ ..]) => plainly(rest, after),
            ([p, rest @ ..], [t, after @ ..]) => p == t && plainly(rest, after),
            _ => false,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn agrees_with_the_definition(pattern in "[abé*?]{0,12}", text in "[abé]{0,20}") {
            let chars = |s: &str| s.chars().collect::<Vec<_>>();
            prop_assert_eq!(
                Glob::parse(&pattern).matches(&Subject::new(&text)),
                plainly(&chars(&pattern), &chars(&text)),
                "{} on {}", pattern, text
            );
        }

        #[test]
        fn long_texts_pass_their_own_sieve(text in "[a-c:/]{0,60}", cut in 0_usize..60) {
            let subject = Subject::new(&text);
            prop_assert!(Glob::parse(&text).matches(&subject));
            let cut = cut.min(text.len());
            let (begins, ends) = (format!("{}*", &text[..cut]), format!("*{}", &text[cut..]));
            prop_assert!(Glob::parse(&begins).matches(&subject));
            prop_assert!(Glob::parse(&ends).matches(&subject));
        }
    }
}
