//! AWS Service Catalog: portfolios, products and constraints as their administrator sees them, and provisioning as those
//! who launch see it.

mod access;
mod constraints;
mod input;
mod parameters;
mod paths;
mod portfolios;
mod products;
mod progress;
mod properties;
mod provision;
mod provisioned;
mod records;
mod search;
pub mod seed;
mod state;
mod tag_options;
mod terminate;
mod update;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_access;
#[cfg(test)]
mod tests_of_lists;
#[cfg(test)]
mod tests_of_properties;

use serde_json::Value;

pub(crate) use progress::{next_due, stack_rests, step};
pub use state::{
    Artifact, Constraint, Portfolio, Principal, Product, ProvisionedProduct, Record, RecordError, RecordOutput, State,
    TagOption,
};

use crate::context::Ctx;
use crate::error::AwsError;
use crate::world::World;

/// One operation (`ListPortfolios`).
pub fn handle(world: &mut World, ctx: &Ctx, operation: &str, body: &Value) -> Result<Value, AwsError> {
    match operation {
        "ListPortfolios" => portfolios::list(world, ctx, body),
        "DescribePortfolio" => portfolios::describe(world, ctx, body),
        "ListAcceptedPortfolioShares" => portfolios::accepted(world, ctx, body),
        "ListPortfolioAccess" => portfolios::access(world, ctx, body),
        "ListPortfoliosForProduct" => portfolios::for_product(world, ctx, body),
        "ListPrincipalsForPortfolio" => portfolios::principals(world, ctx, body),
        "SearchProductsAsAdmin" => products::search_as_admin(world, ctx, body),
        "DescribeProductAsAdmin" => products::describe_as_admin(world, ctx, body),
        "SearchProducts" => products::search(world, ctx, body),
        "DescribeProduct" => products::describe(world, ctx, body),
        "ListProvisioningArtifacts" => products::artifacts(world, ctx, body),
        "DescribeProvisioningArtifact" => products::describe_artifact(world, ctx, body),
        "ListConstraintsForPortfolio" => constraints::list(world, ctx, body),
        "DescribeConstraint" => constraints::describe(world, ctx, body),
        "CreateConstraint" => constraints::create(world, ctx, body),
        "DeleteConstraint" => constraints::delete(world, ctx, body),
        "ListTagOptions" => tag_options::list(world, ctx, body),
        "DescribeTagOption" => tag_options::describe(world, ctx, body),
        "ListResourcesForTagOption" => tag_options::resources(world, ctx, body),
        "ListLaunchPaths" => paths::list(world, ctx, body),
        "DescribeProvisioningParameters" => parameters::describe(world, ctx, body),
        "ProvisionProduct" => provision::provision(world, ctx, body),
        "UpdateProvisionedProduct" => update::update(world, ctx, body),
        "UpdateProvisionedProductProperties" => properties::update(world, ctx, body),
        "TerminateProvisionedProduct" => terminate::terminate(world, ctx, body),
        "DescribeRecord" => records::describe(world, ctx, body),
        "ListRecordHistory" => records::history(world, ctx, body),
        "DescribeProvisionedProduct" => provisioned::describe(world, ctx, body),
        "ScanProvisionedProducts" => provisioned::scan(world, ctx, body),
        "SearchProvisionedProducts" => search::search(world, ctx, body),
        "GetProvisionedProductOutputs" => provisioned::outputs(world, ctx, body),
        _ => Err(AwsError::unknown_operation(operation)),
    }
}
