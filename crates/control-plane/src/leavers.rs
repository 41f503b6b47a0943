//! Whether somebody left a project: none of their groups has a part in it any more, or they did not sign in for long.

use domain::environment::{Environment, EnvironmentState};
use domain::person::Grant;
use store::Leaver;

use crate::{ControlPlane, Result};

impl ControlPlane {
    /// Why somebody counts as having left, in a sentence; `None`: they did not. The same as `Store::unnoticed_leavers` finds.
    pub(crate) async fn why_left(&self, leaver: &Leaver) -> Result<Option<String>> {
        let Some(record) = self.store().person(&leaver.person).await? else { return Ok(None) };
        let mappings = self.store().group_mappings().await?;
        let groups = record.groups.unwrap_or_default();
        let of_project = |grant: &Grant| matches!(grant, Grant::Project { project, .. } if *project == leaver.project);
        if !mappings.iter().any(|mapping| of_project(&mapping.grant) && groups.contains(&mapping.group)) {
            return Ok(Some(format!("None of their groups has a part in {} any more.", leaver.project)));
        }
        let since = self.now() - self.settings().eligible_lead_max_age;
        let absent = record.groups_seen_at <= since;
        Ok(absent.then(|| format!("They did not sign in since {}.", record.groups_seen_at.format("%-d %B %Y"))))
    }

    /// Why the owner of a living environment counts as having left.
    pub(crate) async fn owner_left(&self, it: &Environment) -> Result<Option<String>> {
        if it.state == EnvironmentState::Terminated {
            return Ok(None);
        }
        self.why_left(&Leaver { project: it.project.clone(), person: it.owner.clone() }).await
    }
}
