//! The audit chain: every kind of tampering is named, and nothing else is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::cast_possible_wrap)]

use chrono::DateTime;
use domain::audit::{
    AuditActor, AuditEvent, Block, Digest, Finding, Head, Outcome, Report, SealError, SigningKey, Truncation,
    canonical_bytes, seal, verify,
};
use domain::person::PersonKey;
use proptest::prelude::*;
use proptest::sample::Index;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn event(number: i64) -> AuditEvent {
    AuditEvent {
        id: format!("event-{number}").parse().unwrap(),
        at: DateTime::from_timestamp_millis(1_790_000_000_000 + number).unwrap(),
        actor: AuditActor::Person {
            person: PersonKey { issuer: "https://id.example".into(), subject: format!("person-{}", number % 3) },
            display_name: "Ada".into(),
        },
        action: "submit_request".into(),
        resource_kind: "request".into(),
        resource_id: format!("r{}", number / 2),
        project: Some("fraud-detection".parse().unwrap()),
        outcome: Outcome::ALL[usize::try_from(number).unwrap() % 4],
        correlation: "c".into(),
        entity_version: (number % 2 == 0).then_some(number),
        detail: [("name".to_owned(), format!("n{number}"))].into(),
    }
}

/// A log of blocks of these sizes, as a store would hold it.
#[derive(Clone, Debug)]
struct Log {
    blocks: Vec<Block>,
    sealed: Vec<(i64, AuditEvent)>,
    unsealed: Vec<AuditEvent>,
}

impl Log {
    fn of(sizes: &[usize]) -> Self {
        let mut log = Self { blocks: Vec::new(), sealed: Vec::new(), unsealed: Vec::new() };
        for size in sizes {
            let from = log.sealed.len() + 1;
            let events: Vec<_> = (from..from + size).map(|n| (n as i64, event(n as i64))).collect();
            log.append(events);
        }
        log
    }

    fn append(&mut self, events: Vec<(i64, AuditEvent)>) {
        let at = DateTime::from_timestamp_millis(1_790_000_100_000).unwrap();
        self.blocks.push(seal(self.head().as_ref(), &events, at, &key()).unwrap());
        self.sealed.extend(events);
    }

    fn head(&self) -> Option<Head> {
        self.blocks.last().map(Block::head)
    }

    /// Positions from 1 without gaps, as someone would write them who hides a gap.
    fn renumber(&mut self) {
        for (number, (position, _)) in (1..).zip(&mut self.sealed) {
            *position = number;
        }
    }

    fn verify(&self) -> Report {
        self.verify_with(None)
    }

    fn verify_with(&self, head: Option<Head>) -> Report {
        verify(&self.blocks, &self.sealed, &self.unsealed, [key().verifying_key()], head)
    }
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1_usize..7, 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn an_untouched_log_is_sound(sizes in sizes(), waiting in 0_i64..4) {
        let mut log = Log::of(&sizes);
        log.unsealed.extend((0..waiting).map(|n| event(1000 + n)));
        let report = log.verify_with(log.head());
        prop_assert!(report.is_sound(), "{:?}", report.findings);
        prop_assert_eq!(report.truncation, Truncation::AbsentUpTo { height: log.blocks.len() as i64 });
        prop_assert_eq!((report.events, report.unsealed), (log.sealed.len() as i64, waiting));
        prop_assert_eq!(log.verify().truncation, Truncation::NotChecked);
    }

    #[test]
    fn v16_4_2_a_changed_event_is_named(sizes in sizes(), which in any::<Index>(), field in 0..9) {
        let mut log = Log::of(&sizes);
        let (position, event) = which.get(&log.sealed).clone();
        let changed = &mut log.sealed[usize::try_from(position).unwrap() - 1].1;
        match field {
            0 => changed.at += chrono::TimeDelta::milliseconds(1),
            1 => changed.actor = AuditActor::System,
            2 => changed.action.push('x'),
            3 => changed.resource_id.push('x'),
            4 => changed.project = None,
            5 => changed.outcome = if event.outcome == Outcome::Failed { Outcome::Intent } else { Outcome::Failed },
            6 => changed.correlation.clear(),
            7 => changed.entity_version = Some(-1),
            _ => changed.detail.clear(),
        }
        prop_assert_eq!(log.verify().findings, vec![Finding::Changed { position, id: event.id }]);
    }

