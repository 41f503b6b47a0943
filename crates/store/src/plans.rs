//! Every read goes along an index. Calls the reads on an empty SQLite database, keeps the statements they run, and asks the
//! database how it would run them.

mod catalog;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use domain::approval::Approver;
use domain::audit::Outcome;
use domain::environment::EnvironmentState;
use domain::id::ProjectId;
use domain::organization::NodeKind;
use domain::person::PersonKey;
use domain::project::Stage;
use domain::request::{RequestKind, RequestState};

use self::catalog::read_catalog;
use crate::run;
use crate::sql::Sql;
use crate::{
    Attention, AuditFilter, EnvironmentFilter, Leaver, Order, PageRequest, Part, RequestFilter, Scope, Store,
    VersionFilter,
};

static RECORDED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Called with every statement.
pub(crate) fn record(text: &str) {
    RECORDED.lock().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned());
}

/// Tables that stay small: a handful of rows per project or product.
const SMALL: &[&str] = &[
    "project",
    "project_account",
    "group_mapping",
    "product_access",
    "approval_floor",
    "approver",
    "parameter_binding",
    "portfolio",
    "product",
    "mirror_state",
    "tag_option",
    "notification_cursor",
    "webhook",
    "idle_rule",
    "tag_rule",
    "leaver",
];

/// What statements make for themselves.
const DERIVED: &[&str] = &["known", "due", "branch_", "counted"];

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_790_000_000_000).unwrap()
}

fn person() -> PersonKey {
    PersonKey { issuer: "https://idp.example".into(), subject: "ada".into() }
}

fn projects(count: usize) -> Vec<ProjectId> {
    (0..count).map(|i| format!("project-{i}").parse().unwrap()).collect()
}

fn scopes() -> Vec<Scope> {
    vec![
        Scope::All,
        Scope::Projects(projects(1)),
        Scope::Projects(projects(3)),
        Scope::ProjectsOrOwner { projects: projects(2), person: person() },
        Scope::ProjectsOrOwner { projects: projects(80), person: person() },
        Scope::Person(person()),
        Scope::People(vec![person(), person()]),
        Scope::Requests(vec![
            Part { who: Some(Approver::Lead), projects: projects(1), free: vec![person()], ..Part::default() },
            Part { who: Some(Approver::Admin), spent: vec![person()], not_in: projects(2), ..Part::default() },
            Part { product: Some("prod-1".parse().unwrap()), stage: Some(Stage::Dev), ..Part::default() },
            Part { requester: Some(person()), ..Part::default() },
            Part { decided_by: Some(person()), ..Part::default() },
        ]),
        Scope::Requests(projects(80).into_iter().map(|p| Part { projects: vec![p], ..Part::default() }).collect()),
        Scope::Nothing,
    ]
}

fn pages() -> [PageRequest; 2] {
    [PageRequest::newest(20), PageRequest { order: Order::OldestFirst, after: None, limit: 20 }]
}

fn request_filters() -> Vec<RequestFilter> {
    let all = RequestFilter::default;
    vec![
        all(),
        RequestFilter { ids: Some(vec!["r1".parse().unwrap(), "r2".parse().unwrap()]), ..all() },
        RequestFilter { state: Some(RequestState::Submitted), ..all() },
        RequestFilter { project: projects(1).pop(), ..all() },
        RequestFilter { project: projects(1).pop(), state: Some(RequestState::Denied), ..all() },
        RequestFilter { requester: Some(person()), ..all() },
        RequestFilter { product: Some("prod-1".parse().unwrap()), text: Some("x".into()), ..all() },
    ]
}

fn environment_filters() -> Vec<EnvironmentFilter> {
    let all = EnvironmentFilter::default;
    vec![
        all(),
        EnvironmentFilter { live: true, ..all() },
        EnvironmentFilter { state: Some(EnvironmentState::Available), ..all() },
        EnvironmentFilter { project: projects(1).pop(), stage: Some(Stage::Dev), ..all() },
        EnvironmentFilter { owner: Some(person()), live: true, ..all() },
        EnvironmentFilter { text: Some("x".into()), ..all() },
        EnvironmentFilter { attention: Some(Attention::KeepsFiles), ..all() },
        EnvironmentFilter { attention: Some(Attention::Troubled), live: true, ..all() },
        EnvironmentFilter { attention: Some(Attention::Drifted), live: true, ..all() },
        EnvironmentFilter { attention: Some(Attention::TagsDiffer), live: true, ..all() },
        EnvironmentFilter { ids: Some(vec!["e1".parse().unwrap(), "e2".parse().unwrap()]), ..all() },
        EnvironmentFilter { owners: Some(vec![person(), person()]), live: true, ..all() },
        EnvironmentFilter { account: Some("601000000002".parse().unwrap()), live: true, ..all() },
        EnvironmentFilter {
            product: Some("prod-1".parse().unwrap()),
            version: Some(VersionFilter::Is("pa-1".parse().unwrap())),
            ..all()
        },
        EnvironmentFilter { version: Some(VersionFilter::NoneOf(vec!["pa-1".parse().unwrap()])), ..all() },
        EnvironmentFilter { created_until: Some(now()), ends_by: Some(now()), live: true, ..all() },
        EnvironmentFilter { running: Some(true), live: true, ..all() },
        EnvironmentFilter { running: Some(false), live: true, ..all() },
    ]
}

