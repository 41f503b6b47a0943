use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::draft::Draft;
use domain::problem::FieldError;
use domain::view::{Flash, FlashKind};
use store::{Error, FormToken, SessionRecord};

use crate::backend::on_both;
use crate::samples::{at, person, record};

const IDLE: TimeDelta = TimeDelta::hours(1);

fn session(id: &str, who: Option<&str>, seconds: i64) -> SessionRecord {
    SessionRecord {
        id: id.into(),
        data: r#"{"a":1}"#.into(),
        person: who.map(person),
        user_agent: "Firefox".into(),
        created_at: at(seconds),
        last_seen_at: at(seconds),
        expires_at: at(seconds + 8 * 3600),
    }
}

fn draft(id: &str, owner: &str, seconds: i64) -> Draft {
    Draft {
        id: id.parse().unwrap(),
        owner: person(owner),
        form: "/products/prod-1/request".into(),
        fields: BTreeMap::from([("name".into(), "x'; DROP TABLE draft; --".into())]),
        errors: vec![FieldError::new("name", "No.")],
        created_at: at(seconds),
    }
}

on_both! {
    async fn a_person_is_kept_and_found(db) {
        let store = db.store;
        let mut tx = store.begin().await.unwrap();
        tx.save_person(&record("ada", &["a", "b", "a"], 0)).await.unwrap();
        tx.save_person(&record("bob", &["b"], 5)).await.unwrap();
        let nobody = store::PersonRecord { groups: None, email: None, ..record("cyd", &[], 6) };
        tx.save_person(&nobody).await.unwrap();
        assert_eq!(tx.person(&person("ada")).await.unwrap(), Some(record("ada", &["a", "b", "a"], 0)));
        tx.commit().await.unwrap();

        assert_eq!(store.person(&person("cyd")).await.unwrap(), Some(nobody.clone()));
        assert_eq!(store.person(&person("dan")).await.unwrap(), None);
        let id = person("bob").studio_user_id();
        assert_eq!(store.person_by_studio_user_id(&id).await.unwrap(), Some(record("bob", &["b"], 5)));
        let names = |people: Vec<store::PersonRecord>| people.into_iter().map(|p| p.person).collect::<Vec<_>>();
        let of = |groups: &[&str]| groups.iter().map(|g| (*g).to_owned()).collect::<Vec<String>>();
        assert_eq!(
            names(store.people_in_groups(&of(&["a", "b"]), at(-1)).await.unwrap()),
            [person("ada"), person("bob")]
        );
        assert_eq!(names(store.people_in_groups(&of(&["a", "b"]), at(0)).await.unwrap()), [person("bob")]);
        assert_eq!(names(store.people_in_groups(&[], at(0)).await.unwrap()), []);
        assert_eq!(names(store.search_people("BOB@", 10).await.unwrap()), [person("bob")]);
        assert_eq!(names(store.search_people("_", 10).await.unwrap()), []);
        assert_eq!(store.search_people("", 2).await.unwrap().len(), 2);
        let by_key = store.names_of([&person("ada"), &person("dan"), &person("ada")]).await.unwrap();
        assert_eq!(by_key, BTreeMap::from([(person("ada"), "ada Løvelace".to_owned())]));
    }

    async fn a_new_sign_in_replaces_the_groups_and_not_the_first_day(db) {
        let store = db.store;
        for (groups, seconds) in [(vec!["a"], 0), (vec!["b"], 100)] {
            let mut tx = store.begin().await.unwrap();
            tx.save_person(&record("ada", &groups, seconds)).await.unwrap();
            tx.commit().await.unwrap();
        }
        let ada = store.person(&person("ada")).await.unwrap().unwrap();
        assert_eq!((ada.first_seen_at, ada.groups_seen_at), (at(0), at(100)));
        assert_eq!(store.people_in_groups(&["a".to_owned()], at(-9)).await.unwrap(), []);
        assert_eq!(store.people_in_groups(&["b".to_owned()], at(-9)).await.unwrap(), [ada]);
    }

    async fn v7_3_1_v7_3_2_a_session_lives_until_it_idles_or_ends(db) {
        let store = db.store;
        let made = session("s1", Some("ada"), 0);
        store.create_session(&made).await.unwrap();
        assert!(matches!(store.create_session(&made).await, Err(Error::Duplicate { .. })));
        assert_eq!(store.session("s1", at(3599), IDLE).await.unwrap(), Some(made));
        assert_eq!(store.session("s1", at(3600), IDLE).await.unwrap(), None);
        assert!(store.touch_session("s1", at(3000)).await.unwrap());
        assert!(store.session("s1", at(3600), IDLE).await.unwrap().is_some());
        for hour in 1..8 {
            store.touch_session("s1", at(hour * 3600)).await.unwrap();
        }
        assert!(store.session("s1", at(8 * 3600 - 1), IDLE).await.unwrap().is_some());
        assert_eq!(store.session("s1", at(8 * 3600), IDLE).await.unwrap(), None);
        // It is remembered for a day whose it was, and then no more.
        let last_used = at(7 * 3600);
        let day = TimeDelta::hours(24);
        assert_eq!(store.sweep_sessions(last_used + IDLE + day - TimeDelta::seconds(1), IDLE).await.unwrap(), 0);
        assert_eq!(store.person_of_session("s1").await.unwrap(), Some(person("ada")));
        assert_eq!(store.sweep_sessions(last_used + IDLE + day, IDLE).await.unwrap(), 1);
        assert_eq!(store.person_of_session("s1").await.unwrap(), None);
    }

    async fn v7_4_1_saving_never_brings_an_ended_session_back(db) {
        let store = db.store;
        store.create_session(&session("s1", None, 0)).await.unwrap();
        assert!(store.save_session("s1", "{}", Some(&person("ada"))).await.unwrap());
        let saved = store.session("s1", at(1), IDLE).await.unwrap().unwrap();
        assert_eq!((saved.data.as_str(), saved.person), ("{}", Some(person("ada"))));
        assert!(store.delete_session("s1").await.unwrap());
        assert!(!store.save_session("s1", "{}", Some(&person("ada"))).await.unwrap());
        assert!(!store.touch_session("s1", at(2)).await.unwrap());
        assert!(!store.delete_session("s1").await.unwrap());
        assert_eq!(store.session("s1", at(1), IDLE).await.unwrap(), None);
        assert_eq!(store.sessions_of(&person("ada"), at(1), IDLE).await.unwrap(), []);
        assert_eq!(store.person_of_session("s1").await.unwrap(), Some(person("ada")));
    }

    async fn a_session_that_nobody_signed_in_to_is_not_remembered(db) {
        let store = db.store;
        store.create_session(&session("s1", None, 0)).await.unwrap();
        assert_eq!(store.sweep_sessions(at(1), IDLE).await.unwrap(), 0);
        assert!(store.delete_session("s1").await.unwrap());
        assert_eq!(store.sweep_sessions(at(1), IDLE).await.unwrap(), 1);
    }

    async fn v7_5_2_people_end_their_own_sessions_and_no_other(db) {
        let store = db.store;
        for (id, who, seconds) in [("s1", "ada", 0), ("s2", "ada", 60), ("s3", "bob", 0)] {
            store.create_session(&session(id, Some(who), seconds)).await.unwrap();
        }
        let ids = |sessions: Vec<SessionRecord>| sessions.into_iter().map(|s| s.id).collect::<Vec<_>>();
        assert_eq!(ids(store.sessions_of(&person("ada"), at(100), IDLE).await.unwrap()), ["s2", "s1"]);
        let mut tx = store.begin().await.unwrap();
        assert!(!tx.end_session_of(&person("ada"), "s3").await.unwrap());
        assert!(tx.end_session_of(&person("ada"), "s1").await.unwrap());
        assert_eq!(tx.end_sessions_of(&person("ada"), Some("s2")).await.unwrap(), 0);
        assert_eq!(tx.end_sessions_of(&person("ada"), None).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert_eq!(ids(store.sessions_of(&person("bob"), at(100), IDLE).await.unwrap()), ["s3"]);
    }

    async fn v8_2_2_a_draft_is_its_owners_for_a_day(db) {
        let store = db.store;
        let made = draft("d1", "ada", 0);
        store.insert_draft(&made).await.unwrap();
        store.insert_draft(&draft("d2", "ada", 50)).await.unwrap();
        assert_eq!(store.draft(&made.id, &person("ada"), at(86_399)).await.unwrap(), Some(made.clone()));
        assert_eq!(store.draft(&made.id, &person("bob"), at(1)).await.unwrap(), None);
        assert_eq!(store.draft(&made.id, &person("ada"), at(86_400)).await.unwrap(), None);
        assert_eq!(store.count_drafts(&person("ada"), at(10)).await.unwrap(), 1);
        let mut tx = store.begin().await.unwrap();
        assert!(!tx.delete_draft(&made.id, &person("bob")).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(store.sweep_drafts(at(86_400)).await.unwrap(), 1);
        let mut tx = store.begin().await.unwrap();
        assert!(tx.delete_draft(&"d2".parse().unwrap(), &person("ada")).await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn a_flash_is_shown_once(db) {
        let store = db.store;
        let flash = |text: &str| Flash { kind: FlashKind::Success, text: text.into() };
        store.put_flash("s1", &flash("first"), at(0)).await.unwrap();
        store.put_flash("s1", &flash("second"), at(1)).await.unwrap();
        assert_eq!(store.take_flash("s2").await.unwrap(), None);
        let (one, two) = tokio::join!(store.take_flash("s1"), store.take_flash("s1"));
        let shown: Vec<Flash> = [one.unwrap(), two.unwrap()].into_iter().flatten().collect();
        assert_eq!(shown, [flash("second")]);
        store.put_flash("s1", &flash("third"), at(0)).await.unwrap();
        assert_eq!(store.sweep_flashes(at(3600)).await.unwrap(), 1);
    }

    async fn v2_3_4_a_form_that_is_posted_twice_leads_to_one_place(db) {
        let store = db.store;
        let ada = person("ada");
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.use_form_token("t", &ada, at(0)).await.unwrap(), FormToken::Fresh);
        // The second click arrives while the first is still at work, and has to wait for it.
        let second = tokio::spawn({
            let (store, ada) = (store.clone(), ada.clone());
            async move {
                let mut tx = store.begin().await.unwrap();
                let seen = tx.use_form_token("t", &ada, at(0)).await.unwrap();
                tx.commit().await.unwrap();
                seen
            }
        });
        tokio::task::yield_now().await;
        tx.finish_form("t", &ada, "/requests/r-1").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(second.await.unwrap(), FormToken::Used { path: "/requests/r-1".into() });

        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.use_form_token("t", &person("bob"), at(0)).await.unwrap(), FormToken::Fresh);
        tx.rollback().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.use_form_token("t", &person("bob"), at(0)).await.unwrap(), FormToken::Fresh);
        tx.commit().await.unwrap();
        assert_eq!(store.sweep_form_tokens(at(0)).await.unwrap(), 2);
    }
}
