//! Reading the catalog and the organization: what goes wrong there changes nothing that is shown.

use std::collections::BTreeSet;

use crate::common::TestState;
use chrono::TimeDelta;
use sim::FaultKind;
use tokio_util::sync::CancellationToken;

/// A reading that makes every call there is: sessions of the portal's own are kept for an hour.
async fn read_anew(state: &TestState) -> bool {
    state.pass(TimeDelta::hours(2));
    state.plane.mirror_now().await.unwrap()
}

/// Everything about how accounts stand to products, and their quotas; by account, region and product.
async fn standings(state: &TestState) -> BTreeSet<String> {
    let access = state.store.all_product_access().await.unwrap();
    let products = state.store.products().await.unwrap();
    let mut told = BTreeSet::new();
    for at in state.store.all_project_accounts().await.unwrap() {
        let (account, region) = (&at.account, &at.region);
        for rule in access.iter().filter(|rule| rule.project == at.project && rule.stage == at.stage) {
            if products.iter().any(|product| product.id == rule.product && product.region == *region) {
                told.insert(format!(
                    "{:?}",
                    state.store.launch_standing(account, region, &rule.product).await.unwrap()
                ));
                told.insert(format!("{:?}", state.store.account_quotas(account, region).await.unwrap()));
            }
        }
    }
    told
}

on_both! {
    async fn whatever_call_fails_nothing_is_lost_and_the_next_reading_is_whole(url) {
        let state = TestState::start(&url).await;
        let products = state.store.products().await.unwrap();
        let faults = state.running.aws.faults();
        faults.reset_calls();
        assert!(read_anew(&state).await);
        let calls: Vec<String> = faults.all_calls().into_keys().collect();
        assert!(calls.len() > 10 && calls.iter().any(|call| call.starts_with("organizations:")), "{calls:?}");
        for kind in [FaultKind::Throttle, FaultKind::ResponseLost] {
            for call in &calls {
                let case = format!("{kind:?} of {call}");
                faults.next(call, kind.clone(), 1_000);
                let catalog = read_anew(&state).await;
                faults.clear();
                let organization = state.store.organization_state().await.unwrap();
                match call.strip_prefix("organizations:") {
                    Some(_) => assert!(catalog && organization.problem.is_some(), "{case} went unnoticed"),
                    None => {
                        let untold = standings(&state).await.iter().any(|told| told.contains("Err("));
                        assert!(!catalog || untold, "{case} went unnoticed");
                    }
                }
                assert_eq!(state.store.products().await.unwrap(), products, "{case}");
            }
            assert!(read_anew(&state).await);
            assert_eq!(state.store.organization_state().await.unwrap().problem, None);
            assert!(standings(&state).await.iter().all(|told| !told.contains("Err(")));
            assert_eq!(state.store.products().await.unwrap(), products);
        }
    }

    async fn an_account_that_sees_a_product_is_looked_for_once(url) {
        let state = TestState::start(&url).await;
        let faults = state.running.aws.faults();
        faults.reset_calls();
        assert!(read_anew(&state).await);
        let products = state.store.products().await.unwrap();
        let versions: usize = products.iter().map(|p| p.artifacts.len()).sum();
        assert!(versions > products.len());
        // What a version asks for is known, and TagOptions are told with any of them. How an account stands to a product is asked once
        // for each of them, whatever the versions.
        let pairs = standings(&state).await.iter().filter(|told| told.contains("LaunchStanding")).count();
        assert!(pairs > 3);
        assert_eq!(faults.calls("servicecatalog:DescribeProvisioningParameters"), (products.len() + pairs) as u64);
        assert_eq!(faults.calls("servicecatalog:DescribeProvisioningArtifact"), 0);
        assert!(faults.calls("servicecatalog:ListLaunchPaths") < (versions + pairs) as u64);
    }

    async fn a_first_reading_goes_on_where_it_ended(url) {
        let state = TestState::start(&url).await;
        let whole = state.store.products().await.unwrap();
        for table in ["product", "product_summary", "portfolio_product", "portfolio", "artifact_template", "mirror_state"] {
            state.sql(&format!("DELETE FROM {table}")).await;
        }
        let faults = state.running.aws.faults();
        // The last that is read.
        faults.next("servicecatalog:ListTagOptions", FaultKind::Throttle, 1_000);
        assert!(!state.plane.mirror_catalogs_now().await.unwrap());
        faults.clear();
        let never = state.store.mirror_states().await.unwrap().remove(0);
        assert!(never.refreshed_at.is_none() && never.problem.is_some(), "{never:?}");
        assert_eq!(state.store.products().await.unwrap(), whole);
        assert!(!state.store.portfolios().await.unwrap().is_empty());

        faults.reset_calls();
        state.pass(TimeDelta::hours(2));
        assert!(state.plane.mirror_catalogs_now().await.unwrap());
        assert_eq!(state.store.products().await.unwrap(), whole);
        assert_eq!(faults.calls("servicecatalog:DescribeProvisioningArtifact"), 0);
        assert_eq!(faults.calls("servicecatalog:DescribeProvisioningParameters"), whole.len() as u64);
        assert!(whole.iter().map(|it| it.artifacts.len()).sum::<usize>() > whole.len());
    }

    async fn versions_that_their_account_does_not_see_cost_no_tag_option(url) {
        let state = TestState::start(&url).await;
        let whole = state.store.products().await.unwrap();
        assert!(whole.iter().any(|it| !it.tag_options.is_empty()));
        let (faults, code) = (state.running.aws.faults(), "ResourceNotFoundException");
        // One version of a product, and all of them.
        for times in [1, 1_000] {
            let gone = FaultKind::Error { code: code.into(), status: 400, message: "not yet".into() };
            faults.next("servicecatalog:DescribeProvisioningParameters", gone, times);
            read_anew(&state).await;
            faults.clear();
            assert_eq!(state.store.products().await.unwrap(), whole);
        }
    }

    async fn a_reading_ends_with_the_process(url) {
        let state = TestState::start(&url).await;
        let faults = state.running.aws.faults();
        faults.reset_calls();
        assert!(read_anew(&state).await);
        const CALL: &str = "organizations:ListAccountsForParent";
        let whole = faults.calls(CALL);
        assert!(whole > 5);
        faults.reset_calls();
        faults.next(CALL, FaultKind::Latency { milliseconds: 300 }, 1_000);
        let (plane, shutdown) = (state.plane.clone(), CancellationToken::new());
        let stop = shutdown.clone();
        let workers = tokio::spawn(async move { plane.run_workers(stop).await });
        while faults.calls(CALL) == 0 {
            tokio::task::yield_now().await;
        }
        shutdown.cancel();
        workers.await.unwrap();
        assert!(faults.calls(CALL) < whole, "it was read to the end");
        // Another replica need not wait for the lease to end.
        let now = domain::clock::Clock::now(&state.clock);
        assert!(state.store.hold_lease("organization", "another", now, now + TimeDelta::minutes(5)).await.unwrap());
    }
}
