use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Html, Posted, act, done, id};
use super::form::Form;

#[server(endpoint = "continue_rollout", prefix = "/api", input = PostUrl, output = Html)]
pub async fn continue_rollout(
    #[server(rename = "id")]
    #[server(default)]
    rollout: String,
    #[server(default)] version: String,
) -> Posted {
    act(Form::of("/rollouts", &rollout), |portal, caller| async move {
        portal.continue_rollout(&caller, &id(&rollout, "rollout")?, &version).await?;
        Ok(done(format!("/rollouts/{rollout}"), "It goes on with the next update."))
    })
    .await
}

#[server(endpoint = "end_rollout", prefix = "/api", input = PostUrl, output = Html)]
pub async fn end_rollout(
    #[server(rename = "id")]
    #[server(default)]
    rollout: String,
) -> Posted {
    act(Form::of("/rollouts", &rollout), |portal, caller| async move {
        portal.end_rollout(&caller, &id(&rollout, "rollout")?).await?;
        Ok(done(format!("/rollouts/{rollout}"), "No further update is begun."))
    })
    .await
}
