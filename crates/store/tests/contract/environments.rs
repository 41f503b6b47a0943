use domain::environment::{Environment, EnvironmentState, StackEvent};
use domain::home::HomeStanding;
use domain::lease::Hold;
use domain::observed::{Drift, Observed};
use store::{Attention, EnvironmentFilter, Error, Observation, PageRequest, Scope};

use crate::backend::on_both;
use crate::samples::{at, environment, environment_id, person, request, with_environment, with_projects};

fn stack_event(id: &str, seconds: i64, reason: Option<&str>) -> StackEvent {
    StackEvent {
        event_id: id.into(),
        at: at(seconds),
        logical_id: "Domain".into(),
        resource_type: "AWS::SageMaker::Domain".into(),
        status: "CREATE_IN_PROGRESS".into(),
        reason: reason.map(str::to_owned),
    }
}

on_both! {
    async fn an_environment_moves_from_version_to_version(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let made = with_environment(&store, "e1", "a", "ada", 0).await;
        assert_eq!(store.environment(&made.id).await.unwrap(), Some(made.clone()));
        assert_eq!(store.environment_of_request(&made.request).await.unwrap(), Some(made.clone()));
        let next = Environment {
            state: EnvironmentState::Terminated,
            problem: None,
            provisioned_product: None,
            launch_target: None,
            operation: None,
            stack_arn: None,
            outputs: vec![],
            version: 2,
            ..made.clone()
        };
        let mut tx = store.begin().await.unwrap();
        tx.update_environment(&next).await.unwrap();
        assert_eq!(tx.environment(&made.id).await.unwrap(), Some(next.clone()));
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let stale = tx.update_environment(&next).await;
        assert!(matches!(stale, Err(Error::Conflict { entity: "environment", .. })), "{stale:?}");
    }

    async fn a_name_is_free_again_once_its_environment_is_terminated(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let first = with_environment(&store, "e1", "a", "ada", 0).await;
        let mut again = request("r2", "a", "bob", 1);
        again.name = first.name.clone();
        let second = environment("e2", &again, 1);
        let mut tx = store.begin().await.unwrap();
        tx.insert_request(&again).await.unwrap();
        let live = tx.live_environment_named(&first.account, &first.region, &first.name).await.unwrap();
        assert_eq!(live, Some(first.clone()));
        assert_eq!(tx.count_live_environments(&first.project, &first.account, &first.region).await.unwrap(), 1);
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let refused = tx.insert_environment(&second).await;
        assert!(matches!(refused, Err(Error::Duplicate { what: "environment name in its account" })), "{refused:?}");
        drop(tx);
        let mut tx = store.begin().await.unwrap();
        tx.update_environment(&Environment { state: EnvironmentState::Terminated, version: 2, ..first.clone() }).await.unwrap();
        assert_eq!(tx.live_environment_named(&first.account, &first.region, &first.name).await.unwrap(), None);
        tx.insert_environment(&second).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn a_request_has_one_environment(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let first = with_environment(&store, "e1", "a", "ada", 0).await;
        let mut tx = store.begin().await.unwrap();
        let second = Environment { id: environment_id("e2"), name: "other".into(), ..first };
        let refused = tx.insert_environment(&second).await;
        assert!(matches!(refused, Err(Error::Duplicate { what: "request" })), "{refused:?}");
    }

    async fn what_is_past_its_lease_at_rest_and_not_held_comes_with_the_least_touched_first(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let end = |seconds: i64| at(90 * 86_400 + seconds);
        for (id, seconds) in [("e1", 20), ("e2", 10), ("e3", 30), ("e4", 5), ("e5", 6)] {
            let made = with_environment(&store, id, "a", "ada", seconds).await;
            let state = if id == "e4" { EnvironmentState::Terminated } else { EnvironmentState::Available };
            let hold = Hold { by: person("lead"), reason: "\u{e4}".into(), until: end(50) };
            let hold = (id == "e5").then_some(hold);
            let mut tx = store.begin().await.unwrap();
            tx.update_environment(&Environment { state, hold: hold.clone(), version: 2, ..made }).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(store.environment(&environment_id(id)).await.unwrap().unwrap().hold, hold);
        }
        let past = async |ended, now| -> Vec<String> {
            let found = store.environments_past_lease(ended, now, 10).await.unwrap();
            found.into_iter().map(|e| e.id.to_string()).collect()
        };
        assert_eq!(past(end(20), end(27)).await, ["e2", "e1"]);
        assert_eq!(past(end(20), end(50)).await, ["e5", "e2", "e1"], "no longer held");
        let live = EnvironmentFilter { live: true, ..EnvironmentFilter::default() };
        assert_eq!(store.count_environments(&Scope::All, &live).await.unwrap(), 4);
        let mine = Scope::Person(person("ada"));
        let page = store.environments(&mine, &live, &PageRequest::newest(10)).await.unwrap();
        assert_eq!(page.items.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(), ["e3", "e1", "e2", "e5"]);
    }

    async fn what_needs_attention_is_found_page_by_page(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let held = Hold { by: person("lead"), reason: "audit".into(), until: at(40) };
        for (id, ends, hold) in [("e1", 10, None), ("e2", 30, Some(held)), ("e3", 50, None)] {
            let mut it = with_environment(&store, id, "a", "ada", 0).await;
            it.lease_ends_at = at(ends);
            it.hold = hold;
            it.handed_over = it.handed_over.filter(|_| id == "e1");
            // The sample has a home: of what lives nothing is left over, and of what is terminated only what was not deleted.
            if id != "e1" {
                it.state = EnvironmentState::Terminated;
                it.homes.all[0].standing = if id == "e2" { HomeStanding::Detached } else { HomeStanding::Deleted };
            }
            it.version += 1;
            let mut tx = store.begin().await.unwrap();
            tx.update_environment(&it).await.unwrap();
            let drift = if id == "e3" { vec![Drift::UnderChange] } else { Vec::new() };
            tx.put_observed(&Observed { drift, ..Observed::nothing(it.id, at(1)) }).await.unwrap();
            tx.commit().await.unwrap();
        }
        let find = async |attention| -> Vec<String> {
            let filter = EnvironmentFilter { attention: Some(attention), ..EnvironmentFilter::default() };
            let scope = Scope::Projects(vec!["a".parse().unwrap()]);
            let found = store.environments(&scope, &filter, &PageRequest::newest(10)).await.unwrap().items;
            assert_eq!(store.count_environments(&scope, &filter).await.unwrap(), i64::try_from(found.len()).unwrap());
            let mut ids: Vec<String> = found.into_iter().map(|it| it.id.to_string()).collect();
            ids.sort();
            ids
        };
        assert_eq!(find(Attention::EndsBy(at(30))).await, ["e1", "e2"]);
        assert_eq!(find(Attention::Held(at(39))).await, ["e2"]);
        assert!(find(Attention::Held(at(40))).await.is_empty());
        assert_eq!(find(Attention::Drifted).await, ["e3"]);
        assert_eq!(find(Attention::HandedOver).await, ["e1"]);
        assert_eq!(find(Attention::KeepsFiles).await, ["e2"]);
    }

    async fn looks_are_asked_for_once_and_the_last_one_is_kept(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let it = with_environment(&store, "e1", "a", "ada", 0).await;
        let other = with_environment(&store, "e2", "a", "ada", 1).await;
        let ask = async |id, second| {
            let mut tx = store.begin().await.unwrap();
            let asked = tx.ask_observation(id, at(second)).await.unwrap();
            tx.commit().await.unwrap();
            asked
        };
        assert_eq!(store.observation(&it.id).await.unwrap(), Observation::default());
        assert!(ask(&it.id, 2).await && !ask(&it.id, 3).await && ask(&other.id, 1).await);
        assert_eq!(store.asked_observations(5).await.unwrap(), [other.id.clone(), it.id.clone()]);
        let seen = Observed { drift: vec![Drift::Gone], ..Observed::nothing(it.id.clone(), at(1)) };
        let put = async |seen: &Observed| {
            let mut tx = store.begin().await.unwrap();
            tx.put_observed(seen).await.unwrap();
            tx.commit().await.unwrap();
        };
        put(&seen).await;
        let known = store.observation(&it.id).await.unwrap();
        assert_eq!((known.asked_at, known.observed), (Some(at(2)), Some(seen.clone())), "asked since");
        let later = Observed { drift: Vec::new(), read_at: at(4), ..seen };
        put(&later).await;
        let known = store.observation(&it.id).await.unwrap();
        assert_eq!((known.asked_at, known.observed), (None, Some(later)));
        assert_eq!(store.asked_observations(5).await.unwrap(), [other.id]);
        let first = store.environments_at_rest(None, 10).await.unwrap();
        assert!(first.iter().all(|it| !it.state.is_passing()));
        assert_eq!(store.environments_at_rest(first.first(), 10).await.unwrap().len(), first.len().saturating_sub(1));
    }

    async fn a_stack_event_is_told_once_in_the_order_it_happened(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let made = with_environment(&store, "e1", "a", "ada", 0).await;
        let other = with_environment(&store, "e2", "a", "ada", 1).await;
        let told = [
            stack_event("z", 1, None),
            stack_event("a", 1, Some("Resource creation Initiated")),
            stack_event("m", 2, None),
        ];
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.add_stack_events(&made.id, &told[..2]).await.unwrap(), 2);
        assert_eq!(tx.add_stack_events(&made.id, &told).await.unwrap(), 1);
        assert_eq!(tx.add_stack_events(&other.id, &told[..1]).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert_eq!(store.stack_events(&made.id, 200).await.unwrap(), told);
        assert_eq!(store.stack_events(&made.id, 2).await.unwrap(), told[1..]);
    }

    async fn a_stack_event_belongs_to_the_operation_that_was_at_work_when_it_came_in(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let mut made = with_environment(&store, "e1", "a", "ada", 0).await;
        let told = [stack_event("a", 1, None), stack_event("b", 2, None)];
        let mut tx = store.begin().await.unwrap();
        tx.add_stack_events(&made.id, &told[..1]).await.unwrap();
        made.operation = Some("op-2".parse().unwrap());
        made.version += 1;
        tx.update_environment(&made).await.unwrap();
        tx.add_stack_events(&made.id, &told).await.unwrap();
        tx.commit().await.unwrap();
        let [first, second] = told;
        assert_eq!(
            store.stack_events_by_operation(&made.id, 200).await.unwrap(),
            [(Some("op-1".parse().unwrap()), first), (Some("op-2".parse().unwrap()), second)]
        );
    }
}
