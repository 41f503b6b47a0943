//! Reading the JSON input of an operation, with AWS's words for what is wrong with it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::error::AwsError;

/// A member's text; `None` if it is absent, null or not text.
pub fn text<'a>(body: &'a Value, key: &str) -> Option<&'a str> {
    body.get(key).and_then(Value::as_str)
}

/// A member's text, which has to be there and not be empty.
pub fn required<'a>(body: &'a Value, key: &str) -> Result<&'a str, AwsError> {
    match text(body, key) {
        Some(found) if !found.is_empty() => Ok(found),
        Some(_) => Err(constraint("", key, "Member must have length greater than or equal to 1")),
        None => Err(AwsError::validation(format!(
            "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be null",
            lower_first(key)
        ))),
    }
}

/// A number within AWS's limits; `default` if it is absent.
pub fn number(body: &Value, key: &str, default: i64, min: i64, max: i64) -> Result<i64, AwsError> {
    let Some(given) = body.get(key).filter(|v| !v.is_null()) else { return Ok(default) };
    let given = given.as_i64().ok_or_else(|| AwsError::new("SerializationException", format!("{key} is a number")))?;
    if given < min {
        return Err(constraint(given, key, &format!("Member must have value greater than or equal to {min}")));
    }
    if given > max {
        return Err(constraint(given, key, &format!("Member must have value less than or equal to {max}")));
    }
    Ok(given)
}

/// AWS's sentence for a member that breaks a constraint of the model.
pub fn constraint(given: impl std::fmt::Display, key: &str, what: &str) -> AwsError {
    AwsError::validation(format!(
        "1 validation error detected: Value '{given}' at '{}' failed to satisfy constraint: {what}",
        lower_first(key)
    ))
}

fn lower_first(key: &str) -> String {
    let mut chars = key.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// One of the words that the model allows.
pub fn one_of<'a>(body: &'a Value, key: &str, allowed: &[&str]) -> Result<Option<&'a str>, AwsError> {
    match text(body, key) {
        Some(given) if !allowed.contains(&given) => {
            Err(constraint(given, key, &format!("Member must satisfy enum value set: [{}]", allowed.join(", "))))
        }
        given => Ok(given),
    }
}

/// Tags (`[{"Key", "Value"}]`) within AWS's limits: 50 of them, keys to 128 and values to 256 characters, not twice the
/// same key, none that starts with `aws:`.
pub fn tags(body: &Value, key: &str) -> Result<BTreeMap<String, String>, AwsError> {
    let mut tags = BTreeMap::new();
    let empty = Vec::new();
    let given = body.get(key).and_then(Value::as_array).unwrap_or(&empty);
    if given.len() > 50 {
        return Err(constraint(given.len(), key, "Member must have length less than or equal to 50"));
    }
    for tag in given {
        let name = required(tag, "Key")?;
        let value = text(tag, "Value").unwrap_or_default();
        if name.chars().count() > 128 {
            return Err(constraint(name, "key", "Member must have length less than or equal to 128"));
        }
        if value.chars().count() > 256 {
            return Err(constraint(value, "value", "Member must have length less than or equal to 256"));
        }
        if name.to_ascii_lowercase().starts_with("aws:") {
            return Err(AwsError::validation("aws: prefixed tag key names are not allowed for external use."));
        }
        if tags.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(AwsError::validation(format!("Duplicate tag keys found: {name}")));
        }
    }
    Ok(tags)
}

/// Tags as AWS writes them.
pub fn tag_list(tags: &BTreeMap<String, String>) -> Value {
    tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

/// One page of `items`, and the token for the next. `size` and `token` are the names of the input members.
pub fn page<T>(
    items: Vec<T>,
    body: &Value,
    (size, token): (&str, &str),
    (default, max): (i64, i64),
) -> Result<(Vec<T>, Option<String>), AwsError> {
    let size = usize::try_from(number(body, size, default, 1, max)?).unwrap_or(1);
    slice(items, body, size, token)
}

/// `size` of `items`, from where the token says.
pub fn slice<T>(items: Vec<T>, body: &Value, size: usize, token: &str) -> Result<(Vec<T>, Option<String>), AwsError> {
    let start = match text(body, token).filter(|t| !t.is_empty()) {
        None => 0,
        Some(given) => URL_SAFE_NO_PAD
            .decode(given)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .and_then(|text| text.strip_prefix("from:").and_then(|n| n.parse().ok()))
            .ok_or_else(|| AwsError::validation(format!("The provided {token} is not valid")))?,
    };
    let total = items.len();
    let rows = items.into_iter().skip(start).take(size).collect();
    let next = start.saturating_add(size);
    Ok((rows, (next < total).then(|| URL_SAFE_NO_PAD.encode(format!("from:{next}")))))
}

/// A time as the JSON protocols write it: seconds since the epoch.
pub fn epoch(time: DateTime<Utc>) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since the epoch are far below 2^52")]
    let seconds = time.timestamp_millis() as f64 / 1000.0;
    json!(seconds)
}

/// Text inside XML.
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML 1.0 has no way to write the other control characters.
            c if c.is_control() && !matches!(c, '\n' | '\r' | '\t') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
