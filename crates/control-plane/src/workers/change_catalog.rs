//! The steps of a change of the catalog: look whether it may still be made, make it in Service Catalog, look whether Service
//! Catalog shows it. The mirror has it before the operation ends.

use aws::service_catalog::{NewProduct, NewVersion, VersionStatus};
use domain::catalog::Product;
use domain::curation::{AppliedCatalogChange, AroundCatalogChange, CatalogChange, Guidance, Made};
use domain::id::{ProductId, Region, TemplateId};
use domain::operation::{Observation, Operation, Plan, Step};
use domain::problem::Problem;

use super::outcome::Outcome;
use crate::authorize::{Authorized, Hindrance};
use crate::doctor::LAUNCH_ROLE;
use crate::session::{self, Grant};
use crate::{ControlPlane, Error, Result};

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
        if let CatalogChange::SetVersion { artifact, active, guidance, .. } = &it.change
            && let Some(there) = around.product.as_ref().and_then(|product| product.artifact(artifact))
            && there.active == *active
            && Guidance::of(there) == *guidance
        {
            return Ok(Outcome::new(Observation::Checked { plan: Plan::default() }).with("found", "it is so already"));
        }
        let mistakes = it.change.mistakes(&around);
        if !mistakes.is_empty() {
            let why: Vec<String> = mistakes.into_iter().map(|mistake| mistake.message).collect();
            return Ok(Outcome::refused(Problem::new(
                "It cannot be made as things stand. Nothing was changed.",
                why.join(" "),
                "Look at the product as it is now, and ask for the change again.",
            )));
        }
        Ok(Outcome::new(Observation::Checked { plan: Plan::default() }))
    }

    /// Every call of it says the same again after a crash: by the token of the change, or since it sets what is to be.
    async fn change_catalog(&self, authorized: &Authorized<AppliedCatalogChange>) -> Result<aws::Result<Outcome>> {
        let it = authorized.thing();
        let url = match it.change.template() {
            Some(template) => match self.store().template(template).await? {
                Some(kept) => match self.put_template(authorized, template, &kept.text).await {
                    Ok(url) => url,
                    Err(error) => return Ok(Err(error)),
                },
                None => return Ok(Ok(Outcome::refused(no_template()))),
            },
            None => String::new(),
        };
        Ok(self.change_products(authorized, &url).await)
    }

    async fn change_products(
        &self,
        authorized: &Authorized<AppliedCatalogChange>,
        template_url: &str,
    ) -> aws::Result<Outcome> {
        let it = authorized.thing();
        let token = it.id.as_str();
        let arn = |resource: &str| {
            let config = self.aws().config();
            format!("arn:{}:catalog:{}:{}:{resource}", config.partition, it.region, config.shared_services_account)
        };
        let (templates, all) = (self.template_grant(), ["*".to_owned()]);
        let mut grants: Vec<Grant<'_>> = Vec::new();
        if !template_url.is_empty() {
            // Service Catalog loads and validates the template as whoever names it.
            grants.push((&["s3:GetObject"], &templates));
            grants.push((&["cloudformation:ValidateTemplate", "cloudformation:GetTemplateSummary"], &all));
        }
        let mut outcome = Outcome::new(Observation::Done);
        match &it.change {
            CatalogChange::AddProduct { portfolio, name, description, owner, support, version, note, .. } => {
                // A new product has no ARN yet, and IAM knows no resource of putting it into a portfolio.
                let launch_role = [session::role_arn(self, &self.aws().config().shared_services_account, LAUNCH_ROLE)];
                grants.push((
                    &[
                        "servicecatalog:CreateProduct",
                        "servicecatalog:AssociateProductWithPortfolio",
                        "servicecatalog:CreateConstraint",
                    ],
                    &all,
                ));
                grants.push((&["iam:PassRole"], &launch_role));
                let catalog = session::catalog_changer(self, authorized, &it.region, &grants).await?.service_catalog();
                let version = NewVersion { name: version, note, template_url };
                let (product, artifact) =
                    catalog.create_product(NewProduct { name, description, owner, support, version }, token).await?;
                // What is there is known from here on, whatever becomes of the rest.
                let rest = async {
                    catalog.associate_product(&product, portfolio).await?;
                    catalog.launch_by(&product, portfolio, LAUNCH_ROLE, token).await
                };
                if let Err(error) = rest.await {
                    outcome = half_made(error);
                }
                outcome = outcome.with("product", product.as_str()).with("version", artifact.as_str());
                outcome.changes.made_in_catalog = Some(Made { product, artifact });
            }
            CatalogChange::AddVersion { product, version, note, .. } => {
                let place = [arn(&format!("product/{product}"))];
                grants.push((&["servicecatalog:CreateProvisioningArtifact"], &place));
                let catalog = session::catalog_changer(self, authorized, &it.region, &grants).await?.service_catalog();
                let version = NewVersion { name: version, note, template_url };
                let artifact = catalog.create_version(product, version, token).await?;
                outcome = outcome.with("version", artifact.as_str());
                outcome.changes.made_in_catalog = Some(Made { product: product.clone(), artifact });
            }
            CatalogChange::SetVersion { product, artifact, active, guidance } => {
                let place = [arn(&format!("product/{product}"))];
                grants.push((&["servicecatalog:UpdateProvisioningArtifact"], &place));
                let catalog = session::catalog_changer(self, authorized, &it.region, &grants).await?.service_catalog();
                catalog.set_version(product, artifact, *active, *guidance).await?;
            }
        }
        Ok(outcome)
    }

    /// Puts the template where Service Catalog loads it from; gives its address.
    async fn put_template(
        &self,
        authorized: &Authorized<AppliedCatalogChange>,
        template: &TemplateId,
        text: &str,
    ) -> aws::Result<String> {
        let bucket = self.settings().templates_bucket.clone().unwrap_or_default();
        let templates = self.template_grant();
        let grant: Grant<'_> = (&["s3:PutObject"], &templates);
        // One bucket serves every region.
        let home = self.aws().config().home_region.clone();
        let s3 = session::catalog_changer(self, authorized, &home, &[grant]).await?.s3();
        let key = format!("templates/{template}");
        s3.put_text(&bucket, &key, text).await?;
        Ok(format!("https://{bucket}.s3.{home}.{}/{key}", self.aws().config().suffix()))
    }

    /// The objects that templates are.
    fn template_grant(&self) -> [String; 1] {
        let bucket = self.settings().templates_bucket.clone().unwrap_or_default();
        [format!("arn:{}:s3:::{bucket}/templates/*", self.aws().config().partition)]
    }

    /// Service Catalog reads a new version's template in the background; the mirror follows at once.
    async fn read_catalog_back(&self, operation: &Operation, it: &AppliedCatalogChange) -> Result<Outcome> {
        let product = it.change.product().or(it.made.as_ref().map(|made| &made.product));
        let Some(product) = product else {
            return Ok(Outcome::refused(Problem::new(
                "What was made is not known.",
                "Service Catalog took the change and its answer was lost.",
                "Try again: what is there already is found by the token of this change.",
            )));
        };
        if let Some(Made { product, artifact }) = &it.made {
            let curator = match session::curator(self, &it.region).await {
                Ok(session) => session.service_catalog(),
                Err(error) => return Ok(error.into()),
            };
            match curator.version_status(product, artifact).await {
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
        }
        let portfolio = it.change.portfolio();
        Ok(match self.mirror_product(&it.region, product, portfolio).await? {
            Ok(()) => Outcome::new(Observation::Done),
            Err(problem) => Outcome::trouble(problem),
        })
    }

    /// What the change is about, as Service Catalog has it now.
    async fn catalog_at_aws(&self, it: &AppliedCatalogChange) -> Result<aws::Result<AroundCatalogChange>> {
        let mut around = self.around_catalog_change(&it.change).await?;
        let Some(product) = &mut around.product else { return Ok(Ok(around)) };
        Ok(self.versions_at_aws(&it.region, product).await.map(|()| around))
    }

    async fn versions_at_aws(&self, region: &Region, product: &mut Product) -> aws::Result<()> {
        let curator = session::curator(self, region).await?.service_catalog();
        let id: ProductId = product.id.clone();
        product.artifacts = curator.list_provisioning_artifacts(&id).await?;
        Ok(())
    }
}

/// A product was made, and the rest was not. Service Catalog may take a moment to know the product everywhere.
fn half_made(error: aws::Error) -> Outcome {
    let unseen = match &error {
        aws::Error::NotFound(_) => true,
        aws::Error::Invalid(failure) => failure.message.contains("does not exist"),
        _ => false,
    };
    if unseen { Outcome::trouble(error.problem()) } else { error.into() }
}

fn no_template() -> Problem {
    Problem::new(
        "The template is not there any more.",
        "Templates are kept for 30 days.",
        "Check it once more, and ask for the change again.",
    )
}
