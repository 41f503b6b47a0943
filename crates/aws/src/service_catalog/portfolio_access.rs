//! Who gets a portfolio: principals and shares, read and changed.

use aws_sdk_servicecatalog::types::{
    DescribePortfolioShareType, OrganizationNode, OrganizationNodeType, PortfolioShareDetail, PortfolioShareType,
    PrincipalType, ShareStatus,
};
use domain::id::{AccountId, PortfolioId};
use domain::share::{PortfolioShare, PrincipalAssociation, ShareOptions, ShareTarget};

use super::portfolio_changes::gone;
use super::{LONG_PAGE, PAGE, ServiceCatalog};
use crate::answer::{id, required, text};
use crate::call::{call, collect};
use crate::{Error, Result};

/// How far a share to a part of the organization is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sharing {
    Running,
    Done,
    /// It did not reach all accounts, or none; each with those that it did not reach, in AWS's words.
    Failed(Vec<NotShared>),
}

/// Why accounts did not get a portfolio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotShared {
    pub accounts: Vec<String>,
    pub why: String,
}

impl ServiceCatalog {
    /// Who may launch from a portfolio in this account.
    pub async fn list_principals_for_portfolio(&self, portfolio: &PortfolioId) -> Result<Vec<PrincipalAssociation>> {
        const OPERATION: &str = "servicecatalog:ListPrincipalsForPortfolio";
        let request = self.client.list_principals_for_portfolio().portfolio_id(portfolio.as_str());
        let stream = request.into_paginator().page_size(PAGE).send();
        collect(
            OPERATION,
            stream,
            |page| page.principals,
            |principal| {
                Ok(PrincipalAssociation {
                    arn: required(OPERATION, "PrincipalARN", principal.principal_arn)?,
                    pattern: principal.principal_type == Some(PrincipalType::IamPattern),
                })
            },
        )
        .await
    }

    /// Lets a principal launch; one that may stays so.
    pub async fn associate_principal(&self, portfolio: &PortfolioId, it: &PrincipalAssociation) -> Result<()> {
        let request = self
            .client
            .associate_principal_with_portfolio()
            .portfolio_id(portfolio.as_str())
            .principal_arn(&it.arn)
            .principal_type(kind_of(it));
        call("servicecatalog:AssociatePrincipalWithPortfolio", request.send()).await.map(drop)
    }

    /// One that may not launch stays so.
    pub async fn disassociate_principal(&self, portfolio: &PortfolioId, it: &PrincipalAssociation) -> Result<()> {
        let request = self
            .client
            .disassociate_principal_from_portfolio()
            .portfolio_id(portfolio.as_str())
            .principal_arn(&it.arn)
            .principal_type(kind_of(it));
        gone(call("servicecatalog:DisassociatePrincipalFromPortfolio", request.send()).await.map(drop))
    }

    /// Whom a portfolio of this account is shared to, of every kind.
    pub async fn portfolio_shares(&self, portfolio: &PortfolioId) -> Result<Vec<PortfolioShare>> {
        const OPERATION: &str = "servicecatalog:DescribePortfolioShares";
        let mut all = Vec::new();
        for kind in [
            DescribePortfolioShareType::Account,
            DescribePortfolioShareType::Organization,
            DescribePortfolioShareType::OrganizationalUnit,
            DescribePortfolioShareType::OrganizationMemberAccount,
        ] {
            let request = self.client.describe_portfolio_shares().portfolio_id(portfolio.as_str()).r#type(kind.clone());
            let stream = request.into_paginator().page_size(LONG_PAGE).send();
            match collect(OPERATION, stream, |page| page.portfolio_share_details, |it| share(&kind, it)).await {
                Ok(found) => all.extend(found),
                // An account outside of an organization, or without the right to share within it, shares nothing there.
                Err(error) if kind != DescribePortfolioShareType::Account && is_unsupported(&error) => {}
                Err(error) => return Err(error),
            }
        }
        all.sort_by(|a, b| a.with.cmp(&b.with));
        Ok(all)
    }

    /// Shares it; where it is shared nothing changes. Gives the token by which a share to a part of the organization is
    /// followed.
    pub async fn create_portfolio_share(
        &self,
        portfolio: &PortfolioId,
        with: &ShareTarget,
        options: ShareOptions,
    ) -> Result<Option<String>> {
        let (account, node) = target(with);
        let request = self
            .client
            .create_portfolio_share()
            .portfolio_id(portfolio.as_str())
            .set_account_id(account)
            .set_organization_node(node)
            .share_tag_options(options.tag_options)
            // Of others AWS refuses even to be told no.
            .set_share_principals(with.takes_principals().then_some(options.principals));
        Ok(call("servicecatalog:CreatePortfolioShare", request.send()).await?.portfolio_share_token)
    }

