//! AWS Service Catalog: portfolios, products and constraints as their administrator sees them, and provisioning as those
//! who launch see it.

mod access;
mod artifact_changes;
mod constraint_changes;
mod constraints;
mod copies;
mod input;
mod made;
pub mod many;
mod parameters;
mod paths;
mod portfolio_changes;
mod portfolios;
mod principals;
mod product_changes;
mod products;
mod progress;
mod properties;
mod provision;
mod provisioned;
mod records;
mod search;
pub mod seed;
mod shares;
mod state;
mod tag_option_changes;
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
        "CreatePortfolio" => portfolio_changes::create(world, ctx, body),
        "UpdatePortfolio" => portfolio_changes::update(world, ctx, body),
        "DeletePortfolio" => portfolio_changes::delete(world, ctx, body),
        "AssociateProductWithPortfolio" => portfolio_changes::put_in(world, ctx, body),
        "DisassociateProductFromPortfolio" => portfolio_changes::take_out(world, ctx, body),
        "AssociatePrincipalWithPortfolio" => principals::associate(world, ctx, body),
        "DisassociatePrincipalFromPortfolio" => principals::disassociate(world, ctx, body),
        "CreatePortfolioShare" => shares::create(world, ctx, body),
        "UpdatePortfolioShare" => shares::update(world, ctx, body),
        "DeletePortfolioShare" => shares::delete(world, ctx, body),
        "DescribePortfolioShares" => shares::describe(world, ctx, body),
        "DescribePortfolioShareStatus" => shares::status(world, ctx, body),
        "AcceptPortfolioShare" => shares::accept(world, ctx, body),
        "RejectPortfolioShare" => shares::reject(world, ctx, body),
        "CreateProduct" => product_changes::create(world, ctx, body),
        "UpdateProduct" => product_changes::update(world, ctx, body),
        "DeleteProduct" => product_changes::delete(world, ctx, body),
        "CopyProduct" => copies::copy(world, ctx, body),
        "DescribeCopyProductStatus" => copies::status(world, ctx, body),
        "CreateProvisioningArtifact" => artifact_changes::create(world, ctx, body),
        "UpdateProvisioningArtifact" => artifact_changes::update(world, ctx, body),
        "DeleteProvisioningArtifact" => artifact_changes::delete(world, ctx, body),
        "UpdateConstraint" => constraint_changes::update(world, ctx, body),
        "CreateTagOption" => tag_option_changes::create(world, ctx, body),
        "UpdateTagOption" => tag_option_changes::update(world, ctx, body),
        "DeleteTagOption" => tag_option_changes::delete(world, ctx, body),
        "AssociateTagOptionWithResource" => tag_option_changes::put_on(world, ctx, body),
        "DisassociateTagOptionFromResource" => tag_option_changes::take_off(world, ctx, body),
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
