//! The platform team's side of the catalog: what it brings into Service Catalog, and what it changes there.

mod access;
mod changes;
mod compare;
mod constraints;
mod drift;
mod files;
mod files_page;
mod portal_steps;
mod portfolios;
mod products;
mod reading;
pub(crate) mod removals;
mod rules_of_template;
mod shipped;
mod tag_options;
mod templates;
mod waivers;

pub use files::CatalogFiles;
