//! A JSON reader (RFC 8259) that knows where everything stands and refuses an object with the same key twice. A policy with a
//! duplicate key means different things to different readers; AWS refuses it too.

use std::ops::Range;

use super::policy::PolicyError;

/// Deeper than any policy goes, and far from the end of the stack.
const MAX_DEPTH: u32 = 24;

/// A place in the text: line and column, both from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) line: u32,
    pub(super) column: u32,
}

impl Position {
    pub(super) const START: Self = Self { line: 1, column: 1 };

    pub(super) fn refuse<T>(self, message: impl Into<String>) -> Result<T, PolicyError> {
        Err(PolicyError { line: self.line, column: self.column, message: message.into() })
    }

    /// `characters` further in the same line.
    pub(super) fn right(self, characters: usize) -> Self {
        Self { column: self.column.saturating_add(u32::try_from(characters).unwrap_or(u32::MAX)), ..self }
    }
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) at: Position,
    /// Its bytes in the text.
    pub(super) span: Range<usize>,
    pub(super) value: Value,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// As written.
    Number(String),
    String(String),
    Array(Vec<Node>),
    Object(Vec<Member>),
}

#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) at: Position,
    pub(super) key: String,
    pub(super) value: Node,
}

impl Value {
    /// With its article, for messages.
    pub(super) fn in_words(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

/// Reads one document.
pub(super) fn read(text: &str) -> Result<Node, PolicyError> {
    let mut reader = Reader { rest: text, length: text.len(), at: Position::START, depth: 0 };
    let node = reader.node()?;
    reader.skip_whitespace();
    match reader.peek() {
        None => Ok(node),
        Some(c) => reader.at.refuse(format!("the document has ended, but {} follows", shown(c))),
    }
}

fn shown(c: char) -> String {
    if c.is_control() || (c.is_whitespace() && c != ' ') || c == '\u{feff}' {
        format!("the character U+{:04X}", u32::from(c))
    } else {
        format!("`{c}`")
    }
}

struct Reader<'a> {
    rest: &'a str,
    /// Of the whole text, in bytes.
    length: usize,
    at: Position,
    depth: u32,
}

impl Reader<'_> {
    fn read(&self) -> usize {
        self.length - self.rest.len()
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = &self.rest[c.len_utf8()..];
        if c == '\n' {
            self.at = Position { line: self.at.line.saturating_add(1), column: 1 };
        } else {
            self.at = self.at.right(1);
        }
        Some(c)
    }

