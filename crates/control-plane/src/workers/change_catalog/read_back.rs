//! Whether Service Catalog shows what was made; the mirror follows at once.

use aws::service_catalog::{Copying, NotShared, Sharing, VersionStatus};
use domain::curation::{AppliedCatalogChange, CatalogChange, Made};
use domain::id::{PortfolioId, ProductId, ProvisioningArtifactId};
use domain::operation::{Observation, Operation};
use domain::problem::Problem;

use super::super::outcome::Outcome;
use crate::{ControlPlane, Result, session};

impl ControlPlane {
    pub(super) async fn read_catalog_back(&self, operation: &Operation, it: &AppliedCatalogChange) -> Result<Outcome> {
        let mirrored = match &it.change {
            CatalogChange::AddProduct { .. } | CatalogChange::AddVersion { .. } => {
                return self.read_version_back(operation, it).await;
            }
            CatalogChange::CopyProduct { .. } => return self.read_copy_back(operation, it).await,
            CatalogChange::AddPortfolio { .. } => match &it.made.portfolio {
                Some(portfolio) => self.mirror_portfolio(&it.region, portfolio).await?,
                None => return Ok(lost()),
            },
            CatalogChange::SetPortfolio { portfolio, .. }
            | CatalogChange::DeletePortfolio { portfolio }
            | CatalogChange::AssociatePrincipal { portfolio, .. }
            | CatalogChange::DisassociatePrincipal { portfolio, .. } => {
                self.mirror_portfolio(&it.region, portfolio).await?
            }
            CatalogChange::ImportPortfolio { portfolio, .. } | CatalogChange::LeavePortfolio { portfolio, .. } => {
                // How the account stands to its products is read with the whole.
                self.signals().catalog.notify_one();
                self.mirror_portfolio(&it.region, portfolio).await?
            }
            CatalogChange::AddShare { portfolio, .. }
            | CatalogChange::SetShare { portfolio, .. }
            | CatalogChange::DeleteShare { portfolio, .. } => {
                return self.read_share_back(operation, it, portfolio).await;
            }
            CatalogChange::SetProduct { product, .. }
            | CatalogChange::DeleteProduct { product }
            | CatalogChange::SetVersion { product, .. }
            | CatalogChange::DeleteVersion { product, .. }
            | CatalogChange::AddConstraint { product, .. }
            | CatalogChange::SetConstraint { product, .. }
            | CatalogChange::DeleteConstraint { product, .. } => {
                self.mirror_product(&it.region, product, None, None).await?
            }
            CatalogChange::AddTagOption { .. }
            | CatalogChange::SetTagOption { .. }
            | CatalogChange::DeleteTagOption { .. } => self.mirror_tag_options(&it.region).await?,
            CatalogChange::AssociateTagOption { on, .. } | CatalogChange::DisassociateTagOption { on, .. } => {
                self.read_tagged_back(it, on).await?
            }
            CatalogChange::AssociateProduct { product, portfolio, .. } => {
                self.mirror_product(&it.region, product, Some(portfolio), None).await?
            }
            CatalogChange::DisassociateProduct { product, portfolio } => {
                self.mirror_product(&it.region, product, None, Some(portfolio)).await?
            }
        };
        Ok(told(mirrored))
    }

    /// A product has its TagOptions at once; those of a portfolio's products follow with the next reading.
    async fn read_tagged_back(&self, it: &AppliedCatalogChange, on: &str) -> Result<Result<(), Problem>> {
        if let Err(problem) = self.mirror_tag_options(&it.region).await? {
            return Ok(Err(problem));
        }
        let product = on.parse().ok().filter(|_| on.starts_with("prod-"));
        match product {
            Some(product) => self.mirror_product(&it.region, &product, None, None).await,
            None => Ok(Ok(())),
        }
    }

    /// Accounts of the organization get a portfolio, or lose it, in the background.
    async fn read_share_back(
        &self,
        operation: &Operation,
        it: &AppliedCatalogChange,
        portfolio: &PortfolioId,
    ) -> Result<Outcome> {
        let sharing = match &it.made.sharing {
            Some(token) => self.sharing(it, token).await,
            None => Ok(Sharing::Done),
        };
        let failed = match sharing {
            Ok(Sharing::Running) => {
                return Ok(Outcome::new(Observation::Running { since: operation.step_entered_at }));
            }
            Ok(Sharing::Done) => None,
            Ok(Sharing::Failed(errors)) => Some(not_shared(&errors)),
            Err(error) => return Ok(error.into()),
        };
        // What was reached of it is to be seen either way.
        let mirrored = self.mirror_portfolio(&it.region, portfolio).await?;
        Ok(match (mirrored, failed) {
            (Ok(()), Some(problem)) => Outcome::refused(problem),
            (mirrored, _) => told(mirrored),
        })
    }

