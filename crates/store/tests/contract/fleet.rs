use domain::environment::{Environment, EnvironmentState};
use domain::observed::{Item, Observed, Running};
use domain::person::{Grant, GroupMapping, ProjectRole};
use domain::request::{Request, RequestState};
use store::{Attention, EnvironmentFilter, Leaver, PageRequest, Scope, VersionFilter};

use crate::backend::on_both;
use crate::samples::{at, environment_id, person, project_id, record, request, with_environment, with_projects};

fn running(name: &str, status: &str) -> Running {
    Running {
        item: Item::NotebookInstance { name: name.into() },
        instance_type: "ml.t3.medium".into(),
        status: status.into(),
        since: None,
        activity: None,
        job: None,
    }
}

on_both! {
    async fn each_filter_finds_its_environments_and_counts_them_up_to_a_limit(db) {
        let store = db.store;
        with_projects(&store, &["a", "b"]).await;
        for (id, n) in [("e1", 0), ("e2", 1), ("e3", 2), ("e4", 3)] {
            let made = with_environment(&store, id, if id == "e4" { "b" } else { "a" }, "ada", n).await;
            let mut it = Environment { handed_over: None, version: made.version + 1, ..made };
            it.state = if id == "e3" { EnvironmentState::Tainted } else { EnvironmentState::Available };
            it.artifact = if id == "e1" { "pa-old" } else { "pa-new" }.parse().unwrap();
            it.product = if id == "e1" { "prod-x" } else { "prod-y" }.parse().unwrap();
            it.account = if id == "e2" { "601000000009" } else { "601000000008" }.parse().unwrap();
            it.lease_ends_at = at(100 + n);
            let status = if id == "e1" { "InService" } else { "Stopped" };
            let mut tx = store.begin().await.unwrap();
            tx.update_environment(&it).await.unwrap();
            let seen = Observed { running: vec![running("nb", status)], ..Observed::nothing(it.id, at(1)) };
            tx.put_observed(&seen).await.unwrap();
            tx.commit().await.unwrap();
        }
        let find = async |set: fn(&mut EnvironmentFilter)| -> Vec<String> {
            let mut filter = EnvironmentFilter { live: true, ..EnvironmentFilter::default() };
            set(&mut filter);
            let scope = Scope::Projects(vec![project_id("a")]);
            let found = store.environments(&scope, &filter, &PageRequest::oldest(10)).await.unwrap().items;
            let number = u32::try_from(found.len()).unwrap();
            assert_eq!(store.count_environments_up_to(&scope, &filter, 10).await.unwrap(), number);
            assert_eq!(store.count_environments_up_to(&scope, &filter, 1).await.unwrap(), number.min(1));
            assert_eq!(store.count_environments_up_to(&Scope::Nothing, &filter, 10).await.unwrap(), 0);
            found.into_iter().map(|it| it.id.to_string()).collect()
        };
        assert_eq!(find(|_| ()).await, ["e1", "e2", "e3"]);
        assert_eq!(find(|f| f.running = Some(true)).await, ["e1"]);
        assert_eq!(find(|f| f.running = Some(false)).await, ["e2", "e3"]);
        assert_eq!(find(|f| f.account = Some("601000000009".parse().unwrap())).await, ["e2"]);
        assert_eq!(find(|f| f.product = Some("prod-x".parse().unwrap())).await, ["e1"]);
        assert_eq!(find(|f| f.version = Some(VersionFilter::Is("pa-new".parse().unwrap()))).await, ["e2", "e3"]);
        assert_eq!(find(|f| f.version = Some(VersionFilter::NoneOf(vec!["pa-new".parse().unwrap()]))).await, ["e1"]);
        assert_eq!(find(|f| f.version = Some(VersionFilter::NoneOf(Vec::new()))).await, ["e1", "e2", "e3"]);
        assert_eq!(find(|f| f.attention = Some(Attention::Troubled)).await, ["e3"]);
        assert_eq!(find(|f| f.ends_by = Some(at(101))).await, ["e1", "e2"]);
        assert_eq!(find(|f| f.ids = Some(vec![environment_id("e3"), environment_id("e4")])).await, ["e3"]);
        let fleet = store.fleet().await.unwrap();
        assert_eq!(fleet.iter().map(|group| group.environments).sum::<i64>(), 4);
        let old: Vec<_> = fleet.iter().filter(|group| group.version.as_str() == "pa-old").collect();
        assert!(old.len() == 1 && old[0].environments == 1 && old[0].account.as_str() == "601000000008", "{fleet:?}");
        assert_eq!(store.live_environments_by_owner(&project_id("a")).await.unwrap(), [(person("ada"), 3)].into());
    }

    async fn the_people_of_groups_are_found_once_and_by_name(db) {
        let store = db.store;
        let mut tx = store.begin().await.unwrap();
        for (name, groups) in [("ada", &["x", "y"][..]), ("bob", &["y"]), ("eve", &["z"])] {
            tx.save_person(&record(name, groups, 1)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let groups = ["x".to_owned(), "y".to_owned()];
        let find = async |text: &str, limit| -> Vec<String> {
            let found = store.people_of_groups(&groups, text, limit).await.unwrap();
            found.into_iter().map(|it| it.display_name.chars().take(3).collect()).collect()
        };
        assert_eq!(find("", 10).await, ["ada", "bob"]);
        assert_eq!(find("", 1).await, ["ada"]);
        assert_eq!(find("BO", 10).await, ["bob"]);
        assert!(find("%", 10).await.is_empty());
        assert!(store.people_of_groups(&[], "", 10).await.unwrap().is_empty());
    }

    async fn who_left_is_found_kept_once_and_forgotten(db) {
        let store = db.store;
        with_projects(&store, &["a", "b"]).await;
        let (ada, bob) = (record("ada", &["a-members"], 10), record("bob", &["b-members"], 20));
        let mut tx = store.begin().await.unwrap();
        for group in [("a-members", "a"), ("b-members", "b")] {
            let grant = Grant::Project { project: project_id(group.1), role: ProjectRole::Member };
            let mapping = GroupMapping { id: group.0.parse().unwrap(), group: group.0.into(), grant };
            tx.insert_group_mapping(&mapping).await.unwrap();
        }
        for it in [&ada, &bob] {
            tx.save_person(it).await.unwrap();
        }
        tx.commit().await.unwrap();
        with_environment(&store, "e1", "a", "ada", 0).await;
        with_environment(&store, "e2", "a", "bob", 1).await;
        let bob_in_a = Leaver { project: project_id("a"), person: person("bob") };
        let ada_in_a = Leaver { project: project_id("a"), person: person("ada") };
        // Ada is here while her groups were stated after then; Bob's have no part in this project.
        assert_eq!(store.unnoticed_leavers(at(5), 10).await.unwrap(), std::slice::from_ref(&bob_in_a));
        assert_eq!(store.unnoticed_leavers(at(15), 10).await.unwrap(), [ada_in_a.clone(), bob_in_a.clone()]);
        let mut tx = store.begin().await.unwrap();
        assert!(tx.notice_leaver(&bob_in_a, at(30)).await.unwrap());
        assert!(!tx.notice_leaver(&bob_in_a, at(31)).await.unwrap());
        assert!(tx.notice_leaver(&ada_in_a, at(32)).await.unwrap());
        tx.commit().await.unwrap();
        assert!(store.unnoticed_leavers(at(15), 10).await.unwrap().is_empty());
        let asked = [ada_in_a.clone(), bob_in_a.clone(), Leaver { project: project_id("b"), person: person("bob") }];
        assert_eq!(store.who_left(asked).await.unwrap().len(), 2);
        assert!(store.who_left([]).await.unwrap().is_empty());
        let left = EnvironmentFilter { attention: Some(Attention::OwnerLeft), ..EnvironmentFilter::default() };
        let found = store.environments(&Scope::All, &left, &PageRequest::oldest(10)).await.unwrap().items;
        assert_eq!(found.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["e1", "e2"]);
        // Ada is back.
        assert_eq!(store.forget_leavers(at(5)).await.unwrap(), 1);
        assert_eq!(store.forget_leavers(at(5)).await.unwrap(), 0);
        let e2 = store.environment(&environment_id("e2")).await.unwrap().unwrap();
        let given = Environment {
            owner: person("ada"),
            studio_user_id: person("ada").studio_user_id(),
            version: e2.version + 1,
            ..e2
        };
        let mut tx = store.begin().await.unwrap();
        tx.update_environment(&given).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.forget_leavers(at(5)).await.unwrap(), 0, "his request waits");
        let request = store.request(&given.request).await.unwrap().unwrap();
        let decided = Request { state: RequestState::Withdrawn, version: request.version + 1, ..request };
        let mut tx = store.begin().await.unwrap();
        tx.update_request(&decided).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.forget_leavers(at(5)).await.unwrap(), 1, "nothing of his is left");
        assert!(store.unnoticed_leavers(at(5), 10).await.unwrap().is_empty());
    }

    async fn undecided_requests_of_who_left_are_found_after_a_while(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let request = request("r1", "a", "ada", 0);
        let mut tx = store.begin().await.unwrap();
        tx.insert_request(&request).await.unwrap();
        tx.commit().await.unwrap();
        let leaver = Leaver { project: project_id("a"), person: person("ada") };
        assert_eq!(store.unnoticed_leavers(at(0), 10).await.unwrap(), std::slice::from_ref(&leaver));
        let mut tx = store.begin().await.unwrap();
        tx.notice_leaver(&leaver, at(10)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(store.requests_of_leavers(at(9), 10).await.unwrap().is_empty());
        let found = store.requests_of_leavers(at(10), 10).await.unwrap();
        assert_eq!(found.iter().map(|it| &it.id).collect::<Vec<_>>(), [&request.id]);
        assert_eq!(store.forget_leavers(at(0)).await.unwrap(), 0);
    }
}