fn audit_filters() -> Vec<AuditFilter> {
    let all = AuditFilter::default;
    vec![
        all(),
        AuditFilter { people: Some(vec![person()]), ..all() },
        AuditFilter { people: Some(vec![person(), person()]), action: Some("sign_in".into()), ..all() },
        AuditFilter { action: Some("submit_request".into()), ..all() },
        AuditFilter { resource_kind: Some("request".into()), ..all() },
        AuditFilter { resource_kind: Some("request".into()), resource_id: Some("r-1".into()), ..all() },
        AuditFilter { project: projects(1).pop(), ..all() },
        AuditFilter { outcome: Some(Outcome::Denied), ..all() },
        AuditFilter { from: Some(now()), to: Some(now()), ..all() },
        AuditFilter { correlation: Some("c".into()), ..all() },
    ]
}

async fn read_lists(store: &Store) -> crate::Result<()> {
    for scope in scopes() {
        store.projects(&scope).await?;
        for page in pages() {
            for filter in request_filters() {
                store.requests(&scope, &filter, &page).await?;
                // Counting what a text occurs in reads every row that it is looked for in; of the kinds of requests that
                // somebody decides, the undecided ones are counted.
                let by_parts = matches!(scope, Scope::Requests(_));
                if filter.text.is_none() && (!by_parts || filter.state.is_some()) {
                    store.count_requests(&scope, &filter).await?;
                }
            }
            for filter in environment_filters() {
                store.environments(&scope, &filter, &page).await?;
                if filter.text.is_none() {
                    store.count_environments(&scope, &filter).await?;
                    store.count_environments_up_to(&scope, &filter, 100).await?;
                }
            }
            store.revocations(&scope, &page).await?;
            store.rollouts(&scope, &page).await?;
            store.policy_changes(&page).await?;
            store.templates(&page).await?;
            store.catalog_changes(&page).await?;
            for filter in audit_filters() {
                store.audit_events(&scope, &filter, &page).await?;
            }
        }
    }
    Ok(())
}

async fn read_requests(store: &Store) -> crate::Result<()> {
    store.request(&"r".parse().unwrap()).await?;
    store.request_states(&["r".parse().unwrap()]).await?;
    store.undecided_requests(now(), 20).await?;
    store.requests_to_remind_of(2, now(), 20).await?;
    store.request_messages(&"r".parse().unwrap()).await?;
    store.waiting_places().await?;
    store.request_decisions(&"r".parse().unwrap()).await?;
    store.request_decision_of(&"r".parse().unwrap(), &person()).await?;
    store.approval_floors().await?;
    store.approvers().await?;
    store.undecided_request_of(&"e".parse().unwrap(), RequestKind::Update).await?;
    store.undecided_requests_of(&"e".parse().unwrap()).await?;
    store.last_messages([&"r".parse().unwrap()]).await?;
    store.requests_about(&"e".parse().unwrap(), 20).await?;
    store.startable([&"e".parse().unwrap()]).await?;
    Ok(())
}

