//! The calls of a change of the catalog. Each says the same again after a crash: by the token of the change, or since it sets
//! what is to be. A change is made in a session that may do that one thing.

mod access;

use aws::ServiceCatalog;
use aws::service_catalog::{NewProduct, NewVersion};
use domain::catalog::{ConstraintRule, Product};
use domain::curation::{AppliedCatalogChange, CatalogChange, Made, NewConstraint, PortfolioText, ProductText};
use domain::id::{PortfolioId, ProductId, TemplateId};
use domain::operation::Observation;
use domain::problem::Problem;

use super::super::outcome::Outcome;
use crate::authorize::Authorized;
use crate::doctor::LAUNCH_ROLE;
use crate::session::{self, Grant};
use crate::{ControlPlane, Result};

/// A change that is being made.
struct Making<'a> {
    plane: &'a ControlPlane,
    authorized: &'a Authorized<AppliedCatalogChange>,
    it: &'a AppliedCatalogChange,
    /// Where Service Catalog loads the template from, if the change has one.
    template_url: String,
}

impl ControlPlane {
    pub(super) async fn change_catalog(
        &self,
        authorized: &Authorized<AppliedCatalogChange>,
    ) -> Result<aws::Result<Outcome>> {
        let it = authorized.thing();
        let mut making = Making { plane: self, authorized, it, template_url: String::new() };
        if let Some(template) = it.change.template() {
            let Some(kept) = self.store().template(template).await? else {
                return Ok(Ok(Outcome::refused(no_template())));
            };
            making.template_url = match making.put_template(template, &kept.text).await {
                Ok(url) => url,
                Err(error) => return Ok(Err(error)),
            };
        }
        let made = making.make().await;
        if made.as_ref().is_ok_and(|outcome| outcome.observation != Observation::Done) {
            // What is half made is to be seen as it is.
            self.signals().catalog.notify_one();
        }
        Ok(made)
    }
}

