//! Why a change of who gets a portfolio would be refused, by field.

use super::{AroundCatalogChange, CatalogChange};
use crate::catalog::Portfolio;
use crate::problem::FieldError;

/// Quotas of Service Catalog. <https://docs.aws.amazon.com/servicecatalog/latest/adminguide/limits.html>
const PRINCIPALS: usize = 100;
const SHARES: usize = 5000;

pub(super) fn mistakes(change: &CatalogChange, around: &AroundCatalogChange) -> Vec<FieldError> {
    let Some(portfolio) = &around.portfolio else { return Vec::new() };
    mistake(change, around, portfolio).into_iter().collect()
}

fn mistake(change: &CatalogChange, around: &AroundCatalogChange, portfolio: &Portfolio) -> Option<FieldError> {
    let wrong = |field: &str, message: &str| Some(FieldError::new(field, message));
    match change {
        CatalogChange::AssociatePrincipal { .. } if around.has(change) => {
            wrong("principal", "It may launch from the portfolio already.")
        }
        CatalogChange::AssociatePrincipal { .. } if portfolio.principals.len() >= PRINCIPALS => {
            let message = format!("A portfolio has at most {PRINCIPALS} principals: a pattern stands for several.");
            wrong("principal", &message)
        }
        CatalogChange::DisassociatePrincipal { .. } if around.is_rid_of(change) => {
            wrong("principal", "It is not there any more.")
        }
        CatalogChange::AddShare { .. } if around.share(change).is_some() => {
            wrong("share_with", "It is shared there already.")
        }
        CatalogChange::AddShare { .. } if portfolio.shares.len() >= SHARES => {
            wrong("share_with", &format!("A portfolio is shared to at most {SHARES} accounts: share it to a unit."))
        }
        CatalogChange::SetShare { .. } | CatalogChange::DeleteShare { .. } if around.share(change).is_none() => {
            wrong("share_with", "It is not shared there any more.")
        }
        CatalogChange::ImportPortfolio { .. } if portfolio.shares.is_empty() => {
            wrong("account", "It is shared to nobody: share it first.")
        }
        CatalogChange::SetShare { .. } if around.has(change) => wrong("share_with", "It is so already."),
        CatalogChange::AddShare { with, options, .. } | CatalogChange::SetShare { with, options, .. }
            if options.principals && !with.takes_principals() =>
        {
            wrong("share_principals", "AWS gives principals along to the organization and its units alone.")
        }
        _ => None,
    }
}

