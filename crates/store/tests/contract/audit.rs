use chrono::TimeDelta;
use domain::audit::{AuditActor, AuditEvent, Block, Digest, Outcome, SigningKey, seal};
use store::{AuditFilter, Error, Lock, Order, PageRequest, Scope, Store, StoredEvent};

use crate::backend::on_both;
use crate::samples::{at, by, event, person, project_id};

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

async fn append(store: &Store, events: &[AuditEvent]) {
    let mut tx = store.begin().await.unwrap();
    for event in events {
        tx.append_audit(event).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Seals what waits, at most `limit` events; answers how many there were.
async fn seal_some(store: &Store, limit: u32, seconds: i64) -> usize {
    let mut tx = store.begin().await.unwrap();
    assert!(tx.try_lock(Lock::Sealer).await.unwrap());
    let head = tx.audit_head().await.unwrap();
    let first = head.as_ref().map_or(1, |head| head.last_position + 1);
    let events: Vec<(i64, AuditEvent)> = (first..).zip(tx.unsealed_events(limit).await.unwrap()).collect();
    if events.is_empty() {
        return 0;
    }
    tx.seal_block(&seal(head.as_ref(), &events, at(seconds), &key()).unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    events.len()
}

fn ids(events: &[StoredEvent]) -> Vec<&str> {
    events.iter().map(|stored| stored.event.id.as_str()).collect()
}

async fn blocks_of(store: &Store, after: i64, limit: u32) -> Vec<Block> {
    let found = store.audit_blocks(after, limit).await.unwrap();
    found
        .into_iter()
        .map(|(height, block)| {
            let block = block.unwrap();
            assert_eq!(block.height, height);
            block
        })
        .collect()
}

async fn sealed(store: &Store, from: i64, to: i64, limit: u32) -> Vec<(i64, AuditEvent)> {
    let found = store.sealed_events(from, to, limit).await.unwrap();
    found.into_iter().map(|(position, event)| (position, event.unwrap())).collect()
}

async fn waiting(store: &Store, limit: u32) -> Vec<AuditEvent> {
    store.unsealed_events(limit).await.unwrap().into_iter().map(Result::unwrap).collect()
}

on_both! {
    async fn v16_2_1_events_of_every_kind_come_back_as_they_were_written(db) {
        let store = db.store;
        let mut odd = event("e3", AuditActor::System, None, 3);
        odd.entity_version = None;
        odd.detail.clear();
        odd.outcome = Outcome::Denied;
        let told = [
            event("e1", by("ada"), Some("a"), 1),
            event("e2", AuditActor::SystemFor { person: person("ada") }, Some("b"), 2),
            odd,
        ];
        append(&store, &told).await;
        assert_eq!(waiting(&store, 10).await, told);
        assert_eq!(store.count_audit_events().await.unwrap(), 3);
        assert_eq!(store.unsealed_backlog().await.unwrap(), (3, Some(at(1))));
        assert!(store.has_unsealed_events().await.unwrap());
        // What is read back gives the same digest: it is what was written.
        let back = waiting(&store, 10).await;
        assert_eq!(back.iter().map(Digest::of).collect::<Vec<_>>(), told.iter().map(Digest::of).collect::<Vec<_>>());
    }

    async fn v2_3_3_an_event_shares_the_fate_of_its_transaction(db) {
        let store = db.store;
        let mut tx = store.begin().await.unwrap();
        tx.append_audit(&event("e1", by("ada"), None, 1)).await.unwrap();
        drop(tx);
        assert_eq!(store.count_audit_events().await.unwrap(), 0);
        append(&store, &[event("e1", by("ada"), None, 1)]).await;
        let mut tx = store.begin().await.unwrap();
        let twice = tx.append_audit(&event("e1", by("bob"), None, 2)).await;
        assert!(matches!(twice, Err(Error::Duplicate { .. })), "{twice:?}");
    }

    async fn sealing_gives_positions_without_gaps_and_late_commits_come_after(db) {
        let store = db.store;
        let many: Vec<AuditEvent> = (0..450).map(|i| event(&format!("e{i:03}"), by("ada"), Some("a"), i)).collect();
        append(&store, &many).await;
        assert_eq!(seal_some(&store, 430, 1000).await, 430);
        // Older than everything sealed, and committed only now.
        append(&store, &[event("late", by("bob"), Some("a"), -5)]).await;
        assert_eq!(seal_some(&store, 430, 1001).await, 21);
        assert_eq!(seal_some(&store, 430, 1002).await, 0);
        assert_eq!(store.unsealed_backlog().await.unwrap(), (0, None));
        assert!(!store.has_unsealed_events().await.unwrap());

        let blocks = blocks_of(&store, 0, 10).await;
        assert_eq!(blocks.iter().map(|b| (b.height, b.first_position, b.len())).collect::<Vec<_>>(), [(1, 1, 430), (2, 431, 21)]);
        assert_eq!(blocks[1].previous, blocks[0].hash);
        assert_eq!(blocks_of(&store, 1, 10).await, blocks[1..]);
        assert_eq!(store.audit_head().await.unwrap(), Some(blocks[1].head()));

        let mut read = Vec::new();
        while read.len() < 451 {
            let from = i64::try_from(read.len()).unwrap() + 1;
            read.extend(sealed(&store, from, i64::MAX, 100).await);
        }
        assert_eq!(read.iter().map(|(position, _)| *position).collect::<Vec<_>>(), (1..=451).collect::<Vec<_>>());
        assert_eq!(read[430].1.id.as_str(), "late");
        assert_eq!(blocks[0].sealed_at, at(1000));
        for block in &blocks {
            let within = sealed(&store, block.first_position, block.last_position(), 1000).await;
            let digests: Vec<Digest> = within.iter().map(|(_, event)| Digest::of(event)).collect();
            assert_eq!(digests, block.entries.iter().map(|e| e.digest).collect::<Vec<_>>());
        }
    }

    async fn what_is_sealed_is_not_sealed_again(db) {
        let store = db.store;
        let told = event("e1", by("ada"), None, 1);
        append(&store, std::slice::from_ref(&told)).await;
        seal_some(&store, 10, 5).await;
        let head = store.audit_head().await.unwrap().unwrap();
        let mut tx = store.begin().await.unwrap();
        let same_height = tx.seal_block(&seal(None, &[(1, told.clone())], at(6), &key()).unwrap()).await;
        assert!(matches!(same_height, Err(Error::Duplicate { what: "height in the audit log" })), "{same_height:?}");
        drop(tx);
        let mut tx = store.begin().await.unwrap();
        let next = seal(Some(&head), &[(2, told)], at(6), &key()).unwrap();
        let again = tx.seal_block(&next).await;
        assert!(matches!(again, Err(Error::Conflict { .. })), "{again:?}");
        drop(tx);
        assert_eq!(blocks_of(&store, 0, 10).await.len(), 1);
    }

    async fn a_lock_is_waited_for(db) {
        let store = db.store;
        let mut first = store.begin().await.unwrap();
        first.lock(Lock::Mappings).await.unwrap();
        let other = store.clone();
        let second = tokio::spawn(async move {
            let mut second = other.begin().await.unwrap();
            second.lock(Lock::Mappings).await.unwrap();
            second.project(&project_id("a")).await.unwrap()
        });
        first.insert_project(&crate::samples::project("a")).await.unwrap();
        first.commit().await.unwrap();
        assert!(second.await.unwrap().is_some(), "it sees what the first one did");
    }

    async fn one_sealer_at_a_time(db) {
        let store = db.store;
        let mut first = store.begin().await.unwrap();
        assert!(first.try_lock(Lock::Sealer).await.unwrap());
        assert!(first.try_lock(Lock::Mirror).await.unwrap());
        if store.backend_name() == "postgres" {
            let mut second = store.begin().await.unwrap();
            assert!(!second.try_lock(Lock::Sealer).await.unwrap());
            first.commit().await.unwrap();
            assert!(second.try_lock(Lock::Sealer).await.unwrap());
        } else {
            // SQLite has one writer: there is no second transaction to ask.
            let second = tokio::spawn({
                let store = store.clone();
                async move { store.begin().await.unwrap().try_lock(Lock::Sealer).await.unwrap() }
            });
            tokio::task::yield_now().await;
            assert!(!second.is_finished());
            first.commit().await.unwrap();
            assert!(second.await.unwrap());
        }
    }

    async fn each_filter_finds_its_events(db) {
        let store = db.store;
        let mut one = event("e1", by("ada"), Some("a"), 10);
        one.action = "launch_environment".into();
        let mut two = event("e2", AuditActor::SystemFor { person: person("ada") }, Some("b"), 20);
        two.outcome = Outcome::Failed;
        two.correlation = "op-7".into();
        let mut three = event("e3", by("bob"), Some("a"), 30);
        three.resource_kind = "project".into();
        let four = event("e4", AuditActor::System, None, 40);
        append(&store, &[one, two, three, four]).await;
        let all = AuditFilter::default;
        let cases: Vec<(AuditFilter, &[&str])> = vec![
            (all(), &["e4", "e3", "e2", "e1"]),
            (AuditFilter { people: Some(vec![person("ada")]), ..all() }, &["e2", "e1"]),
            (AuditFilter { people: Some(vec![person("ada"), person("bob")]), ..all() }, &["e3", "e2", "e1"]),
            (AuditFilter { people: Some(vec![]), ..all() }, &[]),
            (AuditFilter { people: Some(vec![person("ada")]), outcome: Some(Outcome::Failed), ..all() }, &["e2"]),
            (AuditFilter { action: Some("launch_environment".into()), ..all() }, &["e1"]),
            (AuditFilter { resource_kind: Some("project".into()), ..all() }, &["e3"]),
            (AuditFilter { resource_id: Some("r-e2".into()), ..all() }, &["e2"]),
            (AuditFilter { project: Some(project_id("a")), ..all() }, &["e3", "e1"]),
            (AuditFilter { outcome: Some(Outcome::Failed), ..all() }, &["e2"]),
            (AuditFilter { from: Some(at(20)), to: Some(at(40)), ..all() }, &["e3", "e2"]),
            (AuditFilter { correlation: Some("op-7".into()), ..all() }, &["e2"]),
            (AuditFilter { project: Some(project_id("a")), outcome: Some(Outcome::Failed), ..all() }, &[]),
        ];
        for (filter, expected) in cases {
            let page = store.audit_events(&Scope::All, &filter, &PageRequest::newest(10)).await.unwrap();
            assert_eq!(ids(&page.items), expected, "{filter:?}");
        }
        // Whoever may see one project alone finds its events alone.
        let one_project = Scope::Projects(vec![project_id("a")]);
        let filter = AuditFilter { people: Some(vec![person("ada"), person("bob")]), ..all() };
        let page = store.audit_events(&one_project, &filter, &PageRequest::newest(10)).await.unwrap();
        assert_eq!(ids(&page.items), ["e3", "e1"]);
        let oldest = PageRequest { order: Order::OldestFirst, after: None, limit: 3 };
        let page = store.audit_events(&Scope::All, &all(), &oldest).await.unwrap();
        assert_eq!(ids(&page.items), ["e1", "e2", "e3"]);
        let rest = store.audit_events(&Scope::All, &all(), &oldest.after(page.next)).await.unwrap();
        assert_eq!((ids(&rest.items), rest.next), (vec!["e4"], None));
        assert_eq!(store.audit_actions().await.unwrap(), ["launch_environment", "submit_request"]);
    }

    async fn an_empty_log_has_no_actions_and_no_head(db) {
        let store = db.store;
        assert_eq!(store.audit_actions().await.unwrap(), Vec::<String>::new());
        assert_eq!(store.audit_head().await.unwrap(), None);
        assert_eq!(blocks_of(&store, 0, 10).await, []);
        assert_eq!(sealed(&store, 0, i64::MAX, 10).await, []);
    }

    async fn every_version_of_an_entity_can_be_told_of(db) {
        let store = db.store;
        let mut told = event("e1", by("ada"), None, 1);
        told.at += TimeDelta::milliseconds(7);
        told.entity_version = Some(i64::MAX);
        append(&store, std::slice::from_ref(&told)).await;
        assert_eq!(waiting(&store, 1).await, [told]);
    }
}
