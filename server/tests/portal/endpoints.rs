//! Who may come to which address: every endpoint of the running router with what refuses it and what lets it through. An
//! endpoint without both fails here.

mod catalog;
mod forms;
mod rows;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::environment::LaunchTarget;
use domain::id::EnvironmentId;
use domain::view::{
    ApprovalFloorInput, ApproverInput, DecisionInput, DelegationInput, IdleRuleInput, PolicyChangeInput, RevokeInput,
    RuleInput, TagRuleInput, TogetherInput, WebhookInput,
};
use http::Method;
use sim::FaultKind;
use studiogate::http::{Endpoint, Guard, endpoints};

use self::catalog::{CATALOG_FORMS, curated};
use self::forms::FORMS;
use self::rows::{PAGES, Row};
use crate::browser::{Answer, Browser};
use crate::state::{FRAUD_DEV, State};

/// Names of things that rows refer to.
struct Things(Vec<(&'static str, String)>);

impl Things {
    fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }
}

/// The fixture: an environment that runs, one that failed, requests that wait, and a product of one project alone.
async fn things(state: &State) -> Things {
    let plane = state.plane();
    let admin = state.as_("admin").await;
    let environment = state.environment("runs").await;
    let failed = failed(state).await;
    let rollout = rolled_out(state).await;
    let unmanaged = past_the_portal(state).await;
    let request = state.waiting_request("waits").await;
    let to_withdraw = state.waiting_request("to-withdraw").await;
    let input = state.input("Studio user profile", FRAUD_DEV, "x").await;
    let fraud_only = state.product("Studio user profile").await;
    let access = plane.admin_product(&admin, &fraud_only, None, "").await.unwrap().access;
    for rule in access.iter().filter(|rule| rule.project.as_str() == "churn-prediction") {
        plane.remove_product_access(&admin, &rule.id).await.unwrap();
    }
    let rule = access.iter().find(|rule| rule.project.as_str() == "fraud-detection").unwrap();
    let bound = state.product("Studio environment").await;
    let bindings = plane.admin_product(&admin, &bound, None, "").await.unwrap().bindings;
    let binding = bindings.iter().find(|binding| binding.parameter == "IdleTimeoutInMinutes").unwrap();
    let mappings = plane.admin_mappings(&admin, None).await.unwrap().mappings;
    let mapping = mappings.iter().find(|mapping| mapping.group == "churn-prediction-leads").unwrap();
    let scientist = state.as_("fraud-scientist").await;
    let attach = PolicyChangeInput {
        kind: "attach".into(),
        policy: "p-denyendpoints".into(),
        node: "r-stgt".into(),
        ..PolicyChangeInput::default()
    };
    let change = plane.preview_policy_change(&admin, attach).await.unwrap();
    let version = plane.environment(&scientist, &environment, None).await.unwrap().version;
    let lead = state.as_("churn-lead").await;
    let cut = RevokeInput {
        person: state.as_("churn-scientist").await.actor.person.studio_user_id().to_string(),
        reach: "project:churn-prediction".into(),
        reason: "to be tried".into(),
        ..RevokeInput::default()
    };
    let revocation = plane.revoke_access(&lead, cut).await.unwrap();
    state.work().await;
    let (webhook, dead) = not_delivered(state).await;
    let together = TogetherInput {
        act: "stop".into(),
        chosen: format!("{environment}:{version}:1"),
        together_reason: "to be tried".into(),
        ..TogetherInput::default()
    };
    let together = plane.act_on_environments(&state.as_("fraud-lead").await, &together).await.unwrap();
    state.work().await;
    let app = running_app(state, &environment).await;
    let (idle_rule, tag_rule) = rules(state).await;
    let revocation_version = plane.revocation(&lead, &revocation).await.unwrap().version;
    let access_rule = rule.id.to_string();
    let rule = RuleInput { who_1: "admin".into(), ..RuleInput::default() };
    let floor = ApprovalFloorInput { stage: "pre_prod".into(), rule, ..ApprovalFloorInput::default() };
    let floor = plane.save_approval_floor(&admin, floor).await.unwrap();
    let steward = ApproverInput { group: "stewards".into(), who: "data_owner".into(), ..ApproverInput::default() };
    let approver = plane.add_approver(&admin, steward).await.unwrap();
    let tomorrow = (plane.now() + TimeDelta::days(1)).date_naive().to_string();
    let away =
        DelegationInput { delegate: "lena.fischer@example.com".into(), until: tomorrow.clone(), reason: "Away".into() };
    let delegation = plane.delegate_decisions(&admin, away).await.unwrap();
    let curated = Box::pin(curated(state)).await;
    let mut all = vec![
        ("delegation", delegation.to_string()),
        ("tomorrow", tomorrow),
        ("floor", floor.to_string()),
        ("approver", approver.to_string()),
        ("environment", environment.to_string()),
        ("failed", failed),
        // Held and let go, handed over and back, before it is transferred.
        ("version", (version + 4).to_string()),
        ("seen_version", version.to_string()),
        ("webhook", webhook),
        ("together", together.rsplit('/').next().unwrap().to_owned()),
        ("rollout", rollout),
        ("unmanaged", unmanaged),
        ("app", app),
        ("idle_rule", idle_rule),
        ("tag_rule", tag_rule),
        ("dead", dead[0].clone()),
        ("dead_too", dead[1].clone()),
        ("revocation", revocation.to_string()),
        ("revocation_version", revocation_version.to_string()),
        ("change", change.to_string()),
        ("unit", "ou-stgt-workloadsdev".into()),
        ("request", request.to_string()),
        ("to_withdraw", to_withdraw.to_string()),
        ("fraud_only", fraud_only.to_string()),
        ("artifact", input.artifact),
        ("form_token", input.form_token),
        ("access", access_rule),
        ("bound", bound.to_string()),
        ("binding", binding.id.to_string()),
        ("mapping", mapping.id.to_string()),
        // Nobody who has a row of their own after this one.
        ("person", state.as_("churn-lead").await.actor.person.studio_user_id().to_string()),
    ];
    all.extend(curated);
    Things(all)
}

/// A rule about what is idle, and one of the tag policy.
async fn rules(state: &State) -> (String, String) {
    let (plane, admin) = (state.plane(), state.as_("admin").await);
    let never = IdleRuleInput { stage: "any".into(), limit: "never".into(), ..IdleRuleInput::default() };
    let elsewhere = TagRuleInput {
        tag_key: "signed-off".into(),
        stage: "prod".into(),
        data_class: "any".into(),
        ..TagRuleInput::default()
    };
    let idle = plane.save_idle_rule(&admin, never).await.unwrap();
    (idle.to_string(), plane.save_tag_rule(&admin, elsewhere).await.unwrap().to_string())
}

/// An app that runs in the environment, by its key.
async fn running_app(state: &State, environment: &EnvironmentId) -> String {
    let (plane, scientist) = (state.plane(), state.as_("fraud-scientist").await);
    let it = plane.environment(&scientist, environment, None).await.unwrap();
    let Some(LaunchTarget::Studio { domain_id, user_profile_name }) = it.launch else { panic!("no Studio") };
    let attributes = serde_json::json!({
        "DomainId": domain_id, "UserProfileName": user_profile_name, "AppType": "JupyterLab", "AppName": "default",
    });
    let path = format!("{domain_id}/{user_profile_name}/jupyterlab/default").to_lowercase();
    let (aws, account) = (&state.demo.local.aws, "601000000002".parse().unwrap());
    let arn = format!("arn:aws:sagemaker:{}:{account}:app/{path}", sim::seed::REGION);
    let app = sim::sagemaker::Resource::pending(arn, attributes.as_object().unwrap().clone(), aws.now(), aws.now());
    aws.with_world(|world| world.sagemaker(&account, sim::seed::REGION).apps.insert(path, app)).unwrap();
    plane.observe_now().await.unwrap();
    let observed = plane.environment(&scientist, environment, None).await.unwrap().observed;
    observed.running.first().unwrap().item.key()
}

/// A webhook whose other side wants nothing, and two messages that it refused.
async fn not_delivered(state: &State) -> (String, Vec<String>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/gone", listener.local_addr().unwrap());
    let gone = axum::Router::new().fallback(|| async { axum::http::StatusCode::GONE });
    tokio::spawn(async move { axum::serve(listener, gone).await });
    let (plane, admin) = (state.plane(), state.as_("admin").await);
    let input = WebhookInput {
        name: "gone".into(),
        kind: "slack".into(),
        url,
        topic: [("handed_over".to_owned(), "yes".to_owned())].into(),
        ..WebhookInput::default()
    };
    let webhook = plane.save_webhook(&admin, input).await.unwrap();
    for _ in 0..2 {
        plane.test_webhook(&admin, &webhook).await.unwrap();
    }
    state.work().await;
    let dead = plane.admin_notifications(&admin, "", None).await.unwrap().dead.items;
    (webhook.to_string(), dead.into_iter().map(|row| row.id.to_string()).collect())
}

/// An environment whose provisioning failed: its name is taken at AWS.
async fn failed(state: &State) -> String {
    let aws = &state.demo.local.aws;
    let refusal = FaultKind::Error {
        code: "InvalidParametersException".into(),
        status: 400,
        message: "refused on purpose".into(),
    };
    aws.faults().next("servicecatalog:ProvisionProduct", refusal, 100);
    let environment = state.environment("failed").await;
    aws.faults().clear();
    environment.to_string()
}

/// A rollout over one environment, which is ended: nothing waits for it.
async fn rolled_out(state: &State) -> String {
    let plane = state.plane();
    let input = state.input_of("Studio environment", "1.0", FRAUD_DEV, "rolled-out").await;
    let request = plane.submit_request(&state.as_("fraud-scientist").await, input).await.unwrap();
    let decision = DecisionInput { decision: "approve".into(), version: "1".into(), ..DecisionInput::default() };
    let lead = state.as_("fraud-lead").await;
    plane.decide_request(&lead, &request, decision).await.unwrap();
    state.work().await;
    state.sign_in_the_team().await;
    let environment = plane.request(&lead, &request, None).await.unwrap().environment.unwrap();
    let page = plane.together(&lead, "update", std::slice::from_ref(&environment), "").await.unwrap();
    let input = TogetherInput {
        act: "update".into(),
        chosen: page.can[0].chosen.clone(),
        together_reason: "to be tried".into(),
        ..TogetherInput::default()
    };
    let address = plane.act_on_environments(&lead, &input).await.unwrap();
    let id = address.strip_prefix("/rollouts/").unwrap();
    plane.end_rollout(&lead, &id.parse().unwrap()).await.unwrap();
    state.work().await;
    id.to_owned()
}

/// What somebody provisioned past the portal: the same as "runs", under another name.
async fn past_the_portal(state: &State) -> String {
    let id = "pp-pasttheportal";
    let made = state.demo.local.aws.with_world(|world| {
        let provisioned = &mut world.service_catalog.provisioned;
        let mut like = provisioned.values().find(|it| it.name == "runs").unwrap().clone();
        (like.id, like.name) = (id.to_owned(), "past-the-portal".to_owned());
        provisioned.insert(id.to_owned(), like);
    });
    made.unwrap();
    state.plane().observe_now().await.unwrap();
    id.to_owned()
}

fn all_rows() -> impl Iterator<Item = &'static Row> {
    PAGES.iter().chain(FORMS).chain(CATALOG_FORMS)
}

