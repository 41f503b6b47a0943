//! What is changed in the AWS console is found, and is kept or put back; what is changed here is no drift.

use std::collections::BTreeMap;

use crate::catalog_changes::{added, applied, made, stored};
use crate::common::{PRODUCT, TestState};
use chrono::TimeDelta;
use control_plane::{CrashPoint, Error};
use domain::catalog::Product;
use domain::clock::Clock;
use domain::described::{CatalogDrift, ExpectedCatalog, KnownIds, Thing};
use domain::id::{CatalogChangeId, Region};
use domain::organization::{ChangeState, DiffLine};
use domain::view::{CatalogDriftInput, DriftedThingView, PortfolioInput, ProductTextInput, ThingStands};
use serde_json::json;

/// A reading of everything.
pub(crate) async fn read(state: &TestState) {
    state.pass(TimeDelta::minutes(10));
    assert!(state.plane.mirror_catalogs_now().await.unwrap());
}

/// What is other than it is to be.
pub(crate) async fn drifted(state: &TestState) -> Vec<DriftedThingView> {
    let page = state.plane.catalog_drift(&state.as_("auditor").await, "").await.unwrap();
    let region = page.regions.into_iter().next().unwrap();
    assert_eq!((region.number, region.left_out), (region.things.len(), Vec::new()));
    region.things
}

async fn product(state: &TestState, name: &str) -> Product {
    let all = state.store.products().await.unwrap();
    all.into_iter().find(|it| it.name == name).unwrap()
}

fn input(it: &DriftedThingView) -> CatalogDriftInput {
    CatalogDriftInput { region: sim::seed::REGION.into(), thing: it.key.clone(), seen: it.seen.clone() }
}

/// As a catalog is that was written down before ids were kept beside its names.
async fn without_ids(state: &TestState) {
    let region: Region = sim::seed::REGION.parse().unwrap();
    let row = state.store.expected_catalog(&region).await.unwrap().unwrap();
    let it = ExpectedCatalog { ids: KnownIds::default(), ..row.catalog };
    let mut tx = state.store.begin().await.unwrap();
    let written = (row.version, state.clock.now());
    tx.put_expected_catalog(&region, &it, &CatalogDrift::default(), written).await.unwrap();
    tx.commit().await.unwrap();
}

/// The changes that put a thing back one after the other, from the first: all of them were made.
async fn put_back(state: &TestState, first: &CatalogChangeId) -> Vec<&'static str> {
    state.settle().await;
    let page = state.plane.catalog_changes(&state.as_("auditor").await, "").await.unwrap();
    let mut made: Vec<_> = page.rows.items.into_iter().take_while(|it| it.id != *first).collect();
    made.reverse();
    let first = stored(state, first).await;
    let mut kinds = vec![first.change.as_str()];
    for it in made {
        assert_eq!(it.state, ChangeState::Applied);
        kinds.push(it.change.as_str());
    }
    kinds
}