    /// Says what goes along with it.
    pub async fn update_portfolio_share(
        &self,
        portfolio: &PortfolioId,
        with: &ShareTarget,
        options: ShareOptions,
    ) -> Result<Option<String>> {
        let (account, node) = target(with);
        let request = self
            .client
            .update_portfolio_share()
            .portfolio_id(portfolio.as_str())
            .set_account_id(account)
            .set_organization_node(node)
            .share_tag_options(options.tag_options)
            .set_share_principals(with.takes_principals().then_some(options.principals));
        Ok(call("servicecatalog:UpdatePortfolioShare", request.send()).await?.portfolio_share_token)
    }

    /// Takes a portfolio that another account shares to this one alone; one that was taken stays so.
    pub async fn accept_portfolio_share(&self, portfolio: &PortfolioId) -> Result<()> {
        let request = self.client.accept_portfolio_share().portfolio_id(portfolio.as_str());
        let request = request.portfolio_share_type(PortfolioShareType::Imported);
        call("servicecatalog:AcceptPortfolioShare", request.send()).await.map(drop)
    }

    /// Ends it; one that is not there is ended.
    pub async fn delete_portfolio_share(&self, portfolio: &PortfolioId, with: &ShareTarget) -> Result<Option<String>> {
        let (account, node) = target(with);
        let request = self
            .client
            .delete_portfolio_share()
            .portfolio_id(portfolio.as_str())
            .set_account_id(account)
            .set_organization_node(node);
        match call("servicecatalog:DeletePortfolioShare", request.send()).await {
            Err(Error::NotFound(_)) => Ok(None),
            deleted => Ok(deleted?.portfolio_share_token),
        }
    }

    /// How far a share to a part of the organization is.
    pub async fn sharing(&self, token: &str) -> Result<Sharing> {
        const OPERATION: &str = "servicecatalog:DescribePortfolioShareStatus";
        let request = self.client.describe_portfolio_share_status().portfolio_share_token(token);
        let answer = call(OPERATION, request.send()).await?;
        match answer.status {
            Some(ShareStatus::NotStarted | ShareStatus::InProgress) => Ok(Sharing::Running),
            Some(ShareStatus::Completed) => Ok(Sharing::Done),
            Some(ShareStatus::CompletedWithErrors | ShareStatus::Error) => {
                let errors = answer.share_details.and_then(|details| details.share_errors).unwrap_or_default();
                let not_shared = |it: aws_sdk_servicecatalog::types::ShareError| NotShared {
                    accounts: it.accounts.unwrap_or_default(),
                    why: text(it.message.or(it.error)),
                };
                Ok(Sharing::Failed(errors.into_iter().map(not_shared).collect()))
            }
            _ => Err(Error::incomplete(OPERATION, "Status")),
        }
    }
}

fn is_unsupported(error: &Error) -> bool {
    error.failure().code == "OperationNotSupportedException"
}

fn kind_of(it: &PrincipalAssociation) -> PrincipalType {
    if it.pattern { PrincipalType::IamPattern } else { PrincipalType::Iam }
}

fn share(kind: &DescribePortfolioShareType, it: PortfolioShareDetail) -> Result<PortfolioShare> {
    const OPERATION: &str = "servicecatalog:DescribePortfolioShares";
    let with = match kind {
        DescribePortfolioShareType::Account => ShareTarget::Account(account(it.principal_id)?),
        DescribePortfolioShareType::OrganizationMemberAccount => ShareTarget::MemberAccount(account(it.principal_id)?),
        DescribePortfolioShareType::Organization => {
            ShareTarget::Organization(required(OPERATION, "PrincipalId", it.principal_id)?)
        }
        _ => ShareTarget::OrganizationalUnit(required(OPERATION, "PrincipalId", it.principal_id)?),
    };
    Ok(PortfolioShare {
        with,
        accepted: it.accepted,
        options: ShareOptions { tag_options: it.share_tag_options, principals: it.share_principals },
    })
}

fn account(principal: Option<String>) -> Result<AccountId> {
    id("servicecatalog:DescribePortfolioShares", "PrincipalId", principal)
}

/// `AccountId`, or else `OrganizationNode`.
fn target(with: &ShareTarget) -> (Option<String>, Option<OrganizationNode>) {
    let kind = match with {
        ShareTarget::Account(account) => return (Some(account.to_string()), None),
        ShareTarget::Organization(_) => OrganizationNodeType::Organization,
        ShareTarget::OrganizationalUnit(_) => OrganizationNodeType::OrganizationalUnit,
        ShareTarget::MemberAccount(_) => OrganizationNodeType::Account,
    };
    (None, Some(OrganizationNode::builder().r#type(kind).value(with.id()).build()))
}
