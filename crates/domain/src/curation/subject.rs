//! What is changed by one change at a time.

use super::{AroundCatalogChange, CatalogChange, Named};

impl CatalogChange {
    /// What is changed by one at a time: a product, a portfolio, a TagOption, or what is to have a name.
    pub fn subject(&self, named: &Named) -> String {
        if let Some(option) = self.tag_option() {
            return option.to_string();
        }
        match (self, self.product(), self.portfolio()) {
            (Self::AddTagOption { .. }, ..) => format!("tag option {}", named.tag_option),
            (Self::AddProduct { .. }, ..) => format!("product {}", named.product),
            (Self::AddPortfolio { .. }, ..) => format!("portfolio {}", named.portfolio),
            (_, Some(product), _) => product.to_string(),
            (_, None, Some(portfolio)) => portfolio.to_string(),
            (_, None, None) => self.as_str().to_owned(),
        }
    }

    /// The subject of a change that would still be making what this one is about, if there is one.
    pub fn subject_of_making(&self, around: &AroundCatalogChange) -> Option<String> {
        if self.tag_option().is_some() {
            return around.tag_option.as_ref().map(|it| format!("tag option {} = {}", it.key, it.value));
        }
        match (self, self.product()) {
            (Self::AddProduct { .. }, _) => None,
            (_, Some(_)) => around.product.as_ref().map(|it| format!("product {}", it.name)),
            (_, None) => around.portfolio.as_ref().map(|it| format!("portfolio {}", it.name)),
        }
    }
}
