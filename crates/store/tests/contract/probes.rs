//! Live probes.

use domain::organization::{NodeKind, Organization, OrganizationNode, TreeNode};
use domain::probe::{Probe, ProbeCall, Seen, Sighting};
use domain::problem::Problem;
use store::{Error, Store};

use crate::backend::on_both;
use crate::samples::{at, person};

const DEV: &str = "601000000002";
const PROD: &str = "601000000004";

async fn ask(store: &Store, account: &str, by: &str, second: i64) -> bool {
    let mut tx = store.begin().await.unwrap();
    let asked = tx.ask_probe(&account.parse().unwrap(), &person(by), at(second)).await.unwrap();
    tx.commit().await.unwrap();
    asked
}

async fn finish(store: &Store, probe: &Probe) -> store::Result<()> {
    let mut tx = store.begin().await.unwrap();
    tx.finish_probe(probe).await?;
    tx.commit().await
}

on_both! {
    async fn a_probe_waits_once_and_what_it_found_stays_until_it_is_found_anew(db) {
        let store = db.store;
        assert!(ask(&store, PROD, "ada", 1).await && ask(&store, DEV, "ada", 2).await);
        assert!(!ask(&store, PROD, "bob", 3).await, "it waits already");
        let waiting = store.waiting_probes(9).await.unwrap();
        let accounts: Vec<&str> = waiting.iter().map(|probe| probe.account.as_str()).collect();
        assert_eq!(accounts, [PROD, DEV]);
        assert_eq!(store.waiting_probes(1).await.unwrap().len(), 1);
        let mut done = waiting[0].clone();
        assert_eq!(done.asked_by, person("ada"));
        let said = "AccessDenied: \u{e4}".to_owned();
        done.found(ProbeCall::CreateEndpoint, Sighting { seen: Seen::Denied { by: None }, said, at: at(4) });
        done.waiting = false;
        done.finished_at = Some(at(5));
        done.problem = Some(Problem::new("a", "b", "c"));
        finish(&store, &done).await.unwrap();
        let again = finish(&store, &done).await;
        assert!(matches!(again, Err(Error::Conflict { entity: "probe", .. })), "{again:?}");
        let found = store.probes_of([PROD, "999999999999"]).await.unwrap();
        assert_eq!(found, [(done.account.clone(), done.clone())].into());
        assert!(ask(&store, PROD, "bob", 6).await, "it can be asked for again");
        let next = store.probes_of([PROD]).await.unwrap().remove(&done.account).unwrap();
        assert_eq!(next, Probe { asked_by: person("bob"), asked_at: at(6), waiting: true, ..done });
    }

    async fn an_account_that_left_the_organization_leaves_nothing_behind(db) {
        let store = db.store;
        for account in [DEV, PROD] {
            ask(&store, account, "ada", 1).await;
        }
        let node = OrganizationNode { id: DEV.into(), name: "dev".into(), policies: Vec::new() };
        let organization = Organization {
            nodes: vec![TreeNode { node, kind: NodeKind::Account, above: Vec::new(), exempt: false }],
            policies: Vec::new(),
        };
        let mut tx = store.begin().await.unwrap();
        tx.replace_organization(&organization, at(2)).await.unwrap();
        tx.commit().await.unwrap();
        let left: Vec<String> = store.waiting_probes(9).await.unwrap().into_iter().map(|p| p.account.to_string()).collect();
        assert_eq!(left, [DEV]);
    }
}
