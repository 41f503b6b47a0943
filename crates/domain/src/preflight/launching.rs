//! How an account stands to a product: whether it sees it, who may launch it there, and the role that makes its resources.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Check, Finding, Verdict, Who};
use crate::guardrail::{Call, Context, Effect, Policy, PolicyKind, PrincipalArn, trusts};
use crate::id::{AccountId, PortfolioId, ProductId, Region};

/// What was read, or why it could not be.
pub type Read<T> = Result<T, String>;

/// The values that a launch can choose from, by TagOption key; with one AWS sets it, with none the tag must not be sent.
pub type TagChoices = BTreeMap<String, Vec<String>>;

/// What was read of a product in an account; mirrored into the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchStanding {
    pub account: AccountId,
    pub region: Region,
    pub product: ProductId,
    /// Ids of the launch paths that `StudiogateProvisioner` has.
    pub paths: Read<Vec<String>>,
    /// The portfolios with the product that are shared to the account.
    pub shared: Read<Vec<SharedPortfolio>>,
    /// Whether `StudiogateProvisioner` is associated with one of those.
    pub associated: Read<bool>,
    /// `None`: no launch constraint names one of this account.
    pub role: Option<RoleStanding>,
    /// As a launch in this account is offered them.
    pub tag_choices: Read<TagChoices>,
    pub read_at: DateTime<Utc>,
}

/// A portfolio that an account has been given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedPortfolio {
    pub id: PortfolioId,
    pub name: String,
}

impl LaunchStanding {
    /// Whether a launch in the account goes by what the portfolio says. Where nobody knows, it may.
    pub fn launches_by(&self, portfolio: Option<&PortfolioId>) -> bool {
        match (&self.shared, portfolio) {
            (Ok(shared), Some(portfolio)) if !shared.is_empty() => shared.iter().any(|it| it.id == *portfolio),
            _ => true,
        }
    }
}

/// The launch role in the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleStanding {
    pub name: String,
    /// `None`: there is no such role.
    pub found: Read<Option<FoundRole>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundRole {
    pub arn: String,
    /// Its trust policy.
    pub trust: String,
}

const SERVICE_CATALOG: &str = "servicecatalog.amazonaws.com";
const PROVISIONER: &str = "StudiogateProvisioner";
/// What to do where AWS did not answer the portal.
pub(super) const CANNOT_READ: &str = "Look whether the portal's roles are in the account as in deploy/spoke.yaml; \
                                      `studiogate doctor` tells.";

/// Launch path, principal and launch role. `portfolios` are those that the product is in; `roles` are what the launch
/// constraints name that can hold for the account, names or ARNs, each once; none of a product that launches as a stack set.
pub fn launching(
    portfolios: &[PortfolioId],
    standing: Option<&LaunchStanding>,
    roles: &[&str],
    by_stack_set: bool,
    account: &AccountId,
) -> Vec<Finding> {
    let not_read = |check| {
        Finding::new(check, Verdict::NotAssessed, "", "The portal has not read this product in the account yet.")
    };
    // Out of its last portfolio nobody launches it, whatever the account saw when it was last read.
    let (path, principal) = if portfolios.is_empty() {
        nowhere()
    } else {
        standing.map_or_else(
            || (not_read(Check::LaunchPath), not_read(Check::Principal)),
            |standing| (path(standing), principal(standing)),
        )
    };
    let role = match (roles, standing) {
        ([], _) => no_role(by_stack_set),
        (_, None) => not_read(Check::LaunchRole),
        ([named], Some(standing)) => launch_role(standing, named, account),
        (several, Some(_)) => {
            let why = "It is launched by one of several portfolios, each with a role of its own.";
            Finding::new(Check::LaunchRole, Verdict::NotAssessed, several.join(", "), why)
        }
    };
    vec![path, principal, role]
}

/// What is said of a product that is in no portfolio.
fn nowhere() -> (Finding, Finding) {
    let path =
        Finding::new(Check::LaunchPath, Verdict::Denied, "", "The product is in no portfolio: nobody can launch it.")
            .mended_by(Who::PlatformTeam, "Put the product into a portfolio that is shared to the account.");
    let why = "It shows once the product is in a portfolio.";
    (path, Finding::new(Check::Principal, Verdict::NotAssessed, PROVISIONER, why))
}

fn path(standing: &LaunchStanding) -> Finding {
    let finding = |verdict, why: &str| Finding::new(Check::LaunchPath, verdict, "", why);
    match (&standing.paths, &standing.shared) {
        (Ok(paths), _) if !paths.is_empty() => finding(Verdict::Fine, "The account has a launch path to the product."),
        (Ok(_), Ok(shared)) if shared.is_empty() => {
            finding(Verdict::Denied, "The account sees no launch path: no portfolio with the product is shared to it.")
                .mended_by(Who::PlatformTeam, "Share a portfolio with the product to the account.")
        }
        // What is missing is told of the principal.
        (Ok(_), Ok(_)) if standing.associated == Ok(false) => {
            finding(Verdict::NotAssessed, "It shows once somebody may launch the product in the account.")
        }
        (Ok(_), _) => finding(Verdict::Denied, "The account sees no launch path to the product.")
            .mended_by(Who::PlatformTeam, "Look at the portfolio's share and principals in the account."),
        (Err(why), _) => finding(Verdict::NotAssessed, why).mended_by(Who::PlatformTeam, CANNOT_READ),
    }
}

