//! What is done past the portal.

use super::TestState;

impl TestState {
    /// Whoever may do everything in an account, in its console.
    pub fn administrator(&self, account: &domain::id::AccountId) -> sim::Ctx {
        sim::Ctx {
            caller: sim::Caller::Administrator(account.clone()),
            region: sim::seed::REGION.into(),
            now: self.plane.now(),
            request_id: "console".into(),
            origin: sim::Origin { user_agent: None, via: None },
        }
    }

    /// A call to Service Catalog past the portal, by whoever may do everything in the shared services account.
    pub fn in_the_catalogs_console(
        &self,
        call: &str,
        body: &serde_json::Value,
    ) -> Result<serde_json::Value, sim::AwsError> {
        let ctx = self.administrator(&sim::seed::SHARED_SERVICES.parse().unwrap());
        self.running.aws.with_world(|world| sim::servicecatalog::handle(world, &ctx, call, body)).unwrap()
    }
}
