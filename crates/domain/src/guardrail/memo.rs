//! Answers that were found already while one call is decided. Organizations repeat themselves: the same exception for the same
//! roles, the same list of regions stands in policy after policy, and comes to the same for one call.

use std::cell::RefCell;

use sha2::{Digest as _, Sha256};

/// What a part of a policy says, as a digest: equal parts have equal digests, and nobody can write two different ones that
/// have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Content(u128);

impl Content {
    /// `parts` are told apart from each other whatever is in them.
    pub(super) fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        Self(digest.iter().take(16).fold(0, |word, byte| word << 8 | u128::from(*byte)))
    }

    /// The same content, asked another way.
    pub(super) fn turned(self, turned: bool) -> Self {
        Self(if turned { !self.0 } else { self.0 })
    }
}

const SLOTS: usize = 64;

/// The answers for one call. A place is overwritten when it is needed for another.
#[derive(Debug)]
pub(super) struct Memo(RefCell<[(Content, bool); SLOTS]>);

impl Default for Memo {
    fn default() -> Self {
        // A digest of nothing but zeros is not found in this lifetime.
        Self(RefCell::new([(Content(0), false); SLOTS]))
    }
}

impl Memo {
    pub(super) fn answer(&self, content: Content, find: impl FnOnce() -> bool) -> bool {
        let slot = (content.0 as usize) % SLOTS;
        let (found, answer) = self.0.borrow()[slot];
        if found == content {
            return answer;
        }
        // Not while the places are borrowed: what finds the answer may ask here too.
        let answer = find();
        self.0.borrow_mut()[slot] = (content, answer);
        answer
    }
}
