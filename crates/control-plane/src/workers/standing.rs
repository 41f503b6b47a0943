//! The mirror of how accounts stand to the products that they may use, and of their quotas.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::catalog::Product;
use domain::id::{AccountId, ProductId, Region};
use domain::preflight::Counted;
use futures::{FutureExt, StreamExt, stream};
use tokio_util::sync::CancellationToken;

use crate::admin::accounts_of;
use crate::preflight::AccountReader;
use crate::{ControlPlane, Result};

/// Accounts that are read at once.
const AT_ONCE: usize = 4;

impl ControlPlane {
    /// Reads account by account; what cannot be read is kept as not read, with the reason.
    pub(super) async fn mirror_standings(&self, shutdown: &CancellationToken) -> Result<()> {
        self.under_lease("standings", shutdown, self.read_standings().boxed()).await.map(drop)
    }

    async fn read_standings(&self) -> Result<()> {
        let access = self.store().all_product_access().await?;
        let accounts = self.store().all_project_accounts().await?;
        let ids: BTreeSet<&ProductId> = access.iter().map(|rule| &rule.product).collect();
        let ids: Vec<ProductId> = ids.into_iter().cloned().collect();
        let products = self.store().products_of(&ids).await?;
        let products: Vec<Arc<Product>> = products.into_iter().map(Arc::new).collect();
        let mut used: BTreeMap<(AccountId, Region), Vec<Arc<Product>>> = BTreeMap::new();
        for product in &products {
            for at in accounts_of(&product.id, &product.region, &access, &accounts) {
                let here = used.entry((at.account.clone(), at.region.clone())).or_default();
                // An account can be of several projects.
                if here.last().is_none_or(|last| last.id != product.id) {
                    here.push(Arc::clone(product));
                }
            }
        }
        let mut read = stream::iter(used)
            .map(|((account, region), products)| {
                async move {
                    let mut reader = AccountReader::open(self, account, region).await;
                    let mut standings = Vec::with_capacity(products.len());
                    for product in products {
                        standings.push(reader.read(&product).await);
                    }
                    (standings, reader.quotas(&Counted::ALL).await)
                }
                .boxed()
            })
            .buffer_unordered(AT_ONCE);
        while let Some((standings, quotas)) = read.next().await {
            let mut tx = self.store().begin().await?;
            for standing in &standings {
                tx.put_launch_standing(standing).await?;
            }
            tx.put_account_quotas(&quotas).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}
