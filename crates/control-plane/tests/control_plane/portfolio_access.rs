//! Who gets a portfolio: principals and shares are made, changed and taken back, and are there for whoever launches.

use crate::catalog_changes::{applied, stored, wrong};
use crate::common::TestState;
use aws::{AssumeGrant, RoleRef};
use chrono::TimeDelta;
use control_plane::{CrashPoint, Error};
use domain::id::{AccountId, PortfolioId, ProductId};
use domain::organization::ChangeState;
use domain::session::RoleName;
use domain::share::ShareOptions;
use domain::view::{PortfolioAccess, PortfolioInput, RecipientStanding, ShareInput};

const DEV: &str = "601000000002";

/// A portfolio with one product and nobody who gets it.
async fn portfolio(state: &TestState) -> PortfolioId {
    let admin = state.as_("admin").await;
    let input =
        PortfolioInput { portfolio_name: "Shared".into(), provider: "Platform".into(), ..PortfolioInput::default() };
    let id = state.plane.add_portfolio(&admin, input).await.unwrap();
    let portfolio = applied(state, &id).await.made.portfolio.unwrap();
    let product = state.product("Studio environment").await;
    let id = state.plane.associate_product(&admin, product.as_str(), portfolio.as_str()).await.unwrap();
    applied(state, &id).await;
    portfolio
}

async fn access(state: &TestState, id: &PortfolioId) -> PortfolioAccess {
    state.plane.portfolio(&state.as_("auditor").await, id, "", "").await.unwrap().access
}

fn share(portfolio: &PortfolioId, with: &str, id: &str) -> ShareInput {
    ShareInput {
        portfolio: portfolio.to_string(),
        share_with: with.into(),
        share_id: id.into(),
        ..ShareInput::default()
    }
}

/// The ways by which the portal's role launches a product in the account.
#[expect(clippy::disallowed_methods, reason = "looks at AWS itself, as the role does")]
async fn launch_paths(state: &TestState, product: &ProductId) -> usize {
    let (account, region) = (DEV.parse().unwrap(), sim::seed::REGION.parse().unwrap());
    let role = RoleRef { account, region, role: RoleName::StudiogateProvisioner };
    let session = state.aws.assume(&role, &AssumeGrant::system("studiogate")).await.unwrap();
    session.service_catalog().list_launch_paths(product).await.unwrap().len()
}

fn standing(access: &PortfolioAccess, account: &str) -> RecipientStanding {
    access.recipients.iter().find(|it| it.account.as_str() == account).unwrap().standing
}

async fn unit(state: &TestState, portfolio: &PortfolioId, name: &str) -> String {
    let units = access(state, portfolio).await.units;
    units.into_iter().find(|(_, it)| it == name).unwrap().0.to_string()
}

