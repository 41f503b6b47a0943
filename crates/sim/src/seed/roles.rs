//! The seeded roles and managed policies are those of `deploy/`: the same templates, evaluated for each account. What runs on
//! the local AWS runs with the permissions it will have on a real one.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::id::AccountId;
use serde_json::Value;

use super::accounts::{ACCOUNTS, EXTERNAL_ID, HUB_ROLE_ARN, MANAGEMENT, REGION, SHARED_SERVICES};
use super::organization;
use crate::iam::IamRole;
use crate::servicecatalog::seed::{LAUNCH_ROLE, OFFERED_LAUNCH_ROLE};
use crate::world::World;
use template::{Evaluator, Physical, Pseudo, Template, TemplateError, Values};

const HUB: &str = include_str!("../../../../deploy/hub.yaml");
const ORGANIZER: &str = include_str!("../../../../deploy/organizer.yaml");
const SPOKE: &str = include_str!("../../../../deploy/spoke.yaml");

pub(super) fn plant(world: &mut World, now: DateTime<Utc>) {
    let external_id = ("ExternalId", EXTERNAL_ID);
    let hub = ("HubRoleArn", HUB_ROLE_ARN);
    let mut stacks = vec![
        (SHARED_SERVICES, HUB, vec![external_id, ("OrganizationId", organization::ID)]),
        (MANAGEMENT, ORGANIZER, vec![external_id, hub]),
    ];
    stacks.extend(ACCOUNTS.iter().filter(|a| a.work.is_some()).map(|a| (a.id, SPOKE, vec![external_id, hub])));
    for (account, template, values) in stacks {
        let values = values.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        match governance_of(template, account, &values) {
            Ok(Governance { roles, policies }) => {
                let made = roles.into_iter().map(|(name, role)| {
                    let id = format!("AROA{}", world.fresh(16).to_ascii_uppercase());
                    (name, IamRole { id, created: now, ..role })
                });
                let made: Vec<_> = made.collect();
                if let Some(account) = account.parse::<AccountId>().ok().and_then(|id| world.accounts.get_mut(&id)) {
                    account.roles.extend(made);
                    account.managed_policies.extend(policies);
                }
            }
            // A test evaluates the three templates, which are compiled in: this cannot happen to a build that passed it.
            Err(error) => tracing::error!(%account, %error, "the roles of deploy/ cannot be evaluated"),
        }
    }
}

/// What the role for offered products may do beside what `StudiogateLaunchRole` may; what that is denied stays denied.
const WHATEVER_IS_NAMED: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"WhateverATemplateNames","Effect":"Allow","NotAction":["sts:*","organizations:*","account:*"],"Resource":"*"}]}"#;

/// The launch role of products that are offered from templates of one's own, in every account that has a launch role. It
/// exists here alone: in an organization, such a product gets a role with the permissions that it needs.
pub(super) fn plant_offered(world: &mut World, now: DateTime<Utc>) {
    let id = format!("AROA{}", world.fresh(16).to_ascii_uppercase());
    for account in world.accounts.values_mut() {
        let Some(usual) = account.roles.get(LAUNCH_ROLE).filter(|_| !account.roles.contains_key(OFFERED_LAUNCH_ROLE))
        else {
            continue;
        };
        let mut role = IamRole {
            name: OFFERED_LAUNCH_ROLE.into(),
            arn: usual.arn.replace(LAUNCH_ROLE, OFFERED_LAUNCH_ROLE),
            id: id.clone(),
            created: now,
            ..usual.clone()
        };
        role.policies.insert("whatever-is-named".into(), WHATEVER_IS_NAMED.into());
        account.roles.insert(role.name.clone(), role);
    }
}

/// What a template of `deploy/` makes in an account.
#[derive(Default)]
pub(super) struct Governance {
    /// By name.
    pub(super) roles: BTreeMap<String, IamRole>,
    /// Managed policies: documents by ARN.
    pub(super) policies: BTreeMap<String, String>,
}

pub(super) fn governance_of(text: &str, account: &str, given: &Values) -> Result<Governance, TemplateError> {
    let template = Template::parse(text)?;
    let values = template.parameter_values(given)?;
    let pseudo = Pseudo {
        account: account.to_owned(),
        region: REGION.to_owned(),
        stack_name: "studiogate".into(),
        stack_id: format!("arn:aws:cloudformation:{REGION}:{account}:stack/studiogate/seed"),
        notification_arns: Vec::new(),
    };
    let exports = BTreeMap::new();
    let mut made: BTreeMap<String, Physical> = BTreeMap::new();
    let mut governance = Governance::default();
    for logical_id in template.order()? {
        let Some(resource) = template.resource(&logical_id) else { continue };
        let properties = {
            let evaluator = Evaluator::new(&template, &values, &pseudo, &exports, &made)?;
            evaluator.value(&resource.properties)?.unwrap_or_default()
        };
        let (reference, arn) = match resource.kind.as_str() {
            "AWS::IAM::Role" => {
                let role = role_of(account, &properties);
                let ids = (role.name.clone(), role.arn.clone());
                governance.roles.insert(role.name.clone(), role);
                ids
            }
            "AWS::IAM::ManagedPolicy" => {
                let name = properties["ManagedPolicyName"].as_str().unwrap_or_default();
                let arn = format!("arn:aws:iam::{account}:policy/{name}");
                governance.policies.insert(arn.clone(), properties["PolicyDocument"].to_string());
                (arn.clone(), arn)
            }
            "AWS::S3::Bucket" => {
                let name = properties["BucketName"].as_str().unwrap_or_default();
                (name.to_owned(), format!("arn:aws:s3:::{name}"))
            }
            _ => continue,
        };
        let attributes = BTreeMap::from([("Arn".to_owned(), Value::String(arn))]);
        made.insert(logical_id, Physical { reference, attributes, opaque: false });
    }
    Ok(governance)
}

