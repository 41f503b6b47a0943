use domain::environment::LaunchTarget;
use domain::id::{ProjectId, RevocationId};
use domain::problem::Problem;
use domain::revocation::{CutOff, CutRole, Part, Reach, Revocation, RevocationState, Target};
use store::{Error, PageRequest, Scope, Store};

use crate::backend::on_both;
use crate::samples::{at, environment_id, person, project_id, record, with_environment, with_projects};

fn revocation(id: &str, reach: Reach, seconds: i64) -> Revocation {
    Revocation {
        id: id.parse().unwrap(),
        person: person("ada"),
        reach,
        reason: "lost \u{e4}".into(),
        by: person("admin"),
        by_admin: true,
        state: RevocationState::Revoking,
        problem: Some(Problem::new("a", "b", "c")),
        targets: vec![],
        operation: "op-1".parse().unwrap(),
        created_at: at(seconds),
        restored_by: None,
        updated_at: at(seconds),
        version: 1,
    }
}

async fn insert(store: &Store, it: &Revocation) {
    let mut tx = store.begin().await.unwrap();
    tx.insert_revocation(it).await.unwrap();
    tx.commit().await.unwrap();
}

async fn set_state(store: &Store, id: &str, state: RevocationState) {
    let id: RevocationId = id.parse().unwrap();
    let mut tx = store.begin().await.unwrap();
    let it = tx.revocation(&id).await.unwrap().unwrap();
    tx.update_revocation(&Revocation { state, version: it.version + 1, ..it }).await.unwrap();
    tx.commit().await.unwrap();
}

async fn save_person(store: &Store, name: &str) {
    let mut tx = store.begin().await.unwrap();
    tx.save_person(&record(name, &["g"], 0)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn cut_off(store: &Store, name: &str) -> CutOff {
    store.person(&person(name)).await.unwrap().unwrap().cut_off
}

async fn revoked(store: &Store, id: &str) -> bool {
    store.environment(&environment_id(id)).await.unwrap().unwrap().revoked
}

fn project(name: &str) -> ProjectId {
    project_id(name)
}

on_both! {
    async fn a_revocation_comes_back_as_it_was_written(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let environment = with_environment(&store, "e1", "a", "ada", 0).await;
        let reach = Reach::Environment { environment: environment.id.clone(), project: project("a") };
        let mut it = revocation("v1", reach, 1);
        it.targets = vec![Target {
            launcher: Part::done("done"),
            execution: Part::Failed { problem: Problem::new("x", "y", "z") },
            execution_role: Some(CutRole { arn: "arn:aws:iam::601000000002:role/r".into(), own: true }),
            opens: Some(LaunchTarget::NotebookInstance { name: "n".into() }),
            ..Target::of(&environment)
        }];
        insert(&store, &it).await;
        assert_eq!(store.revocation(&it.id).await.unwrap(), Some(it.clone()));
        let next = Revocation {
            state: RevocationState::Restored,
            problem: None,
            restored_by: Some(person("lead")),
            version: 2,
            ..it.clone()
        };
        let mut tx = store.begin().await.unwrap();
        tx.update_revocation(&next).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.revocation(&it.id).await.unwrap(), Some(next.clone()));
        let mut tx = store.begin().await.unwrap();
        let stale = tx.update_revocation(&next).await;
        assert!(matches!(stale, Err(Error::Conflict { entity: "revocation", .. })), "{stale:?}");
    }

    async fn people_and_environments_follow_the_revocations_in_force(db) {
        let store = db.store;
        with_projects(&store, &["a", "b"]).await;
        for name in ["ada", "bob"] {
            save_person(&store, name).await;
        }
        for (id, project, owner) in [("e1", "a", "ada"), ("e2", "a", "ada"), ("e3", "b", "ada"), ("e4", "a", "bob")] {
            with_environment(&store, id, project, owner, 0).await;
        }
        let all = async || (revoked(&store, "e1").await, revoked(&store, "e2").await, revoked(&store, "e3").await, revoked(&store, "e4").await);
        insert(&store, &revocation("v1", Reach::Environment { environment: environment_id("e1"), project: project("a") }, 1)).await;
        assert_eq!(all().await, (true, false, false, false));
        assert_eq!(cut_off(&store, "ada").await, CutOff::default());
        insert(&store, &revocation("v2", Reach::Project { project: project("a") }, 2)).await;
        assert_eq!(all().await, (true, true, false, false));
        insert(&store, &revocation("v3", Reach::Everything, 3)).await;
        assert_eq!(all().await, (true, true, true, false));
        assert_eq!(cut_off(&store, "ada").await, CutOff { everything: true, projects: vec![project("a")] });
        assert_eq!(cut_off(&store, "bob").await, CutOff::default());
        // A sign-in changes nothing of it.
        save_person(&store, "ada").await;
        assert!(cut_off(&store, "ada").await.everything);
        assert_eq!(store.revocations_in_force(&person("ada")).await.unwrap().len(), 3);
        set_state(&store, "v3", RevocationState::Restoring).await;
        assert!(cut_off(&store, "ada").await.everything, "until it is given back");
        set_state(&store, "v3", RevocationState::Restored).await;
        assert_eq!(cut_off(&store, "ada").await, CutOff { everything: false, projects: vec![project("a")] });
        assert_eq!(all().await, (true, true, false, false));
        set_state(&store, "v2", RevocationState::Restored).await;
        assert_eq!(all().await, (true, false, false, false));
        set_state(&store, "v1", RevocationState::Restored).await;
        assert_eq!(all().await, (false, false, false, false));
        assert_eq!(cut_off(&store, "ada").await, CutOff::default());
        assert_eq!(store.revocations_in_force(&person("ada")).await.unwrap(), []);
    }

    async fn of_several_at_once_none_is_lost(db) {
        let store = db.store;
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        with_projects(&store, &names).await;
        save_person(&store, "ada").await;
        let made: Vec<_> = names
            .into_iter()
            .map(|name| {
                let store = store.clone();
                tokio::spawn(async move {
                    let id = format!("v-{name}");
                    insert(&store, &revocation(&id, Reach::Project { project: project(name) }, 1)).await;
                })
            })
            .collect();
        for made in made {
            made.await.unwrap();
        }
        assert_eq!(cut_off(&store, "ada").await.projects, names.map(project));
    }

    async fn a_list_has_what_its_scope_allows(db) {
        let store = db.store;
        with_projects(&store, &["a", "b"]).await;
        insert(&store, &revocation("v1", Reach::Project { project: project("a") }, 1)).await;
        insert(&store, &revocation("v2", Reach::Project { project: project("b") }, 2)).await;
        insert(&store, &revocation("v3", Reach::Everything, 3)).await;
        let ids = async |scope: Scope, page: PageRequest| {
            let page = store.revocations(&scope, &page).await.unwrap();
            (page.items.into_iter().map(|it| it.id.to_string()).collect::<Vec<_>>(), page.next)
        };
        assert_eq!(ids(Scope::All, PageRequest::newest(9)).await, (vec!["v3".into(), "v2".into(), "v1".into()], None));
        assert_eq!(ids(Scope::Projects(vec![project("a")]), PageRequest::newest(9)).await, (vec!["v1".into()], None));
        assert_eq!(ids(Scope::Nothing, PageRequest::newest(9)).await, (vec![], None));
        let (first, next) = ids(Scope::All, PageRequest::newest(2)).await;
        assert_eq!(first, ["v3", "v2"]);
        assert_eq!(ids(Scope::All, PageRequest::newest(2).after(next)).await.0, ["v1"]);
    }
}
