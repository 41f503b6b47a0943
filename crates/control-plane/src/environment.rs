//! One environment.

use domain::action::Action;
use domain::environment::{Environment, LaunchTarget};
use domain::id::EnvironmentId;
use domain::view::EnvironmentPage;

use crate::{Caller, ControlPlane, Result};

impl ControlPlane {
    /// The page of one environment.
    pub async fn environment(
        &self,
        caller: &Caller,
        id: &EnvironmentId,
        draft: Option<&str>,
    ) -> Result<EnvironmentPage> {
        let it: Environment = self.authorize(caller, Action::ViewEnvironment, id).await?.into_thing();
        let product = self.store().product(&it.product).await?;
        let account = self.store().project_account(&it.project, &it.account, &it.region).await?;
        let names = self.names([&it.product], [&it.owner]).await?;
        let actions = [Action::LaunchEnvironment, Action::TerminateEnvironment, Action::RetryEnvironment];
        let allowed = self.allowed_actions(caller, &it, &actions).await?;
        let version = product.as_ref().and_then(|p| p.artifact(&it.artifact)).map(|a| a.name.clone());
        Ok(EnvironmentPage {
            progress: self.progress_of(&it).await?,
            product_name: names.product(&it.product),
            version_name: version.unwrap_or_else(|| it.artifact.to_string()),
            account_name: account.map_or_else(|| it.account.to_string(), |a| a.name),
            owner: names.person(&it.owner),
            is_owner: it.owner == caller.actor.person,
            provisioned_product: it.provisioned_product.as_ref().map(ToString::to_string),
            launch_note: self.launch_note(&it),
            termination_consequences: consequences(&it),
            form: self.form_state(caller, draft).await?,
            tags: it.tags.into_iter().collect(),
            launch: it.launch_target,
            id: it.id,
            name: it.name,
            request: it.request,
            product: it.product,
            project: it.project,
            stage: it.stage,
            account: it.account,
            region: it.region,
            outputs: it.outputs,
            lease_ends_at: it.lease_ends_at,
            created_at: it.created_at,
            version: it.version,
            allowed,
        })
    }

    fn launch_note(&self, environment: &Environment) -> String {
        let hours = f64::from(self.settings().studio_session.of(environment.stage).seconds()) / 3600.0;
        match environment.launch_target {
            Some(LaunchTarget::Studio { .. }) => format!(
                "The link works once, within {} seconds; the session lasts at most {hours} hours.",
                self.settings().presigned_url_ttl.seconds()
            ),
            Some(LaunchTarget::NotebookInstance { .. }) => format!(
                "AWS gives the link of a notebook instance five minutes, which cannot be set; the session lasts at most \
                 {hours} hours."
            ),
            None => String::new(),
        }
    }
}

/// What a termination deletes and what stays.
fn consequences(environment: &Environment) -> Vec<String> {
    let mut all = Vec::new();
    match environment.launch_target {
        Some(LaunchTarget::Studio { .. }) => {
            all.push("Running apps and spaces are deleted first, with what is only in their memory.".to_owned());
            all.push("The user profile and its home directory in Studio go with the stack.".to_owned());
        }
        Some(LaunchTarget::NotebookInstance { .. }) => {
            all.push("The notebook instance and its volume are deleted.".to_owned());
        }
        None => {}
    }
    all.push(
        "All resources of the stack are deleted, except those whose template says that they are retained.".to_owned(),
    );
    all.push("The request, the story of this environment and its audit events stay.".to_owned());
    all
}
