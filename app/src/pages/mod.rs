//! One page per file, each a function from what it shows to a [`Page`](crate::document::Page).

mod admin_bindings;
pub mod admin_mappings;
pub mod admin_people;
pub mod admin_product;
pub mod admin_products;
pub mod admin_project;
pub mod admin_projects;
pub mod approvals;
pub mod audit;
pub mod catalog;
pub mod environment;
mod environment_terminate;
pub mod environments;
mod guardrails;
pub mod home;
pub mod newcomer;
pub mod organization;
pub mod problem;
pub mod product;
pub mod profile;
pub mod request;
pub mod request_form;
pub mod requests;
pub mod revocation;
pub mod revocations;
pub mod revoke;
pub(crate) mod url;
