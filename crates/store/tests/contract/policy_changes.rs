//! Changes of service control policies that were decided upon, and what the mirror knows of them at once.

use domain::organization::{
    AppliedChange, Basis, ChangeState, NodeKind, Organization, OrganizationNode, PolicyChange, ServiceControlPolicy,
    TreeNode,
};
use domain::problem::Problem;
use store::{Error, PageRequest, Store};

use crate::backend::on_both;
use crate::samples::{at, person};

fn change(id: &str, what: PolicyChange, seconds: i64) -> AppliedChange {
    AppliedChange {
        id: id.parse().unwrap(),
        change: what,
        basis: Basis::default(),
        before: Some(ServiceControlPolicy { id: "p-1".into(), name: "\u{e4}".into(), ..Default::default() }),
        policy_name: "\u{e4}".into(),
        node_name: Some("Dev".into()),
        made: None,
        by: person("admin"),
        state: ChangeState::Applied,
        problem: Some(Problem::new("a", "b", "c")),
        operation: "op-1".parse().unwrap(),
        created_at: at(seconds),
        updated_at: at(seconds),
        version: 1,
    }
}

fn attach() -> PolicyChange {
    PolicyChange::Attach { policy: "p-1".into(), node: "ou-1".into() }
}

async fn insert(store: &Store, it: &AppliedChange) -> store::Result<()> {
    let mut tx = store.begin().await?;
    tx.insert_policy_change(it).await?;
    tx.commit().await
}

async fn mirror(store: &Store, it: &AppliedChange) {
    let mut tx = store.begin().await.unwrap();
    tx.mirror_policy_change(it).await.unwrap();
    tx.commit().await.unwrap();
}

async fn attached(store: &Store) -> Vec<String> {
    store.organization_node("ou-1").await.unwrap().unwrap().node.policies
}

on_both! {
    async fn a_change_is_kept_as_it_was_decided_upon(db) {
        let store = db.store;
        let it = change("c-1", attach(), 1);
        insert(&store, &it).await.unwrap();
        assert_eq!(store.policy_change(&it.id).await.unwrap(), Some(it.clone()));
        let next = AppliedChange { state: ChangeState::Failed, made: Some("p-9".into()), version: 2, ..it.clone() };
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.policy_change(&it.id).await.unwrap(), Some(it.clone()));
        tx.update_policy_change(&next).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.policy_change(&it.id).await.unwrap(), Some(next.clone()));
        let mut tx = store.begin().await.unwrap();
        let stale = tx.update_policy_change(&next).await;
        assert!(matches!(stale, Err(Error::Conflict { .. })), "the second of two: {stale:?}");
        tx.rollback().await.unwrap();
        assert!(matches!(insert(&store, &it).await, Err(Error::Duplicate { .. })));
    }

    async fn one_is_applied_at_a_time(db) {
        let store = db.store;
        let applying = |id: &str| AppliedChange { state: ChangeState::Applying, ..change(id, attach(), 1) };
        assert_eq!(store.policy_change_under_way().await.unwrap(), None);
        insert(&store, &applying("c-1")).await.unwrap();
        assert_eq!(store.policy_change_under_way().await.unwrap().unwrap().id.as_str(), "c-1");
        assert!(matches!(insert(&store, &applying("c-2")).await, Err(Error::Duplicate { .. })));
        insert(&store, &change("c-3", attach(), 1)).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let again = tx.update_policy_change(&AppliedChange { version: 2, ..applying("c-3") }).await;
        assert!(matches!(again, Err(Error::Duplicate { .. })), "{again:?}");
    }

    async fn the_newest_come_first_page_by_page(db) {
        let store = db.store;
        for (id, seconds) in [("c-1", 1), ("c-2", 3), ("c-3", 2), ("c-4", 3)] {
            insert(&store, &change(id, attach(), seconds)).await.unwrap();
        }
        let mut seen = Vec::new();
        let mut page = PageRequest::newest(3);
        loop {
            let found = store.policy_changes(&page).await.unwrap();
            seen.extend(found.items.into_iter().map(|it| it.id.to_string()));
            let Some(next) = found.next else { break };
            page = page.after(Some(next));
        }
        assert_eq!(seen, ["c-4", "c-2", "c-3", "c-1"]);
    }

    async fn the_mirror_has_at_once_what_was_made(db) {
        let store = db.store;
        let node = TreeNode {
            node: OrganizationNode { id: "ou-1".into(), name: "Dev".into(), policies: vec!["p-1".into()] },
            kind: NodeKind::Root,
            above: Vec::new(),
            exempt: false,
        };
        let policy = ServiceControlPolicy { id: "p-1".into(), name: "one".into(), ..Default::default() };
        let mut tx = store.begin().await.unwrap();
        tx.replace_organization(&Organization { nodes: vec![node], policies: vec![policy] }, at(0)).await.unwrap();
        tx.commit().await.unwrap();
        mirror(&store, &change("c-1", attach(), 1)).await;
        assert_eq!(attached(&store).await, ["p-1"], "what is there already is there once");
        mirror(&store, &change("c-2", PolicyChange::Detach { policy: "p-1".into(), node: "ou-1".into() }, 1)).await;
        assert!(attached(&store).await.is_empty());
        let text = |name: &str| (name.to_owned(), "d".to_owned(), "{}".to_owned());
        let (name, description, content) = text("two");
        let create = PolicyChange::Create { name, description, content };
        mirror(&store, &AppliedChange { made: Some("p-2".into()), ..change("c-3", create, 1) }).await;
        let (name, description, content) = text("renamed");
        let edit = PolicyChange::Edit { policy: "p-1".into(), name, description, content };
        mirror(&store, &change("c-4", edit, 1)).await;
        let ids = ["p-1".to_owned(), "p-2".to_owned()];
        let found = store.service_control_policies(&ids).await.unwrap();
        assert!(found["p-1"].says("renamed", "d", "{}") && found["p-2"].says("two", "d", "{}"), "{found:?}");
        mirror(&store, &change("c-5", PolicyChange::Delete { policy: "p-1".into() }, 1)).await;
        assert_eq!(store.service_control_policies(&ids).await.unwrap().len(), 1);
    }

    async fn changes_are_counted_so_that_a_reading_which_began_before_one_is_known(db) {
        let store = db.store;
        let count = async || {
            let mut tx = store.begin().await.unwrap();
            let count = tx.organization_changes().await.unwrap();
            tx.rollback().await.unwrap();
            count
        };
        assert_eq!(count().await, 0);
        mirror(&store, &change("c-1", attach(), 1)).await;
        assert_eq!(count().await, 1);
        let mut tx = store.begin().await.unwrap();
        tx.replace_organization(&Organization::default(), at(2)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(count().await, 1, "reading is no change");
        mirror(&store, &change("c-2", PolicyChange::Delete { policy: "p-1".into() }, 3)).await;
        assert_eq!(count().await, 2);
        assert_eq!(store.organization_state().await.unwrap().refreshed_at, Some(at(2)));
    }
}
