//! Questions, reminders and delegations.

use domain::delegation::Delegation;
use domain::question::{MessageKind, RequestMessage};
use domain::request::Decision;
use store::Error;

use crate::backend::on_both;
use crate::samples::{at, person, request, request_id, with_projects};

on_both! {
    async fn what_is_asked_and_answered_comes_back_in_its_order(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let mut tx = store.begin().await.unwrap();
        tx.insert_request(&request("r1", "a", "ada", 0)).await.unwrap();
        let message = |number, kind, by: &str| RequestMessage {
            request: request_id("r1"),
            number,
            kind,
            by: person(by),
            text: format!("{number}?"),
            at: at(5),
        };
        let written = [message(1, MessageKind::Question, "bob"), message(2, MessageKind::Answer, "ada")];
        for message in &written {
            tx.insert_request_message(message).await.unwrap();
        }
        assert_eq!(tx.request_messages(&request_id("r1")).await.unwrap(), written);
        tx.commit().await.unwrap();
        assert_eq!(store.request_messages(&request_id("r1")).await.unwrap(), written);
        assert!(store.request_messages(&request_id("r2")).await.unwrap().is_empty());
        let mut tx = store.begin().await.unwrap();
        let twice = tx.insert_request_message(&written[1]).await;
        assert!(matches!(twice, Err(Error::Duplicate { .. })), "{twice:?}");
    }

    async fn v2_3_4_a_reminder_is_given_once_and_of_undecided_requests_alone(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let made = ["r1", "r2", "r3"].map(|id| request(id, "a", "ada", 0));
        let mut tx = store.begin().await.unwrap();
        for request in &made {
            tx.insert_request(request).await.unwrap();
        }
        let denial = Decision::Deny { by: person("bob"), on_behalf_of: None, comment: "No.".into() };
        tx.update_request(&made[2].clone().decide(denial, at(1)).unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        let due = async |number, until| -> Vec<String> {
            let due = store.requests_to_remind_of(number, at(until), 10).await.unwrap();
            due.into_iter().map(|request| request.id.to_string()).collect()
        };
        assert!(due(1, -1).await.is_empty());
        assert_eq!(due(1, 0).await, ["r1", "r2"]);
        let mut tx = store.begin().await.unwrap();
        assert!(tx.reminded_of_request(&request_id("r1"), 2).await.unwrap());
        assert!(!tx.reminded_of_request(&request_id("r1"), 2).await.unwrap());
        assert!(!tx.reminded_of_request(&request_id("r1"), 1).await.unwrap());
        assert!(!tx.reminded_of_request(&request_id("r3"), 1).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!((due(1, 0).await, due(2, 0).await, due(3, 0).await), (vec!["r2".into()], vec!["r2".into()], vec!["r1".into(), "r2".into()]));
        // What is written of the request afterwards leaves that as it is.
        let mut tx = store.begin().await.unwrap();
        let mut changed = made[0].clone();
        changed.version += 1;
        tx.update_request(&changed).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(due(2, 0).await, ["r2"]);
    }

    async fn a_delegation_ends_by_itself_or_when_it_is_ended(db) {
        let store = db.store;
        let delegation = |id: &str, from: &str, to: &str, created| Delegation {
            id: id.parse().unwrap(),
            from: person(from),
            to: person(to),
            reason: "On leave".into(),
            created_at: at(created),
            until: at(created + 10),
            ended_at: None,
        };
        let (one, two) = (delegation("d1", "ada", "bob", 0), delegation("d2", "cyd", "bob", 5));
        let mut tx = store.begin().await.unwrap();
        tx.insert_delegation(&one).await.unwrap();
        tx.insert_delegation(&two).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.delegations(at(6)).await.unwrap(), [one.clone(), two.clone()]);
        assert_eq!(store.delegations_to(&person("bob"), at(10)).await.unwrap(), std::slice::from_ref(&two));
        assert!(store.delegations_to(&person("ada"), at(6)).await.unwrap().is_empty());
        let mut tx = store.begin().await.unwrap();
        let twice = tx.insert_delegation(&delegation("d3", "cyd", "bob", 7)).await;
        assert!(matches!(twice, Err(Error::Duplicate { .. })), "{twice:?}");
        drop(tx);
        let mut tx = store.begin().await.unwrap();
        assert!(tx.end_delegation(&two.id, at(8)).await.unwrap());
        assert!(!tx.end_delegation(&two.id, at(9)).await.unwrap());
        assert!(!tx.end_delegation(&one.id, at(10)).await.unwrap(), "it ended by itself");
        // After its end there can be another.
        tx.insert_delegation(&delegation("d4", "ada", "bob", 10)).await.unwrap();
        tx.commit().await.unwrap();
        let ended = store.delegation(&two.id).await.unwrap().unwrap();
        assert_eq!(ended, Delegation { ended_at: Some(at(8)), ..two });
        assert_eq!(store.delegation(&one.id).await.unwrap().unwrap().ended_at, Some(one.until));
        let there: Vec<String> = store.delegations(at(11)).await.unwrap().into_iter().map(|it| it.id.to_string()).collect();
        assert_eq!(there, ["d4"]);
    }
}
