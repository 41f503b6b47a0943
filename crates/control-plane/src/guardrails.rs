//! What the organization forbids where a product may be used, from the mirror.

use std::collections::BTreeSet;

use domain::access::ProductAccess;
use domain::catalog::{Constraint, ConstraintRule, Product};
use domain::id::AccountId;
use domain::organization::{Caller, Guardrails, OrganizationState, guardrails};
use domain::preflight::LaunchStanding;
use domain::project::ProjectAccount;
use domain::resource_actions::{creating, opening};
use domain::session::RoleName;
use domain::view::GuardrailRow;

use crate::admin::accounts_of;
use crate::{ControlPlane, Result};

impl ControlPlane {
    /// Stage by stage, accounts for which it is the same together; and how fresh that is.
    pub(crate) async fn guardrails_of(
        &self,
        product: &Product,
        access: &[ProductAccess],
        accounts: &[ProjectAccount],
    ) -> Result<(OrganizationState, Vec<GuardrailRow>)> {
        let state = self.store().organization_state().await?;
        let mut accounts = accounts_of(&product.id, &product.region, access, accounts);
        accounts.sort_by(|a, b| (a.stage, &a.name).cmp(&(b.stage, &b.name)));
        let ids: Vec<AccountId> = accounts.iter().map(|a| a.account.clone()).collect();
        let paths = self.store().account_paths(&ids).await?;
        let nodes = paths.values().flat_map(|path| &path.nodes);
        let ids: BTreeSet<String> = nodes.flat_map(|node| node.policies.clone()).collect();
        let policies = self.store().service_control_policies(&ids).await?;
        let resources: BTreeSet<&str> =
            product.offered_artifacts().flat_map(|a| a.resources.keys().map(String::as_str)).collect();
        let creating: BTreeSet<&str> = resources.iter().flat_map(|kind| creating(kind)).copied().collect();
        let opening: BTreeSet<&str> = resources.iter().flat_map(|kind| opening(kind)).copied().collect();
        let partition = self.aws().config().partition.as_str();
        let creator = launch_role(product);
        let mut rows: Vec<GuardrailRow> = Vec::new();
        for account in accounts {
            let found = paths.get(&account.account).map(|path| {
                let as_role = |role, actions: &BTreeSet<&str>| {
                    let caller = Caller { role, region: &account.region, partition };
                    guardrails(path, &policies, caller, actions)
                };
                let mut found = as_role(creator, &creating);
                found.refused.extend(as_role(RoleName::StudiogateLauncher.as_str(), &opening).refused);
                found
            });
            let unknown = found.is_none();
            let Guardrails { forbidden, refused, unreadable } = found.unwrap_or_default();
            let same = rows.iter_mut().find(|row| {
                row.stage == account.stage
                    && row.unknown == unknown
                    && (&row.forbidden, &row.refused, &row.unreadable) == (&forbidden, &refused, &unreadable)
            });
            match same {
                Some(row) => row.accounts.push(account.name.clone()),
                None => rows.push(GuardrailRow {
                    stage: account.stage,
                    accounts: vec![account.name.clone()],
                    forbidden,
                    refused,
                    unreadable,
                    unknown,
                }),
            }
        }
        Ok((state, rows))
    }
}

/// What the launch constraint names: an ARN, or a name.
pub(crate) fn launch_constraint(product: &Product) -> Option<&str> {
    launch_constraints(product, None).first().copied()
}

/// What the launch constraints name that can hold for an account, each once.
pub(crate) fn launch_constraints<'a>(product: &'a Product, standing: Option<&LaunchStanding>) -> Vec<&'a str> {
    let holds = |c: &&Constraint| standing.is_none_or(|standing| standing.launches_by(c.portfolio.as_ref()));
    let mut roles: Vec<&str> = Vec::new();
    for constraint in product.constraints.iter().filter(holds) {
        if let ConstraintRule::Launch { role } = &constraint.rule
            && !roles.contains(&role.as_str())
        {
            roles.push(role);
        }
    }
    roles
}

/// Who creates the resources: the role of the launch constraint, or whoever provisions.
pub(crate) fn launch_role(product: &Product) -> &str {
    role_of(launch_constraint(product))
}

/// The role that a launch constraint names, with its path; without one whoever provisions.
pub(crate) fn role_of(constraint: Option<&str>) -> &str {
    let role = constraint.unwrap_or(RoleName::StudiogateProvisioner.as_str());
    // An ARN, or the name alone; a policy that names the role names its path too.
    role.split_once(":role/").map_or(role, |(_, name)| name)
}