on_both! {
    async fn v8_2_1_principals_launch_and_do_no_more(url) {
        let state = TestState::start(&url).await;
        let (portfolio, admin) = (portfolio(&state).await, state.as_("admin").await);
        let pattern = "arn:aws:iam:::role/StudiogateProvisioner";
        for who in ["fraud-scientist", "fraud-lead", "auditor", "newcomer"] {
            let refused = state.plane.associate_principal(&state.as_(who).await, &portfolio, pattern).await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}");
        }
        for arn in ["", "role/name", "arn:aws:iam::601000000002:role/StudiogateProvisioner", "arn:aws:iam:::policy/a"] {
            assert_eq!(wrong(state.plane.associate_principal(&admin, &portfolio, arn).await), ["principal"], "{arn}");
        }
        let id = state.plane.associate_principal(&admin, &portfolio, pattern).await.unwrap();
        applied(&state, &id).await;
        assert_eq!(wrong(state.plane.associate_principal(&admin, &portfolio, pattern).await), ["principal"]);
        let there = access(&state, &portfolio).await.principals;
        assert!(there.len() == 1 && there[0].own && there[0].principal.pattern && !there[0].principal.is_open());
        // An exact one that is not there is AWS's to refuse, in its words.
        let nobody = format!("arn:aws:iam::{}:role/Nobody", sim::seed::SHARED_SERVICES);
        let id = state.plane.associate_principal(&admin, &portfolio, &nobody).await.unwrap();
        state.settle().await;
        let it = stored(&state, &id).await;
        assert!(it.state == ChangeState::Failed && it.problem.unwrap().why.contains("no such principal"));
        // Taken away, and given back.
        assert_eq!(wrong(state.plane.disassociate_principal(&admin, &portfolio, "arn:aws:iam:::role/a").await), ["principal"]);
        let id = state.plane.disassociate_principal(&admin, &portfolio, pattern).await.unwrap();
        applied(&state, &id).await;
        assert!(access(&state, &portfolio).await.principals.is_empty());
        let back = state.plane.undo_catalog_change(&admin, &id).await.unwrap();
        applied(&state, &back).await;
        assert_eq!(access(&state, &portfolio).await.principals.len(), 1);
        state.assert_sound().await;
    }

    async fn a_portfolio_that_is_shared_to_a_unit_is_launched_from_below_it(url) {
        let state = TestState::start(&url).await;
        let (portfolio, admin) = (portfolio(&state).await, state.as_("admin").await);
        assert_eq!(standing(&access(&state, &portfolio).await, DEV), RecipientStanding::NotShared);
        let own = access(&state, &portfolio).await.own_pattern;
        let id = state.plane.associate_principal(&admin, &portfolio, &own).await.unwrap();
        applied(&state, &id).await;
        let dev = unit(&state, &portfolio, "Workloads_Dev").await;
        let along = ShareInput { share_principals: "yes".into(), ..share(&portfolio, &dev, "") };
        let id = state.plane.add_share(&admin, along.clone()).await.unwrap();
        let it = applied(&state, &id).await;
        assert!(it.made.sharing.is_some() && it.named.share == "Workloads_Dev", "{it:?}");
        assert_eq!(wrong(state.plane.add_share(&admin, along).await), ["share_with"], "it is shared there");
        let now = access(&state, &portfolio).await;
        assert!(now.shares.len() == 1 && now.shares[0].accepted && now.shares[0].name == "Workloads_Dev");
        assert_eq!(now.shares[0].options, ShareOptions { tag_options: false, principals: true });
        assert_eq!(standing(&now, DEV), RecipientStanding::Launches);
        assert_eq!(now.recipients.first().unwrap().standing, RecipientStanding::NotShared, "what needs a look comes first");
        assert!(now.units.iter().all(|(unit, _)| unit.to_string() != dev));
        // AWS says the same in the account.
        let product = state.product("Studio environment").await;
        assert_eq!(launch_paths(&state, &product).await, 2, "by its usual portfolio, and by this one");
        // Without principals nobody there launches by it. Who saw something else is told so.
        let unseen = state.plane.set_share(&admin, share(&portfolio, &dev, "")).await;
        assert!(matches!(unseen, Err(Error::Stale { .. })), "{unseen:?}");
        let seen = access(&state, &portfolio).await.shares[0].seen.clone();
        let keep = ShareInput { seen, ..share(&portfolio, &dev, "") };
        let id = state.plane.set_share(&admin, keep).await.unwrap();
        applied(&state, &id).await;
        assert_eq!(launch_paths(&state, &product).await, 1);
        assert_ne!(standing(&access(&state, &portfolio).await, DEV), RecipientStanding::NotShared);
        let back = state.plane.undo_catalog_change(&admin, &id).await.unwrap();
        applied(&state, &back).await;
        assert_eq!(launch_paths(&state, &product).await, 2);
        // A shared portfolio is not deleted; the share ends, and comes back as it was.
        let id = state.plane.delete_share(&admin, &portfolio, &dev).await.unwrap();
        applied(&state, &id).await;
        assert!(access(&state, &portfolio).await.shares.is_empty());
        assert_eq!(launch_paths(&state, &product).await, 1);
        let back = state.plane.undo_catalog_change(&admin, &id).await.unwrap();
        applied(&state, &back).await;
        assert_eq!(access(&state, &portfolio).await.shares[0].options, ShareOptions { tag_options: false, principals: true });
        state.assert_sound().await;
    }

    async fn an_account_has_to_accept_what_is_shared_to_it_alone(url) {
        let state = TestState::start(&url).await;
        let (portfolio, admin) = (portfolio(&state).await, state.as_("admin").await);
        for (with, id, field) in [
            ("", "", "share_with"),
            ("everybody", "1", "share_with"),
            ("account", "12345", "share_id"),
            ("organization", "ou-1", "share_id"),
            ("organizational_unit/nothing", "", "share_with"),
            ("account", sim::seed::SHARED_SERVICES, "share_id"),
        ] {
            assert_eq!(wrong(state.plane.add_share(&admin, share(&portfolio, with, id)).await), [field], "{with} {id}");
        }
        let nobody = share(&portfolio, "member_account", "999999999999");
        assert_eq!(wrong(state.plane.add_share(&admin, nobody).await), ["share_id"], "the organization has no such account");
        // As the form says, principals go along to the organization and its units alone.
        let principals = ShareInput { share_principals: "yes".into(), ..share(&portfolio, "account", DEV) };
        let id = state.plane.add_share(&admin, principals).await.unwrap();
        let it = applied(&state, &id).await;
        assert_eq!(it.made.sharing, None, "there is nothing to wait for");
        let now = access(&state, &portfolio).await;
        assert!(!now.shares[0].accepted && !now.shares[0].options.principals);
        assert_eq!(standing(&now, DEV), RecipientStanding::NotAccepted);
        // With TagOptions, and ended.
        let tags = ShareInput {
            share_tag_options: "yes".into(),
            seen: now.shares[0].seen.clone(),
            ..share(&portfolio, &format!("account/{DEV}"), "")
        };
        let id = state.plane.set_share(&admin, tags).await.unwrap();
        applied(&state, &id).await;
        assert!(access(&state, &portfolio).await.shares[0].options.tag_options);
        let id = state.plane.delete_share(&admin, &portfolio, &format!("account/{DEV}")).await.unwrap();
        applied(&state, &id).await;
        let gone = state.plane.delete_share(&admin, &portfolio, &format!("account/{DEV}")).await;
        assert_eq!(wrong(gone), ["share_with"]);
        state.assert_sound().await;
    }

    async fn v8_2_1_what_is_shared_to_an_account_is_taken_there_and_left(url) {
        let mut state = TestState::start(&url).await;
        let (portfolio, admin) = (portfolio(&state).await, state.as_("admin").await);
        let product = state.product("Studio environment").await;
        let before = launch_paths(&state, &product).await;
        let elsewhere = sim::seed::SHARED_SERVICES;
        for account in ["", "12345", elsewhere, DEV] {
            let refused = state.plane.import_portfolio(&admin, &portfolio, account).await;
            assert_eq!(wrong(refused), ["account"], "{account} does not get it");
        }
        let id = state.plane.add_share(&admin, share(&portfolio, "account", DEV)).await.unwrap();
        applied(&state, &id).await;
        for who in ["fraud-scientist", "fraud-lead", "auditor", "newcomer"] {
            let refused = state.plane.import_portfolio(&state.as_(who).await, &portfolio, DEV).await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}");
        }
        // Whoever makes it dies after it was made.
        let id = state.plane.import_portfolio(&admin, &portfolio, DEV).await.unwrap();
        state.crash.arm(CrashPoint::AfterAct, "change");
        state.run(4_000).await;
        state.restart().await;
        let it = applied(&state, &id).await;
        assert_eq!(it.named.share, "fraud-detection-dev");
        assert_eq!(state.told(&id, "manage_catalog", "account").await, [DEV]);
        let now = access(&state, &portfolio).await;
        assert!(now.shares[0].accepted);
        assert_eq!(launch_paths(&state, &product).await, before + 1);
        assert!(state.plane.mirror_now().await.unwrap());
        assert_eq!(state.store.catalog_drifts().await.unwrap()[0].1.things, Vec::new(), "it is no drift");
        // Once more does nothing twice.
        let again = state.plane.import_portfolio(&admin, &portfolio, DEV).await.unwrap();
        applied(&state, &again).await;
        assert_eq!(launch_paths(&state, &product).await, before + 1);
        let back = state.plane.undo_catalog_change(&admin, &id).await.unwrap();
        applied(&state, &back).await;
        assert_eq!(launch_paths(&state, &product).await, before);
        assert!(access(&state, &portfolio).await.shares[0].accepted, "the account keeps it");
        // Without the role it is said what is missing.
        let account: AccountId = DEV.parse().unwrap();
        let gone = |world: &mut sim::World| {
            world.account_mut(&account).unwrap().roles.remove("StudiogateImporter");
        };
        state.running.aws.with_world(gone).unwrap();
        state.pass(TimeDelta::hours(2));
        let id = state.plane.import_portfolio(&admin, &portfolio, DEV).await.unwrap();
        state.run(4_000).await;
        let it = stored(&state, &id).await;
        assert!(it.state != ChangeState::Applied, "{it:?}");
    }

    async fn what_goes_along_with_a_share_and_was_changed_in_the_console_is_looked_at_first(url) {
        let state = TestState::start(&url).await;
        let (portfolio, admin) = (portfolio(&state).await, state.as_("admin").await);
        let unit = unit(&state, &portfolio, "Workloads_Dev").await;
        let along = ShareInput { share_principals: "yes".into(), ..share(&portfolio, &unit, "") };
        let id = state.plane.add_share(&admin, along).await.unwrap();
        applied(&state, &id).await;
        let seen = access(&state, &portfolio).await.shares[0].seen.clone();
        let change = |world: &mut sim::World| {
            let there = world.service_catalog.portfolios.get_mut(portfolio.as_str()).unwrap();
            for it in there.nodes.values_mut() {
                it.tag_options = true;
            }
        };
        state.running.aws.with_world(change).unwrap();
        let keep = ShareInput { seen, ..share(&portfolio, &unit, "") };
        let id = state.plane.set_share(&admin, keep).await.unwrap();
        state.settle().await;
        let it = stored(&state, &id).await;
        assert!(it.problem.unwrap().what.contains("The share was changed in AWS meanwhile"));
        state.assert_sound().await;
    }

    async fn accounts_that_a_share_does_not_reach_are_named_and_reached_by_another_try(url) {
        let state = TestState::start(&url).await;
        let (portfolio, admin) = (portfolio(&state).await, state.as_("admin").await);
        let dev = unit(&state, &portfolio, "Workloads_Dev").await;
        let account: AccountId = DEV.parse().unwrap();
        let unreached = account.clone();
        state.running.aws.with_world(|world| world.service_catalog.unreached.insert(unreached)).unwrap();
        let id = state.plane.add_share(&admin, share(&portfolio, &dev, "")).await.unwrap();
        state.settle().await;
        let it = stored(&state, &id).await;
        let problem = it.problem.unwrap();
        assert!(it.state == ChangeState::Failed && problem.why.contains(DEV), "{problem:?}");
        assert_eq!(access(&state, &portfolio).await.shares.len(), 1, "the others have it");
        state.running.aws.with_world(|world| world.service_catalog.unreached.remove(&account)).unwrap();
        state.plane.retry_catalog_change(&admin, &id).await.unwrap();
        applied(&state, &id).await;
        state.assert_sound().await;
    }

    async fn a_share_survives_every_crash(url) {
        let state = TestState::start(&url).await;
        let (portfolio, admin) = (portfolio(&state).await, state.as_("admin").await);
        let dev = unit(&state, &portfolio, "Workloads_Dev").await;
        let mut state = state;
        let points =
            [(CrashPoint::BeforeAct, "change"), (CrashPoint::AfterAct, "change"), (CrashPoint::AfterAct, "read_back")];
        for (point, step) in points {
            let id = state.plane.add_share(&admin, share(&portfolio, &dev, "")).await.unwrap();
            state.crash.arm(point, step);
            state.settle().await;
            state.restart().await;
            applied(&state, &id).await;
            assert_eq!(access(&state, &portfolio).await.shares.len(), 1, "{step}");
            let back = state.plane.undo_catalog_change(&admin, &id).await.unwrap();
            applied(&state, &back).await;
            assert!(access(&state, &portfolio).await.shares.is_empty());
        }
        state.assert_sound().await;
    }
}
