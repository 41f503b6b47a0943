//! The request context: what is known about a call besides its action and resource.

use std::collections::BTreeMap;

/// Condition keys and their values, for one call. Key names are case-insensitive, values are not (IAM user guide, "IAM JSON
/// policy elements: Condition"). A key with no values is the same as a key that is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context(BTreeMap<String, Vec<String>>);

impl Context {
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a single-valued key, in place of what it held.
    pub fn set(&mut self, key: &str, value: impl Into<String>) -> &mut Self {
        self.0.insert(key.to_ascii_lowercase(), vec![value.into()]);
        self
    }

    /// Sets a multi-valued key, in place of what it held.
    pub fn set_many(&mut self, key: &str, values: impl IntoIterator<Item = impl Into<String>>) -> &mut Self {
        self.0.insert(key.to_ascii_lowercase(), values.into_iter().map(Into::into).collect());
        self
    }

    /// The values of a key; empty when it is absent.
    pub fn get(&self, key: &str) -> &[String] {
        if key.bytes().any(|b| b.is_ascii_uppercase()) {
            self.get_lower(&key.to_ascii_lowercase())
        } else {
            self.get_lower(key)
        }
    }

    /// Like [`Context::get`], for a key that is in lower case already.
    pub(super) fn get_lower(&self, key: &str) -> &[String] {
        self.0.get(key).map_or(&[], Vec::as_slice)
    }

    /// Keys (in lower case) and values, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(key, values)| (key.as_str(), values.as_slice()))
    }
}
