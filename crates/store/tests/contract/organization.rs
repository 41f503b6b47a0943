//! The mirror of the organization.

use domain::organization::{
    AccountPath, NodeKind, Organization, OrganizationNode, OrganizationState, ServiceControlPolicy, TreeNode,
};
use domain::problem::Problem;
use store::{PageRequest, Store};

use crate::backend::on_both;
use crate::samples::at;

const DEV: &str = "601000000002";
const PROD: &str = "601000000004";

fn node(id: &str, kind: NodeKind, above: &[&str], policies: &[&str]) -> TreeNode {
    let owned = |list: &[&str]| list.iter().map(|id| (*id).to_owned()).collect();
    TreeNode {
        node: OrganizationNode { id: id.into(), name: format!("name of {id}"), policies: owned(policies) },
        kind,
        above: owned(above),
        exempt: id == PROD,
    }
}

fn policy(id: &str) -> ServiceControlPolicy {
    ServiceControlPolicy {
        id: id.into(),
        name: format!("name of {id}"),
        content: "{}".into(),
        description: "for tests".into(),
        aws_managed: id == "p-full",
    }
}

/// A root with two units, an account in each, and one unit within a unit.
fn organization(dev: &[&str]) -> Organization {
    Organization {
        nodes: vec![
            node("r-1", NodeKind::Root, &[], &["p-full"]),
            node("ou-dev", NodeKind::Unit, &["r-1"], dev),
            node("ou-deep", NodeKind::Unit, &["r-1", "ou-dev"], &["p-full"]),
            node(DEV, NodeKind::Account, &["r-1", "ou-dev", "ou-deep"], &["p-full"]),
            node("ou-prod", NodeKind::Unit, &["r-1"], &["p-full"]),
            node(PROD, NodeKind::Account, &["r-1", "ou-prod"], &["p-full"]),
        ],
        policies: vec![policy("p-full"), policy("p-no")],
    }
}

async fn replace(store: &Store, organization: &Organization, second: i64) {
    let mut tx = store.begin().await.unwrap();
    tx.replace_organization(organization, at(second)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn ids(store: &Store, within: Option<&str>, kind: Option<NodeKind>) -> Vec<String> {
    let page = store.organization_nodes(within, kind, &PageRequest::oldest(20)).await.unwrap();
    assert!(page.next.is_none());
    page.items.into_iter().map(|it| it.node.id).collect()
}

on_both! {
    async fn what_was_read_is_put_in_the_place_of_what_was_there(db) {
        let store = db.store;
        assert_eq!(store.organization_state().await.unwrap(), OrganizationState::default());
        replace(&store, &organization(&["p-full", "p-no"]), 1).await;
        let before = store.organization_node("ou-dev").await.unwrap().unwrap();
        assert_eq!(before, organization(&["p-full", "p-no"]).nodes[1]);
        let smaller = Organization { nodes: organization(&["p-full"]).nodes[..4].to_vec(), policies: vec![policy("p-full")] };
        replace(&store, &smaller, 2).await;
        assert_eq!(ids(&store, None, None).await, ["r-1", "ou-dev", "ou-deep", DEV]);
        assert_eq!(store.service_control_policies_after("", 20).await.unwrap(), [policy("p-full")]);
        assert!(store.organization_node(PROD).await.unwrap().is_none());
        let problem = Problem::new("a", "b", "c");
        let mut tx = store.begin().await.unwrap();
        tx.organization_failed(&problem).await.unwrap();
        tx.commit().await.unwrap();
        let state = OrganizationState { refreshed_at: Some(at(2)), problem: Some(problem) };
        assert_eq!(store.organization_state().await.unwrap(), state);
        assert_eq!(ids(&store, None, None).await.len(), 4, "what was there stays");
    }

    async fn the_tree_is_read_by_parts_kinds_and_pages(db) {
        let store = db.store;
        let whole = organization(&["p-full", "p-no"]);
        replace(&store, &whole, 1).await;
        assert_eq!(ids(&store, Some("ou-dev"), None).await, ["ou-dev", "ou-deep", DEV]);
        assert_eq!(ids(&store, Some("r-1"), Some(NodeKind::Account)).await, [DEV, PROD]);
        assert_eq!(ids(&store, Some("ou-prod"), Some(NodeKind::Account)).await, [PROD]);
        assert!(ids(&store, Some("ou-none"), None).await.is_empty());
        let (mut seen, mut page) = (Vec::new(), PageRequest::oldest(2));
        loop {
            let found = store.organization_nodes(None, None, &page).await.unwrap();
            seen.extend(found.items);
            let Some(next) = found.next else { break };
            page = page.after(Some(next.to_string().parse().unwrap()));
        }
        assert_eq!(seen, whole.nodes);
    }

    async fn the_way_to_an_account_comes_with_the_policies_of_each_level(db) {
        let store = db.store;
        replace(&store, &organization(&["p-full", "p-no"]), 1).await;
        let accounts = [DEV.parse().unwrap(), PROD.parse().unwrap(), "999999999999".parse().unwrap()];
        let paths = store.account_paths(&accounts).await.unwrap();
        assert_eq!(paths.len(), 2);
        let AccountPath { nodes, exempt, .. } = &paths[&accounts[0]];
        let way: Vec<&str> = nodes.iter().map(|node| node.id.as_str()).collect();
        assert_eq!((way, exempt), (vec!["r-1", "ou-dev", "ou-deep", DEV], &false));
        assert_eq!(nodes[1].policies, ["p-full", "p-no"]);
        assert!(paths[&accounts[1]].exempt);
    }

    async fn policies_are_found_by_id_by_name_and_by_where_they_are(db) {
        let store = db.store;
        replace(&store, &organization(&["p-full", "p-no"]), 1).await;
        let both = ["p-full".to_owned(), "p-no".to_owned(), "p-gone".to_owned()];
        let found = store.service_control_policies(&both).await.unwrap();
        assert_eq!(found, [policy("p-full"), policy("p-no")].map(|p| (p.id.clone(), p)).into());
        let names = store.service_control_policy_names(&both).await.unwrap();
        assert_eq!(names["p-no"], "name of p-no");
        assert_eq!(store.service_control_policies_after("name of p-full", 20).await.unwrap(), [policy("p-no")]);
        assert_eq!(store.service_control_policy_named("name of p-no").await.unwrap(), Some(policy("p-no")));
        assert_eq!(store.service_control_policy_named("p-no").await.unwrap(), None);
        assert_eq!(store.nodes_with_policy("p-full", "", 2).await.unwrap(), [DEV, PROD]);
        assert_eq!(store.nodes_with_policy("p-full", PROD, 20).await.unwrap(), ["ou-deep", "ou-dev", "ou-prod", "r-1"]);
        assert_eq!(store.nodes_with_policy("p-no", "", 20).await.unwrap(), ["ou-dev"]);
        assert_eq!(store.count_attachments(&both).await.unwrap(), [("p-full".into(), 6), ("p-no".into(), 1)].into());
    }
}
