//! What was changed or deleted behind the portal's back is found, told, and has a way out; what runs is listed.

use crate::common::TestState;
use chrono::TimeDelta;
use control_plane::Error;
use domain::environment::{Environment, EnvironmentState, LaunchTarget};
use domain::id::EnvironmentId;
use domain::observed::{Drift, Item};
use domain::view::{EnvironmentPage, ObservedView};
use sim::FaultKind;
use sim::servicecatalog::ProvisionedProduct;

const DEV: &str = "601000000002";
const WHO: &str = "fraud-scientist";

async fn page(state: &TestState, id: &EnvironmentId) -> EnvironmentPage {
    state.plane.environment(&state.as_(WHO).await, id, None).await.unwrap()
}

async fn observed(state: &TestState, id: &EnvironmentId) -> ObservedView {
    page(state, id).await.observed
}

fn drift(view: &ObservedView) -> Vec<Drift> {
    view.drift.iter().map(|it| it.drift.clone()).collect()
}

/// Changes the provisioned product at AWS, past the portal.
fn at_aws(state: &TestState, it: &Environment, change: impl FnOnce(&mut ProvisionedProduct)) {
    let id = it.provisioned_product.as_ref().unwrap().as_str();
    state.running.aws.with_world(|world| change(world.service_catalog.provisioned.get_mut(id).unwrap())).unwrap();
}

/// The account's administrator takes it down, past the portal.
fn terminate_in_the_console(state: &TestState, it: &Environment) {
    let ctx = state.administrator(&it.account);
    let input = serde_json::json!({
        "ProvisionedProductId": it.provisioned_product.as_ref().unwrap().as_str(), "TerminateToken": "console",
    });
    state
        .running
        .aws
        .with_world(|world| sim::servicecatalog::handle(world, &ctx, "TerminateProvisionedProduct", &input))
        .unwrap()
        .unwrap();
    state.pass(TimeDelta::hours(1));
}

fn studio(it: &Environment) -> (String, String) {
    match it.launch_target.clone().unwrap() {
        LaunchTarget::Studio { domain_id, user_profile_name } => (domain_id, user_profile_name),
        other => panic!("{other:?}"),
    }
}

