//! The request context: what is known about a call besides its action and resource.

/// The name of a condition key: in lower case, with a hash by which it is found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    hash: u64,
    name: Box<str>,
}

impl Key {
    pub(super) fn new(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        Self { hash: hash(&name), name: name.into() }
    }

    /// In lower case.
    pub(super) fn as_str(&self) -> &str {
        &self.name
    }
}

/// FNV-1a; only spreads, collisions are checked for.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// Condition keys and their values, for one call. Key names are case-insensitive, values are not (IAM user guide, "IAM JSON
/// policy elements: Condition"). A key with no values is the same as a key that is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context(
    /// In order.
    Vec<(Key, Vec<String>)>,
);

impl Context {
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a single-valued key, in place of what it held.
    pub fn set(&mut self, key: &str, value: impl Into<String>) -> &mut Self {
        self.set_many(key, [value])
    }

    /// Sets a multi-valued key, in place of what it held.
    pub fn set_many(&mut self, key: &str, values: impl IntoIterator<Item = impl Into<String>>) -> &mut Self {
        let key = Key::new(key);
        let values = values.into_iter().map(Into::into).collect();
        match self.0.binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(found) => self.0[found].1 = values,
            Err(place) => self.0.insert(place, (key, values)),
        }
        self
    }

    /// The values of a key; empty when it is absent.
    pub fn get(&self, key: &str) -> &[String] {
        self.get_key(&Key::new(key))
    }

    pub(super) fn get_key(&self, key: &Key) -> &[String] {
        let from = self.0.partition_point(|(known, _)| known.hash < key.hash);
        self.0[from..]
            .iter()
            .take_while(|(known, _)| known.hash == key.hash)
            .find(|(known, _)| known.name == key.name)
            .map_or(&[], |(_, values)| values)
    }

    /// Keys (in lower case) and values, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(key, values)| (&*key.name, values.as_slice()))
    }
}
