//! What the administrator of portfolios changes: portfolios, what is in them, and what holds there.

use aws_sdk_servicecatalog::types::Tag;
use domain::catalog::{ConstraintRule, Portfolio};
use domain::curation::{NewConstraint, PortfolioText, constraint_kind};
use domain::id::{PortfolioId, ProductId};
use serde_json::json;

use super::ServiceCatalog;
use super::product_changes::{changed, given, new_tags, removed_tags};
use crate::answer::{id, required};
use crate::call::call;
use crate::{Error, Result};

impl ServiceCatalog {
    /// `CreatePortfolio`; the same token again gives the same portfolio.
    pub async fn create_portfolio(&self, text: &PortfolioText, token: &str) -> Result<PortfolioId> {
        const OPERATION: &str = "servicecatalog:CreatePortfolio";
        let tags: Vec<Tag> = new_tags(&PortfolioText::default().tags, &text.tags);
        let create = self
            .client
            .create_portfolio()
            .display_name(&text.name)
            .provider_name(&text.provider)
            .set_description(given(&text.description))
            .set_tags((!tags.is_empty()).then_some(tags))
            .idempotency_token(token);
        let answer = call(OPERATION, create.send()).await?;
        id(OPERATION, "Id", answer.portfolio_detail.and_then(|detail| detail.id))
    }

    /// A portfolio with its tags and who gets it.
    pub async fn describe_portfolio(&self, portfolio: &PortfolioId) -> Result<Portfolio> {
        const OPERATION: &str = "servicecatalog:DescribePortfolio";
        let answer = call(OPERATION, self.client.describe_portfolio().id(portfolio.as_str()).send()).await?;
        let detail = required(OPERATION, "PortfolioDetail", answer.portfolio_detail)?;
        let tags = answer.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
        let principals = self.list_principals_for_portfolio(portfolio).await?;
        let shares = self.portfolio_shares(portfolio).await?;
        Ok(Portfolio { tags, principals, shares, ..self.portfolio(OPERATION, detail)? })
    }

    /// Sends what is to be other than it is.
    pub async fn update_portfolio(
        &self,
        portfolio: &PortfolioId,
        before: &PortfolioText,
        text: &PortfolioText,
    ) -> Result<()> {
        let (added, removed) = (new_tags(&before.tags, &text.tags), removed_tags(&before.tags, &text.tags));
        let request = self
            .client
            .update_portfolio()
            .id(portfolio.as_str())
            .set_display_name(changed(&before.name, &text.name))
            .set_provider_name(changed(&before.provider, &text.provider))
            .set_description(changed(&before.description, &text.description))
            .set_add_tags((!added.is_empty()).then_some(added))
            .set_remove_tags((!removed.is_empty()).then_some(removed));
        call("servicecatalog:UpdatePortfolio", request.send()).await.map(drop)
    }

    /// One that is gone is deleted.
    pub async fn delete_portfolio(&self, portfolio: &PortfolioId) -> Result<()> {
        let request = self.client.delete_portfolio().id(portfolio.as_str());
        gone(call("servicecatalog:DeletePortfolio", request.send()).await.map(drop))
    }

    /// Puts a product into a portfolio; one that is there stays there.
    pub async fn associate_product(&self, product: &ProductId, portfolio: &PortfolioId) -> Result<()> {
        let request = self
            .client
            .associate_product_with_portfolio()
            .product_id(product.as_str())
            .portfolio_id(portfolio.as_str());
        call("servicecatalog:AssociateProductWithPortfolio", request.send()).await.map(drop)
    }

    /// Takes a product that has no constraint there out of a portfolio; one that is not there is out of it.
    pub async fn disassociate_product(&self, product: &ProductId, portfolio: &PortfolioId) -> Result<()> {
        let request = self
            .client
            .disassociate_product_from_portfolio()
            .product_id(product.as_str())
            .portfolio_id(portfolio.as_str());
        gone(call("servicecatalog:DisassociateProductFromPortfolio", request.send()).await.map(drop))
    }

    /// `CreateConstraint`; the same token again gives the same constraint. Whoever makes a launch constraint passes its role on.
    pub async fn create_constraint(
        &self,
        product: &ProductId,
        portfolio: &PortfolioId,
        it: &NewConstraint,
        token: &str,
    ) -> Result<String> {
        const OPERATION: &str = "servicecatalog:CreateConstraint";
        let request = self
            .client
            .create_constraint()
            .product_id(product.as_str())
            .portfolio_id(portfolio.as_str())
            .r#type(constraint_kind(&it.rule))
            .parameters(parameters(&it.rule))
            .set_description(given(&it.description))
            .idempotency_token(token);
        let answer = call(OPERATION, request.send()).await?;
        required(OPERATION, "ConstraintId", answer.constraint_detail.and_then(|detail| detail.constraint_id))
    }

    /// Puts another rule of the same kind in its place.
    pub async fn update_constraint(&self, constraint: &str, it: &NewConstraint) -> Result<()> {
        let request = self
            .client
            .update_constraint()
            .id(constraint)
            .parameters(parameters(&it.rule))
            .description(&it.description);
        call("servicecatalog:UpdateConstraint", request.send()).await.map(drop)
    }

    /// One that is gone is deleted.
    pub async fn delete_constraint(&self, constraint: &str) -> Result<()> {
        let request = self.client.delete_constraint().id(constraint);
        gone(call("servicecatalog:DeleteConstraint", request.send()).await.map(drop))
    }
}

/// What is not there any more needs no deleting.
pub(super) fn gone(deleted: Result<()>) -> Result<()> {
    match deleted {
        Err(Error::NotFound(_)) => Ok(()),
        deleted => deleted,
    }
}

/// `Parameters` of a constraint, as `CreateConstraint` takes them.
fn parameters(rule: &ConstraintRule) -> String {
    let value = match rule {
        ConstraintRule::Template { rules: written } | ConstraintRule::StackSet { parameters: written } => {
            return written.clone();
        }
        ConstraintRule::Launch { role } if role.starts_with("arn:") => json!({ "RoleArn": role }),
        ConstraintRule::Launch { role } => json!({ "LocalRoleName": role }),
        ConstraintRule::TagUpdate { allowed } => {
            let allowed = if *allowed { "ALLOWED" } else { "NOT_ALLOWED" };
            json!({ "Version": "2.0", "Properties": { "TagUpdateOnProvisionedProduct": allowed } })
        }
        ConstraintRule::Notification { topics } => json!({ "NotificationArns": topics }),
    };
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service_catalog::curation::constraint_rule;

    #[test]
    fn each_kind_of_constraint_is_read_as_it_is_written() {
        for rule in [
            ConstraintRule::Launch { role: "StudiogateLaunchRole".into() },
            ConstraintRule::Launch { role: "arn:aws:iam::222222222222:role/launch".into() },
            ConstraintRule::Template { rules: r#"{"Rules":{}}"#.into() },
            ConstraintRule::TagUpdate { allowed: true },
            ConstraintRule::TagUpdate { allowed: false },
            ConstraintRule::Notification { topics: vec!["arn:aws:sns:eu-west-1:222222222222:a".into()] },
            ConstraintRule::StackSet { parameters: r#"{"Version":"String"}"#.into() },
        ] {
            assert_eq!(constraint_rule(constraint_kind(&rule), parameters(&rule)), Some(rule));
        }
    }
}
