//! Portfolios: as whoever curates them sees them, and changes of them as forms ask for them.

use domain::action::Action;
use domain::catalog::Portfolio;
use domain::curation::{CatalogChange, PortfolioText, seen, tags_of};
use domain::id::{CatalogChangeId, PortfolioId, Region};
use domain::view::{FORMS_OF_A_SHEET, PortfolioInput, PortfolioPage, PortfolioRow, PortfoliosPage, ProductOfPortfolio};
use store::ProductFilter;

use super::removals;
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// The portfolios of the catalog by name, with how many products each holds.
    pub async fn portfolios(&self, caller: &Caller, draft: &str) -> Result<PortfoliosPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let mut inside = self.store().count_products_inside().await?;
        let row = |it: Portfolio| PortfolioRow {
            products: inside.remove(&(it.region.clone(), it.id.clone())).unwrap_or_default(),
            id: it.id,
            region: it.region,
            name: it.name,
            description: it.description,
            provider: it.provider,
        };
        let mut portfolios: Vec<PortfolioRow> = self.store().portfolios().await?.into_iter().map(row).collect();
        portfolios.sort_by(|a, b| (&a.name, &a.region).cmp(&(&b.name, &b.region)));
        Ok(PortfoliosPage {
            portfolios,
            regions: self.settings().regions.clone(),
            mirrors: self.store().mirror_states().await?,
            allowed: self.administration_allowed(caller).await?,
            form: self.form_state(caller, Some(draft)).await?,
        })
    }

    /// One portfolio with its products. `page`: which [`Sheet`] of them.
    pub async fn portfolio(&self, caller: &Caller, id: &PortfolioId, draft: &str, page: &str) -> Result<PortfolioPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let portfolio = self.curated_portfolio(id).await?;
        let whose = Some((&portfolio.region, &portfolio.id));
        let filter = ProductFilter { portfolio: whose, ..ProductFilter::default() };
        let outside = async {
            let (inside, others) = futures::try_join!(
                self.store().count_products_in(&portfolio.region, &portfolio.id),
                self.store().product_names_outside(&portfolio.region, &portfolio.id),
            )?;
            Ok::<_, Error>((inside, others))
        };
        // They need nothing of each other.
        let ((sheet, shown), access, (inside, others)) = futures::try_join!(
            self.sheet_of_products(&filter, page, FORMS_OF_A_SHEET),
            self.portfolio_access(&portfolio),
            outside,
        )?;
        let products = shown.into_iter().map(|product| ProductOfPortfolio {
            versions: product.active_versions.into(),
            constraints: product.constraints_in(&portfolio.id).into(),
            removal: removals::from_portfolio(
                product.constraints_in(&portfolio.id) as usize,
                product.portfolios == [portfolio.id.clone()],
            ),
            id: product.id,
            name: product.name,
            owner: product.owner,
        });
        let text = PortfolioText::of(&portfolio);
        Ok(PortfolioPage {
            products: products.collect(),
            sheet,
            access,
            others,
            deletion: removals::of_portfolio(&portfolio, inside),
            seen: seen(&text),
            text,
            id: portfolio.id,
            region: portfolio.region,
            allowed: self.administration_allowed(caller).await?,
            form: self.form_state(caller, Some(draft)).await?,
        })
    }

    /// Makes a portfolio; answers the change that does it.
    pub async fn add_portfolio(&self, caller: &Caller, input: PortfolioInput) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let region = self.region_of(&input.region)?;
        let change = CatalogChange::AddPortfolio { region: region.clone(), text: text_of(&input)? };
        self.begin_catalog_change(caller, &region, change).await
    }

    /// Changes what people read of a portfolio, and its tags.
    ///
    /// # Errors
    /// [`Error::Stale`] where it was changed since the form was drawn.
    pub async fn set_portfolio(&self, caller: &Caller, input: PortfolioInput) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let id: PortfolioId = input.portfolio.parse().map_err(|_| Error::not_found("portfolio"))?;
        let portfolio = self.curated_portfolio(&id).await?;
        let text = text_of(&input)?;
        if seen(&PortfolioText::of(&portfolio)) != input.seen {
            return Err(Error::stale("portfolio"));
        }
        let change = CatalogChange::SetPortfolio { portfolio: id, text };
        self.begin_catalog_change(caller, &portfolio.region, change).await
    }

    /// Deletes a portfolio that holds nothing.
    pub async fn delete_portfolio(&self, caller: &Caller, portfolio: &PortfolioId) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let change = CatalogChange::DeletePortfolio { portfolio: portfolio.clone() };
        self.begin_catalog_change(caller, &self.home_region(), change).await
    }

    /// Where something new is made; of one region alone nobody needs to say which.
    pub(super) fn region_of(&self, text: &str) -> Result<Region> {
        match self.settings().regions.as_slice() {
            [only] if text.is_empty() => Ok(only.clone()),
            all => all
                .iter()
                .find(|it| it.as_str() == text)
                .cloned()
                .ok_or_else(|| Error::field("region", "Choose one of the portal's regions.")),
        }
    }

    /// Where the hub is, and one of the regions that products are offered in.
    pub(super) fn home_region(&self) -> Region {
        self.aws().config().home_region.clone()
    }

    pub(super) async fn curated_portfolio(&self, id: &PortfolioId) -> Result<Portfolio> {
        let all = self.store().portfolios().await?;
        all.into_iter().find(|it| it.id == *id).ok_or_else(|| Error::not_found("portfolio"))
    }
}

fn text_of(input: &PortfolioInput) -> Result<PortfolioText> {
    let text = |text: &str| text.trim().to_owned();
    let without = PortfolioText {
        name: text(&input.portfolio_name),
        description: text(&input.portfolio_description),
        provider: text(&input.provider),
        ..PortfolioText::default()
    };
    match tags_of("portfolio_tags", &input.portfolio_tags) {
        Ok(tags) => Ok(PortfolioText { tags, ..without }),
        Err(wrong) => Err(Error::Invalid([without.mistakes(&[]), vec![wrong]].concat())),
    }
}