    #[test]
    fn v16_4_2_a_deleted_event_is_named(sizes in sizes(), which in any::<Index>(), renumbered in any::<bool>()) {
        let mut log = Log::of(&sizes);
        let (position, event) = log.sealed.remove(which.index(log.sealed.len()));
        if renumbered {
            log.renumber();
        }
        prop_assert_eq!(log.verify().findings, vec![Finding::Deleted { position, id: event.id }]);
    }

    #[test]
    fn v16_4_2_an_inserted_event_is_named(sizes in sizes(), which in any::<Index>()) {
        let mut log = Log::of(&sizes);
        let at = which.index(log.sealed.len() + 1);
        log.sealed.insert(at, (0, event(5000)));
        log.renumber();
        let id = event(5000).id;
        prop_assert_eq!(log.verify().findings, vec![Finding::Inserted { position: at as i64 + 1, id }]);
    }

    #[test]
    fn re_ordered_events_are_named(sizes in sizes(), a in any::<Index>(), b in any::<Index>()) {
        let mut log = Log::of(&sizes);
        let (a, b) = (a.index(log.sealed.len()), b.index(log.sealed.len()));
        prop_assume!(a != b);
        log.sealed.swap(a, b);
        log.renumber();
        let findings = log.verify().findings;
        prop_assert!(!findings.is_empty());
        for finding in findings {
            let Finding::Moved { sealed, found, .. } = finding else { panic!("{finding}") };
            prop_assert!(sealed != found);
            prop_assert!((a.min(b) as i64 + 1..=a.max(b) as i64 + 1).contains(&sealed));
        }
    }

    #[test]
    fn a_re_appended_event_is_named(
        sizes in sizes(), which in any::<Index>(), again in 0..3, keep in any::<bool>(), altered in any::<bool>(),
    ) {
        let mut log = Log::of(&sizes);
        let index = which.index(log.sealed.len());
        let (sealed, mut event) = log.sealed[index].clone();
        if !keep {
            log.sealed.remove(index);
        }
        if altered {
            event.detail.insert("altered".into(), "yes".into());
        }
        let id = event.id.clone();
        let next = log.blocks.last().unwrap().last_position() + 1;
        let position = match again {
            // Waiting for the sealer, sealed by it in good faith, or behind the end with a position.
            0 => { log.unsealed.push(event); None }
            1 => { log.append(vec![(next, event)]); Some(next) }
            _ => { log.sealed.push((next, event)); Some(next) }
        };
        let expected = match (keep, again, altered) {
            (true, ..) => Finding::Repeated { id, first: sealed, again: position },
            // At a position of its own and with other contents: the change is what counts.
            (false, 2, true) => Finding::Changed { position: sealed, id },
            (false, ..) => Finding::ReAppended { sealed, found: position, id },
        };
        prop_assert_eq!(log.verify().findings, vec![expected]);
    }

    #[test]
    fn v16_4_2_a_cut_end_is_proven_by_a_head_kept_elsewhere(sizes in sizes(), keep in any::<Index>()) {
        let mut log = Log::of(&sizes);
        let head = log.head();
        let head_height = log.blocks.len() as i64;
        let keep = keep.index(log.blocks.len());
        log.blocks.truncate(keep);
        let end = log.blocks.last().map_or(0, Block::last_position);
        log.sealed.truncate(usize::try_from(end).unwrap());
        prop_assert!(log.verify().is_sound(), "without the head nobody can tell");
        let report = log.verify_with(head.clone());
        prop_assert_eq!(report.truncation, Truncation::Found);
        prop_assert_eq!(report.findings, vec![Finding::Truncated { head_height, height: keep as i64 }]);
        // Sealed anew with other events, up to the same height.
        while log.blocks.len() < usize::try_from(head_height).unwrap() {
            let next = log.blocks.last().map_or(0, Block::last_position) + 1;
            log.append(vec![(next, event(7000 + next))]);
        }
        prop_assert_eq!(log.verify_with(head).findings, vec![Finding::Rewritten { height: head_height }]);
    }

