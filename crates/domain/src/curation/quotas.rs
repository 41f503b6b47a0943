//! Quotas of Service Catalog. <https://docs.aws.amazon.com/servicecatalog/latest/adminguide/limits.html>

/// Of a region.
pub(crate) const PORTFOLIOS: usize = 100;
/// Of a region.
pub(crate) const PRODUCTS: usize = 350;
/// Products of a portfolio.
pub(crate) const PRODUCTS_INSIDE: u64 = 150;
/// Versions of a product.
pub(crate) const VERSIONS: usize = 100;
/// Values of the key of a TagOption.
pub(crate) const VALUES: usize = 25;
/// Keys of TagOptions on a portfolio or product.
pub(crate) const KEYS: usize = 25;
