mod approvals;
mod mappings;
mod products;
mod projects;

pub use approvals::*;
pub use mappings::*;
pub use products::*;
pub use projects::*;
