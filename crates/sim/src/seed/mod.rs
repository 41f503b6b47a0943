//! What a new state starts with: the organization of the demo.

mod accounts;
mod organization;
mod policies;
mod roles;
mod summary;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

pub use accounts::{
    EXTERNAL_ID, HUB_ROLE_ARN, MANAGEMENT, REGION, SHARED_SERVICES, execution_role_arn, kms_key_arn, project_accounts,
    projects,
};
pub use summary::summary;

use crate::local::SimOptions;
use crate::world::World;

/// The bucket of the shared services account that templates are loaded from, as `deploy/hub.yaml` names it.
pub const TEMPLATES_BUCKET: &str = "studiogate-templates-222222222222";

/// What a new state starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seed {
    /// The organization, its accounts and roles, the catalog and the shared Studio domains.
    Demo,
    /// The organization, its accounts and roles.
    Empty,
}

/// Fills an empty world.
pub(crate) fn plant(world: &mut World, options: &SimOptions, now: DateTime<Utc>) {
    organization::plant(world, now);
    roles::plant(world, now);
    if let Ok(account) = SHARED_SERVICES.parse() {
        let bucket = crate::s3::Bucket { account, region: REGION.to_owned(), objects: BTreeMap::new() };
        world.s3.insert(TEMPLATES_BUCKET.to_owned(), bucket);
    }
    if options.seed == Seed::Demo {
        organization::plant_studio_domains(world, now);
        crate::servicecatalog::seed::plant(world, now);
    }
}

/// What the command line adds at every start: products, and what published templates want of other stacks: exports, and
/// policies of the account.
pub(crate) fn offer(world: &mut World, options: &SimOptions, now: DateTime<Utc>) {
    if !options.products.is_empty() {
        roles::plant_offered(world, now);
    }
    crate::servicecatalog::seed::offer(world, &options.products, now);
    world.cloudformation.export_patterns.clear();
    if options.exports {
        let templates: Vec<&str> = options.products.iter().map(|(_, template)| template.as_str()).collect();
        crate::cloudformation::seed_exports(world, &templates, &BTreeMap::new());
        policies::plant(world, &templates);
    }
}
