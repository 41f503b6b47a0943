//! Verification: names what was done to the log.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use ed25519_dalek::VerifyingKey;
use sha2::{Digest as _, Sha256};

use super::chain::{Block, Digest, Entry, Head, Signature, key_id, signed_bytes};
use super::event::AuditEvent;
use super::finding::{Finding, Report, Truncation};
use crate::id::AuditEventId;

/// An event as it was found.
#[derive(Clone, Debug)]
struct Found {
    /// `None`: waits for the sealer.
    position: Option<i64>,
    id: AuditEventId,
    digest: Digest,
}

impl Found {
    fn new(position: Option<i64>, event: &AuditEvent) -> Self {
        Self { position, id: event.id.clone(), digest: Digest::of(event) }
    }
}

/// Takes the log block by block. Keeps 24 bytes and the map's own cost per event in memory, and what is wrong.
#[derive(Debug, Default)]
pub struct Verifier {
    keys: BTreeMap<String, VerifyingKey>,
    external: Option<Head>,
    external_found: bool,
    last: Option<Head>,
    blocks: i64,
    events: i64,
    unsealed: i64,
    /// Where each event was found as it was sealed.
    sound: HashMap<u128, i64>,
    /// Sealed at a position of the block and not found in it.
    missing: Vec<(i64, Entry)>,
    /// Found in a block that does not have it, in no block, or unsealed.
    surplus: Vec<Found>,
    findings: Vec<Finding>,
    /// Stand there and cannot be read: changed, and not deleted.
    unreadable: HashSet<String>,
}

/// Half a digest, to keep little in memory.
fn mark(id: &AuditEventId) -> u128 {
    let digest = Sha256::digest(id.as_str().as_bytes());
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    u128::from_be_bytes(half)
}

impl Verifier {
    /// `keys`: every key that ever signed. `external`: a head that was kept elsewhere.
    pub fn new(keys: impl IntoIterator<Item = VerifyingKey>, external: Option<Head>) -> Self {
        let keys = keys.into_iter().map(|key| (key_id(&key), key)).collect();
        Self { keys, external, ..Self::default() }
    }

    /// The next block, by height, and the events that the store has at its positions, by position.
    pub fn block(&mut self, block: &Block, events: &[(i64, AuditEvent)]) {
        self.blocks += 1;
        self.check_chain(block);
        self.check_events(block, events);
        self.last = Some(block.head());
    }

    /// An event that has a position which no block has.
    pub fn stray(&mut self, position: i64, event: &AuditEvent) {
        self.events += 1;
        self.surplus.push(Found::new(Some(position), event));
    }

    /// An event that waits for the sealer.
    pub fn unsealed(&mut self, event: &AuditEvent) {
        self.unsealed += 1;
        self.surplus.push(Found::new(None, event));
    }

    /// An event that cannot be read.
    pub fn unreadable(&mut self, position: Option<i64>, id: &str, reason: &str) {
        match position {
            Some(_) => self.events += 1,
            None => self.unsealed += 1,
        }
        self.unreadable.insert(id.to_owned());
        self.findings.push(Finding::Unreadable { position, id: id.to_owned(), reason: reason.to_owned() });
    }

    /// The next block, by height, when it cannot be read.
    pub fn unreadable_block(&mut self, height: i64, reason: &str) {
        self.blocks += 1;
        self.findings.push(Finding::BlockUnreadable { height, reason: reason.to_owned() });
    }

    fn is_signed(&self, hash: &Digest, key_id: &str, signature: &Signature) -> Option<bool> {
        let key = self.keys.get(key_id)?;
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        Some(key.verify_strict(&signed_bytes(hash), &signature).is_ok())
    }

    fn check_chain(&mut self, block: &Block) {
        let height = block.height;
        let (expected_height, position, previous) = match &self.last {
            None => (1, 1, Digest::NONE),
            Some(last) => (last.height + 1, last.last_position + 1, last.hash),
        };
        if (height, block.first_position, block.previous) != (expected_height, position, previous) {
            self.findings.push(Finding::ChainBroken { height, expected_height });
        }
        if block.computed_hash() != block.hash {
            self.findings.push(Finding::BlockChanged { height });
        }
        match self.is_signed(&block.hash, &block.key_id, &block.signature) {
            Some(true) => {}
            Some(false) => self.findings.push(Finding::BadSignature { height }),
            None => self.findings.push(Finding::ForeignKey { height, key_id: block.key_id.clone() }),
        }
        if let Some(external) = self.external.as_ref().filter(|head| head.height == height) {
            if external.hash == block.hash && block.computed_hash() == block.hash {
                self.external_found = true;
            } else {
                self.findings.push(Finding::Rewritten { height });
            }
        }
    }