    async fn sharing(&self, it: &AppliedCatalogChange, token: &str) -> aws::Result<Sharing> {
        session::curator(self, &it.region).await?.service_catalog().sharing(token).await
    }

    /// Service Catalog reads a new version's template in the background.
    async fn read_version_back(&self, operation: &Operation, it: &AppliedCatalogChange) -> Result<Outcome> {
        let Made { product: Some(product), artifact: Some(artifact), .. } = &it.made else { return Ok(lost()) };
        match self.version_status(it, product, artifact).await {
            Ok(VersionStatus::Available) => {}
            Ok(VersionStatus::Creating) => {
                return Ok(Outcome::new(Observation::Running { since: operation.step_entered_at }));
            }
            Ok(VersionStatus::Failed) => {
                return Ok(Outcome::refused(Problem::new(
                    "Service Catalog could not make a version of the template.",
                    "It says that the version failed, and gives no reason.",
                    "Look at the template's parameters and limits, and give it as another version.",
                )));
            }
            Err(error) => return Ok(error.into()),
        }
        Ok(told(self.mirror_product(&it.region, product, it.change.portfolio(), None).await?))
    }

    async fn version_status(
        &self,
        it: &AppliedCatalogChange,
        product: &ProductId,
        artifact: &ProvisioningArtifactId,
    ) -> aws::Result<VersionStatus> {
        session::curator(self, &it.region).await?.service_catalog().version_status(product, artifact).await
    }

    /// A copy is made in the background, and has its id only then.
    async fn read_copy_back(&self, operation: &Operation, it: &AppliedCatalogChange) -> Result<Outcome> {
        let Some(copying) = &it.made.copying else { return Ok(lost()) };
        match self.copied(it, copying).await {
            Ok(Copying::Running) => Ok(Outcome::new(Observation::Running { since: operation.step_entered_at })),
            Ok(Copying::Failed(why)) => Ok(Outcome::refused(Problem::new(
                "Service Catalog could not copy the product.",
                if why.is_empty() { "It gives no reason.".to_owned() } else { why },
                "Look at the product as it is now, and copy it again.",
            ))),
            Ok(Copying::Done(product)) => {
                let mirrored = self.mirror_product(&it.region, &product, None, None).await?;
                let mut outcome = told(mirrored).with("product", product.as_str());
                outcome.changes.made_in_catalog = Some(Made { product: Some(product), ..it.made.clone() });
                Ok(outcome)
            }
            Err(error) => Ok(error.into()),
        }
    }

    async fn copied(&self, it: &AppliedCatalogChange, copying: &str) -> aws::Result<Copying> {
        session::curator(self, &it.region).await?.service_catalog().copied(copying).await
    }
}

fn told(mirrored: Result<(), Problem>) -> Outcome {
    match mirrored {
        Ok(()) => Outcome::new(Observation::Done),
        Err(problem) => Outcome::trouble(problem),
    }
}

fn lost() -> Outcome {
    Outcome::refused(Problem::new(
        "What was made is not known.",
        "Service Catalog took the change and its answer was lost.",
        "Try again: what is there already is found by the token of this change.",
    ))
}

/// Accounts that are named of each reason; of more it is said how many there are.
const NAMED: usize = 10;

fn not_shared(errors: &[NotShared]) -> Problem {
    let reason = |it: &NotShared| {
        let named: Vec<&str> = it.accounts.iter().take(NAMED).map(String::as_str).collect();
        let more = it.accounts.len().saturating_sub(NAMED);
        let accounts = match (named.is_empty(), more) {
            (true, _) => String::new(),
            (false, 0) => format!("{}: ", named.join(", ")),
            (false, more) => format!("{} and {more} more: ", named.join(", ")),
        };
        let why = if it.why.is_empty() { "Service Catalog gives no reason." } else { it.why.as_str() };
        format!("{accounts}{why}")
    };
    let why: Vec<String> = errors.iter().map(reason).collect();
    Problem::new(
        "Not every account was reached.",
        if why.is_empty() { "Service Catalog gives no reason.".to_owned() } else { why.join(" ") },
        "Mend what it says, and try again: accounts that were reached stay as they are.",
    )
}
