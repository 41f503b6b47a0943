use std::collections::BTreeMap;

use domain::view::RequestInput;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Html, Posted, act, answer_with, done, id, version};
use super::form::Form;

/// A request as its form posts it.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestPost {
    product: String,
    artifact: String,
    target: String,
    name: String,
    justification: String,
    lease_days: String,
    form_token: String,
    drawn_for: String,
    draft: String,
    param: BTreeMap<String, String>,
    tag: BTreeMap<String, String>,
    /// The names of the fields whose values are never kept in a draft.
    noecho: String,
    /// The names of those that were typed before, and are to be typed again.
    retype: String,
    /// Ticked for those of them that are left to the template's default after all.
    keep_default: BTreeMap<String, String>,
}

impl std::fmt::Debug for RequestPost {
    /// Parameters may be `NoEcho`: their values are left out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestPost").field("product", &self.product).field("name", &self.name).finish_non_exhaustive()
    }
}

impl From<RequestPost> for RequestInput {
    fn from(post: RequestPost) -> Self {
        let keys = post.retype.split(',').filter_map(|name| name.strip_prefix("param[")?.strip_suffix(']'));
        let retype = keys.filter(|key| !post.keep_default.contains_key(*key)).map(str::to_owned).collect();
        Self {
            retype,
            drawn_for: post.drawn_for,
            draft: post.draft,
            product: post.product,
            artifact: post.artifact,
            target: post.target,
            name: post.name,
            justification: post.justification,
            lease_days: post.lease_days,
            form_token: post.form_token,
            parameters: post.param,
            tags: post.tag,
        }
    }
}

#[server(endpoint = "submit_request", prefix = "/api", input = PostUrl, output = Html)]
pub async fn submit_request(#[server(flatten)] post: RequestPost) -> Posted {
    let form = Form::of_request(&post.product, &post.artifact, &post.target).with_fields(&post);
    act(form, |portal, caller| async move {
        let request = portal.submit_request(&caller, post.into()).await?;
        Ok(done(format!("/requests/{request}"), "Your request was submitted."))
    })
    .await
}

/// Draws the form for another version or account, with what was typed so far.
#[server(endpoint = "show_request_form", prefix = "/api", input = PostUrl, output = Html)]
pub async fn show_request_form(#[server(flatten)] post: RequestPost) -> Posted {
    let form = Form::of_request(&post.product, &post.artifact, &post.target).with_fields(&post);
    let typed = form.clone();
    answer_with(form, |portal, caller| async move {
        let errors = typed.errors(Vec::new());
        let lost = !errors.is_empty();
        let draft = portal.show_request_form(&caller, &post.product, &typed.path, typed.fields.clone(), errors).await?;
        let to = if lost { typed.address_of_errors(draft.as_str()) } else { typed.address(Some(draft.as_str())) };
        Ok(Answer::redirect(&to))
    })
    .await
}

#[server(endpoint = "withdraw_request", prefix = "/api", input = PostUrl, output = Html)]
pub async fn withdraw_request(
    #[server(rename = "id")]
    #[server(default)]
    request: String,
    #[server(rename = "version")]
    #[server(default)]
    seen: String,
) -> Posted {
    act(Form::of("/requests", &request), |portal, caller| async move {
        portal.withdraw_request(&caller, &id(&request, "request")?, version(&seen)).await?;
        Ok(done(format!("/requests/{request}"), "The request was withdrawn."))
    })
    .await
}

/// On to a form with the values of a request that was made before.
#[server(endpoint = "request_again", prefix = "/api", input = PostUrl, output = Html)]
pub async fn request_again(
    #[server(rename = "id")]
    #[server(default)]
    request: String,
) -> Posted {
    answer_with(Form::of("/requests", &request), |portal, caller| async move {
        let again = portal.request_again(&caller, &id(&request, "request")?).await?;
        let form = Form::of_request(&again.product, &again.artifact, &again.target);
        Ok(Answer::redirect(&form.address(Some(&again.draft))))
    })
    .await
}
