//! The seeded catalog.

use chrono::{DateTime, Utc};

use crate::world::World;

/// Portfolios, products with their versions, constraints, TagOptions, shares and principals of the demo. Called once, after
/// the accounts and their roles are there.
pub fn plant(_world: &mut World, _now: DateTime<Utc>) {}

/// Products by name and template text, offered to both projects. Called at every start: a product that is there with the
/// same template stays as it is.
pub fn offer(_world: &mut World, _products: &[(String, String)], _now: DateTime<Utc>) {}
