//! What an admin would have entered: projects, their accounts, group mappings, who may use which product, and where
//! parameters come from. Entered through the same use cases as on the admin pages.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail};
use blueprints::{Blueprint, blueprints};
use control_plane::{Caller, ControlPlane, SignIn};
use domain::approval::ApprovalRule;
use domain::binding::BindingSource;
use domain::binding_proposal::role_value;
use domain::id::ProductId;
use domain::person::{Actor, GroupMapping, PersonKey, PlatformGrant, PlatformRole};
use domain::project::{Project, Stage};
use domain::revocation::CutOff;
use domain::view::{
    GroupMappingInput, ParameterBindingInput, ProductAccessInput, ProductSettingsInput, ProjectAccountInput,
    ProjectInput, RuleInput,
};
use sim::oidc::PERSONAS;
use sim::seed::{execution_role_arn, project_accounts, projects};

use super::keep::Kept;

/// What the events of the set-up are found by.
const SEED: &str = "demo-seed";
/// The group of the persona `auditor`.
const AUDITORS: &str = "auditors";
/// On what terms a template of one's own is offered.
const OFFERED_APPROVAL: &str = "lead";
const OFFERED_LEASE_DAYS: u32 = 90;

/// Enters what is not there yet. `offered` are the templates given on the command line. What an admin has changed since the
/// first start stays as it is; a first start that was interrupted is taken up where it ended.
pub(super) async fn plant(
    portal: &ControlPlane,
    issuer: &str,
    kept: &Kept,
    offered: &[(String, String)],
) -> Result<()> {
    let admin = admin(issuer);
    if !portal.mirror_now().await.context("the catalog cannot be read")? {
        bail!("the catalog of the local AWS cannot be read");
    }
    let entered = portal.admin_projects(&admin, None).await?.projects;
    let is_new = entered.is_empty() || kept.is_being_seeded();
    if is_new {
        kept.begin_seeding()?;
        let mappings = portal.admin_mappings(&admin, None).await?.mappings;
        for project in projects() {
            if !entered.iter().any(|known| known.id == project.id) {
                enter_project(portal, &admin, &project).await?;
            }
            enter_accounts(portal, &admin, &project).await?;
            enter_mappings(portal, &admin, &mappings, &project).await?;
        }
        let auditors =
            GroupMappingInput { group: AUDITORS.to_owned(), grant: "auditor".to_owned(), ..Default::default() };
        if !mappings.iter().any(|mapping| mapping.group == AUDITORS) {
            portal.add_group_mapping(&admin, auditors).await?;
        }
        introduce_leads(portal, issuer).await?;
    }
    let blueprints = blueprints();
    let names: BTreeSet<&str> =
        blueprints.iter().map(|it| it.name.as_str()).chain(offered.iter().map(|(name, _)| name.as_str())).collect();
    for name in names {
        let found = portal.admin_products(&admin, name, "").await?.products;
        let Some(row) = found.into_iter().find(|row| row.name == name) else { continue };
        let blueprint = blueprints.iter().find(|blueprint| blueprint.name == row.name).filter(|_| is_new);
        let is_offered = row.access_rules == 0 && offered.iter().any(|(name, _)| *name == row.name);
        if let Some(blueprint) = blueprint {
            enter_blueprint(portal, &admin, &row.id, blueprint).await?;
        } else if is_offered {
            enter_offered(portal, &admin, &row.id).await?;
        }
    }
    if is_new {
        // What is seen from the accounts, which were not known at the first reading: TagOptions of portfolios, launch paths.
        portal.mirror_now().await.context("the accounts cannot be read")?;
    }
    kept.end_seeding()
}

/// Team leads count as people who can decide once they have been here: in the demo they have.
async fn introduce_leads(portal: &ControlPlane, issuer: &str) -> Result<()> {
    for lead in PERSONAS.iter().filter(|persona| persona.groups.iter().any(|group| group.ends_with("-leads"))) {
        let sign_in = SignIn {
            person: PersonKey { issuer: issuer.to_owned(), subject: lead.subject.to_owned() },
            display_name: lead.name.to_owned(),
            email: Some(lead.email.to_owned()),
            groups: Some(lead.groups.iter().map(|group| (*group).to_owned()).collect()),
            request_id: SEED.to_owned(),
        };
        portal.sign_in(sign_in).await.with_context(|| format!("the lead {}", lead.name))?;
    }
    Ok(())
}

/// The admin among the personas.
fn admin(issuer: &str) -> Caller {
    let actor = Actor {
        person: PersonKey { issuer: issuer.to_owned(), subject: "admin".to_owned() },
        display_name: "Priya Adams".to_owned(),
        email: Some("priya.adams@example.com".to_owned()),
        groups: vec!["platform-admins".to_owned()],
        platform: vec![PlatformGrant { role: PlatformRole::Admin, because_of_group: "platform-admins".to_owned() }],
        memberships: Vec::new(),
        cut_off: CutOff::default(),
    };
    Caller::new(actor, SEED)
}

