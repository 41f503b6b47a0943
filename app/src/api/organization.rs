use domain::view::PolicyChangeInput;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Answer, Html, Posted, answer_with};
use super::form::Form;

#[server(endpoint = "preview_policy_change", prefix = "/api", input = PostUrl, output = Html)]
pub async fn preview_policy_change(#[server(flatten)] input: PolicyChangeInput) -> Posted {
    let form = Form::of_policy_change(&input).with_fields(&input);
    answer_with(form, |portal, caller| async move {
        let change = portal.preview_policy_change(&caller, input).await?;
        Ok(Answer::redirect(&format!("/organization/changes/{change}")))
    })
    .await
}
