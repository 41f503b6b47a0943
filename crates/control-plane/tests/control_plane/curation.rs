//! Portfolios are made, changed and deleted, and products put into them, taken out, copied and deleted: once, and taken back.

use crate::catalog_changes::{added, applied, made, stored, wrong};
use crate::common::TestState;
use control_plane::{CrashPoint, Error};
use domain::catalog::ConstraintRule;
use domain::id::{PortfolioId, ProductId};
use domain::organization::ChangeState;
use domain::view::{PortfolioInput, PortfolioPage, ProductTextInput};
use sim::FaultKind;

fn portfolio(name: &str) -> PortfolioInput {
    PortfolioInput {
        portfolio_name: name.into(),
        portfolio_description: "What it is for".into(),
        provider: "Platform".into(),
        portfolio_tags: "team = ml".into(),
        ..PortfolioInput::default()
    }
}

async fn added_portfolio(state: &TestState, name: &str) -> PortfolioId {
    let id = state.plane.add_portfolio(&state.as_("admin").await, portfolio(name)).await.unwrap();
    applied(state, &id).await.made.portfolio.unwrap()
}

async fn page(state: &TestState, id: &PortfolioId) -> PortfolioPage {
    state.plane.portfolio(&state.as_("auditor").await, id, "", "").await.unwrap()
}

/// The form of a portfolio as it is drawn.
async fn form(state: &TestState, id: &PortfolioId) -> PortfolioInput {
    let PortfolioPage { text, seen, .. } = page(state, id).await;
    PortfolioInput {
        portfolio: id.to_string(),
        region: String::new(),
        portfolio_name: text.name,
        portfolio_description: text.description,
        provider: text.provider,
        portfolio_tags: domain::curation::tags_as_text(&text.tags),
        seen,
    }
}

async fn product_form(state: &TestState, id: &ProductId) -> ProductTextInput {
    let page = state.plane.admin_product(&state.as_("auditor").await, id, None, "").await.unwrap();
    ProductTextInput {
        product: id.to_string(),
        product_name: page.text.name,
        product_description: page.text.description,
        product_owner: page.text.owner,
        support: page.text.support,
        product_tags: domain::curation::tags_as_text(&page.text.tags),
        seen: page.seen,
    }
}

fn at_aws<T: Send + 'static>(state: &TestState, look: impl FnOnce(&mut sim::World) -> T + Send + 'static) -> T {
    state.running.aws.with_world(look).unwrap()
}

