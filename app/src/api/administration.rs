mod mappings;
mod products;
mod projects;

pub use mappings::*;
pub use products::*;
pub use projects::*;
