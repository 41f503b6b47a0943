//! Reading how an account stands to products: launch paths and TagOptions as `StudiogateProvisioner` sees them, shares,
//! principals, roles and quotas as `StudiogateObserver` does.

use std::collections::BTreeMap;

use aws::Session;
use domain::catalog::{Portfolio, Product};
use domain::id::{AccountId, PortfolioId, Region};
use domain::preflight::{
    AccountQuota, AccountQuotas, Counted, FoundRole, LaunchStanding, Read, RoleStanding, SharedPortfolio, TagChoices,
};
use domain::project::ProjectAccount;
use domain::session::RoleName;
use domain::share::PrincipalAssociation;

use crate::guardrails::launch_constraints;
use crate::workers::by_preference;
use crate::{ControlPlane, Result, session};

/// Two sessions in an account, and what was asked with them already.
pub(crate) struct AccountReader<'a> {
    plane: &'a ControlPlane,
    account: AccountId,
    region: Region,
    provisioner: Read<Session>,
    observer: Read<Session>,
    shared: Option<Read<Vec<Portfolio>>>,
    principals: BTreeMap<PortfolioId, Read<Vec<PrincipalAssociation>>>,
    roles: BTreeMap<String, Read<Option<FoundRole>>>,
}

impl ControlPlane {
    /// Asks AWS, and keeps the answers. Of the quotas those of `counted` are read; what is known of the others stays.
    pub(super) async fn read_account_now(
        &self,
        at: &ProjectAccount,
        product: &Product,
        counted: &[Counted],
    ) -> Result<(LaunchStanding, AccountQuotas)> {
        let known = self.store().account_quotas(&at.account, &at.region).await?;
        let mut reader = AccountReader::open(self, at.account.clone(), at.region.clone()).await;
        let standing = reader.read(product).await;
        let mut quotas = reader.quotas(counted).await;
        for (counted, quota) in known.into_iter().flat_map(|known| known.quotas) {
            quotas.quotas.entry(counted).or_insert(quota);
        }
        let mut tx = self.store().begin().await?;
        tx.put_launch_standing(&standing).await?;
        tx.put_account_quotas(&quotas).await?;
        tx.commit().await?;
        Ok((standing, quotas))
    }
}

impl<'a> AccountReader<'a> {
    pub(crate) async fn open(plane: &'a ControlPlane, account: AccountId, region: Region) -> Self {
        let provisioner = session::catalog_reader(plane, &account, &region).await.map_err(why);
        let observer = session::observer(plane, &account, &region).await.map_err(why);
        let (principals, roles) = (BTreeMap::new(), BTreeMap::new());
        Self { plane, account, region, provisioner, observer, shared: None, principals, roles }
    }

    /// What cannot be read says why; the rest is read all the same.
    pub(crate) async fn read(&mut self, product: &Product) -> LaunchStanding {
        let paths = self.paths(product).await;
        let shared = self.shared(product).await;
        let associated = match &shared {
            Ok(portfolios) => self.is_associated(portfolios).await,
            Err(why) => Err(why.clone()),
        };
        let tag_choices = self.tag_choices(product, paths.as_deref().unwrap_or_default()).await;
        let shared = shared
            .map(|portfolios| portfolios.into_iter().map(|it| SharedPortfolio { id: it.id, name: it.name }).collect());
        let mut standing = LaunchStanding {
            account: self.account.clone(),
            region: self.region.clone(),
            product: product.id.clone(),
            paths,
            shared,
            associated,
            role: None,
            tag_choices,
            read_at: self.plane.now(),
        };
        if let Some(role) = launch_constraints(product, Some(&standing)).first() {
            standing.role = Some(self.role(role).await);
        }
        standing
    }

    /// Quotas of the account with what is used of them.
    pub(crate) async fn quotas(&self, counted: &[Counted]) -> AccountQuotas {
        let mut quotas = BTreeMap::new();
        for kind in counted {
            quotas.insert(*kind, self.quota(*kind).await);
        }
        AccountQuotas { account: self.account.clone(), region: self.region.clone(), quotas, read_at: self.plane.now() }
    }

