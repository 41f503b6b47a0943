//! TagOptions, and what the administrator of portfolios changes of them.

use domain::catalog::CatalogTagOption;
use domain::id::TagOptionId;

use super::ServiceCatalog;
use super::portfolio_changes::gone;
use crate::answer::id;
use crate::call::call;
use crate::{Error, Result};

impl ServiceCatalog {
    /// All TagOptions of this account and region, with what they are on.
    pub async fn tag_options(&self) -> Result<Vec<CatalogTagOption>> {
        let mut all = Vec::new();
        for entry in self.list_tag_options().await? {
            let resources = match self.list_resources_for_tag_option(&entry.id).await {
                Ok(resources) => resources.into_iter().map(|it| it.id).collect(),
                // Deleted meanwhile.
                Err(Error::NotFound(_)) => continue,
                Err(error) => return Err(error),
            };
            all.push(CatalogTagOption {
                id: id("servicecatalog:ListTagOptions", "Id", Some(entry.id))?,
                region: self.region.clone(),
                key: entry.option.key,
                value: entry.option.value,
                active: entry.option.active,
                resources,
            });
        }
        Ok(all)
    }

    /// `CreateTagOption`, which knows no token: one of this key and value that is there is the one.
    pub async fn create_tag_option(&self, key: &str, value: &str) -> Result<TagOptionId> {
        const OPERATION: &str = "servicecatalog:CreateTagOption";
        let created = call(OPERATION, self.client.create_tag_option().key(key).value(value).send()).await;
        match created {
            Err(error) if is_duplicate(&error) => {
                let there = self.list_tag_options().await?.into_iter();
                let mut there = there.filter(|it| it.option.key == key && it.option.value == value);
                id(OPERATION, "Id", there.next().map(|it| it.id))
            }
            created => id(OPERATION, "Id", created?.tag_option_detail.and_then(|detail| detail.id)),
        }
    }

    /// Whether it can be chosen.
    pub async fn update_tag_option(&self, option: &TagOptionId, active: bool) -> Result<()> {
        let request = self.client.update_tag_option().id(option.as_str()).active(active);
        call("servicecatalog:UpdateTagOption", request.send()).await.map(drop)
    }

    /// One that is gone is deleted.
    pub async fn delete_tag_option(&self, option: &TagOptionId) -> Result<()> {
        let request = self.client.delete_tag_option().id(option.as_str());
        gone(call("servicecatalog:DeleteTagOption", request.send()).await.map(drop))
    }

    /// Puts it on a portfolio or product; one that is there stays there.
    pub async fn associate_tag_option(&self, option: &TagOptionId, on: &str) -> Result<()> {
        let request = self.client.associate_tag_option_with_resource().tag_option_id(option.as_str()).resource_id(on);
        match call("servicecatalog:AssociateTagOptionWithResource", request.send()).await {
            Err(error) if is_duplicate(&error) => Ok(()),
            done => done.map(drop),
        }
    }

    /// Takes it off; one that is not there is off.
    pub async fn disassociate_tag_option(&self, option: &TagOptionId, on: &str) -> Result<()> {
        let request =
            self.client.disassociate_tag_option_from_resource().tag_option_id(option.as_str()).resource_id(on);
        gone(call("servicecatalog:DisassociateTagOptionFromResource", request.send()).await.map(drop))
    }
}

fn is_duplicate(error: &Error) -> bool {
    error.failure().code == "DuplicateResourceException"
}