fn role_of(account: &str, properties: &Value) -> IamRole {
    let text = |key: &str| properties[key].as_str().unwrap_or_default().to_owned();
    let name = text("RoleName");
    let policies = properties["Policies"].as_array().into_iter().flatten().map(|policy| {
        (policy["PolicyName"].as_str().unwrap_or_default().to_owned(), policy["PolicyDocument"].to_string())
    });
    let attached = properties["ManagedPolicyArns"].as_array().into_iter().flatten();
    IamRole {
        arn: format!("arn:aws:iam::{account}:role/{name}"),
        name,
        id: String::new(),
        trust: properties["AssumeRolePolicyDocument"].to_string(),
        policies: policies.collect(),
        attached: attached.filter_map(Value::as_str).map(str::to_owned).collect(),
        tags: BTreeMap::new(),
        boundary: properties["PermissionsBoundary"].as_str().map(str::to_owned),
        max_session: properties["MaxSessionDuration"].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(3600),
        created: DateTime::<Utc>::UNIX_EPOCH,
    }
}

#[cfg(test)]
mod tests {
    use domain::guardrail::{Policy, PolicyKind};

    use super::*;
    use crate::iam::{INLINE_POLICIES, policy_size};

    fn evaluated(text: &str, given: &[(&str, &str)]) -> Governance {
        let given = given.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        governance_of(text, "601000000002", &given).unwrap()
    }

    #[test]
    fn every_policy_of_deploy_is_one_that_the_evaluator_understands() {
        let hub = [("ExternalId", EXTERNAL_ID), ("OrganizationId", organization::ID)];
        let spoke = [("ExternalId", EXTERNAL_ID), ("HubRoleArn", HUB_ROLE_ARN)];
        let all = [evaluated(HUB, &hub), evaluated(ORGANIZER, &spoke), evaluated(SPOKE, &spoke)];
        let names: Vec<&str> = all.iter().flat_map(|made| made.roles.keys().map(String::as_str)).collect();
        assert_eq!(
            names,
            [
                "StudiogateCurator",
                "StudiogateHub",
                "StudiogateLaunchRole",
                "StudiogateOrganizer",
                "StudiogateExecution",
                "StudiogateImporter",
                "StudiogateLaunchRole",
                "StudiogateLauncher",
                "StudiogateObserver",
                "StudiogateProbe",
                "StudiogateProvisioner",
                "StudiogateRevoker",
            ]
        );
        for made in &all {
            for role in made.roles.values() {
                Policy::parse(PolicyKind::Trust, &role.name, &role.trust).unwrap();
                for (name, text) in &role.policies {
                    Policy::parse(PolicyKind::Identity, name, text).unwrap();
                }
                let inline: usize = role.policies.values().map(|text| policy_size(text)).sum();
                assert!(inline <= INLINE_POLICIES, "{}: {inline} characters", role.name);
                for arn in role.attached.iter().chain(&role.boundary) {
                    assert!(made.policies.contains_key(arn), "{}: {arn}", role.name);
                }
            }
            for (arn, text) in &made.policies {
                Policy::parse(PolicyKind::Boundary, arn, text).unwrap();
                assert!(policy_size(text) <= 6_144, "{arn}: {}", policy_size(text));
            }
        }
    }

    /// Whoever may put policies on a role makes it no stronger.
    #[test]
    fn roles_that_are_revoked_have_a_boundary_and_those_that_govern_have_none() {
        let spoke = evaluated(SPOKE, &[("ExternalId", EXTERNAL_ID), ("HubRoleArn", HUB_ROLE_ARN)]);
        let bounded: Vec<&str> =
            spoke.roles.values().filter(|role| role.boundary.is_some()).map(|role| role.name.as_str()).collect();
        assert_eq!(bounded, ["StudiogateExecution", "StudiogateLauncher"]);
    }

    #[test]
    fn the_roles_are_those_that_the_portal_asks_for() {
        use domain::session::RoleName;
        let spoke = evaluated(SPOKE, &[("ExternalId", EXTERNAL_ID), ("HubRoleArn", HUB_ROLE_ARN)]);
        for role in RoleName::IN_PROJECT_ACCOUNTS {
            assert!(spoke.roles.contains_key(role.as_str()), "{role:?}");
        }
    }
}
