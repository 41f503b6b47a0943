//! What is at the local AWS.

use domain::clock::Clock;

use super::TestState;

impl TestState {
    /// Provisioned products of an account at the local AWS that are not terminated, by name.
    pub fn provisioned(&self, account: &str) -> Vec<String> {
        self.running
            .aws
            .with_world(|world| {
                world
                    .service_catalog
                    .provisioned
                    .values()
                    .filter(|p| p.account.as_str() == account && p.terminated.is_none())
                    .map(|p| p.name.clone())
                    .collect()
            })
            .unwrap()
    }

    /// How many provisioned products of this name were ever made.
    pub fn ever_provisioned(&self, name: &str) -> usize {
        self.running
            .aws
            .with_world(|world| {
                let records = world.service_catalog.records.values();
                records.filter(|r| r.kind == "PROVISION_PRODUCT" && r.provisioned_name == name).count()
            })
            .unwrap()
    }

    /// A running app of a user profile at the local AWS, as Studio starts it.
    pub fn start_app(&self, account: &str, domain: &str, profile: &str, app: &str) {
        let now = self.clock.now();
        let attributes = serde_json::json!({
            "DomainId": domain, "UserProfileName": profile, "AppType": "JupyterLab", "AppName": app,
        });
        let path = format!("{domain}/{profile}/jupyterlab/{app}").to_lowercase();
        let arn = format!("arn:aws:sagemaker:{}:{account}:app/{path}", sim::seed::REGION);
        let started = sim::sagemaker::Resource::pending(arn, attributes.as_object().unwrap().clone(), now, now);
        let account = account.parse().unwrap();
        self.running
            .aws
            .with_world(|world| world.sagemaker(&account, sim::seed::REGION).apps.insert(path, started))
            .unwrap();
    }
}
