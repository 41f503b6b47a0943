//! Inboxes, choices, deliveries and webhooks.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use domain::id::WebhookId;
use domain::notification::{Channel, Delivery, DeliveryState, Notice, Notification, Topic, Webhook, WebhookKind};
use domain::problem::Problem;
use store::{Error, PageRequest, Store};

use crate::backend::on_both;
use crate::samples::{at, environment_id, person, record, with_environment, with_projects};

fn notice(topic: Topic) -> Notice {
    Notice::new(topic, "One asks for two", "For the model.", "/requests/r1".into())
}

fn notification(id: &str, whose: &str, seconds: i64) -> Notification {
    Notification {
        id: id.parse().unwrap(),
        person: person(whose),
        event: format!("event-of-{id}").parse().unwrap(),
        notice: notice(Topic::RequestWaiting),
        at: at(seconds),
        read_at: None,
    }
}

fn delivery(id: &str, channel: Channel, seconds: i64) -> Delivery {
    let event = format!("event-of-{id}").parse().unwrap();
    let project = Some("a".parse().unwrap());
    let it = Delivery::new(id.parse().unwrap(), event, channel, notice(Topic::RequestWaiting), at(seconds));
    Delivery { project, ..it }
}

fn webhook(id: &str, name: &str) -> Webhook {
    Webhook {
        id: id.parse().unwrap(),
        name: name.into(),
        kind: WebhookKind::Signed,
        host: "hooks.example.com".into(),
        topics: vec![Topic::RequestWaiting, Topic::HandedOver],
        project: Some("a".parse().unwrap()),
        active: true,
        created_at: at(0),
        version: 1,
    }
}

