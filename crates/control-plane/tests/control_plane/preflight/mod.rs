//! Preflight: what would be denied is said before AWS is asked, to whoever asks, whoever decides, and the worker.

mod limits;

use crate::common::{PRODUCT, TestState};
use control_plane::Error;
use domain::environment::EnvironmentState;
use domain::id::{AccountId, EnvironmentId, RequestId};
use domain::preflight::{Check, Preflight, Verdict};
use domain::problem::Problem;
use domain::view::{DecisionInput, RequestFormQuery};
use sim::servicecatalog::{Constraint, TagOption};
use sim::{FaultKind, World};

const DEV: &str = "601000000002";
const UNIT_DEV: &str = "ou-stgt-workloadsdev";
const STUDIO: &str = "Studio environment";
const WHO: &str = "fraud-scientist";

/// Everything is entered and mirrored.
async fn start(url: &str) -> TestState {
    let state = TestState::start(url).await;
    state.plane.mirror_now().await.unwrap();
    state
}

/// Changes AWS behind the portal's back; `mirror` lets it see.
fn at_aws<T>(state: &TestState, change: impl FnOnce(&mut World) -> T) -> T {
    state.running.aws.with_world(change).unwrap()
}

async fn mirror(state: &TestState) {
    assert!(state.plane.mirror_now().await.unwrap());
}

/// What the form shows.
async fn on_form(state: &TestState, product: &str) -> Preflight {
    let id = state.product(product).await;
    let caller = state.as_(WHO).await;
    state.plane.request_form(&caller, &id, RequestFormQuery::default()).await.unwrap().preflight.unwrap()
}

fn verdicts(preflight: &Preflight, check: Check) -> Vec<Verdict> {
    preflight.findings.iter().filter(|finding| finding.check == check).map(|finding| finding.verdict).collect()
}

/// The one thing that is denied.
fn denied(preflight: &Preflight) -> (Check, String) {
    let denied: Vec<_> = preflight.denied().collect();
    assert_eq!(denied.len(), 1, "{denied:#?}");
    assert!(preflight.advice(denied[0]).is_some_and(|advice| !advice.is_empty()));
    (denied[0].check, denied[0].told())
}

/// A policy at the unit of the development accounts.
fn attach(state: &TestState, id: &str, content: &str) {
    at_aws(state, |world| {
        world.organization.policies.insert(id.into(), crate::common::policy(id, content));
        world.organization.attachments.get_mut(UNIT_DEV).unwrap().push(id.into());
    });
}

fn deny(sid: &str, action: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"{sid}","Effect":"Deny","Action":"{action}","Resource":"*"}}]}}"#
    )
}

/// The product at the local AWS, and the portfolio that holds it.
fn ids(world: &World, product: &str) -> (String, String) {
    let id = world.service_catalog.products.values().find(|it| it.name == product).unwrap().id.clone();
    let portfolio = world.service_catalog.portfolios.values().find(|it| it.products.contains(&id)).unwrap();
    (id.clone(), portfolio.id.clone())
}

fn tag_option(world: &mut World, product: &str, key: &str, value: &str) {
    let (product, _) = ids(world, product);
    let id = format!("tag-{key}-{value}");
    let option = TagOption {
        id: id.clone(),
        owner: sim::seed::SHARED_SERVICES.parse().unwrap(),
        region: sim::seed::REGION.into(),
        key: key.into(),
        value: value.into(),
        active: true,
    };
    world.service_catalog.tag_options.insert(id.clone(), option);
    world.service_catalog.products.get_mut(&product).unwrap().tag_options.insert(id);
}

async fn refused(state: &TestState, product: &str, name: &str) -> String {
    let input = state.filled_form(WHO, product, name).await;
    let before = state.running.aws.faults().all_calls();
    let result = state.plane.submit_request(&state.as_(WHO).await, input).await;
    assert_eq!(state.running.aws.faults().all_calls(), before, "AWS was asked");
    match result {
        Err(Error::Invalid(mistakes)) => {
            assert!(mistakes.iter().all(|mistake| mistake.field.is_empty()), "{mistakes:?}");
            mistakes.into_iter().map(|mistake| mistake.message).collect()
        }
        other => panic!("{other:?}"),
    }
}

async fn approve(state: &TestState, id: &RequestId) -> Result<(), Error> {
    let version = state.store.request(id).await.unwrap().unwrap().version.to_string();
    let input = DecisionInput { decision: "approve".into(), comment: "Fine".into(), version };
    state.plane.decide_request(&state.as_("fraud-lead").await, id, input).await.map(drop)
}

