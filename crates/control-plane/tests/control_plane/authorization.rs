//! The rows of a list are exactly the rows that can be opened one by one.

use std::collections::BTreeSet;

use crate::common::{ISSUER, TestState, on};
use chrono::TimeDelta;
use control_plane::{Caller, Error};
use domain::action::Action;
use domain::clock::Clock;
use domain::delegation::Delegation;
use domain::environment::{Environment, EnvironmentState, Leaves};
use domain::id::ProjectId;
use domain::person::{Actor, Membership, PersonKey, PlatformGrant, PlatformRole, ProjectRole};
use domain::project::Stage;
use domain::request::{Agreement, Request, RequestKind, RequestState, StepDecision, Verdict};
use domain::revocation::CutOff;
use domain::view::{ApproverInput, EnvironmentsQuery, GroupMappingInput, RequestsQuery};
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
    let groups = proptest::collection::vec(proptest::sample::select(vec!["stewards", "helpers", "others"]), 0..3);
    (0..PEOPLE.len(), memberships, proptest::collection::vec(grant, 0..2), 0..10, groups).prop_map(
        |(person, memberships, platform, odds, groups)| Actor {
            person: TestState::person(PEOPLE[person]),
            display_name: PEOPLE[person].into(),
            email: None,
            groups: groups.into_iter().map(str::to_owned).collect(),
            // Most people have no platform role: they are the interesting ones.
            platform: if odds < 3 { platform } else { vec![] },
            memberships,
            cut_off: CutOff {
                everything: odds == 3,
                projects: if odds == 4 { vec![PROJECTS[0].parse().unwrap()] } else { vec![] },
            },
        },
    )
}

/// The rule of a request and who agreed so far.
fn chain(n: i64) -> (&'static str, &'static [(usize, &'static str)]) {
    [
        ("lead", &[] as &[_]),
        ("data_owner", &[]),
        ("lead:2", &[(0, "b")]),
        ("lead,data_owner", &[(0, "c")]),
        ("admin", &[]),
        ("data_owner:2,lead", &[(0, "b")]),
        ("none", &[]),
    ][usize::try_from(n % 7).unwrap()]
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
                // Some wait for more than a week.
                let age = TimeDelta::days(if n % 3 == 0 { 8 } else { 0 });
                let request = request(n, &project, &key, now + TimeDelta::seconds(n) - age);
                tx.insert_request(&request).await.unwrap();
                tx.insert_environment(&environment(n, &request)).await.unwrap();
                for agreement in &request.agreed {
                    let decision = StepDecision {
                        request: request.id.clone(),
                        step: agreement.step,
                        who: request.approval.steps()[agreement.step].who,
                        by: agreement.by.clone(),
                        on_behalf_of: None,
                        verdict: Verdict::Approve,
                        comment: String::new(),
                        at: now,
                    };
                    tx.insert_request_decision(&decision).await.unwrap();
                }
            }
        }
    }
    tx.commit().await.unwrap();
}

fn request(n: i64, project: &ProjectId, requester: &PersonKey, at: chrono::DateTime<chrono::Utc>) -> Request {
    let (rule, agreed) = chain(n);
    let agreed =
        agreed.iter().map(|(step, by)| Agreement { step: *step, by: TestState::person(by), on_behalf_of: None });
    // Nobody decides their own.
    let agreed: Vec<_> = agreed.filter(|agreement| &agreement.by != requester).collect();
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
        approval: rule.parse().unwrap(),
        agreed,
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
        named_after: None,
        transfer: None,
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
        homes: Default::default(),
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

/// `a` is the sole lead of the first project who can be counted on; the second has none. `b` answers for the data of the first,
/// and somebody helps the leads of the second with one product in dev. `c` decides in the place of `a`, and `a` in that of `b`.
async fn plant_deciders(state: &TestState) {
    state.sign_in("admin", &["platform-admins"]).await;
    state.sign_in("a", &["leads-of-the-first"]).await;
    let admin = state.as_("admin").await;
    let lead =
        GroupMappingInput { group: "leads-of-the-first".into(), grant: "lead".into(), project: PROJECTS[0].into() };
    state.plane.add_group_mapping(&admin, lead).await.unwrap();
    state.sign_in("b", &["stewards"]).await;
    let steward = ApproverInput {
        group: "stewards".into(),
        who: "data_owner".into(),
        project: PROJECTS[0].into(),
        ..Default::default()
    };
    state.plane.add_approver(&admin, steward).await.unwrap();
    let helper = ApproverInput {
        group: "helpers".into(),
        who: "lead".into(),
        project: PROJECTS[1].into(),
        stage: "dev".into(),
        ..Default::default()
    };
    state.plane.add_approver(&admin, helper).await.unwrap();
    state.sign_in("c", &[]).await;
    for (id, from, to) in [("one", "a", "c"), ("two", "b", "a")] {
        let delegation = Delegation {
            id: id.parse().unwrap(),
            from: TestState::person(from),
            to: TestState::person(to),
            reason: "Away".into(),
            created_at: state.clock.now(),
            until: state.clock.now() + TimeDelta::days(1),
            ended_at: None,
        };
        let mut tx = state.store.begin().await.unwrap();
        tx.insert_delegation(&delegation).await.unwrap();
        tx.commit().await.unwrap();
    }
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn v8_2_2_v8_4_1_scoped_rows_are_the_authorized_rows() {
    on("sqlite", |url| async move {
        let state = TestState::bare(&url, |_| {}).await;
        plant(&state).await;
        plant_deciders(&state).await;
        let mut runner = TestRunner::new(Config { cases: 48, failure_persistence: None, ..Config::default() });
        tokio::task::block_in_place(|| {
            let run = runner.run(&actors(), |actor| {
                tokio::runtime::Handle::current().block_on(holds(&state, actor));
                Ok(())
            });
            run.unwrap();
        });
    })
    .await;
}
