//! How long products usually take to come up.

use std::collections::BTreeMap;

use domain::id::ProductId;

use crate::{ControlPlane, Result};

/// How many of the newest environments of a product count.
const NEWEST: u32 = 50;
/// With fewer, nothing is usual yet.
const FEWEST: usize = 3;

impl ControlPlane {
    /// Median seconds from approval to available, for each product that has enough of them.
    pub(crate) async fn typical_times(&self, products: &[ProductId]) -> Result<BTreeMap<ProductId, u32>> {
        let times = self.store().provisioning_seconds_of(products, NEWEST).await?;
        Ok(times.into_iter().filter_map(|(product, times)| Some((product, median(times)?))).collect())
    }

    pub(crate) async fn typical_time(&self, product: &ProductId) -> Result<Option<u32>> {
        Ok(self.typical_times(std::slice::from_ref(product)).await?.remove(product))
    }
}

fn median(mut times: Vec<i64>) -> Option<u32> {
    if times.len() < FEWEST {
        return None;
    }
    times.sort_unstable();
    times.get(times.len() / 2).and_then(|seconds| u32::try_from(*seconds).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_few_is_not_known() {
        assert_eq!(median(vec![5, 1]), None);
        assert_eq!(median(vec![9, 1, 5]), Some(5));
        assert_eq!(median(vec![9, 1, 5, 7]), Some(7));
    }
}
