//! The rows of a list are exactly the rows that can be opened one by one.
#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::pedantic)]

mod common;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use common::{ISSUER, TestState};
use control_plane::{Caller, Error};
use domain::action::Action;
use domain::clock::Clock;
use domain::environment::{Environment, EnvironmentState, Leaves};
use domain::id::ProjectId;
use domain::person::{Actor, Membership, PersonKey, PlatformGrant, PlatformRole, ProjectRole};
use domain::project::Stage;
use domain::request::{Request, RequestKind, RequestState};
use domain::view::{EnvironmentsQuery, GroupMappingInput, RequestsQuery};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

const PROJECTS: [&str; 2] = ["fraud-detection", "churn-prediction"];
const PEOPLE: [&str; 3] = ["a", "b", "c"];

fn actors() -> impl Strategy<Value = Actor> {
    let role = prop_oneof![Just(ProjectRole::Member), Just(ProjectRole::Lead)];
    let membership = (0..PROJECTS.len(), role).prop_map(|(p, role)| Membership {
        project: PROJECTS[p].parse().unwrap(),
        role,
        because_of_group: "g".into(),
    });
    let grant = prop_oneof![Just(PlatformRole::Admin), Just(PlatformRole::Auditor)]
        .prop_map(|role| PlatformGrant { role, because_of_group: "g".into() });
    let memberships = proptest::collection::vec(membership, 0..4);
    (0..PEOPLE.len(), memberships, proptest::collection::vec(grant, 0..2), 0..10).prop_map(
        |(person, memberships, platform, odds)| Actor {
            person: TestState::person(PEOPLE[person]),
            display_name: PEOPLE[person].into(),
            email: None,
            groups: vec![],
            // Most people have no platform role: they are the interesting ones.
            platform: if odds < 3 { platform } else { vec![] },
            memberships,
            cut_off: Default::default(),
        },
    )
}

async fn plant(state: &TestState) {
    let now = state.clock.now();
    let mut tx = state.store.begin().await.unwrap();
    let mut n = 0;
    for project in PROJECTS {
        let project: ProjectId = project.parse().unwrap();
        tx.insert_project(&domain::project::Project {
            id: project.clone(),
            name: project.to_string(),
            cost_center: "1".into(),
            data_class: domain::project::DataClass::Internal,
            version: 1,
        })
        .await
        .unwrap();
        for person in PEOPLE {
            for issuer in [ISSUER, "https://elsewhere.example"] {
                n += 1;
                let key = PersonKey { issuer: issuer.into(), subject: person.into() };
                let request = request(n, &project, &key, now + TimeDelta::seconds(n));
                tx.insert_request(&request).await.unwrap();
                tx.insert_environment(&environment(n, &request)).await.unwrap();
            }
        }
    }
    tx.commit().await.unwrap();
}

fn request(n: i64, project: &ProjectId, requester: &PersonKey, at: chrono::DateTime<chrono::Utc>) -> Request {
    Request {
        id: format!("request-{n}").parse().unwrap(),
        project: project.clone(),
        requester: requester.clone(),
        product: "prod-1".parse().unwrap(),
        artifact: "pa-1".parse().unwrap(),
        account: "601000000002".parse().unwrap(),
        region: "eu-west-1".parse().unwrap(),
        stage: Stage::Dev,
        name: format!("name-{n}"),
        asked: Default::default(),
        sealed: None,
        tags: Default::default(),
        justification: "because".into(),
        lease_days: 1,
        approval: domain::access::ApprovalRule::OneLead,
        state: RequestState::Submitted,
        decision: None,
        submitted_at: at,
        decided_at: None,
        environment: None,
        kind: RequestKind::Provision,
        version: 1,
    }
}

