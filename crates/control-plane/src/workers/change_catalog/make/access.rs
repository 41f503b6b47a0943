//! Who gets a portfolio. AWS says of each of these that it changes nothing where it is so already.

use domain::curation::{CatalogChange, Made};
use domain::operation::Observation;

use super::{Making, Outcome};

impl Making<'_> {
    pub(super) async fn change_access(&self) -> aws::Result<Outcome> {
        match &self.it.change {
            CatalogChange::AssociatePrincipal { portfolio, principal } => {
                let catalog = self.of_portfolio("servicecatalog:AssociatePrincipalWithPortfolio", portfolio).await?;
                catalog.associate_principal(portfolio, principal).await?;
                Ok(followed_by(None))
            }
            CatalogChange::DisassociatePrincipal { portfolio, principal } => {
                let catalog = self.of_portfolio("servicecatalog:DisassociatePrincipalFromPortfolio", portfolio).await?;
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
            _ => Ok(followed_by(None)),
        }
    }
}

/// Done, or to be followed by this token.
fn followed_by(sharing: Option<String>) -> Outcome {
    let mut outcome = Outcome::new(Observation::Done);
    outcome.changes.made_in_catalog = Some(Made { sharing, ..Made::default() });
    outcome
}
