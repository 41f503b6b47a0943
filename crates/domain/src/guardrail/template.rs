//! Policy variables: `${aws:PrincipalTag/team}`, `${aws:username, 'nobody'}`, and the escapes `${*}`, `${?}`, `${$}` (IAM user
//! guide, "IAM policy elements: Variables and tags"). They exist in documents of version 2012-10-17 alone.

use super::context::{Context, Key};
use super::glob::{Glob, Part, Subject};
use super::json::Position;
use super::policy::PolicyError;

/// Text of a policy that a value is compared with.
#[derive(Clone, Debug)]
pub(super) enum Template {
    Fixed(Glob),
    /// With variables: made into a pattern anew for every call, unless the outline, in which a variable is anything,
    /// does not match.
    Open {
        pieces: Box<[Piece]>,
        outline: Glob,
    },
}

#[derive(Clone, Debug)]
pub(super) enum Piece {
    Plain(Part),
    Variable { key: Key, default: Option<Box<str>> },
}

/// What is special in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Syntax {
    pub(super) variables: bool,
    pub(super) wildcards: bool,
    /// Compare in lower case (the subject must be lowered as well).
    pub(super) ignore_case: bool,
}

/// What came of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    Yes,
    No,
    /// A variable in it has no value in this call.
    Unresolved,
}

impl Template {
    /// `at` is where the string stands, for errors.
    pub(super) fn parse(text: &str, syntax: Syntax, at: Position) -> Result<Self, PolicyError> {
        let plain = |text: &str| {
            let text = if syntax.ignore_case { text.to_lowercase() } else { text.to_owned() };
            if syntax.wildcards { Part::of(&text) } else { vec![Part::Text(text.into())] }
        };
        let mut pieces: Vec<Piece> = Vec::new();
        let mut rest = text;
        // One more than the characters read, for the opening quote.
        let mut read = 1;
        while syntax.variables
            && let Some(start) = rest.find("${")
        {
            pieces.extend(plain(&rest[..start]).into_iter().map(Piece::Plain));
            read += rest[..start].chars().count();
            let here = at.right(read);
            let Some(end) = closing(&rest[start..]) else {
                return here.refuse("this policy variable has no closing brace");
            };
            let inner = &rest[start + 2..start + end];
            pieces.push(variable(inner, syntax, here)?);
            read += inner.chars().count() + 3;
            rest = &rest[start + end + 1..];
        }
        pieces.extend(plain(rest).into_iter().map(Piece::Plain));
        if pieces.iter().any(|piece| matches!(piece, Piece::Variable { .. })) {
            let outline = Glob::new(pieces.iter().map(|piece| match piece {
                Piece::Plain(part) => part.clone(),
                Piece::Variable { .. } => Part::Many,
            }));
            return Ok(Self::Open { pieces: pieces.into(), outline });
        }
        Ok(Self::Fixed(Glob::new(pieces.into_iter().filter_map(|piece| match piece {
            Piece::Plain(part) => Some(part),
            Piece::Variable { .. } => None,
        }))))
    }

    pub(super) fn matches(&self, subject: &Subject<'_>, context: &Context, ignore_case: bool) -> Match {
        let matched = match self {
            Self::Fixed(glob) => glob.matches(subject),
            Self::Open { pieces, .. } if !is_resolved(pieces, context) => return Match::Unresolved,
            Self::Open { pieces, outline } => {
                outline.matches(subject) && resolve(pieces, context, ignore_case).matches(subject)
            }
        };
        if matched { Match::Yes } else { Match::No }
    }

    /// Like [`Template::matches`], for a text that is looked at once.
    pub(super) fn matches_once(&self, text: &str, context: &Context, ignore_case: bool) -> Match {
        let matched = match self {
            Self::Fixed(glob) => glob.matches_once(text),
            Self::Open { pieces, .. } if !is_resolved(pieces, context) => return Match::Unresolved,
            Self::Open { pieces, outline } => {
                outline.matches_once(text) && resolve(pieces, context, ignore_case).matches_once(text)
            }
        };
        if matched { Match::Yes } else { Match::No }
    }

    pub(super) fn is_any(&self) -> bool {
        matches!(self, Self::Fixed(glob) if glob.is_any())
    }

    /// The keys of its variables.
    pub(super) fn variables(&self) -> impl Iterator<Item = &Key> {
        let pieces = if let Self::Open { pieces, .. } = self { &**pieces } else { &[] };
        pieces.iter().filter_map(|piece| if let Piece::Variable { key, .. } = piece { Some(key) } else { None })
    }
}

/// The index of the brace that closes the variable at the start; a quoted default may hold braces.
fn closing(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(index, c)| match c {
        '\'' => {
            quoted = !quoted;
            None
        }
        '}' if !quoted => Some(index),
        _ => None,
    })
}

fn variable(inner: &str, syntax: Syntax, at: Position) -> Result<Piece, PolicyError> {
    if matches!(inner, "*" | "?" | "$") {
        return Ok(Piece::Plain(Part::Text(inner.into())));
    }
    let (key, default) = match inner.split_once(',') {
        None => (inner.trim(), None),
        Some((key, default)) => {
            let default = default.trim();
            let Some(value) = default.strip_prefix('\'').and_then(|d| d.strip_suffix('\'')) else {
                return at.refuse("the default value of a policy variable stands in single quotes");
            };
            (key.trim(), Some(value))
        }
    };
    if key.is_empty() || key.contains(['{', '}', '$', '\'']) {
        return at.refuse(format!("{key:?} is not the name of a policy variable"));
    }
    let default = default.map(|d| if syntax.ignore_case { d.to_lowercase() } else { d.to_owned() });
    Ok(Piece::Variable { key: Key::new(key), default: default.map(Into::into) })
}

/// Whether every variable has a value. A key that is absent, or that has several values, cannot fill in a variable ("you
/// can't use a multivalued context key as a policy variable").
fn is_resolved(pieces: &[Piece], context: &Context) -> bool {
    pieces.iter().all(|piece| match piece {
        Piece::Plain(_) => true,
        Piece::Variable { key, default } => match context.get_key(key) {
            [_] => true,
            [] => default.is_some(),
            _ => false,
        },
    })
}

/// The pattern for one call. A value stands for itself, whatever is in it.
fn resolve(pieces: &[Piece], context: &Context, ignore_case: bool) -> Glob {
    Glob::new(pieces.iter().map(|piece| match piece {
        Piece::Plain(part) => part.clone(),
        Piece::Variable { key, default } => match (context.get_key(key), default) {
            ([value], _) if ignore_case => Part::Text(value.to_lowercase().into()),
            ([value], _) => Part::Text(value.as_str().into()),
            (_, default) => Part::Text(default.clone().unwrap_or_default()),
        },
    }))
}
