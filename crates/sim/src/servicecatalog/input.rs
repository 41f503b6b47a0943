//! Reading the input of operations.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::value::{constraint, number, required, slice, text};

/// A name or an id: one of the two, never both.
pub(super) enum NameOrId<'a> {
    Id(&'a str),
    Name(&'a str),
}

impl<'a> NameOrId<'a> {
    pub(super) fn read(body: &'a Value, id: &str, name: &str) -> Result<Option<Self>, AwsError> {
        let given = |key| text(body, key).filter(|t: &&str| !t.is_empty());
        match (given(id), given(name)) {
            (Some(_), Some(_)) => {
                Err(AwsError::invalid_parameters(format!("Specify either {id} or {name}, but not both.")))
            }
            (Some(id), None) => Ok(Some(Self::Id(id))),
            (None, Some(name)) => Ok(Some(Self::Name(name))),
            (None, None) => Ok(None),
        }
    }

    pub(super) fn needed(body: &'a Value, id: &str, name: &str) -> Result<Self, AwsError> {
        Self::read(body, id, name)?
            .ok_or_else(|| AwsError::invalid_parameters(format!("Either {id} or {name} must be specified.")))
    }

    pub(super) fn matches(&self, id: &str, name: &str) -> bool {
        match self {
            Self::Id(given) => *given == id,
            Self::Name(given) => *given == name,
        }
    }

    pub(super) fn as_str(&self) -> &'a str {
        match self {
            Self::Id(given) | Self::Name(given) => given,
        }
    }
}

/// Text that has to be there: 1 to `longest` characters.
pub(super) fn long_text<'a>(body: &'a Value, key: &str, longest: usize) -> Result<&'a str, AwsError> {
    required(body, key)?;
    optional_text(body, key, longest).map(Option::unwrap_or_default)
}

/// Text of at most `longest` characters, where there is any.
pub(super) fn optional_text<'a>(body: &'a Value, key: &str, longest: usize) -> Result<Option<&'a str>, AwsError> {
    match text(body, key) {
        Some(given) if given.chars().count() > longest => {
            Err(constraint("...", key, &format!("Member must have length less than or equal to {longest}")))
        }
        given => Ok(given),
    }
}

/// Tags to be set, `most` of them.
pub(super) fn new_tags(body: &Value, key: &str, most: usize) -> Result<BTreeMap<String, String>, AwsError> {
    let tags = crate::value::tags(body, key)?;
    if tags.len() > most {
        return Err(constraint(tags.len(), key, &format!("Member must have length less than or equal to {most}")));
    }
    Ok(tags)
}

/// Takes `RemoveTags` away and sets `added`; `most` are left.
pub(super) fn change_tags(
    tags: &mut BTreeMap<String, String>,
    added: BTreeMap<String, String>,
    body: &Value,
    most: usize,
) -> Result<(), AwsError> {
    for key in body.get("RemoveTags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        tags.remove(key);
    }
    tags.extend(added);
    if tags.len() > most {
        return Err(AwsError::limit_exceeded(format!("A resource has at most {most} tags.")));
    }
    Ok(())
}

/// An idempotency token: 1-128, `[a-zA-Z0-9][a-zA-Z0-9_-]*`.
pub(super) fn token<'a>(body: &'a Value, key: &str) -> Result<&'a str, AwsError> {
    matching(body, key, 128, "[a-zA-Z0-9][a-zA-Z0-9_-]*", b"_-")
}

/// The name of a provisioned product: 1-128, `[a-zA-Z0-9][a-zA-Z0-9._-]*`.
pub(super) fn provisioned_name(body: &Value) -> Result<&str, AwsError> {
    matching(body, "ProvisionedProductName", 128, "[a-zA-Z0-9][a-zA-Z0-9._-]*", b"._-")
}

fn matching<'a>(body: &'a Value, key: &str, longest: usize, pattern: &str, also: &[u8]) -> Result<&'a str, AwsError> {
    let given = required(body, key)?;
    if given.chars().count() > longest {
        return Err(constraint(given, key, &format!("Member must have length less than or equal to {longest}")));
    }
    let valid = given.starts_with(|c: char| c.is_ascii_alphanumeric())
        && given.bytes().all(|b| b.is_ascii_alphanumeric() || also.contains(&b));
    if valid {
        return Ok(given);
    }
    Err(constraint(given, key, &format!("Member must satisfy regular expression pattern: {pattern}")))
}

/// A value of a parameter of a request.
pub(super) enum Given {
    Value(String),
    Previous,
}

/// `ProvisioningParameters`: keys to 1,000 and values to 4,096 characters, no key twice.
pub(super) fn parameters(body: &Value) -> Result<BTreeMap<String, Given>, AwsError> {
    let mut found = BTreeMap::new();
    for parameter in body.get("ProvisioningParameters").and_then(Value::as_array).into_iter().flatten() {
        let key = text(parameter, "Key")
            .filter(|k| !k.is_empty())
            .ok_or_else(|| AwsError::invalid_parameters("Every provisioning parameter must have a Key."))?;
        if key.chars().count() > 1000 {
            return Err(constraint(key, "key", "Member must have length less than or equal to 1000"));
        }
        let value = text(parameter, "Value");
        if value.is_some_and(|v| v.chars().count() > 4096) {
            return Err(constraint(
                "...",
                "provisioningParameters",
                "Member must have length less than or equal to 4096",
            ));
        }
        let previous = parameter.get("UsePreviousValue").and_then(Value::as_bool).unwrap_or_default();
        let given = match (value, previous) {
            (Some(_), true) => {
                return Err(AwsError::invalid_parameters(format!(
                    "Parameter {key}: specify either Value or UsePreviousValue, but not both."
                )));
            }
            (_, true) => Given::Previous,
            (value, false) => Given::Value(value.unwrap_or_default().to_owned()),
        };
        if found.insert(key.to_owned(), given).is_some() {
            return Err(AwsError::invalid_parameters(format!("Duplicate parameter key: {key}")));
        }
    }
    Ok(found)
}

/// One page of rows under `member`, with the token for the next one under `next`.
pub(super) fn answer(member: &str, rows: Vec<Value>, body: &Value, max: i64, next: &str) -> Result<Value, AwsError> {
    // The model allows 0, which asks for no size in particular.
    let size = match number(body, "PageSize", 0, 0, max)? {
        0 => max.min(20),
        asked => asked,
    };
    let (rows, token) = slice(rows, body, usize::try_from(size).unwrap_or(1), "PageToken").map_err(|e| {
        if e.message.contains("PageToken") { AwsError::invalid_parameters("Invalid page token.") } else { e }
    })?;
    let mut out = json!({ member: rows });
    if let Some(token) = token {
        out[next] = json!(token);
    }
    Ok(out)
}
