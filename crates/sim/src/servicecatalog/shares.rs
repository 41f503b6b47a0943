//! Sharing portfolios: to an account, which has to accept, and to nodes of the organization, whose accounts have it without.

use serde_json::{Value, json};

use super::access::{allow, portfolio_arn, reaches};
use super::input::answer;
use super::portfolio_changes::own;
use super::state::{NodeShare, Portfolio, ShareToken};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{constraint, one_of, required, text};
use crate::world::World;
use domain::id::AccountId;

/// Quota of Service Catalog: accounts that a portfolio is shared to.
const ACCOUNTS: usize = 5000;
/// Seconds that a share to a node takes at AWS.
const SHARES_IN: u32 = 20;

/// Whom a share is for.
enum With {
    Account(AccountId),
    Node { kind: &'static str, id: String },
}

impl With {
    fn read(world: &World, ctx: &Ctx, body: &Value) -> Result<Self, AwsError> {
        let node = body.get("OrganizationNode").filter(|node| node.is_object());
        match (text(body, "AccountId"), node) {
            (Some(account), None) => {
                let parsed = account.parse().map_err(|_| {
                    constraint(account, "accountId", "Member must satisfy regular expression pattern: ^[0-9]{12}$")
                })?;
                if parsed == *ctx.account() {
                    return Err(AwsError::invalid_parameters("A portfolio cannot be shared with its own account."));
                }
                Ok(Self::Account(parsed))
            }
            (None, Some(node)) => Self::node(world, ctx, node),
            _ => Err(AwsError::invalid_parameters("Specify either AccountId or OrganizationNode, but not both.")),
        }
    }

    /// Nodes are shared to by the management account and delegated administrators alone.
    fn node(world: &World, ctx: &Ctx, node: &Value) -> Result<Self, AwsError> {
        let organization = &world.organization;
        let may = organization.management.as_ref() == Some(ctx.account())
            || organization.delegated_administrators.contains(ctx.account());
        if !may {
            let message =
                "Only the management account or a delegated administrator can share with an organization node.";
            return Err(AwsError::new("OperationNotSupportedException", message));
        }
        let value = required(node, "Value")?;
        // An ARN ends with the id.
        let id = value.rsplit('/').next().unwrap_or(value).to_owned();
        let kind = one_of(node, "Type", &["ORGANIZATION", "ORGANIZATIONAL_UNIT", "ACCOUNT"])?;
        let (kind, there) = match kind {
            Some("ORGANIZATION") => ("ORGANIZATION", organization.id == id),
            Some("ORGANIZATIONAL_UNIT") => ("ORGANIZATIONAL_UNIT", organization.units.contains_key(&id)),
            Some(_) => {
                let known = id.parse().is_ok_and(|account| organization.contains(&account));
                ("ORGANIZATION_MEMBER_ACCOUNT", known)
            }
            None => return Err(AwsError::invalid_parameters("Specify the Type of the OrganizationNode.")),
        };
        if there {
            return Ok(Self::Node { kind, id });
        }
        Err(AwsError::invalid_parameters(format!("The organization node {value} does not exist.")))
    }
}

pub(super) fn create(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "PortfolioId")?;
    allow(world, ctx, "CreatePortfolioShare", &portfolio_arn(world, ctx, id))?;
    let found = own(world, ctx, id)?;
    let with = With::read(world, ctx, body)?;
    if found.shares.len() >= ACCOUNTS {
        return Err(AwsError::limit_exceeded(format!("A portfolio is shared to at most {ACCOUNTS} accounts.")));
    }
    let flag = |key| body.get(key).and_then(Value::as_bool).unwrap_or_default();
    match with {
        With::Account(account) => {
            if flag("SharePrincipals") {
                return Err(AwsError::invalid_parameters("Principals are shared with organization nodes alone."));
            }
            let portfolio = world.service_catalog.portfolios.get_mut(id);
            if let Some(it) = portfolio
                && !it.shares.contains_key(&account)
            {
                if flag("ShareTagOptions") {
                    it.tag_option_shares.insert(account.clone());
                }
                it.shares.insert(account, false);
            }
            Ok(json!({}))
        }
        With::Node { kind, id: node } => {
            let due = world.ready_at(ctx.now, SHARES_IN);
            let share = NodeShare {
                kind: kind.to_owned(),
                tag_options: flag("ShareTagOptions"),
                principals: flag("SharePrincipals"),
                from: due,
            };
            let portfolio = world.service_catalog.portfolios.get_mut(id);
            if let Some(it) = portfolio {
                it.nodes.entry(node.clone()).or_insert(share.clone());
            }
            let token = begin(world, ctx, id, &node, kind);
            Ok(json!({ "PortfolioShareToken": token }))
        }
    }
}

