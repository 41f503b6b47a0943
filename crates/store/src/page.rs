//! Pages of lists, by keyset: a page begins after the last row of the one before, wherever that row stands by then.

use std::fmt;
use std::str::FromStr;

/// The largest page.
const MAX: u32 = 500;

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// The same page of something else.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { items: Vec::new(), next: None }
    }
}

/// A row's place in its list. Its text is for a URL and means nothing to anybody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Milliseconds or a position.
    pub(crate) at: i64,
    pub(crate) id: String,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}~{}", self.at, self.id)
    }
}

/// A text that no page gave.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the place of a page")]
pub struct InvalidCursor(pub String);

impl FromStr for Cursor {
    type Err = InvalidCursor;
    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let invalid = || InvalidCursor(text.chars().take(80).collect());
        let (at, id) = text.split_once('~').ok_or_else(invalid)?;
        let at = i64::from_str_radix(at, 16).map_err(|_| invalid())?;
        let id_is_good = id.len() <= 200 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:|-".contains(&b));
        if id_is_good { Ok(Self { at, id: id.to_owned() }) } else { Err(invalid()) }
    }
}

/// Which end of a list by time comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    NewestFirst,
    OldestFirst,
}

impl Order {
    pub(crate) fn direction(self) -> &'static str {
        match self {
            Self::NewestFirst => "DESC",
            Self::OldestFirst => "ASC",
        }
    }

    pub(crate) fn comparison(self) -> &'static str {
        match self {
            Self::NewestFirst => "<",
            Self::OldestFirst => ">",
        }
    }

    /// Before everything.
    pub(crate) fn start(self) -> Cursor {
        let at = match self {
            Self::NewestFirst => i64::MAX,
            Self::OldestFirst => i64::MIN,
        };
        Cursor { at, id: String::new() }
    }
}

/// Which page is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    pub order: Order,
    /// `None`: from the start.
    pub after: Option<Cursor>,
    /// How many items at most (1 to 500).
    pub limit: u32,
}

impl PageRequest {
    /// The newest.
    pub fn newest(limit: u32) -> Self {
        Self { order: Order::NewestFirst, after: None, limit }
    }

    /// The oldest.
    pub fn oldest(limit: u32) -> Self {
        Self { order: Order::OldestFirst, after: None, limit }
    }

    #[must_use]
    pub fn after(mut self, cursor: Option<Cursor>) -> Self {
        self.after = cursor;
        self
    }

    pub(crate) fn limit(&self) -> u32 {
        self.limit.clamp(1, MAX)
    }

    pub(crate) fn start(&self) -> Cursor {
        self.after.clone().unwrap_or_else(|| self.order.start())
    }

    /// Cuts off the one row too many that was asked for to know whether there is a next page.
    pub(crate) fn page<T>(&self, mut items: Vec<T>, place: impl Fn(&T) -> Cursor) -> Page<T> {
        let limit = self.limit() as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(place) } else { None };
        Page { items, next }
    }
}
