use domain::view::TerminateInput;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Html, Posted, act, done, id};
use super::form::Form;

#[server(endpoint = "terminate_environment", prefix = "/api", input = PostUrl, output = Html)]
pub async fn terminate_environment(
    #[server(rename = "id")]
    #[server(default)]
    environment: String,
    #[server(default)] confirm: String,
    #[server(default)] version: String,
) -> Posted {
    let input = TerminateInput { confirm, version };
    let form = Form::of("/environments", &environment).with_fields(&input).with_field("id", &environment);
    act(form, |portal, caller| async move {
        portal.terminate_environment(&caller, &id(&environment, "environment")?, input).await?;
        Ok(done(format!("/environments/{environment}"), "The environment is being terminated."))
    })
    .await
}

#[server(endpoint = "retry_environment", prefix = "/api", input = PostUrl, output = Html)]
pub async fn retry_environment(
    #[server(rename = "id")]
    #[server(default)]
    environment: String,
) -> Posted {
    act(Form::of("/environments", &environment), |portal, caller| async move {
        portal.retry_environment(&caller, &id(&environment, "environment")?).await?;
        Ok(done(format!("/environments/{environment}"), "The portal tries again."))
    })
    .await
}
