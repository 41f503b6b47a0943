use domain::environment::{Environment, EnvironmentState};
use domain::observed::{Item, Observed, Running};
use store::{Attention, EnvironmentFilter, PageRequest, Scope, VersionFilter};

use crate::backend::on_both;
use crate::samples::{at, environment_id, person, project_id, record, with_environment, with_projects};

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
}