async fn read_the_rest(store: &Store) -> crate::Result<()> {
    let idle = TimeDelta::hours(1);
    store.session("s", now(), idle).await?;
    store.sessions_of(&person(), now(), idle).await?;
    store.sweep_sessions(now(), idle).await?;
    store.draft(&"d".parse().unwrap(), &person(), now()).await?;
    store.count_drafts(&person(), now()).await?;
    store.sweep_drafts(now()).await?;
    store.take_flash("s").await?;
    store.sweep_flashes(now()).await?;
    store.sweep_form_tokens(now()).await?;
    store.person(&person()).await?;
    store.person_by_studio_user_id(person().studio_user_id().as_str()).await?;
    store.search_people("ada", 20).await?;
    store.people_by_email("ada@example.com").await?;
    store.delegations(now()).await?;
    store.delegations_to(&person(), now()).await?;
    store.delegation(&"d".parse().unwrap()).await?;
    store.people_in_groups(&["a".into(), "b".into()], now()).await?;
    store.names_of([&person()]).await?;
    store.people([&person()]).await?;
    store.revocation(&"v".parse().unwrap()).await?;
    store.policy_change(&"c".parse().unwrap()).await?;
    store.policy_change_under_way().await?;
    read_catalog(store).await?;
    read_unmanaged(store).await?;
    store.rollout(&"o".parse().unwrap()).await?;
    store.rollout_of(&"r".parse().unwrap()).await?;
    store.rolled_out_by(&"e".parse().unwrap()).await?;
    store.waiting_probes(20).await?;
    store.observation(&"e".parse().unwrap()).await?;
    store.asked_observations(20).await?;
    store.last_operation_on_running(&"e".parse().unwrap()).await?;
    store.environments_at_rest(None, 20).await?;
    store.probes_of(["601000000002", "601000000004"]).await?;
    store.revocations_in_force(&person()).await?;
    read_requests(store).await?;
    store.environment(&"e".parse().unwrap()).await?;
    store.environment_of_request(&"r".parse().unwrap()).await?;
    store.environments_past_lease(now(), now(), 20).await?;
    store.environments_to_warn(3, TimeDelta::hours(1), now(), 20).await?;
    store.fleet().await?;
    store.live_environments_by_owner(&projects(1)[0]).await?;
    store.people_of_groups(&["a".into(), "b".into()], "ada", 100).await?;
    store.unnoticed_leavers(now(), 100).await?;
    store.who_left([Leaver { project: projects(1).remove(0), person: person() }]).await?;
    store.requests_of_leavers(now(), 100).await?;
    store.forget_leavers(now()).await?;
    store.idle_rules().await?;
    store.tag_rules().await?;
    store.last_blueprint().await?;
    store.expected_catalog(&"eu-west-1".parse().unwrap()).await?;
    store.catalog_drifts().await?;
    store.count_drifted_things().await?;
    store.blueprint(&"b".parse().unwrap()).await?;
    store.job_marks(&"e".parse().unwrap()).await?;
    store.sweep_job_marks(now()).await?;
    read_notifications(store).await?;
    store.stack_events(&"e".parse().unwrap(), 200).await?;
    store.stack_events_by_operation(&"e".parse().unwrap(), 200).await?;
    store.operation(&"o".parse().unwrap()).await?;
    store.operations_of(&"e".parse().unwrap(), 10).await?;
    store.claim_operations(now(), "w", now(), 8).await?;
    store.next_operation_due().await?;
    let products = ["prod-1".parse().unwrap(), "prod-2".parse().unwrap()];
    store.provisioning_seconds_of(&products, 20).await?;
    store.person_of_session("s").await?;
    store.count_unfinished_operations().await?;
    store.count_held_operations(now()).await?;
    store.audit_actions().await?;
    store.sealed_events(1, 10, 10).await?;
    store.unsealed_events(10).await?;
    store.living_sessions(now(), TimeDelta::hours(1)).await?;
    store.count_operations(now()).await?;
    store.unsealed_backlog().await?;
    store.has_unsealed_events().await?;
    store.audit_blocks(0, 10).await?;
    store.audit_head().await?;
    store.organization_state().await?;
    read_organization(store).await?;
    let mut tx = store.begin().await?;
    let (account, region) = ("601000000001".parse().unwrap(), "eu-west-1".parse().unwrap());
    tx.count_requests_of(&person(), now()).await?;
    tx.undecided_request_named(&account, &region, "n", None).await?;
    tx.live_environment_named(&account, &region, "n").await?;
    tx.count_live_environments(&projects(1)[0], &account, &region).await?;
    tx.hasten_operation("rollout", "o", now()).await?;
    tx.end_sessions_of(&person(), None).await?;
    tx.rollback().await
}

async fn read_unmanaged(store: &Store) -> crate::Result<()> {
    for page in pages() {
        store.unmanaged_products(&page).await?;
    }
    store.unmanaged_product(&"pp-1".parse().unwrap()).await?;
    store.known_products(&["pp-1".parse().unwrap(), "pp-2".parse().unwrap()]).await?;
    store.names_coming_up(&"601000000002".parse().unwrap(), &"eu-west-1".parse().unwrap()).await?;
    store.environment_of_product(&"pp-1".parse().unwrap()).await?;
    store.count_unmanaged_products(100).await?;
    store.sweep_unmanaged_products(now()).await.map(drop)
}