async fn enter_project(portal: &ControlPlane, admin: &Caller, project: &Project) -> Result<()> {
    let input = ProjectInput {
        id: project.id.to_string(),
        name: project.name.clone(),
        cost_center: project.cost_center.clone(),
        data_class: project.data_class.as_str().to_owned(),
        version: String::new(),
    };
    portal.save_project(admin, input).await.with_context(|| format!("project {}", project.id))?;
    Ok(())
}

async fn enter_accounts(portal: &ControlPlane, admin: &Caller, project: &Project) -> Result<()> {
    let entered = portal.admin_project(admin, &project.id, None).await?.accounts;
    for account in project_accounts().into_iter().filter(|account| account.project == project.id) {
        if entered.iter().any(|known| (&known.account, &known.region) == (&account.account, &account.region)) {
            continue;
        }
        let input = ProjectAccountInput {
            project: account.project.to_string(),
            account: account.account.to_string(),
            region: account.region.to_string(),
            stage: account.stage.as_str().to_owned(),
            name: account.name,
            vpc_id: account.vpc_id.unwrap_or_default(),
            subnet_ids: account.subnet_ids.join(","),
            security_group_ids: account.security_group_ids.join(","),
            kms_key_arn: account.kms_key_arn.unwrap_or_default(),
            studio_domain_id: account.studio_domain_id.unwrap_or_default(),
            version: String::new(),
        };
        portal.save_project_account(admin, input).await.with_context(|| format!("account {}", account.account))?;
    }
    Ok(())
}

async fn enter_mappings(
    portal: &ControlPlane,
    admin: &Caller,
    entered: &[GroupMapping],
    project: &Project,
) -> Result<()> {
    for (suffix, grant) in [("members", "member"), ("leads", "lead")] {
        let group = format!("{}-{suffix}", project.id);
        if entered.iter().any(|mapping| mapping.group == group) {
            continue;
        }
        let input = GroupMappingInput { group, grant: grant.to_owned(), project: project.id.to_string() };
        portal.add_group_mapping(admin, input).await.with_context(|| format!("mapping of {}", project.id))?;
    }
    Ok(())
}

async fn enter_blueprint(portal: &ControlPlane, admin: &Caller, id: &ProductId, blueprint: &Blueprint) -> Result<()> {
    give_access(portal, admin, id, &blueprint.stages, &blueprint.approval, blueprint.max_lease_days).await?;
    let entered = portal.admin_product(admin, id, None, "").await?;
    for (parameter, source) in &blueprint.bindings {
        if !entered.bindings.iter().any(|known| known.parameter == *parameter) {
            bind(portal, admin, id, "", parameter, source).await?;
        }
    }
    if entered.settings.version > 0 {
        return Ok(());
    }
    let settings = ProductSettingsInput {
        product: id.to_string(),
        typical_minutes: blueprint.typical_minutes.to_string(),
        version: String::new(),
    };
    portal.save_product_settings(admin, settings).await.with_context(|| format!("settings of {id}"))
}

async fn enter_offered(portal: &ControlPlane, admin: &Caller, id: &ProductId) -> Result<()> {
    give_access(portal, admin, id, &Stage::ALL, OFFERED_APPROVAL, OFFERED_LEASE_DAYS).await?;
    portal.accept_binding_proposals(admin, id).await.with_context(|| format!("bindings of {id}"))?;
    // A role that nothing could be proposed for is the accounts' own execution role.
    let unbound = portal.admin_product(admin, id, None, "").await?.unbound;
    for parameter in unbound.keys() {
        for account in project_accounts() {
            let Some(role) = role_value(parameter, &execution_role_arn(account.account.as_str())) else { break };
            let source = BindingSource::Fixed { value: role };
            bind(portal, admin, id, account.account.as_str(), parameter, &source).await?;
        }
    }
    Ok(())
}

async fn give_access(
    portal: &ControlPlane,
    admin: &Caller,
    id: &ProductId,
    stages: &[Stage],
    approval: &str,
    max_lease_days: u32,
) -> Result<()> {
    let entered = portal.admin_product(admin, id, None, "").await?.access;
    let approval: ApprovalRule = approval.parse().with_context(|| format!("the rule of approval of {id}"))?;
    for project in projects() {
        for stage in stages {
            if entered.iter().any(|known| known.project == project.id && known.stage == *stage) {
                continue;
            }
            let input = ProductAccessInput {
                product: id.to_string(),
                project: project.id.to_string(),
                stage: stage.as_str().to_owned(),
                rule: RuleInput::of(&approval),
                max_lease_days: max_lease_days.to_string(),
                instances: String::new(),
                version: String::new(),
            };
            portal.save_product_access(admin, input).await.with_context(|| format!("access to {id}"))?;
        }
    }
    Ok(())
}

async fn bind(
    portal: &ControlPlane,
    admin: &Caller,
    product: &ProductId,
    account: &str,
    parameter: &str,
    source: &BindingSource,
) -> Result<()> {
    let (source, value) = source.posted();
    let input = ParameterBindingInput {
        product: product.to_string(),
        account: account.to_owned(),
        parameter: parameter.to_owned(),
        source,
        value,
        version: String::new(),
    };
    portal
        .save_parameter_binding(admin, input)
        .await
        .with_context(|| format!("binding of {parameter} of {product}"))?;
    Ok(())
}
