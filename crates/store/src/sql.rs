//! Statements: a text with `$1`, `$2`, ... and the values for them. The texts are written in this crate alone; whatever
//! comes from outside is a value.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::error::{Error, Result};

/// A value of one of the three types of column that there are.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(Option<String>),
    Number(Option<i64>),
    Bytes(Option<Vec<u8>>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(Some(text.clone()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.map(str::to_owned))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(Some(number.into()))
    }
}

impl From<u16> for Value {
    fn from(number: u16) -> Self {
        Self::Number(Some(number.into()))
    }
}

impl From<DateTime<Utc>> for Value {
    fn from(at: DateTime<Utc>) -> Self {
        Self::Number(Some(at.timestamp_millis()))
    }
}

impl From<Option<DateTime<Utc>>> for Value {
    fn from(at: Option<DateTime<Utc>>) -> Self {
        Self::Number(at.map(|at| at.timestamp_millis()))
    }
}

impl From<Option<Vec<u8>>> for Value {
    fn from(bytes: Option<Vec<u8>>) -> Self {
        Self::Bytes(bytes)
    }
}

/// JSON text of a value that goes into `column`.
pub(crate) fn json<T: Serialize + ?Sized>(table: &'static str, column: &'static str, value: &T) -> Result<Value> {
    serde_json::to_string(value).map(Value::from).map_err(|e| Error::Corrupt {
        table,
        column,
        id: "(new)".to_owned(),
        reason: e.to_string(),
    })
}

/// The same where there may be none.
pub(crate) fn optional_json<T: Serialize>(
    table: &'static str,
    column: &'static str,
    value: Option<&T>,
) -> Result<Value> {
    value.map_or(Ok(Value::Text(None)), |value| json(table, column, value))
}

/// The columns of one row with their values.
pub(crate) type Columns = Vec<(&'static str, Value)>;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sql {
    pub(crate) text: String,
    pub(crate) values: Vec<Value>,
}

impl Sql {
    /// A text; `$1` is the first value that is bound.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), values: Vec::new() }
    }

    /// Gives the next `$n` of the text its value.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Appends to the text.
    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends `$n` and its value.
    pub(crate) fn value(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        // Writing to a string cannot fail.
        let _ = write!(self.text, "${}", self.values.len());
        self
    }

    /// Appends `($n, $n+1, ...)`.
    pub(crate) fn tuple<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        self.push("(");
        for (i, value) in values.into_iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            self.value(value);
        }
        self.push(")")
    }

    /// `INSERT INTO table (...) VALUES (...)`.
    pub(crate) fn insert(table: &str, columns: Columns) -> Self {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let mut sql = Self::new(format!("INSERT INTO {table} ({}) VALUES ", names.join(", ")));
        sql.tuple(columns.into_iter().map(|(_, value)| value));
        sql
    }

    /// `INSERT`, or `UPDATE` of all columns of the row with the same `key` (its columns, comma separated).
    pub(crate) fn upsert(table: &str, key: &str, columns: Columns) -> Self {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let mut sql = Self::insert(table, columns);
        sql.push(&format!(" ON CONFLICT ({key}) DO UPDATE SET "));
        let sets = names.iter().map(|name| format!("{name} = excluded.{name}")).collect::<Vec<_>>();
        sql.push(&sets.join(", "));
        sql
    }

    /// `UPDATE table SET ...`, to be followed by ` WHERE ...`.
    pub(crate) fn update(table: &str, columns: Columns) -> Self {
        let mut sql = Self::new(format!("UPDATE {table} SET "));
        for (i, (name, value)) in columns.into_iter().enumerate() {
            if i > 0 {
                sql.push(", ");
            }
            sql.push(name).push(" = ").value(value);
        }
        sql
    }
}

/// A pattern for `lower(column) LIKE ... ESCAPE '\'` that finds `text` anywhere. Both databases lower ASCII letters alone
/// under byte-wise collation.
pub(crate) fn contains(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.trim().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c.to_ascii_lowercase());
    }
    pattern.push('%');
    pattern
}
