use std::collections::BTreeMap;

use domain::view::RequestInput;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Html, Posted, act, answer_with, done, id, version};
use super::form::Form;
use crate::pages::url::encode;

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
    param: BTreeMap<String, String>,
    tag: BTreeMap<String, String>,
    /// The names of the fields whose values are never kept in a draft.
    noecho: String,
}

impl std::fmt::Debug for RequestPost {
    /// Parameters may be `NoEcho`: their values are left out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestPost").field("product", &self.product).field("name", &self.name).finish_non_exhaustive()
    }
}

impl From<RequestPost> for RequestInput {
    fn from(post: RequestPost) -> Self {
        Self {
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
    let form = Form::at(format!("/catalog/{}/request", encode(&post.product)))
        .with_query("artifact", &post.artifact)
        .with_query("target", &post.target)
        .with_fields(&post);
    act(form, |portal, caller| async move {
        let request = portal.submit_request(&caller, post.into()).await?;
        Ok(done(format!("/requests/{request}"), "Your request was submitted."))
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
        let form = Form::at(format!("/catalog/{}/request", encode(&again.product)))
            .with_query("artifact", &again.artifact)
            .with_query("target", &again.target);
        Ok(Answer::redirect(&form.address(Some(&again.draft))))
    })
    .await
}
