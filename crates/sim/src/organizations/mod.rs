//! AWS Organizations: the tree of accounts and the policies that hang on it.

mod changes;
mod handle;
mod tree;
mod unit_changes;

pub use handle::handle;
pub use tree::{Organization, OrganizationalUnit, ServiceControlPolicy};
