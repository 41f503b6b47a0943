//! The steps of a change of the catalog: look whether it may still be made, make it in Service Catalog, look whether Service
//! Catalog shows it. The mirror has it before the operation ends.

mod make;
mod mirror;
mod read_back;

use aws::{Error as AwsError, ServiceCatalog};
use domain::curation::{AppliedCatalogChange, AroundCatalogChange, CatalogChange, PortfolioText, ProductText};
use domain::operation::{Observation, Operation, Plan, Step};
use domain::problem::Problem;

use super::outcome::Outcome;
use crate::authorize::Hindrance;
use crate::{ControlPlane, Error, Result, session};

impl ControlPlane {
    pub(super) async fn act_on_catalog_change(
        &self,
        operation: &Operation,
        it: &AppliedCatalogChange,
    ) -> Result<Outcome> {
        // What was changed is looked at whoever may change what by now.
        if operation.step == Step::ReadBack {
            return self.read_catalog_back(operation, it).await;
        }
        let authorized = match self.authorize_catalog_change(operation, it).await? {
            Ok(authorized) => authorized,
            Err(Hindrance::Refused(problem)) => return Ok(Outcome::refused(problem)),
            Err(Hindrance::TooOld(problem)) => {
                return Ok(Outcome::refused(Problem::new(
                    "Whoever asked for this has not signed in for too long.",
                    problem.why,
                    "Sign in as an admin and try again.",
                )));
            }
        };
        match operation.step {
            Step::Check => self.check_catalog_change(it).await,
            Step::Change => Ok(self.change_catalog(&authorized).await?.unwrap_or_else(Outcome::from)),
            _ => Err(Error::internal("A worker was given a step that is no act", &operation.step.as_str())),
        }
    }

    /// Holds it against what Service Catalog has now. What is so already is done.
    async fn check_catalog_change(&self, it: &AppliedCatalogChange) -> Result<Outcome> {
        let around = match self.catalog_at_aws(it).await? {
            Ok(around) => around,
            Err(error) => return Ok(error.into()),
        };
        let checked = || Outcome::new(Observation::Checked { plan: Plan::default() });
        if around.has(&it.change) || around.is_rid_of(&it.change) {
            return Ok(checked().with("found", "it is so already"));
        }
        if let Some(what) = changed_meanwhile(it, &around) {
            // The admin is to see it as it is now.
            self.signals().catalog.notify_one();
            return Ok(Outcome::refused(Problem::new(
                format!("{what} was changed in AWS meanwhile. Nothing was changed here."),
                "What was asked for was decided upon by what the portal had read before.",
                "Look at it as it is now, and ask for the change again.",
            )));
        }
        let mistakes = it.change.mistakes(&around);
        if !mistakes.is_empty() {
            let why: Vec<String> = mistakes.into_iter().map(|mistake| mistake.message).collect();
            return Ok(Outcome::refused(Problem::new(
                "It cannot be made as things stand. Nothing was changed.",
                why.join(" "),
                "Look at it as it is now, and ask for the change again.",
            )));
        }
        Ok(checked())
    }

    /// What the change is about, as Service Catalog has it now; what is gone there is missing.
    async fn catalog_at_aws(&self, it: &AppliedCatalogChange) -> Result<aws::Result<AroundCatalogChange>> {
        let mut around = self.around_catalog_change(&it.change, &it.region).await?;
        let read = async {
            let curator = session::curator(self, &it.region).await?.service_catalog();
            product_at_aws(&curator, it, &mut around).await?;
            portfolio_at_aws(&curator, it, &mut around).await?;
            tag_options_at_aws(&curator, it, &mut around).await
        };
        Ok(read.await.map(|()| around))
    }
}

