use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::environment::{EnvironmentState, LaunchTarget, Output, StackEvent};
use domain::lease::{Extension, LeaseStanding};
use domain::observed::{Drift, Item, Running, Space};
use domain::operation::OperationKind;
use domain::problem::Problem;
use domain::project::{DataClass, Stage};
use domain::request::{RequestKind, RequestState};
use domain::view::*;

use super::*;

pub(crate) fn environment_row(name: &str, state: EnvironmentState) -> EnvironmentRow {
    EnvironmentRow {
        id: id("0199aaaa-0000-7000-8000-000000000001"),
        name: name.into(),
        product_name: "SageMaker Studio user profile".into(),
        project: id("fraud-detection"),
        stage: Stage::Dev,
        owner: "Fiona Scientist".into(),
        state,
        lease_ends_at: at(60 * 24 * 30),
        created_at: at(0),
        owner_left: false,
        can_launch: state == EnvironmentState::Available,
        marks: Vec::new(),
    }
}

/// A list without anything in it.
pub(crate) fn environments() -> EnvironmentsPage {
    EnvironmentsPage {
        rows: Listing { items: Vec::new(), next: None, filtered: false },
        query: EnvironmentsQuery::default(),
        projects: Vec::new(),
        products: vec![(id("prod-1"), "Studio environment".into())],
        versions: vec![(id("pa-1"), "v1".into())],
        accounts: vec![(id("601000000002"), "fraud-dev".into())],
        acts: Vec::new(),
        errors: Vec::new(),
    }
}

pub(crate) fn environment_rows() -> Vec<EnvironmentRow> {
    EnvironmentState::ALL.iter().map(|s| environment_row(&format!("features-{s}"), *s)).collect()
}

pub(crate) fn request_row(name: &str, state: RequestState) -> RequestRow {
    RequestRow {
        id: id("0199bbbb-0000-7000-8000-000000000001"),
        kind: RequestKind::Provision,
        name: name.into(),
        product_name: "Studio environment, VPC only".into(),
        project: id("churn-prediction"),
        stage: Stage::PreProd,
        requester: "Charlie Scientist".into(),
        justification: "Compare the two models on the April data.".into(),
        state,
        last_message: None,
        submitted_at: at(-300),
        expires_at: at(60 * 24 * 14),
    }
}

pub(crate) fn approval_step(who: &str, state: StepState, agreed: &[&str]) -> StepRow {
    let agreed = agreed.iter().map(|name| (*name).to_owned()).collect();
    StepRow { who: who.into(), state, agreed, wanting: u8::from(state != StepState::Done) }
}

pub(crate) fn request(state: RequestState) -> RequestPage {
    RequestPage {
        id: id("0199bbbb-0000-7000-8000-000000000001"),
        name: "fiona-studio".into(),
        product: id("prod-studio"),
        product_name: "Studio environment, VPC only".into(),
        product_description: "A SageMaker domain of its own in the project's VPC.".into(),
        version_name: "v2".into(),
        project: id("fraud-detection"),
        project_name: "Fraud detection".into(),
        cost_center: "cc-1001".into(),
        data_class: DataClass::Confidential,
        stage: Stage::Dev,
        account: id("601000000002"),
        account_name: "fraud-detection-dev".into(),
        region: id("eu-west-1"),
        requester: "Fiona Scientist".into(),
        requester_email: Some("fiona@example.com".into()),
        justification: "Train the \u{201c}late payment\u{201d} model on the March data.\nTwo weeks should do.".into(),
        lease_days: 30,
        asked: vec![("InstanceType".into(), "ml.t3.medium".into()), ("VolumeSizeGiB".into(), "20".into())],
        bound: bound(),
        tags: vec![("data-class".into(), "confidential".into())],
        constraints: vec![ConstraintRow {
            text: "AWS creates the resources with the role StudiogateLaunchRole, not with yours.".into(),
            rules: Vec::new(),
        }],
        creates: versions().remove(0).resources,
        typical: Some(TypicalTime { seconds: 540, measured: true }),
        running: vec![environment_row("features-old", EnvironmentState::Available)],
        history: Vec::new(),
        state,
        update: None,
        extension: None,
        is_mine: false,
        denial: (state == RequestState::Denied)
            .then(|| Denial { by: "Frank Lead".into(), reason: "Use the shared domain for this.".into() }),
        timeline: vec![
            TimelineEntry { at: at(-300), who: "Fiona Scientist".into(), what: "Submitted".into(), comment: None },
            TimelineEntry {
                at: at(-20),
                who: "Frank Lead".into(),
                what: "Approved".into(),
                comment: Some("Good. Mind the lease.".into()),
            },
        ],
        messages: Vec::new(),
        steps: vec![approval_step("a team lead", StepState::Open, &[])],
        approvers: "Frank Lead decides.".into(),
        hindrance: None,
        preflight: (state == RequestState::Submitted).then(super::preflight),
        expires_at: at(60 * 24 * 13),
        environment: (state == RequestState::Approved).then(|| id("0199aaaa-0000-7000-8000-000000000001")),
        version: 3,
        allowed: everything(),
        form: FormState::default(),
    }
}

