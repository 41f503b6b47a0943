//! Finds the provisioned products of an account that no environment stands for.

use std::collections::BTreeMap;

use aws::service_catalog::{ProvisionedProduct, ProvisionedProductStatus};
use chrono::{DateTime, Utc};
use domain::id::{AccountId, ProvisionedProductId, Region};
use domain::observed::ProductStatus;
use domain::unmanaged::UnmanagedProduct;

use crate::trail::{By, Event};
use crate::{ControlPlane, Result};

impl ControlPlane {
    /// Keeps those of `products`, all that the account has, that are unmanaged.
    pub(super) async fn keep_unmanaged(
        &self,
        account: &AccountId,
        region: &Region,
        products: &BTreeMap<ProvisionedProductId, ProvisionedProduct>,
        read_at: DateTime<Utc>,
    ) -> Result<()> {
        let ids: Vec<ProvisionedProductId> = products.keys().cloned().collect();
        // After the list was read: what was begun before it has its row by now.
        let known = self.store().known_products(&ids).await?;
        let coming_up = self.store().names_coming_up(account, region).await?;
        let unmanaged = products.values().filter(|it| !known.contains(&it.id) && !coming_up.contains(&it.name));
        let found: Vec<UnmanagedProduct> = unmanaged
            .map(|it| UnmanagedProduct {
                id: it.id.clone(),
                account: account.clone(),
                region: region.clone(),
                name: it.name.clone(),
                product: it.product.clone(),
                artifact: it.artifact.clone(),
                record: it.last_provisioning_record.clone().or_else(|| it.last_record.clone()),
                status: status_of(it.status),
                said: it.status_message.clone(),
                made_by: it.made_by.clone().unwrap_or_default(),
                made_at: it.created_at,
                found_at: read_at,
                seen_at: read_at,
            })
            .collect();
        let mut tx = self.store().begin().await?;
        for new in tx.put_unmanaged_products(account, region, &found).await? {
            let mut event = Event::done("find_unmanaged", "provisioned_product", new.id.as_str())
                .with("name", &new.name)
                .with("account", account.as_str())
                .with("made_by", &new.made_by);
            if let Some(product) = &new.product {
                event = event.with("product", product.as_str());
            }
            self.record(&mut tx, By::System { correlation: account.as_str() }, event).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

pub(super) fn status_of(status: ProvisionedProductStatus) -> ProductStatus {
    match status {
        ProvisionedProductStatus::Available => ProductStatus::Available,
        ProvisionedProductStatus::UnderChange | ProvisionedProductStatus::PlanInProgress => ProductStatus::UnderChange,
        ProvisionedProductStatus::Tainted => ProductStatus::Tainted,
        ProvisionedProductStatus::Error => ProductStatus::Error,
    }
}