on_both! {
    async fn what_runs_is_listed_once_aws_was_asked(url) {
        let state = TestState::start(&url).await;
        let it = state.available("busy").await;
        let before = observed(&state, &it.id).await;
        assert_eq!((before.read_at, before.waiting, before.running.len()), (None, false, 0));
        let (domain, profile) = studio(&it);
        state.start_app(DEV, &domain, &profile, "default");
        state.start_app(DEV, &domain, "somebody-else", "default");
        state.running.aws.faults().reset_calls();
        // Asking waits for nothing; a second click waits for the same look.
        for _ in 0..2 {
            state.plane.observe_environment(&state.as_(WHO).await, &it.id).await.unwrap();
        }
        assert!(state.running.aws.faults().all_calls().is_empty(), "pages do not wait for AWS");
        assert!(observed(&state, &it.id).await.waiting);
        state.settle().await;
        assert_eq!(state.running.aws.faults().calls("sagemaker:ListApps"), 1);
        let seen = observed(&state, &it.id).await;
        assert_eq!((seen.waiting, seen.read_at), (false, Some(state.plane.now())));
        assert!(seen.problem.is_none() && seen.drift.is_empty(), "{seen:?}");
        let [app] = &seen.running[..] else { panic!("{:?}", seen.running) };
        assert_eq!((app.item.name(), app.status.as_str()), ("default", "InService"));
        assert!(app.is_billed() && app.since.is_some());
        assert!(matches!(&app.item, Item::App { app_type, .. } if app_type == "JupyterLab"));
        assert_eq!(state.environment(&it.id).await.version, it.version, "nothing changed");
    }

    async fn one_list_serves_all_environments_of_an_account(url) {
        let state = TestState::start(&url).await;
        state.available("one").await;
        let own_domain = state.submit(WHO, "Studio environment", "two").await;
        state.approve("fraud-lead", &own_domain).await;
        state.settle().await;
        // The index behind the list lags by seconds.
        state.pass(TimeDelta::minutes(10));
        state.running.aws.faults().reset_calls();
        state.plane.observe_now().await.unwrap();
        let calls = |call: &str| state.running.aws.faults().calls(call);
        // In accounts without environments somebody may have made something past the portal.
        let accounts = state.store.all_project_accounts().await.unwrap().len();
        let wanted = (u64::try_from(accounts).unwrap(), 2);
        assert_eq!((calls("servicecatalog:SearchProvisionedProducts"), calls("sagemaker:ListApps")), wanted, "apps by domain");
        assert_eq!(calls("servicecatalog:DescribeProvisionedProduct"), 0);
    }

    async fn what_was_terminated_in_the_console_is_found_and_brought_up_anew(url) {
        let state = TestState::start(&url).await;
        let it = state.available("gone").await;
        terminate_in_the_console(&state, &it);
        state.plane.observe_now().await.unwrap();
        let found = page(&state, &it.id).await;
        assert_eq!(drift(&found.observed), [Drift::Gone]);
        assert_eq!(found.progress.state, EnvironmentState::Error);
        let problem = state.environment(&it.id).await.problem.unwrap();
        assert!(problem.what.contains("gone at AWS") && problem.next.contains("Try again"), "{problem:?}");
        assert_eq!(state.told(&it.id, "observe", "state").await, ["error"]);
        // Looking again says nothing new.
        state.plane.observe_now().await.unwrap();
        assert_eq!(state.told(&it.id, "observe", "state").await.len(), 1);
        state.plane.retry_environment(&state.as_(WHO).await, &it.id, "").await.unwrap();
        state.settle().await;
        let again = state.environment(&it.id).await;
        assert_eq!((again.state, again.problem), (EnvironmentState::Available, None));
        state.plane.observe_now().await.unwrap();
        assert!(observed(&state, &it.id).await.drift.is_empty());
        state.assert_sound().await;
    }

    async fn what_is_gone_is_terminated_without_a_trace(url) {
        let state = TestState::start(&url).await;
        let it = state.available("unwanted").await;
        terminate_in_the_console(&state, &it);
        state.plane.observe_now().await.unwrap();
        state.terminate(WHO, &it.id).await;
        state.settle().await;
        assert_eq!(state.environment(&it.id).await.state, EnvironmentState::Terminated);
        state.plane.observe_now().await.unwrap();
        assert_eq!(state.environment(&it.id).await.state, EnvironmentState::Terminated, "it stays so");
    }

    async fn a_change_past_the_portal_that_failed_is_told_with_awss_words(url) {
        let state = TestState::start(&url).await;
        let it = state.available("tainted").await;
        at_aws(&state, &it, |product| {
            product.status = "TAINTED".into();
            product.message = Some("Subnet subnet-1 is full.".into());
        });
        state.plane.observe_now().await.unwrap();
        let found = state.environment(&it.id).await;
        assert_eq!(found.state, EnvironmentState::Tainted);
        assert!(found.problem.unwrap().why.contains("Subnet subnet-1 is full."));
        // Mended at AWS, it is available again.
        at_aws(&state, &it, |product| {
            product.status = "AVAILABLE".into();
            product.message = None;
        });
        state.plane.observe_now().await.unwrap();
        let mended = state.environment(&it.id).await;
        assert_eq!((mended.state, mended.problem), (EnvironmentState::Available, None));
        assert_eq!(state.told(&it.id, "observe", "state").await, ["tainted", "available"]);
    }

    async fn another_version_owner_or_nothing_to_open_are_told_and_change_no_state(url) {
        let state = TestState::start(&url).await;
        let it = state.available("moved").await;
        at_aws(&state, &it, |product| product.artifact = "pa-other000000000".into());
        state.plane.observe_now().await.unwrap();
        let view = observed(&state, &it.id).await;
        assert!(matches!(&drift(&view)[..], [Drift::Version { artifact }] if artifact.as_str() == "pa-other000000000"), "{view:?}");
        assert_eq!(view.drift[0].version.as_deref(), Some("pa-other000000000"));
        at_aws(&state, &it, |product| product.artifact = it.artifact.to_string());
        let (domain, profile) = studio(&it);
        let account = DEV.parse().unwrap();
        let path = format!("{domain}/{profile}").to_lowercase();
        let retag = |owner: &str| {
            let owner = owner.to_owned();
            state.running.aws.with_world(|world| {
                let profiles = &mut world.sagemaker(&account, sim::seed::REGION).user_profiles;
                profiles.get_mut(&path).unwrap().tags.insert("studiouserid".into(), owner);
            }).unwrap();
        };
        retag("mallory");
        state.plane.observe_now().await.unwrap();
        assert_eq!(drift(&observed(&state, &it.id).await), [Drift::Owner { is: Some("mallory".into()) }]);
        retag(it.studio_user_id.as_str());
        state.running.aws.with_world(|world| {
            world.sagemaker(&account, sim::seed::REGION).user_profiles.remove(&path).unwrap();
        }).unwrap();
        state.plane.observe_now().await.unwrap();
        assert_eq!(drift(&observed(&state, &it.id).await), [Drift::NothingToOpen]);
        assert_eq!(state.environment(&it.id).await.version, it.version);
    }

    async fn what_aws_does_not_tell_changes_nothing_and_is_said(url) {
        let state = TestState::start(&url).await;
        let it = state.available("quiet").await;
        for call in ["servicecatalog:SearchProvisionedProducts", "sagemaker:ListApps", "sagemaker:ListTags"] {
            let denied = FaultKind::Error { code: "AccessDeniedException".into(), status: 400, message: "not for you".into() };
            state.running.aws.faults().next(call, denied, 1_000);
            state.plane.observe_now().await.unwrap();
            state.running.aws.faults().clear();
            let view = observed(&state, &it.id).await;
            assert!(view.problem.unwrap().why.contains("not for you"), "{call}");
            let after = state.environment(&it.id).await;
            assert_eq!((after.state, after.version), (EnvironmentState::Available, it.version), "{call}");
        }
        state.plane.observe_now().await.unwrap();
        assert_eq!(observed(&state, &it.id).await.problem, None);
    }

    async fn a_list_that_lags_calls_nothing_gone(url) {
        let state = TestState::start(&url).await;
        let it = state.available("lagging").await;
        // The list does not have it yet; asked by its id, it is there.
        at_aws(&state, &it, |product| product.history.clear());
        state.plane.observe_now().await.unwrap();
        assert!(observed(&state, &it.id).await.drift.is_empty());
        assert_eq!(state.environment(&it.id).await.state, EnvironmentState::Available);
    }

    async fn strangers_have_nothing_looked_at(url) {
        let state = TestState::start(&url).await;
        let it = state.available("mine").await;
        for who in ["churn-scientist", "churn-lead", "newcomer"] {
            let refused = state.plane.observe_environment(&state.as_(who).await, &it.id).await;
            assert!(matches!(refused, Err(Error::Denied { .. } | Error::NotFound { .. })), "{who}");
        }
        for who in ["fraud-lead", "admin", "auditor"] {
            state.plane.observe_environment(&state.as_(who).await, &it.id).await.unwrap();
        }
        // What an operation took up meanwhile is not looked at, and nobody waits for ever.
        state.terminate(WHO, &it.id).await;
        state.settle().await;
        assert!(state.store.observation(&it.id).await.unwrap().asked_at.is_none());
    }
}