/// Why AWS would not delete a portfolio that holds nothing.
pub(super) fn in_the_way(around: &AroundCatalogChange) -> Option<FieldError> {
    let portfolio = around.portfolio.as_ref()?;
    let message = match (portfolio.shares.len(), portfolio.principals.len()) {
        (0, 0) => return None,
        (0, _) => "Somebody may launch from it: take that away first.",
        _ => "It is shared: end that first.",
    };
    Some(FieldError::new("portfolio", message))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::share::{PortfolioShare, PrincipalAssociation, ShareOptions, ShareTarget};

    const NOTHING: ShareOptions = ShareOptions { tag_options: false, principals: false };

    fn around(principals: usize, shares: &[(&str, ShareOptions)]) -> AroundCatalogChange {
        let share = |(with, options): &(&str, ShareOptions)| PortfolioShare {
            with: with.parse().unwrap(),
            accepted: true,
            options: *options,
        };
        AroundCatalogChange {
            portfolio: Some(Portfolio {
                id: "port-1".parse().unwrap(),
                region: "eu-west-1".parse().unwrap(),
                name: "Environments".into(),
                description: String::new(),
                provider: "Platform".into(),
                tags: BTreeMap::default(),
                principals: (0..principals).map(|n| principal(&format!("role/r{n}"))).collect(),
                shares: shares.iter().map(share).collect(),
            }),
            ..AroundCatalogChange::default()
        }
    }

    fn principal(name: &str) -> PrincipalAssociation {
        PrincipalAssociation { arn: format!("arn:aws:iam:::{name}"), pattern: true }
    }

    fn fields(change: &CatalogChange, around: &AroundCatalogChange) -> Vec<String> {
        change.mistakes(around).into_iter().map(|it| it.field).collect()
    }

    #[test]
    fn principals_are_there_once_and_within_the_quota() {
        let add = |name: &str| CatalogChange::AssociatePrincipal {
            portfolio: "port-1".parse().unwrap(),
            principal: principal(name),
        };
        assert!(fields(&add("role/new"), &around(99, &[])).is_empty());
        assert_eq!(fields(&add("role/new"), &around(100, &[])), ["principal"]);
        assert_eq!(fields(&add("role/r3"), &around(5, &[])), ["principal"]);
        let remove = CatalogChange::DisassociatePrincipal {
            portfolio: "port-1".parse().unwrap(),
            principal: principal("role/r3"),
        };
        assert!(fields(&remove, &around(5, &[])).is_empty());
        assert_eq!(fields(&remove, &around(3, &[])), ["principal"]);
    }

    #[test]
    fn a_share_is_made_once_and_gives_principals_to_the_organization_alone() {
        let with = |text: &str| text.parse::<ShareTarget>().unwrap();
        let (unit, account) = ("organizational_unit/ou-1", "account/111122223333");
        let along = ShareOptions { principals: true, ..NOTHING };
        let add = |text: &str, options| CatalogChange::AddShare {
            portfolio: "port-1".parse().unwrap(),
            with: with(text),
            options,
        };
        let set = |text: &str, options| CatalogChange::SetShare {
            portfolio: "port-1".parse().unwrap(),
            with: with(text),
            options,
        };
        let delete = |text: &str| CatalogChange::DeleteShare { portfolio: "port-1".parse().unwrap(), with: with(text) };
        let (nobody, shared) = (around(0, &[]), around(0, &[(unit, NOTHING), (account, NOTHING)]));
        assert!(fields(&add(unit, along), &nobody).is_empty() && fields(&add(account, NOTHING), &nobody).is_empty());
        assert_eq!(fields(&add(account, along), &nobody), ["share_principals"]);
        assert_eq!(fields(&add("member_account/111122223333", along), &nobody), ["share_principals"]);
        assert_eq!(fields(&add(unit, along), &shared), ["share_with"]);
        assert!(fields(&set(unit, along), &shared).is_empty());
        assert_eq!(fields(&set(unit, NOTHING), &shared), ["share_with"]);
        assert_eq!(fields(&set(account, along), &shared), ["share_principals"]);
        assert_eq!(fields(&set(unit, along), &nobody), ["share_with"]);
        assert!(fields(&delete(unit), &shared).is_empty());
        assert_eq!(fields(&delete(unit), &nobody), ["share_with"]);
    }

    #[test]
    fn what_is_shared_is_taken_and_left() {
        let (portfolio, account) = ("port-1".parse().unwrap(), "111122223333".parse().unwrap());
        let take = CatalogChange::ImportPortfolio { portfolio, account };
        assert_eq!(fields(&take, &around(0, &[])), ["account"]);
        let shared = around(0, &[("account/111122223333", NOTHING)]);
        assert!(fields(&take, &shared).is_empty());
        assert_eq!(take.named(&shared).share, "111122223333");
        let undo = |change: &CatalogChange| {
            change
                .undo(
                    &"eu-west-1".parse().unwrap(),
                    &crate::curation::Before::default(),
                    &crate::curation::Made::default(),
                )
                .unwrap()
        };
        let leave = undo(&take);
        assert!(matches!(leave, CatalogChange::LeavePortfolio { .. }) && fields(&leave, &around(0, &[])).is_empty());
        assert_eq!(undo(&leave), take);
    }

    #[test]
    fn a_portfolio_that_somebody_gets_is_not_deleted() {
        let delete = CatalogChange::DeletePortfolio { portfolio: "port-1".parse().unwrap() };
        assert!(fields(&delete, &around(0, &[])).is_empty());
        assert_eq!(fields(&delete, &around(1, &[])), ["portfolio"]);
        assert_eq!(fields(&delete, &around(0, &[("organizational_unit/ou-1", NOTHING)])), ["portfolio"]);
    }

    #[test]
    fn each_is_taken_back_by_its_opposite() {
        use crate::curation::{Before, Made};
        let before = Before {
            portfolio: around(0, &[("organizational_unit/ou-1", ShareOptions { tag_options: true, principals: true })])
                .portfolio,
            ..Before::default()
        };
        let undo =
            |change: &CatalogChange| change.undo(&"eu-west-1".parse().unwrap(), &before, &Made::default()).unwrap();
        let (portfolio, with): (_, ShareTarget) =
            ("port-1".parse().unwrap(), "organizational_unit/ou-1".parse().unwrap());
        let options = ShareOptions { tag_options: true, principals: true };
        let delete = CatalogChange::DeleteShare { portfolio, with };
        let add = undo(&delete);
        assert!(matches!(&add, CatalogChange::AddShare { options: there, .. } if *there == options));
        assert_eq!(undo(&add), delete);
        let set = CatalogChange::SetShare {
            portfolio: "port-1".parse().unwrap(),
            with: "organizational_unit/ou-1".parse().unwrap(),
            options: NOTHING,
        };
        assert!(matches!(undo(&set), CatalogChange::SetShare { options: there, .. } if there == options));
        let principal =
            CatalogChange::AssociatePrincipal { portfolio: "port-1".parse().unwrap(), principal: principal("role/a") };
        assert_eq!(undo(&undo(&principal)), principal);
    }
}
