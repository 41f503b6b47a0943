mod approvals;
mod mappings;
mod products;
mod projects;
mod unmanaged;

pub use approvals::*;
pub use mappings::*;
pub use products::*;
pub use projects::*;
pub use unmanaged::*;
