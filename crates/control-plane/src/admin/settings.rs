use domain::access::ProductSettings;
use domain::action::Action;
use domain::id::ProductId;
use domain::view::ProductSettingsInput;

use super::version::There;
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// Says what the platform team expects of a product.
    pub async fn save_product_settings(&self, caller: &Caller, input: ProductSettingsInput) -> Result<()> {
        self.authorize_portal(caller, Action::ManageProductAccess).await?;
        let product: ProductId = input.product.trim().parse().map_err(|_| Error::not_found("product"))?;
        if self.store().product(&product).await?.is_none() {
            return Err(Error::not_found("product"));
        }
        let typical_minutes = match input.typical_minutes.trim() {
            "" => None,
            text => {
                let minutes = text.parse().ok().filter(|minutes| (1..=1_440).contains(minutes));
                Some(minutes.ok_or_else(|| {
                    Error::field("typical_minutes", "A whole number of minutes from 1 to 1440, or nothing.")
                })?)
            }
        };
        let before = self.store().product_settings(&product).await?;
        // Before anything was said there is version 0, and a form that leaves the version out is about that.
        let seen = if input.version.trim().is_empty() { "0" } else { &input.version };
        let is_same = before.typical_minutes == typical_minutes;
        let there = Some(There { version: before.version, is_same });
        let stale = Error::stale("product");
        let named = ("product_settings", product.as_str());
        let Some(version) = self.next_version(caller, named, seen, there, "product", stale).await? else {
            return Ok(());
        };
        let settings = ProductSettings { product, typical_minutes, version };
        let mut tx = self.store().begin().await?;
        tx.save_product_settings(&settings).await?;
        let event = Event::done(Action::ManageProductAccess.as_str(), "product_settings", settings.product.as_str())
            .version(version)
            .with("typical_minutes", typical_minutes.map(|minutes| minutes.to_string()).unwrap_or_default());
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        Ok(())
    }
}
