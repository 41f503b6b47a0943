use http::header::REFERRER_POLICY;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Answer, Html, Posted, answer_with, id};
use super::form::Form;

/// Answers with a redirect to the presigned URL, which no cache keeps and no referrer tells.
#[server(endpoint = "launch_environment", prefix = "/api", input = PostUrl, output = Html)]
pub async fn launch_environment(
    #[server(rename = "id")]
    #[server(default)]
    environment: String,
) -> Posted {
    answer_with(Form::of("/environments", &environment), |portal, caller| async move {
        let url = portal.launch_environment(&caller, &id(&environment, "environment")?).await?;
        Ok(Answer::redirect(&url.into_location()).with_header(REFERRER_POLICY, "no-referrer"))
    })
    .await
}
