//! What is wrong with a file that can be read, and where in it.

use std::fmt;

/// An entry of a file: each array by its name with the number of the entry, from 0; what is no array has 0.
pub type Entry = (&'static str, usize);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// From the outermost in; empty where it is about the file as a whole.
    pub at: Vec<Entry>,
    /// A sentence.
    pub message: String,
}

impl Mistake {
    pub fn new(at: impl Into<Vec<Entry>>, message: impl Into<String>) -> Self {
        Self { at: at.into(), message: message.into() }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
