//! What was changed in the catalog and in the organization, as a command.

use domain::curation::{CatalogChange, Guidance, Named, constraint_kind};
use domain::described::{PortalSays, PortalStep};
use domain::id::AccountId;
use domain::organization::PolicyChange;
use domain::share::ShareTarget;

use super::count;

/// "Attach deny-endpoints to Sandbox".
pub fn policy_change(change: &PolicyChange, policy: &str, node: Option<&str>) -> String {
    let node = node.or(change.node()).unwrap_or_default();
    match change {
        PolicyChange::Create { name, .. } => format!("Create {name}"),
        PolicyChange::Edit { .. } => format!("Edit {policy}"),
        PolicyChange::Attach { .. } => format!("Attach {policy} to {node}"),
        PolicyChange::Detach { .. } => format!("Detach {policy} from {node}"),
        PolicyChange::Delete { .. } => format!("Delete {policy}"),
    }
}

/// "Let fraud-detection use Studio environment in dev".
pub fn portal_step(step: &PortalStep) -> String {
    let product = &step.product;
    let bound = |parameter: &str, account: Option<&AccountId>| match account {
        Some(account) => format!("{parameter} of {product} in {account}"),
        None => format!("{parameter} of {product}"),
    };
    match &step.says {
        PortalSays::SetAccess { access, version: 0 } => {
            format!("Let {} use {product} in {}", access.project, access.stage)
        }
        PortalSays::SetAccess { access, .. } => {
            format!("Change the terms on which {} uses {product} in {}", access.project, access.stage)
        }
        PortalSays::RemoveAccess { project, stage, .. } => format!("Let {project} use {product} in {stage} no more"),
        PortalSays::SetBinding { binding, version: 0 } => {
            format!("Bind {}", bound(&binding.parameter, binding.account.as_ref()))
        }
        PortalSays::SetBinding { binding, .. } => {
            format!("Bind {} otherwise", bound(&binding.parameter, binding.account.as_ref()))
        }
        PortalSays::RemoveBinding { parameter, account, .. } => {
            format!("Bind {} no more", bound(parameter, account.as_ref()))
        }
        PortalSays::SetTypicalMinutes { minutes: Some(minutes), .. } => {
            format!("Expect {product} within {}", count(u64::from(*minutes), "minute", "minutes"))
        }
        PortalSays::SetTypicalMinutes { minutes: None, .. } => format!("Say nothing of how long {product} takes"),
    }
}

/// "Add version 2.0 to Studio environment".
pub fn catalog_change(change: &CatalogChange, named: &Named) -> String {
    let Named { portfolio, product, version, tag_option, share } = named;
    match change {
        CatalogChange::AddProduct { .. } => format!("Add product {product}"),
        CatalogChange::SetProduct { .. } => format!("Change product {product}"),
        CatalogChange::CopyProduct { name, .. } => format!("Copy {product} to {name}"),
        CatalogChange::DeleteProduct { .. } => format!("Delete product {product}"),
        CatalogChange::AddVersion { .. } => format!("Add version {version} to {product}"),
        CatalogChange::SetVersion { active: false, .. } => format!("Deactivate version {version} of {product}"),
        CatalogChange::SetVersion { guidance: Guidance::Deprecated, .. } => {
            format!("Deprecate version {version} of {product}")
        }
        CatalogChange::SetVersion { .. } => format!("Offer version {version} of {product}"),
        CatalogChange::DeleteVersion { .. } => format!("Delete version {version} of {product}"),
        CatalogChange::AddPortfolio { .. } => format!("Add portfolio {portfolio}"),
        CatalogChange::SetPortfolio { .. } => format!("Change portfolio {portfolio}"),
        CatalogChange::DeletePortfolio { .. } => format!("Delete portfolio {portfolio}"),
        CatalogChange::AssociateProduct { .. } => format!("Put {product} into {portfolio}"),
        CatalogChange::AddConstraint { new, .. } => {
            format!("Add a {} constraint to {product} in {portfolio}", constraint_kind(&new.rule))
        }
        CatalogChange::SetConstraint { new, .. } => {
            format!("Change the {} constraint of {product} in {portfolio}", constraint_kind(&new.rule))
        }
        CatalogChange::DeleteConstraint { .. } => format!("Delete a constraint of {product} in {portfolio}"),
        CatalogChange::AddTagOption { .. } => format!("Add TagOption {tag_option}"),
        CatalogChange::SetTagOption { active: true, .. } => format!("Offer TagOption {tag_option}"),
        CatalogChange::SetTagOption { .. } => format!("Offer TagOption {tag_option} no more"),
        CatalogChange::DeleteTagOption { .. } => format!("Delete TagOption {tag_option}"),
        CatalogChange::AssociateTagOption { on, .. } => {
            format!("Put TagOption {tag_option} on {}", tagged(on, named))
        }
        CatalogChange::DisassociateTagOption { on, .. } => {
            format!("Take TagOption {tag_option} off {}", tagged(on, named))
        }
        CatalogChange::DisassociateProduct { .. } => format!("Take {product} out of {portfolio}"),
        CatalogChange::AssociatePrincipal { principal, .. } => {
            format!("Let {} launch from {portfolio}", principal_name(&principal.arn))
        }
        CatalogChange::DisassociatePrincipal { principal, .. } => {
            format!("Let {} launch from {portfolio} no more", principal_name(&principal.arn))
        }
        CatalogChange::ImportPortfolio { .. } => format!("Launch from {portfolio} in {share}"),
        CatalogChange::LeavePortfolio { .. } => format!("Launch from {portfolio} in {share} no more"),
        CatalogChange::AddShare { with: ShareTarget::Account(_), .. } => {
            format!("Share {portfolio} to {share}, which has to accept it")
        }
        CatalogChange::AddShare { .. } => format!("Share {portfolio} to {share}"),
        CatalogChange::SetShare { .. } => format!("Change what goes along with {portfolio} to {share}"),
        CatalogChange::DeleteShare { .. } => format!("Share {portfolio} to {share} no more"),
    }
}

/// The same, of a change whose way back is known: what is deprecated and was not active is activated.
pub fn catalog_change_since(change: &CatalogChange, was: Option<&CatalogChange>, named: &Named) -> String {
    match (change, was) {
        (
            CatalogChange::SetVersion { active: true, guidance: Guidance::Deprecated, .. },
            Some(CatalogChange::SetVersion { active: false, .. }),
        ) => format!("Activate version {} of {}, deprecated as it is", named.version, named.product),
        _ => catalog_change(change, named),
    }
}

/// `role/name` of an ARN.
fn principal_name(arn: &str) -> &str {
    arn.splitn(6, ':').last().unwrap_or(arn)
}

/// What people call what a TagOption is on, where that is known.
fn tagged<'a>(on: &'a str, named: &'a Named) -> &'a str {
    [&named.product, &named.portfolio].into_iter().find(|name| !name.is_empty()).map_or(on, |name| name.as_str())
}
