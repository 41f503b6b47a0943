use domain::approval::Approver;
use domain::request::{Agreement, Decision, Request, RequestState, StepDecision, Verdict};
use store::Error;

use crate::backend::on_both;
use crate::samples::{at, environment_id, person, request, request_id, with_projects};

on_both! {
    async fn a_request_comes_back_as_it_was_written(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let made = request("r1", "a", "ada", 0);
        let mut tx = store.begin().await.unwrap();
        tx.insert_request(&made).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.request(&made.id).await.unwrap(), Some(made.clone()));
        assert_eq!(store.request(&request_id("r2")).await.unwrap(), None);

        let decision = Decision::Approve { by: Some(person("bob")), on_behalf_of: None, comment: "Go on.".into() };
        let mut decided = made.decide(decision, at(5)).unwrap();
        decided.environment = Some(environment_id("e1"));
        let mut tx = store.begin().await.unwrap();
        tx.update_request(&decided).await.unwrap();
        assert_eq!(tx.request(&decided.id).await.unwrap(), Some(decided.clone()));
        tx.commit().await.unwrap();
        assert_eq!(store.request(&decided.id).await.unwrap(), Some(decided));
    }

    async fn v2_3_4_of_two_decisions_one_counts(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let made = request("r1", "a", "ada", 0);
        let mut tx = store.begin().await.unwrap();
        tx.insert_request(&made).await.unwrap();
        tx.commit().await.unwrap();
        let decide = |by: &'static str| {
            let (store, made) = (store.clone(), made.clone());
            tokio::spawn(async move {
                let decided = made.decide(Decision::Deny { by: person(by), on_behalf_of: None, comment: "No.".into() }, at(1)).unwrap();
                let mut tx = store.begin().await?;
                tx.update_request(&decided).await?;
                tx.commit().await
            })
        };
        let (one, two) = (decide("bob"), decide("cyd"));
        let outcomes = [one.await.unwrap(), two.await.unwrap()];
        assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), 1, "{outcomes:?}");
        assert!(outcomes.iter().any(|o| matches!(o, Err(Error::Conflict { entity: "request", .. }))), "{outcomes:?}");
        assert_eq!(store.request(&made.id).await.unwrap().unwrap().version, 2);
    }

    async fn where_requests_wait_is_told_once(db) {
        let store = db.store;
        with_projects(&store, &["a", "b"]).await;
        let mut tx = store.begin().await.unwrap();
        let bob = |step| Agreement { step, by: person("bob"), on_behalf_of: Some(person("cyd")) };
        for (id, project, rule, agreed) in [
            ("r1", "a", "lead", vec![]),
            ("r2", "a", "lead:2", vec![bob(0)]),
            ("r3", "b", "lead,data_owner", vec![bob(0)]),
            ("r4", "b", "none", vec![]),
        ] {
            let approval = rule.parse().unwrap();
            tx.insert_request(&Request { approval, agreed, ..request(id, project, "ada", 0) }).await.unwrap();
        }
        let withdrawn = request("r5", "b", "bob", 0).decide(Decision::Withdraw { by: person("bob") }, at(1)).unwrap();
        tx.insert_request(&withdrawn).await.unwrap();
        tx.commit().await.unwrap();
        let places = store.waiting_places().await.unwrap();
        let told: Vec<_> = places.iter().map(|it| (it.who, it.project.as_str(), it.deciders)).collect();
        assert_eq!(told, [(Approver::DataOwner, "b", 2), (Approver::Lead, "a", 2)]);
    }

    async fn v2_3_4_one_person_decides_once_for_themselves_or_for_another(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let mut tx = store.begin().await.unwrap();
        for id in ["r1", "r2"] {
            tx.insert_request(&request(id, "a", "ada", 0)).await.unwrap();
        }
        let made = StepDecision {
            request: request_id("r1"),
            step: 0,
            who: Approver::DataOwner,
            by: person("bob"),
            on_behalf_of: Some(person("cyd")),
            verdict: Verdict::Deny,
            comment: "It's \"no\"".into(),
            at: at(3),
        };
        tx.insert_request_decision(&made).await.unwrap();
        tx.insert_request_decision(&StepDecision { request: request_id("r2"), ..made.clone() }).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.request_decisions(&made.request).await.unwrap(), std::slice::from_ref(&made));
        assert_eq!(store.request_decision_of(&made.request, &made.by).await.unwrap(), Some(made.clone()));
        assert_eq!(store.request_decision_of(&made.request, &person("cyd")).await.unwrap(), None);
        for again in [
            StepDecision { step: 1, on_behalf_of: None, ..made.clone() },
            StepDecision { step: 1, by: person("dan"), ..made.clone() },
        ] {
            let mut tx = store.begin().await.unwrap();
            let twice = tx.insert_request_decision(&again).await;
            assert!(matches!(twice, Err(Error::Duplicate { what: "request and person" })), "{twice:?}");
        }
    }

    async fn undecided_requests_are_found_by_age_and_by_name(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let mut tx = store.begin().await.unwrap();
        for (id, seconds) in [("r1", 30), ("r2", 10), ("r3", 20), ("r4", 5)] {
            let mut made = request(id, "a", "ada", seconds);
            if id == "r4" {
                made.state = RequestState::Denied;
            }
            tx.insert_request(&made).await.unwrap();
        }
        let like = request("r1", "a", "ada", 0);
        let named = tx.undecided_request_named(&like.account, &like.region, &like.name, None).await.unwrap();
        assert_eq!(named, Some(like.id.clone()));
        let other = tx.undecided_request_named(&like.account, &like.region, &like.name, Some(&like.id)).await.unwrap();
        assert_eq!(other, None);
        let denied = tx.undecided_request_named(&like.account, &like.region, "env-r4", None).await.unwrap();
        assert_eq!(denied, None);
        tx.commit().await.unwrap();
        let old: Vec<String> = store
            .undecided_requests(at(20), 10)
            .await
            .unwrap()
            .into_iter()
            .map(|r| r.id.as_str().to_owned())
            .collect();
        assert_eq!(old, ["r2", "r3"]);
    }

    async fn v14_2_4_sealed_values_are_erased_for_good(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let mut tx = store.begin().await.unwrap();
        tx.insert_request(&request("r1", "a", "ada", 0)).await.unwrap();
        assert!(tx.erase_sealed(&request_id("r1")).await.unwrap());
        assert!(!tx.erase_sealed(&request_id("r1")).await.unwrap());
        tx.commit().await.unwrap();
        let kept = store.request(&request_id("r1")).await.unwrap().unwrap();
        assert_eq!((kept.sealed, kept.version), (None, 1));
    }

    async fn a_request_needs_its_project(db) {
        let mut tx = db.store.begin().await.unwrap();
        let refused = tx.insert_request(&request("r1", "none", "ada", 0)).await;
        assert!(matches!(refused, Err(Error::Reference { .. })), "{refused:?}");
    }
}