pub(super) fn update(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "PortfolioId")?;
    allow(world, ctx, "UpdatePortfolioShare", &portfolio_arn(world, ctx, id))?;
    own(world, ctx, id)?;
    let flag = |key| body.get(key).and_then(Value::as_bool);
    let (tag_options, principals) = (flag("ShareTagOptions"), flag("SharePrincipals"));
    let with = With::read(world, ctx, body)?;
    let portfolio = world.service_catalog.portfolios.get_mut(id);
    match with {
        With::Account(account) => {
            if principals.is_some() {
                return Err(AwsError::invalid_parameters("Principals are shared with organization nodes alone."));
            }
            let there = portfolio.filter(|it| it.shares.contains_key(&account));
            let it = there.ok_or_else(|| not_shared(id, account.as_str()))?;
            match tag_options {
                Some(true) => it.tag_option_shares.insert(account),
                Some(false) => it.tag_option_shares.remove(&account),
                None => false,
            };
            Ok(json!({ "Status": "COMPLETED" }))
        }
        With::Node { kind, id: node } => {
            let share = portfolio.and_then(|it| it.nodes.get_mut(&node)).ok_or_else(|| not_shared(id, &node))?;
            share.tag_options = tag_options.unwrap_or(share.tag_options);
            share.principals = principals.unwrap_or(share.principals);
            let token = begin(world, ctx, id, &node, kind);
            Ok(json!({ "PortfolioShareToken": token, "Status": "IN_PROGRESS" }))
        }
    }
}

/// What was provisioned by way of the share goes on.
pub(super) fn delete(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "PortfolioId")?;
    allow(world, ctx, "DeletePortfolioShare", &portfolio_arn(world, ctx, id))?;
    own(world, ctx, id)?;
    let with = With::read(world, ctx, body)?;
    let Some(portfolio) = world.service_catalog.portfolios.get_mut(id) else { return Ok(json!({})) };
    match with {
        With::Account(account) => {
            portfolio.tag_option_shares.remove(&account);
            match portfolio.shares.remove(&account) {
                Some(_) => Ok(json!({})),
                None => Err(not_shared(id, account.as_str())),
            }
        }
        With::Node { kind, id: node } => {
            if portfolio.nodes.remove(&node).is_none() {
                return Err(not_shared(id, &node));
            }
            let token = begin(world, ctx, id, &node, kind);
            Ok(json!({ "PortfolioShareToken": token }))
        }
    }
}

fn not_shared(id: &str, with: &str) -> AwsError {
    AwsError::resource_not_found(format!("Portfolio {id} is not shared with {with}."))
}

/// A token by which the change can be followed.
fn begin(world: &mut World, ctx: &Ctx, portfolio: &str, node: &str, kind: &str) -> String {
    let token = world.fresh_id("share");
    let organization = &world.organization;
    let reached = organization.account_parents.keys().filter(|account| reaches(organization, node, account));
    let others = reached.filter(|account| *account != ctx.account()).cloned();
    let (failed, succeeded) = others.partition(|account| world.service_catalog.unreached.contains(account));
    let due = world.ready_at(ctx.now, SHARES_IN);
    let made = ShareToken {
        portfolio: portfolio.to_owned(),
        node: node.to_owned(),
        kind: kind.to_owned(),
        due,
        succeeded,
        failed,
    };
    world.service_catalog.share_tokens.insert(token.clone(), made);
    token
}

