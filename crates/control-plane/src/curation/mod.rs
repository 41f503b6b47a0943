//! The platform team's side of the catalog: what it brings into Service Catalog.

mod templates;
