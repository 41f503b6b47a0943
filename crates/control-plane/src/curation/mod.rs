//! The platform team's side of the catalog: what it brings into Service Catalog, and what it changes there.

mod changes;
mod reading;
mod templates;
