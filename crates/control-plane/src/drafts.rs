//! Drafts: what was typed into a form that was not accepted.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::draft::{Draft, MAX_BYTES};
use domain::id::DraftId;
use domain::person::PersonKey;
use domain::problem::{FieldError, Problem};
use domain::view::FormState;

use crate::{Caller, ControlPlane, Error, Result};

/// Drafts that one person can make within [`RATE_WINDOW`].
const RATE: i64 = 60;
const RATE_WINDOW: TimeDelta = TimeDelta::minutes(10);

impl ControlPlane {
    /// Keeps what `owner` typed into the form at the path `form`. The caller leaves `NoEcho` values out. After a sign-out,
    /// `owner` is the person of the session that ended.
    pub async fn save_draft(
        &self,
        owner: &PersonKey,
        form: &str,
        fields: BTreeMap<String, String>,
        errors: Vec<FieldError>,
    ) -> Result<DraftId> {
        self.save_draft_within(MAX_BYTES, owner, form, fields, errors).await
    }

    /// The same of a form that takes more, from somebody who may send it.
    pub(crate) async fn save_draft_within(
        &self,
        most: usize,
        owner: &PersonKey,
        form: &str,
        fields: BTreeMap<String, String>,
        errors: Vec<FieldError>,
    ) -> Result<DraftId> {
        let now = self.now();
        let draft = Draft {
            id: self.ids().next()?,
            owner: owner.clone(),
            form: form.to_owned(),
            fields,
            errors,
            created_at: now,
        };
        let size = serde_json::to_vec(&draft).map_err(|e| Error::internal("The draft could not be kept", &e))?.len();
        if size > most {
            return Err(Error::Conflict(Problem::new(
                "The form is too large to be kept.",
                format!("It has {size} bytes, and of a form that comes back {most} are kept."),
                "It is all here: put right what is wrong, and send it from here.",
            )));
        }
        if self.store().count_drafts(owner, now - RATE_WINDOW).await? >= RATE {
            return Err(Error::TooMany(Problem::new(
                "Too many unfinished forms were sent.",
                "The portal keeps at most 60 in ten minutes for one person.",
                "Wait a few minutes and send it again.",
            )));
        }
        self.store().insert_draft(&draft).await?;
        Ok(draft.id)
    }

    /// The caller's own draft; anybody else's does not exist for them.
    pub async fn draft(&self, caller: &Caller, id: &str) -> Result<Option<Draft>> {
        let Ok(id) = id.parse::<DraftId>() else { return Ok(None) };
        Ok(self.store().draft(&id, &caller.actor.person, self.now()).await?)
    }

    /// What a form shows for a draft id of its URL; empty for none, or one that is gone.
    pub(crate) async fn form_state(&self, caller: &Caller, draft: Option<&str>) -> Result<FormState> {
        let Some(id) = draft.filter(|d| !d.is_empty()) else { return Ok(FormState::default()) };
        Ok(self.draft(caller, id).await?.map(|d| FormState { values: d.fields, errors: d.errors }).unwrap_or_default())
    }
}
