//! How long products usually take to come up.

use std::collections::BTreeMap;

use domain::id::ProductId;
use domain::view::TypicalTime;

use crate::{ControlPlane, Result};

/// How many of the newest environments of a product count.
const NEWEST: u32 = 50;
/// With fewer, nothing is usual yet.
const FEWEST: usize = 3;

impl ControlPlane {
    /// The time from approval to available of each product: the median, and as long as too few were made, what the platform
    /// team expects.
    pub(crate) async fn typical_times(&self, products: &[ProductId]) -> Result<BTreeMap<ProductId, TypicalTime>> {
        let mut times = self.store().provisioning_seconds_of(products, NEWEST).await?;
        let settings = self.store().product_settings_of(products).await?;
        let time = |product: &ProductId| {
            let measured = median(times.remove(product).unwrap_or_default());
            let expected = settings.get(product).and_then(|settings| settings.typical_minutes);
            let time = match (measured, expected) {
                (Some(seconds), _) => TypicalTime { seconds, measured: true },
                (None, Some(minutes)) => TypicalTime { seconds: u32::from(minutes) * 60, measured: false },
                (None, None) => return None,
            };
            Some((product.clone(), time))
        };
        Ok(products.iter().filter_map(time).collect())
    }

    pub(crate) async fn typical_time(&self, product: &ProductId) -> Result<Option<TypicalTime>> {
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
