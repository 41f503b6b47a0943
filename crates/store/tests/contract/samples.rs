//! Things to store, complete and a little awkward.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::approval::ApprovalRule;
use domain::audit::{AuditActor, AuditEvent, Outcome};
use domain::environment::{Environment, EnvironmentState, HandOver, LaunchTarget, Leaves, Output};
use domain::home::{Files, Home, HomeStanding, Homes};
use domain::id::{EnvironmentId, ProjectId, RequestId};
use domain::operation::{Operation, OperationKind, Step, Subject};
use domain::person::PersonKey;
use domain::problem::Problem;
use domain::project::{DataClass, Project, ProjectAccount, Stage};
use domain::request::{Request, RequestKind, RequestState};
use domain::revocation::CutOff;
use store::{PersonRecord, Store};

/// A moment, `seconds` after the first.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_790_000_000_123).unwrap() + TimeDelta::seconds(seconds)
}

pub(crate) fn person(name: &str) -> PersonKey {
    PersonKey { issuer: "https://idp.example/ä".into(), subject: format!("{name}'|\"") }
}

pub(crate) fn record(name: &str, groups: &[&str], seconds: i64) -> PersonRecord {
    PersonRecord {
        person: person(name),
        display_name: format!("{name} Løvelace"),
        email: Some(format!("{name}@example.com")),
        groups: Some(groups.iter().map(|g| (*g).to_owned()).collect()),
        groups_seen_at: at(seconds),
        first_seen_at: at(seconds),
        cut_off: CutOff::default(),
    }
}

pub(crate) fn project_id(name: &str) -> ProjectId {
    name.parse().unwrap()
}

pub(crate) fn project(name: &str) -> Project {
    Project {
        id: project_id(name),
        name: format!("Project {name}"),
        cost_center: "CC-1".into(),
        data_class: DataClass::Restricted,
        version: 1,
    }
}

pub(crate) fn account(project: &str, number: u32) -> ProjectAccount {
    ProjectAccount {
        project: project_id(project),
        account: format!("{number:012}").parse().unwrap(),
        region: "eu-west-1".parse().unwrap(),
        stage: Stage::PreProd,
        name: format!("{project}-{number}"),
        vpc_id: Some("vpc-1".into()),
        subnet_ids: vec!["subnet-a".into(), "subnet-b".into()],
        security_group_ids: vec![],
        kms_key_arn: Some("arn:aws:kms:eu-west-1:601000000001:key/1".into()),
        studio_domain_id: None,
        version: 1,
    }
}

fn strings(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

pub(crate) fn request(id: &str, project: &str, requester: &str, seconds: i64) -> Request {
    Request {
        id: id.parse().unwrap(),
        project: project_id(project),
        requester: person(requester),
        product: "prod-1".parse().unwrap(),
        artifact: "pa-1".parse().unwrap(),
        account: "601000000002".parse().unwrap(),
        region: "eu-west-1".parse().unwrap(),
        stage: Stage::Dev,
        name: format!("env-{id}"),
        asked: strings(&[("InstanceType", "ml.t3.medium"), ("Note", "it's 100% \"fine\" \u{1f600}")]),
        sealed: Some(vec![0, 255, 7]),
        tags: strings(&[("cost-center", "4711")]),
        justification: "Because_of 100% reasons".into(),
        lease_days: 90,
        approval: ApprovalRule::one_lead(),
        agreed: vec![],
        state: RequestState::Submitted,
        decision: None,
        submitted_at: at(seconds),
        decided_at: None,
        environment: None,
        version: 1,
        kind: RequestKind::Provision,
    }
}

pub(crate) fn environment(id: &str, request: &Request, seconds: i64) -> Environment {
    Environment {
        id: id.parse().unwrap(),
        request: request.id.clone(),
        update: None,
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
        problem: Some(Problem::new("a", "b", "c")),
        provisioned_product: Some("pp-1".parse().unwrap()),
        stack_arn: Some("arn:aws:cloudformation:eu-west-1:601000000002:stack/x/1".into()),
        outputs: vec![Output { key: "DomainId".into(), value: "d-1".into(), description: String::new() }],
        parameters: strings(&[("InstanceType", "ml.t3.medium")]),
        tags: strings(&[("project", "p")]),
        launch_target: Some(LaunchTarget::Studio { domain_id: "d-1".into(), user_profile_name: "ada".into() }),
        operation: Some("op-1".parse().unwrap()),
        lease_ends_at: at(seconds + 90 * 86_400),
        leaves: Leaves::Undeletable,
        homes: Homes {
            files: Some(Files::Keep),
            all: vec![Home {
                domain: "d-1".into(),
                file_system: "fs-1".into(),
                kms_key: Some("arn:aws:kms:eu-west-1:601000000002:key/1".into()),
                standing: HomeStanding::Attached,
            }],
        },
        handed_over: Some(HandOver { by: person("asker"), note: "Help".into(), at: at(seconds) }),
        hold: None,
        revoked: false,
        created_at: at(seconds),
        updated_at: at(seconds),
        version: 1,
    }
}

pub(crate) fn operation(id: &str, environment: &Environment, next_run: i64) -> Operation {
    Operation {
        id: id.parse().unwrap(),
        kind: OperationKind::Provision,
        subject: Subject::Environment { id: environment.id.clone(), project: environment.project.clone() },
        on_behalf_of: environment.owner.clone(),
        step: Step::FollowProvision { record: "rec-1".parse().unwrap() },
        step_entered_at: at(1),
        attempt: 3,
        trouble: Some(Problem::new("x", "y", "z")),
        next_run_at: at(next_run),
        lease_owner: None,
        lease_until: None,
        created_at: at(0),
        finished_at: None,
        version: 1,
    }
}

pub(crate) fn event(id: &str, actor: AuditActor, project: Option<&str>, seconds: i64) -> AuditEvent {
    AuditEvent {
        id: id.parse().unwrap(),
        at: at(seconds),
        actor,
        action: "submit_request".into(),
        resource_kind: "request".into(),
        resource_id: format!("r-{id}"),
        project: project.map(project_id),
        outcome: Outcome::Succeeded,
        correlation: "call-1".into(),
        entity_version: Some(1),
        detail: strings(&[("ä", "ö"), ("b", "")]),
    }
}

pub(crate) fn by(name: &str) -> AuditActor {
    AuditActor::Person { person: person(name), display_name: format!("{name} Løvelace") }
}

/// Stores projects.
pub(crate) async fn with_projects(store: &Store, names: &[&str]) {
    let mut tx = store.begin().await.unwrap();
    for name in names {
        tx.insert_project(&project(name)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Stores a request and its environment, in a project that is there.
pub(crate) async fn with_environment(store: &Store, id: &str, project: &str, owner: &str, seconds: i64) -> Environment {
    let request = request(&format!("r-{id}"), project, owner, seconds);
    let environment = environment(id, &request, seconds);
    let mut tx = store.begin().await.unwrap();
    tx.insert_request(&request).await.unwrap();
    tx.insert_environment(&environment).await.unwrap();
    tx.commit().await.unwrap();
    environment
}

pub(crate) fn request_id(id: &str) -> RequestId {
    id.parse().unwrap()
}

pub(crate) fn environment_id(id: &str) -> EnvironmentId {
    id.parse().unwrap()
}
