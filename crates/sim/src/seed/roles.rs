//! The seeded roles are those of `deploy/`: the same templates, evaluated for each account. What runs on the local AWS runs
//! with the permissions it will have on a real one.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::id::AccountId;
use serde_json::Value;

use super::accounts::{ACCOUNTS, EXTERNAL_ID, HUB_ROLE_ARN, MANAGEMENT, REGION, SHARED_SERVICES};
use super::organization;
use crate::iam::IamRole;
use crate::servicecatalog::seed::{LAUNCH_ROLE, OFFERED_LAUNCH_ROLE};
use crate::template::{Evaluator, Physical, Pseudo, Template, TemplateError, Values};
use crate::world::World;

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
        match roles_of(template, account, &values) {
            Ok(roles) => {
                for (name, role) in roles {
                    let id = format!("AROA{}", world.fresh(16).to_ascii_uppercase());
                    let role = IamRole { id, created: now, ..role };
                    if let Some(account) = account.parse::<AccountId>().ok().and_then(|id| world.accounts.get_mut(&id))
                    {
                        account.roles.insert(name, role);
                    }
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

/// The roles that a template makes in an account, by name.
pub(super) fn roles_of(text: &str, account: &str, given: &Values) -> Result<BTreeMap<String, IamRole>, TemplateError> {
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
    let mut roles = BTreeMap::new();
    for logical_id in template.order()? {
        let Some(resource) = template.resource(&logical_id).filter(|r| r.kind == "AWS::IAM::Role") else { continue };
        let properties = {
            let evaluator = Evaluator::new(&template, &values, &pseudo, &exports, &made)?;
            evaluator.value(&resource.properties)?.unwrap_or_default()
        };
        let text = |key: &str| properties[key].as_str().unwrap_or_default().to_owned();
        let name = text("RoleName");
        let arn = format!("arn:aws:iam::{account}:role/{name}");
        let policies = properties["Policies"].as_array().into_iter().flatten().map(|policy| {
            (policy["PolicyName"].as_str().unwrap_or_default().to_owned(), policy["PolicyDocument"].to_string())
        });
        let role = IamRole {
            name: name.clone(),
            arn: arn.clone(),
            id: String::new(),
            trust: properties["AssumeRolePolicyDocument"].to_string(),
            policies: policies.collect(),
            attached: Vec::new(),
            tags: BTreeMap::new(),
            boundary: None,
            max_session: properties["MaxSessionDuration"].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(3600),
            created: DateTime::<Utc>::UNIX_EPOCH,
        };
        let attributes = BTreeMap::from([("Arn".to_owned(), Value::String(arn))]);
        made.insert(logical_id, Physical { reference: name.clone(), attributes, opaque: false });
        roles.insert(name, role);
    }
    Ok(roles)
}

#[cfg(test)]
mod tests {
    use domain::guardrail::{Policy, PolicyKind};

    use super::*;

    fn evaluated(text: &str, given: &[(&str, &str)]) -> BTreeMap<String, IamRole> {
        let given = given.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        roles_of(text, "601000000002", &given).unwrap()
    }

    #[test]
    fn every_policy_of_deploy_is_one_that_the_evaluator_understands() {
        let hub = [("ExternalId", EXTERNAL_ID), ("OrganizationId", organization::ID)];
        let spoke = [("ExternalId", EXTERNAL_ID), ("HubRoleArn", HUB_ROLE_ARN)];
        let all = [evaluated(HUB, &hub), evaluated(ORGANIZER, &spoke), evaluated(SPOKE, &spoke)];
        let names: Vec<&str> = all.iter().flat_map(|roles| roles.keys().map(String::as_str)).collect();
        assert_eq!(
            names,
            [
                "StudiogateCurator",
                "StudiogateHub",
                "StudiogateOrganizer",
                "StudiogateExecution",
                "StudiogateLaunchRole",
                "StudiogateLauncher",
                "StudiogateObserver",
                "StudiogateProvisioner",
            ]
        );
        for role in all.iter().flat_map(BTreeMap::values) {
            Policy::parse(PolicyKind::Trust, &role.name, &role.trust).unwrap();
            for (name, text) in &role.policies {
                Policy::parse(PolicyKind::Identity, name, text).unwrap();
            }
        }
    }

    #[test]
    fn the_roles_are_those_that_the_portal_asks_for() {
        use domain::session::RoleName;
        let spoke = evaluated(SPOKE, &[("ExternalId", EXTERNAL_ID), ("HubRoleArn", HUB_ROLE_ARN)]);
        for role in RoleName::OF_ACCOUNTS {
            assert!(spoke.contains_key(role.as_str()), "{role:?}");
        }
    }
}