on_both! {
    async fn what_is_changed_in_the_portal_is_no_drift(url) {
        let state = TestState::start(&url).await;
        assert_eq!(drifted(&state).await, Vec::new());
        let it = added(&state, "Topics").await;
        let (id, _) = made(&it);
        assert_eq!(drifted(&state).await, Vec::new());
        let admin = state.as_("admin").await;
        let page = state.plane.admin_product(&admin, &id, None, "").await.unwrap();
        let text = ProductTextInput {
            product: id.to_string(),
            product_name: "Topics of teams".into(),
            product_owner: "Others".into(),
            seen: page.seen,
            ..ProductTextInput::default()
        };
        let renamed = state.plane.set_product(&admin, text).await.unwrap();
        applied(&state, &renamed).await;
        read(&state).await;
        assert_eq!(drifted(&state).await, Vec::new());
        assert_eq!(state.plane.admin_products(&admin, "", "").await.unwrap().drifted, 0);
        state.assert_sound().await;
    }

    async fn what_is_changed_in_the_console_is_kept_as_it_is(url) {
        let state = TestState::start(&url).await;
        let it = product(&state, PRODUCT).await;
        state.in_the_catalogs_console("UpdateProduct", &json!({ "Id": it.id, "Owner": "Somebody else" })).unwrap();
        let made = json!({ "DisplayName": "Made by hand", "ProviderName": "Nobody", "IdempotencyToken": "t" });
        state.in_the_catalogs_console("CreatePortfolio", &made).unwrap();
        read(&state).await;
        let admin = state.as_("admin").await;
        assert_eq!(state.plane.admin_products(&admin, "", "").await.unwrap().drifted, 2);
        let found = drifted(&state).await;
        // What was changed stands before what is new.
        let [changed, portfolio] = &found[..] else { panic!("{found:?}") };
        assert_eq!(portfolio.thing, Thing::Portfolio { name: "Made by hand".into() });
        assert_eq!((portfolio.stands, changed.stands), (ThingStands::New, ThingStands::Other));
        assert_eq!(changed.thing, Thing::Product { name: PRODUCT.into() });
        assert!(changed.difference.contains(&DiffLine::Added("owner = \"Somebody else\"".into())), "{changed:?}");
        for who in ["fraud-scientist", "fraud-lead", "auditor", "newcomer"] {
            let caller = state.as_(who).await;
            let refused = state.plane.adopt_catalog_drift(&caller, &input(changed)).await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}");
            let refused = state.plane.put_catalog_drift_back(&caller, &input(changed)).await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}");
        }
        // Changed once more since it was looked at.
        state.in_the_catalogs_console("UpdateProduct", &json!({ "Id": it.id, "Owner": "A third" })).unwrap();
        read(&state).await;
        for stale in [
            state.plane.adopt_catalog_drift(&admin, &input(changed)).await,
            state.plane.put_catalog_drift_back(&admin, &input(changed)).await.map(|_| ()),
        ] {
            assert!(matches!(stale, Err(Error::Stale { .. })), "{stale:?}");
        }
        for it in drifted(&state).await {
            state.plane.adopt_catalog_drift(&admin, &input(&it)).await.unwrap();
            let twice = state.plane.adopt_catalog_drift(&admin, &input(&it)).await;
            assert!(matches!(twice, Err(Error::Stale { .. })), "{twice:?}");
        }
        assert_eq!(drifted(&state).await, Vec::new());
        read(&state).await;
        assert_eq!(drifted(&state).await, Vec::new());
        assert_eq!(product(&state, PRODUCT).await.owner, "A third", "nothing was changed in AWS");
        assert_eq!(state.told(&"Made by hand", "adopt_catalog_drift", "thing").await, ["portfolio"]);
        state.assert_sound().await;
    }

    async fn a_product_is_not_taken_out_of_its_portfolio_where_the_one_it_was_in_has_another_name(url) {
        let state = TestState::start(&url).await;
        let before = product(&state, PRODUCT).await;
        let portfolio = before.portfolios[0].clone();
        let admin = state.as_("admin").await;
        let text = state.plane.portfolio(&admin, &portfolio, "", "").await.unwrap().text;
        without_ids(&state).await;
        // Not its name alone, so that nobody can tell that it is the same.
        let rename = json!({ "Id": portfolio, "DisplayName": "Another name", "Description": "Another one" });
        state.in_the_catalogs_console("UpdatePortfolio", &rename).unwrap();
        read(&state).await;
        let found = drifted(&state).await;
        let of = |wanted: ThingStands| found.iter().filter(move |it| it.stands == wanted);
        let gone = of(ThingStands::Gone).next().unwrap();
        assert_eq!(of(ThingStands::New).count(), 1, "{found:?}");
        let Thing::Portfolio { name: was } = &gone.thing else { panic!("{gone:?}") };
        let it = of(ThingStands::Other).find(|it| it.thing == Thing::Product { name: PRODUCT.into() }).unwrap();
        assert_eq!(it.lacks, [format!("Portfolio {was}")]);
        let refused = state.plane.put_catalog_drift_back(&admin, &input(it)).await;
        let Err(Error::Conflict(said)) = refused else { panic!("{refused:?}") };
        assert!(said.why.contains(was.as_str()), "{said:?}");
        // Nor is the other one emptied to be deleted.
        let new = of(ThingStands::New).next().unwrap();
        assert!(new.holds.contains(&PRODUCT.to_owned()), "{new:?}");
        let refused = state.plane.put_catalog_drift_back(&admin, &input(new)).await;
        let Err(Error::Conflict(said)) = refused else { panic!("{refused:?}") };
        assert!(said.why.contains("it holds a product") && said.why.contains(PRODUCT), "{said:?}");
        assert_eq!(state.store.count_unfinished_operations().await.unwrap(), 0);
        assert_eq!(product(&state, PRODUCT).await.portfolios, before.portfolios);
        // It gets its name back on its page, and all is as it was.
        let page = state.plane.portfolio(&admin, &portfolio, "", "").await.unwrap();
        let input = PortfolioInput {
            portfolio: portfolio.to_string(),
            portfolio_name: was.clone(),
            portfolio_description: text.description,
            provider: page.text.provider,
            portfolio_tags: domain::curation::tags_as_text(&page.text.tags),
            seen: page.seen,
            ..PortfolioInput::default()
        };
        let renamed = state.plane.set_portfolio(&admin, input).await.unwrap();
        applied(&state, &renamed).await;
        read(&state).await;
        assert_eq!(drifted(&state).await, Vec::new());
        state.assert_sound().await;
    }

    async fn what_is_changed_in_the_console_is_put_back_change_by_change(url) {
        let mut state = TestState::start(&url).await;
        let before = product(&state, PRODUCT).await;
        let portfolio = before.portfolios[0].clone();
        let newest = before.artifacts[0].clone();
        let console = |state: &TestState, call: &str, body| state.in_the_catalogs_console(call, &body).unwrap();
        for constraint in &before.constraints {
            console(&state, "DeleteConstraint", json!({ "Id": constraint.id }));
        }
        console(&state, "DisassociateProductFromPortfolio", json!({ "ProductId": before.id, "PortfolioId": portfolio }));
        console(&state, "UpdateProduct", json!({ "Id": before.id, "Owner": "Somebody else" }));
        let version = json!({ "ProductId": before.id, "ProvisioningArtifactId": newest.id });
        console(&state, "DeleteProvisioningArtifact", version);
        read(&state).await;
        let found = drifted(&state).await;
        let [it] = &found[..] else { panic!("{found:?}") };
        assert!(it.lacks.is_empty() && it.back.len() == 3, "{it:?}");
        let admin = state.as_("admin").await;
        let first = state.plane.put_catalog_drift_back(&admin, &input(it)).await.unwrap();
        // The one who works on it dies after the first part was made, and another goes on.
        state.crash.arm(CrashPoint::AfterAct, "change");
        state.run(4_000).await;
        state.restart().await;
        assert_eq!(put_back(&state, &first).await, ["set_product", "add_version", "associate_product"]);
        assert_eq!(drifted(&state).await, Vec::new());
        read(&state).await;
        assert_eq!(drifted(&state).await, Vec::new());
        let after = product(&state, PRODUCT).await;
        assert_eq!((after.owner, &after.portfolios), (before.owner, &vec![portfolio]));
        let rules = |all: &[domain::catalog::Constraint]| -> BTreeMap<String, String> {
            all.iter().map(|it| (format!("{:?}", it.rule), it.description.clone())).collect()
        };
        assert_eq!(rules(&after.constraints), rules(&before.constraints));
        let made = after.artifacts.iter().find(|it| it.name == newest.name).unwrap();
        let templates = state.store.template_ids(&sim::seed::REGION.parse().unwrap()).await.unwrap();
        assert_ne!(made.id, newest.id, "a version that is deleted does not come back");
        let text = state.store.source_text(&templates[&made.id]).await.unwrap().unwrap();
        assert!(text.contains("AWS::SageMaker::"), "{text}");
        state.assert_sound().await;
    }

    async fn what_was_made_or_deleted_in_the_console_is_taken_away_or_made_again(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let (id, _) = made(&added(&state, "Topics").await);
        let it = product(&state, "Topics").await;
        let console = |call: &str, body| state.in_the_catalogs_console(call, &body).unwrap();
        for constraint in &it.constraints {
            console("DeleteConstraint", json!({ "Id": constraint.id }));
        }
        console("DisassociateProductFromPortfolio", json!({ "ProductId": id, "PortfolioId": it.portfolios[0] }));
        console("DeleteProduct", json!({ "Id": id }));
        console("CreateTagOption", json!({ "Key": "by-hand", "Value": "yes" }));
        read(&state).await;
        let found = drifted(&state).await;
        assert_eq!(found.iter().map(|it| it.stands).collect::<Vec<_>>(), [ThingStands::Gone, ThingStands::New]);
        for it in &found {
            let first = state.plane.put_catalog_drift_back(&admin, &input(it)).await.unwrap();
            let made = put_back(&state, &first).await;
            match it.stands {
                ThingStands::New => assert_eq!(made, ["delete_tag_option"]),
                _ => assert_eq!(made, ["add_product", "associate_product"]),
            }
        }
        read(&state).await;
        assert_eq!(drifted(&state).await, Vec::new());
        let again = product(&state, "Topics").await;
        assert!(again.id != id && again.portfolios == it.portfolios);
        assert_eq!(again.constraints.len(), it.constraints.len());
        state.assert_sound().await;
    }

    async fn what_keeps_a_putting_back_from_going_on_is_told_where_it_began(url) {
        let state = TestState::start(&url).await;
        let (id, _) = made(&added(&state, "Topics").await);
        let portfolio = product(&state, "Topics").await.portfolios[0].clone();
        let console = |call: &str, body| state.in_the_catalogs_console(call, &body).unwrap();
        for constraint in &product(&state, "Topics").await.constraints {
            console("DeleteConstraint", json!({ "Id": constraint.id }));
        }
        console("DisassociateProductFromPortfolio", json!({ "ProductId": id, "PortfolioId": portfolio }));
        console("DeleteProduct", json!({ "Id": id }));
        read(&state).await;
        let admin = state.as_("admin").await;
        let found = drifted(&state).await;
        let [gone] = &found[..] else { panic!("{found:?}") };
        let first = state.plane.put_catalog_drift_back(&admin, &input(gone)).await.unwrap();
        // Before it is made, the portfolio that it is put into next is another one, as far as anybody knows.
        without_ids(&state).await;
        console("UpdatePortfolio", json!({ "Id": portfolio, "DisplayName": "Another name", "Description": "Another" }));
        read(&state).await;
        state.settle().await;
        let page = state.plane.catalog_change(&admin, &first).await.unwrap();
        assert_eq!((page.state, page.can_retry), (ChangeState::Applied, false));
        let problem = page.problem.unwrap();
        assert!(problem.what.contains("what was to follow it was not begun"), "{problem:?}");
        assert!(problem.why.contains("needs what is not there: Portfolio "), "{problem:?}");
        let retried = state.plane.retry_catalog_change(&admin, &first).await;
        assert!(matches!(retried, Err(Error::Conflict(_))), "{retried:?}");
        state.assert_sound().await;
    }

    async fn what_was_renamed_in_the_console_gets_its_name_back_or_keeps_the_new_one(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let before = product(&state, PRODUCT).await;
        let portfolio = before.portfolios[0].clone();
        let renamed = async || {
            let rename = json!({ "Id": portfolio, "DisplayName": "Another name" });
            state.in_the_catalogs_console("UpdatePortfolio", &rename).unwrap();
            read(&state).await;
            let mut found = drifted(&state).await;
            assert_eq!(found.len(), 1, "what is in it is as it was: {found:?}");
            let it = found.remove(0);
            assert_eq!(it.renamed, Some(Thing::Portfolio { name: "Another name".into() }));
            assert_eq!((it.stands, it.back.len(), it.lacks.len()), (ThingStands::Other, 1, 0));
            it
        };
        let first = state.plane.put_catalog_drift_back(&admin, &input(&renamed().await)).await.unwrap();
        assert_eq!(put_back(&state, &first).await, ["set_portfolio"]);
        assert_eq!(drifted(&state).await, Vec::new());
        let it = renamed().await;
        state.plane.adopt_catalog_drift(&admin, &input(&it)).await.unwrap();
        assert_eq!(drifted(&state).await, Vec::new());
        read(&state).await;
        assert_eq!(drifted(&state).await, Vec::new());
        assert_eq!(product(&state, PRODUCT).await.portfolios, before.portfolios);
        state.assert_sound().await;
    }

    async fn what_was_changed_with_a_renaming_is_told_with_it(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let before = product(&state, PRODUCT).await;
        let rename = json!({ "Id": before.id, "Name": "Another name", "Owner": "Somebody" });
        state.in_the_catalogs_console("UpdateProduct", &rename).unwrap();
        read(&state).await;
        let found = drifted(&state).await;
        let [it] = &found[..] else { panic!("{found:?}") };
        assert_eq!((&it.thing, it.stands), (&Thing::Product { name: PRODUCT.into() }, ThingStands::Other));
        assert_eq!(it.renamed, Some(Thing::Product { name: "Another name".into() }));
        let first = state.plane.put_catalog_drift_back(&admin, &input(it)).await.unwrap();
        assert_eq!(put_back(&state, &first).await, ["set_product"]);
        assert_eq!(drifted(&state).await, Vec::new());
        let after = product(&state, PRODUCT).await;
        assert_eq!((&after.id, &after.owner), (&before.id, &before.owner));
        state.assert_sound().await;
    }

    async fn what_was_given_the_name_of_another_is_not_kept_so_nor_made_again(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let (id, _) = made(&added(&state, "Topics").await);
        let rename = json!({ "Id": id, "Name": PRODUCT });
        state.in_the_catalogs_console("UpdateProduct", &rename).unwrap();
        read(&state).await;
        let found = drifted(&state).await;
        let [it] = &found[..] else { panic!("{found:?}") };
        assert_eq!((&it.thing, it.taken), (&Thing::Product { name: "Topics".into() }, true));
        let kept = state.plane.adopt_catalog_drift(&admin, &input(it)).await;
        assert!(matches!(kept, Err(Error::Conflict(_))), "{kept:?}");
        let first = state.plane.put_catalog_drift_back(&admin, &input(it)).await.unwrap();
        assert_eq!(put_back(&state, &first).await, ["set_product"]);
        assert_eq!((drifted(&state).await, product(&state, "Topics").await.id), (Vec::new(), id));
        state.assert_sound().await;
    }

    async fn what_was_renamed_in_the_console_and_is_in_use_is_not_taken_away(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let environment = state.available("kept").await;
        without_ids(&state).await;
        // Not its name alone, so that nobody can tell that it is the same.
        let rename = json!({ "Id": environment.product, "Name": "Another name", "Owner": "Somebody" });
        state.in_the_catalogs_console("UpdateProduct", &rename).unwrap();
        read(&state).await;
        let found = drifted(&state).await;
        let new = found.iter().find(|it| it.stands == ThingStands::New).unwrap();
        assert_eq!(new.thing, Thing::Product { name: "Another name".into() });
        assert_eq!(new.in_use.as_deref(), Some("Product Another name"));
        let before = product(&state, "Another name").await;
        let refused = state.plane.put_catalog_drift_back(&admin, &input(new)).await;
        let Err(Error::Conflict(said)) = refused else { panic!("{refused:?}") };
        assert!(said.why.contains("Product Another name") && said.why.contains("environments have it"), "{said:?}");
        state.settle().await;
        assert_eq!(product(&state, "Another name").await.portfolios, before.portfolios);
        // Once nobody has it, it goes.
        state.terminate("fraud-scientist", &environment.id).await;
        state.settle().await;
        let first = state.plane.put_catalog_drift_back(&admin, &input(new)).await.unwrap();
        assert_eq!(put_back(&state, &first).await, ["disassociate_product", "delete_product"]);
        state.assert_sound().await;
    }

    async fn what_could_not_be_read_is_no_drift(url) {
        let state = TestState::start(&url).await;
        state.running.aws.faults().next("servicecatalog:DescribeProductAsAdmin", sim::FaultKind::Throttle, 1_000);
        state.pass(TimeDelta::minutes(10));
        assert!(!state.plane.mirror_catalogs_now().await.unwrap());
        assert_eq!(drifted(&state).await, Vec::new());
        state.running.aws.faults().clear();
    }
}
