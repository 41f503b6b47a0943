//! Taking over the version that somebody provisioned past the portal.

use std::collections::BTreeMap;

use domain::action::Action;
use domain::environment::Environment;
use domain::id::{EnvironmentId, ProvisioningArtifactId};
use domain::observed::Drift;

use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// Writes down that the environment is in the version that the last look at AWS found; `artifact` is what the caller saw.
    pub async fn adopt_version(&self, caller: &Caller, id: &EnvironmentId, artifact: &str) -> Result<()> {
        let seen: Environment = self.authorize(caller, Action::UpdateEnvironment, id).await?.into_thing();
        if seen.artifact.as_str() == artifact {
            return Ok(());
        }
        let observed = self.store().observation(id).await?.observed;
        let found = observed.iter().flat_map(|observed| &observed.drift).find_map(|drift| match drift {
            Drift::Version { artifact: found } if found.as_str() == artifact => Some(found.clone()),
            _ => None,
        });
        let found: ProvisioningArtifactId = found.ok_or_else(|| Error::stale("environment"))?;
        let mut tx = self.store().begin().await?;
        let mut it = tx.environment(id).await?.ok_or_else(|| Error::not_found("environment"))?;
        if it.version != seen.version || !it.is_at_rest() {
            return Err(Error::stale("environment"));
        }
        let event = Event::done("adopt_version", "environment", it.id.as_str())
            .project(&it.project)
            .version(it.version + 1)
            .with("name", &it.name)
            .with("from", it.artifact.as_str())
            .with("to", found.as_str());
        it.artifact = found;
        // Those that somebody else gave it are not known here.
        it.parameters = BTreeMap::new();
        it.updated_at = self.now();
        it.version += 1;
        tx.update_environment(&it).await?;
        tx.ask_observation(id, self.now()).await?;
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.wake_observations();
        self.changed(id);
        Ok(())
    }
}