pub(super) fn status(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let token = required(body, "PortfolioShareToken")?;
    allow(world, ctx, "DescribePortfolioShareStatus", "*")?;
    let missing = || AwsError::resource_not_found(format!("Portfolio share token {token} not found."));
    let found = world.service_catalog.share_tokens.get(token).ok_or_else(missing)?;
    own(world, ctx, &found.portfolio).map_err(|_| missing())?;
    let done = found.due <= ctx.now;
    let came_to = match (found.succeeded.is_empty(), found.failed.is_empty()) {
        (_, true) => "COMPLETED",
        (true, false) => "ERROR",
        (false, false) => "COMPLETED_WITH_ERRORS",
    };
    let mut out = json!({
        "PortfolioShareToken": token,
        "PortfolioId": found.portfolio,
        "OrganizationNodeValue": found.node,
        "Status": if done { came_to } else { "IN_PROGRESS" },
    });
    if done {
        let error = json!({
            "Accounts": found.failed,
            "Message": "The account could not be reached.",
            "Error": "InternalFailure",
        });
        let errors = if found.failed.is_empty() { json!([]) } else { json!([error]) };
        out["ShareDetails"] = json!({ "SuccessfulShares": found.succeeded, "ShareErrors": errors });
    }
    Ok(out)
}

pub(super) fn describe(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "PortfolioId")?;
    required(body, "Type")?;
    let kinds = ["ACCOUNT", "ORGANIZATION", "ORGANIZATIONAL_UNIT", "ORGANIZATION_MEMBER_ACCOUNT"];
    let kind = one_of(body, "Type", &kinds)?.unwrap_or_default();
    allow(world, ctx, "DescribePortfolioShares", &portfolio_arn(world, ctx, id))?;
    let found = own(world, ctx, id)?;
    let detail = |with: &str, accepted: bool, tag_options: bool, principals: bool| {
        json!({
            "PrincipalId": with,
            "Type": kind,
            "Accepted": accepted,
            "ShareTagOptions": tag_options,
            "SharePrincipals": principals,
        })
    };
    let rows = if kind == "ACCOUNT" {
        let row = |(account, accepted): (&AccountId, &bool)| {
            detail(account.as_str(), *accepted, found.tag_option_shares.contains(account), false)
        };
        found.shares.iter().map(row).collect()
    } else {
        let nodes = found.nodes.iter().filter(|(_, share)| share.kind == kind);
        nodes.map(|(node, share)| detail(node, true, share.tag_options, share.principals)).collect()
    };
    answer("PortfolioShareDetails", rows, body, 100, "NextPageToken")
}

pub(super) fn accept(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    take_or_leave(world, ctx, body, "AcceptPortfolioShare", |portfolio, account| {
        portfolio.shares.get_mut(account).map(|accepted| *accepted = true)
    })
}

pub(super) fn reject(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    take_or_leave(world, ctx, body, "RejectPortfolioShare", |portfolio, account| {
        portfolio.shares.remove(account).map(drop)
    })
}

fn take_or_leave(
    world: &mut World,
    ctx: &Ctx,
    body: &Value,
    operation: &str,
    change: impl Fn(&mut Portfolio, &AccountId) -> Option<()>,
) -> Result<Value, AwsError> {
    let id = required(body, "PortfolioId")?;
    allow(world, ctx, operation, &portfolio_arn(world, ctx, id))?;
    let found = world.service_catalog.portfolios.get_mut(id).filter(|it| it.region == ctx.region);
    let done = found.and_then(|it| change(it, ctx.account()));
    done.map(|()| json!({})).ok_or_else(|| AwsError::resource_not_found(format!("Portfolio {id} not found.")))
}
