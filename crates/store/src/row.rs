//! Reading cells: every failure names table, column and row.

use std::fmt::Display;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use domain::person::PersonKey;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// A row that is being read.
#[derive(Clone, Debug)]
pub(crate) struct At {
    table: &'static str,
    id: String,
}

impl At {
    pub(crate) fn new(table: &'static str, id: impl Into<String>) -> Self {
        Self { table, id: id.into() }
    }

    pub(crate) fn corrupt(&self, column: &'static str, reason: impl Display) -> Error {
        Error::Corrupt { table: self.table, column, id: self.id.clone(), reason: reason.to_string() }
    }

    /// A word or an identifier.
    pub(crate) fn parse<T>(&self, column: &'static str, text: &str) -> Result<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        text.parse().map_err(|e: T::Err| self.corrupt(column, e))
    }

    pub(crate) fn optional<T>(&self, column: &'static str, text: Option<&str>) -> Result<Option<T>>
    where
        T: FromStr,
        T::Err: Display,
    {
        text.map(|text| self.parse(column, text)).transpose()
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, column: &'static str, text: &str) -> Result<T> {
        serde_json::from_str(text).map_err(|e| self.corrupt(column, e))
    }

    pub(crate) fn optional_json<T: DeserializeOwned>(
        &self,
        column: &'static str,
        text: Option<&str>,
    ) -> Result<Option<T>> {
        text.map(|text| self.json(column, text)).transpose()
    }

    /// A word that the domain knows by its serde name.
    pub(crate) fn word<T: DeserializeOwned>(&self, column: &'static str, text: &str) -> Result<T> {
        serde_json::from_value(serde_json::Value::from(text)).map_err(|e| self.corrupt(column, e))
    }

    pub(crate) fn time(&self, column: &'static str, millis: i64) -> Result<DateTime<Utc>> {
        DateTime::from_timestamp_millis(millis).ok_or_else(|| self.corrupt(column, format!("{millis} is no time")))
    }

    pub(crate) fn optional_time(&self, column: &'static str, millis: Option<i64>) -> Result<Option<DateTime<Utc>>> {
        millis.map(|millis| self.time(column, millis)).transpose()
    }

    /// A number of a smaller type.
    pub(crate) fn number<T: TryFrom<i64>>(&self, column: &'static str, number: i64) -> Result<T> {
        T::try_from(number).map_err(|_| self.corrupt(column, format!("{number} is out of range")))
    }
}

/// The serde name of a word, as it stands in the column.
pub(crate) fn word<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        // The domain's words are enums without data; anything else is refused when it is read.
        _ => String::new(),
    }
}

pub(crate) fn person(issuer: String, subject: String) -> PersonKey {
    PersonKey { issuer, subject }
}

/// All rows into what they stand for.
pub(crate) fn into_all<R, T>(rows: Vec<R>) -> Result<Vec<T>>
where
    T: TryFrom<R, Error = Error>,
{
    rows.into_iter().map(T::try_from).collect()
}