on_both! {
    async fn v8_2_1_a_portfolio_is_made_changed_and_deleted_and_each_is_taken_back(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        for who in ["fraud-scientist", "fraud-lead", "auditor", "newcomer"] {
            let refused = state.plane.add_portfolio(&state.as_(who).await, portfolio("Topics")).await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}");
        }
        let id = state.plane.add_portfolio(&admin, portfolio("Topics")).await.unwrap();
        assert_eq!(state.plane.add_portfolio(&admin, portfolio("Topics")).await.unwrap(), id, "a second click");
        let topics = applied(&state, &id).await.made.portfolio.unwrap();
        assert_eq!(wrong(state.plane.add_portfolio(&admin, portfolio("Topics ")).await), ["portfolio_name"]);
        let shown = page(&state, &topics).await;
        assert_eq!((shown.text.provider.as_str(), shown.text.tags["team"].as_str()), ("Platform", "ml"));
        assert_eq!(state.told(&id, "manage_catalog", "change").await, ["add_portfolio"]);
        // Changed: a tag goes, another comes.
        let unchanged = form(&state, &topics).await;
        assert_eq!(wrong(state.plane.set_portfolio(&admin, unchanged.clone()).await), [""]);
        let renamed = PortfolioInput {
            portfolio_name: "Topics and queues".into(),
            portfolio_tags: "owner = ada".into(),
            ..unchanged
        };
        let id = state.plane.set_portfolio(&admin, renamed.clone()).await.unwrap();
        applied(&state, &id).await;
        let shown = page(&state, &topics).await.text;
        assert_eq!((shown.name.as_str(), shown.tags.len(), shown.tags["owner"].as_str()), ("Topics and queues", 1, "ada"));
        // Whoever filled the form before sees that it was changed.
        let late = PortfolioInput { provider: "Somebody".into(), ..renamed };
        assert!(matches!(state.plane.set_portfolio(&admin, late).await, Err(Error::Stale { .. })));
        let back = state.plane.undo_catalog_change(&admin, &id).await.unwrap();
        applied(&state, &back).await;
        let shown = page(&state, &topics).await.text;
        assert_eq!((shown.name.as_str(), shown.tags["team"].as_str(), shown.tags.len()), ("Topics", "ml", 1));
        // Deleted, and another one like it.
        let id = state.plane.delete_portfolio(&admin, &topics).await.unwrap();
        applied(&state, &id).await;
        assert!(matches!(state.plane.portfolio(&admin, &topics, "", "").await, Err(Error::NotFound { .. })));
        let back = state.plane.undo_catalog_change(&admin, &id).await.unwrap();
        let again = applied(&state, &back).await.made.portfolio.unwrap();
        assert!(again != topics && page(&state, &again).await.text == shown);
        let back = state.plane.undo_catalog_change(&admin, &back).await.unwrap();
        applied(&state, &back).await;
        assert!(at_aws(&state, move |world| !world.service_catalog.portfolios.contains_key(again.as_str())));
        state.assert_sound().await;
    }

    async fn what_was_changed_again_since_is_not_lost_by_taking_the_older_change_back(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let topics = added_portfolio(&state, "Topics").await;
        let described = async |text: &str| {
            let it = PortfolioInput { portfolio_description: text.into(), ..form(&state, &topics).await };
            let id = state.plane.set_portfolio(&admin, it).await.unwrap();
            applied(&state, &id).await;
            id
        };
        let (older, newer) = (described("Older").await, described("Newer").await);
        let page = state.plane.catalog_change(&admin, &older).await.unwrap();
        assert!(page.no_way_back.unwrap().contains("changed again since") && page.undo.is_none());
        let refused = state.plane.undo_catalog_change(&admin, &older).await;
        let Err(Error::Conflict(said)) = refused else { panic!("{refused:?}") };
        assert!(said.why.contains("changed again since"), "{said:?}");
        // One after the other, the newest first.
        for (id, text) in [(&newer, "Older"), (&older, "What it is for")] {
            assert_eq!(state.plane.catalog_change(&admin, id).await.unwrap().no_way_back, None);
            let back = state.plane.undo_catalog_change(&admin, id).await.unwrap();
            applied(&state, &back).await;
            assert_eq!(form(&state, &topics).await.portfolio_description, text);
        }
        state.assert_sound().await;
    }

    async fn what_cannot_be_a_portfolio_is_said_at_its_field(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let bad = PortfolioInput {
            portfolio_name: " ".into(),
            provider: "x".repeat(51),
            portfolio_description: "x".repeat(1_001),
            portfolio_tags: "stage = dev".into(),
            ..PortfolioInput::default()
        };
        let fields = wrong(state.plane.add_portfolio(&admin, bad.clone()).await);
        assert_eq!(fields, ["portfolio_name", "provider", "portfolio_description", "portfolio_tags"]);
        let no_tag = PortfolioInput { portfolio_tags: "team".into(), ..portfolio("Topics") };
        assert_eq!(wrong(state.plane.add_portfolio(&admin, no_tag).await), ["portfolio_tags"]);
        let both = PortfolioInput { portfolio_tags: "team".into(), ..bad.clone() };
        let fields = wrong(state.plane.add_portfolio(&admin, both).await);
        assert_eq!(fields, ["portfolio_name", "provider", "portfolio_description", "portfolio_tags"]);
        let elsewhere = PortfolioInput { region: "xx-nowhere-1".into(), ..portfolio("Topics") };
        assert_eq!(wrong(state.plane.add_portfolio(&admin, elsewhere).await), ["region"]);
        let nowhere = PortfolioInput { portfolio: "port-nowhere".into(), ..bad };
        assert!(matches!(state.plane.set_portfolio(&admin, nowhere).await, Err(Error::NotFound { .. })));
        assert_eq!(state.store.count_unfinished_operations().await.unwrap(), 0);
    }

    async fn a_product_is_put_into_another_portfolio_with_what_holds_for_it_and_taken_out_again(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let (product, _) = made(&added(&state, "Topics").await);
        let first = state.store.product(&product).await.unwrap().unwrap().portfolios.remove(0);
        let second = added_portfolio(&state, "Second").await;
        let limit = sim_rule(&state, &product, &first).await;
        let id = state.plane.associate_product(&admin, product.as_str(), second.as_str()).await.unwrap();
        applied(&state, &id).await;
        let rules = |it: &domain::catalog::Product, portfolio: &PortfolioId| {
            let there = it.constraints.iter().filter(|it| it.portfolio.as_ref() == Some(portfolio));
            there.map(|it| it.rule.clone()).collect::<Vec<_>>()
        };
        let mirrored = state.store.product(&product).await.unwrap().unwrap();
        assert_eq!(mirrored.portfolios.len(), 2);
        let there = rules(&mirrored, &second);
        assert!(there.len() == 2 && there.contains(&limit), "{there:?}");
        let twice = state.plane.associate_product(&admin, product.as_str(), second.as_str()).await;
        assert_eq!(wrong(twice), ["product"]);
        // While it is there the portfolio stays, and says so before.
        assert!(page(&state, &second).await.deletion.blocked);
        assert_eq!(wrong(state.plane.delete_portfolio(&admin, &second).await), ["portfolio"]);
        // Out, with its constraints; and back, with them.
        let out = state.plane.disassociate_product(&admin, &product, &second).await.unwrap();
        applied(&state, &out).await;
        assert_eq!(state.store.product(&product).await.unwrap().unwrap().portfolios, std::slice::from_ref(&first));
        let gone = second.to_string();
        assert!(at_aws(&state, move |world| world.service_catalog.constraints.values().all(|it| it.portfolio != gone)));
        assert_eq!(wrong(state.plane.disassociate_product(&admin, &product, &second).await), ["product"]);
        let back = state.plane.undo_catalog_change(&admin, &out).await.unwrap();
        applied(&state, &back).await;
        let mirrored = state.store.product(&product).await.unwrap().unwrap();
        assert!(rules(&mirrored, &second).contains(&limit) && rules(&mirrored, &second).len() == 2);
        state.assert_sound().await;
    }

    async fn a_product_is_changed_copied_and_deleted(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let (product, _) = made(&added(&state, "Topics").await);
        let input = ProductTextInput {
            product_name: "Topics of a team".into(),
            support: "ml@example.com".into(),
            product_tags: "team = ml".into(),
            ..product_form(&state, &product).await
        };
        let wrongly = ProductTextInput { support: "nobody".into(), product_owner: String::new(), ..input.clone() };
        assert_eq!(wrong(state.plane.set_product(&admin, wrongly).await), ["product_owner", "support"]);
        let id = state.plane.set_product(&admin, input.clone()).await.unwrap();
        applied(&state, &id).await;
        let page = state.plane.admin_product(&admin, &product, None, "").await.unwrap();
        assert_eq!((page.text.name.as_str(), page.text.support.as_str()), ("Topics of a team", "ml@example.com"));
        assert_eq!(page.text.tags["team"], "ml");
        assert!(matches!(state.plane.set_product(&admin, input).await, Err(Error::Stale { .. })));
        // A copy is in no portfolio, and nobody finds it in the catalog.
        assert_eq!(wrong(state.plane.copy_product(&admin, product.as_str(), "Topics of a team").await), ["copy_name"]);
        let id = state.plane.copy_product(&admin, product.as_str(), "Queues").await.unwrap();
        let copy = applied(&state, &id).await.made.product.unwrap();
        let page = state.plane.admin_product(&admin, &copy, None, "").await.unwrap();
        assert_eq!((page.text.name.as_str(), page.versions.len(), page.portfolios.len()), ("Queues", 1, 0));
        let found = state.plane.catalog(&admin, domain::view::CatalogQuery::default()).await.unwrap();
        assert!(found.products.iter().all(|it| it.id != copy) && found.products.iter().any(|it| it.id == product));
        // Of one of which nothing can be requested there is nothing to copy.
        let version = state.store.product(&copy).await.unwrap().unwrap().artifacts.remove(0);
        let input = domain::view::SetVersionInput {
            product: copy.to_string(),
            artifact: version.id.to_string(),
            active: "no".into(),
            guidance: "default".into(),
        };
        let id = state.plane.set_version(&admin, input).await.unwrap();
        applied(&state, &id).await;
        assert_eq!(wrong(state.plane.copy_product(&admin, copy.as_str(), "Nothing").await), ["copy_name"]);
        // What is in a portfolio stays.
        assert_eq!(wrong(state.plane.delete_product(&admin, &product).await), ["product"]);
        let id = state.plane.delete_product(&admin, &copy).await.unwrap();
        let gone = applied(&state, &id).await;
        assert!(gone.undo().is_none() && state.store.product(&copy).await.unwrap().is_none());
        assert!(state.plane.undo_catalog_change(&admin, &id).await.is_err());
        // One that others deleted in the console is gone all the same.
        let id = state.plane.copy_product(&admin, product.as_str(), "Queues").await.unwrap();
        let copy = applied(&state, &id).await.made.product.unwrap();
        let id = state.plane.delete_product(&admin, &copy).await.unwrap();
        let removed = copy.clone();
        at_aws(&state, move |world| world.service_catalog.products.remove(removed.as_str()));
        applied(&state, &id).await;
        assert!(state.store.product(&copy).await.unwrap().is_none());
        state.assert_sound().await;
    }

    async fn a_product_stays_in_the_mirror_where_something_else_of_it_is_not_found(url) {
        let state = TestState::start(&url).await;
        let (product, _) = made(&added(&state, "Topics").await);
        let input = ProductTextInput { product_name: "Queues".into(), ..product_form(&state, &product).await };
        let id = state.plane.set_product(&state.as_("admin").await, input).await.unwrap();
        let unseen =
            FaultKind::Error { code: "ResourceNotFoundException".into(), status: 400, message: "not yet".into() };
        state.running.aws.faults().next("servicecatalog:DescribeConstraint", unseen, 1);
        applied(&state, &id).await;
        assert_eq!(state.store.product(&product).await.unwrap().unwrap().name, "Queues");
    }

    async fn what_environments_have_is_not_deleted(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let environment = state.available("kept").await;
        let page = state.plane.admin_product(&admin, &environment.product, None, "").await.unwrap();
        let version = page.versions.iter().find(|it| it.id == environment.artifact).unwrap();
        assert!(version.environments == 1 && version.deletion.blocked && page.deletion.blocked);
        let refused = state.plane.delete_version(&admin, &environment.product, &environment.artifact).await;
        assert_eq!(wrong(refused), ["artifact"]);
        let nobody = page.versions.iter().find(|it| it.environments == 0).unwrap();
        let id = state.plane.delete_version(&admin, &environment.product, &nobody.id).await.unwrap();
        applied(&state, &id).await;
        let left = state.plane.admin_product(&admin, &environment.product, None, "").await.unwrap().versions;
        assert!(left.iter().all(|it| it.id != nobody.id) && left.len() + 1 == page.versions.len());
        state.assert_sound().await;
    }

    async fn what_was_changed_in_the_console_meanwhile_is_not_overwritten(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let topics = added_portfolio(&state, "Topics").await;
        let input = PortfolioInput { portfolio_name: "Queues".into(), ..form(&state, &topics).await };
        let id = state.plane.set_portfolio(&admin, input).await.unwrap();
        let key = topics.to_string();
        at_aws(&state, move |world| {
            world.service_catalog.portfolios.get_mut(&key).unwrap().description = "In the console".into();
        });
        state.settle().await;
        let it = stored(&state, &id).await;
        assert!(it.state == ChangeState::Failed && it.problem.unwrap().what.contains("changed in AWS meanwhile"));
        // It is shown as it is now, and the form can be filled again.
        assert!(state.plane.mirror_now().await.unwrap());
        let shown = page(&state, &topics).await.text;
        assert_eq!((shown.name.as_str(), shown.description.as_str()), ("Topics", "In the console"));
    }

    async fn each_change_is_made_once_through_every_crash(url) {
        let mut state = TestState::start(&url).await;
        let (product, _) = made(&added(&state, "Topics").await);
        let mut number = 0;
        for point in [CrashPoint::BeforeAct, CrashPoint::AfterAct, CrashPoint::AfterSave] {
            for step in ["check", "change", "read_back"] {
                number += 1;
                state.everybody_signs_in().await;
                let admin = state.as_("admin").await;
                let name = format!("Portfolio {number}");
                state.crash.arm(point, step);
                let id = state.plane.add_portfolio(&admin, portfolio(&name)).await.unwrap();
                state.settle().await;
                assert!(!state.crash.is_armed(), "{point:?} {step}");
                state.restart().await;
                let there = applied(&state, &id).await.made.portfolio.unwrap();
                let count = move |world: &mut sim::World| {
                    world.service_catalog.portfolios.values().filter(|it| it.name == name).count()
                };
                assert_eq!(at_aws(&state, count), 1, "{point:?} {step}");
                state.everybody_signs_in().await;
                let admin = state.as_("admin").await;
                state.crash.arm(point, step);
                let id = state.plane.associate_product(&admin, product.as_str(), there.as_str()).await.unwrap();
                state.settle().await;
                assert!(!state.crash.is_armed(), "{point:?} {step}");
                state.restart().await;
                applied(&state, &id).await;
                let constraints = move |world: &mut sim::World| {
                    world.service_catalog.constraints.values().filter(|it| it.portfolio == there.as_str()).count()
                };
                assert_eq!(at_aws(&state, constraints), 1, "{point:?} {step}");
            }
        }
    }

    async fn what_is_half_done_is_finished_by_another_try(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let (product, _) = made(&added(&state, "Topics").await);
        let second = added_portfolio(&state, "Second").await;
        let refuse = |call: &str| {
            let denied = FaultKind::Error { code: "AccessDeniedException".into(), status: 400, message: "no".into() };
            state.running.aws.faults().next(&format!("servicecatalog:{call}"), denied, 1);
        };
        for (call, into) in [("CreateConstraint", true), ("DisassociateProductFromPortfolio", false)] {
            refuse(call);
            let id = if into {
                state.plane.associate_product(&admin, product.as_str(), second.as_str()).await.unwrap()
            } else {
                state.plane.disassociate_product(&admin, &product, &second).await.unwrap()
            };
            state.settle().await;
            let it = stored(&state, &id).await;
            assert_eq!(it.state, ChangeState::Failed, "{call}");
            state.plane.retry_catalog_change(&admin, &id).await.unwrap();
            applied(&state, &id).await;
            let mirrored = state.store.product(&product).await.unwrap().unwrap();
            assert_eq!(mirrored.portfolios.contains(&second), into, "{call}");
            let there = mirrored.constraints.iter().filter(|it| it.portfolio.as_ref() == Some(&second)).count();
            assert_eq!(there, usize::from(into), "{call}");
        }
    }
}

/// A TEMPLATE constraint that somebody made in the console, read by the mirror.
async fn sim_rule(state: &TestState, product: &ProductId, portfolio: &PortfolioId) -> ConstraintRule {
    let rules = r#"{"Rules":{"Named":{"Assertions":[{"Assert":{"Fn::Contains":[["a","b"],{"Ref":"Owner"}]}}]}}}"#;
    let (product, portfolio) = (product.to_string(), portfolio.to_string());
    at_aws(state, move |world| {
        let constraints = &mut world.service_catalog.constraints;
        let mut like =
            constraints.values().find(|it| it.product == product && it.portfolio == portfolio).unwrap().clone();
        (like.id, like.kind, like.parameters) = ("cons-console".into(), "TEMPLATE".into(), rules.into());
        constraints.insert(like.id.clone(), like);
    });
    assert!(state.plane.mirror_now().await.unwrap());
    ConstraintRule::Template { rules: rules.to_owned() }
}
