//! Who gets a portfolio: principals that launch from it and whom it is shared to, and changes of both as forms ask for them.

use std::collections::BTreeMap;

use domain::action::Action;
use domain::catalog::Portfolio;
use domain::curation::{CatalogChange, seen};
use domain::id::{AccountId, CatalogChangeId, PortfolioId};
use domain::organization::NodeKind;
use domain::preflight::LaunchStanding;
use domain::session::RoleName;
use domain::share::{PrincipalAssociation, ShareOptions, ShareTarget};
use domain::view::{PortfolioAccess, PrincipalRow, RecipientRow, RecipientStanding, ShareInput, ShareRow};
use store::PageRequest;

use super::removals;
use crate::{Caller, ControlPlane, Error, Result, session};

/// Accounts that the page of a portfolio shows.
const SHOWN: usize = 50;
/// Units that a portfolio can be shared to by name; of more, one is named by its id.
const UNITS: u32 = 200;

impl ControlPlane {
    /// Lets somebody launch from a portfolio.
    pub async fn associate_principal(
        &self,
        caller: &Caller,
        portfolio: &PortfolioId,
        arn: &str,
    ) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let own = &self.aws().config().shared_services_account;
        let principal = PrincipalAssociation::read_in(arn, own).map_err(|why| Error::field("principal", &why))?;
        let change = CatalogChange::AssociatePrincipal { portfolio: portfolio.clone(), principal };
        self.begin_catalog_change(caller, &self.home_region(), change).await
    }

    /// Takes that away. `arn`: as the portfolio has it.
    pub async fn disassociate_principal(
        &self,
        caller: &Caller,
        portfolio: &PortfolioId,
        arn: &str,
    ) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let there = self.curated_portfolio(portfolio).await?.principals;
        let gone = || Error::field("principal", "It is not there any more.");
        let principal = there.into_iter().find(|it| it.arn == arn).ok_or_else(gone)?;
        let change = CatalogChange::DisassociatePrincipal { portfolio: portfolio.clone(), principal };
        self.begin_catalog_change(caller, &self.home_region(), change).await
    }

    /// Shares a portfolio to an account or a part of the organization.
    pub async fn add_share(&self, caller: &Caller, input: ShareInput) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let portfolio: PortfolioId = input.portfolio.parse().map_err(|_| Error::not_found("portfolio"))?;
        let with = target_of(&input)?;
        if with.id() == self.aws().config().shared_services_account.as_str() {
            return Err(Error::field("share_id", "It is the account that the portfolio belongs to."));
        }
        if let ShareTarget::MemberAccount(account) = &with
            && self.store().organization_state().await?.refreshed_at.is_some()
            && self.store().account_paths([account]).await?.is_empty()
        {
            let message = "The organization has no such account, as it was last read. Any other account takes a share by accepting it.";
            return Err(Error::field("share_id", message));
        }
        // The form says to whom principals go along: to any other they do not.
        let ShareOptions { tag_options, principals } = options_of(&input);
        let options = ShareOptions { tag_options, principals: principals && with.takes_principals() };
        let change = CatalogChange::AddShare { portfolio, with, options };
        self.begin_catalog_change(caller, &self.home_region(), change).await
    }

    /// Says what goes along with a shared portfolio.
    ///
    /// # Errors
    /// [`Error::Stale`] where that was changed since the page was drawn.
    pub async fn set_share(&self, caller: &Caller, input: ShareInput) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let portfolio: PortfolioId = input.portfolio.parse().map_err(|_| Error::not_found("portfolio"))?;
        let with = target_of(&input)?;
        let there = self.curated_portfolio(&portfolio).await?.shares;
        if there.iter().any(|it| it.with == with && seen(&it.options) != input.seen) {
            return Err(Error::stale("share"));
        }
        let change = CatalogChange::SetShare { portfolio, with, options: options_of(&input) };
        self.begin_catalog_change(caller, &self.home_region(), change).await
    }

    /// Ends it.
    pub async fn delete_share(&self, caller: &Caller, portfolio: &PortfolioId, with: &str) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let with = with.parse().map_err(|_| Error::field("share_with", "Choose whom it is shared to."))?;
        let change = CatalogChange::DeleteShare { portfolio: portfolio.clone(), with };
        self.begin_catalog_change(caller, &self.home_region(), change).await
    }

    /// Takes a portfolio in the account of a project that it is shared to: accepts it there, and lets the portal's role launch.
    pub async fn import_portfolio(
        &self,
        caller: &Caller,
        portfolio: &PortfolioId,
        account: &str,
    ) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let there = self.curated_portfolio(portfolio).await?;
        let choose = || Error::field("account", "Choose an account that it is shared to.");
        let account: AccountId = account.trim().parse().map_err(|_| choose())?;
        let known = self.store().all_project_accounts().await?;
        if !known.iter().any(|it| it.account == account && it.region == there.region) {
            return Err(choose());
        }
        let nodes = self.store().organization_nodes_of([account.as_str()]).await?;
        let way: Vec<String> = nodes.get(account.as_str()).map(|it| it.way().cloned().collect()).unwrap_or_default();
        if !there.shares.iter().any(|it| it.with.reaches(&account, &way)) {
            return Err(choose());
        }
        let change = CatalogChange::ImportPortfolio { portfolio: portfolio.clone(), account };
        self.begin_catalog_change(caller, &there.region, change).await
    }

    /// What people call whom a portfolio is shared to.
    pub(super) async fn name_of_share(&self, with: &ShareTarget) -> Result<String> {
        let named = self.store().organization_nodes_of([with.id()]).await?;
        Ok(share_name(with, named.get(with.id()).map(|it| it.node.name.as_str())))
    }

    /// Who gets a portfolio.
    pub(super) async fn portfolio_access(&self, portfolio: &Portfolio) -> Result<PortfolioAccess> {
        let role = RoleName::StudiogateProvisioner.as_str();
        let config = self.aws().config();
        let hub = &config.shared_services_account;
        let own = session::role_arn(self, hub, role);
        let principals = portfolio.principals.iter().map(|principal| PrincipalRow {
            own: principal.covers(&own, hub),
            removal: removals::of_principal(principal, portfolio),
            principal: principal.clone(),
        });
        let oldest = PageRequest::oldest(UNITS);
        let (nodes, units) = futures::try_join!(
            self.store().organization_nodes_of(portfolio.shares.iter().map(|it| it.with.id())),
            self.store().organization_nodes(None, Some(NodeKind::Unit), &oldest),
        )?;
        let name = |with: &ShareTarget| share_name(with, nodes.get(with.id()).map(|it| it.node.name.as_str()));
        let shares: Vec<ShareRow> = portfolio
            .shares
            .iter()
            .map(|it| ShareRow {
                with: it.with.clone(),
                name: name(&it.with),
                accepted: it.accepted,
                options: it.options,
                seen: seen(&it.options),
                removal: removals::of_share(&it.with),
            })
            .collect();
        let units = units.items.into_iter().map(|it| (ShareTarget::OrganizationalUnit(it.node.id), it.node.name));
        let mut recipients = self.accounts_by_standing(portfolio, &shares).await?;
        let more_recipients = recipients.len().saturating_sub(SHOWN) as u64;
        recipients.truncate(SHOWN);
        Ok(PortfolioAccess {
            principals: principals.collect(),
            units: units.filter(|(unit, _)| portfolio.shares.iter().all(|it| it.with != *unit)).collect(),
            own_pattern: format!("arn:{}:iam:::role/{role}", config.partition),
            shares,
            recipients,
            more_recipients,
        })
    }

    /// How the accounts of projects stand to it, those that cannot launch from it first.
    async fn accounts_by_standing(&self, portfolio: &Portfolio, shares: &[ShareRow]) -> Result<Vec<RecipientRow>> {
        let (accounts, only_here) = futures::try_join!(
            self.store().all_project_accounts(),
            self.store().product_only_in(&portfolio.region, &portfolio.id),
        )?;
        let of_region = accounts.into_iter().filter(|it| it.region == portfolio.region);
        let names: BTreeMap<AccountId, String> = of_region.map(|it| (it.account, it.name)).collect();
        let nodes = self.store().organization_nodes_of(names.keys().map(AccountId::as_str)).await?;
        // What an account says of a product tells of this portfolio where the product is in no other.
        let read = match only_here {
            Some(product) => self.store().launch_standings(names.keys(), &portfolio.region, &product).await?,
            None => BTreeMap::new(),
        };
        let mut rows: Vec<RecipientRow> = names
            .into_iter()
            .map(|(account, name)| {
                let way: Vec<String> =
                    nodes.get(account.as_str()).map(|it| it.way().cloned().collect()).unwrap_or_default();
                let reaching: Vec<&ShareRow> = shares.iter().filter(|it| it.with.reaches(&account, &way)).collect();
                RecipientRow {
                    by: reaching.iter().map(|it| it.name.clone()).collect(),
                    standing: self.standing_of(&account, portfolio, &reaching, read.get(&account)),
                    account,
                    name,
                }
            })
            .collect();
        rows.sort_by(|a, b| (a.standing, &a.name, &a.account).cmp(&(b.standing, &b.name, &b.account)));
        Ok(rows)
    }

    fn standing_of(
        &self,
        account: &AccountId,
        portfolio: &Portfolio,
        reaching: &[&ShareRow],
        read: Option<&LaunchStanding>,
    ) -> RecipientStanding {
        let hub = &self.aws().config().shared_services_account;
        if reaching.is_empty() && account != hub {
            return RecipientStanding::NotShared;
        }
        if account != hub && reaching.iter().all(|it| !it.accepted) {
            return RecipientStanding::NotAccepted;
        }
        let role = session::role_arn(self, account, RoleName::StudiogateProvisioner.as_str());
        let along = reaching.iter().any(|it| it.options.principals);
        let mut told = portfolio.principals.iter().filter(|it| account == hub || (along && it.pattern));
        if told.any(|it| it.covers(&role, account)) {
            return RecipientStanding::Launches;
        }
        match read.map(|it| (&it.paths, &it.associated)) {
            Some((Ok(paths), _)) if !paths.is_empty() => RecipientStanding::Launches,
            Some((_, Ok(false))) => RecipientStanding::NotAssociated,
            _ => RecipientStanding::NotRead,
        }
    }
}

