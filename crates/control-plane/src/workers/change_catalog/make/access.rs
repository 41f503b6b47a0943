//! Who gets a portfolio. AWS says of each of these that it changes nothing where it is so already.

use aws::ServiceCatalog;
use domain::curation::{CatalogChange, Made};
use domain::id::{AccountId, PortfolioId};
use domain::operation::Observation;
use domain::session::RoleName;
use domain::share::PrincipalAssociation;

use super::{Making, Outcome};
use crate::session::{self, Grant};

const ASSOCIATE: &str = "servicecatalog:AssociatePrincipalWithPortfolio";
const DISASSOCIATE: &str = "servicecatalog:DisassociatePrincipalFromPortfolio";

impl Making<'_> {
    pub(super) async fn change_access(&self) -> aws::Result<Outcome> {
        match &self.it.change {
            CatalogChange::AssociatePrincipal { portfolio, principal } => {
                let catalog = self.of_portfolio(ASSOCIATE, portfolio).await?;
                catalog.associate_principal(portfolio, principal).await?;
                Ok(followed_by(None))
            }
            CatalogChange::DisassociatePrincipal { portfolio, principal } => {
                let catalog = self.of_portfolio(DISASSOCIATE, portfolio).await?;
                catalog.disassociate_principal(portfolio, principal).await?;
                Ok(followed_by(None))
            }
            CatalogChange::AddShare { portfolio, with, options } => {
                let catalog = self.of_portfolio("servicecatalog:CreatePortfolioShare", portfolio).await?;
                Ok(followed_by(catalog.create_portfolio_share(portfolio, with, *options).await?))
            }
            CatalogChange::SetShare { portfolio, with, options } => {
                let catalog = self.of_portfolio("servicecatalog:UpdatePortfolioShare", portfolio).await?;
                Ok(followed_by(catalog.update_portfolio_share(portfolio, with, *options).await?))
            }
            CatalogChange::DeleteShare { portfolio, with } => {
                let catalog = self.of_portfolio("servicecatalog:DeletePortfolioShare", portfolio).await?;
                Ok(followed_by(catalog.delete_portfolio_share(portfolio, with).await?))
            }
            CatalogChange::ImportPortfolio { portfolio, account } => {
                let there = self.there(account, portfolio, &["servicecatalog:AcceptPortfolioShare", ASSOCIATE]).await?;
                // What comes by the organization is there without being accepted.
                if there.list_accepted_shares().await?.iter().all(|it| it.id != *portfolio) {
                    there.accept_portfolio_share(portfolio).await?;
                }
                there.associate_principal(portfolio, &self.own_role(account)).await?;
                Ok(followed_by(None))
            }
            CatalogChange::LeavePortfolio { portfolio, account } => {
                let there = self.there(account, portfolio, &[DISASSOCIATE]).await?;
                there.disassociate_principal(portfolio, &self.own_role(account)).await?;
                Ok(followed_by(None))
            }
            _ => Ok(followed_by(None)),
        }
    }

    /// Service Catalog as an account sees it that the portfolio is shared to.
    async fn there(&self, account: &AccountId, portfolio: &PortfolioId, may: &[&str]) -> aws::Result<ServiceCatalog> {
        let (all, this) = (["*".to_owned()], [self.arn(&format!("portfolio/{portfolio}"))]);
        let grants: [Grant<'_>; 2] = [(&["servicecatalog:ListAcceptedPortfolioShares"], &all), (may, &this)];
        Ok(session::importer(self.plane, self.authorized, account, &grants).await?.service_catalog())
    }

    fn own_role(&self, account: &AccountId) -> PrincipalAssociation {
        let arn = session::role_arn(self.plane, account, RoleName::StudiogateProvisioner.as_str());
        PrincipalAssociation { arn, pattern: false }
    }
}

/// Done, or to be followed by this token.
fn followed_by(sharing: Option<String>) -> Outcome {
    let mut outcome = Outcome::new(Observation::Done);
    outcome.changes.made_in_catalog = Some(Made { sharing, ..Made::default() });
    outcome
}