fn principal(standing: &LaunchStanding) -> Finding {
    let finding = |verdict, why: String| Finding::new(Check::Principal, verdict, PROVISIONER, why);
    if standing.paths.as_ref().is_ok_and(|paths| !paths.is_empty()) {
        return finding(Verdict::Fine, "It may launch the product.".to_owned());
    }
    match (&standing.shared, &standing.associated) {
        (Ok(shared), _) if shared.is_empty() => finding(
            Verdict::NotAssessed,
            "No portfolio is shared to the account that it could be associated with.".to_owned(),
        ),
        (_, Ok(true)) => finding(Verdict::Fine, "It is associated with the portfolio.".to_owned()),
        (Ok(shared), Ok(false)) => {
            finding(Verdict::Denied, format!("It is not associated with {} in the account.", names(shared)))
                .mended_by(Who::PlatformTeam, "Associate it as a principal of the portfolio.")
        }
        (Err(why), Ok(false)) | (_, Err(why)) => {
            finding(Verdict::NotAssessed, why.clone()).mended_by(Who::PlatformTeam, CANNOT_READ)
        }
    }
}

/// Without a role that launches it, the stack would be made in the portal's own session, which may ask Service Catalog alone.
fn no_role(by_stack_set: bool) -> Finding {
    if by_stack_set {
        let why = "It is launched as a stack set, whose roles are not looked at.";
        return Finding::new(Check::LaunchRole, Verdict::NotAssessed, "", why);
    }
    let why = format!("No LAUNCH constraint names a role, and {PROVISIONER} may not make the resources itself.");
    Finding::new(Check::LaunchRole, Verdict::Denied, "", why)
        .mended_by(Who::PlatformTeam, "Give the product a LAUNCH constraint in its portfolio.")
}

fn launch_role(standing: &LaunchStanding, named: &str, account: &AccountId) -> Finding {
    let finding = |verdict, subject: &str, why: String| Finding::new(Check::LaunchRole, verdict, subject, why);
    if is_elsewhere(named, account) {
        return finding(Verdict::NotAssessed, named, "The role is in another account.".to_owned());
    }
    let name = named.rsplit('/').next().unwrap_or(named);
    let Some(RoleStanding { found, .. }) = standing.role.as_ref().filter(|role| role.name == name) else {
        return finding(Verdict::NotAssessed, name, "The portal has not read this role yet.".to_owned());
    };
    match found {
        Err(why) => finding(Verdict::NotAssessed, name, why.clone()).mended_by(Who::PlatformTeam, CANNOT_READ),
        Ok(None) => finding(Verdict::Denied, name, "There is no such role in the account.".to_owned())
            .mended_by(Who::PlatformTeam, "Make the role, for example with deploy/spoke.yaml."),
        Ok(Some(role)) => {
            let (verdict, why) = trust(role, account);
            let finding = finding(verdict, name, why);
            match verdict {
                Verdict::Denied => finding.mended_by(
                    Who::PlatformTeam,
                    format!("Let {SERVICE_CATALOG} assume the role, in its trust policy."),
                ),
                _ => finding,
            }
        }
    }
}

fn names(shared: &[SharedPortfolio]) -> String {
    shared.iter().map(|portfolio| portfolio.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Whether an ARN names a role of another account.
fn is_elsewhere(role: &str, account: &AccountId) -> bool {
    role.split(':').nth(4).is_some_and(|named| named != account.as_str())
}

/// Whether Service Catalog can assume the role.
fn trust(role: &FoundRole, account: &AccountId) -> (Verdict, String) {
    let policy = match Policy::parse(PolicyKind::Trust, "trust policy", &role.trust) {
        Ok(policy) => policy,
        Err(error) => return (Verdict::NotAssessed, format!("Its trust policy cannot be read here: {error}.")),
    };
    let mut context = Context::new();
    context
        .set("aws:PrincipalIsAWSService", "true")
        .set("aws:PrincipalServiceName", SERVICE_CATALOG)
        .set("aws:SourceAccount", account.as_str());
    let call = Call { action: "sts:AssumeRole", resource: &role.arn, context: &context };
    let service = PrincipalArn::service(SERVICE_CATALOG);
    if trusts(&policy, &service, &call).is_allowed() {
        return (Verdict::Fine, "Service Catalog can assume it.".to_owned());
    }
    let conditions: Vec<String> = policy
        .clauses_about(&service)
        .filter(|clause| clause.effect == Effect::Allow)
        .flat_map(|clause| clause.conditions_in_words)
        .collect();
    if conditions.is_empty() {
        (Verdict::Denied, "Its trust policy does not let Service Catalog assume it.".to_owned())
    } else {
        let why = format!("Its trust policy lets Service Catalog assume it where {}.", conditions.join(" and "));
        (Verdict::Depends, why)
    }
}
