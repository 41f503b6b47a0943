//! What the pages show in these tests: the seeded organization, a few environments, and one of every state.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{ApprovalRule, ProductAccess};
use domain::action::Action;
use domain::audit::{AuditActor, AuditEvent, Outcome};
use domain::binding::{AccountValue, BindingSource, ParameterBinding, PersonValue};
use domain::catalog::{MirrorState, Parameter};
use domain::environment::{EnvironmentState, LaunchTarget, Output, StackEvent};
use domain::operation::OperationKind;
use domain::person::{Grant, GroupMapping, Membership, PersonKey, PlatformRole, ProjectRole};
use domain::problem::{FieldError, Problem};
use domain::project::{DataClass, Project, ProjectAccount, Stage};
use domain::request::RequestState;
use domain::view::*;

pub(crate) fn id<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

pub(crate) fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_449_600, 0).unwrap() + TimeDelta::minutes(minutes)
}

pub(crate) fn person() -> PersonKey {
    PersonKey { issuer: "http://127.0.0.1:3000/oidc".into(), subject: "fraud-scientist".into() }
}

pub(crate) fn everything() -> Allowed {
    Allowed(Action::ALL.to_vec())
}

pub(crate) fn shell() -> Shell {
    Shell {
        display_name: "Fiona Scientist".into(),
        roles: vec!["Data scientist in fraud-detection".into(), "Admin".into()],
        allowed: everything(),
        decides: true,
        waiting_for_me: 2,
        flash: Some(Flash { kind: FlashKind::Success, text: "Your request was sent. A team lead decides.".into() }),
        request_id: "01990000-0000-7000-8000-000000000001".into(),
    }
}

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
        can_launch: state == EnvironmentState::Available,
    }
}

pub(crate) fn environment_rows() -> Vec<EnvironmentRow> {
    EnvironmentState::ALL.iter().map(|s| environment_row(&format!("features-{s}"), *s)).collect()
}

pub(crate) fn request_row(name: &str, state: RequestState) -> RequestRow {
    RequestRow {
        id: id("0199bbbb-0000-7000-8000-000000000001"),
        name: name.into(),
        product_name: "Studio environment, VPC only".into(),
        project: id("churn-prediction"),
        stage: Stage::PreProd,
        requester: "Charlie Scientist".into(),
        state,
        submitted_at: at(-300),
        expires_at: at(60 * 24 * 14),
    }
}

pub(crate) fn access_rows() -> Vec<AccessRow> {
    [(Stage::Sandbox, ApprovalRule::None), (Stage::Dev, ApprovalRule::OneLead), (Stage::PreProd, ApprovalRule::OneLead)]
        .map(|(stage, approval)| AccessRow {
            project: id("fraud-detection"),
            stage,
            approval,
            data_class: DataClass::Confidential,
            max_lease_days: 90,
        })
        .into()
}

pub(crate) fn products() -> Vec<ProductCard> {
    [
        (
            "prod-studio",
            "Studio environment, VPC only",
            "A SageMaker domain of its own in the project's VPC, encrypted with its own key.",
        ),
        ("prod-profile", "Studio user profile", "A user profile in the account's shared SageMaker domain."),
        (
            "prod-bucket",
            "Governed S3 workspace",
            "A bucket with encryption, versioning and access logs, for data of the project.",
        ),
    ]
    .map(|(key, name, description)| ProductCard {
        id: id(key),
        name: name.into(),
        description: description.into(),
        portfolio: "ML environments".into(),
        access: access_rows(),
        typical_seconds: Some(412),
    })
    .into()
}

pub(crate) fn catalog() -> CatalogPage {
    CatalogPage {
        products: products(),
        query: CatalogQuery::default(),
        projects: vec![id("fraud-detection")],
        mirrors: vec![MirrorState {
            region: id("eu-west-1"),
            refreshed_at: Some(at(-4)),
            problem: Some(Problem::new(
                "The catalog could not be read from AWS.",
                "ThrottlingException: Rate exceeded (SearchProductsAsAdmin).",
                "The portal tries again by itself; what you see is as of the time above.",
            )),
        }],
        any: true,
    }
}

pub(crate) fn versions() -> Vec<VersionRow> {
    let resources = vec![
        ("AWS::SageMaker::Domain".into(), 1),
        ("AWS::SageMaker::UserProfile".into(), 1),
        ("AWS::KMS::Key".into(), 1),
        ("AWS::IAM::Role".into(), 2),
        ("AWS::EC2::SecurityGroup".into(), 1),
    ];
    vec![
        VersionRow {
            id: id("pa-2"),
            name: "v2".into(),
            description: "Adds lifecycle rules and an idle shutdown.".into(),
            created_at: at(-60 * 24 * 20),
            deprecated: false,
            preferred: true,
            resources: resources.clone(),
        },
        VersionRow {
            id: id("pa-1"),
            name: "v1".into(),
            description: String::new(),
            created_at: at(-60 * 24 * 200),
            deprecated: true,
            preferred: false,
            resources,
        },
    ]
}

