//! Who may launch from a portfolio, in the account that says so: its owner's, or one that it is shared to.

use serde_json::{Value, json};

use super::access::{allow, portfolio, portfolio_arn};
use super::state::Principal;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{one_of, required};
use crate::world::World;

/// Quota of Service Catalog.
const PRINCIPALS: usize = 100;

const KINDS: [&str; 2] = ["IAM", "IAM_PATTERN"];

pub(super) fn associate(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (id, arn) = (required(body, "PortfolioId")?, required(body, "PrincipalARN")?);
    required(body, "PrincipalType")?;
    let kind = one_of(body, "PrincipalType", &KINDS)?.unwrap_or_default();
    allow(world, ctx, "AssociatePrincipalWithPortfolio", &portfolio_arn(world, ctx, id))?;
    let there = portfolio(world, ctx, id)?.principals.get(ctx.account()).map_or(0, Vec::len);
    check(world, ctx, arn, kind)?;
    let new = Principal { arn: arn.to_owned(), kind: kind.to_owned() };
    let Some(found) = world.service_catalog.portfolios.get_mut(id) else { return Ok(json!({})) };
    let own = found.principals.entry(ctx.account().clone()).or_default();
    if own.contains(&new) {
        return Ok(json!({}));
    }
    if there >= PRINCIPALS {
        return Err(AwsError::limit_exceeded(format!("A portfolio has at most {PRINCIPALS} principals.")));
    }
    own.push(new);
    Ok(json!({}))
}

/// An exact principal is one of the account that is there; a pattern names no account.
fn check(world: &World, ctx: &Ctx, arn: &str, kind: &str) -> Result<(), AwsError> {
    let invalid = |why: &str| Err(AwsError::invalid_parameters(format!("Invalid principal ARN {arn}: {why}")));
    if kind == "IAM_PATTERN" {
        let named = ["role/", "user/", "group/"].iter().any(|it| arn.starts_with(&format!("arn:aws:iam:::{it}")));
        return if named { Ok(()) } else { invalid("a pattern is arn:aws:iam:::role/, user/ or group/ with a name") };
    }
    let own = format!("arn:aws:iam::{}:", ctx.account());
    match arn.strip_prefix(&own) {
        None => invalid("it is of another account"),
        Some("root") => Ok(()),
        Some(rest) => {
            let name = rest.strip_prefix("role/").map(|path| path.rsplit('/').next().unwrap_or(path));
            let known =
                name.is_some_and(|name| world.account(ctx.account()).is_ok_and(|it| it.roles.contains_key(name)));
            if known { Ok(()) } else { invalid("there is no such principal") }
        }
    }
}

pub(super) fn disassociate(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (id, arn) = (required(body, "PortfolioId")?, required(body, "PrincipalARN")?);
    let kind = one_of(body, "PrincipalType", &KINDS)?.unwrap_or("IAM");
    allow(world, ctx, "DisassociatePrincipalFromPortfolio", &portfolio_arn(world, ctx, id))?;
    portfolio(world, ctx, id)?;
    let found = world.service_catalog.portfolios.get_mut(id).and_then(|it| it.principals.get_mut(ctx.account()));
    let Some(own) = found else { return Err(not_associated(id, arn)) };
    let before = own.len();
    own.retain(|it| !(it.arn == arn && it.kind == kind));
    if own.len() == before { Err(not_associated(id, arn)) } else { Ok(json!({})) }
}

fn not_associated(id: &str, arn: &str) -> AwsError {
    AwsError::resource_not_found(format!("Principal {arn} is not associated with portfolio {id}."))
}
