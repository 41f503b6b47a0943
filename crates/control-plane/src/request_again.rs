//! Asking again for what was asked before: a fresh form with the same values.

use std::collections::BTreeMap;

use domain::action::Action;
use domain::id::RequestId;
use domain::request::Request;

use crate::{Caller, ControlPlane, Result};

/// Where the form is, and the draft that fills it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormAgain {
    pub product: String,
    pub artifact: String,
    /// `PROJECT/ACCOUNT/REGION`.
    pub target: String,
    pub draft: String,
}

impl ControlPlane {
    /// Makes a draft of the caller's with the values of a request that they may see. Secret values are in no draft.
    pub async fn request_again(&self, caller: &Caller, id: &RequestId) -> Result<FormAgain> {
        let request: Request = self.authorize(caller, Action::ViewRequest, id).await?.into_thing();
        let target = format!("{}/{}/{}", request.project, request.account, request.region);
        let mut fields = BTreeMap::from([
            ("product".to_owned(), request.product.to_string()),
            ("artifact".to_owned(), request.artifact.to_string()),
            ("target".to_owned(), target.clone()),
            ("name".to_owned(), request.name),
            ("justification".to_owned(), request.justification),
            ("lease_days".to_owned(), request.lease_days.to_string()),
        ]);
        fields.extend(request.asked.into_iter().map(|(key, value)| (format!("param[{key}]"), value)));
        fields.extend(request.tags.into_iter().map(|(key, value)| (format!("tag[{key}]"), value)));
        let form = format!("/catalog/{}/request", request.product);
        let draft = self.save_draft(&caller.actor.person, &form, fields, Vec::new()).await?;
        Ok(FormAgain {
            product: request.product.to_string(),
            artifact: request.artifact.to_string(),
            target,
            draft: draft.to_string(),
        })
    }
}