pub(crate) fn bound() -> Vec<(String, String)> {
    [
        ("VpcId", "vpc-601000000002"),
        ("SubnetIds", "subnet-601000000002-a, subnet-601000000002-b"),
        ("UserProfileName", "fraud-scientist-1f0c9a3b7d52e684"),
    ]
    .map(|(a, b)| (a.to_owned(), b.to_owned()))
    .into()
}

pub(crate) fn product() -> ProductPage {
    ProductPage {
        id: id("prod-studio"),
        name: "Studio environment, VPC only".into(),
        description: "A SageMaker domain of its own in the project's VPC, encrypted with its own key.".into(),
        owner: "Platform team".into(),
        support: "#ml-platform".into(),
        portfolio: "ML environments".into(),
        access: access_rows(),
        versions: versions(),
        constraints: vec![
            "Resources are created by the role StudiogateLaunchRole.".into(),
            "Instance types are limited to ml.t3.medium and ml.m5.large.".into(),
            "Service control policy: no SageMaker endpoints in Sandbox and Dev.".into(),
        ],
        tag_options: vec![("cost-center".into(), vec!["cc-1001".into(), "cc-1002".into()])],
        bound: bound(),
        approvers: vec![(id("fraud-detection"), "Frank Lead decides; an admin where he asks himself.".into())],
        typical_seconds: Some(412),
        refreshed_at: Some(at(-4)),
        allowed: everything(),
    }
}

pub(crate) fn request_form() -> RequestFormPage {
    let target = |account: &str, stage: Stage| Target {
        value: format!("fraud-detection/{account}/eu-west-1"),
        project: id("fraud-detection"),
        account: id(account),
        account_name: format!("fraud-detection-{stage}"),
        region: id("eu-west-1"),
        stage,
        approval: ApprovalRule::OneLead,
    };
    let field = |key: &str, control: FormControl| FormField {
        name: format!("param[{key}]"),
        label: key.into(),
        help: "What the template says about it.".into(),
        default: None,
        control,
        required: true,
        limits: None,
    };
    RequestFormPage {
        product: id("prod-studio"),
        product_name: "Studio environment, VPC only".into(),
        versions: versions(),
        artifact: id("pa-2"),
        targets: vec![target("601000000001", Stage::Sandbox), target("601000000002", Stage::Dev)],
        target: "fraud-detection/601000000002/eu-west-1".into(),
        fields: vec![
            field("InstanceType", FormControl::Choice { values: vec!["ml.t3.medium".into(), "ml.m5.large".into()] }),
            FormField {
                limits: Some("A whole number from 5 to 100.".into()),
                default: Some("20".into()),
                ..field("VolumeSizeGiB", FormControl::Number { min: Some("5".into()), max: Some("100".into()) })
            },
            FormField {
                limits: Some("3 to 20 characters: lower-case letters and digits.".into()),
                ..field("Suffix", FormControl::Text { min_length: Some(3), max_length: Some(20), pattern: None })
            },
            field("GitToken", FormControl::Secret { min_length: Some(8), max_length: None }),
        ],
        tag_fields: vec![FormField {
            name: "tag[data-class]".into(),
            label: "data-class".into(),
            help: String::new(),
            ..field("x", FormControl::Choice { values: vec!["internal".into(), "confidential".into()] })
        }],
        bound: bound(),
        usage_instructions: vec![
            "Save notebooks to the project's repository; the volume goes with the environment.".into(),
        ],
        max_lease_days: 90,
        approval: "Frank Lead decides.".into(),
        suggested_name: "fiona-studio".into(),
        form_token: "0199cccc".into(),
        state: FormState {
            values: BTreeMap::from([
                ("name".into(), "my studio!".into()),
                ("param[Suffix]".into(), "<b>\"x".into()),
                ("param[GitToken]".into(), "must-not-show".into()),
                ("justification".into(), "Train the \u{201c}late payment\u{201d} model.\nTwo weeks.".into()),
            ]),
            errors: vec![
                FieldError::new(
                    "name",
                    "Use letters, digits, dots, dashes and underscores: \u{201c}my studio!\u{201d} has others.",
                ),
                FieldError::new("param[Suffix]", "Suffix has 3 to 20 lower-case letters and digits."),
            ],
        },
    }
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
        creates: versions().remove(0).resources,
        running: vec![environment_row("features-old", EnvironmentState::Available)],
        state,
        timeline: vec![
            TimelineEntry { at: at(-300), who: "Fiona Scientist".into(), what: "Submitted".into(), comment: None },
            TimelineEntry {
                at: at(-20),
                who: "Frank Lead".into(),
                what: "Approved".into(),
                comment: Some("Good. Mind the lease.".into()),
            },
        ],
        approvers: "Frank Lead decides.".into(),
        expires_at: at(60 * 24 * 13),
        environment: (state == RequestState::Approved).then(|| id("0199aaaa-0000-7000-8000-000000000001")),
        version: 3,
        allowed: everything(),
        form: FormState::default(),
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
                StepView { label: "Check roles and parameters".into(), status: StepStatus::Done, detail: None },
                StepView { label: "Ask Service Catalog".into(), status: StepStatus::Done, detail: Some("Record rec-abc123".into()) },
                StepView {
                    label: "Create the resources in AWS".into(),
                    status: if passing { StepStatus::Running } else if failed { StepStatus::Failed } else { StepStatus::Done },
                    detail: passing.then(|| "3 of 6 resources".into()),
                },
                StepView {
                    label: "Read outputs".into(),
                    status: if passing || failed { StepStatus::Waiting } else { StepStatus::Done },
                    detail: None,
                },
            ],
            started_at: at(0),
            finished_at: (!passing).then(|| at(6)),
            trouble: passing.then(|| {
                Problem::new("AWS is slowing the portal down.", "ThrottlingException: Rate exceeded", "Nothing: the portal tries again by itself.")
            }),
            next_run_at: passing.then(|| at(4)),
        }),
        events: vec![
            event(1, "fiona-studio", "AWS::CloudFormation::Stack", "CREATE_IN_PROGRESS", Some("User Initiated")),
            event(3, "Key", "AWS::KMS::Key", "CREATE_COMPLETE", None),
            event(9, "Domain", "AWS::SageMaker::Domain", "CREATE_IN_PROGRESS", Some("Resource creation Initiated")),
            event(12, "Role", "AWS::IAM::Role", "CREATE_FAILED", Some("User is not authorized to perform: iam:CreateRole with an explicit deny")),
        ],
        as_of: at(3),
    }
}

