//! What a change would do before it is made: to environments that run, to products on offer, and to what people do in
//! accounts of projects.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::ProductAccess;
use domain::catalog::{Product, ProvisioningArtifact};
use domain::environment::Environment;
use domain::guardrail::Context;
use domain::id::{AccountId, ProductId, ProjectId};
use domain::organization::{
    Caller, Chain, ChangedOutlook, GOVERNED, Need, OutlookOf, PolicyChange, changed_outlooks, context,
};
use domain::project::ProjectAccount;
use domain::resource_actions::{PROVISIONING, TERMINATING, creating, opening};
use domain::session::RoleName;
use domain::view::{ChangeEffects, EnvironmentEffect, GovernedEffect, ProductEffect};
use store::{EnvironmentFilter, PageRequest, Scope};

use super::matrix::EXECUTION_ROLE;
use crate::admin::accounts_of;
use crate::guardrails::launch_role;
use crate::{ControlPlane, Result};

/// Environments that are looked at, page by page.
const PAGE: u32 = 500;
const MOST_ENVIRONMENTS: usize = 5_000;

/// An account that the change reaches, with its policies before and after.
pub(super) struct Reached {
    pub(super) account: ProjectAccount,
    pub(super) before: Chain,
    pub(super) after: Chain,
}

impl ControlPlane {
    pub(super) async fn effects_of(&self, change: &PolicyChange) -> Result<ChangeEffects> {
        let accounts = self.store().all_project_accounts().await?;
        let reached = self.reached(change, &accounts).await?;
        self.effects_on(&reached).await
    }

    /// Of accounts whose policies will be others.
    pub(super) async fn effects_on(&self, reached: &[Reached]) -> Result<ChangeEffects> {
        let mut effects = ChangeEffects { accounts: reached.len(), ..ChangeEffects::default() };
        let unreadable: BTreeSet<&String> = reached.iter().flat_map(|it| &it.after.unreadable).collect();
        effects.unreadable = unreadable.into_iter().cloned().collect();
        if reached.is_empty() {
            return Ok(effects);
        }
        let partition = self.aws().config().partition.as_str();
        let access = self.store().all_product_access().await?;
        let (environments, more) = self.running_in(reached).await?;
        // A large catalog is mostly others'.
        let projects: BTreeSet<&ProjectId> = reached.iter().map(|it| &it.account.project).collect();
        let theirs = access.iter().filter(|rule| projects.contains(&rule.project)).map(|rule| &rule.product);
        let used: BTreeSet<&ProductId> = theirs.chain(environments.iter().map(|it| &it.product)).collect();
        let used: Vec<ProductId> = used.into_iter().cloned().collect();
        let products = self.store().products_of(&used).await?;
        effects.products = on_products(&products, &access, reached, partition);
        effects.environments = on_environments(&environments, &products, reached, partition);
        effects.more_environments = more;
        effects.governed = on_governed(reached, partition);
        Ok(effects)
    }

    async fn reached(&self, change: &PolicyChange, accounts: &[ProjectAccount]) -> Result<Vec<Reached>> {
        let ids: Vec<AccountId> = accounts.iter().map(|account| account.account.clone()).collect();
        let paths = self.store().account_paths(&ids).await?;
        let ids = paths.values().flat_map(|path| &path.nodes).flat_map(|node| &node.policies);
        let ids: BTreeSet<String> = ids.cloned().chain(change.policy().map(str::to_owned)).collect();
        let policies = self.store().service_control_policies(&ids).await?;
        let mut reached = Vec::new();
        for account in accounts {
            let Some(path) = paths.get(&account.account).filter(|path| !path.exempt) else { continue };
            if !change.reaches(&path.nodes) {
                continue;
            }
            let (mut nodes, mut after) = (path.nodes.clone(), policies.clone());
            change.make(&mut nodes, &mut after);
            let before = Chain::read(&path.nodes, &policies);
            reached.push(Reached { account: account.clone(), before, after: Chain::read(&nodes, &after) });
        }
        reached.sort_by(|a, b| (a.account.stage, &a.account.name).cmp(&(b.account.stage, &b.account.name)));
        Ok(reached)
    }

    /// The environments of these accounts that are not terminated, and whether there are more than are looked at.
    async fn running_in(&self, reached: &[Reached]) -> Result<(Vec<Environment>, bool)> {
        let projects: BTreeSet<&ProjectId> = reached.iter().map(|it| &it.account.project).collect();
        let mut running = Vec::new();
        for project in projects {
            let filter =
                EnvironmentFilter { live: true, project: Some(project.clone()), ..EnvironmentFilter::default() };
            let mut page = PageRequest::newest(PAGE);
            loop {
                let found = self.store().environments(&Scope::All, &filter, &page).await?;
                running.extend(found.items);
                if running.len() >= MOST_ENVIRONMENTS {
                    return Ok((running, true));
                }
                let Some(next) = found.next else { break };
                page = page.after(Some(next));
            }
        }
        Ok((running, false))
    }
}

