//! Who may come to which address: every endpoint of the running router with what refuses it and what lets it through. An
//! endpoint without both fails here.

use std::collections::BTreeSet;

use domain::view::{PolicyChangeInput, RevokeInput};
use http::Method;
use sim::FaultKind;
use studiogate::http::{Endpoint, Guard, endpoints};

use crate::browser::{Answer, Browser};
use crate::state::{FRAUD_DEV, State};

/// One endpoint's row. `{...}` in the path and in values stand for what [`Things`] has.
struct Row {
    method: &'static str,
    /// As the router writes it.
    path: &'static str,
    /// What is asked for or posted, in place of the router's path.
    concrete: &'static str,
    fields: &'static [(&'static str, &'static str)],
    /// People who are refused, and why: the wrong project, the wrong role, or no role.
    refused: &'static [&'static str],
    /// Who is let through.
    allowed: &'static str,
}

const fn page(
    path: &'static str,
    concrete: &'static str,
    refused: &'static [&'static str],
    allowed: &'static str,
) -> Row {
    Row { method: "GET", path, concrete, fields: &[], refused, allowed }
}

const fn form(
    path: &'static str,
    fields: &'static [(&'static str, &'static str)],
    refused: &'static [&'static str],
    allowed: &'static str,
) -> Row {
    Row { method: "POST", path, concrete: path, fields, refused, allowed }
}

/// Everybody but admins and auditors.
const NOT_PLATFORM: &[&str] = &["fraud-scientist", "fraud-lead", "newcomer"];
/// Everybody but admins.
const NOT_ADMIN: &[&str] = &["fraud-scientist", "fraud-lead", "auditor", "newcomer"];