async fn told(store: &Store, all: &[Notification]) {
    let mut tx = store.begin().await.unwrap();
    for it in all {
        tx.insert_notification(it).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn put(store: &Store, all: &[Delivery]) {
    let mut tx = store.begin().await.unwrap();
    for it in all {
        tx.insert_delivery(it).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn ids(all: &[Delivery]) -> Vec<&str> {
    all.iter().map(|it| it.id.as_str()).collect()
}

on_both! {
    async fn an_inbox_is_its_persons_and_what_is_read_is_read(db) {
        let store = db.store;
        let all = [notification("n1", "ada", 1), notification("n2", "ada", 2), notification("n3", "ada", 3), notification("n4", "bob", 4)];
        told(&store, &all).await;
        let page = store.notifications(&person("ada"), &PageRequest::newest(2)).await.unwrap();
        assert_eq!(page.items, [all[2].clone(), all[1].clone()]);
        let rest = store.notifications(&person("ada"), &PageRequest::newest(2).after(page.next)).await.unwrap();
        assert_eq!((rest.items, rest.next), (vec![all[0].clone()], None));
        let unread = async |whose| store.count_unread(&person(whose), 2).await.unwrap();
        assert_eq!((unread("ada").await, unread("bob").await), (2, 1), "counted up to the most");
        // Only one's own, and only what was there when the page was.
        let read = async |whose, only: Option<&str>, until| {
            let only = only.map(|id| id.parse().unwrap());
            store.read_notifications(&person(whose), only.as_ref(), at(until), at(9)).await.unwrap()
        };
        assert_eq!(read("bob", Some("n1"), 9).await, 0);
        assert_eq!(read("ada", Some("n1"), 9).await, 1);
        assert_eq!(read("ada", None, 2).await, 1);
        assert_eq!((unread("ada").await, unread("bob").await), (1, 1));
        assert_eq!(store.notifications(&person("ada"), &PageRequest::newest(9)).await.unwrap().items[1].read_at, Some(at(9)));
        assert_eq!(store.sweep_notifications(at(3)).await.unwrap(), 3);
        let mut tx = store.begin().await.unwrap();
        let again = Notification { id: "n5".parse().unwrap(), ..all[3].clone() };
        assert!(matches!(tx.insert_notification(&again).await, Err(Error::Duplicate { .. })), "one an event and person");
    }

    async fn the_cursor_moves_once_for_each_event(db) {
        let store = db.store;
        assert_eq!(store.notification_cursor().await.unwrap(), 0);
        let mut tx = store.begin().await.unwrap();
        tx.move_notification_cursor(0, 7).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        assert!(matches!(tx.move_notification_cursor(0, 8).await, Err(Error::Conflict { .. })));
        drop(tx);
        assert_eq!(store.notification_cursor().await.unwrap(), 7);
    }

    async fn mail_goes_to_whoever_has_an_address_and_wants_it(db) {
        let store = db.store;
        let mut tx = store.begin().await.unwrap();
        for (name, email) in [("ada", Some("ada@example.com")), ("bob", Some("bob@example.com")), ("eve", None)] {
            let mut it = record(name, &[], 0);
            it.email = email.map(str::to_owned);
            tx.save_person(&it).await.unwrap();
        }
        let choices = BTreeMap::from([(Topic::RequestWaiting, false), (Topic::EnvironmentReady, true), (Topic::HandedOver, true)]);
        tx.save_notification_choices(&person("bob"), &choices).await.unwrap();
        let all = ["ada", "bob", "eve", "never-here"].map(person);
        assert_eq!(tx.mailed(&all, Topic::RequestWaiting).await.unwrap(), [person("ada")]);
        assert_eq!(tx.mailed(&[], Topic::RequestWaiting).await.unwrap(), []);
        assert_eq!(tx.mailed(&all, Topic::EnvironmentReady).await.unwrap(), [person("bob")], "not by default");
        let both: BTreeSet<_> = tx.mailed(&all, Topic::HandedOver).await.unwrap().into_iter().collect();
        assert_eq!(both, BTreeSet::from([person("ada"), person("bob")]));
        tx.commit().await.unwrap();
        let here: BTreeSet<_> = store.people(&all).await.unwrap().into_iter().map(|it| it.person).collect();
        assert_eq!(here, BTreeSet::from(["ada", "bob", "eve"].map(person)));
        let kept = store.notification_choices(&person("bob")).await.unwrap();
        assert_eq!(kept, BTreeMap::from([(Topic::RequestWaiting, false), (Topic::EnvironmentReady, true)]));
        assert!(store.notification_choices(&person("ada")).await.unwrap().is_empty());
    }

    async fn a_delivery_is_claimed_once_and_written_by_whoever_holds_it(db) {
        let store = db.store;
        let mail = || Channel::Email { person: person("ada") };
        put(&store, &[delivery("d1", mail(), 1), delivery("d2", mail(), 2), delivery("d3", mail(), 30)]).await;
        assert_eq!(store.next_delivery_due().await.unwrap(), Some(at(1)));
        let claim = async |now, owner, limit| store.claim_deliveries(at(now), owner, at(now + 60), limit).await.unwrap();
        let first = claim(5, "one", 1).await;
        assert_eq!((ids(&first), first[0].version), (vec!["d1"], 2));
        let other = claim(5, "two", 9).await;
        assert_eq!(ids(&other), ["d2"], "d1 is held, d3 is not due");
        let problem = Some(Problem::new("a", "b", "c"));
        let failed = Delivery { attempt: 1, next_run_at: at(40), problem, version: 3, ..first[0].clone() };
        assert!(matches!(store.save_delivery(&failed, "two").await, Err(Error::Conflict { .. })));
        store.save_delivery(&failed, "one").await.unwrap();
        assert!(matches!(store.save_delivery(&failed, "one").await, Err(Error::Conflict { .. })), "saved and let go");
        let dead = Delivery { state: DeliveryState::Dead, finished_at: Some(at(6)), version: 3, ..other[0].clone() };
        store.save_delivery(&dead, "two").await.unwrap();
        assert_eq!(store.count_deliveries().await.unwrap(), (2, 1));
        let listed = store.dead_deliveries(&PageRequest::newest(9)).await.unwrap().items;
        assert_eq!(listed, std::slice::from_ref(&dead));
        // A lease that ran out is anybody's.
        let again = claim(50, "one", 9).await;
        assert_eq!(ids(&again).into_iter().collect::<BTreeSet<_>>(), BTreeSet::from(["d1", "d3"]));
        assert_eq!(claim(51, "two", 9).await, []);
        assert_eq!(store.release_deliveries_of("one").await.unwrap(), 2);
        assert_eq!(claim(52, "two", 9).await.len(), 2);
        let mut tx = store.begin().await.unwrap();
        assert!(!tx.revive_delivery(&"d1".parse().unwrap(), at(60)).await.unwrap(), "it is not dead");
        assert!(tx.revive_delivery(&dead.id, at(60)).await.unwrap());
        let revived = tx.delivery(&dead.id).await.unwrap().unwrap();
        assert_eq!((revived.state, revived.attempt, revived.next_run_at, revived.finished_at), (DeliveryState::Due, 0, at(60), None));
        assert!(!tx.discard_delivery(&dead.id).await.unwrap(), "it is due again");
        tx.commit().await.unwrap();
        let sent = Delivery { state: DeliveryState::Sent, finished_at: Some(at(61)), version: revived.version + 2, ..revived };
        assert_eq!(ids(&claim(60, "three", 9).await), ["d2"]);
        store.save_delivery(&sent, "three").await.unwrap();
        assert_eq!(store.sweep_deliveries(at(61)).await.unwrap(), 1);
    }

    async fn one_event_goes_to_one_place_once(db) {
        let store = db.store;
        let one = delivery("d1", Channel::Email { person: person("ada") }, 1);
        put(&store, std::slice::from_ref(&one)).await;
        let mut tx = store.begin().await.unwrap();
        let twice = Delivery { id: "d2".parse().unwrap(), ..one };
        assert!(matches!(tx.insert_delivery(&twice).await, Err(Error::Duplicate { .. })));
    }

    async fn a_webhook_keeps_its_secrets_and_takes_what_waits_for_it_along(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let mut it = webhook("w1", "ops");
        let mut tx = store.begin().await.unwrap();
        tx.insert_webhook(&it, vec![1, 2, 3]).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let namesake = tx.insert_webhook(&webhook("w2", "ops"), vec![4]).await;
        assert!(matches!(namesake, Err(Error::Duplicate { .. })));
        drop(tx);
        assert_eq!(store.webhook_to_send(&it.id).await.unwrap(), Some((it.clone(), vec![1, 2, 3])));
        it.active = false;
        it.version = 2;
        let mut tx = store.begin().await.unwrap();
        tx.update_webhook(&it, None).await.unwrap();
        assert!(matches!(tx.update_webhook(&it, None).await, Err(Error::Conflict { .. })));
        tx.rollback().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.update_webhook(&it, None).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.webhook_to_send(&it.id).await.unwrap(), Some((it.clone(), vec![1, 2, 3])));
        let mut tx = store.begin().await.unwrap();
        tx.update_webhook(&Webhook { version: 3, ..it.clone() }, Some(vec![9])).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.webhook_to_send(&it.id).await.unwrap().unwrap().1, [9]);
        assert!(store.last_deliveries().await.unwrap().is_empty());
        let to = |id| Channel::Webhook { webhook: id };
        let mut tx = store.begin().await.unwrap();
        tx.insert_webhook(&webhook("w3", "chat"), vec![3]).await.unwrap();
        tx.commit().await.unwrap();
        let chat: WebhookId = "w3".parse().unwrap();
        put(&store, &[delivery("d1", to(it.id.clone()), 1), delivery("d2", to(it.id.clone()), 2), delivery("d3", to(chat.clone()), 1)]).await;
        let last: Vec<String> = store.last_deliveries().await.unwrap().into_values().map(|it| it.id.to_string()).collect();
        assert_eq!(last, ["d2", "d3"]);
        let mut tx = store.begin().await.unwrap();
        tx.delete_webhook(&chat).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        assert!(tx.delete_webhook(&it.id).await.unwrap() && !tx.delete_webhook(&it.id).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(store.count_deliveries().await.unwrap(), (0, 0));
        assert_eq!(store.webhooks().await.unwrap(), []);
    }

    async fn each_warning_of_an_end_is_given_once_and_an_extension_begins_anew(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        for (id, ends) in [("e1", 100), ("e2", 50), ("e3", 900)] {
            let mut it = with_environment(&store, id, "a", "ada", -1_000).await;
            it.lease_ends_at = at(ends);
            it.state = domain::environment::EnvironmentState::Available;
            it.version += 1;
            let mut tx = store.begin().await.unwrap();
            tx.update_environment(&it).await.unwrap();
            tx.commit().await.unwrap();
        }
        let due = async |warnings, by, now| -> Vec<String> {
            let found = store.environments_to_warn(warnings, at(by) - at(now), at(now), 9).await.unwrap();
            found.into_iter().map(|it| it.id.to_string()).collect()
        };
        assert_eq!(due(1, 100, 0).await, ["e2", "e1"]);
        assert_eq!(due(1, 100, 50).await, ["e1"], "what has ended is not warned of any more");
        let mut it = store.environment(&environment_id("e1")).await.unwrap().unwrap();
        let mut tx = store.begin().await.unwrap();
        assert!(tx.warned_of_lease_end(&it, 2).await.unwrap());
        assert!(!tx.warned_of_lease_end(&it, 1).await.unwrap() && !tx.warned_of_lease_end(&it, 2).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!((due(2, 100, 0).await, due(3, 100, 0).await), (vec!["e2".to_owned()], vec!["e2".into(), "e1".into()]));
        // A change that leaves the end as it is leaves the warnings, too.
        it.updated_at = at(5);
        it.version += 1;
        let mut tx = store.begin().await.unwrap();
        tx.update_environment(&it).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(due(1, 100, 0).await, ["e2"]);
        it.lease_ends_at = at(100) - TimeDelta::seconds(1);
        it.version += 1;
        let mut tx = store.begin().await.unwrap();
        tx.update_environment(&it).await.unwrap();
        assert!(!tx.warned_of_lease_end(&store.environment(&environment_id("e3")).await.unwrap().unwrap(), 0).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(due(1, 100, 0).await, ["e2", "e1"]);
        assert_eq!(due(1, 1_050, 0).await, ["e1", "e3"], "e2 never had more time than that");
    }
}