async fn product_at_aws(
    curator: &ServiceCatalog,
    it: &AppliedCatalogChange,
    around: &mut AroundCatalogChange,
) -> aws::Result<()> {
    // One that the mirror lost may be there all the same, and one that it has may be gone.
    let Some(mut product) = around.product.take().or_else(|| it.before.product.clone()) else { return Ok(()) };
    let detail = match curator.describe_product_as_admin(&product.id).await {
        Err(AwsError::NotFound(_)) => return Ok(()),
        detail => detail?,
    };
    let mut artifacts = curator.list_provisioning_artifacts(&product.id).await?;
    for artifact in &mut artifacts {
        // What a version asks for does not change; lists leave it out.
        if let Some(known) = product.artifact(&artifact.id) {
            artifact.parameters.clone_from(&known.parameters);
        }
    }
    product.artifacts = artifacts;
    product.name = detail.summary.name;
    product.description = detail.summary.description;
    product.owner = detail.summary.owner;
    product.support = detail.summary.support;
    product.tags = detail.tags;
    if let CatalogChange::DisassociateProduct { portfolio, .. }
    | CatalogChange::AddConstraint { portfolio, .. }
    | CatalogChange::SetConstraint { portfolio, .. }
    | CatalogChange::DeleteConstraint { portfolio, .. } = &it.change
    {
        product.constraints.retain(|constraint| constraint.portfolio.as_ref() != Some(portfolio));
        for found in curator.list_constraints(portfolio, Some(&product.id)).await? {
            product.constraints.push(curator.describe_constraint(&found.id).await?);
        }
    }
    around.product = Some(product);
    Ok(())
}

async fn portfolio_at_aws(
    curator: &ServiceCatalog,
    it: &AppliedCatalogChange,
    around: &mut AroundCatalogChange,
) -> aws::Result<()> {
    let Some(portfolio) = around.portfolio.take().or_else(|| it.before.portfolio.clone()) else { return Ok(()) };
    around.portfolio = match curator.describe_portfolio(&portfolio.id).await {
        Err(AwsError::NotFound(_)) => None,
        portfolio => Some(portfolio?),
    };
    Ok(())
}

async fn tag_options_at_aws(
    curator: &ServiceCatalog,
    it: &AppliedCatalogChange,
    around: &mut AroundCatalogChange,
) -> aws::Result<()> {
    if it.change.tag_option().is_some() || matches!(it.change, CatalogChange::AddTagOption { .. }) {
        around.tag_options = curator.tag_options().await?;
        around.tag_option = around.tag_options.iter().find(|there| Some(&there.id) == it.change.tag_option()).cloned();
    }
    Ok(())
}

/// What is not as it was when the change was asked for, of what the change sets or takes away.
fn changed_meanwhile(it: &AppliedCatalogChange, around: &AroundCatalogChange) -> Option<&'static str> {
    let (before, now) = (&it.before, around);
    match &it.change {
        CatalogChange::SetProduct { .. } => {
            let text = |product: &Option<_>| product.as_ref().map(ProductText::of);
            (now.product.is_some() && text(&before.product) != text(&now.product)).then_some("The product")
        }
        CatalogChange::SetPortfolio { .. } => {
            let text = |portfolio: &Option<_>| portfolio.as_ref().map(PortfolioText::of);
            (now.portfolio.is_some() && text(&before.portfolio) != text(&now.portfolio)).then_some("The portfolio")
        }
        CatalogChange::SetShare { with, .. } => {
            let options = |portfolio: &Option<domain::catalog::Portfolio>| {
                portfolio.iter().flat_map(|it| &it.shares).find(|it| it.with == *with).map(|it| it.options)
            };
            (now.portfolio.is_some() && options(&before.portfolio) != options(&now.portfolio)).then_some("The share")
        }
        CatalogChange::DisassociateProduct { portfolio, .. }
        | CatalogChange::SetConstraint { portfolio, .. }
        | CatalogChange::DeleteConstraint { portfolio, .. } => {
            let constraints = |product: &Option<domain::catalog::Product>| {
                let of_portfolio = product.iter().flat_map(|it| &it.constraints);
                let mut there: Vec<_> =
                    of_portfolio.filter(|it| it.portfolio.as_ref() == Some(portfolio)).cloned().collect();
                there.sort_by(|a, b| a.id.cmp(&b.id));
                there
            };
            let differ = constraints(&before.product) != constraints(&now.product);
            (now.product.is_some() && differ).then_some("A constraint")
        }
        _ => None,
    }
}