async fn read_notifications(store: &Store) -> crate::Result<()> {
    store.notifications(&person(), &PageRequest::newest(20)).await?;
    store.count_unread(&person(), 100).await?;
    store.read_notifications(&person(), None, now(), now()).await?;
    store.read_notifications(&person(), Some(&"n".parse().unwrap()), now(), now()).await?;
    store.sweep_notifications(now()).await?;
    store.notification_choices(&person()).await?;
    store.notification_cursor().await?;
    store.claim_deliveries(now(), "w", now(), 8).await?;
    store.dead_deliveries(&PageRequest::newest(20)).await?;
    store.last_deliveries().await?;
    store.count_deliveries().await?;
    store.next_delivery_due().await?;
    store.sweep_deliveries(now()).await?;
    store.webhooks().await?;
    store.webhook_to_send(&"w".parse().unwrap()).await?;
    let mut tx = store.begin().await?;
    tx.mailed(&[person(), person()], domain::notification::Topic::HandedOver).await?;
    tx.webhook(&"w".parse().unwrap()).await?;
    tx.delivery(&"d".parse().unwrap()).await?;
    tx.rollback().await
}

async fn read_organization(store: &Store) -> crate::Result<()> {
    let mut tx = store.begin().await?;
    // Without a node there is no range to look in.
    let into = "INSERT INTO organization_node (id, position, last, kind, name, above, exempt) VALUES";
    for values in ["('r-1', 0, 1, 'root', 'Root', '[]', 0)", "('601000000001', 1, 1, 'account', 'a', '[\"r-1\"]', 0)"] {
        run::execute(tx.on(), Sql::new(format!("{into} {values}"))).await?;
    }
    tx.commit().await?;
    for page in [PageRequest::oldest(20), PageRequest::oldest(1).after(Some("0~r-1".parse().unwrap()))] {
        for kind in [None, Some(NodeKind::Account)] {
            store.organization_nodes(None, kind, &page).await?;
            store.organization_nodes(Some("r-1"), kind, &page).await?;
        }
    }
    store.organization_node("r-1").await?;
    store.account_paths(&["601000000001".parse().unwrap()]).await?;
    store.service_control_policies(&["p-1".to_owned()]).await?;
    store.service_control_policy_names(&["p-1".to_owned()]).await?;
    store.service_control_policies_after("", 20).await?;
    store.service_control_policy_named("p").await?;
    store.nodes_with_policy("p-1", "", 20).await?;
    store.count_attachments(&["p-1".to_owned()]).await.map(drop)
}

/// What the plan of `text` says about big tables that it should not.
fn complaints(text: &str, plan: &[Line]) -> Vec<String> {
    // Many kinds of requests at once are those that somebody may decide: as many as wait.
    let many_kinds = text.contains("OR (1 = 1");
    let sorts_one_list =
        text.contains("ORDER BY") && !text.contains(" IN (") && !text.contains("DISTINCT") && !many_kinds;
    plan.iter()
        .map(|line| &line.detail)
        .filter(|detail| {
            let scanned = detail.strip_prefix("SCAN ").and_then(|rest| rest.split_whitespace().next());
            let is_big = |table: &str| !SMALL.contains(&table) && !DERIVED.iter().any(|name| table.starts_with(name));
            let scans = scanned.is_some_and(is_big)
                && !detail.contains("USING")
                && !detail.contains("CONSTANT ROW")
                // Along the table itself, which is in the order of its heights.
                && !(text.contains("FROM audit_block ORDER BY height DESC LIMIT 1"));
            scans || sorts_one_list && detail.contains("TEMP B-TREE FOR ORDER BY")
        })
        .map(|detail| format!("{detail}\n  in {text}"))
        .collect()
}

#[derive(sqlx::FromRow)]
struct Line {
    detail: String,
}

#[tokio::test]
async fn v15_2_2_every_read_goes_along_an_index() {
    let store = Store::connect("sqlite::memory:").await.unwrap();
    store.migrate().await.unwrap();
    read_lists(&store).await.unwrap();
    read_the_rest(&store).await.unwrap();
    let texts = RECORDED.lock().unwrap().clone();
    assert!(texts.len() > 100, "only {} statements were kept", texts.len());
    let mut bad = Vec::new();
    for text in texts {
        let explain = Sql::new(format!("EXPLAIN QUERY PLAN {text}"));
        let plan: Vec<Line> = run::all(store.read(), explain).await.unwrap();
        bad.extend(complaints(&text, &plan));
    }
    assert!(bad.is_empty(), "{} bad plans:\n{}", bad.len(), bad.join("\n"));
}