fn environment(n: i64, request: &Request) -> Environment {
    Environment {
        id: format!("environment-{n}").parse().unwrap(),
        request: request.id.clone(),
        project: request.project.clone(),
        owner: request.requester.clone(),
        studio_user_id: request.requester.studio_user_id(),
        product: request.product.clone(),
        artifact: request.artifact.clone(),
        account: request.account.clone(),
        region: request.region.clone(),
        stage: request.stage,
        name: request.name.clone(),
        state: EnvironmentState::Available,
        problem: None,
        provisioned_product: None,
        stack_arn: None,
        outputs: vec![],
        update: None,
        parameters: Default::default(),
        leaves: Leaves::Nothing,
        handed_over: None,
        tags: Default::default(),
        launch_target: None,
        operation: None,
        lease_ends_at: request.submitted_at + TimeDelta::days(1),
        hold: None,
        revoked: false,
        created_at: request.submitted_at,
        updated_at: request.submitted_at,
        version: 1,
    }
}

/// `a` is the sole lead of the first project who can be counted on; the second has none.
async fn plant_a_lead(state: &TestState) {
    state.sign_in("admin", &["platform-admins"]).await;
    state.sign_in("a", &["leads-of-the-first"]).await;
    let admin = state.as_("admin").await;
    let lead =
        GroupMappingInput { group: "leads-of-the-first".into(), grant: "lead".into(), project: PROJECTS[0].into() };
    state.plane.add_group_mapping(&admin, lead).await.unwrap();
}

async fn holds(state: &TestState, actor: Actor) {
    let caller = Caller::new(actor, "property");
    let plane = &state.plane;
    let mut listed = BTreeSet::new();
    let mut query = RequestsQuery::default();
    loop {
        let page = plane.requests(&caller, query.clone()).await.unwrap();
        listed.extend(page.rows.items.into_iter().map(|r| r.id));
        let Some(next) = page.rows.next else { break };
        query.after = next;
    }
    let mut environments = BTreeSet::new();
    let mut query = EnvironmentsQuery::default();
    loop {
        let page = plane.environments(&caller, query.clone()).await.unwrap();
        environments.extend(page.rows.items.into_iter().map(|r| r.id));
        let Some(next) = page.rows.next else { break };
        query.after = next;
    }
    let waiting: BTreeSet<_> =
        plane.approvals(&caller, "").await.unwrap().waiting.items.into_iter().map(|r| r.id).collect();
    assert_eq!(plane.shell(&caller).await.unwrap().waiting_for_me as usize, waiting.len(), "{:?}", caller.actor);
    for n in 1..=12 {
        let id = format!("request-{n}").parse().unwrap();
        let allowed = match plane.request(&caller, &id, None).await {
            Err(Error::Denied { .. }) => false,
            other => {
                let page = other.unwrap();
                let decides = page.allowed.has(Action::DecideRequest);
                assert_eq!(decides, waiting.contains(&id), "{id} for {:?}", caller.actor);
                // What the requester runs already is told as far as the list of environments would tell it.
                let told = page.running.iter().all(|row| environments.contains(&row.id));
                assert!(told, "{id} for {:?} tells of {:?}", caller.actor, page.running);
                true
            }
        };
        assert_eq!(allowed, listed.contains(&id), "{id} for {:?}", caller.actor);
        let id = format!("environment-{n}").parse().unwrap();
        let allowed = match plane.environment(&caller, &id, None).await {
            Err(Error::Denied { .. }) => false,
            other => other.map(|_| true).unwrap(),
        };
        assert_eq!(allowed, environments.contains(&id), "{id} for {:?}", caller.actor);
    }
}

#[test]
fn v8_2_2_v8_4_1_scoped_rows_are_the_authorized_rows() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build().unwrap();
    let state = runtime.block_on(async {
        let state = TestState::bare("sqlite::memory:", |_| {}).await;
        plant(&state).await;
        plant_a_lead(&state).await;
        state
    });
    let mut runner = TestRunner::new(Config { cases: 48, failure_persistence: None, ..Config::default() });
    runner
        .run(&actors(), |actor| {
            runtime.block_on(holds(&state, actor));
            Ok(())
        })
        .unwrap();
    runtime.block_on(async move { drop(state) });
}