/// The choice among kinds and units, and the id where a kind alone was chosen.
fn target_of(input: &ShareInput) -> Result<ShareTarget> {
    let with = input.share_with.trim();
    if with.contains('/') {
        return with.parse().map_err(|_| Error::field("share_with", "Choose whom it is shared to."));
    }
    let wanted = match with {
        "organization" => "Give the id of the organization, like o-a1b2c3d4e5.",
        "organizational_unit" => "Give the id of the unit, like ou-ab12-cd34ef56.",
        "account" | "member_account" => "Give the account's number: twelve digits.",
        _ => return Err(Error::field("share_with", "Choose whom it is shared to.")),
    };
    format!("{with}/{}", input.share_id.trim()).parse().map_err(|_| Error::field("share_id", wanted))
}

fn options_of(input: &ShareInput) -> ShareOptions {
    ShareOptions { tag_options: !input.share_tag_options.is_empty(), principals: !input.share_principals.is_empty() }
}

fn share_name(with: &ShareTarget, node: Option<&str>) -> String {
    match (with, node) {
        (ShareTarget::Organization(_), _) => "the organization".to_owned(),
        (_, Some(name)) => name.to_owned(),
        (ShareTarget::OrganizationalUnit(id), None) => format!("unit {id}"),
        (ShareTarget::Account(id) | ShareTarget::MemberAccount(id), None) => format!("account {id}"),
    }
}
