use std::collections::BTreeMap;

use app::pages::problem::Unkept;
use domain::approval::ApprovalRule;
use domain::catalog::MirrorState;
use domain::organization::{Forbidden, OrganizationState, Refused};
use domain::problem::{FieldError, Problem};
use domain::project::{DataClass, Stage};
use domain::view::*;

use super::*;

pub(crate) fn access_rows() -> Vec<AccessRow> {
    [
        (Stage::Sandbox, ApprovalRule::none()),
        (Stage::Dev, ApprovalRule::one_lead()),
        (Stage::PreProd, ApprovalRule::one_lead()),
    ]
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
        typical: Some(TypicalTime { seconds: 412, measured: true }),
    })
    .into()
}

pub(crate) fn catalog() -> CatalogPage {
    CatalogPage {
        products: products(),
        query: CatalogQuery::default(),
        sheet: Sheet::default(),
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

pub(crate) fn guardrails() -> Vec<GuardrailRow> {
    let row = |stage: Stage, name: &str| GuardrailRow {
        stage,
        accounts: vec![name.into()],
        forbidden: Vec::new(),
        refused: Vec::new(),
        unreadable: Vec::new(),
        unknown: false,
    };
    let forbidden = Forbidden {
        policy: "deny-sagemaker-endpoints".into(),
        node: "Workloads_Dev".into(),
        statement: "NoEndpoints".into(),
        actions: vec!["sagemaker:CreateEndpoint".into(), "sagemaker:CreateEndpointConfig".into()],
        all_but: false,
        resources: Vec::new(),
        all_resources_but: false,
        conditions: vec![r#"StringNotEquals aws:RequestedRegion "eu-west-1""#.into()],
    };
    let refused = Refused {
        action: "sagemaker:CreateEndpoint".into(),
        why: "deny-sagemaker-endpoints at Workloads_Dev denies it".into(),
    };
    vec![
        GuardrailRow { unknown: true, ..row(Stage::Sandbox, "fraud-detection-sandbox") },
        GuardrailRow { forbidden: vec![forbidden], refused: vec![refused], ..row(Stage::Dev, "fraud-detection-dev") },
        row(Stage::PreProd, "fraud-detection-preprod"),
    ]
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
            ConstraintRow { text: "Resources are created by the role StudiogateLaunchRole.".into(), rules: Vec::new() },
            ConstraintRow {
                text: "The values that can be chosen are limited.".into(),
                rules: vec!["No GPU is offered (InstanceType is one of ml.t3.medium, ml.m5.large).".into()],
            },
        ],
        guardrails: guardrails(),
        organization: OrganizationState { refreshed_at: Some(at(-3)), problem: None },
        tags_set: vec![("cost-center".into(), "cc-1001 (Fraud detection)".into())],
        tags_chosen: vec![("workload".into(), vec!["exploration".into(), "training".into()])],
        bound: bound(),
        approvers: vec![
            ApproverRow {
                project: id("fraud-detection"),
                stages: vec![Stage::Sandbox],
                who: "No approval is needed.".into(),
            },
            ApproverRow {
                project: id("fraud-detection"),
                stages: vec![Stage::Dev, Stage::PreProd],
                who: "Frank Lead decides.".into(),
            },
        ],
        typical: Some(TypicalTime { seconds: 360, measured: false }),
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
        approval: ApprovalRule::one_lead(),
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
        preflight: Some(super::preflight()),
        blocked: None,
        draft: "0199dddd".into(),
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

pub(crate) fn unkept() -> Unkept {
    let fields = [
        ("product", "prod-studio"),
        ("form_token", "0199cccc"),
        ("name", "fiona-studio"),
        ("justification", "Train the late payment model.\nTwo weeks."),
        ("lease_days", "many"),
        ("param[Suffix]", "<b>\"x"),
    ];
    Unkept {
        endpoint: "/api/submit_request".into(),
        fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        secrets: vec!["param[GitToken]".into()],
        errors: vec![FieldError::new("lease_days", "A whole number of days.")],
        why: String::new(),
    }
}
