//! A catalog as large organizations have it, which would take hours to make call by call.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::state::{Artifact, Constraint, Product};
use crate::world::World;

/// Copies of a product.
#[derive(Clone, Debug, Deserialize)]
pub struct Many {
    /// The name of the product that they are like: in the same portfolios, with the same constraints.
    pub like: String,
    pub products: u32,
    /// Of each product, all active.
    pub versions: u32,
    /// YAML; each version has its own number in a comment below.
    pub template: String,
}

/// Makes them; answers whether there is a product of that name.
pub fn multiply(world: &mut World, many: &Many, now: DateTime<Utc>) -> bool {
    let found = world.service_catalog.products.values().find(|it| it.name == many.like).cloned();
    let Some(like) = found else { return false };
    let constraints: Vec<Constraint> =
        world.service_catalog.constraints.values().filter(|it| it.product == like.id).cloned().collect();
    for number in 1..=many.products {
        let id = world.fresh_id("prod");
        let artifact = |world: &mut World, version: u32| Artifact {
            id: world.fresh_id("pa"),
            name: format!("1.{version}"),
            description: format!("What came with release {version}"),
            template: format!("{}\n# {number}.{version}\n", many.template.trim_end()),
            created: now - TimeDelta::days(i64::from(many.versions - version)),
            active: true,
            guidance: "DEFAULT".to_owned(),
        };
        let artifacts = (1..=many.versions).map(|version| artifact(world, version)).collect();
        let name = format!("{} {number:03}", like.name);
        let product = Product { id: id.clone(), name, artifacts, created: now, ..like.clone() };
        world.service_catalog.products.insert(id.clone(), product);
        for portfolio in world.service_catalog.portfolios.values_mut() {
            if portfolio.products.contains(&like.id) {
                portfolio.products.insert(id.clone());
            }
        }
        for constraint in &constraints {
            let made = world.fresh_id("cons");
            let constraint = Constraint { id: made.clone(), product: id.clone(), ..constraint.clone() };
            world.service_catalog.constraints.insert(made, constraint);
        }
    }
    true
}
