//! The catalog that the demo starts with, and products that are offered on top of it.

use std::collections::{BTreeMap, BTreeSet};

use blueprints::{Version, blueprints};
use chrono::{DateTime, TimeDelta, Utc};
use domain::id::AccountId;
use serde_json::json;

use super::state::{Artifact, Constraint, Portfolio, Principal, Product, TagOption};
use crate::seed::{REGION, SHARED_SERVICES, project_accounts};
use crate::world::World;
use template::{Template, TemplateError};

/// Portfolio that offered products go into.
pub const ENVIRONMENTS: &str = "Data science environments";
pub const WORKSPACES: &str = "Governed data workspaces";
/// The role of every LAUNCH constraint.
pub const LAUNCH_ROLE: &str = "StudiogateLaunchRole";
/// The role of products that are offered from templates of one's own: it may make whatever a template names.
pub const OFFERED_LAUNCH_ROLE: &str = "StudiogateOfferedLaunchRole";
/// Who may launch.
const PROVISIONER: &str = "StudiogateProvisioner";

/// Whether a template can be offered; the error says where it is broken.
pub fn check(template: &str) -> Result<(), TemplateError> {
    Template::parse(template)?.check_types()
}

/// Two portfolios in shared services, shared to all project accounts, with four products.
pub fn plant(world: &mut World, now: DateTime<Utc>) {
    let options = [
        ("cost-center", "CC-4711"),
        ("cost-center", "CC-4712"),
        ("data-class", "public"),
        ("data-class", "internal"),
        ("data-class", "confidential"),
        ("data-class", "restricted"),
        // The one that people choose: the others the portal sets from the project.
        ("workload", "exploration"),
        ("workload", "inference"),
        ("workload", "training"),
    ];
    let options: BTreeSet<String> =
        options.into_iter().filter_map(|(key, value)| tag_option(world, key, value)).collect();
    portfolio(world, ENVIRONMENTS, "SageMaker Studio for the projects' data scientists", &options, now);
    portfolio(world, WORKSPACES, "Governed places for the projects' data", &options, now + TimeDelta::milliseconds(1));
    for (index, blueprint) in (0_i64..).zip(blueprints()) {
        let made = now + TimeDelta::milliseconds(10 * index);
        let Some(id) =
            product(world, &blueprint.name, &blueprint.description, &blueprint.owner, &blueprint.support, made)
        else {
            continue;
        };
        for (age, version) in (1_i64..).zip(&blueprint.versions) {
            artifact(world, &id, version, made + TimeDelta::milliseconds(age));
        }
        let Some(portfolio) = put_into(world, &id, &blueprint.portfolio, LAUNCH_ROLE) else { continue };
        if blueprint.name == "Studio environment" {
            let rules = json!({ "Rules": { "AffordableInstances": { "Assertions": [{
                "Assert": { "Fn::Contains": [
                    ["ml.t3.medium", "ml.t3.large", "ml.m5.large", "ml.m5.xlarge"],
                    { "Ref": "InstanceType" },
                ] },
                "AssertDescription": "GPU instances are not offered here; ask the platform team for them",
            }] } } });
            let text = "Instance types without GPU";
            constraint(world, "TEMPLATE", &portfolio, &id, text, &rules.to_string());
        }
        let updates = json!({ "Version": "2.0", "Properties": { "TagUpdateOnProvisionedProduct": "ALLOWED" } });
        let text = "Tags may change while it runs";
        constraint(world, "RESOURCE_UPDATE", &portfolio, &id, text, &updates.to_string());
    }
}

/// Offers further products by name and template to all projects. One that is there already gets the template as a new
/// version, if it differs. Templates that cannot be read are left out: see [`check`].
pub fn offer(world: &mut World, products: &[(String, String)], now: DateTime<Utc>) {
    if products.is_empty() {
        return;
    }
    if !world.service_catalog.portfolios.values().any(|p| p.name == ENVIRONMENTS) {
        portfolio(world, ENVIRONMENTS, "SageMaker Studio for the projects' data scientists", &BTreeSet::new(), now);
    }
    for (name, template) in products {
        let parsed = match Template::parse(template) {
            Ok(parsed) => parsed,
            Err(problem) => {
                tracing::error!(product = name, "the template is not offered: {problem}");
                continue;
            }
        };
        for warning in parsed.warnings.iter().chain(&parsed.never_filled()) {
            tracing::warn!(product = name, "{warning}");
        }
        let description = if parsed.description.is_empty() {
            format!("Offered from the template {name}")
        } else {
            parsed.description.chars().take(400).collect()
        };
        let existing = world.service_catalog.products.values().find(|p| p.name == *name).map(|p| p.id.clone());
        let id = if let Some(id) = existing {
            id
        } else {
            let owner = "Data science platform";
            let Some(id) = product(world, name, &description, owner, "platform@example.com", now) else { continue };
            put_into(world, &id, ENVIRONMENTS, OFFERED_LAUNCH_ROLE);
            id
        };
        add_version(world, &id, template, now);
    }
}