    fn check_events(&mut self, block: &Block, events: &[(i64, AuditEvent)]) {
        self.events += i64::try_from(events.len()).unwrap_or(i64::MAX);
        let found: Vec<Found> = events.iter().map(|(position, event)| Found::new(Some(*position), event)).collect();
        let expected = || (block.first_position..).zip(&block.entries);
        let mut places: HashMap<Digest, VecDeque<i64>> = HashMap::new();
        for (position, entry) in expected() {
            places.entry(entry.digest).or_default().push_back(position);
        }
        let mut matched = Vec::new();
        for event in found {
            match places.get_mut(&event.digest).and_then(VecDeque::pop_front) {
                Some(sealed) => matched.push((sealed, event)),
                None => self.surplus.push(event),
            }
        }
        for (position, entry) in expected() {
            if places.get(&entry.digest).is_some_and(|left| left.contains(&position)) {
                self.missing.push((position, entry.clone()));
            }
        }
        let kept = longest_increasing(&matched.iter().map(|(sealed, _)| *sealed).collect::<Vec<_>>());
        let moved = |(index, (sealed, event)): (usize, &(i64, Found))| {
            let found = event.position.unwrap_or(*sealed);
            // One that is at its place stands out of order only because others were moved around it.
            (!kept.contains(&index) && found != *sealed).then(|| Finding::Moved {
                sealed: *sealed,
                found,
                id: event.id.clone(),
            })
        };
        self.findings.extend(matched.iter().enumerate().filter_map(moved));
        for (sealed, event) in matched {
            if let Some(first) = self.sound.insert(mark(&event.id), sealed) {
                self.findings.push(Finding::Repeated { id: event.id, first, again: Some(sealed) });
            }
        }
    }

    /// What came of it.
    pub fn finish(mut self) -> Report {
        let truncation = self.check_end();
        self.reconcile();
        Report {
            blocks: self.blocks,
            events: self.events,
            unsealed: self.unsealed,
            head: self.last,
            truncation,
            findings: self.findings,
        }
    }

    fn check_end(&mut self) -> Truncation {
        let Some(external) = self.external.take() else { return Truncation::NotChecked };
        if self.is_signed(&external.hash, &external.key_id, &external.signature) != Some(true) {
            self.findings.push(Finding::HeadNotSigned { height: external.height });
            return Truncation::NotChecked;
        }
        if self.external_found {
            return Truncation::AbsentUpTo { height: external.height };
        }
        let height = self.last.as_ref().map_or(0, |last| last.height);
        if height < external.height {
            self.findings.push(Finding::Truncated { head_height: external.height, height });
        }
        Truncation::Found
    }

    /// Puts together what is missing at one place and left over at another.
    fn reconcile(&mut self) {
        let mut missing = Missing::new(std::mem::take(&mut self.missing));
        let mut moved = Vec::new();
        let mut inserted = Vec::new();
        for found in std::mem::take(&mut self.surplus) {
            if let Some((sealed, entry)) = missing.take_digest(&found.digest) {
                match found.position {
                    Some(position) => moved.push((sealed, position, entry.id)),
                    None => self.findings.push(Finding::ReAppended { sealed, found: None, id: entry.id }),
                }
            } else if let Some((position, Entry { id, .. })) = missing.take_id(&found.id) {
                self.findings.push(match found.position {
                    None => Finding::ReAppended { sealed: position, found: None, id },
                    Some(_) => Finding::Changed { position, id },
                });
            } else if let Some(first) = self.sound.get(&mark(&found.id)) {
                self.findings.push(Finding::Repeated { id: found.id, first: *first, again: found.position });
            } else if let Some(position) = found.position {
                inserted.push(position);
                self.findings.push(Finding::Inserted { position, id: found.id });
            }
        }
        let mut deleted = Vec::new();
        for (position, Entry { id, .. }) in missing.rest() {
            if self.unreadable.contains(id.as_str()) {
                continue;
            }
            self.findings.push(if let Some(again) = self.sound.get(&mark(&id)) {
                Finding::ReAppended { sealed: position, found: Some(*again), id }
            } else {
                deleted.push(position);
                Finding::Deleted { position, id }
            });
        }
        // Who deletes or inserts and renumbers the rest moves every event behind: that is no finding of its own.
        inserted.sort_unstable();
        deleted.sort_unstable();
        let count = |sorted: &[i64], before: i64| i64::try_from(sorted.partition_point(|p| *p < before)).unwrap_or(0);
        for (sealed, found, id) in moved {
            if found + count(&deleted, sealed) == sealed + count(&inserted, found) {
                continue;
            }
            self.findings.push(if self.is_behind_the_end(found) {
                Finding::ReAppended { sealed, found: Some(found), id }
            } else {
                Finding::Moved { sealed, found, id }
            });
        }
    }