pub(crate) fn step(label: &str, status: StepStatus, detail: &[&str]) -> StepView {
    StepView {
        label: label.into(),
        status,
        started_at: (status != StepStatus::Waiting).then(|| at(0)),
        finished_at: matches!(status, StepStatus::Done | StepStatus::Failed).then(|| at(1)),
        detail: detail.iter().map(|text| (*text).to_owned()).collect(),
    }
}

pub(crate) fn progress(state: EnvironmentState) -> Progress {
    let passing = state.is_passing();
    let event = |n: i64, logical: &str, kind: &str, status: &str, reason: Option<&str>| StackEvent {
        event_id: n.to_string(),
        at: at(0) + TimeDelta::seconds(n * 11),
        logical_id: logical.into(),
        resource_type: kind.into(),
        status: status.into(),
        reason: reason.map(str::to_owned),
    };
    let failed = matches!(state, EnvironmentState::Error | EnvironmentState::Tainted);
    Progress {
        state,
        problem: failed.then(|| {
            Problem::new(
                "AWS could not create the environment.",
                "Resource handler returned message: \"The account-level service limit 'Studio domains' is 1\" (RequestToken: 5b1c)",
                "Terminate an environment that is no longer needed, then try again.",
            )
        }),
        operation: Some(OperationView {
            kind: if state == EnvironmentState::Terminating { OperationKind::Terminate } else { OperationKind::Provision },
            steps: vec![
                step("Check roles and parameters", StepStatus::Done, &[]),
                step("Ask Service Catalog", StepStatus::Done, &["Record rec-abc123"]),
                step(
                    "Create the resources in AWS",
                    if passing { StepStatus::Running } else if failed { StepStatus::Failed } else { StepStatus::Done },
                    &["3 of 6 resources"],
                ),
                step("Read outputs", if passing || failed { StepStatus::Waiting } else { StepStatus::Done }, &[]),
            ],
            started_at: at(0),
            finished_at: (!passing).then(|| at(6)),
            typical_seconds: Some(540),
            trouble: passing.then(|| {
                Problem::new("AWS is slowing the portal down.", "ThrottlingException: Rate exceeded", "Nothing: the portal tries again by itself.")
            }),
            next_run_at: passing.then(|| at(4)),
        }),
        events: vec![StackEventGroup { operation: Some(OperationKind::Provision), events: vec![
            event(1, "fiona-studio", "AWS::CloudFormation::Stack", "CREATE_IN_PROGRESS", Some("User Initiated")),
            event(3, "Key", "AWS::KMS::Key", "CREATE_COMPLETE", None),
            event(9, "Domain", "AWS::SageMaker::Domain", "CREATE_IN_PROGRESS", Some("Resource creation Initiated")),
            event(12, "Role", "AWS::IAM::Role", "CREATE_FAILED", Some("User is not authorized to perform: iam:CreateRole with an explicit deny")),
        ] }],
        as_of: at(3),
    }
}

fn about(number: u8, kind: RequestKind, state: RequestState) -> RequestAbout {
    RequestAbout {
        id: id(&format!("0199bbbb-0000-7000-8000-00000000000{number}")),
        kind,
        state,
        requester: "Fiona Scientist".into(),
        submitted_at: at(i64::from(number) * 60),
        may_see: number > 1,
    }
}

