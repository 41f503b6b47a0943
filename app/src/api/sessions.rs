use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Html, Posted, act, done};
use super::form::Form;

#[server(endpoint = "end_session", prefix = "/api", input = PostUrl, output = Html)]
pub async fn end_session(#[server(default)] handle: String) -> Posted {
    act(Form::at("/profile"), |portal, caller| async move {
        portal.end_session(&caller, &handle).await?;
        Ok(done("/profile", "The session was ended."))
    })
    .await
}