impl Making<'_> {
    async fn make(&self) -> aws::Result<Outcome> {
        match &self.it.change {
            CatalogChange::AddProduct { portfolio, .. } => self.add_product(portfolio.as_ref()).await,
            CatalogChange::AddVersion { product, version, note, .. } => {
                self.add_version(product, NewVersion { name: version, note, template_url: &self.template_url }).await
            }
            CatalogChange::CopyProduct { product, name } => self.copy_product(product, name).await,
            CatalogChange::AddPortfolio { text, .. } => self.add_portfolio(text).await,
            CatalogChange::AssociateProduct { product, portfolio, constraints } => {
                let catalog = self.associating(constraints).await?;
                Ok(match self.put_in(&catalog, product, portfolio, constraints).await {
                    Ok(()) => Outcome::new(Observation::Done),
                    Err(error) => half_made(error),
                })
            }
            CatalogChange::DisassociateProduct { product, portfolio } => self.take_out(product, portfolio).await,
            CatalogChange::AddConstraint { product, portfolio, new } => {
                self.add_constraint(product, portfolio, new).await
            }
            CatalogChange::AddTagOption { key, value, .. } => self.add_tag_option(key, value).await,
            CatalogChange::AssociatePrincipal { .. }
            | CatalogChange::DisassociatePrincipal { .. }
            | CatalogChange::AddShare { .. }
            | CatalogChange::SetShare { .. }
            | CatalogChange::DeleteShare { .. }
            | CatalogChange::ImportPortfolio { .. }
            | CatalogChange::LeavePortfolio { .. } => self.change_access().await,
            CatalogChange::SetProduct { .. }
            | CatalogChange::DeleteProduct { .. }
            | CatalogChange::SetVersion { .. }
            | CatalogChange::DeleteVersion { .. }
            | CatalogChange::SetPortfolio { .. }
            | CatalogChange::DeletePortfolio { .. }
            | CatalogChange::SetConstraint { .. }
            | CatalogChange::DeleteConstraint { .. }
            | CatalogChange::SetTagOption { .. }
            | CatalogChange::DeleteTagOption { .. }
            | CatalogChange::AssociateTagOption { .. }
            | CatalogChange::DisassociateTagOption { .. } => {
                self.set_or_delete().await?;
                Ok(Outcome::new(Observation::Done))
            }
        }
    }

    /// What is one call, and answers nothing that is not known.
    async fn set_or_delete(&self) -> aws::Result<()> {
        let before = &self.it.before;
        match &self.it.change {
            CatalogChange::SetProduct { product, text } => {
                let there = before.product.as_ref().map(ProductText::of).unwrap_or_default();
                let catalog = self.of_product("servicecatalog:UpdateProduct", product).await?;
                catalog.update_product(product, &there, text).await
            }
            CatalogChange::DeleteProduct { product } => {
                self.of_product("servicecatalog:DeleteProduct", product).await?.delete_product(product).await
            }
            CatalogChange::SetVersion { product, artifact, active, guidance } => {
                let catalog = self.of_product("servicecatalog:UpdateProvisioningArtifact", product).await?;
                catalog.set_version(product, artifact, *active, *guidance).await
            }
            CatalogChange::DeleteVersion { product, artifact } => {
                let catalog = self.of_product("servicecatalog:DeleteProvisioningArtifact", product).await?;
                catalog.delete_version(product, artifact).await
            }
            CatalogChange::SetPortfolio { portfolio, text } => {
                let there = before.portfolio.as_ref().map(PortfolioText::of).unwrap_or_default();
                let catalog = self.of_portfolio("servicecatalog:UpdatePortfolio", portfolio).await?;
                catalog.update_portfolio(portfolio, &there, text).await
            }
            CatalogChange::DeletePortfolio { portfolio } => {
                self.of_portfolio("servicecatalog:DeletePortfolio", portfolio).await?.delete_portfolio(portfolio).await
            }
            // IAM knows no resource of these two.
            CatalogChange::SetConstraint { constraint, new, .. } => {
                let catalog = self.constraining("servicecatalog:UpdateConstraint", std::slice::from_ref(new)).await?;
                catalog.update_constraint(constraint, new).await
            }
            CatalogChange::DeleteConstraint { constraint, .. } => {
                let catalog = self.session(&[(&["servicecatalog:DeleteConstraint"], &all())]).await?;
                catalog.delete_constraint(constraint).await
            }
            _ => self.set_tag_option().await,
        }
    }

    /// IAM knows no resource of TagOptions.
    async fn set_tag_option(&self) -> aws::Result<()> {
        match &self.it.change {
            CatalogChange::SetTagOption { tag_option, active } => {
                let catalog = self.session(&[(&["servicecatalog:UpdateTagOption"], &all())]).await?;
                catalog.update_tag_option(tag_option, *active).await
            }
            CatalogChange::DeleteTagOption { tag_option } => {
                let catalog = self.session(&[(&["servicecatalog:DeleteTagOption"], &all())]).await?;
                catalog.delete_tag_option(tag_option).await
            }
            CatalogChange::AssociateTagOption { tag_option, on } => {
                let actions = ["servicecatalog:AssociateTagOptionWithResource"];
                self.session(&[(&actions, &all())]).await?.associate_tag_option(tag_option, on).await
            }
            CatalogChange::DisassociateTagOption { tag_option, on } => {
                let actions = ["servicecatalog:DisassociateTagOptionFromResource"];
                self.session(&[(&actions, &all())]).await?.disassociate_tag_option(tag_option, on).await
            }
            _ => Ok(()),
        }
    }

    async fn add_tag_option(&self, key: &str, value: &str) -> aws::Result<Outcome> {
        let actions = ["servicecatalog:CreateTagOption", "servicecatalog:ListTagOptions"];
        let option = self.session(&[(&actions, &all())]).await?.create_tag_option(key, value).await?;
        let mut outcome = Outcome::new(Observation::Done).with("tag_option", option.as_str());
        outcome.changes.made_in_catalog = Some(Made { tag_option: Some(option), ..Made::default() });
        Ok(outcome)
    }

    async fn add_product(&self, portfolio: Option<&PortfolioId>) -> aws::Result<Outcome> {
        let CatalogChange::AddProduct { name, description, owner, support, version, note, .. } = &self.it.change else {
            return Ok(Outcome::new(Observation::Done));
        };
        // The portal's own products are launched by its role.
        let rule = ConstraintRule::Launch { role: LAUNCH_ROLE.to_owned() };
        let constraints = [NewConstraint { description: String::new(), rule }];
        let catalog = self.associating(&constraints).await?;
        let version = NewVersion { name: version, note, template_url: &self.template_url };
        let new = NewProduct { name, description, owner, support, version };
        let (product, artifact) = catalog.create_product(new, self.it.id.as_str()).await?;
        // What is there is known from here on, whatever becomes of the rest.
        let put_in = match portfolio {
            Some(portfolio) => self.put_in(&catalog, &product, portfolio, &constraints).await,
            None => Ok(()),
        };
        let outcome = match put_in {
            Ok(()) => Outcome::new(Observation::Done),
            Err(error) => half_made(error),
        };
        let mut outcome = outcome.with("product", product.as_str()).with("version", artifact.as_str());
        let made = Made { product: Some(product), artifact: Some(artifact), ..Made::default() };
        outcome.changes.made_in_catalog = Some(made);
        Ok(outcome)
    }

    async fn add_version(&self, product: &ProductId, new: NewVersion<'_>) -> aws::Result<Outcome> {
        let place = [self.arn(&format!("product/{product}"))];
        let catalog = self.session(&[(&["servicecatalog:CreateProvisioningArtifact"], &place)]).await?;
        let artifact = catalog.create_version(product, new, self.it.id.as_str()).await?;
        let mut outcome = Outcome::new(Observation::Done).with("version", artifact.as_str());
        let made = Made { product: Some(product.clone()), artifact: Some(artifact), ..Made::default() };
        outcome.changes.made_in_catalog = Some(made);
        Ok(outcome)
    }

    /// With the versions that can be requested.
    async fn copy_product(&self, product: &ProductId, name: &str) -> aws::Result<Outcome> {
        // IAM knows no resource of it.
        let catalog = self.session(&[(&["servicecatalog:CopyProduct"], &all())]).await?;
        let versions: Vec<_> =
            self.it.before.product.iter().flat_map(Product::offered_artifacts).map(|it| &it.id).collect();
        let arn = self.arn(&format!("product/{product}"));
        let copying = catalog.copy_product(&arn, name, &versions, self.it.id.as_str()).await?;
        let mut outcome = Outcome::new(Observation::Done);
        outcome.changes.made_in_catalog = Some(Made { copying: Some(copying), ..Made::default() });
        Ok(outcome)
    }

    async fn add_portfolio(&self, text: &PortfolioText) -> aws::Result<Outcome> {
        let catalog = self.session(&[(&["servicecatalog:CreatePortfolio"], &all())]).await?;
        let portfolio = catalog.create_portfolio(text, self.it.id.as_str()).await?;
        let mut outcome = Outcome::new(Observation::Done).with("portfolio", portfolio.as_str());
        outcome.changes.made_in_catalog = Some(Made { portfolio: Some(portfolio), ..Made::default() });
        Ok(outcome)
    }

    /// AWS has no other order than this: the product first, then what holds for it.
    async fn put_in(
        &self,
        catalog: &ServiceCatalog,
        product: &ProductId,
        portfolio: &PortfolioId,
        constraints: &[NewConstraint],
    ) -> aws::Result<()> {
        catalog.associate_product(product, portfolio).await?;
        for (number, constraint) in constraints.iter().enumerate() {
            let token = format!("{}-{number}", self.it.id);
            match catalog.create_constraint(product, portfolio, constraint, &token).await {
                // Of some kinds there is one at most, and somebody was quicker.
                Err(error) if error.failure().code == "DuplicateResourceException" => {}
                made => {
                    made?;
                }
            }
        }
        Ok(())
    }

    /// A product with constraints stays in its portfolio: they go first.
    async fn take_out(&self, product: &ProductId, portfolio: &PortfolioId) -> aws::Result<Outcome> {
        let actions = [
            "servicecatalog:ListConstraintsForPortfolio",
            "servicecatalog:DeleteConstraint",
            "servicecatalog:DisassociateProductFromPortfolio",
        ];
        let catalog = self.session(&[(&actions, &all())]).await?;
        let constraints = catalog.list_constraints(portfolio, Some(product)).await?;
        let rest = async {
            for constraint in &constraints {
                catalog.delete_constraint(&constraint.id).await?;
            }
            catalog.disassociate_product(product, portfolio).await
        };
        Ok(match rest.await {
            Ok(()) => Outcome::new(Observation::Done).with("constraints", constraints.len().to_string()),
            Err(error) => half_made(error),
        })
    }

    async fn add_constraint(
        &self,
        product: &ProductId,
        portfolio: &PortfolioId,
        new: &NewConstraint,
    ) -> aws::Result<Outcome> {
        let catalog = self.constraining("servicecatalog:CreateConstraint", std::slice::from_ref(new)).await?;
        let constraint = catalog.create_constraint(product, portfolio, new, self.it.id.as_str()).await?;
        let mut outcome = Outcome::new(Observation::Done).with("constraint", &constraint);
        outcome.changes.made_in_catalog = Some(Made { constraint: Some(constraint), ..Made::default() });
        Ok(outcome)
    }

    /// For making a product, putting it into a portfolio, and saying what holds for it there.
    async fn associating(&self, constraints: &[NewConstraint]) -> aws::Result<ServiceCatalog> {
        let mut actions = vec!["servicecatalog:AssociateProductWithPortfolio", "servicecatalog:CreateConstraint"];
        if matches!(self.it.change, CatalogChange::AddProduct { .. }) {
            actions.push("servicecatalog:CreateProduct");
        }
        // A new product has no ARN yet, and IAM knows no resource of putting one into a portfolio.
        self.with_roles(&actions, constraints).await
    }

    async fn constraining(&self, action: &str, constraints: &[NewConstraint]) -> aws::Result<ServiceCatalog> {
        self.with_roles(&[action], constraints).await
    }

    /// A session that may pass the roles on that the constraints name.
    async fn with_roles(&self, actions: &[&str], constraints: &[NewConstraint]) -> aws::Result<ServiceCatalog> {
        let roles: Vec<String> = constraints.iter().filter_map(|it| self.launch_role(&it.rule)).collect();
        let all = all();
        let mut grants: Vec<Grant<'_>> = vec![(actions, &all)];
        if !roles.is_empty() {
            grants.push((&["iam:PassRole"], &roles));
        }
        self.session(&grants).await
    }

    /// The role that a launch constraint names, which whoever makes the constraint passes on.
    fn launch_role(&self, rule: &ConstraintRule) -> Option<String> {
        let ConstraintRule::Launch { role } = rule else { return None };
        Some(if role.starts_with("arn:") {
            role.clone()
        } else {
            session::role_arn(self.plane, &self.plane.aws().config().shared_services_account, role)
        })
    }

    async fn of_product(&self, action: &str, product: &ProductId) -> aws::Result<ServiceCatalog> {
        self.session(&[(&[action], &[self.arn(&format!("product/{product}"))])]).await
    }

    async fn of_portfolio(&self, action: &str, portfolio: &PortfolioId) -> aws::Result<ServiceCatalog> {
        self.session(&[(&[action], &[self.arn(&format!("portfolio/{portfolio}"))])]).await
    }

    async fn session(&self, grants: &[Grant<'_>]) -> aws::Result<ServiceCatalog> {
        let (templates, all) = (self.template_grant(), all());
        let mut grants = grants.to_vec();
        if !self.template_url.is_empty() {
            // Service Catalog loads and validates the template as whoever names it.
            grants.push((&["s3:GetObject"], &templates));
            grants.push((&["cloudformation:ValidateTemplate", "cloudformation:GetTemplateSummary"], &all));
        }
        let session = session::catalog_changer(self.plane, self.authorized, &self.it.region, &grants).await?;
        Ok(session.service_catalog())
    }

    fn arn(&self, resource: &str) -> String {
        let config = self.plane.aws().config();
        format!("arn:{}:catalog:{}:{}:{resource}", config.partition, self.it.region, config.shared_services_account)
    }

    /// Puts the template where Service Catalog loads it from; gives its address.
    async fn put_template(&self, template: &TemplateId, text: &str) -> aws::Result<String> {
        let bucket = self.plane.settings().templates_bucket.clone().unwrap_or_default();
        let templates = self.template_grant();
        let grant: Grant<'_> = (&["s3:PutObject"], &templates);
        // One bucket serves every region.
        let config = self.plane.aws().config();
        let home = config.home_region.clone();
        let s3 = session::catalog_changer(self.plane, self.authorized, &home, &[grant]).await?.s3();
        let key = format!("templates/{template}");
        s3.put_text(&bucket, &key, text).await?;
        Ok(format!("https://{bucket}.s3.{home}.{}/{key}", config.suffix()))
    }

    /// The objects that templates are.
    fn template_grant(&self) -> [String; 1] {
        let bucket = self.plane.settings().templates_bucket.clone().unwrap_or_default();
        [format!("arn:{}:s3:::{bucket}/templates/*", self.plane.aws().config().partition)]
    }
}

fn all() -> [String; 1] {
    ["*".to_owned()]
}

/// Some of it was made, and the rest was not. Service Catalog may take a moment to know a new product everywhere.
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