/// Why it failed, before anything was provisioned.
async fn stopped(state: &TestState, id: &EnvironmentId, name: &str) -> Problem {
    state.settle().await;
    assert_eq!(state.environment(id).await.state, EnvironmentState::Error);
    assert_eq!(state.running.aws.faults().calls("servicecatalog:ProvisionProduct"), 0);
    assert_eq!(state.ever_provisioned(name), 0);
    let caller = state.as_(WHO).await;
    let problem = state.plane.environment(&caller, id, None).await.unwrap().progress.problem.unwrap();
    assert!(!problem.next.is_empty());
    problem
}

on_both! {
    async fn what_will_come_up_is_told_so_without_asking_aws(url) {
        let state = start(&url).await;
        state.running.aws.faults().reset_calls();
        for product in [PRODUCT, STUDIO] {
            let preflight = on_form(&state, product).await;
            assert!(preflight.denied().next().is_none(), "{preflight:#?}");
            for check in [Check::LaunchPath, Check::Principal, Check::LaunchRole, Check::TagOptions, Check::Constraints] {
                assert_eq!(verdicts(&preflight, check), [Verdict::Fine], "{check:?}: {preflight:#?}");
            }
            let of_resources = verdicts(&preflight, Check::Policies);
            assert!(of_resources.len() > 3 && of_resources.iter().all(|it| *it == Verdict::Fine), "{preflight:#?}");
            let of_quotas = verdicts(&preflight, Check::Quotas);
            assert!(of_quotas.iter().filter(|it| **it == Verdict::Fine).count() > 1, "{preflight:#?}");
            // Kinds whose quota nobody looks up are not called fine.
            assert!(of_quotas.iter().all(|it| matches!(it, Verdict::Fine | Verdict::NotAssessed)), "{preflight:#?}");
            assert_eq!(preflight.account_read_at, Some(state.plane.now()));
            assert!(preflight.policies_read_at.is_some());
        }
        let id = state.submit(WHO, PRODUCT, "fine").await;
        let page = state.plane.request(&state.as_("fraud-lead").await, &id, None).await.unwrap();
        assert!(page.hindrance.is_none() && page.preflight.unwrap().denied().next().is_none());
        assert!(state.running.aws.faults().all_calls().is_empty(), "{:?}", state.running.aws.faults().all_calls());
        let environment = state.approve("fraud-lead", &id).await;
        state.settle().await;
        assert_eq!(state.environment(&environment).await.state, EnvironmentState::Available);
    }

    async fn what_was_not_read_yet_is_not_assessed_and_lets_through(url) {
        let state = TestState::start(&url).await;
        let preflight = on_form(&state, PRODUCT).await;
        for check in [Check::LaunchPath, Check::Principal, Check::LaunchRole] {
            assert_eq!(verdicts(&preflight, check), [Verdict::NotAssessed]);
        }
        assert_eq!((preflight.account_read_at, preflight.verdict()), (None, Verdict::NotAssessed));
        state.submit(WHO, PRODUCT, "unknown").await;
    }

    async fn a_reading_that_fails_is_not_assessed_with_the_reason(url) {
        let state = start(&url).await;
        let denied = FaultKind::Error { code: "AccessDenied".into(), status: 403, message: "not for you".into() };
        state.running.aws.faults().next("iam:GetRole", denied, 1_000);
        state.plane.mirror_now().await.unwrap();
        let preflight = on_form(&state, PRODUCT).await;
        let role = preflight.findings.iter().find(|finding| finding.check == Check::LaunchRole).unwrap();
        assert_eq!(role.verdict, Verdict::NotAssessed);
        assert!(role.why.contains("not for you"), "{role:?}");
    }

    async fn launch_path_and_principal_fail_each_on_its_own(url) {
        let state = start(&url).await;
        let account = DEV.parse().unwrap();
        let (portfolio, principals) = at_aws(&state, |world| {
            let (_, portfolio) = ids(world, PRODUCT);
            let it = world.service_catalog.portfolios.get_mut(&portfolio).unwrap();
            (portfolio, it.principals.remove(&account).unwrap())
        });
        mirror(&state).await;
        let (check, told) = denied(&on_form(&state, PRODUCT).await);
        assert_eq!(check, Check::Principal);
        assert!(told.contains("StudiogateProvisioner") && told.contains("not associated with"), "{told}");
        let told = refused(&state, PRODUCT, "no-principal").await;
        assert!(told.contains("not associated") && told.contains("platform@example.com"), "{told}");
        at_aws(&state, |world| {
            let it = world.service_catalog.portfolios.get_mut(&portfolio).unwrap();
            it.principals.insert(account.clone(), principals);
            it.shares.remove(&account);
        });
        mirror(&state).await;
        let (check, told) = denied(&on_form(&state, PRODUCT).await);
        assert_eq!(check, Check::LaunchPath, "{told}");
        assert!(told.contains("no portfolio with the product is shared"), "{told}");
        assert!(refused(&state, PRODUCT, "no-path").await.contains("Share a portfolio"));
    }

    async fn what_was_taken_out_of_its_portfolio_is_launched_by_nobody(url) {
        let state = start(&url).await;
        let id = state.submit(WHO, PRODUCT, "was-fine").await;
        let product = state.product(PRODUCT).await;
        // The catalog knows at once; what the account sees is read later.
        for portfolio in state.store.product(&product).await.unwrap().unwrap().portfolios {
            let admin = state.as_("admin").await;
            let change = state.plane.disassociate_product(&admin, &product, &portfolio).await.unwrap();
            crate::catalog_changes::applied(&state, &change).await;
        }
        let page = state.plane.request(&state.as_("fraud-lead").await, &id, None).await.unwrap();
        let preflight = page.preflight.unwrap();
        let path = preflight.denied().find(|finding| finding.check == Check::LaunchPath).unwrap();
        assert!(path.told().contains("is in no portfolio"), "{path:?}");
        let refused = approve(&state, &id).await;
        let Err(Error::Conflict(problem)) = refused else { panic!("{refused:?}") };
        assert!(problem.next.contains("Put the product into a portfolio"), "{problem:?}");
    }

    async fn a_launch_role_that_is_gone_or_trusts_nobody_is_told(url) {
        let state = start(&url).await;
        let account = DEV.parse().unwrap();
        let role = at_aws(&state, |world| {
            world.account_mut(&account).unwrap().roles.remove("StudiogateLaunchRole").unwrap()
        });
        mirror(&state).await;
        let (check, told) = denied(&on_form(&state, PRODUCT).await);
        assert_eq!((check, told.as_str()), (Check::LaunchRole, "StudiogateLaunchRole: There is no such role in the account."));
        assert!(refused(&state, PRODUCT, "no-role").await.contains("deploy/spoke.yaml"));
        at_aws(&state, |world| {
            let trust = role.trust.replace("servicecatalog.amazonaws.com", "lambda.amazonaws.com");
            let roles = &mut world.account_mut(&account).unwrap().roles;
            roles.insert(role.name.clone(), sim::IamRole { trust, ..role });
        });
        mirror(&state).await;
        let (check, told) = denied(&on_form(&state, PRODUCT).await);
        assert_eq!(check, Check::LaunchRole);
        assert!(told.contains("does not let Service Catalog assume it"), "{told}");
    }

    async fn a_policy_that_denies_a_resource_is_named_with_statement_and_node(url) {
        let state = start(&url).await;
        attach(&state, "p-profiles", &deny("NoProfiles", "sagemaker:CreateUserProfile"));
        mirror(&state).await;
        let (check, told) = denied(&on_form(&state, PRODUCT).await);
        assert_eq!(check, Check::Policies);
        for part in ["UserProfile", "NoProfiles", "name of p-profiles", "Workloads_Dev", "sagemaker:CreateUserProfile"] {
            assert!(told.contains(part), "{part} in {told}");
        }
        assert!(refused(&state, PRODUCT, "no-profiles").await.contains("NoProfiles"));
        // What the launcher may not do is told as well: it would come up and never open.
        attach(&state, "p-opening", &deny("NoOpening", "sagemaker:CreatePresignedDomainUrl"));
        mirror(&state).await;
        let preflight = on_form(&state, PRODUCT).await;
        assert!(preflight.denied().any(|finding| finding.subject == "Opening it" && finding.why.contains("NoOpening")));
    }

    async fn conditions_are_decided_by_what_is_typed(url) {
        let state = start(&url).await;
        let no_gpu = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Small","Effect":"Deny","Action":"sagemaker:CreateDomain",
            "Resource":"*","Condition":{"ForAnyValue:StringNotLike":{"sagemaker:InstanceTypes":"ml.t3.*"}}}]}"#;
        attach(&state, "p-small", no_gpu);
        mirror(&state).await;
        assert!(on_form(&state, STUDIO).await.denied().next().is_none(), "the default is small");
        let mut input = state.filled_form(WHO, STUDIO, "too-large").await;
        input.parameters.insert("InstanceType".into(), "ml.m5.xlarge".into());
        let result = state.plane.submit_request(&state.as_(WHO).await, input.clone()).await;
        let Err(Error::Invalid(mistakes)) = result else { panic!("{result:?}") };
        assert!(mistakes[0].message.contains("Small of name of p-small"), "{mistakes:?}");
        input.parameters.insert("InstanceType".into(), "ml.t3.large".into());
        state.plane.submit_request(&state.as_(WHO).await, input).await.unwrap();
        // What only the call itself will say is said, and let through.
        let from = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Inside","Effect":"Deny","Action":"sagemaker:CreateDomain",
            "Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}]}"#;
        attach(&state, "p-inside", from);
        mirror(&state).await;
        let preflight = on_form(&state, STUDIO).await;
        assert_eq!(preflight.verdict(), Verdict::Depends);
        let depends = preflight.findings.iter().find(|finding| finding.verdict == Verdict::Depends).unwrap();
        assert!(depends.why.contains("Inside") && depends.why.contains("aws:SourceIp"), "{depends:?}");
        state.submit(WHO, STUDIO, "depends").await;
    }

    async fn the_library_lets_through_what_it_says_it_lets_through(url) {
        let state = start(&url).await;
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../blueprints/scps");
        for name in ["require-vpc", "require-customer-managed-keys", "require-tags", "protect-governance"] {
            let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
            attach(&state, &format!("p-{name}"), &text);
        }
        mirror(&state).await;
        let preflight = on_form(&state, STUDIO).await;
        let of_resources = verdicts(&preflight, Check::Policies);
        assert!(of_resources.iter().all(|it| *it == Verdict::Fine), "{preflight:#?}");
        let id = state.submit(WHO, STUDIO, "within").await;
        let environment = state.approve("fraud-lead", &id).await;
        state.settle().await;
        let it = state.environment(&environment).await;
        assert_eq!(it.state, EnvironmentState::Available, "AWS says the same");
    }

    async fn whoever_decides_sees_it_as_of_now_and_cannot_approve_what_would_be_denied(url) {
        let state = start(&url).await;
        let id = state.submit(WHO, PRODUCT, "was-fine").await;
        attach(&state, "p-profiles", &deny("NoProfiles", "sagemaker:CreateUserProfile"));
        mirror(&state).await;
        let page = state.plane.request(&state.as_("fraud-lead").await, &id, None).await.unwrap();
        let hindrance = page.hindrance.unwrap();
        assert!(hindrance.why.contains("NoProfiles") && hindrance.next.contains("platform@example.com"), "{hindrance:?}");
        assert_eq!(denied(&page.preflight.unwrap()).0, Check::Policies);
        let refused = approve(&state, &id).await;
        assert!(matches!(&refused, Err(Error::Conflict(problem)) if problem.why.contains("NoProfiles")), "{refused:?}");
        at_aws(&state, |world| world.organization.attachments.get_mut(UNIT_DEV).unwrap().retain(|it| it != "p-profiles"));
        mirror(&state).await;
        approve(&state, &id).await.unwrap();
    }

    async fn the_worker_refuses_what_changed_since_the_approval(url) {
        let state = start(&url).await;
        state.running.aws.faults().reset_calls();
        let id = state.approved("denied-since").await;
        attach(&state, "p-profiles", &deny("NoProfiles", "sagemaker:CreateUserProfile"));
        mirror(&state).await;
        let problem = stopped(&state, &id, "denied-since").await;
        assert!(problem.why.contains("NoProfiles"), "{problem:?}");
        at_aws(&state, |world| world.organization.attachments.get_mut(UNIT_DEV).unwrap().retain(|it| it != "p-profiles"));
        mirror(&state).await;

        // The mirror has not seen this: the worker looks itself.
        let id = state.approved("role-gone").await;
        let account = DEV.parse().unwrap();
        let role = at_aws(&state, |world| {
            world.account_mut(&account).unwrap().roles.remove("StudiogateLaunchRole").unwrap()
        });
        let problem = stopped(&state, &id, "role-gone").await;
        assert!(problem.why.contains("There is no such role"), "{problem:?}");
        assert_eq!(denied(&on_form(&state, PRODUCT).await).0, Check::LaunchRole, "and tells the pages");

        // Once it is mended, the same environment is retried, although the mirror is old.
        at_aws(&state, |world| world.account_mut(&account).unwrap().roles.insert(role.name.clone(), role));
        state.plane.retry_environment(&state.as_(WHO).await, &id, "").await.unwrap();
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Available);
        state.assert_sound().await;
    }
}