    async fn quota(&self, counted: Counted) -> Read<AccountQuota> {
        let session = self.observer.as_ref().map_err(Clone::clone)?;
        let most = session.service_quotas().of_sagemaker(counted.quota_code()).await.map_err(why)?;
        let sagemaker = session.sagemaker();
        let used = match counted {
            Counted::Domain => sagemaker.count_domains().await,
            Counted::UserProfile => sagemaker.count_user_profiles().await,
            Counted::Space => sagemaker.count_spaces().await,
            Counted::NotebookInstance => sagemaker.count_notebook_instances().await,
        };
        Ok(AccountQuota { most, used: used.map_err(why)? })
    }

    async fn paths(&self, product: &Product) -> Read<Vec<String>> {
        match self.provisioner.clone()?.service_catalog().list_launch_paths(&product.id).await {
            Ok(paths) => Ok(by_preference(paths).into_iter().map(|path| path.id).collect()),
            Err(aws::Error::NotFound(_)) => Ok(Vec::new()),
            Err(error) => Err(why(error)),
        }
    }

    /// The portfolios with the product that are shared to the account.
    async fn shared(&mut self, product: &Product) -> Read<Vec<Portfolio>> {
        if self.shared.is_none() {
            let shared = match &self.observer {
                Ok(session) => session.service_catalog().list_accepted_shares().await.map_err(why),
                Err(why) => Err(why.clone()),
            };
            self.shared = Some(shared);
        }
        let all = self.shared.clone().unwrap_or_else(|| Ok(Vec::new()))?;
        Ok(all.into_iter().filter(|portfolio| product.portfolios.contains(&portfolio.id)).collect())
    }

    async fn is_associated(&mut self, portfolios: &[Portfolio]) -> Read<bool> {
        for portfolio in portfolios {
            if !self.principals.contains_key(&portfolio.id) {
                let read = match &self.observer {
                    Ok(session) => {
                        session.service_catalog().list_principals_for_portfolio(&portfolio.id).await.map_err(why)
                    }
                    Err(why) => Err(why.clone()),
                };
                self.principals.insert(portfolio.id.clone(), read);
            }
            let principals = self.principals.get(&portfolio.id).cloned().unwrap_or_else(|| Ok(Vec::new()))?;
            if principals.iter().any(|principal| self.is_provisioner(principal)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_provisioner(&self, principal: &PrincipalAssociation) -> bool {
        let role = RoleName::StudiogateProvisioner.as_str();
        principal.covers(&session::role_arn(self.plane, &self.account, role), &self.account)
    }

    async fn role(&mut self, named: &str) -> RoleStanding {
        let name = named.rsplit('/').next().unwrap_or(named).to_owned();
        if !self.roles.contains_key(&name) {
            let found = match &self.observer {
                Ok(session) => session.iam().role(&name).await.map_err(why),
                Err(why) => Err(why.clone()),
            };
            let found = found.map(|role| role.map(|role| FoundRole { arn: role.arn, trust: role.trust }));
            self.roles.insert(name.clone(), found);
        }
        let found = self.roles.get(&name).cloned().unwrap_or(Ok(None));
        RoleStanding { name, found }
    }

    async fn tag_choices(&self, product: &Product, paths: &[String]) -> Read<TagChoices> {
        let (Some(path), Some(artifact)) = (paths.first(), product.preferred_artifact()) else {
            return Err("There is no launch path and version to ask by.".to_owned());
        };
        let catalog = self.provisioner.clone()?.service_catalog();
        let asked =
            catalog.describe_provisioning_parameters(&product.id, &artifact.id, Some(path)).await.map_err(why)?;
        Ok(asked.tag_options.into_iter().map(|choice| (choice.key, choice.values)).collect())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what `map_err` takes")]
fn why(error: aws::Error) -> String {
    error.problem().why
}
