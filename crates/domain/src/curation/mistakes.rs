//! Why a change of the catalog would be refused, by field: what AWS would refuse, and what the portal does not let through.

use super::constraint::kind;
use super::quotas::{PORTFOLIOS, PRODUCTS, PRODUCTS_INSIDE, VERSIONS};
use super::text::{no_version_name, too_long};
use super::{AroundCatalogChange, CatalogChange, PortfolioText, ProductText, access, tag_option};
use crate::catalog::Product;
use crate::id::ProvisioningArtifactId;
use crate::problem::FieldError;
use crate::text::reads_as;

impl CatalogChange {
    /// See the module.
    pub fn mistakes(&self, around: &AroundCatalogChange) -> Vec<FieldError> {
        let mut mistakes = Vec::new();
        let mut wrong = |field: &str, message: &str| mistakes.push(FieldError::new(field, message));
        // Some forms choose it; of others it is what they are about.
        let chooses_product = matches!(self, Self::AddVersion { .. } | Self::AssociateProduct { .. });
        let chooses_portfolio = matches!(self, Self::AddProduct { .. } | Self::AssociateProduct { .. });
        if self.product().is_some() && around.product.is_none() {
            let gone = "The product is not in the catalog any more.";
            wrong("product", if chooses_product { "Choose a product of the catalog." } else { gone });
        }
        if self.portfolio().is_some() && around.portfolio.is_none() {
            let gone = "The portfolio is not in the catalog any more.";
            wrong("portfolio", if chooses_portfolio { "Choose a portfolio." } else { gone });
        }
        match (self.template(), around.findings) {
            (None, _) | (Some(_), Some(0)) => {}
            (Some(_), None) => wrong("template", "It is no longer kept: check it once more."),
            (Some(_), Some(1)) => wrong("template", "One thing is to be mended in it first."),
            (Some(_), Some(more)) => wrong("template", &format!("{more} things are to be mended in it first.")),
        }
        // Of what is not there there is nothing more to say.
        let there = mistakes.iter().all(|mistake| mistake.field != "product" && mistake.field != "portfolio")
            || matches!(self, Self::AddProduct { .. });
        if there {
            mistakes.extend(self.about_it(around));
        }
        mistakes
    }

    fn about_it(&self, around: &AroundCatalogChange) -> Vec<FieldError> {
        let one = |field: &str, message: String| vec![FieldError::new(field, message)];
        match self {
            Self::AddProduct { .. }
            | Self::SetProduct { .. }
            | Self::CopyProduct { .. }
            | Self::DeleteProduct { .. } => self.about_product(around),
            Self::AddVersion { version, note, .. } => about_version(around, version, note),
            Self::SetVersion { artifact, .. } => match version_of(around, artifact) {
                None => one("artifact", "Choose a version of the product.".to_owned()),
                Some(_) if around.has(self) => one("artifact", "It is so already.".to_owned()),
                Some(_) => Vec::new(),
            },
            Self::DeleteVersion { artifact, .. } => {
                let only = around.product.as_ref().is_some_and(|product| product.artifacts.len() == 1);
                match version_of(around, artifact) {
                    None => one("artifact", "Choose a version of the product.".to_owned()),
                    Some(_) if only => {
                        one("artifact", "It is the only one of the product: delete the product.".to_owned())
                    }
                    Some(_) => in_use(around, "artifact", "deactivate it, so that they keep it.").into_iter().collect(),
                }
            }
            Self::AddPortfolio { text, .. } => {
                let mut mistakes = text.mistakes(&around.portfolio_names);
                if around.portfolio_names.len() >= PORTFOLIOS {
                    let message = format!("A region has at most {PORTFOLIOS} portfolios.");
                    mistakes.push(FieldError::new("portfolio_name", message));
                }
                mistakes
            }
            Self::SetPortfolio { text, .. } => {
                if around.has(self) {
                    return one("", "It is so already.".to_owned());
                }
                PortfolioText::mistakes(text, &around.portfolio_names)
            }
            Self::DeletePortfolio { .. } => match around.products_inside {
                0 => access::in_the_way(around).into_iter().collect(),
                1 => one("portfolio", "It holds a product: take it out first.".to_owned()),
                n => one("portfolio", format!("It holds {n} products: take them out first.")),
            },
            Self::AssociateProduct { .. } if around.is_inside() => {
                one("product", "It is in the portfolio already.".to_owned())
            }
            Self::AssociateProduct { .. } => no_room(around).into_iter().collect(),
            Self::DisassociateProduct { .. } if around.is_inside() => Vec::new(),
            Self::DisassociateProduct { .. } | Self::AddConstraint { .. } if !around.is_inside() => {
                one("product", "It is not in the portfolio.".to_owned())
            }
            Self::AddConstraint { portfolio, new, .. } => {
                around.product.as_ref().map(|product| new.mistakes(product, portfolio, None)).unwrap_or_default()
            }
            Self::SetConstraint { .. } | Self::DeleteConstraint { .. } if around.constraint(self).is_none() => {
                one("constraint", "It is not there any more.".to_owned())
            }
            Self::SetConstraint { .. } if around.has(self) => one("", "It is so already.".to_owned()),
            Self::SetConstraint { portfolio, constraint, new, .. } => {
                let same = around.constraint(self).is_some_and(|it| kind(&it.rule) == kind(&new.rule));
                let product = around.product.as_ref();
                let mut mistakes = product
                    .map(|product| new.mistakes(product, portfolio, Some(constraint.as_str())))
                    .unwrap_or_default();
                if !same {
                    mistakes.push(FieldError::new("kind", "Its kind stays: delete it, and make another one."));
                }
                mistakes
            }
            // What one holds for is said in words before.
            Self::DeleteConstraint { .. } | Self::DisassociateProduct { .. } => Vec::new(),
            Self::AddTagOption { .. }
            | Self::SetTagOption { .. }
            | Self::DeleteTagOption { .. }
            | Self::AssociateTagOption { .. }
            | Self::DisassociateTagOption { .. } => tag_option::mistakes(self, around),
            Self::AssociatePrincipal { .. }
            | Self::DisassociatePrincipal { .. }
            | Self::AddShare { .. }
            | Self::SetShare { .. }
            | Self::DeleteShare { .. }
            | Self::ImportPortfolio { .. }
            | Self::LeavePortfolio { .. } => access::mistakes(self, around),
        }
    }

