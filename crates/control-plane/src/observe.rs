//! What AWS says of an environment, as its page shows it, and asking for a fresh look.

use domain::action::Action;
use domain::environment::Environment;
use domain::id::EnvironmentId;
use domain::observed::Drift;
use domain::view::{DriftView, ObservedView};

use crate::{Caller, ControlPlane, Result};

impl ControlPlane {
    /// Has AWS asked how the environment is; the page shows it within seconds. A second click waits for the same look.
    pub async fn observe_environment(&self, caller: &Caller, id: &EnvironmentId) -> Result<()> {
        self.authorize::<Environment>(caller, Action::ObserveEnvironment, id).await?;
        let mut tx = self.store().begin().await?;
        tx.ask_observation(id, self.now()).await?;
        tx.commit().await?;
        self.wake_observations();
        Ok(())
    }

    /// What the last look found.
    pub(crate) async fn observed_view(&self, it: &Environment) -> Result<ObservedView> {
        let known = self.store().observation(&it.id).await?;
        let product = self.store().product(&it.product).await?;
        let drift = known.observed.iter().flat_map(|observed| &observed.drift);
        let drift = drift.map(|drift| DriftView {
            version: match drift {
                Drift::Version { artifact } => {
                    let named = product.as_ref().and_then(|product| product.artifact(artifact));
                    Some(named.map_or_else(|| artifact.to_string(), |named| named.name.clone()))
                }
                _ => None,
            },
            drift: drift.clone(),
        });
        Ok(ObservedView {
            drift: drift.collect(),
            waiting: known.asked_at.is_some(),
            read_at: known.observed.as_ref().map(|observed| observed.read_at),
            problem: known.observed.as_ref().and_then(|observed| observed.problem.clone()),
            running: known.observed.as_ref().map(|observed| observed.running.clone()).unwrap_or_default(),
            spaces: known.observed.map(|observed| observed.spaces).unwrap_or_default(),
        })
    }
}