    #[test]
    fn a_changed_block_is_named(sizes in sizes(), which in any::<Index>(), field in 0..6) {
        let mut log = Log::of(&sizes);
        let index = which.index(log.blocks.len());
        let height = index as i64 + 1;
        let block = &mut log.blocks[index];
        match field {
            0 => block.sealed_at += chrono::TimeDelta::seconds(1),
            1 => block.entries[0].digest = Digest([1; 32]),
            2 => block.previous = Digest([2; 32]),
            3 => block.key_id = "0123456789abcdef".into(),
            4 => block.signature.0[0] ^= 1,
            _ => {
                // With a hash that fits, but without the key.
                let forger = SigningKey::from_bytes(&[9; 32]);
                let events: Vec<_> = (1..).take(2).map(|n| (n, event(n))).collect();
                block.signature = seal(None, &events, block.sealed_at, &forger).unwrap().signature;
            }
        }
        let findings = log.verify().findings;
        prop_assert!(!findings.is_empty());
        let names_it = findings.iter().any(|f| match f {
            Finding::BlockChanged { height: h } | Finding::BadSignature { height: h } => *h == height,
            _ => false,
        });
        prop_assert!(names_it, "{findings:?}");
    }

    #[test]
    fn canonical_bytes_tell_events_apart(a in 0_i64..500, b in 0_i64..500) {
        prop_assert_eq!(canonical_bytes(&event(a)) == canonical_bytes(&event(b)), a == b);
    }
}

#[test]
fn a_block_cut_out_of_the_middle_breaks_the_chain() {
    let mut log = Log::of(&[2, 2, 2]);
    log.blocks.remove(1);
    let findings = log.verify().findings;
    assert!(findings.contains(&Finding::ChainBroken { height: 3, expected_height: 2 }), "{findings:?}");
}

#[test]
fn a_chain_signed_with_another_key_is_foreign() {
    let log = Log::of(&[1]);
    let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
    let report = verify(&log.blocks, &log.sealed, &[], [other], log.head());
    assert!(matches!(report.findings[..], [Finding::ForeignKey { height: 1, .. }, Finding::HeadNotSigned { .. }]));
    assert_eq!(report.truncation, Truncation::NotChecked);
}

#[test]
fn v11_2_2_both_keys_of_a_rotation_are_accepted() {
    let mut log = Log::of(&[2]);
    let new = SigningKey::from_bytes(&[8; 32]);
    let events = vec![(3, event(3))];
    let block = seal(log.head().as_ref(), &events, DateTime::from_timestamp_millis(0).unwrap(), &new).unwrap();
    log.blocks.push(block);
    log.sealed.extend(events);
    let report = verify(&log.blocks, &log.sealed, &[], [key().verifying_key(), new.verifying_key()], None);
    assert!(report.is_sound(), "{:?}", report.findings);
}

#[test]
fn only_the_next_positions_are_sealed() {
    let at = DateTime::from_timestamp_millis(0).unwrap();
    assert_eq!(seal(None, &[], at, &key()), Err(SealError::Empty));
    assert_eq!(seal(None, &[(2, event(2))], at, &key()), Err(SealError::Gap { expected: 1, found: 2 }));
    let gap = [(1, event(1)), (3, event(3))];
    assert_eq!(seal(None, &gap, at, &key()), Err(SealError::Gap { expected: 2, found: 3 }));
}

/// The bytes are a promise: a log that was sealed by an older version must verify for ever.
#[test]
fn v11_4_1_v11_4_3_canonical_bytes_and_hashes_never_change() {
    assert_eq!(Digest::of(&event(1)).to_string(), "da3c8fd9a8294930c81a516796b162cc51a2e34740a4d3d4f1388685c17ee72e");
    let log = Log::of(&[2]);
    assert_eq!(log.blocks[0].hash.to_string(), "8df253bc4206cc4dd6c89ab943df4c4c52c9ba40962f5caf6ff31bd670f03f1b");
    let json = serde_json::to_string(&log.blocks[0]).unwrap();
    assert_eq!(serde_json::from_str::<Block>(&json).unwrap(), log.blocks[0]);
    let json = serde_json::to_string(&log.head()).unwrap();
    assert_eq!(serde_json::from_str::<Option<Head>>(&json).unwrap(), log.head());
}