    fn skip_whitespace(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\r' | '\n')) {
            self.next();
        }
    }

    fn unexpected<T>(&self, wanted: &str) -> Result<T, PolicyError> {
        match self.peek() {
            None => self.at.refuse(format!("the document ends where {wanted} is expected")),
            Some(c) => self.at.refuse(format!("{wanted} is expected here, not {}", shown(c))),
        }
    }

    fn node(&mut self) -> Result<Node, PolicyError> {
        self.skip_whitespace();
        let (at, start) = (self.at, self.read());
        let value = match self.peek() {
            Some('{') => self.nested(Self::object)?,
            Some('[') => self.nested(Self::array)?,
            Some('"') => Value::String(self.string()?),
            Some('-' | '0'..='9') => self.number()?,
            Some('t' | 'f' | 'n') => self.word()?,
            _ => return self.unexpected("a value"),
        };
        Ok(Node { at, span: start..self.read(), value })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, PolicyError>) -> Result<Value, PolicyError> {
        if self.depth == MAX_DEPTH {
            return self.at.refuse(format!("nested more than {MAX_DEPTH} levels deep"));
        }
        self.depth += 1;
        self.next();
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn object(&mut self) -> Result<Value, PolicyError> {
        let mut members: Vec<Member> = Vec::new();
        self.skip_whitespace();
        if self.peek() == Some('}') {
            self.next();
            return Ok(Value::Object(members));
        }
        loop {
            self.skip_whitespace();
            let at = self.at;
            if self.peek() != Some('"') {
                return self.unexpected("a key in quotes");
            }
            let key = self.string()?;
            if let Some(first) = members.iter().find(|m| m.key == key) {
                return at.refuse(format!(
                    "the key {key:?} is here a second time; it first stands in line {}, column {}",
                    first.at.line, first.at.column
                ));
            }
            self.skip_whitespace();
            if self.peek() != Some(':') {
                return self.unexpected("`:`");
            }
            self.next();
            let value = self.node()?;
            members.push(Member { at, key, value });
            self.skip_whitespace();
            match self.peek() {
                Some(',') => self.next(),
                Some('}') => {
                    self.next();
                    return Ok(Value::Object(members));
                }
                _ => return self.unexpected("`,` or `}`"),
            };
        }
    }

    fn array(&mut self) -> Result<Value, PolicyError> {
        let mut items = Vec::new();
        self.skip_whitespace();
        if self.peek() == Some(']') {
            self.next();
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.node()?);
            self.skip_whitespace();
            match self.peek() {
                Some(',') => self.next(),
                Some(']') => {
                    self.next();
                    return Ok(Value::Array(items));
                }
                _ => return self.unexpected("`,` or `]`"),
            };
        }
    }

    fn string(&mut self) -> Result<String, PolicyError> {
        let start = self.at;
        self.next();
        let mut text = String::new();
        loop {
            let at = self.at;
            match self.next() {
                None => return start.refuse("this string has no end"),
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escape(at)?),
                Some(c) if c < ' ' => return at.refuse(format!("a string cannot hold {} as it is", shown(c))),
                Some(c) => text.push(c),
            }
        }
    }

    fn escape(&mut self, at: Position) -> Result<char, PolicyError> {
        Ok(match self.next() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let first = self.hex(at)?;
                let code = if (0xd800..0xdc00).contains(&first) {
                    if !self.rest.starts_with("\\u") {
                        return at.refuse("half of a surrogate pair");
                    }
                    self.next();
                    self.next();
                    let second = self.hex(at)?;
                    if !(0xdc00..0xe000).contains(&second) {
                        return at.refuse("half of a surrogate pair");
                    }
                    0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)
                } else {
                    first
                };
                match char::from_u32(code) {
                    Some(c) => c,
                    None => return at.refuse("half of a surrogate pair"),
                }
            }
            _ => return at.refuse("not an escape that JSON knows"),
        })
    }

    fn hex(&mut self, at: Position) -> Result<u32, PolicyError> {
        let mut code = 0;
        for _ in 0..4 {
            match self.next().and_then(|c| c.to_digit(16)) {
                Some(digit) => code = code * 16 + digit,
                None => return at.refuse("`\\u` needs four hexadecimal digits"),
            }
        }
        Ok(code)
    }

    fn number(&mut self) -> Result<Value, PolicyError> {
        let start = self.at;
        let length =
            self.rest.find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E')).unwrap_or(self.rest.len());
        let text = self.rest[..length].to_owned();
        for _ in 0..length {
            self.next();
        }
        let digits = text.trim_start_matches('-');
        let whole = digits.bytes().take_while(u8::is_ascii_digit).count();
        let fraction_starts_well =
            digits[whole..].strip_prefix('.').is_none_or(|f| f.starts_with(|c: char| c.is_ascii_digit()));
        let well_formed = whole > 0
            && (whole == 1 || !digits.starts_with('0'))
            && text.len() - digits.len() <= 1
            && fraction_starts_well
            && text.parse::<crate::decimal::Decimal>().is_ok();
        if well_formed { Ok(Value::Number(text)) } else { start.refuse(format!("{text} is not a number")) }
    }

    fn word(&mut self) -> Result<Value, PolicyError> {
        for (word, value) in [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)] {
            if self.rest.starts_with(word) {
                for _ in 0..word.len() {
                    self.next();
                }
                return Ok(value);
            }
        }
        self.unexpected("a value")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(node: &Node) -> serde_json::Value {
        match &node.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(b) => (*b).into(),
            Value::Number(n) => serde_json::from_str(n).unwrap(),
            Value::String(s) => s.clone().into(),
            Value::Array(items) => items.iter().map(plain).collect(),
            Value::Object(members) => {
                serde_json::Value::Object(members.iter().map(|m| (m.key.clone(), plain(&m.value))).collect())
            }
        }
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
                prop::collection::btree_map(any::<String>(), inner, 0..5)
                    .prop_map(|m| serde_json::Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn reads_what_another_library_writes(value in json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            prop_assert_eq!(plain(&read(&text).unwrap()), value);
        }

        /// What we accept, serde_json accepts and reads alike (it takes duplicate keys, we do not).
        #[test]
        fn accepts_nothing_that_is_not_json(text in r#"[\[\]{}",:\\ntrufalse0-9.eE+\-u \n]{0,24}"#) {
            if let Ok(node) = read(&text) {
                let theirs = serde_json::from_str::<serde_json::Value>(&text);
                prop_assert!(theirs.is_ok(), "{text:?}");
                prop_assert_eq!(plain(&node), theirs.unwrap());
            }
        }
    }

    #[test]
    fn says_where_it_is_wrong() {
        for (text, line, column, message) in [
            ("{\n  \"a\": 1,\n  \"a\": 2\n}", 3, 3, "second time"),
            ("{\"a\": \u{a0}1}", 1, 7, "U+00A0"),
            ("{\"é\" 1}", 1, 6, "`:`"),
            ("{\"a\": 1", 1, 8, "ends"),
            ("{} x", 1, 4, "ended"),
            ("[01]", 1, 2, "not a number"),
            ("[1,]", 1, 4, "a value"),
            ("\"\\ud800\"", 1, 2, "surrogate"),
            ("\"abc", 1, 1, "no end"),
            ("", 1, 1, "ends"),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
            assert!(error.message.contains(message), "{text}: {error}");
        }
        assert!(read(&"[".repeat(100_000)).unwrap_err().message.contains("deep"));
    }
}
