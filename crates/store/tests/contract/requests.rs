use domain::request::{Decision, RequestState};
use store::{Error, RequestFilter, Scope};

use crate::backend::on_both;
use crate::samples::{at, environment_id, person, project_id, request, request_id, with_projects};

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

        let decision = Decision::Approve { by: Some(person("bob")), comment: "Go on.".into() };
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
                let decided = made.decide(Decision::Deny { by: person(by), comment: "No.".into() }, at(1)).unwrap();
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

    async fn what_waits_is_counted_in_scope_without_ones_own(db) {
        let store = db.store;
        with_projects(&store, &["a", "b"]).await;
        let mut tx = store.begin().await.unwrap();
        for (id, project, who) in [("r1", "a", "ada"), ("r2", "a", "bob"), ("r3", "b", "bob")] {
            tx.insert_request(&request(id, project, who, 0)).await.unwrap();
        }
        let withdrawn = request("r4", "a", "bob", 0).decide(Decision::Withdraw { by: person("bob") }, at(1)).unwrap();
        tx.insert_request(&withdrawn).await.unwrap();
        tx.commit().await.unwrap();
        let lead_of_a = Scope::Projects(vec![project_id("a")]);
        assert_eq!(store.count_requests_waiting(&lead_of_a, None).await.unwrap(), 2);
        assert_eq!(store.count_requests_waiting(&lead_of_a, Some(&person("ada"))).await.unwrap(), 1);
        assert_eq!(store.count_requests_waiting(&Scope::All, Some(&person("ada"))).await.unwrap(), 2);
        assert_eq!(store.count_requests_waiting(&Scope::Nothing, None).await.unwrap(), 0);
        let of_b = RequestFilter { project: Some(project_id("b")), ..RequestFilter::default() };
        assert_eq!(store.count_requests(&lead_of_a, &of_b).await.unwrap(), 0);
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