pub(crate) fn environment(state: EnvironmentState) -> EnvironmentPage {
    EnvironmentPage {
        id: id("0199aaaa-0000-7000-8000-000000000001"),
        name: "fiona-studio".into(),
        request: id("0199bbbb-0000-7000-8000-000000000001"),
        product: id("prod-studio"),
        product_name: "Studio environment, VPC only".into(),
        version_name: "v2".into(),
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
        lease_ends_at: at(60 * 24 * 30),
        created_at: at(0),
        termination_consequences: vec![
            "Running apps and spaces of the user profile are deleted first.".into(),
            "The SageMaker domain and its home volume are deleted, with everything on it.".into(),
            "The KMS key is scheduled for deletion.".into(),
        ],
        version: 7,
        allowed: everything(),
        form: FormState::default(),
    }
}

pub(crate) fn audit() -> AuditPage {
    let row = |n: u8, action: &str, outcome: Outcome| AuditRow {
        event: AuditEvent {
            id: id(&format!("0199eeee-0000-7000-8000-00000000000{n}")),
            at: at(i64::from(n)),
            actor: AuditActor::Person { person: person(), display_name: "Fiona Scientist".into() },
            action: action.into(),
            resource_kind: "environment".into(),
            resource_id: "0199aaaa-0000-7000-8000-000000000001".into(),
            project: Some(id("fraud-detection")),
            outcome,
            correlation: "01990000-0000-7000-8000-000000000001".into(),
            entity_version: None,
            detail: BTreeMap::from([
                ("rule".into(), "owner-launches".into()),
                ("session".into(), "fraud-scientist-1f0c".into()),
            ]),
        },
        who: "Fiona Scientist".into(),
        position: (n > 1).then_some(i64::from(n)),
    };
    AuditPage {
        rows: Listing {
            items: vec![
                row(1, "launch_environment", Outcome::Intent),
                row(2, "launch_environment", Outcome::Succeeded),
                row(3, "decide_request", Outcome::Denied),
                row(4, "provision_product", Outcome::Failed),
            ],
            next: Some("c3".into()),
            filtered: false,
        },
        query: AuditQuery { actor: "fiona & co".into(), ..AuditQuery::default() },
        actions: vec!["launch_environment".into(), "decide_request".into()],
        sealed: "Sealed up to position 4, on 23 Nov 2026, 14:05 UTC.".into(),
        errors: vec![FieldError::new("from", "Write the date as YYYY-MM-DD.")],
    }
}

