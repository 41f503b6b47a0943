//! The organization's tree, its service control policies and the shared Studio domains.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::project::Stage;
use serde_json::{Value, json};

use super::accounts::{
    ACCOUNTS, MANAGEMENT, SHARED_SERVICES, UNITS, execution_role_arn, project_accounts, shared_domain_id,
};
use crate::iam::Account;
use crate::organizations::{Organization, OrganizationalUnit, ServiceControlPolicy};
use crate::sagemaker::Resource;
use crate::sagemaker::home::{self, Home};
use crate::world::World;

pub(super) const ID: &str = "o-studiogate0";
const ROOT: &str = "r-stgt";
const FULL_ACCESS: &str = "p-FullAWSAccess";
const DENY_ENDPOINTS: &str = "p-denyendpoints";
const DENY_ENDPOINTS_TEXT: &str = include_str!("../../../../blueprints/scps/deny-sagemaker-endpoints.json");

fn unit_id(name: &str) -> String {
    let slug: String =
        name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).chain("00000000".chars()).collect();
    let letters = slug.len().saturating_sub(8).max(8);
    format!("ou-stgt-{}", &slug[..letters])
}

pub(super) fn plant(world: &mut World, now: DateTime<Utc>) {
    let mut organization = Organization {
        id: ID.into(),
        root: ROOT.into(),
        management: MANAGEMENT.parse().ok(),
        // The catalog is shared to organizational units from shared services, which therefore is a delegated administrator.
        delegated_administrators: SHARED_SERVICES.parse().into_iter().collect(),
        ..Organization::default()
    };
    let policy = |id: &str, name: &str, description: &str, content: &str, aws_managed| ServiceControlPolicy {
        id: id.into(),
        name: name.into(),
        description: description.into(),
        content: content.into(),
        aws_managed,
    };
    let policies = [
        policy(
            FULL_ACCESS,
            "FullAWSAccess",
            "Allows access to every operation",
            crate::aws_policies::ADMINISTRATOR,
            true,
        ),
        policy(
            DENY_ENDPOINTS,
            "deny-sagemaker-endpoints",
            "No SageMaker endpoints where models are explored: they belong to the stages that serve",
            DENY_ENDPOINTS_TEXT,
            false,
        ),
    ];
    organization.policies = policies.into_iter().map(|p| (p.id.clone(), p)).collect();
    organization.attachments.insert(ROOT.into(), vec![FULL_ACCESS.into()]);
    for name in UNITS {
        let id = unit_id(name);
        let mut attached = vec![FULL_ACCESS.to_owned()];
        if matches!(name, "Sandbox" | "Workloads_Dev") {
            attached.push(DENY_ENDPOINTS.into());
        }
        organization.attachments.insert(id.clone(), attached);
        organization.units.insert(id.clone(), OrganizationalUnit { id, name: name.into(), parent: ROOT.into() });
    }
    for seed in ACCOUNTS {
        let Ok(id) = seed.id.parse::<domain::id::AccountId>() else { continue };
        organization.account_parents.insert(id.clone(), seed.unit.map_or_else(|| ROOT.into(), unit_id));
        organization.attachments.insert(id.to_string(), vec![FULL_ACCESS.into()]);
        world.accounts.insert(
            id.clone(),
            Account {
                id,
                name: seed.name.into(),
                email: format!("aws+{}@example.com", seed.name),
                joined: now,
                roles: BTreeMap::new(),
                managed_policies: BTreeMap::new(),
            },
        );
    }
    world.organization = organization;
}

/// A Studio domain in every development account, for the product that only adds a user profile.
pub(super) fn plant_studio_domains(world: &mut World, now: DateTime<Utc>) {
    for account in project_accounts().into_iter().filter(|a| a.stage == Stage::Dev) {
        let id = shared_domain_id(account.account.as_str());
        let arn = format!("arn:aws:sagemaker:{}:{}:domain/{id}", account.region, account.account);
        let region = account.region.as_str();
        let home = Home {
            account: &account.account,
            region,
            domain_id: &id,
            domain_arn: &arn,
            vpc: account.vpc_id.as_deref().unwrap_or_default(),
            subnets: &account.subnet_ids,
            kms_key: account.kms_key_arn.as_deref(),
        };
        let file_system = home::make(world, &home, now);
        let described = json!({
            "DomainId": id,
            "DomainArn": arn,
            "DomainName": format!("{}-shared", account.name),
            "AuthMode": "IAM",
            "AppNetworkAccessType": "VpcOnly",
            "VpcId": account.vpc_id,
            "SubnetIds": account.subnet_ids,
            "KmsKeyId": account.kms_key_arn,
            "DefaultUserSettings": {
                "ExecutionRole": execution_role_arn(account.account.as_str()),
                "SecurityGroups": account.security_group_ids,
            },
            "DomainSettings": { "ExecutionRoleIdentityConfig": "USER_PROFILE_NAME" },
            "HomeEfsFileSystemId": file_system,
            "Url": format!("https://{id}.studio.{}.sagemaker.aws", account.region),
        });
        let Value::Object(attributes) = described else { continue };
        let mut resource = Resource::pending(arn, attributes, now, now);
        resource.due = None;
        "InService".clone_into(&mut resource.status);
        resource.tags.insert("project".into(), account.project.to_string());
        world.sagemaker(&account.account, account.region.as_str()).domains.insert(id, resource);
    }
}
