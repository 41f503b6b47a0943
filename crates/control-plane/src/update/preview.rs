//! What an update would do, from what is mirrored: parameters, resources, and what is lost with them.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalog::ProvisioningArtifact;
use domain::template::{Fate, Given, Resolver, changes};
use domain::view::{ParameterChange, UpdatePreview};

use super::Updatable;
use crate::still_valid::StillValid;
use crate::{ControlPlane, Result};

impl ControlPlane {
    /// `values`: what would be sent, without secrets; `typed`: the secrets that get another value.
    pub(crate) async fn preview_of_update(
        &self,
        it: &Updatable,
        to: &ProvisioningArtifact,
        values: &BTreeMap<String, String>,
        typed: &BTreeSet<String>,
    ) -> Result<UpdatePreview> {
        let (product, region) = (&it.product, &it.product.region);
        let now = it.environment.parameters.clone();
        let unknown = now.is_empty() && it.current().is_none_or(|current| !current.parameters.is_empty());
        let parameters = if unknown { Vec::new() } else { parameters(it, to, &now, values, typed) };
        let mut preview = UpdatePreview { parameters, ..Default::default() };
        let before = self.store().artifact_template(region, &product.id, &it.environment.artifact).await?;
        let after = self.store().artifact_template(region, &product.id, &to.id).await?;
        let (Some(before), Some(after)) = (before, after) else {
            preview.unread = Some("The portal has not read both templates yet.".to_owned());
            return Ok(preview);
        };
        if let Some(why) = before.unread.as_ref().or(after.unread.as_ref()) {
            preview.unread = Some(why.clone());
            return Ok(preview);
        }
        if unknown {
            preview.unread = Some("The portal does not know the values that it was brought up with.".to_owned());
            return Ok(preview);
        }
        let none = Vec::new();
        let partition = self.aws().config().partition.as_str();
        let given = |values, parameters| Given {
            values,
            parameters,
            account: it.environment.account.as_str(),
            region: it.environment.region.as_str(),
            partition,
        };
        let had = it.current().map_or(&none, |current| &current.parameters);
        preview.resources = changes(
            &Resolver::new(&before, given(&now, had)),
            &Resolver::new(&after, given(values, &to.parameters)),
            typed,
        );
        Ok(preview)
    }
}

impl ControlPlane {
    /// The same, of a request for an update that still holds.
    pub(crate) async fn preview_by(
        &self,
        valid: &StillValid,
        to: &ProvisioningArtifact,
    ) -> Result<Option<UpdatePreview>> {
        let Some(environment) = &valid.environment else { return Ok(None) };
        let it = self.updatable(environment.clone()).await?;
        let secrets = to.parameters.iter().filter(|p| p.no_echo && !valid.kept.contains(&p.key)).map(|p| p.key.clone());
        self.preview_of_update(&it, to, &valid.parameters, &secrets.collect()).await.map(Some)
    }
}

/// The resources that an update makes: they are what policies and quotas are asked about.
pub(crate) fn made(preview: &UpdatePreview) -> BTreeSet<String> {
    let is_made = |fate: &Fate| matches!(fate, Fate::Created | Fate::Replaced { .. } | Fate::Unclear);
    preview.resources.iter().filter(|it| is_made(&it.fate)).map(|it| it.logical_id.clone()).collect()
}

fn parameters(
    it: &Updatable,
    to: &ProvisioningArtifact,
    now: &BTreeMap<String, String>,
    values: &BTreeMap<String, String>,
    typed: &BTreeSet<String>,
) -> Vec<ParameterChange> {
    let had: BTreeSet<&str> =
        it.current().iter().flat_map(|current| &current.parameters).map(|p| p.key.as_str()).collect();
    let has: BTreeSet<&str> = to.parameters.iter().map(|p| p.key.as_str()).collect();
    let secret = |key: &str| {
        to.parameters.iter().chain(it.current().iter().flat_map(|a| &a.parameters)).any(|p| p.no_echo && p.key == key)
    };
    let told = |of: &BTreeMap<String, String>, key: &str, there: bool| match (there, of.get(key)) {
        (false, _) => None,
        (true, _) if secret(key) => Some("a secret value".to_owned()),
        (true, Some(value)) => Some(value.clone()),
        (true, None) => Some("the template's default".to_owned()),
    };
    let mut changed = Vec::new();
    for key in had.union(&has) {
        let before = told(now, key, had.contains(key));
        let after = told(values, key, has.contains(key));
        let after = if typed.contains(*key) { Some("another secret value".to_owned()) } else { after };
        if before != after {
            changed.push(ParameterChange { key: (*key).to_owned(), before, after });
        }
    }
    changed
}