const ROWS: &[Row] = &[
    page("/", "/", &[], "fraud-scientist"),
    page("/catalog", "/catalog", &["newcomer"], "fraud-scientist"),
    page("/catalog/{product}", "/catalog/{fraud_only}", &["churn-scientist", "newcomer"], "fraud-scientist"),
    page(
        "/catalog/{product}/request",
        "/catalog/{fraud_only}/request",
        &["churn-scientist", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    page("/requests", "/requests", &["newcomer"], "fraud-scientist"),
    page("/requests/{id}", "/requests/{request}", &["churn-scientist", "churn-lead", "newcomer"], "fraud-scientist"),
    page("/approvals", "/approvals", &["newcomer"], "fraud-lead"),
    page("/environments", "/environments", &["newcomer"], "fraud-scientist"),
    page(
        "/environments/{id}",
        "/environments/{environment}",
        &["churn-scientist", "churn-lead", "newcomer"],
        "fraud-scientist",
    ),
    page(
        "/environments/{id}/events",
        "/environments/{environment}/events",
        &["churn-scientist", "churn-lead", "newcomer"],
        "fraud-scientist",
    ),
    // One's own access is for others to revoke.
    page(
        "/revoke",
        "/revoke?environment={environment}",
        &["fraud-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-lead",
    ),
    page("/revocations", "/revocations", &["fraud-scientist", "newcomer"], "churn-lead"),
    page(
        "/revocations/{id}",
        "/revocations/{revocation}",
        &["churn-scientist", "fraud-lead", "newcomer"],
        "churn-lead",
    ),
    page("/organization", "/organization", NOT_PLATFORM, "auditor"),
    page("/organization/{node}", "/organization/{unit}", NOT_PLATFORM, "auditor"),
    page("/organization/compare", "/organization/compare?left={unit}&right=r-stgt", NOT_PLATFORM, "auditor"),
    page("/organization/policies", "/organization/policies", NOT_PLATFORM, "auditor"),
    page("/organization/policies/{id}", "/organization/policies/p-denyendpoints", NOT_PLATFORM, "auditor"),
    page("/organization/matrix", "/organization/matrix", NOT_PLATFORM, "auditor"),
    // A change is shown to whoever entered it, and to no other admin.
    page("/organization/changes/{id}", "/organization/changes/{change}", NOT_ADMIN, "admin"),
    page("/audit", "/audit", NOT_PLATFORM, "auditor"),
    page("/audit/export.csv", "/audit/export.csv", NOT_PLATFORM, "auditor"),
    page("/audit/export.jsonl", "/audit/export.jsonl", NOT_PLATFORM, "auditor"),
    page("/profile", "/profile", &[], "newcomer"),
    page("/admin/projects", "/admin/projects", NOT_PLATFORM, "admin"),
    page("/admin/projects/{id}", "/admin/projects/fraud-detection", NOT_PLATFORM, "admin"),
    page("/admin/mappings", "/admin/mappings", NOT_PLATFORM, "admin"),
    page("/admin/people", "/admin/people", NOT_PLATFORM, "admin"),
    page("/admin/products", "/admin/products", NOT_PLATFORM, "admin"),
    page("/admin/products/{id}", "/admin/products/{fraud_only}", NOT_PLATFORM, "admin"),
    form(
        "/api/submit_request",
        &[
            ("product", "{fraud_only}"),
            ("artifact", "{artifact}"),
            ("target", FRAUD_DEV),
            ("name", "posted-one"),
            ("justification", "for the fraud model"),
            ("lease_days", "30"),
            ("form_token", "{form_token}"),
        ],
        &["churn-scientist", "auditor", "admin", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/show_request_form",
        &[
            ("product", "{fraud_only}"),
            ("artifact", "{artifact}"),
            ("target", FRAUD_DEV),
            ("name", "typed so far"),
            ("form_token", "{form_token}"),
        ],
        &["churn-scientist", "auditor", "admin", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/withdraw_request",
        &[("id", "{to_withdraw}"), ("version", "1")],
        &["churn-scientist", "fraud-lead", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/decide_request",
        &[("id", "{request}"), ("version", "1"), ("decision", "deny"), ("comment", "not now")],
        &["fraud-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-lead",
    ),
    form(
        "/api/request_again",
        &[("id", "{request}")],
        &["churn-scientist", "churn-lead", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/launch_environment",
        &[("id", "{environment}")],
        &["churn-scientist", "fraud-lead", "admin", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/retry_environment",
        &[("id", "{failed}")],
        &["churn-scientist", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/terminate_environment",
        &[("id", "{environment}"), ("version", "{version}"), ("confirm", "runs")],
        &["churn-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/revoke_access",
        &[("environment", "{failed}"), ("reach", "environment"), ("reason", "to be tried")],
        &["fraud-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-lead",
    ),
    form(
        "/api/retry_revocation",
        &[("id", "{revocation}")],
        &["churn-scientist", "fraud-lead", "auditor", "newcomer"],
        "churn-lead",
    ),
    form(
        "/api/restore_access",
        &[("id", "{revocation}"), ("version", "{revocation_version}")],
        &["churn-scientist", "fraud-lead", "auditor", "newcomer"],
        "churn-lead",
    ),
    // A handle of nobody's is ended by nobody; of one's own, by oneself: `sessions.rs` has that case.
    form("/api/end_session", &[("handle", "{handle}")], &["churn-scientist", "auditor", "newcomer"], "fraud-scientist"),
    // Ends nobody's but one's own: everybody may.
    form("/api/end_other_sessions", &[], &[], "newcomer"),
    form("/api/end_sessions_of", &[("person", "{person}")], NOT_ADMIN, "admin"),
    form("/api/refresh_catalog", &[], NOT_ADMIN, "admin"),
    form(
        "/api/preview_policy_change",
        &[("kind", "attach"), ("policy", "p-denyendpoints"), ("node", "r-stgt"), ("from", "policy")],
        NOT_ADMIN,
        "admin",
    ),
    form("/api/set_theme", &[("theme", "dark"), ("return_to", "/catalog")], &[], "newcomer"),
    form(
        "/api/save_project",
        &[("id", "new-project"), ("name", "New"), ("cost_center", "CC-1"), ("data_class", "internal")],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/save_project_account",
        &[
            ("project", "new-project"),
            ("account", "603000000001"),
            ("region", "eu-west-1"),
            ("stage", "dev"),
            ("name", "new-project-dev"),
        ],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/remove_project_account",
        &[("project", "new-project"), ("account", "603000000001"), ("region", "eu-west-1")],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/add_group_mapping",
        &[("group", "more-members"), ("grant", "member"), ("project", "churn-prediction")],
        NOT_ADMIN,
        "admin",
    ),
    form("/api/remove_group_mapping", &[("id", "{mapping}")], NOT_ADMIN, "admin"),
    form(
        "/api/save_product_access",
        &[
            ("product", "{fraud_only}"),
            ("project", "fraud-detection"),
            ("stage", "dev"),
            ("approval", "one_lead"),
            ("max_lease_days", "10"),
            ("version", "1"),
        ],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/save_parameter_binding",
        &[("product", "{bound}"), ("parameter", "InstanceType"), ("source", "ask"), ("value", ""), ("version", "1")],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/save_product_settings",
        &[("product", "{bound}"), ("typical_minutes", "7"), ("version", "1")],
        NOT_ADMIN,
        "admin",
    ),
    form("/api/accept_binding_proposals", &[("product", "{bound}"), ("id", "{bound}")], NOT_ADMIN, "admin"),
    form("/api/remove_parameter_binding", &[("id", "{binding}"), ("product", "{bound}")], NOT_ADMIN, "admin"),
    form("/api/remove_product_access", &[("id", "{access}"), ("product", "{fraud_only}")], NOT_ADMIN, "admin"),
];

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
    let request = state.waiting_request("waits").await;
    let to_withdraw = state.waiting_request("to-withdraw").await;
    let input = state.input("Studio user profile", FRAUD_DEV, "x").await;
    let fraud_only = state.product("Studio user profile").await;
    let access = plane.admin_product(&admin, &fraud_only, None).await.unwrap().access;
    for rule in access.iter().filter(|rule| rule.project.as_str() == "churn-prediction") {
        plane.remove_product_access(&admin, &rule.id).await.unwrap();
    }
    let rule = access.iter().find(|rule| rule.project.as_str() == "fraud-detection").unwrap();
    let bound = state.product("Studio environment").await;
    let bindings = plane.admin_product(&admin, &bound, None).await.unwrap().bindings;
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
    let revocation_version = plane.revocation(&lead, &revocation).await.unwrap().version;
    Things(vec![
        ("environment", environment.to_string()),
        ("failed", failed),
        ("version", version.to_string()),
        ("revocation", revocation.to_string()),
        ("revocation_version", revocation_version.to_string()),
        ("change", change.to_string()),
        ("unit", "ou-stgt-workloadsdev".into()),
        ("request", request.to_string()),
        ("to_withdraw", to_withdraw.to_string()),
        ("fraud_only", fraud_only.to_string()),
        ("artifact", input.artifact),
        ("form_token", input.form_token),
        ("access", rule.id.to_string()),
        ("bound", bound.to_string()),
        ("binding", binding.id.to_string()),
        ("mapping", mapping.id.to_string()),
        // Nobody who has a row of their own after this one.
        ("person", state.as_("churn-lead").await.actor.person.studio_user_id().to_string()),
    ])
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

#[tokio::test]
async fn v8_2_1_v8_2_2_v8_3_1_v8_4_1_every_endpoint_refuses_whom_it_should_and_lets_through_whom_it_should() {
    let state = State::start().await;
    let personas = ["fraud-scientist", "churn-scientist", "fraud-lead", "churn-lead", "admin", "auditor", "newcomer"];
    for persona in personas {
        state.signed_in(persona).await;
    }
    let mut things = things(&state).await;
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
    for row in ROWS {
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
            let comes_back = ["/api/show_request_form", "/api/request_again"].contains(&row.path);
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
    let rows: BTreeSet<_> = ROWS.iter().map(|row| format!("{} {}", row.method, row.path)).collect();
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
    assert!(ROWS.iter().all(|row| !row.allowed.is_empty()));
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
