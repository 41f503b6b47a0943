//! Values that a file writes as numbers or lists, and a variable as text.

use serde::{Deserialize, Deserializer, de::Error};

/// A whole number, or its digits.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number {
        Number(u32),
        Text(String),
    }
    match Number::deserialize(deserializer).map_err(|_| D::Error::custom("it is a whole number"))? {
        Number::Number(number) => Ok(number),
        Number::Text(text) => {
            text.trim().parse().map_err(|_| D::Error::custom(format!("it is a whole number, not {text:?}")))
        }
    }
}

/// A list, or its items with commas between them.
pub(super) fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum List {
        Items(Vec<String>),
        Text(String),
    }
    Ok(match List::deserialize(deserializer).map_err(|_| D::Error::custom("it is a list of texts"))? {
        List::Items(items) => items,
        List::Text(text) => text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect(),
    })
}
