//! Who may do what, beyond what the policies say: levels of access, ownership of what is administered.

use domain::guardrail::Context;
use domain::id::AccountId;
use serde_json::Value;

use super::input::NameOrId;
use super::state::{NodeShare, Portfolio, Product};
use crate::authorize::authorize;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::organizations::Organization;
use crate::value::{constraint, text};
use crate::world::World;

/// Checks the policies for an operation on a resource.
pub(super) fn allow(world: &World, ctx: &Ctx, operation: &str, resource: &str) -> Result<(), AwsError> {
    authorize(world, ctx, &format!("servicecatalog:{operation}"), resource, Context::new())
}

/// Checks the policies for an operation that has no resource in IAM but levels: on something of `user_arn` and
/// `user_session`.
pub(super) fn allow_on(
    world: &World,
    ctx: &Ctx,
    operation: &str,
    (user_arn, user_session): (&str, &str),
) -> Result<(), AwsError> {
    let mut context = Context::new();
    context.set("servicecatalog:accountLevel", "self");
    if ctx.caller.principal_arn() == user_arn {
        context.set("servicecatalog:roleLevel", "self");
    }
    if ctx.caller.arn() == user_session {
        context.set("servicecatalog:userLevel", "self");
    }
    authorize(world, ctx, &format!("servicecatalog:{operation}"), "*", context)
}

/// `AccessLevelFilter`: whose provisioned products are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Account,
    Role,
    User,
}

impl Level {
    /// Reads the filter, with the model's default of `User`, and checks the policies for it.
    pub(super) fn allowed(world: &World, ctx: &Ctx, operation: &str, body: &Value) -> Result<Self, AwsError> {
        let filter = body.get("AccessLevelFilter");
        let level = match filter.and_then(|f| text(f, "Key")) {
            None | Some("User") => Self::User,
            Some("Role") => Self::Role,
            Some("Account") => Self::Account,
            Some(other) => {
                return Err(constraint(
                    other,
                    "accessLevelFilter.key",
                    "Member must satisfy enum value set: [Account, Role, User]",
                ));
            }
        };
        if let Some(value) = filter.and_then(|f| text(f, "Value"))
            && value != "self"
        {
            return Err(AwsError::invalid_parameters("The only supported value of AccessLevelFilter is self."));
        }
        let mut context = Context::new();
        let key = match level {
            Self::Account => "servicecatalog:accountLevel",
            Self::Role => "servicecatalog:roleLevel",
            Self::User => "servicecatalog:userLevel",
        };
        context.set(key, "self");
        authorize(world, ctx, &format!("servicecatalog:{operation}"), "*", context)?;
        Ok(level)
    }

    /// Whether something of `user_arn` and `user_session`, in the caller's account, is shown.
    pub(super) fn shows(self, ctx: &Ctx, user_arn: &str, user_session: &str) -> bool {
        match self {
            Self::Account => true,
            Self::Role => ctx.caller.principal_arn() == user_arn,
            Self::User => ctx.caller.arn() == user_session,
        }
    }
}

/// A portfolio that the caller's account owns or has accepted.
pub(super) fn portfolio<'a>(world: &'a World, ctx: &Ctx, id: &str) -> Result<&'a Portfolio, AwsError> {
    world
        .service_catalog
        .portfolios
        .get(id)
        .filter(|p| p.region == ctx.region && (p.account == *ctx.account() || share(world, ctx, p).is_some()))
        .ok_or_else(|| AwsError::resource_not_found(format!("Portfolio {id} not found.")))
}

/// Whether a portfolio is shared to the caller's account, and whether it is accepted there. What is shared to a node of the
/// organization need not be.
pub(super) fn share(world: &World, ctx: &Ctx, portfolio: &Portfolio) -> Option<bool> {
    let direct = portfolio.shares.get(ctx.account()).copied();
    if direct == Some(true) { direct } else { node_share(world, ctx, portfolio).map(|_| true).or(direct) }
}

/// The share to a node that the caller's account is in.
pub(super) fn node_share<'a>(world: &World, ctx: &Ctx, portfolio: &'a Portfolio) -> Option<&'a NodeShare> {
    if world.service_catalog.unreached.contains(ctx.account()) {
        return None;
    }
    let mut nodes = portfolio.nodes.iter().filter(|(_, share)| share.from <= ctx.now);
    nodes.find(|(node, _)| reaches(&world.organization, node, ctx.account())).map(|(_, share)| share)
}

/// Whether an account is, or is in, this node of the organization: its id, that of a unit or an account.
pub(super) fn reaches(organization: &Organization, node: &str, account: &AccountId) -> bool {
    organization.contains(account)
        && (organization.id == node || organization.path(account).iter().any(|at| at == node))
}

/// Portfolios that the caller's account can launch from, its own and those it accepted.
pub(super) fn launchable<'a>(world: &'a World, ctx: &'a Ctx) -> impl Iterator<Item = &'a Portfolio> {
    let portfolios = world.service_catalog.portfolios.values();
    portfolios.filter(|p| p.region == ctx.region && (p.account == *ctx.account() || share(world, ctx, p) == Some(true)))
}

/// A product that the caller's account owns, or that is in a portfolio it accepted.
pub(super) fn product<'a>(world: &'a World, ctx: &Ctx, id: &str) -> Result<&'a Product, AwsError> {
    let missing = || AwsError::resource_not_found(format!("Product {id} not found."));
    let product = world.service_catalog.products.get(id).filter(|p| p.region == ctx.region).ok_or_else(missing)?;
    if product.account == *ctx.account() || launchable(world, ctx).any(|p| p.products.contains(id)) {
        return Ok(product);
    }
    Err(missing())
}

/// The ARN that policies see for a product id, known or not.
pub(super) fn product_arn(world: &World, ctx: &Ctx, id: &str) -> String {
    world
        .service_catalog
        .products
        .get(id)
        .map_or_else(|| format!("arn:aws:catalog:{}:{}:product/{id}", ctx.region, ctx.account()), Product::arn)
}

/// The ARN that policies see for a product that a request names. A name stands for the product that it finds: what is
/// denied on an ARN is denied by name too.
pub(super) fn named_product_arn(world: &World, ctx: &Ctx, wanted: &NameOrId<'_>) -> String {
    match wanted {
        NameOrId::Id(id) => product_arn(world, ctx, id),
        NameOrId::Name(_) => super::products::find(world, ctx, wanted).map_or_else(|_| "*".to_owned(), Product::arn),
    }
}

/// The ARN that policies see for a portfolio id, known or not.
pub(super) fn portfolio_arn(world: &World, ctx: &Ctx, id: &str) -> String {
    world
        .service_catalog
        .portfolios
        .get(id)
        .map_or_else(|| format!("arn:aws:catalog:{}:{}:portfolio/{id}", ctx.region, ctx.account()), Portfolio::arn)
}
