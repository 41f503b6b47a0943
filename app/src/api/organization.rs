use domain::view::PolicyChangeInput;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Answer, Html, Posted, act, answer_with, done, id};
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

#[server(endpoint = "apply_policy_change", prefix = "/api", input = PostUrl, output = Html)]
pub async fn apply_policy_change(
    #[server(rename = "id")]
    #[server(default)]
    change: String,
) -> Posted {
    act(Form::of("/organization/changes", &change), |portal, caller| async move {
        portal.apply_policy_change(&caller, &id(&change, "change")?).await?;
        Ok(done(format!("/organization/changes/{change}"), "The change is being applied."))
    })
    .await
}

#[server(endpoint = "retry_policy_change", prefix = "/api", input = PostUrl, output = Html)]
pub async fn retry_policy_change(
    #[server(rename = "id")]
    #[server(default)]
    change: String,
) -> Posted {
    act(Form::of("/organization/changes", &change), |portal, caller| async move {
        portal.retry_policy_change(&caller, &id(&change, "change")?).await?;
        Ok(done(format!("/organization/changes/{change}"), "The portal tries again."))
    })
    .await
}
