use std::collections::BTreeMap;

use domain::access::{ProductAccess, ProductSettings};
use domain::approval::{ApprovalFloor, ApprovalRule, Approver, ApproverAssignment};
use domain::audit::{AuditActor, AuditEvent, Outcome};
use domain::binding::{AccountValue, BindingSource, ParameterBinding, PersonValue};
use domain::catalog::Parameter;
use domain::curation::ProductText;
use domain::obstacle::Obstacle;
use domain::person::{Grant, GroupMapping, Membership, PlatformRole, ProjectRole};
use domain::problem::FieldError;
use domain::project::{DataClass, Project, ProjectAccount, Stage};
use domain::view::*;

use super::*;

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
        projects: vec![id("fraud-detection")],
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
        cut_off_from: Vec::new(),
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
        version: 3,
    }
}

pub(crate) fn product_access() -> ProductAccess {
    ProductAccess {
        id: id("access-1"),
        product: id("prod-studio"),
        project: id("fraud-detection"),
        stage: Stage::Dev,
        approval: ApprovalRule::one_lead(),
        max_lease_days: 90,
        instances: "ml.t3\nml.m5.large".parse().unwrap(),
        version: 4,
    }
}

pub(crate) fn admin_approvals() -> AdminApprovalsPage {
    AdminApprovalsPage {
        floors: vec![
            ApprovalFloor {
                id: id("floor-1"),
                stage: Some(Stage::Prod),
                data_class: None,
                rule: "lead:2,data_owner".parse().unwrap(),
                version: 2,
            },
            ApprovalFloor {
                id: id("floor-2"),
                stage: None,
                data_class: Some(DataClass::Restricted),
                rule: "admin".parse().unwrap(),
                version: 1,
            },
        ],
        approvers: vec![ApproverAssignment {
            id: id("approver-1"),
            group: "data-stewards".into(),
            who: Approver::DataOwner,
            project: Some(id("fraud-detection")),
            product: None,
            stage: Some(Stage::Prod),
        }],
        projects: vec![project()],
        products: vec![(id("prod-studio"), "Studio environment, VPC only".into())],
        removals: BTreeMap::from([
            ("floor-1".into(), removal("Those that wait keep their steps.")),
            ("approver-1".into(), removal("They no longer decide there.")),
        ]),
        allowed: everything(),
        form: FormState::default(),
    }
}

pub(crate) fn removal(consequence: &str) -> Removal {
    Removal { consequence: consequence.into(), blocked: false }
}

pub(crate) fn admin_project() -> AdminProjectPage {
    AdminProjectPage {
        project: project(),
        accounts: vec![account()],
        mappings: mappings(),
        access: vec![(product_access(), "Studio environment, VPC only".into())],
        removals: BTreeMap::from([(
            account_key(&account()),
            Removal { consequence: "2 environments live in it. Terminate them first.".into(), blocked: true },
        )]),
        allowed: everything(),
        form: FormState {
            values: BTreeMap::from([("form".into(), "account".into()), ("account".into(), "60100".into())]),
            errors: vec![FieldError::new("account", "An account id has twelve digits; this one has five.")],
        },
    }
}

fn version(
    artifact: &str,
    name: &str,
    (active, deprecated, preferred): (bool, bool, bool),
    environments: u64,
) -> CuratedVersion {
    CuratedVersion {
        id: id(artifact),
        name: name.into(),
        note: "Encrypted <b>volumes".into(),
        created_at: at(0),
        active,
        deprecated,
        preferred,
        environments,
        deletion: Removal { consequence: "Nothing brings it back.".into(), blocked: environments > 0 },
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
        version: 5,
    };
    AdminProductPage {
        id: id("prod-studio"),
        text: ProductText {
            name: "Studio environment, VPC only".into(),
            description: "A SageMaker domain of its own.".into(),
            owner: "Platform <i>team".into(),
            support: "ml@example.com".into(),
            tags: BTreeMap::from([("team".into(), "ML <b>platform".into())]),
        },
        seen: "0123".into(),
        portfolios: vec![PortfolioOfProduct {
            id: id("port-1"),
            name: "ML <b>portfolio".into(),
            constraints: vec![ConstraintRow {
                text: "The values that can be chosen are limited.".into(),
                rules: vec!["InstanceType is <i>small.".into()],
            }],
            removal: Removal { consequence: "It is in no other portfolio.".into(), blocked: false },
        }],
        other_portfolios: vec![(id("port-2"), "Sandbox <b>portfolio".into())],
        deletion: Removal { consequence: "It is in a portfolio: take it out first.".into(), blocked: true },
        versions: vec![
            version("pa-2", "2.0", (true, false, true), 3),
            version("pa-1", "1.0", (true, true, false), 1),
            version("pa-0", "0.9", (false, false, false), 0),
        ],
        sheet: Sheet::default(),
        parameters: vec![
            parameter("VpcId", "AWS::EC2::VPC::Id"),
            parameter("UserProfileName", "String"),
            parameter("InstanceType", "String"),
            parameter("ExecutionRoleArn", "String"),
            Parameter { default: Some("VpcOnly".into()), ..parameter("NetworkAccessType", "String") },
        ],
        bindings: vec![
            binding("VpcId", BindingSource::FromAccount { value: AccountValue::VpcId }),
            binding("UserProfileName", BindingSource::FromPerson { value: PersonValue::StudioUserId }),
            binding(
                "InstanceType",
                BindingSource::Choice { values: vec!["ml.t3.medium".into(), "ml.m5.large".into()] },
            ),
        ],
        unbound: BTreeMap::from([("ExecutionRoleArn".into(), vec!["fraud-detection-dev".into()])]),
        asked_by: BTreeMap::from([("InstanceType".into(), vec!["2.0".into()])]),
        left_to_default: vec!["NetworkAccessType".into()],
        obstacles: vec![obstacle("InstanceType<b>")],
        settings: ProductSettings { product: id("prod-studio"), typical_minutes: Some(6), version: 1 },
        removals: BTreeMap::from([
            ("access-1".into(), removal("Nobody in fraud-detection can request it in Development any more.")),
            ("bind-VpcId".into(), removal("Nobody may choose it: requests are refused until it is bound again.")),
        ]),
        proposals: BTreeMap::from([("ExecutionRoleArn".into(), "fixed: the account's Studio execution role".into())]),
        access: vec![product_access()],
        projects: vec![project()],
        accounts: vec![account()],
        allowed: everything(),
        form: FormState::default(),
    }
}

pub(crate) fn obstacle(parameter: &str) -> Obstacle {
    Obstacle {
        parameter: parameter.into(),
        why: "It is set to \u{201c}ml.g5.xlarge\u{201d}, and the constraint \u{201c}No <i>GPU\u{201d} refuses that."
            .into(),
        versions: vec!["2.0".into()],
        accounts: vec!["fraud-detection-dev".into()],
    }
}