#[tokio::test]
async fn v8_2_1_v8_2_2_v8_3_1_v8_4_1_every_endpoint_refuses_whom_it_should_and_lets_through_whom_it_should() {
    let state = State::start().await;
    let personas = ["fraud-scientist", "churn-scientist", "fraud-lead", "churn-lead", "admin", "auditor", "newcomer"];
    for persona in personas {
        state.signed_in(persona).await;
    }
    let mut things = Box::pin(things(&state)).await;
    // Provisioning took longer than an unused session lives.
    let mut people = Vec::new();
    for persona in personas {
        people.push((persona, state.signed_in(persona).await));
    }
    let sessions = state.plane().profile(&state.as_("fraud-scientist").await).await.unwrap().sessions;
    state.signed_in("fraud-scientist").await;
    let more = state.plane().profile(&state.as_("fraud-scientist").await).await.unwrap().sessions;
    let other = more.into_iter().find(|one| sessions.iter().all(|known| known.handle != one.handle)).unwrap();
    things.0.push(("handle", other.handle));
    for row in all_rows() {
        let anonymous = ask(&mut state.browser(), row, &things).await;
        let expected = if row.method == "GET" { 303 } else { 401 };
        assert_eq!(anonymous.status, expected, "{} {} by nobody", row.method, row.path);
        if row.method == "GET" {
            assert!(
                anonymous.location().starts_with("/auth/login?return_to="),
                "{}: {}",
                row.path,
                anonymous.location()
            );
        }
        for persona in row.refused {
            let answer = ask(of(&mut people, persona), row, &things).await;
            assert!(
                is_refusal(&answer),
                "{} {} by {persona}: {} {} {}",
                row.method,
                row.path,
                answer.status,
                answer.location(),
                answer.text()
            );
        }
        let answer = ask(of(&mut people, row.allowed), row, &things).await;
        let (status, by) = (answer.status, row.allowed);
        if row.method == "GET" {
            assert_eq!(status, 200, "{} by {by}: {}", row.path, answer.text());
        } else {
            assert_eq!(status, 303, "{} by {by}: {}", row.path, answer.text());
            // These are for coming to a form that is filled.
            let comes_back = [
                "/api/show_request_form",
                "/api/show_update_form",
                "/api/request_again",
                "/api/try_constraint",
                "/api/enter_blueprint",
                "/api/apply_blueprint",
                "/api/plan_catalog",
            ]
            .contains(&row.path);
            let draft = answer.location().contains("draft=");
            assert_eq!(draft, comes_back, "{} by {by} goes to {}", row.path, answer.location());
        }
    }
}