    fn about_product(&self, around: &AroundCatalogChange) -> Vec<FieldError> {
        let one = |field: &str, message: String| vec![FieldError::new(field, message)];
        match self {
            Self::AddProduct { name, description, owner, support, version, note, .. } => {
                let text = ProductText {
                    name: name.clone(),
                    description: description.clone(),
                    owner: owner.clone(),
                    support: support.clone(),
                    ..ProductText::default()
                };
                let mut mistakes = text.mistakes(None, &around.product_names);
                mistakes.extend(no_version_name(version));
                mistakes.extend(too_long("version_note", note));
                mistakes.extend(too_many_products(around));
                mistakes.extend(no_room(around));
                mistakes
            }
            Self::SetProduct { text, .. } => {
                if around.has(self) {
                    return one("", "It is so already.".to_owned());
                }
                text.mistakes(around.product.as_ref().map(ProductText::of).as_ref(), &around.product_names)
            }
            Self::CopyProduct { name, .. } => {
                // The other may be there by the same name as the one it is of, and nobody could tell them apart.
                let mut others = around.product_names.clone();
                others.extend(around.product.as_ref().map(|product| product.name.clone()));
                let owner = "-".to_owned();
                let text = ProductText { name: name.clone(), owner, ..ProductText::default() };
                let mut mistakes = text.mistakes(None, &others);
                for mistake in &mut mistakes {
                    "copy_name".clone_into(&mut mistake.field);
                }
                // AWS takes none for all.
                let offered = around.product.iter().any(|it| it.offered_artifacts().next().is_some());
                if !offered {
                    mistakes.push(FieldError::new("copy_name", "None of its versions can be requested."));
                }
                mistakes.extend(too_many_products(around));
                mistakes
            }
            Self::DeleteProduct { .. } => {
                let inside = around.product.as_ref().is_some_and(|product| !product.portfolios.is_empty());
                if inside {
                    return one("product", "It is in a portfolio: take it out first.".to_owned());
                }
                in_use(around, "product", "terminate them first.").into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}

fn version_of<'a>(
    around: &'a AroundCatalogChange,
    artifact: &ProvisioningArtifactId,
) -> Option<&'a crate::catalog::ProvisioningArtifact> {
    around.product.as_ref().and_then(|product| product.artifact(artifact))
}

fn about_version(around: &AroundCatalogChange, version: &str, note: &str) -> Vec<FieldError> {
    let mut mistakes = Vec::new();
    let versions: &[_] = around.product.as_ref().map_or(&[], |product: &Product| &product.artifacts);
    if let Some(mistake) = no_version_name(version) {
        mistakes.push(mistake);
    } else if versions.iter().any(|there| reads_as(&there.name, version)) {
        mistakes.push(FieldError::new("version_name", "Another version of the product has this name."));
    }
    mistakes.extend(too_long("version_note", note));
    if versions.len() >= VERSIONS {
        let message = format!("A product has at most {VERSIONS} versions: delete one that nobody has.");
        mistakes.push(FieldError::new("product", message));
    }
    mistakes
}

fn in_use(around: &AroundCatalogChange, field: &str, next: &str) -> Option<FieldError> {
    match around.environments {
        0 => None,
        1 => Some(FieldError::new(field, format!("An environment has it: {next}"))),
        n => Some(FieldError::new(field, format!("{n} environments have it: {next}"))),
    }
}

fn too_many_products(around: &AroundCatalogChange) -> Option<FieldError> {
    let all = around.product_names.len() + usize::from(around.product.is_some());
    let message = || format!("A region has at most {PRODUCTS} products.");
    (all >= PRODUCTS).then(|| FieldError::new("product", message()))
}

fn no_room(around: &AroundCatalogChange) -> Option<FieldError> {
    let message = || format!("It holds {PRODUCTS_INSIDE} products, and no portfolio holds more.");
    (around.products_inside >= PRODUCTS_INSIDE).then(|| FieldError::new("portfolio", message()))
}