    fn is_behind_the_end(&self, position: i64) -> bool {
        self.last.as_ref().is_none_or(|last| position > last.last_position)
    }
}

/// What is missing, to be looked up by digest and by identifier.
struct Missing {
    entries: Vec<Option<(i64, Entry)>>,
    by_digest: HashMap<Digest, Vec<usize>>,
    by_id: HashMap<AuditEventId, Vec<usize>>,
}

impl Missing {
    fn new(entries: Vec<(i64, Entry)>) -> Self {
        let mut by_digest: HashMap<_, Vec<_>> = HashMap::new();
        let mut by_id: HashMap<_, Vec<_>> = HashMap::new();
        // Backwards, so that `pop` gives the first.
        for (index, (_, entry)) in entries.iter().enumerate().rev() {
            by_digest.entry(entry.digest).or_default().push(index);
            by_id.entry(entry.id.clone()).or_default().push(index);
        }
        Self { entries: entries.into_iter().map(Some).collect(), by_digest, by_id }
    }

    fn take_digest(&mut self, digest: &Digest) -> Option<(i64, Entry)> {
        take(&mut self.entries, self.by_digest.get_mut(digest)?)
    }

    fn take_id(&mut self, id: &AuditEventId) -> Option<(i64, Entry)> {
        take(&mut self.entries, self.by_id.get_mut(id)?)
    }

    fn rest(self) -> impl Iterator<Item = (i64, Entry)> {
        self.entries.into_iter().flatten()
    }
}

/// The first of these that is still there.
fn take(entries: &mut [Option<(i64, Entry)>], indices: &mut Vec<usize>) -> Option<(i64, Entry)> {
    while let Some(index) = indices.pop() {
        if let Some(entry) = entries[index].take() {
            return Some(entry);
        }
    }
    None
}

/// The indices of a longest increasing subsequence: what can stay when the rest was moved.
fn longest_increasing(values: &[i64]) -> HashSet<usize> {
    // `tails[n]`: the index of the smallest value that ends an increasing run of n + 1.
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let length = tails.partition_point(|tail| values[*tail] < *value);
        before.push(length.checked_sub(1).map(|n| tails[n]));
        if length == tails.len() { tails.push(index) } else { tails[length] = index }
    }
    let mut kept = HashSet::new();
    let mut next = tails.last().copied();
    while let Some(index) = next {
        kept.insert(index);
        next = before[index];
    }
    kept
}

/// Verifies a log that is in memory: blocks by height, events by position, events without a position.
pub fn verify(
    blocks: &[Block],
    sealed: &[(i64, AuditEvent)],
    unsealed: &[AuditEvent],
    keys: impl IntoIterator<Item = VerifyingKey>,
    external: Option<Head>,
) -> Report {
    let mut verifier = Verifier::new(keys, external);
    for block in blocks {
        let of_block = block.first_position..=block.last_position();
        let events: Vec<_> = sealed.iter().filter(|(position, _)| of_block.contains(position)).cloned().collect();
        verifier.block(block, &events);
    }
    for (position, event) in sealed {
        if !blocks.iter().any(|b| (b.first_position..=b.last_position()).contains(position)) {
            verifier.stray(*position, event);
        }
    }
    for event in unsealed {
        verifier.unsealed(event);
    }
    verifier.finish()
}