#[tokio::test]
async fn v3_5_3_v6_3_4_v13_4_5_every_endpoint_has_a_row_and_every_row_an_endpoint() {
    let state = State::start().await;
    let all = endpoints(state.portal());
    let key = |method: &Method, path: &str| format!("{method} {path}");
    let guarded: BTreeSet<_> =
        all.iter().filter(|one| one.guard == Guard::SignedIn).map(|one| key(&one.method, &one.path)).collect();
    let rows: BTreeSet<_> = all_rows().map(|row| format!("{} {}", row.method, row.path)).collect();
    assert_eq!(guarded, rows);
    let open: Vec<_> =
        all.iter().filter(|one| one.guard == Guard::Anyone).map(|one| key(&one.method, &one.path)).collect();
    let expected = [
        "GET /healthz",
        "GET /readyz",
        "GET /metrics",
        "GET /auth/login",
        "GET /auth/callback",
        "GET /auth/signed-out",
        "POST /auth/logout",
    ];
    assert_eq!(open, expected);
    assert!(all_rows().all(|row| !row.allowed.is_empty()));
    // Server functions answer to POST alone: what changes something is never a GET.
    let functions: Vec<&Endpoint> = all.iter().filter(|one| one.path.starts_with("/api/")).collect();
    assert!(functions.iter().all(|one| one.method == Method::POST) && functions.len() > 15);
}

fn of<'a>(people: &'a mut [(&str, Browser)], persona: &str) -> &'a mut Browser {
    &mut people.iter_mut().find(|(name, _)| *name == persona).unwrap().1
}

async fn ask(browser: &mut Browser, row: &Row, things: &Things) -> Answer {
    let path = things.fill(row.concrete);
    if row.method == "GET" {
        return browser.get(&path).await;
    }
    let fields: Vec<_> = row.fields.iter().map(|(name, value)| (*name, things.fill(value))).collect();
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.post(&path, &fields).await
}

/// Not allowed, or not there for this person. For a post also the form again with what is wrong with it: somebody of another
/// project has no such account to choose.
fn is_refusal(answer: &Answer) -> bool {
    matches!(answer.status, 403 | 404) || (answer.status == 303 && answer.location().contains("draft="))
}
