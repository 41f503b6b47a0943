use std::collections::BTreeMap;

use domain::view::UpdateInput;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Html, Posted, act, answer_with, done, id};
use super::form::Form;

/// An update as its form posts it.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdatePost {
    id: String,
    version: String,
    artifact: String,
    drawn_for: String,
    justification: String,
    draft: String,
    param: BTreeMap<String, String>,
    /// The names of the fields whose values are never kept in a draft.
    noecho: String,
    /// The names of those that were typed before, and are to be typed again.
    retype: String,
    /// Ticked for those of them that keep the value that they have after all.
    keep_default: BTreeMap<String, String>,
}

impl std::fmt::Debug for UpdatePost {
    /// Parameters may be `NoEcho`: their values are left out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UpdatePost").field("id", &self.id).field("artifact", &self.artifact).finish_non_exhaustive()
    }
}

impl From<UpdatePost> for UpdateInput {
    fn from(post: UpdatePost) -> Self {
        let keys = post.retype.split(',').filter_map(|name| name.strip_prefix("param[")?.strip_suffix(']'));
        Self {
            retype: keys.filter(|key| !post.keep_default.contains_key(*key)).map(str::to_owned).collect(),
            artifact: post.artifact,
            drawn_for: post.drawn_for,
            justification: post.justification,
            parameters: post.param,
            version: post.version,
            draft: post.draft,
        }
    }
}

#[server(endpoint = "submit_update", prefix = "/api", input = PostUrl, output = Html)]
pub async fn submit_update(#[server(flatten)] post: UpdatePost) -> Posted {
    let form = Form::of_update(&post.id, &post.artifact).with_fields(&post);
    act(form, |portal, caller| async move {
        let environment = id(&post.id, "environment")?;
        let request = portal.submit_update(&caller, &environment, post.into()).await?;
        Ok(done(format!("/requests/{request}"), "The update was asked for."))
    })
    .await
}

/// Draws the form for another version or for other values, with what was typed so far.
#[server(endpoint = "show_update_form", prefix = "/api", input = PostUrl, output = Html)]
pub async fn show_update_form(#[server(flatten)] post: UpdatePost) -> Posted {
    let form = Form::of_update(&post.id, &post.artifact).with_fields(&post);
    let typed = form.clone();
    answer_with(form, |portal, caller| async move {
        let errors = typed.errors(Vec::new());
        let lost = !errors.is_empty();
        let environment = id(&post.id, "environment")?;
        let fields = typed.fields.clone();
        let draft = portal.show_update_form(&caller, &environment, &typed.path, fields, errors).await?;
        let to = if lost { typed.address_of_errors(draft.as_str()) } else { typed.address(Some(draft.as_str())) };
        Ok(Answer::redirect(&to))
    })
    .await
}

#[server(endpoint = "adopt_version", prefix = "/api", input = PostUrl, output = Html)]
pub async fn adopt_version(
    #[server(rename = "id")]
    #[server(default)]
    environment: String,
    #[server(default)] artifact: String,
) -> Posted {
    act(Form::of("/environments", &environment), |portal, caller| async move {
        portal.adopt_version(&caller, &id(&environment, "environment")?, &artifact).await?;
        Ok(done(format!("/environments/{environment}"), "The version that AWS has is taken over."))
    })
    .await
}