/// What a product takes in these versions: to be brought up, created and opened.
fn needs<'a>(product: &Product, versions: impl Iterator<Item = &'a ProvisioningArtifact>) -> Vec<Need> {
    let kinds: BTreeSet<&str> = versions.flat_map(|a| a.resources.keys().map(String::as_str)).collect();
    let actions = |of: fn(&str) -> &'static [&'static str]| -> BTreeSet<&str> {
        kinds.iter().flat_map(|kind| of(kind)).copied().collect()
    };
    let mut needs = needed("to bring it up", RoleName::StudiogateProvisioner.as_str(), PROVISIONING);
    needs.extend(needed("to create it", launch_role(product), &actions(creating)));
    needs.extend(needed("to open it", RoleName::StudiogateLauncher.as_str(), &actions(opening)));
    needs
}

fn needed<'a>(purpose: &str, role: &str, actions: impl IntoIterator<Item = &'a &'a str>) -> Vec<Need> {
    let need =
        |action: &&str| Need { purpose: purpose.to_owned(), action: (*action).to_owned(), role: role.to_owned() };
    actions.into_iter().map(need).collect()
}

impl Reached {
    fn changed(&self, needs: &[Need], partition: &str) -> Vec<ChangedOutlook> {
        changed_outlooks(&self.before, &self.after, needs, |role| self.context(role, partition))
    }

    fn context(&self, role: &str, partition: &str) -> Context {
        context(&self.account.account, Caller { role, region: &self.account.region, partition })
    }
}

fn on_products(
    products: &[Product],
    access: &[ProductAccess],
    reached: &[Reached],
    partition: &str,
) -> Vec<ProductEffect> {
    let accounts: Vec<ProjectAccount> = reached.iter().map(|it| it.account.clone()).collect();
    let mut effects: Vec<ProductEffect> = Vec::new();
    for product in products {
        let needs = needs(product, product.offered_artifacts());
        let offered = accounts_of(&product.id, &product.region, access, &accounts);
        for it in reached.iter().filter(|it| offered.contains(&&it.account)) {
            let changed = it.changed(&needs, partition);
            if changed.is_empty() {
                continue;
            }
            let stage = it.account.stage;
            let same = effects.iter_mut().find(|e| (&e.product, e.stage, &e.changed) == (&product.id, stage, &changed));
            match same {
                Some(effect) => effect.accounts.push(it.account.name.clone()),
                None => effects.push(ProductEffect {
                    product: product.id.clone(),
                    name: product.name.clone(),
                    accounts: vec![it.account.name.clone()],
                    stage,
                    changed,
                }),
            }
        }
    }
    effects
}

fn on_environments(
    environments: &[Environment],
    products: &[Product],
    reached: &[Reached],
    partition: &str,
) -> Vec<EnvironmentEffect> {
    let mut alike: BTreeMap<(&AccountId, &str, &str, &str), Vec<&Environment>> = BTreeMap::new();
    for it in environments {
        let key = (&it.account, it.region.as_str(), it.product.as_str(), it.artifact.as_str());
        alike.entry(key).or_default().push(it);
    }
    let mut effects = Vec::new();
    for ((account, region, id, artifact), group) in alike {
        let here = |it: &&Reached| &it.account.account == account && it.account.region.as_str() == region;
        let Some(it) = reached.iter().find(here) else { continue };
        // What left the catalog is still taken down.
        let product = products.iter().find(|product| product.id.as_str() == id);
        let version = product.and_then(|p| p.artifacts.iter().find(|a| a.id.as_str() == artifact));
        let mut needs = product.map(|product| needs(product, version.into_iter())).unwrap_or_default();
        needs.extend(needed("to take it down", RoleName::StudiogateProvisioner.as_str(), TERMINATING));
        let changed = it.changed(&needs, partition);
        if !changed.is_empty() {
            effects.push(EnvironmentEffect {
                environments: group.iter().map(|e| (e.id.clone(), e.name.clone())).collect(),
                product: product.map_or_else(|| id.to_owned(), |product| product.name.clone()),
                account: it.account.name.clone(),
                stage: it.account.stage,
                changed,
            });
        }
    }
    effects
}

fn on_governed(reached: &[Reached], partition: &str) -> Vec<GovernedEffect> {
    let mut effects: Vec<GovernedEffect> = Vec::new();
    for governed in GOVERNED {
        for it in reached {
            let known = it.context(EXECUTION_ROLE, partition);
            let outlook = |chain: &Chain| {
                OutlookOf::named(chain, governed.forecast(chain, &it.account.account, partition, &known))
            };
            let (before, after) = (outlook(&it.before), outlook(&it.after));
            if before.stands_as(&after) {
                continue;
            }
            let name = it.account.name.clone();
            match effects.iter_mut().find(|e| e.label == governed.label && e.before == before && e.after == after) {
                Some(effect) => effect.accounts.push(name),
                None => effects.push(GovernedEffect {
                    label: governed.label.to_owned(),
                    action: governed.action.to_owned(),
                    accounts: vec![name],
                    before,
                    after,
                }),
            }
        }
    }
    effects
}
