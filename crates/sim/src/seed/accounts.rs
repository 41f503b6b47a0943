//! The accounts of the demo organization, and what the portal's administrators would enter about them.

use domain::id::{AccountId, ProjectId, Region};
use domain::project::{DataClass, Project, ProjectAccount, Stage};

pub const REGION: &str = "eu-west-1";
pub const MANAGEMENT: &str = "111111111111";
pub const SHARED_SERVICES: &str = "222222222222";
/// The external id in the trust policies of the seeded roles.
pub const EXTERNAL_ID: &str = "studiogate-demo";
/// The role that the portal assumes first.
pub const HUB_ROLE_ARN: &str = "arn:aws:iam::222222222222:role/StudiogateHub";

/// An account of the seed.
#[derive(Clone, Copy, Debug)]
pub(super) struct SeedAccount {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    /// Name of its organizational unit; `None`: directly under the root.
    pub(super) unit: Option<&'static str>,
    /// Project and stage of a workload account.
    pub(super) work: Option<(&'static str, Stage)>,
}

const fn platform(id: &'static str, name: &'static str, unit: Option<&'static str>) -> SeedAccount {
    SeedAccount { id, name, unit, work: None }
}

const fn work(
    id: &'static str,
    name: &'static str,
    unit: &'static str,
    project: &'static str,
    stage: Stage,
) -> SeedAccount {
    SeedAccount { id, name, unit: Some(unit), work: Some((project, stage)) }
}

pub(super) const UNITS: [&str; 7] = [
    "Infrastructure",
    "Security",
    "Sandbox",
    "Workloads_Dev",
    "Workloads_PreProd",
    "Workloads_Prod",
    "Deployments_Prod",
];

const FRAUD: &str = "fraud-detection";
const CHURN: &str = "churn-prediction";

pub(super) const ACCOUNTS: [SeedAccount; 13] = [
    platform(MANAGEMENT, "management", None),
    platform(SHARED_SERVICES, "shared-services", Some("Infrastructure")),
    platform("333333333333", "log-archive", Some("Security")),
    platform("444444444444", "data-lake", Some("Infrastructure")),
    platform("555555555555", "automation", Some("Deployments_Prod")),
    work("601000000001", "fraud-detection-sandbox", "Sandbox", FRAUD, Stage::Sandbox),
    work("601000000002", "fraud-detection-dev", "Workloads_Dev", FRAUD, Stage::Dev),
    work("601000000003", "fraud-detection-preprod", "Workloads_PreProd", FRAUD, Stage::PreProd),
    work("601000000004", "fraud-detection-prod", "Workloads_Prod", FRAUD, Stage::Prod),
    work("602000000001", "churn-prediction-sandbox", "Sandbox", CHURN, Stage::Sandbox),
    work("602000000002", "churn-prediction-dev", "Workloads_Dev", CHURN, Stage::Dev),
    work("602000000003", "churn-prediction-preprod", "Workloads_PreProd", CHURN, Stage::PreProd),
    work("602000000004", "churn-prediction-prod", "Workloads_Prod", CHURN, Stage::Prod),
];

/// The demo key of an account, which stands for one that its platform team made.
pub fn kms_key_arn(account: &str) -> String {
    format!("arn:aws:kms:{REGION}:{account}:key/6b1f0c52-7d5e-4c0a-9a52-{account}")
}

/// The execution role of Studio that `deploy/spoke.yaml` makes.
pub fn execution_role_arn(account: &str) -> String {
    format!("arn:aws:iam::{account}:role/StudiogateExecution")
}

/// The shared Studio domain of a development account.
pub(super) fn shared_domain_id(account: &str) -> String {
    format!("d-shared{account}")
}

/// The two projects, as an administrator enters them into the portal.
pub fn projects() -> Vec<Project> {
    let project = |id: &str, name: &str, cost_center: &str, data_class| {
        Some(Project {
            id: id.parse::<ProjectId>().ok()?,
            name: name.to_owned(),
            cost_center: cost_center.to_owned(),
            data_class,
            version: 1,
        })
    };
    [
        project(FRAUD, "Fraud detection", "CC-4711", DataClass::Confidential),
        project(CHURN, "Churn prediction", "CC-4712", DataClass::Internal),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The projects' accounts, as an administrator enters them into the portal.
pub fn project_accounts() -> Vec<ProjectAccount> {
    ACCOUNTS
        .iter()
        .filter_map(|seed| {
            let (project, stage) = seed.work?;
            let account: AccountId = seed.id.parse().ok()?;
            Some(ProjectAccount {
                project: project.parse().ok()?,
                region: REGION.parse::<Region>().ok()?,
                stage,
                name: seed.name.to_owned(),
                vpc_id: Some(format!("vpc-{account}")),
                subnet_ids: vec![format!("subnet-{account}-a"), format!("subnet-{account}-b")],
                security_group_ids: vec![format!("sg-{account}")],
                kms_key_arn: Some(kms_key_arn(seed.id)),
                studio_domain_id: (stage == Stage::Dev).then(|| shared_domain_id(seed.id)),
                account,
                version: 1,
            })
        })
        .collect()
}
