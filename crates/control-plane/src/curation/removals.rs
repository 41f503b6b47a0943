//! What it means to take something out of the catalog, said before the button is pressed.

use std::fmt::Write as _;

use domain::catalog::{ConstraintRule, Portfolio, Product, ProvisioningArtifact};
use domain::share::{PrincipalAssociation, ShareTarget};
use domain::view::Removal;

fn removal(consequence: impl Into<String>) -> Removal {
    Removal { consequence: consequence.into(), blocked: false }
}

fn blocked(why: impl Into<String>) -> Removal {
    Removal { consequence: why.into(), blocked: true }
}

/// `there`: how many constraints it has there; `last`: it is in no other.
pub(crate) fn from_portfolio(there: usize, last: bool) -> Removal {
    let mut consequence = String::from(if last {
        "It is in no other portfolio: nobody can request it or update an environment of it any more."
    } else {
        "Accounts that see it by this portfolio alone can neither launch nor update it any more."
    });
    consequence.push_str(" What runs goes on.");
    match there {
        0 => {}
        1 => consequence.push_str(" The constraint that it has here is deleted."),
        n => {
            let _ = write!(consequence, " The {n} constraints that it has here are deleted.");
        }
    }
    removal(consequence)
}

pub(crate) fn of_constraint(rule: &ConstraintRule) -> Removal {
    removal(match rule {
        ConstraintRule::Launch { .. } => {
            "Whoever launches the product does it with their own permissions from then on: the portal gives people none, so \
             nothing can be requested before there is another."
        }
        ConstraintRule::Template { .. } => "What its rules refuse can be requested from then on.",
        ConstraintRule::TagUpdate { .. } => "AWS then refuses to change tags of what runs.",
        ConstraintRule::Notification { .. } => "Nobody is notified of launches from then on.",
        ConstraintRule::StackSet { .. } => "The product is launched in one account from then on.",
    })
}

pub(crate) fn of_portfolio(portfolio: &Portfolio, products: u64) -> Removal {
    match (products, portfolio.shares.len(), portfolio.principals.len()) {
        (0, 0, 0) => removal("Nobody gets it. Another one like it can be made."),
        (0, 0, _) => blocked("Somebody may launch from it: take that away first."),
        (0, ..) => blocked("It is shared: end that first."),
        (1, ..) => blocked("It holds a product: take it out first."),
        (n, ..) => blocked(format!("It holds {n} products: take them out first.")),
    }
}

pub(crate) fn of_principal(principal: &PrincipalAssociation, portfolio: &Portfolio) -> Removal {
    let along = portfolio.shares.iter().any(|it| it.options.principals);
    removal(if principal.pattern && along {
        "Whoever launches by it, here and in the accounts that get it along with the portfolio, does so no more. What runs \
         goes on."
    } else {
        "Whoever launches by it does so no more. What runs goes on."
    })
}

pub(crate) fn of_share(with: &ShareTarget) -> Removal {
    let whose = match with {
        ShareTarget::Account(_) | ShareTarget::MemberAccount(_) => "The account loses",
        ShareTarget::Organization(_) => "Every account of the organization loses",
        ShareTarget::OrganizationalUnit(_) => "Every account of the unit loses",
    };
    removal(format!(
        "{whose} it, unless another share reaches it: nobody there can launch from it or update what was launched. What runs \
         goes on."
    ))
}

pub(crate) fn of_product(product: &Product, environments: u64) -> Removal {
    match (product.portfolios.len(), environments) {
        (0, 0) => removal("Its versions, access rules and bindings lead nowhere any more. Nothing brings it back."),
        (0, 1) => blocked("An environment has it: terminate it first."),
        (0, n) => blocked(format!("{n} environments have it: terminate them first.")),
        (1, _) => blocked("It is in a portfolio: take it out first."),
        (n, _) => blocked(format!("It is in {n} portfolios: take it out first.")),
    }
}

pub(crate) fn of_version(product: &Product, version: &ProvisioningArtifact, environments: u64) -> Removal {
    match environments {
        _ if product.artifacts.len() == 1 => blocked("It is the only one of the product: delete the product."),
        0 if version.active => removal(
            "Nobody can request it any more, and a request that waits for it cannot be provisioned. Nothing brings it back.",
        ),
        0 => removal("Nothing brings it back."),
        1 if version.active => blocked("An environment has it: deactivate it, so that it keeps it."),
        1 => blocked("An environment has it, and keeps it."),
        n if version.active => blocked(format!("{n} environments have it: deactivate it, so that they keep it.")),
        n => blocked(format!("{n} environments have it, and keep it.")),
    }
}