pub(crate) fn mappings() -> Vec<GroupMapping> {
    let project = |group: &str, role: ProjectRole| GroupMapping {
        id: id(&format!("map-{group}")),
        group: group.into(),
        grant: Grant::Project { project: id("fraud-detection"), role },
    };
    vec![
        project("fraud-detection-members", ProjectRole::Member),
        project("fraud-detection-leads", ProjectRole::Lead),
        GroupMapping {
            id: id("map-a"),
            group: "auditors".into(),
            grant: Grant::Platform { role: PlatformRole::Auditor },
        },
    ]
}

pub(crate) fn profile(newcomer: bool) -> ProfilePage {
    let session = |current: bool| SessionRow {
        handle: "ab12".into(),
        current,
        created_at: at(-600),
        last_seen_at: at(0),
        expires_at: at(600),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".into(),
    };
    ProfilePage {
        person: person(),
        display_name: "Fiona Scientist".into(),
        email: Some("fiona@example.com".into()),
        studio_user_id: person().studio_user_id(),
        groups: if newcomer { Vec::new() } else { vec!["fraud-detection-members".into(), "everybody".into()] },
        groups_claim_present: !newcomer,
        platform: Vec::new(),
        memberships: if newcomer {
            Vec::new()
        } else {
            vec![Membership {
                project: id("fraud-detection"),
                role: ProjectRole::Member,
                because_of_group: "fraud-detection-members".into(),
            }]
        },
        mappings_hint: mappings(),
        sessions: vec![session(true), session(false)],
    }
}

pub(crate) fn project() -> Project {
    Project {
        id: id("fraud-detection"),
        name: "Fraud detection".into(),
        cost_center: "cc-1001".into(),
        data_class: DataClass::Confidential,
        version: 2,
    }
}

pub(crate) fn account() -> ProjectAccount {
    ProjectAccount {
        project: id("fraud-detection"),
        account: id("601000000002"),
        region: id("eu-west-1"),
        stage: Stage::Dev,
        name: "fraud-detection-dev".into(),
        vpc_id: Some("vpc-601000000002".into()),
        subnet_ids: vec!["subnet-601000000002-a".into(), "subnet-601000000002-b".into()],
        security_group_ids: vec!["sg-601000000002".into()],
        kms_key_arn: Some("arn:aws:kms:eu-west-1:601000000002:key/6b1d7e0e-1111-2222-3333-444455556666".into()),
        studio_domain_id: None,
    }
}

pub(crate) fn product_access() -> ProductAccess {
    ProductAccess {
        id: id("access-1"),
        product: id("prod-studio"),
        project: id("fraud-detection"),
        stage: Stage::Dev,
        approval: ApprovalRule::OneLead,
        max_lease_days: 90,
    }
}

pub(crate) fn admin_project() -> AdminProjectPage {
    AdminProjectPage {
        project: project(),
        accounts: vec![account()],
        mappings: mappings(),
        access: vec![(product_access(), "Studio environment, VPC only".into())],
        allowed: everything(),
        form: FormState {
            values: BTreeMap::from([("form".into(), "account".into()), ("account".into(), "60100".into())]),
            errors: vec![FieldError::new("account", "An account id has twelve digits; this one has five.")],
        },
    }
}

pub(crate) fn admin_product() -> AdminProductPage {
    let parameter = |key: &str, kind: &str| Parameter {
        key: key.into(),
        kind: kind.into(),
        description: "What the template says about it.".into(),
        ..Parameter::default()
    };
    let binding = |parameter: &str, source: BindingSource| ParameterBinding {
        id: id(&format!("bind-{parameter}")),
        product: id("prod-studio"),
        account: None,
        parameter: parameter.into(),
        source,
    };
    AdminProductPage {
        id: id("prod-studio"),
        name: "Studio environment, VPC only".into(),
        description: "A SageMaker domain of its own.".into(),
        parameters: vec![
            parameter("VpcId", "AWS::EC2::VPC::Id"),
            parameter("UserProfileName", "String"),
            parameter("InstanceType", "String"),
            parameter("ExecutionRoleArn", "String"),
        ],
        bindings: vec![
            binding("VpcId", BindingSource::FromAccount { value: AccountValue::VpcId }),
            binding("UserProfileName", BindingSource::FromPerson { value: PersonValue::StudioUserId }),
            binding(
                "InstanceType",
                BindingSource::Choice { values: vec!["ml.t3.medium".into(), "ml.m5.large".into()] },
            ),
        ],
        proposals: BTreeMap::from([("ExecutionRoleArn".into(), "fixed: the account's Studio execution role".into())]),
        access: vec![product_access()],
        projects: vec![project()],
        accounts: vec![account()],
        allowed: everything(),
        form: FormState::default(),
    }
}