fn add_version(world: &mut World, product: &str, template: &str, now: DateTime<Utc>) {
    let artifact_id = world.fresh_id("pa");
    let Some(product) = world.service_catalog.products.get_mut(product) else { return };
    if product.artifacts.last().is_some_and(|last| last.template == template) {
        return;
    }
    product.artifacts.push(Artifact {
        id: artifact_id,
        name: format!("{}.0", product.artifacts.len() + 1),
        description: "As offered at start".into(),
        template: template.to_owned(),
        created: now,
        active: true,
        guidance: "DEFAULT".into(),
    });
}

fn shared_services() -> Option<AccountId> {
    SHARED_SERVICES.parse().ok()
}

fn tag_option(world: &mut World, key: &str, value: &str) -> Option<String> {
    let id = world.fresh_id("tag");
    let option = TagOption {
        id: id.clone(),
        owner: shared_services()?,
        region: REGION.into(),
        key: key.into(),
        value: value.into(),
        active: true,
    };
    world.service_catalog.tag_options.insert(id.clone(), option);
    Some(id)
}

fn portfolio(world: &mut World, name: &str, description: &str, options: &BTreeSet<String>, now: DateTime<Utc>) {
    let Some(owner) = shared_services() else { return };
    let accounts: Vec<AccountId> = project_accounts().into_iter().map(|a| a.account).collect();
    let principal = |account: &AccountId| Principal {
        arn: format!("arn:aws:iam::{account}:role/{PROVISIONER}"),
        kind: "IAM".into(),
    };
    let id = world.fresh_id("port");
    let portfolio = Portfolio {
        id: id.clone(),
        account: owner,
        region: REGION.into(),
        name: name.into(),
        description: description.into(),
        provider: "Data science platform".into(),
        created: now,
        tags: BTreeMap::from([("managed-by".into(), "platform".into())]),
        products: BTreeSet::new(),
        shares: accounts.iter().map(|account| (account.clone(), true)).collect(),
        tag_option_shares: accounts.iter().cloned().collect(),
        nodes: BTreeMap::new(),
        principals: accounts.iter().map(|account| (account.clone(), vec![principal(account)])).collect(),
        tag_options: options.clone(),
    };
    world.service_catalog.portfolios.insert(id, portfolio);
}

fn product(
    world: &mut World,
    name: &str,
    description: &str,
    owner: &str,
    support: &str,
    now: DateTime<Utc>,
) -> Option<String> {
    let id = world.fresh_id("prod");
    let product = Product {
        id: id.clone(),
        account: shared_services()?,
        region: REGION.into(),
        name: name.into(),
        description: description.into(),
        owner: owner.into(),
        distributor: owner.into(),
        support_email: support.into(),
        support_url: String::new(),
        support_description: String::new(),
        created: now,
        artifacts: Vec::new(),
        tags: BTreeMap::new(),
        tag_options: BTreeSet::new(),
    };
    world.service_catalog.products.insert(id.clone(), product);
    Some(id)
}

fn artifact(world: &mut World, product: &str, version: &Version, now: DateTime<Utc>) {
    let id = world.fresh_id("pa");
    let Some(product) = world.service_catalog.products.get_mut(product) else { return };
    product.artifacts.push(Artifact {
        id,
        name: version.name.clone(),
        description: version.description.clone(),
        template: version.template.to_owned(),
        created: now,
        active: true,
        guidance: version.guidance.clone(),
    });
}

/// Puts a product into a portfolio, with the launch constraint that all have. Answers the portfolio's id.
fn put_into(world: &mut World, product: &str, portfolio: &str, role: &str) -> Option<String> {
    let found = world.service_catalog.portfolios.values_mut().find(|p| p.name == portfolio)?;
    found.products.insert(product.to_owned());
    let id = found.id.clone();
    let parameters = json!({ "LocalRoleName": role }).to_string();
    constraint(world, "LAUNCH", &id, product, &format!("Launched as {role}"), &parameters);
    Some(id)
}

fn constraint(world: &mut World, kind: &str, portfolio: &str, product: &str, description: &str, parameters: &str) {
    let Some(owner) = shared_services() else { return };
    let id = world.fresh_id("cons");
    let constraint = Constraint {
        id: id.clone(),
        kind: kind.into(),
        portfolio: portfolio.into(),
        product: product.into(),
        owner,
        description: description.into(),
        parameters: parameters.into(),
    };
    world.service_catalog.constraints.insert(id, constraint);
}