pub(crate) fn environment(state: EnvironmentState) -> EnvironmentPage {
    EnvironmentPage {
        tag_differences: None,
        id: id("0199aaaa-0000-7000-8000-000000000001"),
        name: "fiona-studio".into(),
        requests: vec![
            about(2, RequestKind::Extension, RequestState::Denied),
            about(1, RequestKind::Provision, RequestState::Approved),
        ],
        product: id("prod-studio"),
        product_name: "Studio environment, VPC only".into(),
        version_name: "v2".into(),
        version_is_deprecated: true,
        newer_version: Some("v3".into()),
        update_waiting: None,
        extension_waiting: None,
        rolled_out: None,
        parameters: vec![("InstanceType".into(), "ml.t3.medium".into())],
        project: id("fraud-detection"),
        stage: Stage::Dev,
        account: id("601000000002"),
        account_name: "fraud-detection-dev".into(),
        region: id("eu-west-1"),
        owner: "Fiona Scientist".into(),
        is_owner: true,
        provisioned_product: Some("pp-abcdefgh1234".into()),
        progress: progress(state),
        outputs: vec![
            Output {
                key: "DomainId".into(),
                value: "d-abcdefghijkl".into(),
                description: "The SageMaker domain".into(),
            },
            Output {
                key: "KeyArn".into(),
                value: "arn:aws:kms:eu-west-1:601000000002:key/6b1d7e0e-1111-2222-3333-444455556666".into(),
                description: String::new(),
            },
        ],
        tags: vec![
            ("project".into(), "fraud-detection".into()),
            ("studiouserid".into(), "fraud-scientist-1f0c9a3b7d52e684".into()),
        ],
        launch: (state == EnvironmentState::Available).then(|| LaunchTarget::Studio {
            domain_id: "d-abcdefghijkl".into(),
            user_profile_name: "fraud-scientist-1f0c9a3b7d52e684".into(),
        }),
        launch_note: "The link is made when you press the button and lives for 30 seconds.".into(),
        left_behind: (state == EnvironmentState::Terminated).then(|| vec![("AWS::SageMaker::UserProfile".into(), 1)]),
        home_choice: Some(HomeChoice {
            file_systems: vec!["fs-0123456789abcdef0".into()],
            bytes: Some(1_600_000),
            key_goes: true,
        }),
        kept_homes: (state == EnvironmentState::Terminated)
            .then(|| KeptHome {
                file_system: "fs-0123456789abcdef0".into(),
                kms_key: Some("arn:aws:kms:eu-west-1:601000000002:key/6b1d7e0e-1111-2222-3333-444455556666".into()),
                key_goes: true,
                attached: false,
            })
            .into_iter()
            .collect(),
        stack_arn: Some("arn:aws:cloudformation:eu-west-1:601000000002:stack/SC-601000000002-pp-abcdefgh1234/1".into()),
        handed_over: None,
        owner_left: None,
        transfer: None,
        next_owners: vec!["nora@example.com".into()],
        named_after: None,
        longest_session: "12 hours".into(),
        contact: "The platform team".into(),
        revoked: None,
        may_revoke: true,
        termination: (state == EnvironmentState::Terminated).then(|| ("Frank Lead".into(), at(30))),
        lease: LeaseView {
            ends_at: at(60 * 24 * 30),
            standing: LeaseStanding::Runs,
            extension: Extension::To { end: at(60 * 24 * 60) },
            beyond: "a team lead".into(),
            hold: None,
        },
        observed: observed(state),
        created_at: at(0),
        termination_deletes: vec![("AWS::SageMaker::Domain".into(), 1), ("AWS::KMS::Key".into(), 1)],
        termination_consequences: vec![
            "Running apps and spaces of the user profile are deleted first.".into(),
            "Everything in the domain goes, also user profiles, spaces and apps that somebody made past the portal."
                .into(),
            "The KMS key is scheduled for deletion.".into(),
        ],
        version: 7,
        allowed: everything(),
        form: FormState::default(),
    }
}

/// One of everything that a look can find.
pub(crate) fn observed(state: EnvironmentState) -> ObservedView {
    let app = |name: &str, app_type: &str, space: Option<&str>, instance: &str, status: &str| Running {
        item: Item::App {
            domain: "d-1".into(),
            app_type: app_type.into(),
            profile: Some("u-1".into()).filter(|_| space.is_none()),
            space: space.map(str::to_owned),
            name: name.into(),
        },
        instance_type: instance.into(),
        status: status.into(),
        since: Some(at(-90)),
        activity: None,
        job: None,
    };
    let space = |name: &str, app_type: &str| Space {
        domain: "d-1".into(),
        name: name.into(),
        app_type: app_type.into(),
        status: "InService".into(),
    };
    let drift = match state {
        EnvironmentState::Available => vec![Drift::Version { artifact: id("pa-other") }],
        EnvironmentState::Tainted => vec![Drift::Owner { is: None }, Drift::UnderChange],
        _ => Vec::new(),
    };
    ObservedView {
        home_bytes: Some(1_600_000),
        drift: drift
            .into_iter()
            .map(|drift| DriftView { version: matches!(drift, Drift::Version { .. }).then(|| "v2".to_owned()), drift })
            .collect(),
        running: vec![
            app("default", "JupyterLab", Some("features"), "ml.g5.4xlarge", "InService"),
            app("default", "JupyterServer", None, "", "Deleting"),
        ],
        spaces: vec![space("features", "JupyterLab"), space("scratch", "CodeEditor")],
        read_at: Some(at(-3)),
        problem: None,
        waiting: state == EnvironmentState::Tainted,
        work: None,
        idle: BTreeMap::new(),
    }
}
